"""How far two layouts of a tree are apart: what a viewer sees move when weights change."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._kernels.measure import centroids_of, mean_turn
from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["DistanceKind", "layout_distance"]

DistanceKind = Literal["centroid", "box", "corner", "direction"]


def layout_distance(a: TreemapLayout, b: TreemapLayout, kind: DistanceKind = "centroid") -> float:
    """Return how far the leaves of two layouts of one tree are apart.

    Leaves that one of them does not draw do not count.

    Parameters
    ----------
    a, b : TreemapLayout
        Of trees with the same parents, such as the same tree with other weights.
    kind : {"centroid", "box", "corner", "direction"}, default="centroid"
        "centroid": mean distance of the centroids. "box": mean Euclidean distance of (x, y, width,
        height) of the bounding boxes (Shneiderman and Wattenberg 2001). "corner": mean over the
        four corners of the bounding boxes of how far each has moved (Sondag, Speckmann and Verbeek
        2018). "direction": mean over all pairs of leaves of the angle by which the direction from
        one centroid to the other has turned, over pi (after Hahn, Bethge and Döllner 2017). All
        but the last are in units of the diagonal of `a`'s rectangle.

    Returns
    -------
    float
        0 for equal layouts.

    Raises
    ------
    ValueError
        Different trees, or an unknown kind.

    Notes
    -----
    O(size of the polygons), and O(n_leaves^2) for "direction", compiled.

    References
    ----------
    B. Shneiderman, M. Wattenberg, "Ordered treemap layouts", InfoVis 2001,
    doi:10.1109/INFVIS.2001.963283. M. Sondag, B. Speckmann, K. Verbeek, "Stable treemaps via local
    moves", IEEE TVCG 24(1), 2018, doi:10.1109/TVCG.2017.2745140. S. Hahn, J. Bethge, J. Döllner,
    "Relative direction change", IVAPP 2017.

    Examples
    --------
    >>> from partwise.geometry import Tree, layout_distance, treemap
    >>> old = treemap(Tree.from_parents([-1, 0, 0], [0, 3, 1]), "squarified")
    >>> new = treemap(Tree.from_parents([-1, 0, 0], [0, 2, 2]), "squarified", previous=old)
    >>> round(layout_distance(old, new), 4)
    0.0884
    """
    if kind not in get_args(DistanceKind):
        raise ValueError(f"kind must be one of {get_args(DistanceKind)}, got {kind!r}")
    if not np.array_equal(a.tree.parents, b.tree.parents):
        raise ValueError("a and b must be layouts of the same tree: parents differ")
    both = a.tree.is_leaf & (a.areas > 0.0) & (b.areas > 0.0)
    if not both.any():
        return 0.0
    diagonal = float(np.hypot(a.rect.width, a.rect.height))
    if kind in ("centroid", "direction"):
        before, after = _centroids(a)[both], _centroids(b)[both]
        if kind == "direction":
            return float(mean_turn(before, after)) / np.pi
        return float(np.hypot(*(after - before).T).mean()) / diagonal
    before, after = a.boxes[both], b.boxes[both]
    if kind == "box":
        before[:, 2:] -= before[:, :2]
        after[:, 2:] -= after[:, :2]
        return float(np.sqrt(((after - before) ** 2).sum(axis=1)).mean()) / diagonal
    moved = after - before
    corners = [np.hypot(moved[:, i], moved[:, j]) for i in (0, 2) for j in (1, 3)]
    return float(np.mean(corners)) / diagonal


def _centroids(layout: TreemapLayout) -> NDArray[np.float64]:
    """Return the centroid of each node's region, NaN without one."""
    indptr, xy = layout.polygons()
    centroids = np.empty((len(indptr) - 1, 2))
    centroids_of(indptr, xy, centroids)
    return centroids
