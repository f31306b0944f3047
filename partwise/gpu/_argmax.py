"""For every point the one with the largest inner product, on the CPU or on a GPU."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_jobs
from partwise.gpu._argmax_gpu import PAD_DEPTH, PAD_POINTS
from partwise.gpu._device import Device, needs_memory, resolve_device

__all__ = ["PairwiseArgmaxResult", "pairwise_argmax", "pairwise_argmax_memory"]

_MOST_POINTS = 2**31 - 2 * PAD_POINTS  # numbers of 32 bits, also of the padding


@dataclass(frozen=True, slots=True, eq=False)
class PairwiseArgmaxResult:
    """The best partner of every point.

    Attributes
    ----------
    index : int32 ndarray of shape (n,)
        Its number; -1 where there is none.
    value : float32 or float64 ndarray of shape (n,)
        Inner product with it, less the threshold; minus infinity where there is none.
    device : str
        What was used.
    """

    index: NDArray[np.int32] = field(repr=False)
    value: NDArray[Any] = field(repr=False)
    device: str


def pairwise_argmax(
    X: ArrayLike,
    Y: ArrayLike | None = None,
    *,
    threshold: float = 0.0,
    labels: ArrayLike | None = None,
    labels_y: ArrayLike | None = None,
    device: Device | None = None,
    n_jobs: int | None = None,
) -> PairwiseArgmaxResult:
    """Find for every point the one with the largest inner product; no matrix of them is made.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Finite numbers. float32, and what it holds, is computed with in float32; all else in
        float64.
    Y : array-like of shape (m, d), optional
        Where to look; by default among the other points of X.
    threshold : float, default=0
        Is taken off the values; it does not change which is best.
    labels : array-like of shape (n,), optional
        Integers of 32 bits, such as clusters: only points of other labels are looked at.
    labels_y : array-like of shape (m,), optional
        The same for Y, which needs both or neither.
    device : {"cpu", "cuda", "auto"}, optional
        See :func:`partwise.gpu.bfs`; "auto" counts pairs of points. Arrays of CuPy stay where they
        are, the result is on the CPU.
    n_jobs : int, optional
        Threads of the CPU: 1 by default, -1 for all. The result does not depend on it.

    Returns
    -------
    PairwiseArgmaxResult
        Of several best ones the one of least number.

    Raises
    ------
    ValueError, TypeError
        An argument has the wrong shape or kind, a number is not finite, or products may leave the
        range of their type.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The points do not fit on the GPU.

    Notes
    -----
    O(n m d) time, O((n + m) d) memory. For points of one set a product is made once for both, but
    in float64 on a GPU.

    On a GPU a product is a chain of fused multiply-adds over the coordinates in their order,
    without TF32, and so the same in every run. On the CPU the order is that of BLAS. Either differs
    from the true product by at most about ``d * eps * (|x| @ |y|)``, with an eps of 2**-24 in
    float32 and 2**-53 in float64; where the best and the second are closer, CPU and GPU may choose
    differently. Whole numbers of which all sums fit 24 or 53 bits give the same on both. Numbers,
    products and sums of float32 below 2**-126 count as 0 on a GPU.

    In a dense multicut, points are features with costs ``X @ X.T - threshold``: a pair is worth
    joining where its value is positive [1]_. Features of a cluster are the sums of those of its
    points, and the threshold counts once for each pair of points. So for costs between clusters
    give no threshold, but append ``sqrt(threshold)`` times the sizes as a column to X and, with the
    other sign, to Y; labels of a number of its own for each keep clusters from themselves.

    Tiles that keep only what is best of them, as those of [2]_ keep a sum.

    References
    ----------
    .. [1] A. Abbas, P. Swoboda, "ClusterFuG: clustering fully connected graphs by multicut", 2023,
       arXiv:2301.12159.
    .. [2] T. Dao, D. Fu, S. Ermon, A. Rudra, C. Ré, "FlashAttention: fast and memory-efficient
       exact attention with IO-awareness", 2022, arXiv:2205.14135.

    Examples
    --------
    >>> points = [[2, 0], [1, 1], [0, 3], [-1, 0]]
    >>> found = pairwise_argmax(points)
    >>> found.index.tolist(), found.value.tolist()
    ([1, 2, 1, 2], [2.0, 3.0, 3.0, 0.0])

    Only in other clusters:

    >>> pairwise_argmax(points, labels=[0, 0, 0, 1]).index.tolist()
    [3, 3, 3, 2]
    """
    if not math.isfinite(threshold):
        raise ValueError(f"threshold must be a finite number, got {threshold}")
    if (labels_y is not None) != (Y is not None and labels is not None):
        raise ValueError("labels_y must be given where Y and labels are, and only there")
    jobs = check_jobs(n_jobs)
    x, y = _as_given(X), None if Y is None else _as_given(Y)
    others = x if y is None else y
    work = len(x) * len(others) if x.ndim == others.ndim == 2 else 0
    where = resolve_device(device, given=x, work=work)
    x, y = _points(x, "X", where), None if y is None else _points(y, "Y", where)
    if y is not None:
        if y.shape[1] != x.shape[1]:
            raise ValueError(f"Y must have the {x.shape[1]} columns that X has, got {y.shape[1]}")
        dtype = np.result_type(x.dtype, y.dtype)
        x, y = x.astype(dtype, copy=False), y.astype(dtype, copy=False)
    _check_range(x, y)
    n, m = len(x), len(x if y is None else y)
    codes = _labels(labels, n, "labels"), _labels(labels_y, m, "labels_y")
    if n == 0 or m == 0:
        product, index = np.full(n, -np.inf, x.dtype), np.full(n, -1, np.int32)
    elif where == "cpu":
        from partwise.gpu._argmax_cpu import best_products

        product, index = best_products(x, y, *codes, n_jobs=jobs)
    else:
        product, index = _on_gpu(x, y, *codes)
    return PairwiseArgmaxResult(index, product - product.dtype.type(threshold), where)


def _as_given(values: Any) -> Any:
    """Return arrays of a device as they are, and anything else as an array of NumPy."""
    return values if hasattr(values, "__cuda_array_interface__") else np.asarray(values)


def _points(given: Any, name: str, where: str) -> Any:
    """Return rows of float32 or float64, on the device if they are there."""
    xp: Any = np
    if where == "cuda" and hasattr(given, "__cuda_array_interface__"):
        from partwise.gpu._backend import cuda

        xp = cuda().xp
    points = xp.asarray(given)
    if points.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got {points.dtype}")
    if points.ndim != 2:
        raise ValueError(f"{name} must have shape (n, d), got {points.shape}")
    if len(points) > _MOST_POINTS:
        raise ValueError(f"{name} must have at most {_MOST_POINTS} rows, got {len(points)}")
    is_single = np.result_type(points.dtype, np.float32) == np.float32
    return points.astype(np.float32 if is_single else np.float64, copy=False)


def _check_range(x: Any, y: Any) -> None:
    """Raise unless all numbers are finite, and all sums of products at most half of the largest."""
    largest = [0.0 if p.size == 0 else max(float(p.max()), -float(p.min())) for p in (x, y)
               if p is not None]  # fmt: skip
    for name, value in zip("XY", largest, strict=False):
        if not math.isfinite(value):
            raise ValueError(f"{name} must hold finite numbers, got a NaN or an infinite one")
    bound = largest[0] * largest[-1] * max(1, x.shape[1])
    if bound > float(np.finfo(x.dtype).max) / 2:
        raise ValueError(
            f"products of numbers up to {largest[0]:g} and {largest[-1]:g}, {x.shape[1]} to a sum, "
            f"may leave the range of {x.dtype}; give float64 or smaller numbers"
        )


def _labels(given: Any, n: int, name: str) -> Any:
    """Return labels as integers of 32 bits, or None."""
    if given is None:
        return None
    labels = _as_given(given)
    if tuple(labels.shape) != (n,):
        raise ValueError(f"{name} must have shape ({n},), got {tuple(labels.shape)}")
    if labels.dtype.kind not in "iu" and n > 0:
        raise TypeError(f"{name} must be integers, got {labels.dtype}")
    least, greatest = (int(labels.min()), int(labels.max())) if n > 0 else (0, 0)
    if least < -(2**31) or greatest >= 2**31:
        raise ValueError(f"{name} must fit 32 bits, got {least} to {greatest}")
    return labels.astype(np.int32)


def _on_gpu(x: Any, y: Any, labels: Any, labels_y: Any) -> tuple[NDArray[Any], NDArray[np.int32]]:
    from partwise.gpu._argmax_gpu import best_products_on
    from partwise.gpu._backend import cuda

    n, d = x.shape
    n_bytes = pairwise_argmax_memory(n, d, None if y is None else len(y), dtype=x.dtype)
    needs_memory(n_bytes, "pairwise_argmax")
    backend = cuda()
    there = (None if a is None else backend.xp.asarray(a) for a in (x, y, labels, labels_y))
    product, index = best_products_on(backend, *there)
    return backend.to_host(product), backend.to_host(index)


def pairwise_argmax_memory(n: int, d: int, m: int | None = None, *, dtype: Any = "float32") -> int:
    """Return the bytes that :func:`pairwise_argmax` takes on a GPU, those of the points included.

    Parameters
    ----------
    n, d : int
        Points and their coordinates: all numbers are there twice, by points and by coordinates.
    m : int, optional
        Points of Y; by default there is no Y.
    dtype : {"float32", "float64"}, default="float32"
    """
    size = np.dtype(dtype).itemsize

    def of_points(number: int) -> int:
        """Return the bytes of points as they are given and in columns, and of their labels."""
        depth, width = d + PAD_DEPTH, number + PAD_POINTS
        return size * (number * d + depth * width) + 4 * number

    # the best so far, by splits where there are few points, and what comes of them
    best = 64 * n + 2 * (size + 4) * PAD_POINTS * 2048
    return of_points(n) + (0 if m is None else of_points(m)) + best
