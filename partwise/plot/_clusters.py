"""Clusters of points as a picture, and how well every object lies in its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._labels import check_labels
from partwise.plot._axes import block_colors, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_clusters", "plot_silhouette"]

_GAP = 0.01  # between the clusters of a silhouette plot, as a share of all objects
_NAMED = 30  # clusters that are numbered in a silhouette plot
_MARKED = 300  # medoids that are marked


def plot_clusters(
    X: ArrayLike,
    labels: ArrayLike,
    medoids: ArrayLike | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw points coloured by cluster.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points. One dimension is spread over a second one by position; of more than two, the two
        principal components are drawn.
    labels : array-like of int, shape (n,)
        Cluster of every point, from 0.
    medoids : array-like of int, shape (k,), optional
        Points to mark.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        Arguments of a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    Notes
    -----
    O(n d^2 + d^3) time for the components.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().add_subplot()
    >>> plot_clusters([[0, 0], [1, 0], [9, 9]], [0, 0, 1], medoids=[0, 2], ax=axes) is axes
    True
    """
    points = np.asarray(X, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] == 0:
        raise ValueError(f"X must have shape (n, d) with d of at least 1, got {points.shape}")
    if not np.isfinite(points).all():
        raise ValueError("X must be finite, got NaN or infinity")
    part, k = check_labels(labels, len(points), None)
    ax = new_axes(ax)
    plane, names = _plane(points)
    n = len(points)
    ax.scatter(
        plane[:, 0],
        plane[:, 1],
        s=float(np.clip(12_000 / max(n, 1), 0.4, 30)),
        c=block_colors(k)[part] if n else [],
        linewidths=0,
        rasterized=n > 5_000,
    )
    if medoids is not None and np.size(medoids) <= _MARKED:
        chosen = plane[np.asarray(medoids)]
        ax.scatter(chosen[:, 0], chosen[:, 1], s=40, marker="X", c="black", edgecolors="white")
    ax.set_xlabel(names[0])
    ax.set_ylabel(names[1])
    if points.shape[1] > 1:
        ax.set_aspect("equal", adjustable="datalim")
    if title is not None:
        ax.set_title(title)
    return ax


def _plane(points: NDArray[np.float64]) -> tuple[NDArray[np.float64], tuple[str, str]]:
    """Return positions in two dimensions, and what the axes are."""
    n, d = points.shape
    if d == 1:
        return np.column_stack([points[:, 0], np.arange(n)]), ("column 1", "row")
    if d == 2 or n == 0:
        return points[:, :2], ("column 1", "column 2")
    centred = points - points.mean(axis=0)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    total = variances.sum() or 1.0
    shares = variances[:-3:-1] / total
    names = tuple(f"principal component {i} ({s:.0%})" for i, s in enumerate(shares, 1))
    return centred @ axes[:, :-3:-1], (names[0], names[1])


def plot_silhouette(
    values: ArrayLike,
    labels: ArrayLike,
    *,
    name: str = "silhouette",
    ax: Axes | None = None,
    title: str | None = None,
) -> Axes:
    """Draw a silhouette plot: a bar for every object, sorted within its cluster.

    Parameters
    ----------
    values : array-like of shape (n,)
        Silhouette of every object, at most 1: see :func:`partwise.cluster.silhouette` and
        :func:`partwise.cluster.medoid_silhouette` with ``per_sample=True``.
    labels : array-like of int, shape (n,)
        Cluster of every object, from 0.
    name : str, default="silhouette"
        What the values are.
    ax : matplotlib Axes, optional
        Where to draw; new axes by default.
    title : str, optional

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    ValueError, TypeError
        Arguments of a wrong shape, dtype or value.
    ImportError
        matplotlib is missing.

    References
    ----------
    P. J. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of cluster
    analysis", J. Comput. Appl. Math. 20, 1987, doi:10.1016/0377-0427(87)90125-7.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().add_subplot()
    >>> plot_silhouette([0.9, 0.8, -0.1], [0, 0, 1], ax=axes) is axes
    True
    """
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 1 or not np.isfinite(scores).all():
        raise ValueError(f"values must be a vector of finite numbers, got shape {scores.shape}")
    part, k = check_labels(labels, len(scores), None)
    ax = new_axes(ax)
    n = len(scores)
    order = np.lexsort((-scores, part))
    sizes = np.bincount(part, minlength=k)
    gap = max(1.0, _GAP * n) if k <= _NAMED else 0.0
    starts = np.cumsum(sizes) - sizes + gap * np.arange(k)
    for block, color in enumerate(block_colors(k)):
        rows = order[_range(sizes, block)]
        height = starts[block] + np.arange(len(rows) + 1)
        ax.fill_betweenx(
            height, 0, np.append(scores[rows], scores[rows[-1:]]), step="post", color=color, lw=0
        )
        if k <= _NAMED:
            ax.text(-0.02, height.mean(), str(block), ha="right", va="center", fontsize="small")
    mean = float(scores.mean()) if n else 0.0
    ax.axvline(mean, color="0.2", linestyle="--", linewidth=1)
    ax.set_xlim(min(-0.05, float(scores.min(initial=0.0))), 1)
    ax.set_ylim(n + gap * max(k - 1, 0), 0)
    ax.set_yticks([])
    ax.set_xlabel(f"{name}, {mean:.3f} on average")
    ax.set_ylabel("objects, by cluster")
    if title is not None:
        ax.set_title(title)
    return ax


def _range(sizes: NDArray[np.int64], block: int) -> slice:
    """Return where a block lies when objects are sorted by block."""
    end = int(sizes[: block + 1].sum())
    return slice(end - int(sizes[block]), end)
