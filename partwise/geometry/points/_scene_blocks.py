"""Large point clouds of scenes, cut into blocks that can be reconstructed one by one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from partwise._checks import check_count, check_jobs
from partwise.geometry._points import finite_points, optional_weights
from partwise.geometry.points._block_cuts import Rule, halve
from partwise.geometry.points._block_layout import BlockLayout
from partwise.geometry.points._block_members import (
    as_visibility,
    expanded,
    height_ranges,
    members_of,
    on_columns,
    views_of,
)
from partwise.geometry.points._ground import ground_frame, in_region, is_inlier, rectangle_axes

__all__ = ["scene_blocks"]

CUTS = ("midpoint", "median", "weighted")


def scene_blocks(
    points: ArrayLike,
    *,
    visibility: Any = None,
    max_points: float = 300_000,
    max_depth: int = 6,
    k: int | None = None,
    overlap: float = 0.05,
    cut: str = "midpoint",
    up: Any = "auto",
    region: ArrayLike | None = None,
    outlier_neighbors: int = 20,
    outlier_std: float = 2.0,
    height_percentiles: tuple[float, float] = (1.0, 99.0),
    min_points: int = 1,
    min_views: int = 0,
    view_share: float = 0.3,
    block_share: float = 0.1,
    sample_weight: ArrayLike | None = None,
    n_jobs: int | None = None,
) -> BlockLayout:
    """Cut the point cloud of a scene into blocks on the ground, and choose the views of each.

    Outliers are dropped, the rest is projected on the ground plane, and the smallest rectangle
    around it is halved across its longer side until no block holds too many points. Expanded blocks
    overlap, so that what was reconstructed in each fits together.

    Parameters
    ----------
    points : array-like of shape (n, d), d >= 2
        Finite coordinates. With d = 2 they are on the ground already.
    visibility : sparse or dense matrix of shape (n, n_views), optional
        Nonzero where a view sees a point, as :func:`read_colmap_points` gives it.
    max_points : float, default=300_000
        A block with more points, or a larger sum of weights, is halved.
    max_depth : int, default=6
        A block is halved at most so often: there are at most 2^max_depth blocks.
    k : int, optional
        The number of blocks, in place of `max_points` and `max_depth`.
    overlap : float, default=0.05
        Each block is scaled by 1 + overlap about its centre.
    cut : {"midpoint", "median", "weighted"}, default="midpoint"
        Where a block is halved: in the middle of its longer side, such that the numbers of points
        are even, or such that the sums of weights are. With `k`, midpoints halve the fullest block
        until there are `k`; medians give every block floor(m / k) or ceil(m / k) of m points.
    up : {"auto", "x", "y", "z"} or array-like of shape (3,), default="auto"
        The direction of heights, if d = 3. "auto" is that in which the points spread least; for
        d > 3 the ground is spanned by the two directions in which they spread most.
    region : array-like of shape (m, d), optional
        Corners of a polygon, projected on the ground; points outside are left out.
    outlier_neighbors : int, default=20
        A point is an outlier if its mean distance to so many nearest points exceeds the mean of
        these distances by more than `outlier_std` standard deviations. 0 keeps all points.
    outlier_std : float, default=2.0
    height_percentiles : tuple of two floats, default=(1.0, 99.0)
        Between them lie the heights of a block, a range then widened by 20 %.
    min_points, min_views : int, default=1 and 0
        Blocks with fewer points when expanded, or fewer views, are dropped.
    view_share, block_share : float, default=0.3 and 0.1
        A view belongs to a block if more than `view_share` of the points it sees are in the
        expanded block, or if it sees more than `block_share` of the points of the expanded block.
    sample_weight : array-like of shape (n,), optional
        Finite, at least 0, not all 0. Weights are what `max_points` and weighted cuts add up; a
        median counts every point once. Points without weight shape nothing: they are labelled last.
    n_jobs : int, optional
        Threads of the search for neighbours; the result does not depend on it.

    Returns
    -------
    BlockLayout

    Raises
    ------
    ValueError, TypeError
        A parameter out of its range, entries that are not finite, fewer points than `k`, no point
        left, `min_views` without visibility, a matrix of another number of rows.

    See Also
    --------
    SceneBlocks : the same as an estimator.
    grid_blocks : a fixed grid of a contracted space.

    Notes
    -----
    The steps are those of J. Wu et al., "BlockGaussian: Efficient large-scale scene novel view
    synthesis via adaptive block-based Gaussian splatting", 2025, arXiv:2504.09048, reconstructed
    from a description of their program, with cut="midpoint", min_points=2000 and min_views=20.
    Their test lets a block be halved when its depth *equals* their limit: their ``max_tree_depth``
    is our ``max_depth - 1``. Which points count for the views and percentiles (those of the
    expanded rectangle, at any height, outliers excluded) is our choice, and so are the cuts at
    medians and weights.

    O(n log n) time for neighbours and for each level. The points of each block and view are counted
    by one product of sparse matrices.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = rng.random((5000, 3)) * [100, 60, 5]
    >>> layout = scene_blocks(points, k=6, cut="median", outlier_neighbors=0)
    >>> layout.loads.astype(int).tolist()
    [834, 834, 833, 833, 833, 833]
    >>> (layout.predict(points) == layout.labels).all().item()
    True
    """
    X = finite_points(points, "points")
    n, d = X.shape
    if d < 2:
        raise ValueError(f"points must have at least two coordinates, got {d}")
    if n == 0:
        raise ValueError("points must have at least one point, got none")
    rule = _as_rule(cut, max_points, max_depth, k)
    _check_shares(overlap, outlier_std, view_share, block_share)
    _check_counts(outlier_neighbors, min_points, min_views)
    percentiles = _as_percentiles(height_percentiles)
    if min_views and visibility is None:
        raise ValueError(f"min_views is {min_views}, which needs visibility")
    seen = None if visibility is None else as_visibility(visibility, n)
    weights = optional_weights(sample_weight, n, "sample_weight")
    n_jobs = check_jobs(n_jobs)

    inlier = np.ones(n, dtype=bool)
    used = inlier.copy() if weights is None else weights > 0
    inlier[used] = is_inlier(X[used], outlier_neighbors, outlier_std, n_jobs)
    frame = ground_frame(X[used & inlier], None if weights is None else weights[used & inlier], up)
    if region is not None:
        inlier &= in_region(frame.ground(X), region, frame)
    kept = np.flatnonzero(used & inlier)
    if kept.size < (k or 1):
        wanted = f"k is {k}" if k else "at least one is needed"
        raise ValueError(f"{kept.size} points are left without outliers and region, but {wanted}")
    frame = frame.turned(rectangle_axes(frame.ground(X[kept])))
    ground = frame.ground(X[kept])
    w = None if weights is None else weights[kept]
    tree, leaves = halve(ground, w, rule)

    cells = expanded(leaves, overlap)
    members = members_of(ground, leaves, cells).tocsr()
    views = None
    stays = np.diff(members.indptr) >= min_points
    if seen is not None:
        views = views_of(members, seen[kept], view_share, block_share)
        stays &= np.diff(views.indptr) >= min_views
        views = views[stays]
    members = members[stays]
    height = frame.height(X[kept])
    block_of_leaf = np.where(stays, np.cumsum(stays) - 1, -1).astype(np.int32)
    labels = np.full(n, -1, dtype=np.int32)
    labels[inlier] = block_of_leaf[tree.locate(frame.ground(X[inlier]))]
    for leaf, block in zip(leaves, block_of_leaf):
        labels[kept[leaf.points]] = block  # points exactly on a cut are shared out by number
    loads = np.bincount(labels[kept] + 1, weights=w, minlength=int(stays.sum()) + 1)[1:]
    return BlockLayout(
        labels=labels,
        low=cells.low[stays],
        high=cells.high[stays],
        expanded_low=cells.expanded_low[stays],
        expanded_high=cells.expanded_high[stays],
        heights=None if height is None else height_ranges(members, height, percentiles),
        loads=loads.astype(np.float64),
        members=on_columns(members, kept, n),
        views=views,
        depth=np.array([leaf.depth for leaf in leaves])[stays],
        imbalance=float(loads.max() * loads.size / loads.sum() - 1) if loads.any() else 0.0,
        inlier=inlier,
        n_dropped=int((~stays).sum()),
        frame=frame,
        tree=tree,
        block_of_leaf=block_of_leaf,
    )


def _as_rule(cut: str, max_points: float, max_depth: int, k: int | None) -> Rule:
    if cut not in CUTS:
        raise ValueError(f"cut must be one of {', '.join(map(repr, CUTS))}, got {cut!r}")
    if not max_points > 0:
        raise ValueError(f"max_points must be positive, got {max_points}")
    if max_depth != 0:
        check_count("max_depth", max_depth)
    return Rule(cut, float(max_points), int(max_depth), None if k is None else check_count("k", k))


def _check_shares(
    overlap: float, outlier_std: float, view_share: float, block_share: float
) -> None:
    for name, number in (
        ("overlap", overlap),
        ("outlier_std", outlier_std),
        ("view_share", view_share),
        ("block_share", block_share),
    ):
        if not (math.isfinite(number) and number >= 0):
            raise ValueError(f"{name} must be a finite number of at least 0, got {number}")


def _check_counts(outlier_neighbors: int, min_points: int, min_views: int) -> None:
    for name, count in (
        ("outlier_neighbors", outlier_neighbors),
        ("min_points", min_points),
        ("min_views", min_views),
    ):
        if count != 0:
            check_count(name, count)


def _as_percentiles(percentiles: Any) -> tuple[float, float]:
    low, high = percentiles if np.shape(percentiles) == (2,) else (math.nan, math.nan)
    if not 0 <= low < high <= 100:
        raise ValueError(
            f"height_percentiles must be two ascending numbers from 0 to 100, got {percentiles!r}"
        )
    return float(low), float(high)
