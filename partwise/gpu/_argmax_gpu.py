"""The largest inner products on a device: layout of the points, launches, and what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np

from partwise.gpu._backend import Backend

__all__ = ["PAD_DEPTH", "PAD_POINTS", "best_products_on", "best_rows_on"]

PAD_DEPTH = 8  # coordinates that a kernel has in shared memory at a time
PAD_POINTS = 128  # rows of the largest tile
_BLOCK = 256
_MOST_SPAN = 16  # tiles of columns that a block takes, for one of rows
_ENOUGH_BLOCKS = 2048  # a few for each multiprocessor of a large device
_TILE = {"float32": 128, "float64": 64}
_NAME = {"float32": "argmax_rows_float", "float64": "argmax_rows_double"}


def best_products_on(
    backend: Backend, x: Any, y: Any = None, x_label: Any = None, y_label: Any = None
) -> tuple[Any, Any]:
    """Return for every row of x the largest product and the row of y that it is with.

    As :func:`partwise.gpu._argmax_cpu.best_products`, with arrays that the backend has and at least
    one row in each.
    """
    if y is None and x.dtype == np.float32:
        return _best_of_pairs(backend, x, x_label)
    return best_rows_on(backend, x, y, x_label, y_label)


def _best_of_pairs(backend: Backend, x: Any, label: Any) -> tuple[Any, Any]:
    """Make each product of one set of points once for both."""
    xp, n = backend.xp, int(x.shape[0])
    best = xp.zeros(n, xp.uint64)
    columns = _in_columns(xp, x)
    depth, width = columns.shape
    tiles = -(-n // _TILE["float32"])
    span = max(1, min(_MOST_SPAN, tiles * tiles // (2 * _ENOUGH_BLOCKS)))
    labels = xp.zeros(1, xp.int32) if label is None else label
    backend.launch(
        "argmax_symmetric", tiles * -(-tiles // span) * _BLOCK, columns, width, n, depth, labels,
        int(label is not None), span, best, block=_BLOCK,
    )  # fmt: skip
    return _unpacked(xp, best)


def _unpacked(xp: Any, best: Any) -> tuple[Any, Any]:
    """Return products and columns of what ``packed`` of argmax.cuh has put together."""
    halves = best.view(xp.uint32).reshape(-1, 2)  # the lower one first
    low, high = halves[:, 0], halves[:, 1]
    bits = xp.where(high >> 31 != 0, high ^ 0x80000000, ~high)
    is_none = best == 0
    product = xp.where(is_none, -xp.inf, bits.view(xp.float32)).astype(xp.float32)
    return product, xp.where(is_none, -1, (~low).astype(xp.int32)).astype(xp.int32)


def best_rows_on(
    backend: Backend, x: Any, y: Any = None, x_label: Any = None, y_label: Any = None
) -> tuple[Any, Any]:
    """Make the products of each row for itself; of float32 they are the same to the bit."""
    xp, n = backend.xp, int(x.shape[0])
    is_one_set = y is None
    m = n if is_one_set else int(y.shape[0])
    kind = str(x.dtype)
    x = _in_columns(xp, x)
    y = x if is_one_set else _in_columns(xp, y)
    row_tiles, tiles = -(-n // _TILE[kind]), -(-m // _TILE[kind])
    splits = max(1, min(tiles, _ENOUGH_BLOCKS // row_tiles))
    product, index = xp.empty((splits, n), x.dtype), xp.empty((splits, n), xp.int32)
    is_labelled = x_label is not None
    if not is_labelled:
        x_label = y_label = xp.zeros(1, xp.int32)
    labels = x_label, x_label if is_one_set else y_label
    backend.launch(
        _NAME[kind], row_tiles * splits * _BLOCK, x, x.shape[1], n, y, y.shape[1], m, x.shape[0],
        *labels, int(is_labelled), int(is_one_set), splits, product, index, block=_BLOCK,
    )  # fmt: skip
    product = xp.where(index < 0, -xp.inf, product).astype(product.dtype, copy=False)
    # splits are in the order of the columns, and argmax takes the first of equal ones
    at = product.argmax(axis=0), xp.arange(n)
    return product[at], index[at]


def _in_columns(xp: Any, points: Any) -> Any:
    """Return points as argmax.cuh wants them: in columns, with zeros up to full tiles."""
    n, d = points.shape
    depth, width = max(1, -(-d // PAD_DEPTH)) * PAD_DEPTH, -(-n // PAD_POINTS) * PAD_POINTS
    columns = xp.zeros((depth, width), points.dtype)
    columns[:d, :n] = points.T
    return columns
