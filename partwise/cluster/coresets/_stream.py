"""Coresets of data that come in chunks: merge and reduce."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._random import RandomState, check_seed
from partwise.cluster.coresets._coreset import Method, _count, check_dimension, make_task
from partwise.cluster.coresets._points import check_points, check_row_ids, check_weights
from partwise.cluster.coresets._result import Coreset
from partwise.cluster.coresets._solver import DETERMINISTIC, Task, build, child_seed, reduce, union

__all__ = ["CoresetStream"]

DEFAULT_CHUNK = 1 << 16


class CoresetStream:
    """A coreset of everything that was added so far, in little memory.

    Rows are collected into chunks of a fixed number. Each chunk becomes a coreset at level 0, and
    two coresets of the same level are united and reduced to one of the next level, as carries are
    in a binary counter. The result depends on the rows and their order alone, not on how they were
    cut into calls of :meth:`add`.

    Parameters
    ----------
    k, eps, size, method, z, augment, random_state
        As for :func:`coreset`.
    chunk_size : int, optional
        Rows per chunk; by default 65,536, or eight times `size` if that is more.

    See Also
    --------
    coreset : of data that are all there, with the methods and their sources.
    KMedianCoreset : ``partial_fit`` of it does the same.

    Notes
    -----
    n rows make log2(n / chunk_size) levels, and that many coresets are kept, besides one chunk.
    With `eps` and a deterministic method the whole error is eps at most, however long the stream:
    errors multiply from level to level, and level j may add a share of ``ln(1 + eps)`` that is
    proportional to ``1 / (j + 1)^2``, half of it in total; the other half is for :meth:`result`
    (S. Har-Peled, S. Mazumdar, STOC 2004, doi:10.1145/1007352.1007400). Chunk i of the stream and
    every reduction have a seed of their own, derived from `random_state` and a running number.

    Examples
    --------
    >>> stream = CoresetStream(3, size=300, chunk_size=1000, random_state=0)
    >>> rng = np.random.default_rng(0)
    >>> for _ in range(10):
    ...     stream = stream.add(rng.normal(size=(700, 5)))
    >>> small = stream.result()
    >>> small.size <= 300, small.n_points, round(float(small.weights.sum()), 6)
    (True, 7000, 7000.0)
    """

    def __init__(
        self,
        k: int,
        *,
        eps: float | None = None,
        size: int | None = None,
        method: Method = "sensitivity",
        z: float = 1.0,
        augment: bool = True,
        chunk_size: int | None = None,
        random_state: RandomState = None,
    ) -> None:
        self._task = make_task(k, eps, size, method, z, augment, None)
        if chunk_size is None:
            self.chunk_size = max(DEFAULT_CHUNK, 8 * (self._task.size or 0))
        else:
            self.chunk_size = _count("chunk_size", chunk_size)
        self.seed = None if method in DETERMINISTIC else check_seed(random_state)
        self.n_points = 0
        self._n_features = 0
        self._levels: list[Coreset | None] = []
        self._made = 0
        self._waiting: list[tuple[NDArray[Any], NDArray[np.float64], NDArray[np.int64]]] = []
        self._n_waiting = 0

    def add(
        self,
        X: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        row_ids: ArrayLike | None = None,
    ) -> CoresetStream:
        """Add rows.

        Parameters
        ----------
        X : array-like of shape (n, d)
            n may be 0; d is that of the first call.
        sample_weight : array-like of shape (n,), optional
        row_ids : array-like of int, shape (n,), optional
            By default rows are numbered on from those that came before.

        Returns
        -------
        CoresetStream
            The stream itself.
        """
        points = check_points(X, empty=True)
        n, d = points.shape
        weights = check_weights(sample_weight, n, zero=True)
        if weights is None:
            weights = np.ones(n)
        ids = check_row_ids(row_ids, n)
        if self._n_features == 0:
            check_dimension(self._task.method, d)
            self._n_features = d
        elif d != self._n_features:
            raise ValueError(f"X must have {self._n_features} columns as before, got {d}")
        if ids is None:
            ids = np.arange(self.n_points, self.n_points + n)
        self.n_points += n
        start = 0
        while start < n:
            end = min(n, start + self.chunk_size - self._n_waiting)
            part = slice(start, end)
            # copies, for the caller may use the memory again
            self._waiting.append((points[part].copy(), weights[part].copy(), ids[part].copy()))
            self._n_waiting += end - start
            if self._n_waiting == self.chunk_size:
                chunk = self._chunk(self._share(0))
                self._waiting, self._n_waiting = [], 0
                self._carry(chunk)
            start = end
        return self

    def result(self) -> Coreset:
        """Return a coreset of all rows so far; the stream can go on.

        Raises
        ------
        ValueError
            No row of positive weight was added.
        """
        parts = [level for level in self._levels if level is not None]
        if self._n_waiting:
            # what is all there needs no share of the error for later
            parts.append(self._chunk(self._share(0) if parts else 1.0))
        parts = [part for part in parts if part.size]
        if not parts:
            raise ValueError("no row of positive weight was added")
        whole = parts[0]
        if self._levels:
            whole = self._reduce(union(parts), 0.5, self._made + 1)
        return replace(whole, n_points=self.n_points, seed=self.seed)

    def _share(self, level: int) -> float:
        """Return which part of ln(1 + eps) level j may add: a half in total."""
        return 3.0 / (math.pi * (level + 1)) ** 2

    def _part(self, share: float) -> Task:
        if self._task.eps is None:
            return self._task
        return replace(self._task, eps=math.expm1(share * math.log1p(self._task.eps)))

    def _seed(self, number: int) -> int:
        return 0 if self.seed is None else child_seed(self.seed, number)

    def _chunk(self, share: float) -> Coreset:
        points = np.concatenate([part[0] for part in self._waiting])
        weights = np.concatenate([part[1] for part in self._waiting])
        ids = np.concatenate([part[2] for part in self._waiting])
        if not weights.any():
            return self._empty(points)
        return build(points, weights, ids, self._part(share), self._seed(self._made))

    def _empty(self, points: NDArray[Any]) -> Coreset:
        return Coreset(
            points=np.empty((0, points.shape[1])),
            weights=np.empty(0),
            indices=np.empty(0, dtype=np.int64),
            n_clusters=self._task.k,
            z=self._task.z,
            method=self._task.method,
            eps=0.0,
            cost_bounds=None,
            n_points=points.shape[0],
            seed=None,
        )

    def _reduce(self, whole: Coreset, share: float, number: int) -> Coreset:
        return reduce(whole, self._part(share), self._seed(number))

    def _carry(self, made: Coreset) -> None:
        self._made += 1
        if made.size == 0:
            return
        level = 0
        while level < len(self._levels):
            other = self._levels[level]
            if other is None:
                break
            self._levels[level] = None
            level += 1
            made = self._reduce(union([other, made]), self._share(level), self._made)
            self._made += 1
        if level == len(self._levels):
            self._levels.append(None)
        self._levels[level] = made
