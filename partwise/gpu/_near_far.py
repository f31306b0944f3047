"""Shortest paths on a device: a near list that is worked off, a far pile for later."""

from __future__ import annotations

from typing import Any

import numpy as np

from partwise.gpu._advance import Advance
from partwise.gpu._backend import Backend
from partwise.gpu._traversal import MOST_ARCS, MOST_NODES, DeviceGraph, Rounds, choose

__all__ = ["distances", "width"]

_LEAST, _LIMIT = 4, 5  # where relax.cuh has them
_NOBODY = 2**64 - 1


def width(mean_weight: float, mean_degree: float) -> float:
    """Return how much farther each turn of the near list goes: for a warp of arcs on average.

    The rule of A. Davidson, S. Baxter, M. Garland, J. D. Owens, "Work-efficient parallel GPU
    methods for single-source shortest paths", 2014 (doi:10.1109/IPDPS.2014.45), as it is usually
    told.
    """
    return 32.0 * mean_weight / max(mean_degree, 1e-300)


def distances(
    backend: Backend,
    graph: DeviceGraph,
    weights: Any,
    source: int,
    strategy: str,
    delta: float,
) -> tuple[Any, Rounds]:
    """Return the distance of every node, float64 of shape (n,), infinite where there is no path.

    Parameters
    ----------
    weights : float64 array of shape (m,)
        Not negative.
    strategy : str
        One of :data:`partwise.gpu._advance.Strategy`; "auto" chooses for every round.
    delta : float
        Above 0.
    """
    search = _NearFar(backend, graph, weights, source, strategy, delta)
    while search.arcs > 0 or search.pile > 0:
        is_turn = search.arcs == 0
        chosen = strategy
        if strategy == "auto":
            size = search.pile if is_turn else search.size
            chosen = choose(size, search.arcs, search.widest)
        if chosen == "one_block":
            search.go_alone()
        elif is_turn:
            search.turn()
        else:
            search.push(chosen)
    return search.found, search.rounds


class _NearFar:
    """The arrays of a search, and its rounds; the host reads one small array after each."""

    def __init__(
        self, backend: Backend, graph: DeviceGraph, weights: Any, source: int, strategy: str,
        delta: float,
    ) -> None:  # fmt: skip
        xp, n = backend.xp, graph.n_nodes
        self.backend, self.graph, self.weights, self.delta = backend, graph, weights, float(delta)
        self.rounds, self.number, self.limit = Rounds(), 0, float(delta)
        self.advance = Advance(backend, "sssp", strategy, graph.indptr, graph.indices)
        self.found = xp.full(n, xp.inf, xp.float64)
        self.found[source] = 0.0
        self.stamp, self.is_far = xp.zeros(n, xp.int32), xp.zeros(n, xp.int32)
        self.near, self.next = self.advance.new_list(), self.advance.new_list()
        self.far, self.later = xp.empty(n, xp.int32), xp.empty(n, xp.int32)
        self.size, self.arcs = self.advance.begin(source, self.near)
        self.widest, self.pile = self.arcs, 0
        # of the near list entries, arcs and largest degree; of the far pile entries and the least
        # distance; the limit; and of one block the number of its last round, and how often it
        # changed near lists and far piles
        limit = int(np.float64(delta).view(np.uint64))
        self.counts = xp.asarray(
            [self.size, self.arcs, self.widest, 0, _NOBODY, limit, 0, 0, 0], dtype=xp.uint64
        )
        self.nobody = xp.asarray([_NOBODY], dtype=xp.uint64)

    @property
    def _state(self) -> tuple[Any, ...]:
        return self.stamp, self.number, self.is_far

    @property
    def _bits(self) -> Any:
        return self.found.view(self.backend.xp.uint64)

    def push(self, strategy: str) -> None:
        """Relax the arcs of the near list."""
        self.number += 1
        self.counts[:3].fill(0)
        tail = (*self.advance.room, self.next, self.far, self.counts)
        self.advance.go(
            self.near, self.size, self.arcs, (self.weights,),
            (self._bits, self.limit, *self._state, *tail), strategy,
        )  # fmt: skip
        self.rounds.arcs += self.arcs
        self.rounds.strategies.append(strategy)
        self.near, self.next = self.next, self.near
        self._read()

    def turn(self) -> None:
        """Fill the near list from the far pile."""
        self.number += 1
        self.counts[:_LEAST].fill(0)
        self.counts[_LEAST:_LIMIT] = self.nobody
        launch, pile = self.backend.launch, (self.far, self.pile)
        launch("sssp_least", self.pile, *pile, self._bits, self.limit, self.counts)
        room: tuple[Any, ...] = (self.graph.indptr,)
        if self.advance.kind == "parts":
            room = (self.advance.parts.indptr, self.advance.parts.first_part)
        launch(
            f"sssp_split_{self.advance.kind}", self.pile, *pile, self.limit, self.delta, self._bits,
            *self._state, *room, self.near, self.later, self.counts,
        )  # fmt: skip
        self.far, self.later = self.later, self.far
        self._read()

    def go_alone(self) -> None:
        """Work by one block until there is too much for it."""
        self.backend.launch(
            "sssp_one_block", 1, self.graph.indptr, self.graph.indices, self.weights, self._bits,
            self.delta, *self._state, MOST_NODES, MOST_ARCS, self.near, self.next, self.far,
            self.later, self.counts,
        )  # fmt: skip
        self.number, nears, fars = self._read()
        if nears % 2 == 1:
            self.near, self.next = self.next, self.near
        if fars % 2 == 1:
            self.far, self.later = self.later, self.far
        self.rounds.strategies += ["one_block"] * nears

    def _read(self) -> list[int]:
        """Read what was found, and return what only one block says."""
        counts = self.backend.to_host(self.counts)
        self.limit = float(counts[_LIMIT].view(np.float64))
        self.size, self.arcs, self.widest, self.pile = (int(count) for count in counts[:4])
        return [int(count) for count in counts[6:]]
