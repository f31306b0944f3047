"""Refinement by the moves of many nodes at once: Jet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._neighbours import Neighbours
from partwise.gpu._vote import vote_of
from partwise.partition._jet.balance import evict, push_out
from partwise.partition._jet.level import Level

__all__ = ["State", "refine"]

_PATIENCE = 12  # rounds without a better partition
_BETTER = 0.999  # of the best cut, what starts a new count
_WEAK = 2  # gentle rounds of balancing, one after the other, before a strict one
_MOST_ROUNDS = 1000


class State:
    """A partition of a level, and what every node's arcs say about it.

    Attributes
    ----------
    part : int32 array of shape (n,)
    best, towards, inside : int32 and float64 arrays of shape (n,)
        Of every node the best other block, -1 inside of its own, the weight of the arcs to it, and
        to its own block.
    loads : int64 ndarray of shape (k,)
        On the host.
    """

    def __init__(self, level: Level, part: Any, n_parts: int) -> None:
        xp = level.backend.xp
        self.level, self.part, self.n_parts = level, part, n_parts
        weights = level.weights
        self.vote = vote_of(level.backend, level.indptr, level.indices, weights, n_labels=n_parts)
        self.best, self.towards, self.inside = self.vote.of(part)
        self.whole = float(level.indices.shape[0] if weights is None else weights.sum())
        self.beside = Neighbours(level.backend, level.indptr, level.indices)
        free = xp.ones(level.n_nodes, bool)
        self.may_move = free if level.held is None else level.held < 0
        self.inner = float(self.inside.sum())
        # what votes under a penalty need: equal shares, nothing to be left out, and room
        self.ones, self.zeros = xp.ones(level.n_nodes), xp.zeros(level.n_nodes)
        self.room = xp.empty_like(self.best), xp.empty_like(self.ones), xp.empty_like(self.ones)
        self.loads = self._weights(part, level.node_weights)

    def _weights(self, blocks: Any, weights: Any) -> NDArray[np.int64]:
        """Sum up weights by block, on the host."""
        xp = self.level.backend.xp
        sums = xp.bincount(blocks, weights.astype(xp.float64), self.n_parts)
        found: NDArray[np.int64] = self.level.backend.to_host(sums).astype(np.int64)
        return found

    @property
    def cut(self) -> int:
        """Weight of the edges between blocks."""
        return int(self.whole - self.inner) // 2

    def move(self, nodes: Any, blocks: Any) -> None:
        """Move nodes, and ask those anew whose neighbours have moved."""
        if nodes.shape[0] == 0:
            return
        weights = self.level.node_weights[nodes]
        self.loads -= self._weights(self.part[nodes], weights)
        self.loads += self._weights(blocks, weights)
        self.part[nodes] = blocks
        touched = self.beside.of(nodes)
        before = float(self.inside[touched].sum())
        self.vote.of(self.part, touched, out=(self.best, self.towards, self.inside))
        self.inner += float(self.inside[touched].sum()) - before


def refine(
    level: Level,
    part: Any,
    limits: NDArray[np.int64],
    ideal: NDArray[np.float64],
    tolerance: float,
    seed: int,
    is_over: Callable[[], bool],
) -> tuple[Any, int, int]:
    """Return a better partition, by how much its blocks are too heavy, and its cut.

    While all blocks are within their limits, nodes move to the block that most of their arcs go to,
    also where that loses a little; what better neighbours are about to do is taken into account,
    and who has moved stays in the next round. Blocks that are too heavy give up nodes, gently at
    first [1]_. Sums are exact: the result depends neither on the device nor on threads.

    Parameters
    ----------
    part : int32 array of shape (n,)
        Changed.
    limits, ideal : ndarray of shape (k,)
        Largest weight of each block, and its share.
    tolerance : float
        Share of the weight to its own block that a move may lose.
    is_over : callable
        Whether time is up.

    References
    ----------
    .. [1] M. S. Gilbert, K. Madduri, E. G. Boman, S. Rajamanickam, "Jet: multilevel graph
       partitioning on graphics processing units", SIAM J. Sci. Comput. 46(5), 2024,
       arXiv:2304.13194. Nodes to be given up are sorted by what that loses, where the paper has
       buckets of about the same loss.
    """
    xp = level.backend.xp
    state = State(level, part, len(limits))
    best = part.copy()
    over = int(np.maximum(state.loads - limits, 0).sum())
    least = over, state.cut
    claims = _Claims(xp, level.n_nodes)
    counted = float(least[1])
    waited = weak = 0
    for round_ in range(_MOST_ROUNDS):
        if waited >= _PATIENCE or is_over() or least == (0, 0):
            break
        if over == 0:
            weak = 0
            nodes, blocks = claims.settle(state, tolerance)
            if nodes.shape[0] == 0 and not claims.are_held():
                break
        elif weak < _WEAK:
            weak += 1
            nodes, blocks = push_out(state, limits, ideal, seed + round_)
        else:
            weak = 0
            nodes, blocks = evict(state, limits, ideal)
        state.move(nodes, blocks)
        over = int(np.maximum(state.loads - limits, 0).sum())
        found = over, state.cut
        waited += 1
        if found[0] < least[0] or (found[0] == 0 and found[1] < _BETTER * counted):
            waited, counted = 0, float(found[1])
        if found < least:
            least = found
            best[:] = state.part
    return best, *least


class _Claims:
    """Who would like to move where."""

    def __init__(self, xp: Any, n: int) -> None:
        self.goal = xp.full(n, -1, xp.int32)
        self.claim, self.gain = xp.zeros(n), xp.zeros(n)
        self.held, self.is_held = xp.zeros(0, xp.int32), xp.zeros(n, bool)

    def are_held(self) -> bool:
        """Tell whether there are nodes that had to stay in this round, but not in the next."""
        return bool(self.held.shape[0] > 0)

    def settle(self, state: State, tolerance: float) -> tuple[Any, Any]:
        """Return the nodes that move in this round, and their blocks."""
        level = state.level
        xp = level.backend.xp
        self.is_held[self.held] = True
        nodes = xp.flatnonzero((state.best >= 0) & state.may_move & ~self.is_held)
        self.is_held[self.held] = False
        nodes = nodes.astype(xp.int32)
        inside, towards = state.inside[nodes], state.towards[nodes]
        nodes = nodes[(towards >= inside) | (inside - towards < xp.floor(tolerance * inside))]
        self.goal[nodes] = state.best[nodes]
        self.claim[nodes] = state.towards[nodes] - state.inside[nodes]
        level.rows.launch(
            "jet_gain", (*level.arcs, state.part, self.goal, self.claim), nodes, (self.gain,)
        )
        self.goal[nodes] = -1
        self.held = nodes[self.gain[nodes] >= 0]
        return self.held, state.best[self.held]
