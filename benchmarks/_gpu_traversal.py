"""Traversals of the suite `gpu`: traversed edges per second, by graph and by strategy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks._gpu_inputs import Case
from benchmarks._gpu_run import Bench, Row, seconds_of
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._backend import Backend
from partwise.gpu._components import least_nodes_on
from partwise.gpu._host import Host
from partwise.gpu._near_far import distances, width
from partwise.gpu._spmv import RowSums
from partwise.gpu._traversal import PUSH_ONLY, DeviceGraph, bfs_levels

__all__ = ["BYTES", "CACHED_NODES", "time_traversals"]

SOURCES = 16
FEW_SOURCES = 4
#: Bytes that a push reads for an arc where the levels are in the cache, and where they are not.
BYTES = (4, 36)
CACHED_NODES = 12_000_000


def time_traversals(bench: Bench, backend: Backend, case: Case, copied: float | None) -> None:
    """Time all traversals of one graph, and on the CPU their twins.

    Parameters
    ----------
    copied : float or None
        Bytes per second of a copy on the device, read and written.
    """
    device = "cpu" if backend.is_host else "cuda"
    key = {"part": "traversal", "graph": case.name, "device": device}
    made: list[DeviceGraph] = []

    def make() -> Row:
        """Make the graph."""
        made.append(case.make(backend))
        return {"nodes": made[0].n_nodes, "arcs": made[0].n_arcs}

    if bench.run(key | {"what": "graph"}, make) is None:
        return
    graph = made[0]
    sources = _sources(backend, graph)
    timings = _on_cpu if isinstance(backend, Host) else _on_gpu
    for what, strategy, calls, arcs in timings(backend, graph, sources):
        row = key | {"what": what, "strategy": strategy}
        bench.run(row, partial(_time, backend, graph, calls, arcs, what, copied))


def _sources(backend: Backend, graph: DeviceGraph) -> list[int]:
    """Draw nodes that have arcs."""
    degrees = backend.to_host(backend.xp.diff(graph.indptr))
    return np.random.default_rng(1).choice(np.flatnonzero(degrees), SOURCES).tolist()


Timing = tuple[str, str, Sequence[Callable[[], Any]], Callable[[], float]]


def _on_gpu(backend: Backend, graph: DeviceGraph, sources: list[int]) -> list[Timing]:
    """Return what to time: name, strategy, calls, and a function for the arcs of a mean call."""
    xp = backend.xp
    reached = _reached(backend, graph, sources)
    found: list[Timing] = []
    for strategy in ("auto", *STRATEGIES):
        for may_pull in (False, True):
            if may_pull and strategy in PUSH_ONLY:
                continue
            calls = [
                partial(bfs_levels, backend, graph, source, strategy, may_pull=may_pull)
                for source in sources
            ]
            what = "bfs, direction-optimising" if may_pull else "bfs, push"
            found.append((what, strategy, calls, reached))
    weights = _weights(xp, graph.n_arcs)
    delta = width(float(weights.mean()), graph.n_arcs / graph.n_nodes)
    for strategy in ("auto", *STRATEGIES):
        calls = [
            partial(distances, backend, graph, weights, source, strategy, delta)
            for source in sources[:FEW_SOURCES]
        ]
        found.append(("sssp", strategy, calls, reached))
    every = float(graph.n_arcs)
    for strategy in STRATEGIES:
        connect = partial(least_nodes_on, backend, graph, strategy)
        found.append(("components", strategy, [connect], lambda: every))
    x = xp.ones(graph.n_nodes)
    for strategy in STRATEGIES:
        found.append(
            ("row sums", strategy, [_RowSums(backend, strategy, graph, x)] * 5, lambda: every)
        )
    return found


def _on_cpu(backend: Backend, graph: DeviceGraph, sources: list[int]) -> list[Timing]:
    from partwise.gpu._kernels.bfs import search
    from partwise.gpu._kernels.components import least_nodes
    from partwise.gpu._kernels.spmv import row_sums
    from partwise.gpu._sssp import distances_on_cpu

    n, arcs = graph.n_nodes, (graph.indptr, graph.indices)
    reached = _reached(backend, graph, sources)
    weights = _weights(np, graph.n_arcs)
    every = float(graph.n_arcs)

    def breadth_first(source: int, may_pull: bool) -> None:
        """Search on one thread."""
        level, parent = np.full(n, -1, np.int32), np.empty(0, np.int32)
        search(*arcs, *arcs, source, may_pull, level, parent)

    def shortest(source: int) -> None:
        """Find shortest paths on one thread."""
        distances_on_cpu(*arcs, weights, source)

    return [
        ("bfs, push", "cpu", [partial(breadth_first, s, False) for s in sources], reached),
        ("bfs, direction-optimising", "cpu",
         [partial(breadth_first, s, True) for s in sources], reached),
        ("sssp", "cpu", [partial(shortest, s) for s in sources[:FEW_SOURCES]], reached),
        ("components", "cpu", [lambda: least_nodes(*arcs, np.arange(n, dtype=np.int32))],
         lambda: every),
        ("row sums", "cpu", [lambda: row_sums(*arcs, None, np.ones(n), np.empty(n))] * 5,
         lambda: every),
    ]  # fmt: skip


class _RowSums:
    """Sums over rows by a strategy, prepared when they are first called."""

    def __init__(self, backend: Backend, strategy: str, graph: DeviceGraph, x: Any) -> None:
        self.arguments, self.x = (backend, strategy, graph.indptr, graph.indices), x
        self.sums: RowSums | None = None

    def __call__(self) -> None:
        if self.sums is None:
            self.sums = RowSums(*self.arguments)
        self.sums.of(self.x)


def _weights(xp: Any, n_arcs: int) -> Any:
    """Return lengths from 1 to 64, the same in every run."""
    return (xp.arange(n_arcs, dtype=xp.int64) * 2654435761 % 64 + 1).astype(xp.float64)


def _reached(backend: Backend, graph: DeviceGraph, sources: list[int]) -> Callable[[], float]:
    """Return a function for the mean number of arcs of the nodes that the sources reach."""
    known: list[float] = []

    def arcs() -> float:
        """Label the components once, and look the sources up."""
        if not known:
            xp = backend.xp
            if isinstance(backend, Host):
                from partwise.gpu._kernels.components import least_nodes

                label = np.arange(graph.n_nodes, dtype=np.int32)
                least_nodes(graph.indptr, graph.indices, label)
            else:
                label = least_nodes_on(backend, graph, "merge_path")
            sums = xp.bincount(label, xp.diff(graph.indptr).astype(xp.float64))
            known.append(float(sums[label[xp.asarray(sources)]].mean()))
        return known[0]

    return arcs


def _time(
    backend: Backend,
    graph: DeviceGraph,
    calls: Sequence[Callable[[], Any]],
    arcs: Callable[[], float],
    what: str,
    copied: float | None,
) -> Row:
    visited = arcs()
    seconds, made = seconds_of(backend, calls)
    row: Row = {"seconds": seconds, "runs": made, "gteps": visited / seconds / 1e9}
    if copied is not None and what == "bfs, push":
        per_arc = BYTES[0] if graph.n_nodes <= CACHED_NODES else BYTES[1]
        row["bytes_share_of_copy"] = per_arc * visited / seconds / copied
    return row
