"""Sums over runs of values on a device, such as the weights of parallel arcs after a sort."""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend
from partwise.gpu._splitting import split_nodes

__all__ = ["run_starts", "segment_sums"]

_LONGEST = 32  # values that one thread adds up
_PIECE = 4096  # values that one warp adds up
_WARP, _BLOCK = 32, 256


def run_starts(backend: Backend, keys: Any) -> Any:
    """Return where runs of equal keys begin, and where the last one ends.

    Parameters
    ----------
    backend : Backend
    keys : array of shape (m,)
        Sorted, or at least equal ones side by side.

    Returns
    -------
    int64 array of shape (n_runs + 1,)
        ``[0]`` where there are no keys.
    """
    xp, m = backend.xp, int(keys.shape[0])
    if m == 0:
        return xp.zeros(1, xp.int64)
    is_first = xp.ones(m + 1, bool)
    is_first[1:m] = keys[1:] != keys[:-1]
    return xp.flatnonzero(is_first)


def segment_sums(backend: Backend, values: Any, starts: Any) -> Any:
    """Return the sum of every run of values.

    Parameters
    ----------
    backend : Backend
    values : int64 or float64 array of shape (m,)
    starts : int64 array of shape (n_runs + 1,)
        Where runs begin, in order, and where the last one ends; empty runs are allowed.

    Returns
    -------
    array of shape (n_runs,)
        Of the type of the values. Sums of float64 are the same in every run and on the CPU, as
        the order of the additions is fixed.

    Raises
    ------
    TypeError
        Values are of another type.

    Notes
    -----
    O(m) work. A thread adds up a run of up to 32 values, a warp one of up to 4096; of longer ones
    every 4096 values are a run of their own at first, so that no warp has much more to do than
    others.
    """
    xp = backend.xp
    if values.dtype not in (xp.int64, xp.float64):
        raise TypeError(f"values must be int64 or float64, got {values.dtype}")
    size = int(starts.shape[0]) - 1
    sums = xp.empty(size, values.dtype)
    if size == 0:
        return sums
    lengths = xp.diff(starts)
    longest = int(lengths.max())
    if longest > _PIECE:
        pieces = split_nodes(backend, starts, _PIECE)
        of_pieces = segment_sums(backend, values, pieces.indptr)
        return segment_sums(backend, of_pieces, pieces.first_part.astype(xp.int64))
    backend.launch("segment_sums_thread", size, values, starts, size, _LONGEST, sums, block=_BLOCK)
    if longest > _LONGEST:
        runs = xp.flatnonzero(lengths > _LONGEST).astype(xp.int32)
        size = int(runs.shape[0])
        backend.launch(
            "segment_sums_warp", size * _WARP, values, starts, runs, size, sums, block=_BLOCK
        )
    return sums
