"""Which nodes leave blocks that are too heavy, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._chance import mixed

if TYPE_CHECKING:
    from partwise.partition._jet.refinement import State

__all__ = ["evict", "push_out"]

_HEAVY = 1.5  # nodes heavier than this share of what a block has too much of stay
_FAR = 2.0**52  # more than all weights: what keeps nodes from a block


def push_out(
    state: State, limits: NDArray[np.int64], ideal: NDArray[np.float64], seed: int
) -> tuple[Any, Any]:
    """Return nodes that leave heavy blocks, each for the block with room that it likes best.

    Those go that lose least for their weight, until their block is within its limit; blocks that
    are filled so may become too heavy themselves. Nodes without a neighbour in a block with room go
    to one at random.

    Returns
    -------
    nodes, blocks : int32 arrays
    """
    level = state.level
    backend = level.backend
    xp = backend.xp
    roomy = np.maximum(0.99 * limits, limits - 100.0)
    is_open = state.loads < roomy
    if not is_open.any():
        is_open = state.loads < limits
    if not is_open.any():
        is_open = state.loads == state.loads.min()
    nodes = _leaving(state, limits, ideal)
    closed = xp.asarray(np.where(is_open, 0.0, _FAR))
    null = state.ones, closed, state.zeros
    best, towards, _ = state.vote.of(state.part, nodes, null=null, out=state.room)
    best, towards = best[nodes], towards[nodes]
    is_liked = (best >= 0) & (towards > -_FAR / 2)
    choice = xp.asarray(np.flatnonzero(is_open).astype(np.int32))
    drawn = mixed(nodes, seed) % np.uint64(choice.shape[0])
    anywhere = choice[drawn.astype(xp.int64)]
    blocks = xp.where(is_liked, best, anywhere)
    loss = state.inside[nodes] - xp.where(is_liked, towards, 0.0)
    chosen, _ = _cheapest(state, nodes, loss, limits)
    return nodes[chosen], blocks[chosen]


def evict(state: State, limits: NDArray[np.int64], ideal: NDArray[np.float64]) -> tuple[Any, Any]:
    """Return just enough nodes to leave heavy blocks, dealt out to the others as these have room.

    With nodes of equal weight, all blocks are within their limits afterwards.

    Returns
    -------
    nodes, blocks : int32 arrays
    """
    level = state.level
    backend = level.backend
    xp = backend.xp
    room = np.maximum(np.minimum(np.floor(ideal) + 1, limits) - state.loads, 0)
    excess = int(np.maximum(state.loads - limits, 0).sum())
    if room.sum() < excess:
        room = np.maximum(limits - state.loads, 0)
    if room.sum() == 0:
        return xp.zeros(0, xp.int32), xp.zeros(0, xp.int32)
    is_open = room > 0
    nodes = _leaving(state, limits, ideal)
    there = xp.zeros(level.n_nodes)
    level.rows.launch(
        "jet_open", (*level.arcs, state.part, xp.asarray(is_open.astype(np.int32))), nodes, (there,)
    )
    loss = state.inside[nodes] - there[nodes] / float(is_open.sum())
    chosen, weight = _cheapest(state, nodes, loss, limits)
    nodes = nodes[chosen]
    before = xp.cumsum(weight) - weight
    filled = xp.asarray(np.cumsum(room[is_open]).astype(np.float64))
    place = xp.minimum(xp.searchsorted(filled, before, side="right"), int(is_open.sum()) - 1)
    return nodes, xp.asarray(np.flatnonzero(is_open).astype(np.int32))[place]


def _leaving(state: State, limits: NDArray[np.int64], ideal: NDArray[np.float64]) -> Any:
    """Return the nodes of heavy blocks that may leave them: with some weight, but not too much."""
    xp, level = state.level.backend.xp, state.level
    is_heavy = state.loads > limits
    most = np.where(is_heavy, _HEAVY * np.maximum(state.loads - ideal, 1.0), 0.0)
    fits = level.node_weights < xp.asarray(most)[state.part]
    return xp.flatnonzero(fits & state.may_move & (level.node_weights > 0)).astype(xp.int32)


def _cheapest(state: State, nodes: Any, loss: Any, limits: NDArray[np.int64]) -> tuple[Any, Any]:
    """Return the places in `nodes` of those with the least loss by weight, and their weights.

    Of every block just so many that it is within its limit.
    """
    level = state.level
    xp = level.backend.xp
    block = state.part[nodes]
    weight = level.node_weights[nodes].astype(xp.float64)
    order = xp.lexsort(xp.stack([loss / weight, block.astype(xp.float64)]))
    block, weight = block[order], weight[order]
    before = xp.cumsum(weight) - weight
    starts = xp.searchsorted(block, xp.arange(state.n_parts, dtype=block.dtype))
    ahead = xp.concatenate([before, xp.zeros(1)])[starts]
    excess = xp.asarray((state.loads - limits).astype(np.float64))
    leaves = xp.flatnonzero(before - ahead[block] < excess[block])
    return order[leaves], weight[leaves]
