"""The partitioners behind one face: take an instance, then answer (k, imbalance, seed).

Each class converts the instance to its package's own format in ``prepare``, which is not timed,
and returns labels from ``solve``, which is. :class:`Runner` lives in a worker process and wraps one
of them with the instruments.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from benchmarks._instances import Instance
from benchmarks._meter import Meter

__all__ = ["PACKAGES", "SOLVERS", "Runner", "installed_solvers"]


class Solver(Protocol):
    """A partitioner."""

    def prepare(self, instance: Instance) -> None:
        """Convert `instance` to the package's own format and keep it."""
        ...

    def solve(self, n_parts: int, imbalance: float, seed: int) -> Any:
        """Return the labels of a partition of the instance."""
        ...


class Partwise:
    """partwise with one of its presets."""

    def __init__(self, preset: str) -> None:
        self._preset = preset

    def prepare(self, instance: Instance) -> None:
        from partwise.graph import Graph

        self._graph = Graph.from_csr(
            instance.indptr,
            instance.indices,
            instance.weights,
            node_weights=instance.node_weights,
        )

    def solve(self, n_parts: int, imbalance: float, seed: int) -> np.ndarray:
        from partwise.partition import partition_graph

        result = partition_graph(
            self._graph,
            n_parts,
            imbalance=imbalance,
            preset=self._preset,
            n_jobs=1,
            random_state=seed,
        )
        return result.labels


class Metis:
    """METIS through pymetis, k-way or by recursive bisection."""

    def __init__(self, recursive: bool) -> None:
        self._recursive = recursive

    def prepare(self, instance: Instance) -> None:
        import pymetis

        index = pymetis.zero_copy_dtype()
        self._adjacency = pymetis.CSRAdjacency(
            instance.indptr.astype(index), instance.indices.astype(index)
        )
        self._weights: dict[str, Any] = {}
        if instance.weights is not None:
            self._weights["eweights"] = instance.weights.astype(index)
        if instance.node_weights is not None:
            self._weights["vweights"] = instance.node_weights.astype(index)

    def solve(self, n_parts: int, imbalance: float, seed: int) -> Any:
        import pymetis

        return pymetis.part_graph(
            n_parts,
            adjacency=self._adjacency,
            recursive=self._recursive,
            options=pymetis.Options(ufactor=round(1000 * imbalance), seed=seed),
            **self._weights,
        ).vertex_part


class KaHIP:
    """KaHIP's kaffpa; `mode` is one of its presets (0 fast, 1 eco, 2 strong)."""

    def __init__(self, mode: int) -> None:
        self._mode = mode

    def prepare(self, instance: Instance) -> None:
        import kahip  # noqa: F401  (its import is not to be timed)

        node_weights = instance.node_weights
        weights = instance.weights
        self._arrays = (
            [1] * instance.n_nodes if node_weights is None else node_weights.tolist(),
            instance.indptr.tolist(),
            [1] * len(instance.indices) if weights is None else weights.tolist(),
            instance.indices.tolist(),
        )

    def solve(self, n_parts: int, imbalance: float, seed: int) -> Any:
        import kahip

        _, labels = kahip.kaffpa(*self._arrays, n_parts, imbalance, True, seed, self._mode)
        return labels


class MtKaHyPar:
    """Mt-KaHyPar with one thread."""

    def __init__(self, preset: str) -> None:
        import mtkahypar

        self._library = mtkahypar.initialize(1)
        self._context = self._library.context_from_preset(getattr(mtkahypar.PresetType, preset))
        self._context.logging = False

    def prepare(self, instance: Instance) -> None:
        n = instance.n_nodes
        rows = np.repeat(np.arange(n), np.diff(instance.indptr))
        once = rows < instance.indices
        edges = list(zip(rows[once].tolist(), instance.indices[once].tolist()))
        if instance.weights is None and instance.node_weights is None:
            weights: tuple[list[int], ...] = ()
        else:
            ones = np.ones(n, np.int64)
            node_weights = ones if instance.node_weights is None else instance.node_weights
            edge_weights = (
                np.ones(len(edges), np.int64)
                if instance.weights is None
                else instance.weights[once]
            )
            weights = (node_weights.tolist(), edge_weights.tolist())
        self._graph = self._library.create_graph(self._context, n, len(edges), edges, *weights)

    def solve(self, n_parts: int, imbalance: float, seed: int) -> Any:
        import mtkahypar

        mtkahypar.set_seed(seed)
        self._context.set_partitioning_parameters(n_parts, imbalance, mtkahypar.Objective.CUT)
        return self._graph.partition(self._context).get_partition()


SOLVERS: dict[str, tuple[str, Callable[[], Solver]]] = {
    "partwise-fast": ("partwise", lambda: Partwise("fast")),
    "partwise-default": ("partwise", lambda: Partwise("default")),
    "partwise-quality": ("partwise", lambda: Partwise("quality")),
    "metis": ("pymetis", lambda: Metis(recursive=False)),
    "metis-rb": ("pymetis", lambda: Metis(recursive=True)),
    "kahip-fast": ("kahip", lambda: KaHIP(0)),
    "kahip-eco": ("kahip", lambda: KaHIP(1)),
    "kahip-strong": ("kahip", lambda: KaHIP(2)),
    "mtkahypar-default": ("mtkahypar", lambda: MtKaHyPar("DEFAULT")),
    "mtkahypar-quality": ("mtkahypar", lambda: MtKaHyPar("QUALITY")),
}

PACKAGES = ("partwise", "numba", "numpy", "scipy", "pymetis", "kahip", "mtkahypar")


def installed_solvers() -> list[str]:
    """Return the names of the solvers whose package is installed."""
    found = {package: importlib.util.find_spec(package) for package, _ in SOLVERS.values()}
    return [name for name, (package, _) in SOLVERS.items() if found[package] is not None]


class Runner:
    """A solver with its instruments, in a worker process.

    Parameters
    ----------
    name : str
        A key of :data:`SOLVERS`.
    """

    def __init__(self, name: str) -> None:
        package, factory = SOLVERS[name]
        self._solver = factory()
        self._meter = Meter(watch_compiler=package == "partwise")

    def warm_up(self, instances: list[Instance]) -> float:
        """Solve small instances and return the seconds: compilation, loading, first calls."""
        start = time.perf_counter()
        for instance in instances:
            self._solver.prepare(instance)
            for n_parts in (2, 3, 16):
                self._solver.solve(n_parts, 0.03, 0)
        return time.perf_counter() - start

    def prepare(self, instance: Instance) -> None:
        """Convert `instance` to the solver's format."""
        self._solver.prepare(instance)

    def solve(self, n_parts: int, imbalance: float, seed: int) -> dict[str, Any]:
        """Return the labels, and the cost as :meth:`Meter.run` gives it."""
        labels, cost = self._meter.run(lambda: self._solver.solve(n_parts, imbalance, seed))
        return {"labels": np.asarray(labels, dtype=np.int32)} | cost
