"""A line that halves two point sets."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import finite_points, optional_weights
from partwise.geometry.points._cut_input import as_shares, common_scale
from partwise.geometry.points._line import Line

__all__ = ["ham_sandwich_cut", "halving_line"]

Floats = NDArray[np.float64]
Shares = NDArray[np.int64]

_BISECTIONS = 60  # of the angle; what is left then goes to the search among pairs of points
_SEED = 0  # random numbers choose pivots; another seed may give another of several halving lines


def ham_sandwich_cut(
    A: ArrayLike,
    B: ArrayLike,
    weights_a: ArrayLike | None = None,
    weights_b: ArrayLike | None = None,
) -> Line:
    """Return a line that halves two point sets of the plane at once.

    At most half of each set lies strictly to the left of the line, and at most half strictly to the
    right. Such a line exists for every input. The one returned passes through two of the points,
    if there are two different ones.

    Parameters
    ----------
    A : array-like of shape (n, 2)
        Finite coordinates. Points may coincide, lie on a line, and belong to both sets.
    B : array-like of shape (m, 2)
        One of the sets may be empty.
    weights_a : array-like of shape (n,), optional
        Finite, at least 0, not all 0: then at most half of the weight lies on each side.
    weights_b : array-like of shape (m,), optional

    Returns
    -------
    Line
        ``line.split(A, weights_a)`` counts.

    Raises
    ------
    ValueError, TypeError
        Wrong shapes, entries that are not finite, both sets empty.

    See Also
    --------
    equitable_partition : as many parts as you like, by halving again and again.

    Notes
    -----
    For every direction there is one median of each set, once an infinitely small weight is added to
    one point of each. The distance from one median to the other changes sign over half a turn, so
    it is zero for some direction: in the dual plane, two median levels meet. The direction is
    searched by bisection, by steps to the direction in which the two present medians are level and,
    when floats are exhausted, by choosing at random among the pairs of points that change places in
    what is left of the interval. Signs are decided without rounding (see :meth:`Line.side`), so the
    guarantee holds by counting, for any input.

    O(n + m) expected for each probe; about 2 log2(n + m) probes in practice, and for input on which
    floats are exhausted O(log(n + m)) rounds more in expectation, of O((n + m) log(n + m)) each.
    The randomness has a fixed seed: the same input gives the same line. Weights that are not
    integers are rounded to multiples of about 2^-57 of their sum.

    The existence is the planar case of the theorem of A. H. Stone and J. W. Tukey, "Generalized
    'sandwich' theorems", Duke Mathematical Journal 9, 1942; the dual view is that of C.-Y. Lo,
    J. Matoušek, W. Steiger, "Algorithms for ham-sandwich cuts", Discrete & Computational Geometry
    11, 1994, doi:10.1007/BF02574017, whose linear-time pruning is not used here.

    Examples
    --------
    >>> A = [(0, 0), (1, 3), (4, 1), (2, 2)]
    >>> B = [(5, 5), (6, 1), (7, 4)]
    >>> line = ham_sandwich_cut(A, B)
    >>> left, on, right = line.split(A)
    >>> max(left, right) <= 2
    True
    >>> left, on, right = line.split(B)
    >>> max(left, right) <= 1
    True
    """
    a, b = finite_points(A, "A", 2), finite_points(B, "B", 2)
    if not len(a) and not len(b):
        raise ValueError("A and B must not both be empty")
    shares_a = as_shares(optional_weights(weights_a, len(a), "weights_a"), len(a))
    shares_b = as_shares(optional_weights(weights_b, len(b), "weights_b"), len(b))
    return halving_line(a, shares_a, b, shares_b)


def halving_line(a: Floats, shares_a: Shares, b: Floats, shares_b: Shares) -> Line:
    """Return the line for checked points and integer weights; one set may have no weight at all."""
    keep_a, keep_b = np.flatnonzero(shares_a), np.flatnonzero(shares_b)
    a, b = (p if len(k) == len(p) else p[k] for p, k in ((a, keep_a), (b, keep_b)))
    if not len(a) or not len(b):
        only = a if len(a) else b
        shares = shares_a[keep_a] if len(a) else shares_b[keep_b]
        return _Search(only, shares, only, shares).run()
    return _Search(a, shares_a[keep_a], b, shares_b[keep_b]).run()


class _Probe(NamedTuple):
    """A direction, the points that are its medians, and which comes later across it."""

    direction: Floats
    i: int
    j: int
    sign: int

    def reversed(self) -> _Probe:
        """Return the probe of the opposite direction."""
        return _Probe(np.roll(self.direction, 2), self.i, self.j, -self.sign)


class _Search:
    """The search for the direction in which the medians of two sets are level."""

    def __init__(self, a: Floats, shares_a: Shares, b: Floats, shares_b: Shares) -> None:
        from partwise.kernels.rng import seed_state

        self.original = np.concatenate((a, b))
        (self.points,) = common_scale(self.original)
        self.n_a = len(a)
        self.sets = []
        for points, shares in (
            (self.points[: len(a)], shares_a),
            (self.points[len(a) :], shares_b),
        ):
            # a tiny weight on one point: no prefix is exactly half, and halves stay halves
            odd = 2 * shares
            odd[0] += 1
            room = (np.arange(len(points)), np.empty(len(points)))
            self.sets.append((points, odd, int(odd.sum()), *room))
        self.state = seed_state(_SEED)

    def run(self) -> Line:
        """Return the line."""
        low = self._probe(np.array([0.0, 0.0, 1.0, 0.0]))
        high = self._probe(np.array([0.0, 0.0, 0.0, 1.0]))
        if low.sign and low.sign == high.sign:
            low, high = high, low.reversed()
        newest = high
        for _ in range(_BISECTIONS):
            if not (low.sign and high.sign):
                break
            level = self._pair_direction(newest.i, newest.j, low, high)
            if level is not None:
                low, high, newest = self._narrow(low, high, level)
                if not newest.sign:
                    break
            middle = self._middle(low, high)
            if middle is None:
                break
            low, high, newest = self._narrow(low, high, middle)
        while low.sign and high.sign:
            low, high, _ = self._narrow(low, high, self._crossing(low, high))
        return self._line(high if low.sign else low)

    def _probe(self, direction: Floats) -> _Probe:
        from partwise.geometry.points._kernels.halving import median_across
        from partwise.geometry.points._kernels.predicates import cross_sign

        i, j = (int(median_across(direction, *one, self.state)) for one in self.sets)
        j += self.n_a
        return _Probe(direction, i, j, cross_sign(*direction, *self.points[i], *self.points[j]))

    def _narrow(self, low: _Probe, high: _Probe, at: Floats) -> tuple[_Probe, _Probe, _Probe]:
        newest = self._probe(at)
        if newest.sign == low.sign or not newest.sign:
            return newest, high, newest
        return low, newest, newest

    def _inside(self, direction: Floats, low: _Probe, high: _Probe) -> bool:
        from partwise.geometry.points._kernels.predicates import cross_sign

        return (
            cross_sign(*low.direction, *direction) > 0
            and cross_sign(*direction, *high.direction) > 0
        )

    def _pair_direction(self, i: int, j: int, low: _Probe, high: _Probe) -> Floats | None:
        """Return the direction in which points i and j are level, if it is between two others."""
        for first, second in ((i, j), (j, i)):
            direction = np.concatenate((self.points[first], self.points[second]))
            if self._inside(direction, low, high):
                return direction
        return None

    def _middle(self, low: _Probe, high: _Probe) -> Floats | None:
        """Return a direction near the middle, None where floats have none between."""
        units = []
        for probe in (low, high):
            step = probe.direction[2:] - probe.direction[:2]
            step = step / np.abs(step).max()
            units.append(step / np.hypot(step[0], step[1]))
        direction = np.concatenate((np.zeros(2), units[0] + units[1]))
        return direction if self._inside(direction, low, high) else None

    def _crossing(self, low: _Probe, high: _Probe) -> Floats:
        """Return the direction of a random pair among those that change places in between."""
        from partwise.geometry.points._kernels.halving import crossing_between, order_after

        order = order_after(low.direction, self.points, self.state)
        _, i, j = crossing_between(order, high.direction, self.points, self.state)
        direction = self._pair_direction(i, j, low, high)
        if direction is None:  # the medians change places, so a pair must
            raise AssertionError("no pair of points changes places where the medians do")
        return direction

    def _line(self, found: _Probe) -> Line:
        """Return the line of a probe whose medians are level."""
        from partwise.geometry.points._kernels.halving import first_touched

        i, j = found.i, found.j
        if (self.points[i] == self.points[j]).all():
            # until the line that turns about this point touches another one, no count changes
            j = int(first_touched(found.direction, self.points, i))
        p = self.original[i].tolist()
        if j >= 0:
            q = self.original[j].tolist()
        else:  # all points are one: any line through it, and a step towards zero stays finite
            q = [p[0] - math.copysign(max(1.0, abs(p[0])), p[0]), p[1]]
        return Line(tuple(p), tuple(q))
