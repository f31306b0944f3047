"""Community detection behind one face, for worker processes.

A package is a form: it converts a network to its own format, which is not timed, and turns what its
algorithms return into labels, which is not timed either. A solver is a form and the call between.
"""

from __future__ import annotations

import importlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from benchmarks._community_inputs import Network
from benchmarks._harness import is_installed
from benchmarks._instances import Instance
from benchmarks._meter import Meter

__all__ = ["ITERATIONS", "PACKAGES", "SOLVERS", "CommunityRunner", "Solver", "available"]

PACKAGES = (
    "partwise", "numba", "numpy", "scipy", "igraph", "leidenalg", "networkit", "scikit-network",
    "networkx",
)  # fmt: skip
ITERATIONS = (1, 2, 3, 5, -1)
NETWORKX_EDGES = 300_000  # beyond it, its dictionaries take hours


class Form(Protocol):
    """The format of a package."""

    def convert(self, instance: Instance) -> Any:
        """Return the network in the package's own format."""
        ...

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        """Return the community of every node from what an algorithm returned."""
        ...


def _pairs(instance: Instance) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return every edge once, with its weight."""
    rows = np.repeat(np.arange(instance.n_nodes), np.diff(instance.indptr))
    once = rows < instance.indices
    weights = None if instance.weights is None else instance.weights[once]
    return rows[once], instance.indices[once].astype(np.int64), weights


class _Partwise:
    def convert(self, instance: Instance) -> Any:
        return Network(instance).graph

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        return result.labels


class _Igraph:
    def convert(self, instance: Instance) -> Any:
        import igraph

        source, target, weights = _pairs(instance)
        graph = igraph.Graph(instance.n_nodes, np.column_stack((source, target)), directed=False)
        if weights is not None:
            graph.es["weight"] = weights.tolist()
        return graph, None if weights is None else "weight"

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        return result.membership


class _Networkit:
    def convert(self, instance: Instance) -> Any:
        import networkit

        source, target, weights = _pairs(instance)
        edges = (source, target) if weights is None else (weights.astype(float), (source, target))
        return networkit.GraphFromCoo(edges, n=instance.n_nodes, weighted=weights is not None)

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        return result.getPartition().getVector()


class _Scikit:
    def convert(self, instance: Instance) -> Any:
        from scipy.sparse import csr_matrix

        n = instance.n_nodes
        weights = instance.weights
        data = np.ones(len(instance.indices)) if weights is None else weights.astype(float)
        return csr_matrix((data, instance.indices, instance.indptr), shape=(n, n))

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        return result.labels_


class _Networkx:
    def convert(self, instance: Instance) -> Any:
        import networkx

        graph = networkx.Graph()
        graph.add_nodes_from(range(instance.n_nodes))
        source, target, weights = _pairs(instance)
        ones = np.ones(len(source), np.int64) if weights is None else weights
        graph.add_weighted_edges_from(zip(source.tolist(), target.tolist(), ones.tolist()))
        return graph

    def labels(self, result: Any, n_nodes: int) -> ArrayLike:
        labels = np.empty(n_nodes, np.int32)
        for label, members in enumerate(result):
            labels[list(members)] = label
        return labels


FORMS: dict[str, type[Form]] = {
    "partwise": _Partwise,
    "igraph": _Igraph,
    "networkit": _Networkit,
    "scikit-network": _Scikit,
    "networkx": _Networkx,
}


# -- algorithms ------------------------------------------------------------------------------------


def _leiden(n_jobs: int = 1, **how: Any) -> Callable[[Any, int], Any]:
    def call(graph: Any, seed: int) -> Any:
        from partwise.cluster import communities

        return communities.leiden(graph, n_jobs=n_jobs, random_state=seed, **how)

    return call


def _louvain(graph: Any, seed: int) -> Any:
    from partwise.cluster import communities

    return communities.louvain(graph, random_state=seed)


def _label_propagation(graph: Any, seed: int) -> Any:
    from partwise.cluster import communities

    return communities.label_propagation(graph, random_state=seed)


def _igraph_leiden(form: Any, seed: int) -> Any:
    graph, weights = form
    random.seed(seed)  # igraph draws from Python's generator
    return graph.community_leiden("modularity", weights=weights, n_iterations=2)


def _igraph_multilevel(form: Any, seed: int) -> Any:
    graph, weights = form
    random.seed(seed)
    return graph.community_multilevel(weights=weights)


def _igraph_labels(form: Any, seed: int) -> Any:
    graph, weights = form
    random.seed(seed)
    return graph.community_label_propagation(weights=weights)


def _leidenalg(form: Any, seed: int) -> Any:
    import leidenalg

    graph, weights = form
    kind = leidenalg.ModularityVertexPartition
    return leidenalg.find_partition(graph, kind, weights=weights, n_iterations=2, seed=seed)


def _networkit(algorithm: str, n_threads: int, **how: Any) -> Callable[[Any, int], Any]:
    def call(graph: Any, seed: int) -> Any:
        import networkit

        networkit.setNumberOfThreads(n_threads)
        networkit.setSeed(seed, False)
        return getattr(networkit.community, algorithm)(graph, **how).run()

    return call


def _scikit(algorithm: str) -> Callable[[Any, int], Any]:
    def call(adjacency: Any, seed: int) -> Any:
        from sknetwork import clustering

        return getattr(clustering, algorithm)(shuffle_nodes=True, random_state=seed).fit(adjacency)

    return call


def _networkx_louvain(graph: Any, seed: int) -> Any:
    import networkx

    return networkx.community.louvain_communities(graph, seed=seed)


@dataclass(frozen=True)
class Solver:
    """A call, the form that it takes, and the module that it needs.

    Parameters
    ----------
    form : str
        A key of :data:`FORMS`; solvers with the same form and threads share a process.
    call : callable
        Of (network in that form, seed).
    module : str
        What must be importable.
    n_threads : int
    most_edges : float
        Larger networks are not for it.
    """

    form: str
    call: Callable[[Any, int], Any]
    module: str
    n_threads: int = 1
    most_edges: float = float("inf")

    @property
    def worker(self) -> str:
        """Name of the process that it runs in."""
        return self.form if self.n_threads == 1 else f"{self.form} x{self.n_threads}"


_LEIDEN = {"iterations": 3, "randomize": True}
SOLVERS: dict[str, Solver] = {
    "partwise-leiden": Solver("partwise", _leiden(), "partwise"),
    "partwise-leiden x2": Solver("partwise", _leiden(2, algorithm="sequential"), "partwise", 2),
    "partwise-parallel": Solver("partwise", _leiden(algorithm="parallel"), "partwise"),
    "partwise-parallel x2": Solver("partwise", _leiden(2, algorithm="parallel"), "partwise", 2),
    "partwise-free": Solver("partwise", _leiden(algorithm="free"), "partwise"),
    "partwise-free x2": Solver("partwise", _leiden(2, algorithm="free"), "partwise", 2),
    "partwise-louvain": Solver("partwise", _louvain, "partwise"),
    "partwise-labels": Solver("partwise", _label_propagation, "partwise"),
    **{
        f"partwise-leiden it={n}": Solver("partwise", _leiden(n_iterations=n), "partwise")
        for n in ITERATIONS
    },
    "igraph-leiden": Solver("igraph", _igraph_leiden, "igraph"),
    "igraph-multilevel": Solver("igraph", _igraph_multilevel, "igraph"),
    "igraph-labels": Solver("igraph", _igraph_labels, "igraph"),
    "leidenalg": Solver("igraph", _leidenalg, "leidenalg"),
    "networkit-leiden": Solver("networkit", _networkit("ParallelLeiden", 1, **_LEIDEN),
                               "networkit"),
    "networkit-leiden x2": Solver("networkit", _networkit("ParallelLeiden", 2, **_LEIDEN),
                                  "networkit", 2),
    "networkit-plm": Solver("networkit", _networkit("PLM", 1, refine=True), "networkit"),
    "networkit-plm x2": Solver("networkit", _networkit("PLM", 2, refine=True), "networkit", 2),
    "networkit-labels": Solver("networkit", _networkit("PLP", 1), "networkit"),
    "sknetwork-louvain": Solver("scikit-network", _scikit("Louvain"), "sknetwork"),
    "sknetwork-leiden": Solver("scikit-network", _scikit("Leiden"), "sknetwork"),
    "networkx-louvain": Solver("networkx", _networkx_louvain, "networkx",
                               most_edges=NETWORKX_EDGES),
}  # fmt: skip


_YOUNG = {
    "sknetwork-leiden": ("sknetwork.clustering", "Leiden"),
    "partwise-labels": ("partwise.cluster.communities", "label_propagation"),
}


def available(name: str) -> bool:
    """Tell whether the package of a solver is installed and has the algorithm."""
    solver = SOLVERS[name]
    if not is_installed(solver.module):
        return False
    if name in _YOUNG:  # younger than the package
        module, algorithm = _YOUNG[name]
        return hasattr(importlib.import_module(module), algorithm)
    return True


class CommunityRunner:
    """The solvers of one form with their instruments, in a worker process.

    Parameters
    ----------
    form : str
        A key of :data:`FORMS`.
    """

    def __init__(self, form: str) -> None:
        self._form = FORMS[form]()
        self._meter = Meter(watch_compiler=form == "partwise")
        self._network: Any = None
        self._n_nodes = 0
        self._warm_up: dict[tuple[str, bool], float] = {}
        self._weighted = False

    def prepare(self, instance: Instance) -> None:
        """Convert `instance` to the form of the package."""
        self._network = None  # not two at once
        self._network = self._form.convert(instance)
        self._n_nodes = instance.n_nodes
        self._weighted = instance.weights is not None

    def solve(self, name: str, seed: int) -> dict[str, Any]:
        """Return the labels that a solver finds, and its cost as from `Meter.run_steady`.

        ``warm_up_seconds`` are those of its first call in this process, on a ring of cliques.
        """
        call = SOLVERS[name].call
        key = name, self._weighted
        if key not in self._warm_up:
            small = self._form.convert(_ring_of_cliques(self._weighted))
            start = time.perf_counter()
            call(small, 0)
            self._warm_up[key] = time.perf_counter() - start
        result, cost = self._meter.run_steady(lambda: call(self._network, seed))
        labels = np.asarray(self._form.labels(result, self._n_nodes), dtype=np.int32)
        return {"labels": labels, "warm_up_seconds": self._warm_up[key]} | cost


def _ring_of_cliques(weighted: bool, n_cliques: int = 30, size: int = 5) -> Instance:
    """Return cliques of which each has an edge to the next."""
    n = n_cliques * size
    joined = np.kron(np.eye(n_cliques, dtype=bool), ~np.eye(size, dtype=bool))
    first = np.arange(0, n, size)
    after = (first + size + 1) % n
    joined[first, after] = joined[after, first] = True
    rows, columns = np.nonzero(joined)
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=n))))
    weights = 1 + (rows + columns) % 3 if weighted else None
    return Instance("ring of cliques", "warm-up", indptr, columns.astype(np.int32), weights)
