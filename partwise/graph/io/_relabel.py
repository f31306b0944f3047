"""Integer node ids to row numbers in ascending order of the ids."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.parallel import LAUNCH, SERIAL_BELOW

__all__ = ["rank_ids"]

_PART_BITS = 2
_MAX_NODES = 2**31 - 1


def rank_ids(
    src: NDArray[Any], dst: NDArray[Any], smallest: int, largest: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Give row numbers to the ids that occur from 0 on, in ascending order.

    Parameters
    ----------
    src, dst : ndarray of shape (m,), int32 or int64, m > 0
        May be overwritten.
    smallest, largest : int
        The least and the greatest id.

    Returns
    -------
    src, dst : ndarray of shape (m,), int32
    ids : ndarray of shape (n,), int64
        The ids that occur, ascending.

    Notes
    -----
    Linear time: over the range of the ids if that is not much wider than there are edges, else by
    a hash table of the ids, which alone are sorted.
    """
    if len(src) < SERIAL_BELOW:
        ids, ranks = np.unique(np.concatenate([src, dst]), return_inverse=True)
        rows = ranks.astype(np.int32)
        return rows[: len(src)], rows[len(src) :], ids.astype(np.int64)
    span = largest - smallest + 1
    if span <= 2 * len(src) + 2**16:
        return _by_range(src, dst, smallest, span)
    return _by_hash(src, dst)


def _by_range(
    src: NDArray[Any], dst: NDArray[Any], smallest: int, span: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    from partwise.graph.io._kernels.relabel import apply_ranks, mark_ids

    seen = np.zeros(span, np.uint8)
    with LAUNCH:
        mark_ids(src, dst, smallest, seen)
    ids = np.flatnonzero(seen)
    ids += smallest
    if smallest == 0 and len(ids) == span and src.dtype == np.int32:
        return src, dst, ids
    ranks = np.cumsum(seen, dtype=np.int32)
    ranks -= 1
    return *_both(lambda old, new: apply_ranks(old, smallest, ranks, new), src, dst), ids


def _by_hash(
    src: NDArray[Any], dst: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    from partwise.graph.io._kernels.relabel import build_table, distinct_ids, look_up

    with ThreadPoolExecutor(2) as pool:
        parts = pool.map(lambda p: distinct_ids(src, dst, p, _PART_BITS), range(1 << _PART_BITS))
        ids = np.concatenate(list(parts))
    ids.sort()
    if len(ids) > _MAX_NODES:
        raise ValueError(f"{len(ids)} different node ids, allowed are fewer than 2**31")
    table, ranks = build_table(ids)
    return *_both(lambda old, new: look_up(old, table, ranks, new), src, dst), ids


def _both(
    translate: Any, src: NDArray[Any], dst: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Translate both ends, in place where the dtype allows it."""
    result = []
    for ends in (src, dst):
        out = ends if ends.dtype == np.int32 else np.empty(len(ends), np.int32)
        with LAUNCH:
            translate(ends, out)
        result.append(out)
    return result[0], result[1]
