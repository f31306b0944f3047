"""What a treemap method returns, and what the methods are called."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._cells import Cells

__all__ = ["SHAPES", "AspectKind", "Drawn", "Rect"]

AspectKind = Literal["diameter", "square", "sides"]
"""Which aspect ratio: squared diameter over area; squared side of the smallest enclosing
axis-parallel square over area; long over short side of the bounding box."""

SHAPES = ("none", "rectangle", "L", "S", "convex", "orthoconvex")
"""What a region can be, by its code."""


class Rect(NamedTuple):
    """An axis-parallel rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def elongation(self) -> float:
        """Long over short side."""
        return max(self.width, self.height) / min(self.width, self.height)


@dataclass(frozen=True, eq=False)
class Drawn:
    """The regions that a method has made of a plan.

    Attributes
    ----------
    cells : Cells
        One for each region of the plan.
    aspect_kind : {"diameter", "square", "sides"}
        The aspect ratio that the method keeps low.
    shape : uint8 ndarray of shape (n_regions,)
        Index into :data:`SHAPES`.
    bound : float
        Proven for the aspect ratio of every region; infinity if there is no proof.
    bounds : float64 ndarray of shape (n_regions,), optional
        A bound for each region, where they differ.
    degenerate : bool ndarray of shape (n_regions,), optional
        Regions too small for float64: their areas, and those below them, mean nothing.
    loss : float
        The part of its share that a region may lose to its siblings.
    shares_vertices : bool
        Whether neighbours have the same coordinates, to the bit, where they meet.
    facts : mapping
        What else the method found out, such as the smallest angle between edges.
    angles : float64 ndarray, optional
        Direction of each of the lines that the edges of convex cells are numbered by, in [0, pi).
    kept : object, optional
        What the same method reuses for the same tree with other weights.
    """

    cells: Cells
    aspect_kind: AspectKind
    shape: NDArray[np.uint8]
    bound: float = math.inf
    bounds: NDArray[np.float64] | None = None
    degenerate: NDArray[np.bool_] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    loss: float = 0.0
    shares_vertices: bool = True
    angles: NDArray[np.float64] | None = None
    kept: object | None = None
