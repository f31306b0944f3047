"""A line in the plane that knows exactly on which side a point lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import finite_points, optional_weights
from partwise.geometry.points._cut_input import common_scale

__all__ = ["Line"]


@dataclass(frozen=True, slots=True)
class Line:
    """The line through two points, directed from `p` to `q`.

    Two points say exactly which line is meant, which rounded coefficients would not.

    Attributes
    ----------
    p, q : tuple of two floats
        Two different points.

    Raises
    ------
    ValueError
        The points are the same or not finite.

    Examples
    --------
    >>> line = Line((0.0, 0.0), (3.0, 1.0))
    >>> line.side([(0, 1), (6, 2), (0.3, 0.1), (1, 0)]).tolist()
    [1, 0, 1, -1]

    The third point is not on the line: neither 0.3 nor 0.1 is a float, and the floats nearest to
    them have another ratio.
    """

    p: tuple[float, float]
    q: tuple[float, float]

    def __post_init__(self) -> None:
        ends = finite_points([self.p, self.q], "p and q", 2).tolist()
        object.__setattr__(self, "p", tuple(ends[0]))
        object.__setattr__(self, "q", tuple(ends[1]))
        if self.p == self.q:
            raise ValueError(f"p and q must be different points, both are {self.p}")

    @property
    def direction(self) -> NDArray[np.float64]:
        """Unit vector from `p` to `q`, rounded."""
        p, q = common_scale(np.array(self.p), np.array(self.q))
        step = (q - p) / np.abs(q - p).max()
        return step / np.hypot(step[0], step[1])

    @property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector to the left of the direction, rounded."""
        x, y = self.direction
        return np.array([-y, x])

    @property
    def offset(self) -> float:
        """The line is where ``normal @ x == offset``, up to rounding."""
        return float(self.normal @ np.array(self.p))

    def side(self, X: ArrayLike) -> NDArray[np.int8]:
        """Return 1 for points to the left, 0 for points on the line, -1 for points to the right.

        Parameters
        ----------
        X : array-like of shape (n, 2)

        Returns
        -------
        int8 ndarray of shape (n,)
            Decided without rounding (Shewchuk 1997, doi:10.1007/PL00009321), if coordinates other
            than zero, here and of the line, differ by less than a factor 1e200.
        """
        from partwise.geometry.points._kernels.predicates import sides

        ends, points = common_scale(np.array([*self.p, *self.q]), finite_points(X, "X", 2))
        out = np.empty(len(points), dtype=np.int8)
        sides(ends, points, out)
        return out

    def split(self, X: ArrayLike, weights: ArrayLike | None = None) -> tuple[Any, Any, Any]:
        """Return the number of points, or their weight, on the left, on the line and on the right.

        Parameters
        ----------
        X : array-like of shape (n, 2)
        weights : array-like of shape (n,), optional
            Finite, at least 0.

        Returns
        -------
        tuple of three ints, or three floats with weights

        Examples
        --------
        >>> Line((0, 0), (1, 0)).split([(0, 0), (5, 1), (7, 2), (1, -1)])
        (2, 1, 1)
        """
        side = self.side(X)
        w = optional_weights(weights, side.size, "weights")
        if w is None:
            return tuple(int((side == s).sum()) for s in (1, 0, -1))  # type: ignore[return-value]
        return tuple(float(w[side == s].sum()) for s in (1, 0, -1))  # type: ignore[return-value]

    def to_dict(self) -> dict[str, Any]:
        """Return the two points and the rounded normal form, ready for JSON."""
        return {
            "p": list(self.p),
            "q": list(self.q),
            "normal": self.normal.tolist(),
            "offset": self.offset,
        }
