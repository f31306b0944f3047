"""Silhouettes, and medoids that maximise the average medoid silhouette (FasterMSC, DynMSC)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState
from partwise.cluster.kmedoids._input import (
    as_matrix,
    as_rows,
    check_entries,
    check_medoids,
    order_of,
)
from partwise.cluster.kmedoids._silhouette_result import DynMSCResult, MedoidSilhouetteResult

__all__ = [
    "DynMSCResult",
    "MedoidSilhouetteResult",
    "dynmsc",
    "fastermsc",
    "medoid_silhouette",
    "silhouettes_of",
    "silhouette",
]

_LEAST_GAIN = 1e-12  # of the average: less is rounding
_BLOCK_BYTES = 2**21


@overload
def medoid_silhouette(
    D: ArrayLike, medoids: ArrayLike, *, per_sample: Literal[False] = False
) -> float: ...


@overload
def medoid_silhouette(
    D: ArrayLike, medoids: ArrayLike, *, per_sample: Literal[True]
) -> NDArray[np.float64]: ...


def medoid_silhouette(
    D: ArrayLike, medoids: ArrayLike, *, per_sample: bool = False
) -> float | NDArray[np.float64]:
    """Return the average medoid silhouette of the objects, or that of every object.

    That of an object is ``1 - a / b``, with a and b its dissimilarities to the nearest and to the
    second nearest medoid; it is 1 where a is 0, even if b is 0 as well.

    Parameters
    ----------
    D : array-like of shape (n, n)
        ``D[o, m]`` is the dissimilarity of object o to medoid m: any integer or floating dtype, not
        necessarily symmetric. Only the columns of the medoids are read; their entries must be
        finite and at least 0.
    medoids : array-like of int, shape (k,), k >= 2
        Different objects.
    per_sample : bool, default=False
        Whether to return the value of every object.

    Returns
    -------
    float or float64 ndarray of shape (n,)
        From 0 to 1; larger is better.

    Raises
    ------
    ValueError, TypeError
        D is not square, or a column of a medoid has an entry that is negative, NaN or infinite;
        there are fewer than two medoids, or they are out of range.

    See Also
    --------
    silhouette : the measure that this one approximates, in O(n^2).
    fastermsc : medoids that maximise it.

    Notes
    -----
    O(n k) time and memory.

    References
    ----------
    .. [1] L. Lenssen, E. Schubert, "Medoid silhouette clustering with automatic cluster number
       selection", Information Systems 120, 2024, arXiv:2309.03751.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> medoid_silhouette(abs(points[:, None] - points), [1, 4], per_sample=True).round(3).tolist()
    [0.909, 1.0, 0.889, 0.889, 1.0, 0.909]
    """
    matrix = as_matrix(D)
    chosen, _ = check_medoids(np.atleast_1d(np.asarray(medoids)), len(matrix), 0)
    _refuse_one(chosen.size)
    columns = matrix[:, chosen]
    bad = ~(np.isfinite(columns) & (columns >= 0))
    if bad.any():
        o, i = np.unravel_index(int(np.argmax(bad)), bad.shape)
        raise _fault(int(o), int(chosen[i]), columns[o, i])
    values = silhouettes_of(columns)
    return values if per_sample else float(values.mean())


@overload
def silhouette(D: ArrayLike, labels: ArrayLike, per_sample: Literal[False] = False) -> float: ...


@overload
def silhouette(
    D: ArrayLike, labels: ArrayLike, per_sample: Literal[True]
) -> NDArray[np.float64]: ...


def silhouette(
    D: ArrayLike, labels: ArrayLike, per_sample: bool = False
) -> float | NDArray[np.float64]:
    """Return the average silhouette of the objects, or that of every object.

    That of an object is ``(b - a) / max(a, b)``: a is its mean dissimilarity to the others of its
    cluster, b the least mean dissimilarity to the objects of another cluster. An object that is
    alone in its cluster has silhouette 0, as has one with a = b = 0.

    Parameters
    ----------
    D : array-like of shape (n, n)
        ``D[o, x]`` is the dissimilarity of object o to object x: finite, at least 0, any integer or
        floating dtype, not necessarily symmetric; the diagonal is not used. Rows are read in blocks
        of 2 MiB, so a memory map will do.
    labels : array-like of shape (n,)
        At least two different clusters, named by whatever can be sorted; no name is special.
    per_sample : bool, default=False
        Whether to return the value of every object.

    Returns
    -------
    float or float64 ndarray of shape (n,)
        From -1 to 1; larger is better.

    Raises
    ------
    ValueError, TypeError
        D is not square or has an entry that is negative, NaN or infinite; `labels` has another
        length, or fewer than two clusters.

    See Also
    --------
    medoid_silhouette : the approximation by medoids, in O(n k).

    Notes
    -----
    O(n (n + k)) time, O(n + k) memory besides a block.

    References
    ----------
    .. [1] P. Rousseeuw, "Silhouettes: a graphical aid to the interpretation and validation of
       cluster analysis", J. Comput. Appl. Math. 20, 1987, doi:10.1016/0377-0427(87)90125-7.

    Examples
    --------
    >>> points = np.array([0, 1, 10, 11, 50])
    >>> values = silhouette(abs(points[:, None] - points), list("aabbc"), per_sample=True)
    >>> values.round(3).tolist()
    [0.905, 0.895, 0.895, 0.905, 0.0]
    """
    from partwise.cluster.kmedoids._kernels.fasterpam import fault_of
    from partwise.cluster.kmedoids._kernels.silhouette import silhouette_rows

    matrix = as_matrix(D)
    n = len(matrix)
    names = np.asarray(labels)
    if names.shape != (n,):
        raise ValueError(f"labels must have shape ({n},), got {names.shape}")
    found, clusters, sizes = np.unique(names, return_inverse=True, return_counts=True)
    if found.size < 2:
        raise ValueError(f"labels must name at least two clusters, got only {found[0]!r}")
    clusters = clusters.astype(np.uint32)
    values = np.empty(n)
    sums = np.empty((found.size, 4))
    step = max(4, _BLOCK_BYTES // (n * matrix.itemsize) // 4 * 4)
    for first in range(0, n, step):
        block = np.ascontiguousarray(matrix[first : first + step])
        i, x = (int(place) for place in fault_of(block))
        if i >= 0:
            raise _fault(first + i, x, block[i, x])
        silhouette_rows(block, first, clusters, sizes, sums, values)
    return values if per_sample else float(values.mean())


def fastermsc(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    max_iter: int = 100,
    random_state: RandomState = None,
    symmetric: bool | None = None,
) -> MedoidSilhouetteResult:
    """Find k medoids of large average medoid silhouette by FasterMSC: eager swaps.

    Parameters
    ----------
    D : array-like of shape (n, n)
        ``D[o, m]`` is the dissimilarity of object o to medoid m: finite, at least 0, any integer or
        floating dtype. C- and F-ordered arrays are taken as they are if symmetric. An asymmetric
        matrix is transposed (a copy, unless it is F-ordered).
    medoids : int or array-like of int, shape (k,), k >= 2
        The number of medoids, which are drawn at random then, or the objects to start from.
    max_iter : int, default=100
        Most rounds over all objects; a few are usual.
    random_state : int, Generator, RandomState or None
        With a seed objects are tried in random order, else in ascending order. Also for drawing
        `medoids`.
    symmetric : bool, optional
        Whether D is symmetric. By default some rows are compared with their columns beforehand,
        and the result is verified against the columns of its medoids.

    Returns
    -------
    MedoidSilhouetteResult
        Score (:func:`medoid_silhouette` of the result), labels, medoids, rounds and swaps. No
        single exchange raises the score by more than 1e-12, unless `max_iter` was reached.

    Raises
    ------
    ValueError, TypeError
        D is not square or has an entry that is negative, NaN or infinite; there are fewer than two
        medoids, or another argument is out of range.

    See Also
    --------
    dynmsc : chooses the number of clusters as well.
    fasterpam : minimises the summed dissimilarity instead.

    Notes
    -----
    O(n^2) time a round, O(n) memory besides D: all k exchanges of an object are priced in one pass
    over its row, with one comparison for objects to which it would be neither nearest, second nor
    third. The score does not change if D is multiplied by a number.

    References
    ----------
    .. [1] L. Lenssen, E. Schubert, "Medoid silhouette clustering with automatic cluster number
       selection", Information Systems 120, 2024, arXiv:2309.03751.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> result = fastermsc(abs(points[:, None] - points), 2, random_state=0)
    >>> round(result.score, 3), sorted(result.medoids.tolist())
    (0.933, [1, 4])
    """
    passes = check_count("max_iter", max_iter)
    matrix, rows, taken = _read(D, symmetric)
    start, seed = check_medoids(medoids, len(rows), random_state)
    _refuse_one(start.size)
    found, n_iter, n_swap = next(_descend(rows, start, order_of(len(rows), seed), passes))
    if taken and symmetric is None and _differs(matrix, rows, found):
        rows = _transposed(matrix)
        found, n_iter, n_swap = next(_descend(rows, start, order_of(len(rows), seed), passes))
    columns = matrix[:, found]
    score = float(silhouettes_of(columns).mean())
    return MedoidSilhouetteResult(score, _labels(columns, found), found, n_iter, n_swap, seed)


def dynmsc(
    D: ArrayLike,
    k_max: int,
    k_min: int = 2,
    *,
    max_iter: int = 100,
    random_state: RandomState = None,
    init: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> DynMSCResult:
    """Choose the number of clusters by the average medoid silhouette (DynMSC).

    `k_max` medoids are optimised as by :func:`fastermsc`. The medoid goes that is missed least, the
    others are optimised again, and so on down to `k_min`; the number of the best score wins.

    Parameters
    ----------
    D, symmetric
        As for :func:`fastermsc`.
    k_max, k_min : int
        Largest and smallest number of clusters, ``2 <= k_min <= k_max <= n``. Two or three times
        the number that is expected is a good `k_max`: with as many medoids as objects the score
        is 1, so a very large one invites clusters of one object.
    max_iter : int, default=100
        Most rounds over all objects for each number of clusters.
    random_state : int, Generator, RandomState or None
        With a seed objects are tried in random order. Without one and without `init` a seed is
        drawn, which the result reports.
    init : array-like of int, shape (k_max,), optional
        The objects to start from; drawn at random by default.

    Returns
    -------
    DynMSCResult
        Number of clusters, labels and medoids of the best; scores and medoids of all.

    Raises
    ------
    ValueError, TypeError
        As for :func:`fastermsc`; `k_min` or `k_max` is out of range, or `init` has another length.

    See Also
    --------
    MedoidSilhouette : the same from data, with metrics, as an estimator.

    Notes
    -----
    O((k_max - k_min + 1) n^2) time, a few rounds for every number of clusters, and O(n) memory
    besides D.

    References
    ----------
    .. [1] L. Lenssen, E. Schubert, "Medoid silhouette clustering with automatic cluster number
       selection", Information Systems 120, 2024, arXiv:2309.03751.

    Examples
    --------
    >>> points = np.add.outer([0, 100, 300], np.arange(10)).ravel()
    >>> result = dynmsc(abs(points[:, None] - points), 5, random_state=0)
    >>> result.best_k, result.k_values.tolist(), result.scores.round(2).tolist()
    (3, [2, 3, 4, 5], [0.88, 0.98, 0.89, 0.89])
    """
    passes = check_count("max_iter", max_iter)
    most, least = check_count("k_max", k_max), check_count("k_min", k_min)
    matrix, rows, taken = _read(D, symmetric)
    n = len(rows)
    if least < 2:
        raise ValueError(f"k_min must be at least 2, got {least}: one medoid has no second")
    if most < least:
        raise ValueError(f"k_max must be at least k_min, {least}, got {most}")
    if most > n:
        raise ValueError(f"k_max must be at most the number of objects, {n}, got {most}")
    start, seed = check_medoids(most if init is None else np.asarray(init), n, random_state)
    if start.size != most:
        raise ValueError(f"init must hold k_max = {most} objects, got {start.size}")
    order = order_of(n, seed)
    runs = list(_descend(rows, start, order, passes, least))
    if taken and symmetric is None and any(_differs(matrix, rows, run[0]) for run in runs):
        runs = list(_descend(_transposed(matrix), start, order, passes, least))
    runs.reverse()
    scores = np.array([silhouettes_of(matrix[:, run[0]]).mean() for run in runs])
    best = int(np.argmax(scores))
    medoids = runs[best][0]
    return DynMSCResult(
        best_k=least + best,
        score=float(scores[best]),
        labels=_labels(matrix[:, medoids], medoids),
        medoids=medoids,
        k_values=np.arange(least, most + 1),
        scores=scores,
        medoids_of={run[0].size: run[0] for run in runs},
        n_iter=sum(run[1] for run in runs),
        n_swap=sum(run[2] for run in runs),
        seed=seed,
    )


def _descend(
    rows: NDArray[Any],
    start: NDArray[np.int64],
    order: NDArray[np.int64],
    max_passes: int,
    k_min: int = 2,
) -> Iterator[tuple[NDArray[np.int64], int, int]]:
    """Yield (medoids, rounds, swaps) for ``start.size``, one medoid less, ... `k_min` medoids."""
    from partwise.cluster.kmedoids._kernels import msc

    medoids = start.copy()
    least_gain = _LEAST_GAIN * rows.shape[1]
    if medoids.size > 2:
        is_medoid = np.zeros(rows.shape[0], dtype=np.bool_)
        is_medoid[medoids] = True
        state = msc.assign3(rows, medoids)
        room = np.empty(rows.shape[1], dtype=np.int64), np.empty((rows.shape[1], 2))
        while medoids.size > 2:
            n_iter, n_swap = msc.optimise(
                rows, medoids, is_medoid, order, max_passes, least_gain, *state, *room
            )
            yield medoids.copy(), n_iter, n_swap
            if medoids.size == k_min:
                return
            slot = msc.cheapest(state[0], medoids.size)
            is_medoid[medoids[slot]] = False
            if medoids.size == 3:
                medoids[slot] = medoids[2]
                medoids = medoids[:2]
            else:
                medoids = msc.drop(rows, medoids, slot, *state, *room)
    n_iter, n_swap = msc.optimise_pair(rows, medoids, order, max_passes, least_gain)
    yield medoids.copy(), n_iter, n_swap


def _read(D: Any, symmetric: bool | None) -> tuple[NDArray[Any], NDArray[Any], bool]:
    """Return (matrix, rows, whether the matrix was taken for symmetric), entries checked."""
    matrix = as_matrix(D)
    rows, taken = as_rows(matrix, symmetric)
    check_entries(rows, taken)
    return matrix, rows, taken


def _transposed(matrix: NDArray[Any]) -> NDArray[Any]:
    rows, _ = as_rows(matrix, False)
    return rows


def _differs(matrix: NDArray[Any], rows: NDArray[Any], medoids: NDArray[np.int64]) -> bool:
    """Return whether the rows that were read are not the columns of these medoids."""
    return not np.array_equal(matrix[:, medoids], rows[medoids].T)


def silhouettes_of(columns: NDArray[Any]) -> NDArray[np.float64]:
    """Return the medoid silhouettes from dissimilarities of shape (n, k)."""
    two = np.partition(columns, 1, axis=1)[:, :2].astype(np.float64)
    loss = np.zeros(len(two))
    np.divide(two[:, 0], two[:, 1], out=loss, where=two[:, 0] > 0)
    return 1.0 - loss


def _labels(columns: NDArray[Any], medoids: NDArray[np.int64]) -> NDArray[np.int32]:
    labels = np.argmin(columns, axis=1).astype(np.int32)
    labels[medoids] = np.arange(medoids.size)
    return labels


def _refuse_one(k: int) -> None:
    if k < 2:
        raise ValueError(
            "there must be at least 2 medoids, got 1: the medoid silhouette compares the nearest "
            "medoid with the second nearest"
        )


def _fault(o: int, m: int, value: Any) -> ValueError:
    return ValueError(f"D[{o}, {m}] is {value}, allowed are finite numbers of at least 0")
