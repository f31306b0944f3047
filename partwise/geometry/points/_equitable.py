"""Convex parts that share out two weights at once, by halving lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._points import finite_points, optional_weights
from partwise.geometry.points._cut_input import as_shares
from partwise.geometry.points._ham_sandwich import halving_line
from partwise.geometry.points._line import Line

__all__ = ["EquitablePartition", "equitable_partition"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shares = NDArray[np.int64]

_ANY_LINE = np.array([[0.0, 0.0], [1.0, 0.0]])


@dataclass(frozen=True, slots=True)
class EquitablePartition:
    """Parts of the plane that hold equal shares of two sets.

    Attributes
    ----------
    labels_a : int32 ndarray of shape (n,)
        Part of every point of the first set.
    labels_b : int32 ndarray of shape (m,)
        Part of every point of the second set; the same array if there is only one set.
    lines : float64 ndarray of shape (n_parts - 1, 2, 2)
        Two points of every line, as a binary heap: line i is followed by line 2 i + 1 for the
        points on its left and by line 2 i + 2 for those on its right; what is beyond the last line
        is part 0, 1, ... from left to right.
    part_weights : float64 ndarray of shape (n_parts, 2)
        Weight of each set, or number of its points, in every part.
    imbalance : tuple of two floats
        By what fraction the heaviest part exceeds the mean, for each set; 0 for an empty one.
    """

    labels_a: NDArray[np.int32] = field(repr=False)
    labels_b: NDArray[np.int32] = field(repr=False)
    lines: Floats = field(repr=False)
    part_weights: Floats = field(repr=False)
    imbalance: tuple[float, float]

    @property
    def n_parts(self) -> int:
        """The number of parts."""
        return len(self.part_weights)

    def predict(self, X: ArrayLike) -> NDArray[np.int32]:
        """Return the part in which each point lies.

        Parameters
        ----------
        X : array-like of shape (n, 2)

        Returns
        -------
        int32 ndarray of shape (n,)
            Points on a line count as lying to its left. The points of the two sets get their labels
            again, but for those on a line, which were shared out in their order along it.
        """
        points = finite_points(X, "X", 2)
        labels = np.empty(len(points), dtype=np.int32)
        segments = {0: np.arange(len(points))}
        for node, (p, q) in enumerate(self.lines.tolist()):
            segment = segments.pop(node)
            left = Line(tuple(p), tuple(q)).side(points[segment]) >= 0
            segments[2 * node + 1], segments[2 * node + 2] = segment[left], segment[~left]
        for node, segment in segments.items():
            labels[segment] = node - len(self.lines)
        return labels

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as lists.
        """
        result: dict[str, Any] = {
            "n_parts": self.n_parts,
            "lines": self.lines.tolist(),
            "part_weights": self.part_weights.tolist(),
            "imbalance": list(self.imbalance),
        }
        if labels:
            result |= {"labels_a": self.labels_a.tolist(), "labels_b": self.labels_b.tolist()}
        return result


def equitable_partition(
    A: ArrayLike,
    B: ArrayLike | None = None,
    n_parts: int = 2,
    *,
    weights_a: ArrayLike | None = None,
    weights_b: ArrayLike | None = None,
) -> EquitablePartition:
    """Cut the plane into convex parts that hold equal shares of two point sets.

    Halving lines (:func:`ham_sandwich_cut`) cut the plane, then each half, and so on. This is the
    geometric answer to partitions under two constraints (points with two weights) and to fair
    districts (two groups, each shared out equally).

    Parameters
    ----------
    A : array-like of shape (n, 2)
        Finite coordinates; coincident points and points on a line are welcome.
    B : array-like of shape (m, 2), optional
        The second set. None: there is one set, `A`, whose points have two weights.
    n_parts : int, default=2
        A power of two.
    weights_a : array-like of shape (n,), optional
        Finite, at least 0, not all 0.
    weights_b : array-like of shape (m,), or (n,) if `B` is None, optional

    Returns
    -------
    EquitablePartition

    Raises
    ------
    ValueError, TypeError
        `n_parts` is no power of two; wrong shapes, entries that are not finite, no points.

    Notes
    -----
    Points on a line are given to the left half in their order along the line until it has its
    share, so that the interiors of the parts' convex hulls are disjoint. With two sets each is
    shared out by itself: without weights every part gets floor(n / n_parts) or ceil(n / n_parts)
    points of `A`, and the like of `B`, *exactly and for every input*; with weights every part is
    within the largest weight of the mean. With one set and two weights a point on a line serves
    both, and the better place to change sides is taken; parts then differ from the mean by no more
    than the weight of the points on the lines around them (two points per line in general position;
    for collinear points no convex parts need exist that balance two weights).

    log2(n_parts) times the time of :func:`ham_sandwich_cut` on all points.

    The plane case of equitable subdivisions: S. Bespamyatnikh, D. Kirkpatrick, J. Snoeyink,
    "Generalizing ham sandwich cuts to equitable subdivisions", Discrete & Computational Geometry
    24, 2000, doi:10.1007/s004540010065, for parts in powers of two.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> shops, homes = rng.random((40, 2)), rng.normal(size=(1000, 2))
    >>> districts = equitable_partition(shops, homes, 8)
    >>> districts.part_weights.astype(int).tolist()
    [[5, 125], [5, 125], [5, 125], [5, 125], [5, 125], [5, 125], [5, 125], [5, 125]]
    """
    n_parts = check_count("n_parts", n_parts)
    if n_parts & (n_parts - 1):
        raise ValueError(f"n_parts must be a power of two, got {n_parts}")
    a = finite_points(A, "A", 2)
    b = a if B is None else finite_points(B, "B", 2)
    if not len(a) and not len(b):
        raise ValueError("A and B must not both be empty")
    w_a = optional_weights(weights_a, len(a), "weights_a")
    w_b = optional_weights(weights_b, len(b), "weights_b")
    split = _Halving(a, as_shares(w_a, len(a)), b, as_shares(w_b, len(b)), joint=B is None)
    lines = split.run(n_parts)
    loads = np.stack(
        (
            np.bincount(split.labels_a, weights=w_a, minlength=n_parts),
            np.bincount(split.labels_b, weights=w_b, minlength=n_parts),
        ),
        axis=1,
    ).astype(np.float64)
    totals = loads.sum(axis=0)
    excess = np.where(totals > 0, loads.max(axis=0) * n_parts / np.maximum(totals, 1e-300) - 1, 0)
    return EquitablePartition(
        split.labels_a, split.labels_b, lines, loads, (float(excess[0]), float(excess[1]))
    )


class _Halving:
    """Halving again and again; a half is two arrays of points, one of each set."""

    def __init__(self, a: Floats, shares_a: Shares, b: Floats, shares_b: Shares, joint: bool):
        self.a, self.b = a, b
        self.shares_a, self.shares_b = shares_a, shares_b
        self.joint = joint
        self.labels_a = np.zeros(len(a), dtype=np.int32)
        self.labels_b = self.labels_a if joint else np.zeros(len(b), dtype=np.int32)

    def run(self, n_parts: int) -> Floats:
        """Fill in the labels and return the lines."""
        lines = np.empty((n_parts - 1, 2, 2))
        halves = {0: (np.arange(len(self.a)), np.arange(len(self.b)))}
        for node in range(n_parts - 1):
            in_a, in_b = halves.pop(node)
            lines[node] = self._line(in_a, in_b)
            left_a, left_b = self._left(lines[node], in_a, in_b)
            halves[2 * node + 1] = in_a[left_a], in_b[left_b]
            halves[2 * node + 2] = in_a[~left_a], in_b[~left_b]
        for node, (in_a, in_b) in halves.items():
            self.labels_a[in_a] = self.labels_b[in_b] = node - (n_parts - 1)
        return lines

    def _line(self, in_a: Indices, in_b: Indices) -> Floats:
        if not in_a.size and not in_b.size:
            return _ANY_LINE
        shares_a, shares_b = self.shares_a[in_a], self.shares_b[in_b]
        if not shares_a.any() and not shares_b.any():  # points without weight: by number
            shares_a, shares_b = np.ones_like(shares_a), np.ones_like(shares_b)
        line = halving_line(self.a[in_a], shares_a, self.b[in_b], shares_b)
        return np.array([line.p, line.q])

    def _left(
        self, ends: Floats, in_a: Indices, in_b: Indices
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Tell which points go to the left half."""
        a, b = self.a[in_a], self.b[in_b]
        shares_a, shares_b = self.shares_a[in_a], self.shares_b[in_b]
        if self.joint:
            left = _fill(ends, a, [shares_a, shares_b], True)
            return left, left
        # an odd point of A goes to the left and one of B to the right, to even out the sum
        return _fill(ends, a, [shares_a], True), _fill(ends, b, [shares_b], False)


def _fill(
    ends: Floats, points: Floats, weights: list[Shares], more_is_left: bool
) -> NDArray[np.bool_]:
    """Give the points on the line to the left, in order along it, until the halves are even."""
    side = Line(tuple(ends[0].tolist()), tuple(ends[1].tolist())).side(points)
    left = side > 0
    on = np.flatnonzero(side == 0)
    if on.size:
        step = ends[1] - ends[0]
        axis = int(np.argmax(np.abs(step)))
        on = on[np.argsort(points[on, axis] * np.sign(step[axis]), kind="stable")]
        gap = np.zeros(on.size + 1)
        for w in weights:
            total = int(w.sum())
            filled = int(w[left].sum()) + np.concatenate(([0], np.cumsum(w[on])))
            # twice the load of the left half minus all: exact integers up to the division
            gap = np.maximum(gap, np.abs(2 * filled - total) / max(total, 1))
        even = np.flatnonzero(gap == gap.min())
        left[on[: even[-1 if more_is_left else 0]]] = True
    return left
