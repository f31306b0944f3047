"""Checking the labels of a partition."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["check_labels"]


def check_labels(
    labels: ArrayLike, n_nodes: int, n_parts: int | None = None
) -> tuple[NDArray[np.int32], int]:
    """Return labels as a contiguous int32 array of shape (n_nodes,), and the number of blocks.

    Parameters
    ----------
    labels : array-like of int, shape (n_nodes,)
        Block of each node, from 0 on.
    n_nodes : int
    n_parts : int, optional
        Default: one more than the largest label.

    Raises
    ------
    ValueError
        Wrong shape, or a label outside ``range(n_parts)``.
    TypeError
        The labels are not integers.
    """
    array: NDArray[Any] = np.asarray(labels)
    if array.shape != (n_nodes,):
        raise ValueError(
            f"labels must have shape ({n_nodes},), one label per node, got {array.shape}"
        )
    if n_parts is not None:
        if isinstance(n_parts, bool) or not isinstance(n_parts, (int, np.integer)):
            raise TypeError(f"n_parts must be an integer, got {type(n_parts).__name__}")
        if not 0 <= n_parts < 2**31 or (n_parts == 0 and n_nodes > 0):
            raise ValueError(f"n_parts must be from 1 to 2**31 - 1, got {n_parts}")
    if n_nodes == 0:
        return np.zeros(0, np.int32), int(n_parts or 0)
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels must hold integers, got dtype {array.dtype}")
    limit = 2**31 - 1 if n_parts is None else int(n_parts)
    bad = (array < 0) | (array >= limit)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"labels holds {array[at]} at position {at}, allowed are labels from 0 to {limit - 1}"
        )
    result = np.array(array, dtype=np.int32, order="C")
    return result, int(result.max()) + 1 if n_parts is None else int(n_parts)
