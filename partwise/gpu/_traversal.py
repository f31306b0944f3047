"""Drivers of traversal kernels: the rounds, on any backend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from partwise.gpu._advance import Advance
from partwise.gpu._backend import Backend
from partwise.gpu._splitting import most_arcs, split_nodes

__all__ = ["BFS_STRATEGIES", "PUSH_ONLY", "DeviceGraph", "Rounds", "bfs_levels"]

BFS_STRATEGIES = (
    "node", "edge", "workload_decomposition", "node_splitting", "hierarchical", "merge_path",
)  # fmt: skip
#: Those whose frontiers are no lists of nodes, so that rounds cannot change direction.
PUSH_ONLY = ("edge", "node_splitting")

_PULL, _PUSH = 14, 24  # as on the CPU


@dataclass(frozen=True, slots=True)
class DeviceGraph:
    """Arcs in rows, where a backend has its arrays.

    Attributes
    ----------
    indptr : int64 array of shape (n + 1,)
    indices : int32 array of shape (m,)
    in_indptr, in_indices
        The same by second node; for undirected graphs the same arrays.
    """

    indptr: Any
    indices: Any
    in_indptr: Any
    in_indices: Any

    @property
    def n_nodes(self) -> int:
        """The number of nodes."""
        return int(self.indptr.shape[0]) - 1

    @property
    def n_arcs(self) -> int:
        """The number of arcs, each undirected edge twice."""
        return int(self.indices.shape[0])


@dataclass(slots=True)
class Rounds:
    """What a search did.

    Attributes
    ----------
    depth : int
        The last level.
    strategies : list of str
        Of every round.
    arcs : int
        Of the frontiers that were pushed.
    """

    depth: int = 0
    strategies: list[str] = field(default_factory=list)
    arcs: int = 0


def bfs_levels(
    backend: Backend, graph: DeviceGraph, source: int, strategy: str, *, may_pull: bool
) -> tuple[Any, Rounds]:
    """Return the level of every node, int32 of shape (n,), -1 where none is reached.

    Parameters
    ----------
    strategy : str
        Of :data:`BFS_STRATEGIES`.
    may_pull : bool
        Whether unknown nodes may look for the frontier where it has many arcs; strategies of
        :data:`PUSH_ONLY` never do.
    """
    if strategy == "edge":
        return _by_edges(backend, graph, source)
    if strategy == "node_splitting":
        return _by_parts(backend, graph, source)
    search = _Search(backend, graph, source, strategy)
    rounds = Rounds()
    unknown = graph.n_arcs
    pulling = False
    while search.size > 0:
        arcs = search.weigh()
        unknown -= arcs
        if pulling:
            pulling = search.size >= graph.n_nodes // _PUSH
        else:
            pulling = may_pull and arcs > unknown // _PULL
        rounds.depth += 1
        rounds.strategies.append("pull" if pulling else strategy)
        rounds.arcs += 0 if pulling else arcs
        if pulling:
            search.pull(rounds.depth)
        else:
            search.push(rounds.depth)
    rounds.depth -= 1
    return search.level, rounds


def _by_edges(backend: Backend, graph: DeviceGraph, source: int) -> tuple[Any, Rounds]:
    """Search with worklists of arcs; they take 16 bytes for each arc of the graph."""
    xp, rounds = backend.xp, Rounds()
    level = xp.full(graph.n_nodes, -1, xp.int32)
    level[source] = 0
    work, following = xp.empty(graph.n_arcs, xp.int64), xp.empty(graph.n_arcs, xp.int64)
    first, last = (int(end) for end in graph.indptr[source : source + 2])
    size = last - first
    work[:size] = xp.arange(first, last)
    count = xp.zeros(1, xp.uint64)
    while size > 0:
        rounds.depth += 1
        rounds.strategies.append("edge")
        rounds.arcs += size
        count[0] = 0
        backend.launch(
            "bfs_edge", size, graph.indptr, graph.indices, level, rounds.depth, work, size,
            following, count,
        )  # fmt: skip
        work, following, size = following, work, int(count[0])
    rounds.depth = int(level.max())
    return level, rounds


def _by_parts(backend: Backend, graph: DeviceGraph, source: int) -> tuple[Any, Rounds]:
    """Search with frontiers of parts of nodes."""
    xp, rounds = backend.xp, Rounds()
    parts = split_nodes(xp, graph.indptr, most_arcs(xp, xp.diff(graph.indptr)))
    n_parts = int(parts.indptr.shape[0]) - 1
    level = xp.full(graph.n_nodes, -1, xp.int32)
    level[source] = 0
    frontier, following = xp.empty(n_parts, xp.int32), xp.empty(n_parts, xp.int32)
    first, last = (int(end) for end in parts.first_part[source : source + 2])
    size = last - first
    frontier[:size] = xp.arange(first, last)
    sizes = xp.diff(parts.indptr)
    count = xp.zeros(1, xp.int32)
    while size > 0:
        rounds.depth += 1
        rounds.strategies.append("node_splitting")
        rounds.arcs += int(sizes[frontier[:size]].sum())
        count[0] = 0
        backend.launch(
            "bfs_node_splitting", size, parts.indptr, graph.indices, parts.first_part, level,
            rounds.depth, frontier, size, following, count,
        )  # fmt: skip
        frontier, following, size = following, frontier, int(count[0])
    rounds.depth -= 1
    return level, rounds


class _Search:
    """The arrays of a search."""

    def __init__(self, backend: Backend, graph: DeviceGraph, source: int, strategy: str) -> None:
        xp = backend.xp
        self.backend, self.graph = backend, graph
        n = graph.n_nodes
        self.advance = Advance(backend, "bfs", strategy, graph.indptr, graph.indices)
        self.level = xp.full(n, -1, xp.int32)
        self.level[source] = 0
        self.frontier, self.next = xp.empty(n, xp.int32), xp.empty(n, xp.int32)
        self.frontier[0] = source
        self.count = xp.zeros(1, xp.int32)
        self.size = 1
        self.arcs = 0

    def weigh(self) -> int:
        """Return how many arcs the frontier has."""
        self.arcs = self.advance.weigh(self.frontier, self.size)
        return self.arcs

    def push(self, depth: int) -> None:
        """Find the next frontier along the arcs of this one."""
        self.count[0] = 0
        self.advance.go(
            self.frontier, self.size, self.arcs, (self.level, depth), (self.next, self.count)
        )
        self._turn()

    def pull(self, depth: int) -> None:
        """Find the next frontier among the nodes that are not known."""
        graph = self.graph
        self.count[0] = 0
        self.backend.launch(
            "bfs_pull", graph.n_nodes, graph.in_indptr, graph.in_indices, self._known(),
            self.level, depth, graph.n_nodes, self.next, self.count,
        )  # fmt: skip
        self._turn()

    def _turn(self) -> None:
        self.frontier, self.next = self.next, self.frontier
        self.size = int(self.count[0])

    def _known(self) -> Any:
        """Return a bit for every node that has a level, least significant bits first."""
        xp = self.backend.xp
        bits = xp.zeros(-(-self.graph.n_nodes // 32) * 32, bool)
        bits[: self.graph.n_nodes] = self.level >= 0
        return xp.packbits(bits, bitorder="little").view(xp.uint32)
