"""Arrays that may be None: kernels whose result is None for None, decided when compiling.

A plain ``if x is None: return None`` would make the result of the other case optional, too.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numba.extending import overload

from partwise.kernels.jit import kernel

__all__ = ["gather", "room_like", "sum_by"]


@kernel
def gather(values, at):
    """Return ``values[at]``, or None for None.

    Parameters
    ----------
    values : ndarray of shape (n,) or None
    at : uint32 ndarray
    """
    return _gather(values, at)


@kernel
def sum_by(labels, values, n_labels):
    """Return the sum of the values of every label, added in order, or None for None.

    Parameters
    ----------
    labels : uint32 ndarray of shape (n,)
    values : ndarray of shape (n,) or None
    n_labels : int
    """
    return _sum_by(labels, values, n_labels)


@kernel
def room_like(values):
    """Return an array like `values` to be filled, or None for None."""
    return _room_like(values)


def _gather_array(values, at):
    out = np.empty(len(at), values.dtype)
    for i in range(np.uint64(len(at))):
        out[i] = values[np.uint64(at[i])]
    return out


def _sum_array(labels, values, n_labels):
    out = np.zeros(n_labels, values.dtype)
    for i in range(np.uint64(len(labels))):
        out[np.uint64(labels[i])] += values[i]
    return out


def _gather(values, at):
    return None if values is None else _gather_array(values, at)


def _sum_by(labels, values, n_labels):
    return None if values is None else _sum_array(labels, values, n_labels)


def _room_like(values):
    return None if values is None else np.empty_like(values)


@overload(_gather)
def _compile_gather(values, at):
    if isinstance(values, types.NoneType):
        return lambda values, at: None
    return _gather_array


@overload(_sum_by)
def _compile_sum_by(labels, values, n_labels):
    if isinstance(values, types.NoneType):
        return lambda labels, values, n_labels: None
    return _sum_array


@overload(_room_like)
def _compile_room_like(values):
    if isinstance(values, types.NoneType):
        return lambda values: None
    return lambda values: np.empty_like(values)
