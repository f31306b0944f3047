"""DataFrames of edges, whatever library they come from."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph._graph import Graph

__all__ = ["graph_from_frame", "is_edge_frame"]

_INT64 = range(-(2**63), 2**63)


def is_edge_frame(obj: Any) -> bool:
    """Recognise a DataFrame by its columns."""
    return hasattr(obj, "columns") and hasattr(obj, "__getitem__")


def graph_from_frame(frame: Any, *, weight: str | None, directed: bool) -> Graph:
    """Build a graph from the columns ``source``, ``target`` and, if there is one, `weight`."""
    columns = [str(name) for name in _column_names(frame)]
    for name in ("source", "target"):
        if name not in columns:
            raise ValueError(
                f"a DataFrame of edges must have the columns source and target, got {columns}"
            )
    src, dst, names = _number(_ids(frame, "source"), _ids(frame, "target"))
    weights = None
    if weight is not None and weight in columns:
        weights = _column(frame, weight)
        if weights.dtype == object:
            raise TypeError(f"column {weight!r} must hold real numbers, got dtype object")
        if weights.dtype == np.bool_:
            weights = weights.astype(np.int64)
    return Graph.from_edges(
        (src, dst), weights, n_nodes=len(names), directed=directed, names=_nontrivial(names)
    )


def _column_names(frame: Any) -> list[Any]:
    # pyarrow tables have their names elsewhere.
    return list(getattr(frame, "column_names", None) or frame.columns)


def _column(frame: Any, name: str) -> NDArray[Any]:
    column = frame[name]
    return np.asarray(column.to_numpy() if hasattr(column, "to_numpy") else column)


def _ids(frame: Any, name: str) -> NDArray[Any]:
    """Return a column of ids as integers or as objects, without missing values."""
    ids = _column(frame, name)
    if ids.ndim != 1:
        raise ValueError(f"column {name!r} must be one-dimensional, got shape {ids.shape}")
    if ids.dtype.kind in "iu":
        if ids.dtype == np.uint64 and ids.size and ids.max() > np.uint64(2**63 - 1):
            raise ValueError(f"column {name!r} holds {ids.max()}, allowed are ids below 2**63")
        return ids.astype(np.int64)
    if ids.dtype.kind not in "OUST":
        raise TypeError(f"column {name!r} must hold integer or string ids, got dtype {ids.dtype}")
    ids = ids.astype(object)
    # NaN is the one value that differs from itself; pandas and polars mark missing strings so.
    missing = np.fromiter((x is None or x != x for x in ids.tolist()), bool, len(ids))
    if missing.any():
        raise ValueError(f"column {name!r} has a missing id in row {int(np.argmax(missing))}")
    return ids


def _number(src: NDArray[Any], dst: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Return both columns as numbers from 0 on, and the ids that the numbers stand for."""
    rows = len(src)
    if src.dtype == np.int64 and dst.dtype == np.int64:
        names, numbers = _number_integers(np.concatenate([src, dst]))
        return numbers[:rows], numbers[rows:], names
    # Dictionaries keep the order of first appearance, edge by edge, source before target.
    flat = np.stack([src.astype(object), dst.astype(object)], axis=1).ravel().tolist()
    order = list(dict.fromkeys(flat))
    if all(type(x) is int and x in _INT64 for x in order):
        order.sort()
    number = dict(zip(order, range(len(order))))
    numbers = np.fromiter(map(number.__getitem__, flat), np.int64, len(flat)).reshape(-1, 2)
    named = np.empty(len(order), dtype=object)
    named[:] = order
    return numbers[:, 0], numbers[:, 1], named


def _number_integers(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct ids, ascending, and the place of every id among them."""
    if len(ids) == 0:
        return ids, ids
    low, high = int(ids.min()), int(ids.max())
    if high - low <= 8 * len(ids):
        # A table of the whole range is several times as fast as sorting.
        seen = np.zeros(high - low + 1, np.bool_)
        seen[ids - low] = True
        return np.flatnonzero(seen) + low, (np.cumsum(seen) - 1)[ids - low]
    return np.unique(ids, return_inverse=True)


def _nontrivial(names: NDArray[Any]) -> NDArray[Any] | None:
    """Drop names that are just the node numbers."""
    if names.dtype == np.int64 and np.array_equal(names, np.arange(len(names))):
        return None
    return names
