"""The largest inner products on the CPU: BLAS for tiles of products, kernels for their best."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.blas import run_jobs

__all__ = ["best_products"]

_TILE = 512  # rows and columns; with half as many, or twice, BLAS and caches do worse

Best = tuple[NDArray[Any], NDArray[np.int32]]


def best_products(
    x: NDArray[Any],
    y: NDArray[Any] | None,
    x_label: NDArray[np.int32] | None = None,
    y_label: NDArray[np.int32] | None = None,
    *,
    n_jobs: int = 1,
    tile: int = _TILE,
) -> Best:
    """Return for every row of x the largest product and the row of y that it is with.

    Parameters
    ----------
    x : float32 or float64 ndarray of shape (n, d)
    y : ndarray of shape (m, d), or None
        None for x itself: then no row goes with itself, and a product serves both of its rows.
    x_label, y_label : int32 ndarrays, or None
        Rows of one label do not go together.
    n_jobs : int
        Threads. Products do not depend on how many there are, nor does the result.
    tile : int
        Rows and columns of a tile of products.

    Returns
    -------
    product : ndarray of shape (n,)
        Minus infinity where there is none.
    index : int32 ndarray of shape (n,)
        The smallest of several; -1 where there is none.
    """
    of_jobs: dict[int, Best] = {}
    starts = range(0, len(x), tile)

    def work(job: int, n_jobs: int) -> None:
        """Take every n_jobs-th row of tiles, for results of this job's own."""
        of_jobs[job] = _best_of_tiles(x, y, x_label, y_label, starts[job::n_jobs], tile)

    run_jobs(work, n_jobs, len(starts))
    product, index = of_jobs[0]
    for job in range(1, len(of_jobs)):
        other, at = of_jobs[job]
        is_better = (other > product) | ((other == product) & (at < index))
        product, index = np.where(is_better, other, product), np.where(is_better, at, index)
    return product, index


def _best_of_tiles(
    x: NDArray[Any],
    y: NDArray[Any] | None,
    x_label: NDArray[np.int32] | None,
    y_label: NDArray[np.int32] | None,
    starts: range,
    tile: int,
) -> Best:
    """Return the best of the products in some rows of tiles, also for their columns of one set.

    What a row is offered comes in the order of the columns: first by the columns of tiles above the
    diagonal, then by their rows. So the first of equal ones is the smallest.
    """
    from partwise.gpu._kernels.argmax import drop_diagonal, drop_labels, keep_columns, keep_rows

    is_one_set = y is None
    if y is None:
        y, y_label = x, x_label
    n, m = len(x), len(y)
    product, index = np.full(n, -np.inf, x.dtype), np.full(n, -1, np.int32)
    room = np.empty(min(tile, n) * min(tile, m), x.dtype)
    for i in starts:
        rows = slice(i, min(i + tile, n))
        for j in range(i if is_one_set else 0, m, tile):
            columns = slice(j, min(j + tile, m))
            shape = rows.stop - i, columns.stop - j
            products = room[: shape[0] * shape[1]].reshape(shape)
            np.matmul(x[rows], y[columns].T, out=products)
            if is_one_set and i == j:
                drop_diagonal(products)
            if x_label is not None and y_label is not None:
                drop_labels(products, x_label[rows], y_label[columns])
            keep_rows(products, products.argmax(axis=1), j, product[rows], index[rows])
            if is_one_set and i < j:
                keep_columns(products, i, product[columns], index[columns])
    return product, index
