"""From a user's dissimilarity matrix and medoids to what the kernels take."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_rows
from partwise._random import RandomState, check_seed

__all__ = [
    "as_matrix",
    "as_rows",
    "check_entries",
    "check_medoids",
    "farthest",
    "fault_error",
    "looks_symmetric",
    "order_of",
]

_SAMPLED = 32  # rows that are compared with their columns


def as_rows(D: Any, symmetric: bool | None) -> tuple[NDArray[Any], bool]:
    """Return (rows, whether the matrix was taken for symmetric).

    Row j of `rows` holds the dissimilarities of all objects to candidate j: `D` itself if it is
    symmetric, else its transpose. Nothing is copied unless the layout or the dtype demand it; the
    errors are those of :func:`as_matrix`.
    """
    matrix = as_matrix(D)
    if symmetric is None:
        symmetric = looks_symmetric(matrix)
    if symmetric and not matrix.flags.c_contiguous and matrix.flags.f_contiguous:
        matrix = matrix.T
    return np.ascontiguousarray(matrix if symmetric else matrix.T), bool(symmetric)


def as_matrix(D: Any) -> NDArray[Any]:
    """Return D as a square array of numbers that kernels take, in the layout that it has.

    Raises
    ------
    ValueError
        Not a square matrix, or empty.
    TypeError
        Entries are not numbers.
    """
    matrix = np.asarray(D)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"D must be a square matrix of dissimilarities, got shape {matrix.shape}")
    if matrix.size == 0:
        raise ValueError("D must have at least one object, got an empty matrix")
    if matrix.dtype.kind not in "iuf":
        raise TypeError(f"D must hold integers or floats, got dtype {matrix.dtype}")
    if matrix.dtype == np.float16 or matrix.dtype.itemsize > 8:
        matrix = matrix.astype(np.float32 if matrix.dtype.itemsize == 2 else np.float64)
    return matrix


def looks_symmetric(matrix: NDArray[Any]) -> bool:
    """Compare some rows, spread over the matrix, with their columns."""
    n = matrix.shape[0]
    some = np.arange(0, n, max(1, n // _SAMPLED))
    rows, columns = matrix[some], matrix[:, some].T
    # unequal to itself: NaN, which is for the check of entries to report
    return bool(((rows == columns) | ((rows != rows) & (columns != columns))).all())


def farthest(dtype: np.dtype[Any]) -> Any:
    """Return a number of this dtype that no dissimilarity exceeds."""
    return dtype.type(np.inf if dtype.kind == "f" else np.iinfo(dtype).max)


def check_entries(rows: NDArray[Any], symmetric: bool) -> None:
    """Refuse a matrix with a negative, NaN or infinite entry."""
    from partwise.cluster.kmedoids._kernels.fasterpam import fault_of

    fault = fault_of(rows)
    if fault[0] >= 0:
        raise fault_error(rows, fault, symmetric)


def fault_error(rows: NDArray[Any], fault: ArrayLike, symmetric: bool) -> ValueError:
    """Return the error for the entry that a kernel found: (candidate, object)."""
    j, o = (int(i) for i in np.asarray(fault))
    place = f"D[{j}, {o}]" if symmetric else f"D[{o}, {j}]"
    return ValueError(f"{place} is {rows[j, o]}, allowed are finite numbers of at least 0")


def check_medoids(medoids: Any, n: int, random_state: RandomState) -> tuple[Any, int | None]:
    """Return (initial medoids as int64 ndarray (k,), the seed or None).

    Parameters
    ----------
    medoids : int or array-like of int
        The number of medoids, drawn at random, or the objects themselves.

    Raises
    ------
    ValueError, TypeError
        A number below 1 or above n; objects outside 0 to n - 1, or one twice.
    """
    seed = None if random_state is None else check_seed(random_state)
    if np.ndim(medoids) == 0:
        if isinstance(medoids, (bool, np.bool_)) or not isinstance(medoids, (int, np.integer)):
            raise TypeError(f"medoids must be an integer or an array of objects, got {medoids!r}")
        if not 1 <= medoids <= n:
            raise ValueError(f"the number of medoids must be from 1 to {n}, got {medoids}")
        seed = check_seed(random_state) if seed is None else seed
        return draw(n, int(medoids), seed), seed
    return check_rows("medoids", medoids, n), seed


def draw(n: int, k: int, seed: int) -> NDArray[np.int64]:
    """Return k different objects, drawn uniformly."""
    from partwise.kernels.rng import shuffle, stream_state

    order = np.arange(n)
    shuffle(stream_state(seed, 0), order)
    return order[:k].copy()


def order_of(n: int, seed: int | None) -> NDArray[np.int64]:
    """Return the objects in the order in which they are tried: shuffled if there is a seed."""
    from partwise.kernels.rng import shuffle, stream_state

    order = np.arange(n)
    if seed is not None:
        shuffle(stream_state(seed, 2), order)
    return order
