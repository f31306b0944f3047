"""Drivers of traversal kernels: the rounds, on any backend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from partwise.gpu._advance import Advance
from partwise.gpu._backend import Backend

__all__ = ["MOST_ARCS", "MOST_NODES", "PUSH_ONLY", "DeviceGraph", "Rounds", "bfs_levels",
           "choose"]  # fmt: skip

#: Those whose frontiers are no lists of nodes, so that rounds cannot change direction.
PUSH_ONLY = ("edge", "node_splitting")

#: Nodes and arcs of a frontier that one block goes on with alone.
MOST_NODES, MOST_ARCS = 4096, 65_536

_FEW = 32  # arcs of a node that a thread visits alone without others waiting for it
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
    strategies : list of str
        Of every round.
    arcs : int
        Of the frontiers that were pushed.
    """

    strategies: list[str] = field(default_factory=list)
    arcs: int = 0


def choose(size: int, arcs: int, widest: int) -> str:
    """Return the strategy of a round that is pushed, for a frontier of some size.

    Parameters
    ----------
    size, arcs, widest : int
        Nodes, arcs, and largest degree of the frontier.
    """
    if size <= MOST_NODES and arcs <= MOST_ARCS:
        return "one_block"
    return "node" if widest <= _FEW else "merge_path"


def bfs_levels(
    backend: Backend, graph: DeviceGraph, source: int, strategy: str, *, may_pull: bool
) -> tuple[Any, Rounds]:
    """Return the level of every node, int32 of shape (n,), -1 where none is reached.

    Parameters
    ----------
    strategy : str
        One of :data:`partwise.gpu._advance.Strategy`; "auto" chooses for every round.
    may_pull : bool
        Whether unknown nodes may look for the frontier where it has many arcs; strategies of
        :data:`PUSH_ONLY` never do.
    """
    search = _Search(backend, graph, source, strategy)
    may_pull = may_pull and strategy not in PUSH_ONLY
    unknown, pulling = graph.n_arcs, False
    while search.arcs > 0:
        ahead = unknown - search.arcs
        chosen = choose(search.size, search.arcs, search.widest) if strategy == "auto" else strategy
        if pulling:
            pulling = search.size >= graph.n_nodes // _PUSH
        else:
            worth = search.arcs > max(ahead, graph.n_nodes) // _PULL
            pulling = may_pull and chosen != "one_block" and worth
        if pulling:
            unknown = ahead
            search.pull()
        elif chosen == "one_block":
            unknown -= search.push_alone()
        else:
            unknown = ahead
            search.push(chosen)
    return search.level, search.rounds


class _Search:
    """The arrays of a search, and its rounds; the host reads one small array after each."""

    def __init__(self, backend: Backend, graph: DeviceGraph, source: int, strategy: str) -> None:
        xp, n = backend.xp, graph.n_nodes
        self.backend, self.graph, self.rounds = backend, graph, Rounds()
        self.advance = Advance(
            backend, "bfs", strategy, graph.indptr, graph.indices, both_ends=False
        )
        self.level = xp.full(n, -1, xp.int32)
        self.level[source] = 0
        self.frontier, self.next = self.advance.new_list(), self.advance.new_list()
        self.known: tuple[Any, Any] | None = None
        self.size, self.arcs = self.advance.begin(source, self.frontier)
        self.widest = self.arcs
        # entries, arcs and largest degree of the frontier; rounds, and their arcs, of one block
        self.counts = xp.asarray([self.size, self.arcs, self.widest, 0, 0], dtype=xp.uint64)

    @property
    def depth(self) -> int:
        """The level that the next round discovers."""
        return len(self.rounds.strategies) + 1

    def push(self, strategy: str) -> None:
        """Find the next frontier along the arcs of this one."""
        self.counts.fill(0)
        self.advance.go(
            self.frontier, self.size, self.arcs, (self.level, self.depth),
            (*self.advance.room, self.next, self.counts), strategy,
        )  # fmt: skip
        self.rounds.arcs += self.arcs
        self.known = None
        self._turn(strategy)

    def push_alone(self) -> int:
        """Push by one block until the frontier is too large, and return the arcs of all rounds."""
        graph = self.graph
        self.backend.launch(
            "bfs_one_block", 1, graph.indptr, graph.indices, self.level, self.depth - 1, MOST_NODES,
            MOST_ARCS, self.frontier, self.next, self.counts,
        )  # fmt: skip
        self.known = None
        arcs = self._turn("one_block")
        self.rounds.arcs += arcs
        return arcs

    def pull(self) -> None:
        """Find the next frontier among the nodes that are not known."""
        xp, graph, n = self.backend.xp, self.graph, self.graph.n_nodes
        if self.known is None:
            words = -(-n // 32)
            self.known = xp.empty(words, xp.uint32), xp.empty(words, xp.uint32)
            self.backend.launch("bfs_known", n, self.level, n, self.known[0])
        known, now_known = self.known
        self.counts.fill(0)
        self.backend.launch(
            "bfs_pull", n, graph.in_indptr, graph.in_indices, graph.indptr, known, self.level,
            self.depth, n, now_known, self.next, self.counts,
        )  # fmt: skip
        self.known = now_known, known
        self._turn("pull")

    def _turn(self, strategy: str) -> int:
        """Read what was found, and return the arcs of the rounds of one block."""
        found = [int(count) for count in self.backend.to_host(self.counts)]
        self.size, self.arcs, self.widest, rounds, arcs = found
        rounds = rounds if strategy == "one_block" else 1
        if rounds % 2 == 1:
            self.frontier, self.next = self.next, self.frontier
        self.rounds.strategies += [strategy] * rounds
        return arcs
