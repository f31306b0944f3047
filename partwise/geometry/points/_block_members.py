"""Which points and which views belong to expanded blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.points._block_cuts import Leaf

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = [
    "Cells",
    "as_visibility",
    "expanded",
    "height_ranges",
    "members_of",
    "on_columns",
    "views_of",
]

Floats = NDArray[np.float64]

_HEIGHT_MARGIN = 0.2


class Cells(NamedTuple):
    """Rectangles before and after they are expanded, each float64 (k, 2)."""

    low: Floats
    high: Floats
    expanded_low: Floats
    expanded_high: Floats


def as_visibility(visibility: Any, n: int) -> csr_array:
    """Return the matrix of points and views as boolean CSR without explicit zeros.

    Raises
    ------
    ValueError
        Another number of rows, or no matrix.
    """
    from scipy.sparse import csr_array, issparse

    given = visibility if issparse(visibility) else np.asarray(visibility)
    if given.ndim != 2 or given.shape[0] != n:
        raise ValueError(f"visibility must have shape ({n}, n_views), got {given.shape}")
    matrix = csr_array(given != 0)
    matrix.sum_duplicates()
    return matrix


def expanded(leaves: list[Leaf], overlap: float) -> Cells:
    """Return the rectangles, scaled by 1 + overlap about their centres."""
    low = np.array([leaf.low for leaf in leaves])
    high = np.array([leaf.high for leaf in leaves])
    margin = 0.5 * overlap * (high - low)
    return Cells(low, high, low - margin, high + margin)


def members_of(ground: Floats, leaves: list[Leaf], cells: Cells) -> csr_array:
    """Return the (k, n) boolean matrix of the points in each expanded rectangle, edges included.

    Only the points of rectangles that an expanded one meets are looked at.
    """
    from scipy.sparse import csr_array

    from partwise.geometry.points._kernels.hull import keep_inside

    members = []
    for low, high in zip(cells.expanded_low, cells.expanded_high):
        meets = ((cells.low <= high) & (cells.high >= low)).all(axis=1)
        near = np.concatenate([leaves[i].points for i in np.flatnonzero(meets)])
        members.append(np.sort(near[: keep_inside(ground, low, high, near)]))
    indptr = np.concatenate(([0], np.cumsum([m.size for m in members])))
    indices = np.concatenate(members)
    entries = np.ones(indices.size, dtype=bool)
    return csr_array((entries, indices, indptr), shape=(len(leaves), len(ground)))


def views_of(
    members: csr_array, seen: csr_array, view_share: float, block_share: float
) -> csr_array:
    """Return the (k, n_views) boolean matrix of the views that belong to each block.

    One sparse product counts the points that every view sees in every block. A view belongs to a
    block if these are more than `view_share` of all it sees, or more than `block_share` of all that
    the block has.
    """
    from scipy.sparse import csr_array

    seen = seen.astype(np.int64)
    shared = csr_array(members.astype(np.int64) @ seen)
    shared.sort_indices()
    of_view = np.bincount(seen.indices, minlength=seen.shape[1])
    of_block = np.diff(members.indptr)
    block = np.repeat(np.arange(shared.shape[0]), np.diff(shared.indptr))
    belongs = (shared.data > view_share * of_view[shared.indices]) | (
        shared.data > block_share * of_block[block]
    )
    chosen = csr_array(
        (belongs[belongs], (block[belongs], shared.indices[belongs])), shape=shared.shape
    )
    chosen.sort_indices()
    return chosen


def height_ranges(members: csr_array, height: Floats, percentiles: tuple[float, float]) -> Floats:
    """Return (k, 2) lower and upper ends: percentiles of the members' heights, and a margin."""
    ranges = np.empty((members.shape[0], 2))
    for block, (start, end) in enumerate(zip(members.indptr[:-1], members.indptr[1:])):
        inside = height[members.indices[start:end]]
        ranges[block] = np.percentile(inside, percentiles) if inside.size else np.nan
    margin = 0.5 * _HEIGHT_MARGIN * (ranges[:, 1:] - ranges[:, :1])
    return ranges + margin * np.array([-1.0, 1.0])


def on_columns(matrix: csr_array, columns: NDArray[np.int64], n: int) -> csr_array:
    """Return the matrix with its columns moved, in their order, to these among `n`."""
    from scipy.sparse import csr_array

    return csr_array((matrix.data, columns[matrix.indices], matrix.indptr), (matrix.shape[0], n))
