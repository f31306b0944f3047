"""How many items each pair of clusters of two labelings has in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.metrics._clusters import check_noise

if TYPE_CHECKING:
    from scipy.sparse import coo_array

__all__ = ["ContingencyTable", "contingency_table"]


@dataclass(frozen=True, slots=True)
class ContingencyTable:
    """The entries of a contingency table that are not 0.

    Attributes
    ----------
    rows, columns : int64 ndarray of shape (n_entries,)
        Cluster of the first and of the second labeling, sorted by row, then by column.
    counts : int64 ndarray of shape (n_entries,)
        Items in both.
    row_sizes, column_sizes : int64 ndarray
        Items of every cluster of the first and of the second labeling.
    row_labels, column_labels : ndarray
        The labels, ascending. Singletons of noise come last, with the label -1.
    """

    rows: NDArray[np.int64] = field(repr=False)
    columns: NDArray[np.int64] = field(repr=False)
    counts: NDArray[np.int64] = field(repr=False)
    row_sizes: NDArray[np.int64] = field(repr=False)
    column_sizes: NDArray[np.int64] = field(repr=False)
    row_labels: NDArray[Any] = field(repr=False)
    column_labels: NDArray[Any] = field(repr=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of clusters of the two labelings."""
        return len(self.row_sizes), len(self.column_sizes)

    @property
    def n_items(self) -> int:
        """Number of items."""
        return int(self.counts.sum())

    @property
    def is_bijection(self) -> bool:
        """Whether both labelings group the items alike."""
        n = len(self.counts)
        return self.shape == (n, n)

    def to_scipy(self) -> coo_array:
        """Return the table as a sparse array of the shape (rows, columns)."""
        from scipy.sparse import coo_array

        return coo_array((self.counts, (self.rows, self.columns)), shape=self.shape)

    def to_array(self) -> NDArray[np.int64]:
        """Return the table as a dense array of the shape (rows, columns)."""
        table = np.zeros(self.shape, np.int64)
        table[self.rows, self.columns] = self.counts
        return table

    def to_dict(self) -> dict[str, Any]:
        """Return the table as lists, ready for JSON."""
        return {
            "row_labels": self.row_labels.tolist(),
            "column_labels": self.column_labels.tolist(),
            "entries": np.column_stack([self.rows, self.columns, self.counts]).tolist(),
        }


def contingency_table(
    labels_a: ArrayLike, labels_b: ArrayLike, *, noise: str = "cluster"
) -> ContingencyTable:
    """Count the items that pairs of clusters have in common.

    Parameters
    ----------
    labels_a, labels_b : array-like of int, bool or str, shape (n,)
        Two labelings of the same items. Any names will do.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        Items with the integer label -1 are one cluster, as in scikit-learn; are left out if either
        labeling has them so; or are each a cluster of their own.

    Returns
    -------
    ContingencyTable
        Only what is not 0, so that many clusters take no more than O(n) memory.

    Raises
    ------
    ValueError
        The labelings are not one-dimensional or differ in length, or `noise` is unknown.
    TypeError
        The labels are floats or something else that is no name.

    Notes
    -----
    O(n) time if the labels are small non-negative integers and few enough, else O(n log n).

    Examples
    --------
    >>> contingency_table(["a", "a", "b", "b"], [0, 0, 0, 1]).to_array().tolist()
    [[2, 0], [1, 1]]
    """
    check_noise(noise)
    a, b = _vector(labels_a, "labels_a"), _vector(labels_b, "labels_b")
    if len(a) != len(b):
        raise ValueError(
            f"labels_a and labels_b must be equally long, got {len(a)} and {len(b)} labels"
        )
    if noise == "exclude":
        kept = ~(_noisy(a) | _noisy(b))
        a, b = a[kept], b[kept]
    code_a, names_a = _encode(a, noise)
    code_b, names_b = _encode(b, noise)
    height, width = len(names_a), len(names_b)
    cells = code_a * width + code_b
    if height * width <= 4 * len(cells):
        table = np.bincount(cells, minlength=height * width)
        pairs = np.flatnonzero(table)
        counts = table[pairs]
    else:
        pairs, counts = np.unique(cells, return_counts=True)
    return ContingencyTable(
        pairs // max(width, 1),
        pairs % max(width, 1),
        counts.astype(np.int64),
        np.bincount(code_a, minlength=height),
        np.bincount(code_b, minlength=width),
        names_a,
        names_b,
    )


def _vector(labels: ArrayLike, name: str) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(labels)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}")
    if array.size == 0:
        return np.zeros(0, np.int64)
    if array.dtype.kind not in "biuUS" and not all(isinstance(x, str) for x in array):
        raise TypeError(f"{name} must hold integers or strings, got dtype {array.dtype}")
    return array if array.dtype.kind in "biu" else array.astype(str)


def _noisy(array: NDArray[Any]) -> NDArray[np.bool_]:
    return array == -1 if array.dtype.kind == "i" else np.zeros(len(array), np.bool_)


def _encode(array: NDArray[Any], noise: str) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return codes from 0 on without gaps, and the label of each code."""
    noisy = _noisy(array) if noise == "singletons" else np.zeros(len(array), np.bool_)
    n_noisy = int(np.count_nonzero(noisy))
    names, found = _ascending(array[~noisy] if n_noisy else array)
    if n_noisy == 0:
        return found, names
    codes = np.empty(len(array), np.int64)
    codes[~noisy] = found
    codes[noisy] = np.arange(len(names), len(names) + n_noisy)
    return codes, np.concatenate([names, np.full(n_noisy, -1, array.dtype)])


def _ascending(array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the distinct labels and the place of each item's label among them."""
    small = array.dtype.kind in "iu" and len(array) and array.min() >= 0
    if small and array.max() < 4 * len(array):
        present = np.bincount(array) > 0
        return np.flatnonzero(present), (np.cumsum(present) - 1)[array]
    names, codes = np.unique(array, return_inverse=True)
    return names, codes.astype(np.int64)
