"""The solver of ultrametric embeddings: contract, place in boxes, tighten, measure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._kernels.plan import depths_of
from partwise.geometry._kernels.tree import group_children
from partwise.geometry.boxes._kernels.dendrogram import contract_merges
from partwise.geometry.boxes._kernels.place import demand_room, packing_bound, place_groups
from partwise.geometry.boxes._kernels.stretch import stretch_range
from partwise.geometry.boxes._kernels.tighten import ranges_of, tighten
from partwise.geometry.boxes._linkage import Dendrogram

__all__ = ["UltrametricResult", "contract", "embed", "place"]

#: How many levels of rounded heights there are between a height and its double, in each trial.
STEPS = (1, 2, 4, 8)

#: Level of points and of merges at height 0.
IDENTICAL = -(2**40)

#: Distances grow by this part of the root's side: more than the rounding error of coordinates.
ROUNDING = 2.0**-50

#: Up to so many distinct points all pairs are looked at to tighten the groups.
TIGHTEN_UP_TO = 20_000


@dataclass(frozen=True, eq=False)
class UltrametricResult:
    """Points of R^d for the points of an ultrametric, and how far their distances are off.

    Attributes
    ----------
    embedding : float64 ndarray of shape (n_points, n_components)
    n_components : int
    eps : float
        The slack that was used.
    n_distinct : int
        Number of points of which no two have distance 0.
    depth : int
        Levels of the dendrogram after rounding heights up.
    least_stretch, largest_stretch : float
        Of all pairs of distinct points, the ratio of the distance in R^d to that in the
        ultrametric. The least is at least 1, and below 2. No pair is left out, however many.
    lower_bound : float
        No embedding into R^d has a smaller distortion.
    upper_bound : float
        What the construction guarantees for `largest_stretch`, and so for the distortion.
    """

    embedding: NDArray[np.float64] = field(repr=False)
    n_components: int
    eps: float
    n_distinct: int
    depth: int
    least_stretch: float
    largest_stretch: float
    lower_bound: float
    upper_bound: float

    @property
    def distortion(self) -> float:
        """Largest over least stretch: the factor by which ratios of distances may be wrong."""
        return self.largest_stretch / self.least_stretch

    @property
    def certified_ratio(self) -> float:
        """Distortion over lower bound: the best embedding is better by this factor at most."""
        return self.distortion / self.lower_bound

    def to_dict(self, *, embedding: bool = False) -> dict[str, Any]:
        """Return the result as plain Python values, ready for JSON.

        Parameters
        ----------
        embedding : bool, default=False
            Whether to include the coordinates, as lists.
        """
        result: dict[str, Any] = {
            "n_points": len(self.embedding),
            "n_distinct": self.n_distinct,
            "n_components": self.n_components,
            "eps": self.eps,
            "depth": self.depth,
            "distortion": self.distortion,
            "least_stretch": self.least_stretch,
            "largest_stretch": self.largest_stretch,
            "lower_bound": self.lower_bound,
            "upper_bound": self.upper_bound,
            "certified_ratio": self.certified_ratio,
        }
        if embedding:
            result["embedding"] = self.embedding.tolist()
        return result


class Groups(NamedTuple):
    """A dendrogram whose heights are rounded up to a grid, equal ones contracted.

    Attributes
    ----------
    of : int32 ndarray of shape (2 n - 1,)
        The group of each point and each merge.
    parent : int32 ndarray of shape (m,)
        Groups are numbered parents first; -1 for group 0.
    indptr, children : int64 and int32 ndarrays
        The parts of each group.
    label : float64 ndarray of shape (m,)
        The rounded height of each group, 0 for points.
    depth : int
    """

    of: NDArray[np.int32]
    parent: NDArray[np.int32]
    indptr: NDArray[np.int64]
    children: NDArray[np.int32]
    label: NDArray[np.float64]
    depth: int


def embed(tree: Dendrogram, dim: int, eps: float | None) -> UltrametricResult:
    """Return the best of the embeddings with each grid of heights; the first of several."""
    unit = math.frexp(tree.top)[1]
    # Scaled by a power of two: exact, and nothing overflows.
    scaled = Dendrogram(tree.parts, np.ldexp(tree.heights, -unit))
    order, gaps = scaled.order()
    apart = gaps > 0.0
    distinct, gaps = order[np.concatenate(([True], apart))], gaps[apart]
    lower_bound = float(packing_bound(scaled.parts, scaled.heights, dim))
    best = None
    for steps in STEPS:
        groups = contract(scaled, steps)
        slack = 1.0 / max(3, groups.depth) if eps is None else eps
        centre, side, bound = place(scaled, groups, dim, slack)
        group_of = groups.of[distinct]
        points = centre[group_of]
        least, most = stretch_range(points, gaps)
        excess = math.floor(math.log2(least))
        bound, side = max(1.0, math.ldexp(bound, -excess)), math.ldexp(side, -excess)
        points = np.ldexp(points, -excess)
        least, most = math.ldexp(least, -excess), math.ldexp(most, -excess)
        if 1 < distinct.size <= TIGHTEN_UP_TO:
            centre = np.ldexp(centre, -excess)
            points = _tighten(groups, group_of, gaps, centre, ROUNDING * side)
            least, most = stretch_range(points, gaps)
        if best is None or most / least < best.distortion:
            places = np.empty((groups.label.size, dim))
            places[group_of] = points
            best = UltrametricResult(
                embedding=np.ldexp(places[groups.of[: tree.n_points]], unit),
                n_components=dim,
                eps=slack,
                n_distinct=int(distinct.size),
                depth=groups.depth,
                least_stretch=float(least),
                largest_stretch=float(most),
                lower_bound=lower_bound,
                upper_bound=bound,
            )
        if (gaps == scaled.top).all():  # one group, on every grid
            break
    assert best is not None
    return best


def contract(tree: Dendrogram, steps: int) -> Groups:
    """Round heights up to powers of ``2 ** (1 / steps)`` and contract merges of equal ones."""
    merges = np.flatnonzero(tree.heights > 0.0)
    heights = tree.heights[merges]
    rounded = np.ceil(steps * np.log2(heights))
    rounded += np.exp2(rounded / steps) < heights
    levels = np.full(tree.heights.size, IDENTICAL, np.int64)
    levels[merges] = rounded
    nodes = 2 * tree.n_points - 1
    of, parent = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    level = np.empty(nodes, np.int64)
    m = contract_merges(tree.parts, levels, IDENTICAL, of, parent, level)
    parent, level = parent[:m].copy(), level[:m]
    indptr, children = np.zeros(m + 1, np.int64), np.empty(m - 1, np.int32)
    group_children(parent, indptr, children)
    label = np.where(level == IDENTICAL, 0.0, np.exp2(level / steps))
    depth = int(depths_of(parent, np.empty(m, np.int32)))
    return Groups(of, parent, indptr, children, label, depth)


def place(
    tree: Dendrogram, groups: Groups, dim: int, eps: float
) -> tuple[NDArray[np.float64], float, float]:
    """Return the centres of the boxes of groups, the side of the cube, and a bound on stretches."""
    m = groups.label.size
    room, weight = np.empty(m), np.ones(m)
    demand_room(groups.indptr, groups.children, groups.label, eps, dim, room, weight)
    # Now that the side of the cube is known, make room for its rounding too.
    label = np.where(groups.label > 0.0, groups.label + ROUNDING * room[0], 0.0)
    demand_room(groups.indptr, groups.children, label, eps, dim, room, weight)
    lower, upper, sides = np.empty((m, dim)), np.empty((m, dim)), np.empty((m, dim))
    lower[0], upper[0], sides[0] = -0.5 * room[0], 0.5 * room[0], room[0]
    heavy_first = _parts_by(groups, -weight)
    place_groups(groups.indptr, heavy_first, label, eps, room, weight, lower, upper, sides)
    # Two points that merge in a group are no farther apart than its box is long: a box of that
    # volume whose sides differ by a factor of 1 / eps at most.
    merges = np.flatnonzero(tree.heights > 0.0)
    lowest = np.full(m, np.inf)
    np.minimum.at(lowest, groups.of[tree.n_points + merges], tree.heights[merges])
    longest = float(np.max(room / lowest)) * eps ** (1.0 / dim - 1.0)
    return 0.5 * (lower + upper), float(room[0]), longest * math.sqrt(dim)


def _tighten(
    groups: Groups,
    group_of: NDArray[np.int32],
    gaps: NDArray[np.float64],
    centre: NDArray[np.float64],
    margin: float,
) -> NDArray[np.float64]:
    """Return the places of distinct points, in their order, with the groups tightened."""
    n = group_of.size
    start, stop = np.full(len(centre), n, np.int64), np.zeros(len(centre), np.int64)
    start[group_of] = np.arange(n)
    stop[group_of] = start[group_of] + 1
    ranges_of(groups.parent, start, stop)
    in_order = _parts_by(groups, start)
    points = np.zeros((n, centre.shape[1]))
    tighten(groups.indptr, in_order, start, stop, gaps, margin, centre, points)
    return points


def _parts_by(groups: Groups, key: NDArray[Any]) -> NDArray[np.int32]:
    """Return the parts of each group by ascending `key`."""
    return (np.lexsort((key[1:], groups.parent[1:])) + 1).astype(np.int32)
