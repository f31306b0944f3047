"""Treemaps: every node of a tree a region of the plane, of area in proportion to its weight."""

from __future__ import annotations

import importlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np

from partwise._random import RandomState, check_seed
from partwise.geometry._plan import make_plan
from partwise.geometry._tree import Tree
from partwise.geometry.treemaps._drawn import Drawn, Rect
from partwise.geometry.treemaps._kernels.ordered import PIVOTS
from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["METHODS", "Settings", "treemap"]


class _Method(NamedTuple):
    """Where a method lives, and what it wants of a plan."""

    module: str
    function: str
    by_weight: bool = True
    may_pad: bool = False
    may_keep: bool = False


METHODS = {
    "convex": _Method("_convex", "lay_convex", may_keep=True),
    "angular": _Method("_convex", "lay_angular", may_keep=True),
    "greedy": _Method("_convex", "lay_greedy", may_keep=True),
    "greedy_safe": _Method("_convex", "lay_greedy_safe", may_keep=True),
    "orthoconvex": _Method("_orthoconvex", "lay_orthoconvex"),
    "l_shape": _Method("_l_shape", "lay_l_shape"),
    "slack": _Method("_slack", "lay_slack"),
    "squarified": _Method("_squarified", "lay_squarified", may_pad=True, may_keep=True),
    "slice_and_dice": _Method("_ordered", "lay_slice_and_dice", by_weight=False, may_pad=True),
    "strip": _Method("_ordered", "lay_strip", by_weight=False, may_pad=True),
    "pivot": _Method("_ordered", "lay_pivot", by_weight=False, may_pad=True),
    "voronoi": _Method("_voronoi", "lay_voronoi"),
}
"""The methods of :func:`treemap`; each takes (plan, rect, settings) and returns a Drawn."""

_LARGEST = 1e100
"""Side of a rectangle; squares of longer sides, or areas of small parts, would leave float64."""


@dataclass(frozen=True)
class Settings:
    """The options of :func:`treemap` that methods look at.

    Attributes
    ----------
    ratio : float
        Of squarified: the aspect ratio that rows strive for.
    eps : float
        Of slack: the part of its volume that a region may lose at a level.
    padding, header : float
        Free margin and strip inside every inner region, in units of the picture.
    seed : int
        Of methods that draw random numbers.
    pivot : {"middle", "size", "split"}
        Of pivot: which child it is.
    kept : object, optional
        What an earlier layout of the same tree left to be reused.
    """

    ratio: float = 1.618
    eps: float = 1 / 3
    padding: float = 0.0
    header: float = 0.0
    seed: int = 0
    pivot: str = "middle"
    kept: object | None = None


def treemap(
    tree: Tree,
    method: str = "convex",
    rect: Sequence[float] = (0.0, 0.0, 1.0, 1.0),
    ratio: float = 1.618,
    validate: bool = False,
    *,
    eps: float = 1 / 3,
    padding: float = 0.0,
    header: float = 0.0,
    pivot: Literal["middle", "size", "split"] = "middle",
    random_state: RandomState = 0,
    previous: TreemapLayout | None = None,
) -> TreemapLayout:
    """Give every node of `tree` a region of a rectangle, of area in proportion to its weight.

    The regions of the children of a node tile its own. The methods differ in the shape of the
    regions and in what is proven about how fat they are:

    - "convex" (default): convex polygons whose squared diameter is at most about
      ``5.1 (depth + 4)`` times their area, whatever the weights;
    - "greedy", "greedy_safe", "angular": convex too; "greedy" often looks best but has no asserted
      bound, "greedy_safe" tries the cuts that keep that of "convex";
    - "orthoconvex": sides are axis-parallel; leaves are rectangles of ratio at most 8 and L and S
      shapes of at most 32, inner nodes orthoconvex of at most 64;
    - "l_shape": rectangles and L shapes of ratio at most ``2 + 2 / sqrt(3)``, one level at a time;
    - "slack": rectangles of ratio at most ``1 / eps``, for areas that may fall short by a part
      `eps` at each level;
    - "squarified": rectangles, usually fat, but without any bound; the usual treemap;
    - "slice_and_dice", "strip", "pivot": rectangles in the given order of children;
    - "voronoi": compact convex cells, those of a power diagram in every region; no bound. Children
      below 1e-6 of a region, or those that would be squeezed, first share a cell.

    Parameters
    ----------
    tree : Tree
    method : str, default="convex"
    rect : (x, y, width, height), default=(0, 0, 1, 1)
        The region of the root; sides from 1e-100 to 1e100.
    ratio : float, default=1.618
        Of "squarified": the ratio that rows strive for, at least 1.
    validate : bool, default=False
        Check after drawing that leaves tile the rectangle, areas are right, regions have the shape
        and keep the bound that the method promises.
    eps : float, default=1/3
        Of "slack": above 0, at most 1/3.
    padding, header : float, default=0
        A margin, and a strip at the top, that are left free inside each inner node's region, in
        units of `rect`; only for methods that make rectangles in every case. Areas are then no
        longer in proportion to weights over different parents.
    pivot : {"middle", "size", "split"}, default="middle"
        Of "pivot": whether the middle child is one, the largest one, or the one that halves the
        weight.
    random_state : None, int or random generator, default=0
        Of "voronoi".
    previous : TreemapLayout, optional
        A layout of the same tree with other weights, by the same method: convex, angular, greedy,
        greedy_safe or squarified. Its cuts or rows are kept and only moved, so that the picture
        changes no more than the weights, at the price of the bound. Children that had no weight
        before are laid out anew, with their siblings.

    Returns
    -------
    TreemapLayout

    Raises
    ------
    ValueError
        An argument that makes no sense, or a tree without weight.
    LayoutError
        With `validate`: the layout breaks a promise.

    Notes
    -----
    O(n log n) time for trees of bounded depth, in compiled code; nothing recurses.

    References
    ----------
    M. de Berg, B. Speckmann, V. van der Weele, "Treemaps with bounded aspect ratio",
    Computational Geometry 47(6), 2014, arXiv 1012.1749 ("convex", "orthoconvex", "l_shape").
    M. de Berg, K. Onak, A. Sidiropoulos, "Fat polygonal partitions with applications to
    visualization and embeddings", Journal of Computational Geometry 4(1), 2013, arXiv 1009.1866
    ("angular", "greedy", "slack"). M. Bruls, K. Huizing, J. J. van Wijk, "Squarified treemaps",
    VisSym 2000, doi:10.1007/978-3-7091-6783-0_4. A. Nocaj, U. Brandes, "Computing Voronoi treemaps:
    faster, simpler, and resolution-independent", Computer Graphics Forum 31(3), 2012,
    doi:10.1111/j.1467-8659.2012.03078.x ("voronoi").

    Examples
    --------
    >>> from partwise.geometry import Tree, treemap
    >>> tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 4, 3, 1])
    >>> layout = treemap(tree, "squarified")
    >>> layout.areas.tolist()
    [1.0, 0.5, 0.5, 0.375, 0.125]
    >>> bool(treemap(tree, "convex", validate=True).aspect_ratio.max() < 10)
    True
    """
    if not isinstance(tree, Tree):
        raise TypeError(f"tree must be a Tree, got {type(tree).__name__}")
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    frame = _as_rect(rect)
    settings = Settings(
        _at_least("ratio", ratio, 1.0),
        _as_eps(eps),
        _at_least("padding", padding, 0.0),
        _at_least("header", header, 0.0),
        check_seed(random_state),
        _as_pivot(pivot),
    )
    how = METHODS[method]
    padded = settings.padding > 0.0 or settings.header > 0.0
    if padded and not how.may_pad:
        able = [name for name, other in METHODS.items() if other.may_pad]
        raise ValueError(f"padding and header serve {', '.join(able)} only, not {method}")
    if previous is not None:
        _check_previous(previous, tree, method)
        settings = replace(settings, kept=previous._drawn.kept)
    plan = make_plan(
        tree,
        by_weight=how.by_weight,
        contract=not padded,
        before=None if previous is None else previous._plan,
    )
    module = importlib.import_module(f"partwise.geometry.treemaps.{how.module}")
    drawn: Drawn = getattr(module, how.function)(plan, frame, settings)
    if validate:
        from partwise.geometry.treemaps._validate import check_layout

        check_layout(tree, plan, drawn, frame, method, padded=padded)
    return TreemapLayout(
        tree, method, frame, drawn.aspect_kind, drawn.bound, settings.padding, settings.header,
        drawn.facts, plan, drawn,
    )  # fmt: skip


def _check_previous(previous: TreemapLayout, tree: Tree, method: str) -> None:
    able = [name for name, how in METHODS.items() if how.may_keep]
    if method not in able:
        raise ValueError(f"previous serves {', '.join(able)} only, not {method}")
    if previous.method != method:
        raise ValueError(f"previous must be a layout by {method}, got one by {previous.method}")
    if not np.array_equal(previous.tree.parents, tree.parents):
        raise ValueError("previous must be a layout of the same tree: parents differ")


def _as_rect(rect: Sequence[float]) -> Rect:
    sides = [float(side) for side in rect]
    if len(sides) != 4:
        raise ValueError(f"rect must be (x, y, width, height), got {len(sides)} numbers")
    if not all(map(math.isfinite, sides)) or sides[2] <= 0 or sides[3] <= 0:
        raise ValueError(
            f"rect must be finite with a width and a height above 0, got {tuple(sides)}"
        )
    if not all(1 / _LARGEST <= side <= _LARGEST for side in sides[2:]):
        raise ValueError(
            f"rect must have sides from {1 / _LARGEST:g} to {_LARGEST:g}, whose areas float64 can "
            f"hold, got {tuple(sides)}"
        )
    return Rect(*sides)


def _at_least(name: str, value: Any, least: float) -> float:
    number = float(value)
    if not (math.isfinite(number) and number >= least):
        raise ValueError(f"{name} must be a finite number of at least {least:g}, got {value}")
    return number


def _as_eps(eps: Any) -> float:
    number = float(eps)
    if not 0.0 < number <= 1 / 3:
        raise ValueError(f"eps must be above 0 and at most 1/3, got {eps}")
    return number


def _as_pivot(pivot: str) -> str:
    if pivot not in PIVOTS:
        raise ValueError(f"pivot must be one of {', '.join(PIVOTS)}, got {pivot!r}")
    return pivot
