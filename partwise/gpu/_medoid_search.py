"""The search for medoids of points: which candidates are evaluated when, and when it ends."""

from __future__ import annotations

from typing import Any

import numpy as np

from partwise.gpu._kernels.medoids import TILE
from partwise.gpu._medoid_state import State, sort_by_medoid
from partwise.gpu._medoid_steps import Steps
from partwise.kernels.rng import shuffle, stream_state

__all__ = ["improve", "tiles_at_once"]

_FEWEST = 256  # candidates of a batch
_PAIRS = 2**22  # of candidates and rows in a batch of more
_TRIED = 32  # candidates of a batch, the best ones, that are tried as medoids
_GAINS_BYTES = 2**28  # of sums for all candidates of a batch and all medoids


def tiles_at_once(n: int, k: int) -> int:
    """Return how many tiles of candidates make a batch.

    Fewer candidates mean fewer of them that are judged by medoids which others have replaced, more
    of them fewer launches. The sums of a batch take 8 bytes for each candidate and medoid.
    """
    wanted = max(_FEWEST, _PAIRS // n) // TILE
    fitting = _GAINS_BYTES // (8 * TILE * k)
    return max(1, min(wanted, fitting, -(-n // TILE)))


def improve(steps: Steps, state: State, seed: int, max_iter: int) -> tuple[int, int]:
    """Exchange medoids until no exchange lowers the loss; return (rounds, exchanges).

    Every round evaluates all rows as candidates, in batches of tiles in random order. The best
    candidates of a batch are tried in turn: each is priced again, by the medoids as they are then,
    and takes the best place if that lowers the loss by more than 2^-30 of it. The search ends when
    all rows have been evaluated since the last exchange.
    """
    xp = steps.xp
    size = tiles_at_once(state.n, state.k)
    steps.assign()
    rounds = swaps = 0
    idle = 0  # tiles evaluated since the last exchange
    stale = state.k  # exchanges since rows were sorted
    order = None
    while idle < state.n_tiles and rounds < max_iter:
        if order is None or stale > state.k // 8:
            sort_by_medoid(xp, state)
            order = xp.asarray(_random_order(state.n_tiles, seed, rounds))
            stale = idle = 0  # tiles are others now
        rounds += 1
        for at in range(0, state.n_tiles, size):
            tiles = order[at : at + size]
            done = _one_batch(steps, tiles)
            swaps, stale = swaps + done, stale + done
            idle = 0 if done else idle + int(tiles.shape[0])
            if idle >= state.n_tiles:
                break
    return rounds, swaps


def _one_batch(steps: Steps, tiles: Any) -> int:
    """Evaluate the rows of some tiles and try the best; return how many became medoids."""
    xp = steps.xp
    changes = steps.evaluate(tiles)
    promising = int(xp.count_nonzero(changes))
    if promising == 0:
        return 0
    best = xp.argsort(changes, kind="stable")[: min(promising, _TRIED)]
    return steps.exchange((tiles[best // TILE] * TILE + best % TILE).astype(xp.int32))


def _random_order(size: int, seed: int, stream: int) -> np.ndarray:
    order = np.arange(size)
    shuffle(stream_state(seed, stream), order)
    return order.astype(np.int32)
