"""Distances by name between blocks of rows, without ever holding more than a block.

Three families:

- ``"euclidean"``, ``"sqeuclidean"``, ``"cosine"``: a BLAS product of rows shifted by the mean,
  ``|x|^2 + |y|^2 - 2 x.y``. Where that cancels (the result is a small share of ``|x|^2 + |y|^2``)
  the distance is taken from the rows as given, in float64. Distances of equal rows are 0.
- ``"manhattan"`` (``"cityblock"``), ``"chebyshev"``: a kernel of our own;
- every other name that :func:`scipy.spatial.distance.cdist` knows, and callables of two rows.

Accuracy of the first family: a relative error of about 3e-5 in float32 and 1e-13 in float64,
whatever the dimension and wherever the data lie; of the second one rounding per column at most.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from partwise.cluster.kmedoids._kernels import distances as code
from partwise.kernels.blas import run_jobs, single_blas

__all__ = [
    "BLOCK_BYTES",
    "Measure",
    "Metric",
    "Points",
    "as_measure",
    "blocks",
    "check_points",
    "distance_block",
    "nearest_medoid",
    "pairwise_matrix",
]

Metric = str | Callable[[NDArray[Any], NDArray[Any]], float]

#: Most bytes of a block of distances, and what it takes to compute it, per thread.
BLOCK_BYTES = 2**21
_TILE = 512  # rows and columns of the tiles of a square matrix
_RANGE_NUMBERS = 2**24  # in a piece of which the columns are summed up: less rounding

_KINDS = {
    "sqeuclidean": code.SQEUCLIDEAN,
    "euclidean": code.EUCLIDEAN,
    "l2": code.EUCLIDEAN,
    "cosine": code.COSINE,
    "manhattan": code.MANHATTAN,
    "cityblock": code.MANHATTAN,
    "l1": code.MANHATTAN,
    "chebyshev": code.CHEBYSHEV,
}
_OTHER = 99
# names under which scipy takes something from the rows at hand
_FROM_ALL_ROWS = dict.fromkeys(("seuclidean", "se", "s"), "seuclidean")
_FROM_ALL_ROWS |= dict.fromkeys(("mahalanobis", "mahal", "mi"), "mahalanobis")
_FLOAT32 = np.dtype(np.float32)
_FLOAT64 = np.dtype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Rows and what a measure needs of them; slices of it are views.

    Attributes
    ----------
    given : ndarray of shape (n, d)
    shifted, norms : ndarrays of shapes (n, d) and (n,), or None
        Rows shifted by the measure's centre and their squared lengths.
    factors : float64 ndarray of shape (n,) or None
        By what rows are multiplied first.
    """

    given: NDArray[Any]
    shifted: NDArray[Any] | None = None
    norms: NDArray[Any] | None = None
    factors: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return self.given.shape[0]

    def __getitem__(self, rows: slice) -> Points:
        parts = (self.given, self.shifted, self.norms, self.factors)
        return Points(*(None if part is None else part[rows] for part in parts))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A distance that is ready to be computed: parameters, number types and centre are settled.

    Attributes
    ----------
    name : str
        For messages.
    kind : int
        Which kernel; 99 for scipy.
    dtype, work : numpy dtype
        Of the distances, and of the arithmetic that leads to them.
    centre : float64 ndarray of shape (d,) or None
        What rows are shifted by.
    share : float
        See :func:`finish`.
    function : str or callable
        What scipy is asked for.
    params : dict
        Its further arguments.
    """

    name: str
    kind: int
    dtype: np.dtype[Any]
    work: np.dtype[Any]
    centre: NDArray[np.float64] | None
    share: float
    function: Any
    params: Mapping[str, Any]

    @property
    def symmetric(self) -> bool:
        """Whether d(x, y) = d(y, x) and d(x, x) = 0 are known: not for a user's function."""
        return not callable(self.function)

    def load(self, rows: NDArray[Any]) -> Points:
        """Return rows with what the measure needs of them: O(n d) time and memory."""
        if self.kind in (code.MANHATTAN, code.CHEBYSHEV):
            return Points(np.ascontiguousarray(rows, dtype=self.work))
        rows = np.ascontiguousarray(rows)
        if self.centre is None:
            return Points(rows)
        factors = code.inverse_norms(rows) if self.kind == code.COSINE else None
        shifted = np.empty(rows.shape, dtype=self.work)
        norms = np.empty(rows.shape[0], dtype=self.work)
        code.shift_rows(rows, factors, self.centre, shifted, norms)
        return Points(rows, shifted, norms, factors)

    def write(self, X: Points, Y: Points, out: NDArray[Any], row: int = 0, column: int = 0) -> None:
        """Write d(x, y) of all pairs to ``out[row : row + len(X), column : column + len(Y)]``."""
        place = out[row : row + len(X), column : column + len(Y)]
        if self.kind == _OTHER:
            place[...] = self._scipy(X.given, Y.given)
        elif X.shifted is None or Y.shifted is None:
            code.direct(X.given, Y.given, out, row, column, self.kind == code.CHEBYSHEV)
        elif out.dtype != self.work:
            wide = np.empty(place.shape, dtype=self.work)
            self.write(X, Y, wide)
            place[...] = wide
        else:
            np.matmul(X.shifted, Y.shifted.T, out=place)
            code.finish(
                out, row, column, X.norms, Y.norms, X.given, Y.given, X.factors, Y.factors,
                out.dtype.type(self.share), self.kind,
            )  # fmt: skip

    def _scipy(self, X: NDArray[Any], Y: NDArray[Any]) -> NDArray[np.float64]:
        from scipy.spatial.distance import cdist

        found = cdist(X, Y, self.function, **self.params)
        if self.symmetric:  # rounding, as in 1 - correlation
            np.maximum(found, 0.0, out=found)
        wrong = ~(np.isfinite(found) & (found >= 0))
        if wrong.any():
            i, j = np.argwhere(wrong)[0]
            raise ValueError(
                f"metric {self.name!r} gives {found[i, j]} for {X[i]} and {Y[j]}, allowed are "
                "finite numbers of at least 0"
            )
        return found

    def between(self, X: Points, Y: Points) -> NDArray[Any]:
        """Return d(x, y) of all pairs, shape (len(X), len(Y))."""
        out = np.empty((len(X), len(Y)), dtype=self.dtype)
        self.write(X, Y, out)
        return out

    def write_rows(
        self, candidates: Points, objects: Points, out: NDArray[Any], row: int = 0, column: int = 0
    ) -> None:
        """Write d(object, candidate) to ``out[row + candidate, column + object]``."""
        if self.symmetric:
            self.write(candidates, objects, out, row, column)
        else:
            place = out[row : row + len(candidates), column : column + len(objects)]
            place[...] = self.between(objects, candidates).T

    def row_bytes(self, width: int, n_columns: int) -> int:
        """Return the bytes that a row of a block of `width` distances takes while it is made."""
        each = self.dtype.itemsize
        if self.kind == _OTHER:
            each += 8
        elif self.work != self.dtype:
            each += self.work.itemsize
        return width * each + n_columns * (self.work.itemsize + 8) + 24

    def paired(self, X: Points, Y: Points, labels: NDArray[Any], block: NDArray[Any]) -> Any:
        """Return d(x_i, y_labels[i]) in float64; `block` has the distances of all pairs."""
        if self.kind == _OTHER:
            return np.take_along_axis(block, labels[:, None], axis=1)[:, 0].astype(np.float64)
        out = np.empty(len(X))
        code.paired(X.given, Y.given, labels, X.factors, Y.factors, self.kind, out)
        return out


def check_points(X: ArrayLike, name: str = "X") -> NDArray[Any]:
    """Return `X` as a matrix of numbers with at least one row and one column, copied if need be.

    float32 and float64 stay what they are, numbers of 8 or 16 bits become float32, all others
    float64. Whether all entries are finite is not looked at here.
    """
    if hasattr(X, "toarray") and hasattr(X, "nnz"):
        raise TypeError(f"{name} must be a dense matrix, got a sparse one; use {name}.toarray()")
    points = np.asarray(X)
    if points.dtype.kind not in "buif":
        raise TypeError(f"{name} must hold real numbers, got dtype {points.dtype}")
    if points.ndim != 2:
        raise ValueError(
            f"{name} must have two dimensions, rows and columns, got shape {points.shape}"
        )
    if min(points.shape) == 0:
        raise ValueError(
            f"{name} must have at least one row and one column, got shape {points.shape}"
        )
    if points.dtype in (_FLOAT32, _FLOAT64) and points.dtype.isnative:
        return points
    return points.astype(np.float32 if points.dtype.itemsize < 3 else np.float64)


def as_measure(
    metric: Metric | Measure,
    *sets: NDArray[Any],
    dtype: DTypeLike | None = None,
    params: Mapping[str, Any] | None = None,
) -> Measure:
    """Settle how distances between the rows of `sets` are computed: O(n d).

    Parameters
    ----------
    metric : str, callable or Measure
        A Measure is returned as it is.
    *sets : ndarrays of shapes (n_i, d)
        What :func:`check_points` returned.
    dtype : numpy dtype, optional
        Of the distances, float32 or float64; by default float32 where all sets are.
    params : mapping, optional
        Further arguments of scipy's metric, such as ``{"p": 3}``. The variances of
        ``"seuclidean"`` and the inverse covariances of ``"mahalanobis"`` are by default those of
        the rows of the first set.
    """
    if isinstance(metric, Measure):
        return metric
    if len({points.shape[1] for points in sets}) > 1:
        found = " and ".join(str(points.shape[1]) for points in sets)
        raise ValueError(f"X and Y must have the same number of columns, got {found}")
    params = dict(params or {})
    kind = _kind_of(metric, params)
    wide = any(points.dtype == _FLOAT64 for points in sets)
    result = np.dtype(dtype) if dtype is not None else _FLOAT64 if wide else _FLOAT32
    if result not in (_FLOAT32, _FLOAT64):
        raise ValueError(f"dtype must be float32 or float64, got {result}")

    d = sets[0].shape[1]
    sums, least, most = np.zeros(d), np.full(d, np.inf), np.full(d, -np.inf)
    for points in sets:
        total, low, high = _finite_ranges(points)
        sums += total
        least, most = np.minimum(least, low), np.maximum(most, high)
    work = _FLOAT64 if wide else result
    centre, share, function = None, 0.0, metric
    if kind == _OTHER:
        if not callable(metric):
            params.update(_defaults(metric, params, sets[0]))
            function = metric.lower()
    elif kind == code.COSINE:
        for points in sets:
            _refuse_zero_rows(points)
        work, centre = result, np.zeros(d)
    elif kind in (code.EUCLIDEAN, code.SQEUCLIDEAN):
        centre = np.clip(sums / sum(map(len, sets)), least, most)
        reach = float(np.maximum(most - centre, centre - least).max())
        work = _work_of(result, reach, d, kind)
    if centre is not None:
        # rounding adds up like a random walk: this leaves 2^-14 of a squared distance in float32
        share = min(0.25, math.sqrt(max(d, 4)) * 2.0**-10)
    name = metric if isinstance(metric, str) else getattr(metric, "__name__", "callable")
    return Measure(name, kind, result, work, centre, share, function, params)


def distance_block(
    X: ArrayLike,
    Y: ArrayLike,
    metric: Metric | Measure = "euclidean",
    *,
    dtype: DTypeLike | None = None,
    params: Mapping[str, Any] | None = None,
    n_jobs: int = 1,
) -> NDArray[Any]:
    """Return the distances of all pairs of a row of `X` and a row of `Y`.

    Parameters
    ----------
    X, Y : array-likes of shapes (a, d) and (b, d)
    metric : str, callable or Measure
        See the module's text.
    dtype : numpy dtype, optional
        float32 or float64; by default float32 where X and Y are, else float64.
    params : mapping, optional
        Further arguments of scipy's metric.
    n_jobs : int, default=1
        Threads. The result does not depend on it.

    Returns
    -------
    float32 or float64 ndarray of shape (a, b)

    Raises
    ------
    ValueError
        A NaN or an infinity, a row of zeros with ``"cosine"``, an unknown metric, other shapes.
    TypeError
        Sparse matrices, or entries that are no real numbers.

    Notes
    -----
    O(a b d) time and, apart from the result, O((a + b) d) memory.

    Examples
    --------
    >>> distance_block([[0.0, 0.0], [3.0, 4.0]], [[0.0, 0.0]]).tolist()
    [[0.0], [5.0]]
    """
    rows, columns = check_points(X), check_points(Y, "Y")
    measure = as_measure(metric, rows, columns, dtype=dtype, params=params)
    out = np.empty((len(rows), len(columns)), dtype=measure.dtype)
    right = measure.load(columns)
    size = _block_rows(measure, len(columns), rows.shape[1], 4 * BLOCK_BYTES)
    starts = range(0, len(rows), size)

    def work(job: int, n_jobs: int) -> None:
        """Do every n_jobs-th block, from this job's on."""
        for at in starts[job::n_jobs]:
            measure.write(measure.load(rows[at : at + size]), right, out, at)

    run_jobs(work, n_jobs, len(starts))
    return out


def blocks(
    X: ArrayLike,
    Y: ArrayLike,
    metric: Metric | Measure = "euclidean",
    max_bytes: int = BLOCK_BYTES,
    *,
    dtype: DTypeLike | None = None,
    params: Mapping[str, Any] | None = None,
) -> Iterator[tuple[slice, NDArray[Any]]]:
    """Yield (rows of X, their distances to all rows of Y) from top to bottom.

    Parameters
    ----------
    max_bytes : int
        Most bytes that a block and what leads to it may take, if that is enough for one row.

    Yields
    ------
    rows : slice
    block : ndarray of shape (rows, len(Y))
        The next block overwrites it.

    Examples
    --------
    >>> for rows, block in blocks([[0.0], [1.0], [5.0]], [[1.0]], "manhattan", 1):
    ...     print(rows, block.tolist())
    slice(0, 1, None) [[1.0]]
    slice(1, 2, None) [[0.0]]
    slice(2, 3, None) [[4.0]]
    """
    rows, columns = check_points(X), check_points(Y, "Y")
    measure = as_measure(metric, rows, columns, dtype=dtype, params=params)
    right = measure.load(columns)
    size = _block_rows(measure, len(columns), rows.shape[1], max_bytes)
    room = np.empty((min(size, len(rows)), len(columns)), dtype=measure.dtype)
    for at in range(0, len(rows), size):
        stop = min(at + size, len(rows))
        with single_blas():
            measure.write(measure.load(rows[at:stop]), right, room)
        yield slice(at, stop), room[: stop - at]


def pairwise_matrix(
    X: ArrayLike,
    metric: Metric | Measure = "euclidean",
    dtype: DTypeLike | None = None,
    *,
    params: Mapping[str, Any] | None = None,
    n_jobs: int = 1,
) -> NDArray[Any]:
    """Return the distances of all pairs of rows, filled in place tile by tile.

    Parameters
    ----------
    X : array-like of shape (n, d)
    metric : str, callable or Measure
        With a name the result is exactly symmetric and its diagonal is 0. With a callable entry
        ``[i, j]`` is ``metric(x_i, x_j)``, whatever that is.
    dtype : numpy dtype, optional
        float32 or float64; by default that of X if it is one of them.
    params : mapping, optional
        Further arguments of scipy's metric.
    n_jobs : int, default=1
        Threads. The result does not depend on it.

    Returns
    -------
    float32 or float64 ndarray of shape (n, n)

    Notes
    -----
    O(n^2 d) time; the result and O(n d) memory, and at most 8 MiB per thread.

    Examples
    --------
    >>> pairwise_matrix([[0.0, 0.0], [3.0, 4.0], [0.0, 4.0]], "manhattan").tolist()
    [[0.0, 7.0, 4.0], [7.0, 0.0, 3.0], [4.0, 3.0, 0.0]]
    """
    rows = check_points(X)
    measure = as_measure(metric, rows, dtype=dtype, params=params)
    n = len(rows)
    out = np.empty((n, n), dtype=measure.dtype)
    points = measure.load(rows)
    starts = range(0, n, _TILE)
    tiles = [(i, j) for i in starts for j in starts if i <= j or not measure.symmetric]

    def work(job: int, n_jobs: int) -> None:
        """Do every n_jobs-th block, from this job's on."""
        for i, j in tiles[job::n_jobs]:
            left, right = points[i : i + _TILE], points[j : j + _TILE]
            measure.write(left, right, out, i, j)
            if measure.symmetric and i == j:
                code.clear_diagonal(out, i, len(left))
            elif measure.symmetric:
                code.mirror(out, i, j, len(left), len(right))

    run_jobs(work, n_jobs, len(tiles))
    return out


def nearest_medoid(
    X: ArrayLike,
    medoid_points: ArrayLike,
    metric: Metric | Measure = "euclidean",
    *,
    params: Mapping[str, Any] | None = None,
    max_bytes: int = BLOCK_BYTES,
    n_jobs: int = 1,
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return which of the medoids is nearest to every row, and how far it is.

    Parameters
    ----------
    X : array-like of shape (n, d)
    medoid_points : array-like of shape (k, d)
    metric : str, callable or Measure
    params : mapping, optional
        Further arguments of scipy's metric.
    max_bytes : int
        Most bytes per thread that a block and what leads to it may take, if that is enough for one
        row.
    n_jobs : int, default=1
        Threads. The result does not depend on it.

    Returns
    -------
    labels : int32 ndarray of shape (n,)
        Row of `medoid_points`; the first of equally near ones, up to the accuracy of a block.
    distances : float64 ndarray of shape (n,)
        Computed again from the two rows as given, in float64.

    Notes
    -----
    O(n k d) time; apart from the result at most `max_bytes` per thread and O(k d) memory.

    Examples
    --------
    >>> labels, distances = nearest_medoid([[0.0], [1.0], [5.0]], [[1.0], [6.0]])
    >>> labels.tolist(), distances.tolist()
    ([0, 0, 1], [1.0, 0.0, 1.0])
    """
    rows, targets = check_points(X), check_points(medoid_points, "medoid_points")
    measure = as_measure(metric, rows, targets, params=params)
    n, k = len(rows), len(targets)
    right = measure.load(targets)
    size = _block_rows(measure, k, rows.shape[1], max_bytes)
    starts = range(0, n, size)
    labels = np.empty(n, dtype=np.int32)
    distances = np.empty(n)

    def work(job: int, n_jobs: int) -> None:
        """Do every n_jobs-th block, from this job's on."""
        room = np.empty((min(size, n), k), dtype=measure.dtype)
        for at in starts[job::n_jobs]:
            part = slice(at, min(at + size, n))
            left = measure.load(rows[part])
            block = room[: len(left)]
            measure.write(left, right, block)
            nearest = block.argmin(axis=1)
            labels[part] = nearest
            distances[part] = measure.paired(left, right, nearest, block)

    run_jobs(work, n_jobs, len(starts))
    return labels, distances


def _block_rows(measure: Measure, width: int, n_columns: int, max_bytes: int) -> int:
    return max(1, max_bytes // measure.row_bytes(width, n_columns))


def _kind_of(metric: Any, params: Mapping[str, Any]) -> int:
    if callable(metric):
        return _OTHER
    if not isinstance(metric, str):
        raise TypeError(f"metric must be a name or a callable, got {type(metric).__name__}")
    kind = _KINDS.get(metric.lower(), _OTHER)
    if kind != _OTHER:
        if params:
            raise ValueError(f"metric {metric!r} takes no parameters, got {sorted(params)}")
        return kind
    if metric.lower() in _FROM_ALL_ROWS:
        return _OTHER
    from scipy.spatial.distance import cdist

    try:
        cdist(np.zeros((0, 1)), np.zeros((0, 1)), metric.lower())
    except ValueError:
        names = ", ".join(map(repr, _KINDS))
        raise ValueError(
            f"metric must be one of {names}, a name that scipy.spatial.distance.cdist takes or a "
            f"callable, got {metric!r}"
        ) from None
    return _OTHER


def _defaults(name: str, params: Mapping[str, Any], X: NDArray[Any]) -> dict[str, Any]:
    """Return what scipy would take from the rows of a block, taken from all rows."""
    name = _FROM_ALL_ROWS.get(name.lower(), "")
    if name == "seuclidean" and "V" not in params:
        variances = X.var(axis=0, ddof=1, dtype=np.float64)
        if not variances.all():
            column = int(np.flatnonzero(variances == 0)[0])
            raise ValueError(
                f"metric {name!r} divides by the variances of the columns: column {column} of X "
                "is constant"
            )
        return {"V": variances}
    if name == "mahalanobis" and "VI" not in params:
        n, d = X.shape
        if n <= d:
            raise ValueError(
                f"metric {name!r} needs more rows than columns to estimate covariances, got "
                f"{n} rows of {d} columns; pass them as metric_params={{'VI': ...}}"
            )
        return {"VI": np.linalg.inv(np.atleast_2d(np.cov(X, rowvar=False)))}
    return {}


def _finite_ranges(X: NDArray[Any]) -> tuple[NDArray[np.float64], ...]:
    """Return sums, minima and maxima of the columns; refuse what is not finite."""
    step = max(1, _RANGE_NUMBERS // X.shape[1])
    parts = [
        code.column_ranges(np.ascontiguousarray(X[at : at + step])) for at in range(0, len(X), step)
    ]
    sums = np.sum([part[0] for part in parts], axis=0)
    if not np.isfinite(sums).all():
        for at in range(0, len(X), step):
            wrong = np.argwhere(~np.isfinite(X[at : at + step]))
            if wrong.size:
                i, j = wrong[0].tolist()
                raise ValueError(
                    f"X must hold finite numbers, got {X[at + i, j]} in row {at + i}, column {j}"
                )
        raise ValueError("X must hold numbers whose sum is finite; scale the data down")
    least = np.min([part[1] for part in parts], axis=0)
    return sums, least, np.max([part[2] for part in parts], axis=0)


def _refuse_zero_rows(X: NDArray[Any]) -> None:
    step = max(1, 2**20 // X.shape[1])
    for at in range(0, len(X), step):
        empty = ~X[at : at + step].any(axis=1)
        if empty.any():
            raise ValueError(
                "metric 'cosine' is undefined for rows of zeros: row "
                f"{at + int(np.flatnonzero(empty)[0])} is one"
            )


def _work_of(result: np.dtype[Any], reach: float, d: int, kind: int) -> np.dtype[Any]:
    """Return the dtype of the arithmetic: float64 where squares leave the range of float32."""
    square = 4.0 * d * reach * reach
    if not math.isfinite(square * 2.0):
        raise ValueError(f"X is too large for squares: an entry is {reach:g} off the mean")
    largest = square if kind == code.SQEUCLIDEAN else math.sqrt(square)
    if result == _FLOAT32 and largest > float(np.finfo(np.float32).max) / 4:
        raise ValueError(
            f"distances up to {largest:g} are beyond float32; scale the data or use dtype='float64'"
        )
    if result == _FLOAT32 and (square > 1e37 or 0 < reach < 1e-12):
        return _FLOAT64
    return result
