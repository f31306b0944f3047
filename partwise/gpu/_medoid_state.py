"""Points and their medoids as arrays of a backend, in the layout that the kernels take."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._kernels.medoids import EUCLIDEAN, MANHATTAN, SQEUCLIDEAN, TILE

__all__ = ["METRICS", "State", "load", "sort_by_medoid"]

METRICS = {
    "euclidean": EUCLIDEAN,
    "l2": EUCLIDEAN,
    "sqeuclidean": SQEUCLIDEAN,
    "manhattan": MANHATTAN,
    "cityblock": MANHATTAN,
    "l1": MANHATTAN,
}

_ROWS = 2**16  # that are transposed at a time


@dataclass(slots=True, eq=False)
class State:
    """What a search knows; columns of `points` and entries of vectors are rows of the data.

    There are `n` of them, in an order of their own, padded to a multiple of 64.

    Attributes
    ----------
    n, d, k, metric : int
        Numbers of rows, of dimensions and of medoids; of :data:`METRICS`.
    bound : float32
        No distance exceeds it.
    slack : float32
        Relative error of a distance, a few times over.
    points : float32 array of shape (d, rows)
    ids, weights : int32 and float32 arrays of shape (rows,)
        Rows of the data, and their weights.
    near, second, d1, d2 : int32 and float32 arrays of shape (rows,)
        The two nearest medoids, and how far they are; the first of equals.
    medoids : int32 array of shape (k,)
    medoid_points : float32 array of shape (d, k), padded likewise
    scale : float32 array of shape (1,)
        Quanta in a unit of distance.
    losses, total : int64 arrays of shapes (k,) and (1,)
        In quanta, what the removal of every medoid costs, and the loss.
    centres, radius : float32 arrays of shapes (d, tiles) and (tiles,)
        Of every 64 rows, padded likewise.
    """

    n: int
    d: int
    k: int
    metric: int
    bound: np.float32
    slack: np.float32
    points: Any
    ids: Any
    weights: Any
    near: Any
    second: Any
    d1: Any
    d2: Any
    medoids: Any
    medoid_points: Any
    scale: Any
    losses: Any
    total: Any
    centres: Any
    radius: Any

    @property
    def n_tiles(self) -> int:
        """Number of tiles of 64 rows."""
        return -(-self.n // TILE)


def load(
    xp: Any, X: NDArray[Any], medoids: NDArray[np.int64], metric: int,
    weights: NDArray[np.float64] | None,
) -> State:  # fmt: skip
    """Return the state before the first step.

    Points are multiplied by a power of two, so that distances are below 1, or half that at most
    one; where float32 does not hold them exactly they are shifted by their means before.
    """
    n, d = X.shape
    k = len(medoids)
    rows = _padded(n)
    exponent, largest = _size_of(X, metric)
    shift = _shift_of(X)
    points = np.zeros((d, rows), np.float32)
    for at in range(0, n, _ROWS):
        part = X[at : at + _ROWS] - shift
        points[:, at : at + len(part)] = np.ldexp(part.T.astype(np.float64), -exponent)
    medoid_points = np.zeros((d, _padded(k)), np.float32)
    medoid_points[:, :k] = points[:, medoids]
    weight = np.zeros(rows, np.float32)
    weight[:n] = 1.0 if weights is None else weights / weights.max()
    tiles = _padded(rows // TILE)
    return State(
        n, d, k, metric,
        bound=np.float32(largest * 1.01),
        slack=np.float32(4 * (d + 8) * 2.0**-24),
        points=xp.asarray(points),
        ids=xp.arange(rows, dtype=xp.int32),
        weights=xp.asarray(weight),
        near=xp.zeros(rows, xp.int32),
        second=xp.zeros(rows, xp.int32),
        d1=xp.zeros(rows, xp.float32),
        d2=xp.zeros(rows, xp.float32),
        medoids=xp.asarray(medoids.astype(np.int32)),
        medoid_points=xp.asarray(medoid_points),
        scale=xp.ones(1, xp.float32),
        losses=xp.zeros(k, xp.int64),
        total=xp.zeros(1, xp.int64),
        centres=xp.zeros((d, tiles), xp.float32),
        radius=xp.zeros(tiles, xp.float32),
    )  # fmt: skip


def sort_by_medoid(xp: Any, state: State) -> None:
    """Sort the rows by their nearest medoid, and by how far candidates can matter to them."""
    key = (state.d1 + state.d2).view(xp.int32).astype(xp.int64)  # ordered like the numbers
    key |= state.near.astype(xp.int64) << 32
    key[state.n :] = xp.iinfo(xp.int64).max
    order = xp.argsort(key, kind="stable")
    del key
    for name in ("ids", "weights", "near", "second", "d1", "d2"):
        setattr(state, name, getattr(state, name)[order])
    state.points = xp.take(state.points, order, axis=1)
    tiles = state.n_tiles
    state.centres[:, :tiles] = state.points.reshape(state.d, tiles, TILE).mean(axis=2)


def _padded(size: int) -> int:
    return -(-size // TILE) * TILE


def _size_of(X: NDArray[Any], metric: int) -> tuple[int, float]:
    """Return (the exponent of the largest length between two points, a bound after scaling)."""
    ranges = X.max(axis=0).astype(np.float64) - X.min(axis=0)
    widest = ranges.max()
    if widest == 0.0:
        return 0, 1.0
    shares = ranges / widest
    length = widest * (shares.sum() if metric == MANHATTAN else math.sqrt(shares @ shares))
    if not math.isfinite(length):
        raise ValueError("X must have distances that are finite; scale the data down")
    scaled, exponent = math.frexp(length)
    return exponent, scaled**2 if metric == SQEUCLIDEAN else scaled


def _shift_of(X: NDArray[Any]) -> NDArray[Any]:
    """Return what is subtracted from all rows: nothing where float32 holds them exactly."""
    if X.dtype != np.float32:
        for at in range(0, len(X), _ROWS):
            part = X[at : at + _ROWS]
            with np.errstate(over="ignore"):  # infinite, and so another number
                narrow = part.astype(np.float32)
            if (narrow != part).any():
                return np.asarray(X.mean(axis=0))
    return np.zeros(X.shape[1], X.dtype)
