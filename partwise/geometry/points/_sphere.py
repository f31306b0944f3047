"""Spheres and planes as one thing, and maps of the unit sphere that move a point to its centre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._points import finite_points

__all__ = ["ConformalMap", "Sphere", "lift", "moved"]

Floats = NDArray[np.float64]

_HIGHEST = 1.0 - 1e-8  # a centre on the sphere itself, such as a point of many copies, has no map


@dataclass(frozen=True, slots=True)
class Sphere:
    """The points x with ``curvature |x|^2 + 2 linear @ x + constant == 0``: a sphere or a plane.

    The three are normalised such that ``|linear|^2 - curvature constant == 1``; `curvature` is then
    one over the radius, 0 for a plane, negative where the inside of the sphere is its positive
    side.

    Attributes
    ----------
    curvature : float
    linear : float64 ndarray of shape (d,)
    constant : float

    Examples
    --------
    >>> unit = Sphere(1.0, np.zeros(2), -1.0)
    >>> unit.distance([(3.0, 4.0), (0.0, 0.5)]).tolist()
    [4.0, -0.5]
    """

    curvature: float
    linear: Floats
    constant: float

    @property
    def is_plane(self) -> bool:
        """Whether it is a hyperplane."""
        return self.curvature == 0.0

    @property
    def centre(self) -> Floats | None:
        """The centre, None for a plane."""
        return None if self.is_plane else -self.linear / self.curvature

    @property
    def radius(self) -> float:
        """The radius, infinite for a plane."""
        return math.inf if self.is_plane else 1.0 / abs(self.curvature)

    def distance(self, X: ArrayLike) -> Floats:
        """Return the distance of points to the sphere, positive on the side of label 1.

        Parameters
        ----------
        X : array-like of shape (n, d)

        Returns
        -------
        float64 ndarray of shape (n,)
        """
        x = finite_points(X, "X", self.linear.size)
        value = self.curvature * (x * x).sum(axis=1) + 2.0 * (x @ self.linear) + self.constant
        # (|k x + l| - 1) / k without its cancellation, which also holds for k = 0
        return value / (np.linalg.norm(self.curvature * x + self.linear, axis=1) + 1.0)

    def to_dict(self) -> dict[str, Any]:
        """Return the coefficients, centre and radius as plain Python values."""
        centre = self.centre
        return {
            "curvature": self.curvature,
            "linear": self.linear.tolist(),
            "constant": self.constant,
            "centre": None if centre is None else centre.tolist(),
            "radius": self.radius,
        }


def lift(X: Floats) -> Floats:
    """Return the stereographic projection of (n, d) points to the unit sphere of R^(d+1)."""
    square = (X * X).sum(axis=1, keepdims=True)
    return np.hstack((2.0 * X, square - 1.0)) / (square + 1.0)


class ConformalMap:
    """A map of the unit sphere to itself, circles to circles, that makes a point inside the centre.

    The sphere is turned until `centre` lies on its axis at height r; points are projected to the
    plane, scaled by sqrt((1 - r) / (1 + r)) and lifted again.

    Parameters
    ----------
    centre : float64 ndarray of shape (d + 1,)
        A point inside the unit sphere; one nearer than 1e-8 to it is moved inwards.
    """

    def __init__(self, centre: Floats) -> None:
        height = float(np.linalg.norm(centre))
        if height > _HIGHEST:
            centre, height = centre * (_HIGHEST / height), _HIGHEST
        self.turn = _to_axis(centre, height)
        self.scale = math.sqrt((1.0 - height) / (1.0 + height))

    def apply(self, lifted: Floats) -> Floats:
        """Return the images of points of the sphere."""
        turned = lifted @ self.turn.T
        up, square = turned[:, -1:], self.scale**2
        low = 1.0 - up
        image = np.hstack((2.0 * self.scale * turned[:, :-1], square * (1.0 + up) - low))
        return image / (square * (1.0 + up) + low)

    def sphere(self, normal: Floats, offset: float) -> Sphere:
        """Return the sphere of R^d whose image is where ``normal @ y == offset``."""
        square = self.scale**2
        on_lift = np.append(
            2.0 * self.scale * normal[:-1], (square + 1) * normal[-1] - offset * (square - 1)
        )
        on_lift = self.turn.T @ on_lift
        free = (square - 1.0) * normal[-1] - offset * (square + 1.0)
        return _normalised(on_lift[-1] + free, on_lift[:-1], free - on_lift[-1])


def _to_axis(centre: Floats, height: float) -> Floats:
    """Return an orthogonal matrix (Householder) that maps `centre` to the last axis."""
    size = centre.size
    if height == 0.0:
        return np.eye(size)
    mirror = centre / height
    mirror[-1] -= 1.0
    length = float(mirror @ mirror)
    if length < 1e-30:
        return np.eye(size)
    return np.eye(size) - (2.0 / length) * np.outer(mirror, mirror)


def _normalised(curvature: float, linear: Floats, constant: float) -> Sphere:
    length = math.sqrt(max(float(linear @ linear) - curvature * constant, 1e-300))
    return Sphere(float(curvature) / length, linear / length, float(constant) / length)


def moved(sphere: Sphere, origin: Floats, scale: float) -> Sphere:
    """Return the sphere of x such that (x - origin) / scale lies on `sphere`."""
    k, linear = sphere.curvature / scale, sphere.linear
    return _normalised(
        k,
        linear - k * origin,
        k * float(origin @ origin) - 2.0 * float(linear @ origin) + sphere.constant * scale,
    )
