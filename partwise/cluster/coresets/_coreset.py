"""Coresets for k-median and its like: few weighted points that stand for many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._random import RandomState, check_seed
from partwise.cluster.coresets._points import check_points, check_row_ids, check_weights
from partwise.cluster.coresets._result import Coreset
from partwise.cluster.coresets._solver import DETERMINISTIC, METHODS, Task, build, reduce, union

__all__ = ["coreset", "coreset_distortion", "merge_coresets"]

Method = Literal["sensitivity", "lightweight", "uniform", "grid", "interval1d"]

DEFAULT_EPS = 0.1
DEFAULT_PER_CLUSTER = 100


def coreset(
    X: ArrayLike,
    k: int,
    *,
    eps: float | None = None,
    size: int | None = None,
    method: Method = "sensitivity",
    sample_weight: ArrayLike | None = None,
    z: float = 1.0,
    augment: bool = True,
    opt_lower: float | None = None,
    row_ids: ArrayLike | None = None,
    random_state: RandomState = None,
) -> Coreset:
    """Choose few weighted points whose cost is that of all points, whatever the k centres.

    The cost of points P with weights w for centres C is ``sum of w_p * min over C of ||p - c||^z``
    (Euclidean): z = 1 is k-median and k-medoids, z = 2 is k-means.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Points. float32 and float64 in C order are used without a copy.
    k : int
        Number of centres.
    eps : float, optional
        With "interval1d" and "grid": costs agree within the factor ``1 + eps``, proven for all sets
        of k centres; 0 returns the distinct points with their counts. With a sampling method: asks
        for ``size = k (z / eps)^2``, which keeps the distortion below ``1 + eps`` as a rule, and
        guarantees nothing.
    size : int, optional
        Number of points, at most. By default ``eps=0.1`` for "interval1d" and "grid", and
        ``size=100 * k`` for the others.
    method : {"sensitivity", "lightweight", "uniform", "grid", "interval1d"}
        ``"sensitivity"`` samples points by what they can contribute to the cost, any d and z.
        ``"lightweight"`` is a faster and coarser form of it, with an additive error.
        ``"uniform"`` ignores small clusters; it is there for comparison.
        ``"interval1d"`` (d = 1, z = 1) and ``"grid"`` (d <= 3, z = 1) are deterministic, have
        proven errors and do not depend on the order of the points.
    sample_weight : array-like of shape (n,), optional
        Weights of the points, at least 0; those of weight 0 count for nothing.
    z : float, default=1
        Power of the distances, at least 1.
    augment : bool, default=True
        With "sensitivity": whether the centres that guide the sampling are in the coreset too, each
        with the weight that its cluster lacks. The total weight, and that of each cluster, is then
        exact. See Notes.
    opt_lower : float, optional
        With "interval1d" and "grid": a lower bound of the smallest cost of k centres, if one is
        known; computing one is most of the work. The error is proven if the bound is true.
    row_ids : array-like of int, shape (n,), optional
        What to call the rows in ``indices``, such as their numbers in a larger table; -1 for none.
        By default 0, 1, 2 and so on.
    random_state : int, Generator, RandomState or None
        The seed of the sampling methods; None draws one, which the result reports.

    Returns
    -------
    Coreset
        Points, weights, indices, and the proven eps where there is one. It holds all distinct
        points (eps = 0) where they are no more than `size`, or no more rows than k.

    Raises
    ------
    ValueError
        An argument is out of its range, a coordinate or weight is not finite, a weight is negative,
        there are no points, both `eps` and `size` are given, or the method cannot do this d or z.
    TypeError
        An argument has the wrong type, or X is sparse.

    See Also
    --------
    merge_coresets : coresets of parts of the data become one.
    CoresetStream : of data that come in chunks.
    coreset_distortion : how far off a coreset is for given centres.
    KMedianCoreset : the same as an estimator.

    Notes
    -----
    *Points on a line, k = 1.* Let m be the median and OPT its cost, W the total weight. Replacing a
    bucket B of consecutive points by its mean changes the cost of a centre c only if c lies within
    B; it falls (the distance to c is convex), by at most the deviation of B, ``sum of
    w_p |p - mean|``: twice the smaller one of what lies left and right of c, which are equal, and
    their minimum largest, at the mean. From m outwards, a bucket takes points while its deviation
    is at most a times the cost of its inner end, which is the cheapest centre in it; what is left
    of a side is one bucket as soon as it weighs a fraction ``a / (2 (1 + a))`` of W. With
    ``a = eps / (1 + eps)`` costs are too small by the factor ``1 + eps`` at most, and never too
    large. There are no more than ``6 / e + 2 ln(1 + 2 / a) / ln(1 + e) + 6`` buckets,
    ``e = sqrt(2 a)``: O(eps^(-1/2) log(1/eps)); for any bucket of weight ``e W`` and length ``e``
    times the larger of OPT / W and its distance from m, less OPT / W, is fine enough, and every
    bucket is as long as it can be. O(n log n) time.

    *Points on a line, any k.* From left to right buckets of deviation at most
    ``a OPT / k`` each. The distance to the nearest centre is linear on a bucket that holds neither
    a centre nor a midpoint of two, and changes by at most the deviation otherwise: it can fall only
    in the k buckets with centres and rise only in the ``k - 1`` with midpoints. A bucket with its
    next point, inside one cluster of the optimum, costs at least half the limit there: at most
    ``4 k (1 + eps) / eps + k`` buckets [1]_. OPT is computed by dynamic programming in
    O(k n log n), or bounded from below within some percent where n k exceeds 2 million.

    *Grids, d <= 3.* Around each of ``2 k + 4`` centres A lie rings of radius ``2^j R``,
    R = cost(A) / W, with cells of side ``s 2^j R`` [2]_; the points of a cell become their mean. No
    cost changes by more than the summed distance by which points move, ``3 sqrt(d) s cost(A)`` at
    most. The share s is chosen so that the movement, as measured, is at most ``a`` times a lower
    bound of OPT, which comes from the dual of the linear program of k-median, maximised over all of
    space by branch and bound. ``|A| (log2(W / min w) + 2) (2 / s + 2)^d`` points at most; sizes
    grow as eps^(-d).

    *Sensitivity.* After D^z seeding of ``2 k + 4`` centres, a point p of cluster j with weight w_p
    is drawn with probability q(p) proportional to ``w_p (d(p)^z / cost + mean of d^z in j / cost +
    1 / (number of clusters * weight of j))`` [3]_, [4]_; a draw weighs ``w_p / (size * q(p))``. One
    point is drawn from each of `size` equal slices of the running probability, cluster by cluster:
    the expected cost is exact for every C, as with independent draws, and the variance is never
    larger. O(n k d) time, one pass over X after the seeding. With `augment` the missing weight of a
    cluster goes to its centre, which also keeps costs unbiased and lowers the variance; where a
    cluster came out too heavy instead, its sample is scaled down, which is a bias of the order of
    the standard error of its weight.

    *Lightweight*: q(p) is ``1 / 2 w_p / W + 1 / 2 w_p d(p, mean)^z / sum`` [5]_.

    References
    ----------
    .. [1] S. Har-Peled, A. Kushal, "Smaller coresets for k-median and k-means clustering",
       Discrete & Computational Geometry 37(1), 2007, doi:10.1007/s00454-006-1271-x. Sizes that are
       possible in small dimension: L. Huang, R. Huang, Z. Huang, X. Wu, ICML 2023,
       arXiv:2302.13737.
    .. [2] S. Har-Peled, S. Mazumdar, "On coresets for k-means and k-median clustering", STOC 2004,
       doi:10.1145/1007352.1007400.
    .. [3] D. Feldman, M. Langberg, "A unified framework for approximating and clustering data",
       STOC 2011, arXiv:1106.1379.
    .. [4] O. Bachem, M. Lucic, A. Krause, "Practical coreset constructions for machine learning",
       2017, arXiv:1703.06476.
    .. [5] O. Bachem, M. Lucic, A. Krause, "Scalable k-means clustering via lightweight coresets",
       KDD 2018, arXiv:1702.08248.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(20_000, 1))
    >>> small = coreset(x, 1, method="interval1d", eps=0.01)
    >>> small.size < 80, float(small.weights.sum())
    (True, 20000.0)
    >>> coreset_distortion(x, small, [[0.3]]) <= 1.01
    True
    >>> sampled = coreset(rng.normal(size=(5000, 4)), 3, size=200, random_state=0)
    >>> sampled.size <= 200, bool((sampled.indices >= 0).all())
    (True, True)
    """
    points = check_points(X)
    weights = check_weights(sample_weight, points.shape[0])
    ids = check_row_ids(row_ids, points.shape[0])
    task = make_task(k, eps, size, method, z, augment, opt_lower)
    check_dimension(task.method, points.shape[1])
    seed = 0 if task.method in DETERMINISTIC else check_seed(random_state)
    return build(points, weights, ids, task, seed)


def merge_coresets(
    coresets: Sequence[Coreset],
    *,
    eps: float | None = None,
    size: int | None = None,
    method: Method | None = None,
    augment: bool = True,
    random_state: RandomState = None,
) -> Coreset:
    """Unite coresets of disjoint data, and make a smaller coreset of the union where asked.

    Parameters
    ----------
    coresets : sequence of Coreset
        At least one, all for the same number of centres, power z and dimension.
    eps, size : optional
        As for :func:`coreset`. If neither is given, the union is returned as it is: equal points
        become one, nothing else changes.
    method : str, optional
        How to reduce; by default as the coresets were made, if all in the same way.
    augment : bool, default=True
        As for :func:`coreset`.
    random_state : int, Generator, RandomState or None
        The seed of the reduction.

    Returns
    -------
    Coreset
        ``eps`` is the largest of all given; reducing to an error of e makes it
        ``(1 + eps) (1 + e) - 1``. Indices are kept where points are.

    Raises
    ------
    ValueError
        There are no coresets, or they differ in the number of centres, in z or in dimension; they
        were made in different ways and `method` is not given; or as for :func:`coreset`.
    TypeError
        Something else than a coreset is among them, or as for :func:`coreset`.

    Notes
    -----
    Costs add up over disjoint data, so the union is as good as the worst of the coresets.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(1000, 1))
    >>> parts = [coreset(x[i::2], 2, method="interval1d", eps=0.1) for i in range(2)]
    >>> whole = merge_coresets(parts)
    >>> whole.size == parts[0].size + parts[1].size, whole.eps <= 0.1
    (True, True)
    >>> smaller = merge_coresets(parts, eps=0.1)
    >>> smaller.size < whole.size, smaller.eps <= 0.21, float(smaller.weights.sum())
    (True, True, 1000.0)
    """
    coresets = list(coresets)
    if not coresets:
        raise ValueError("coresets must hold at least one coreset, got none")
    for c in coresets:
        if not isinstance(c, Coreset):
            raise TypeError(f"coresets must be Coreset objects, got {type(c).__name__}")
    first = coresets[0]
    for name in ("n_clusters", "z"):
        values = {getattr(c, name) for c in coresets}
        if len(values) > 1:
            raise ValueError(f"coresets must agree in {name}, got {sorted(values)}")
    dimensions = {c.points.shape[1] for c in coresets}
    if len(dimensions) > 1:
        raise ValueError(f"coresets must agree in the dimension, got {sorted(dimensions)}")
    merged = union(coresets)
    if eps is None and size is None:
        return merged
    if method is None:
        if merged.method not in METHODS:
            made = ", ".join(sorted({c.method for c in coresets}))
            raise ValueError(f"method must be given for coresets made in different ways: {made}")
        method = merged.method  # type: ignore[assignment]
    task = make_task(first.n_clusters, eps, size, method, first.z, augment, None)
    check_dimension(task.method, first.points.shape[1])
    seed = 0 if task.method in DETERMINISTIC else check_seed(random_state)
    return reduce(merged, task, seed)


def coreset_distortion(
    X: ArrayLike,
    coreset: Coreset,
    centres: ArrayLike,
    sample_weight: ArrayLike | None = None,
) -> float | NDArray[np.float64]:
    """Return by which factor the costs of points and coreset differ, for given centres.

    Parameters
    ----------
    X : array-like of shape (n, d)
        The points that the coreset stands for.
    coreset : Coreset
    centres : array-like of shape (c, d) or (t, c, d)
        A set of centres, or t of them.
    sample_weight : array-like of shape (n,), optional

    Returns
    -------
    float, or float64 ndarray of shape (t,)
        ``max(cost(S) / cost(P), cost(P) / cost(S))``, at least 1: 1 where both costs are 0,
        infinity where one is.

    Raises
    ------
    ValueError
        The dimensions do not agree, or X, `centres` or `sample_weight` is not as it should be.
    TypeError
        As for :func:`coreset`; `coreset` is no coreset.

    Notes
    -----
    O(n c d) for a set of centres, in float64. Good centres say little about a coreset: try those
    that lie far out, within the points, that are best for the points and best for the coreset.

    Examples
    --------
    >>> x = [[0.0], [1.0], [5.0]]
    >>> coreset_distortion(x, coreset(x, 1, method="interval1d", eps=0), [[2.0]])
    1.0
    """
    from partwise.cluster.coresets._kernels.distances import total_cost

    if not isinstance(coreset, Coreset):
        raise TypeError(f"coreset must be a Coreset, got {type(coreset).__name__}")
    points = check_points(X)
    weights = check_weights(sample_weight, points.shape[0])
    sets = np.asarray(centres)
    single = sets.ndim == 2
    if sets.ndim not in (2, 3) or 0 in sets.shape:
        raise ValueError(f"centres must have shape (c, d) or (t, c, d), got {sets.shape}")
    flat = check_points(sets.reshape(-1, sets.shape[-1]), "centres").astype(np.float64)
    d = points.shape[1]
    if coreset.points.shape[1] != d or flat.shape[1] != d:
        raise ValueError(
            f"X, coreset and centres must have the same dimension, got {d}, "
            f"{coreset.points.shape[1]} and {flat.shape[1]}"
        )
    result = np.empty(1 if single else sets.shape[0])
    for t, chosen in enumerate(flat.reshape(result.size, -1, d)):
        whole = total_cost(points, weights, chosen, coreset.z)
        part = total_cost(coreset.points, coreset.weights, chosen, coreset.z)
        if not math.isfinite(whole + part):
            raise ValueError(f"costs for centres number {t} overflow: {whole} and {part}")
        if whole == part:
            result[t] = 1.0
        elif min(whole, part) == 0.0:
            result[t] = math.inf
        else:
            result[t] = max(whole / part, part / whole)
    return float(result[0]) if single else result


def make_task(
    k: Any, eps: Any, size: Any, method: Any, z: Any, augment: Any, opt_lower: Any
) -> Task:
    """Check all arguments that say what is wanted."""
    if method not in METHODS:
        allowed = ", ".join(map(repr, METHODS))
        raise ValueError(f"method must be one of {allowed}, got {method!r}")
    k = _count("k", k)
    if eps is not None and size is not None:
        raise ValueError(f"give either eps or size, got eps={eps!r} and size={size!r}")
    if size is not None:
        size = _count("size", size)
    if eps is not None:
        eps = _number("eps", eps, 0.0)
    z = _number("z", z, 1.0)
    exact = method in DETERMINISTIC
    if exact and z != 1.0:
        raise ValueError(f"z must be 1 with method {method!r}, got {z:g}")
    if opt_lower is not None:
        opt_lower = _number("opt_lower", opt_lower, 0.0)
        if not exact:
            raise ValueError(f"opt_lower goes with 'interval1d' and 'grid', not with {method!r}")
    if eps is None and size is None:
        eps, size = (DEFAULT_EPS, None) if exact else (None, DEFAULT_PER_CLUSTER * k)
    elif eps is not None and not exact:
        wanted = math.inf if eps == 0.0 else k * (z / eps) * (z / eps)
        eps, size = None, math.ceil(min(wanted, 2.0**62))
    return Task(k, z, method, eps, size, opt_lower, bool(augment))


def check_dimension(method: str, d: int) -> None:
    """Refuse points of a dimension that `method` is not made for."""
    if method == "interval1d" and d != 1:
        raise ValueError(f"method 'interval1d' is for points on a line, X has {d} columns")
    if method == "grid" and d > 3:
        raise ValueError(f"method 'grid' is for at most 3 dimensions, X has {d} columns")


def _count(name: str, value: Any) -> int:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def _number(name: str, value: Any, low: float) -> float:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.number)):
        raise TypeError(f"{name} must be a number, got {value!r}")
    if not (math.isfinite(value) and value >= low):
        raise ValueError(f"{name} must be a finite number of at least {low:g}, got {value}")
    return float(value)
