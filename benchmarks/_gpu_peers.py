"""Traversals of the suite `gpu` on the CPU, beside those of other packages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks._gpu_run import Bench, Row, seconds_of
from benchmarks._gpu_threads import THREADS
from benchmarks._harness import is_installed
from partwise.gpu._host import Host
from partwise.graph import Graph

__all__ = ["PEERS", "time_peers"]

SOURCES = 5
_TOL = 1e-6  # of PageRank; the peers measure the change each in its own way

Task = Callable[[int], Any]


class Ours:
    """The functions of partwise, on the CPU."""

    def __init__(self, graph: Graph, weights: np.ndarray) -> None:
        self.graph = graph
        self.weighted = Graph(graph.indptr, graph.indices, weights)

    def tasks(self) -> dict[str, Task]:
        """Return what is timed, as functions of a source."""
        from partwise.gpu import bfs, connected_components, pagerank, sssp

        return {
            "bfs": lambda s: bfs(self.graph, s, device="cpu").level,
            "sssp": lambda s: sssp(self.weighted, s, device="cpu").distance,
            "components": lambda s: connected_components(self.graph, device="cpu").n_components,
            "pagerank": lambda s: pagerank(self.graph, tol=_TOL, device="cpu").scores,
        }


class Scipy:
    """``scipy.sparse.csgraph``; its search gives an order and predecessors, and no levels."""

    def __init__(self, graph: Graph, weights: np.ndarray) -> None:
        from scipy.sparse import csr_array

        shape = (graph.n_nodes, graph.n_nodes)
        index = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
        self.matrix = csr_array((np.ones(len(weights)), index[1], index[0]), shape=shape)
        self.weighted = csr_array((weights, index[1], index[0]), shape=shape)

    def tasks(self) -> dict[str, Task]:
        """Return what is timed, as functions of a source."""
        from scipy.sparse import csgraph

        return {
            "bfs": lambda s: csgraph.breadth_first_order(self.matrix, s)[0],
            "sssp": lambda s: csgraph.dijkstra(self.weighted, indices=s),
            "components": lambda s: csgraph.connected_components(self.matrix)[0],
        }


class Igraph:
    """python-igraph."""

    def __init__(self, graph: Graph, weights: np.ndarray) -> None:
        import igraph

        source, target, _ = graph.to_edges()
        self.graph = igraph.Graph(graph.n_nodes, np.stack([source, target], 1))
        rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph.indptr))
        self.weights = weights[rows < graph.indices].tolist()

    def tasks(self) -> dict[str, Task]:
        """Return what is timed, as functions of a source."""
        return {
            "bfs": lambda s: self.graph.distances(source=[s])[0],
            "sssp": lambda s: self.graph.distances(source=[s], weights=self.weights)[0],
            "components": lambda s: len(self.graph.connected_components()),
            "pagerank": lambda s: self.graph.pagerank(),
        }


class Networkit:
    """networkit."""

    def __init__(self, graph: Graph, weights: np.ndarray) -> None:
        import networkit as nk

        nk.setNumberOfThreads(THREADS)
        source, target, _ = graph.to_edges()
        rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph.indptr))
        lengths = weights[rows < graph.indices]
        self.library = nk
        self.graph = nk.GraphFromCoo((source, target), n=graph.n_nodes)
        self.weighted = nk.GraphFromCoo((lengths, (source, target)), n=graph.n_nodes, weighted=True)

    def tasks(self) -> dict[str, Task]:
        """Return what is timed, as functions of a source."""
        nk = self.library

        def distances(kind: Any, graph: Any, source: int) -> Any:
            """Search without paths, and copy the distances."""
            search = kind(graph, source, False)
            search.run()
            return search.getDistances()

        def components(_: int) -> int:
            """Count them."""
            found = nk.components.ParallelConnectedComponents(self.graph)
            found.run()
            return int(found.numberOfComponents())

        def pagerank(_: int) -> Any:
            """Score."""
            found = nk.centrality.PageRank(self.graph, tol=_TOL)
            found.run()
            return found.scores()

        return {
            "bfs": lambda s: distances(nk.distance.BFS, self.graph, s),
            "sssp": lambda s: distances(nk.distance.Dijkstra, self.weighted, s),
            "components": components,
            "pagerank": pagerank,
        }


PEERS: dict[str, Callable[[Graph, np.ndarray], Any]] = {
    "partwise": Ours, "scipy": Scipy, "igraph": Igraph, "networkit": Networkit,
}  # fmt: skip


def time_peers(bench: Bench, graph: Graph, name: str) -> None:
    """Time every package on a graph, each function by itself, in turns."""
    rng = np.random.default_rng(2)
    sources = rng.choice(np.flatnonzero(np.diff(graph.indptr)), SOURCES).tolist()
    rows = np.repeat(np.arange(graph.n_nodes), np.diff(graph.indptr))
    weights = ((rows + graph.indices) % 16 + 1).astype(np.float64)
    key = {"part": "peers", "graph": name}
    made: dict[str, dict[str, Task]] = {}
    for package, make in PEERS.items():
        if is_installed(package):
            made[package] = make(graph, weights).tasks()
        else:
            bench.skip(key | {"what": "all", "package": package}, "it is not installed")
    for what in made["partwise"]:
        expected = made["partwise"][what](sources[0])
        for package, task in _takers(made, what):
            row = key | {"what": what, "package": package}
            bench.run(row, partial(_time, what, package, task, sources, expected))


def _takers(made: dict[str, dict[str, Task]], what: str) -> Iterator[tuple[str, Task]]:
    return ((package, tasks[what]) for package, tasks in made.items() if what in tasks)


def _time(what: str, package: str, task: Task, sources: list[int], expected: Any) -> Row:
    """Time a function, whose first result must be ours."""
    found = np.asarray(task(sources[0]), np.float64)
    if what in ("bfs", "sssp") and not (what == "bfs" and package == "scipy"):
        # the others have a large number where there is no path
        reached = np.isfinite(expected) & (np.asarray(expected) >= 0)
        if not np.array_equal(found[reached], np.asarray(expected)[reached]):
            raise AssertionError(f"distances of {package} differ from ours")
    if what == "components" and found != expected:
        raise AssertionError(f"{package} finds {found:g} components, we {expected}")
    seconds, runs = seconds_of(Host(), [partial(task, source) for source in sources])
    return {"seconds": seconds, "runs": runs}
