"""The best of tiles of inner products on the CPU; the products themselves are made by BLAS."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["drop_diagonal", "drop_labels", "keep_columns", "keep_rows"]


@kernel(allocates=False)
def drop_diagonal(products):
    """Take out the products of points with themselves, of a tile on the diagonal."""
    for i in range(min(products.shape)):
        products[i, i] = -np.inf


@kernel(allocates=False)
def drop_labels(products, row_label, column_label):
    """Take out the products within a label.

    Parameters
    ----------
    products : ndarray of shape (a, b)
    row_label : int32 ndarray of shape (a,)
    column_label : int32 ndarray of shape (b,)
    """
    for i in range(products.shape[0]):
        row, label = products[i], row_label[i]
        for j in range(row.size):
            row[j] = -np.inf if column_label[j] == label else row[j]


@kernel(allocates=False)
def keep_rows(products, top, first, product, index):
    """Take over what is better than the best so far, for the rows of a tile.

    Parameters
    ----------
    products : ndarray of shape (a, b)
    top : intp ndarray of shape (a,)
        Column of the largest product of each row.
    first : int
        Number of the first column.
    product, index : ndarrays of shape (a,)
        The best so far and where it is; updated.
    """
    for i in range(product.size):
        if products[i, top[i]] > product[i]:
            product[i] = products[i, top[i]]
            index[i] = first + top[i]


@kernel(allocates=False)
def keep_columns(products, first, product, index):
    """Take over what is better than the best so far, for the columns of a tile.

    Parameters
    ----------
    products : ndarray of shape (a, b)
    first : int
        Number of the first row.
    product, index : ndarrays of shape (b,)
        The best so far and where it is; updated.
    """
    for i in range(products.shape[0]):
        row, number = products[i], np.int32(first + i)
        for j in range(row.size):  # both without a jump: many at a time
            is_better = row[j] > product[j]
            index[j] = number if is_better else index[j]
            product[j] = row[j] if is_better else product[j]
