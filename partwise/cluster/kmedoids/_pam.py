"""k-medoids on a dissimilarity matrix: FasterPAM, FastPAM1, PAM and their starts."""

from __future__ import annotations

import math
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_deadline, check_jobs, check_sample_weight
from partwise._random import RandomState, check_seed
from partwise.cluster.kmedoids._input import (
    as_rows,
    check_entries,
    check_medoids,
    farthest,
    fault_error,
    order_of,
)
from partwise.cluster.kmedoids._result import KMedoidsResult
from partwise.errors import PartwiseWarning

__all__ = [
    "alternating",
    "fasterpam",
    "fastpam1",
    "iterated_fasterpam",
    "lab_init",
    "pam",
    "pam_build",
    "plusplus_init",
    "swap_deltas",
]

Search = Callable[..., tuple[float, NDArray[np.uint32], NDArray[np.float64], int, int]]


def fasterpam(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    max_iter: int = 100,
    n_jobs: int | None = 1,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> KMedoidsResult:
    """Find k medoids by FasterPAM: eager swaps, all exchanges of an object priced in one pass.

    Parameters
    ----------
    D : array-like of shape (n, n)
        ``D[o, m]`` is the dissimilarity of object o to medoid m: finite, at least 0, any integer
        or floating dtype. C- and F-ordered arrays are taken as they are if symmetric. An
        asymmetric matrix is transposed (a copy, unless it is F-ordered).
    medoids : int or array-like of int, shape (k,)
        The number of medoids, which are drawn at random then, or the objects to start from.
    max_iter : int, default=100
        Most rounds over all objects; a few are usual.
    n_jobs : int, optional
        Threads that price objects: None for 1, -1 for all processors. The result does not depend
        on it. Below some thousand objects one thread is faster.
    random_state : int, Generator, RandomState or None
        With a seed objects are tried in random order, else in ascending order. Also for drawing
        `medoids`.
    sample_weight : array-like of shape (n,), optional
        Weight of every object's dissimilarity.
    symmetric : bool, optional
        Whether D is symmetric. By default some rows are compared with their columns beforehand,
        and then the column entries that the result is made of.

    Returns
    -------
    KMedoidsResult
        Loss, labels, medoids, rounds and swaps. No single exchange improves it, unless `max_iter`
        was reached.

    Raises
    ------
    ValueError, TypeError
        D is not square or has an entry that is negative, NaN or infinite (found when the entry is
        first read); `medoids` or another argument is out of range.

    See Also
    --------
    iterated_fasterpam : disturbs and repairs the result again and again, for a better one.
    KMedoids : the same from data, with metrics, as an estimator.

    Notes
    -----
    O(n^2) time a round, one comparison for most entries, O(n) memory besides D. For metrics, a
    result that no exchange improves is at most 5 times the optimum [2]_.

    References
    ----------
    .. [1] E. Schubert, P. Rousseeuw, "Fast and eager k-medoids clustering: O(k) runtime improvement
       of the PAM, CLARA, and CLARANS algorithms", Information Systems 101, 2021, arXiv:2008.05171.
    .. [2] V. Arya et al., "Local search heuristics for k-median and facility location problems",
       SIAM J. Comput. 33(3), 2004, doi:10.1137/S0097539702416402.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> result = fasterpam(abs(points[:, None] - points), 2, random_state=0)
    >>> result.loss, sorted(result.medoids.tolist())
    (4, [1, 4])
    """
    from partwise.cluster.kmedoids._kernels.fasterpam import swap_search

    threads = check_jobs(n_jobs)
    passes = check_count("max_iter", max_iter)

    def search(rows: Any, weights: Any, start: Any, seed: int | None, fault: Any) -> Any:
        """Run the kernel from `start`, which it changes."""
        order = order_of(rows.shape[0], seed)
        far = farthest(rows.dtype)
        if threads > 1:
            from partwise.cluster.kmedoids._kernels.fasterpam_threads import swap_search_threads
            from partwise.kernels.parallel import launch_on

            with launch_on(threads):
                return swap_search_threads(rows, weights, start, order, far, passes, False, fault)
        return swap_search(rows, weights, start, order, far, passes, False, fault)

    return _fit(D, medoids, search, sample_weight, symmetric, random_state)


def iterated_fasterpam(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    n_rounds: int | None = None,
    reach: int | None = None,
    time_limit: float | None = None,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> KMedoidsResult:
    """Find k medoids by FasterPAM and then by disturbing the result locally, again and again.

    Every round makes one to three random exchanges near an object and searches the neighbourhood
    only. It costs a small part of a restart and reaches better optima.

    Parameters
    ----------
    D, medoids, sample_weight, symmetric
        As for :func:`fasterpam`.
    n_rounds : int, optional
        Disturbances, at most; by default ``200 + 5 k``, or any number with a `time_limit`.
    reach : int, optional
        Nearest objects that a disturbance chooses from; by default ``8 n / k``.
    time_limit : float, optional
        Seconds after which no more rounds are made. The first descent is always finished. How many
        rounds there is time for, and so the result, may differ from call to call.
    random_state : int, Generator, RandomState or None
        The seed; None draws one, which the result reports.

    Returns
    -------
    KMedoidsResult
        ``n_iter`` counts rounds. No single exchange improves it.

    Raises
    ------
    ValueError, TypeError
        As for :func:`fasterpam`.

    Notes
    -----
    Iterated local search is generic (H. Lourenco, O. Martin, T. Stuetzle, 2003,
    doi:10.1007/0-306-48056-5_11); this form for k-medoids is our own. O(n) a round, and O(n / 64)
    comparisons for each of the 2 `reach` objects that it tries.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> iterated_fasterpam(abs(points[:, None] - points), 2, random_state=0).loss
    4
    """
    from partwise.cluster.kmedoids._kernels.iterated import descend, disturb, state_of
    from partwise.kernels.rng import stream_state

    deadline = check_deadline(time_limit, time.perf_counter())
    drawn = check_seed(random_state)
    asked = None if n_rounds is None else check_count("n_rounds", n_rounds)
    near = None if reach is None else check_count("reach", reach)

    def search(rows: Any, weights: Any, start: Any, seed: int | None, fault: Any) -> Any:
        """Run the kernel from `start`, which it changes."""
        n, k = rows.shape[0], start.size
        width = min(n, max(4, 8 * n // k) if near is None else near)
        limit = (200 + 5 * k if time_limit is None else sys.maxsize) if asked is None else asked
        order, far, random = order_of(n, drawn), farthest(rows.dtype), stream_state(drawn, 1)
        state = state_of(rows, weights, start, far)
        best, swaps = descend(rows, weights, order, far, state)
        start[:] = state[0]

        def more_rounds(rounds: int) -> None:
            """Go on from where the rounds before ended."""
            nonlocal best, swaps
            best, more = disturb(
                rows, weights, order, width, rounds, far, random, state, start, best
            )
            swaps += more

        rounds = _repeat_until(deadline, limit, more_rounds) if k < n else 0
        return best, state_of(rows, weights, start, far)[6], None, rounds, swaps

    return _fit(D, medoids, search, sample_weight, symmetric, drawn, check_first=True)


def _repeat_until(deadline: float, limit: int, run: Callable[[int], None]) -> int:
    """Run ever more rounds, `limit` at most, until the deadline; return how many were run.

    What is run at once should take a quarter of the time that is left.
    """
    if deadline == math.inf:
        run(limit)
        return limit
    started = now = time.perf_counter()
    done, size = 0, 1
    while now < deadline and done < limit:
        run(size)
        done += size
        now = time.perf_counter()
        fitting = int((deadline - now) / max(now - started, 1e-9) * done / 4)
        size = max(1, min(4 * size, fitting, limit - done))
    return done


def fastpam1(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    max_iter: int = 100,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> KMedoidsResult:
    """Find k medoids by FastPAM1: the swaps of PAM, found k times as fast.

    Parameters
    ----------
    D, medoids, random_state, sample_weight, symmetric
        As for :func:`fasterpam`; objects are always tried in ascending order.
    max_iter : int, default=100
        Most swaps, each of which takes a pass over D.

    Returns
    -------
    KMedoidsResult

    Notes
    -----
    O(n^2) time an iteration. Source: E. Schubert, P. Rousseeuw, Information Systems 101, 2021,
    arXiv:2008.05171.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> fastpam1(abs(points[:, None] - points), [0, 1]).medoids.tolist()
    [4, 1]
    """
    from partwise.cluster.kmedoids._kernels.pam import fastpam1_swap

    return _fit_in_order(
        fastpam1_swap, D, medoids, max_iter, random_state, sample_weight, symmetric
    )


def pam(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    max_iter: int = 100,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> KMedoidsResult:
    """Find k medoids by the original SWAP of PAM, for comparison: :func:`fastpam1` does the same.

    Parameters
    ----------
    D, medoids, max_iter, random_state, sample_weight, symmetric
        As for :func:`fastpam1`.

    Returns
    -------
    KMedoidsResult

    Notes
    -----
    O(n^2 k) time an iteration. Source: L. Kaufman, P. J. Rousseeuw, "Finding groups in data", 1990,
    doi:10.1002/9780470316801.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> pam(abs(points[:, None] - points), [0, 1]).medoids.tolist()
    [4, 1]
    """
    from partwise.cluster.kmedoids._kernels.pam import pam_swap

    return _fit_in_order(pam_swap, D, medoids, max_iter, random_state, sample_weight, symmetric)


def alternating(
    D: ArrayLike,
    medoids: int | ArrayLike,
    *,
    max_iter: int = 100,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> KMedoidsResult:
    """Find k medoids in the way of k-means: fast, and much worse than swapping.

    Parameters
    ----------
    D, medoids, random_state, sample_weight, symmetric
        As for :func:`fasterpam`.
    max_iter : int, default=100
        Most iterations of assigning objects and choosing medoids.

    Returns
    -------
    KMedoidsResult

    Notes
    -----
    O(n k + n^2 / k) time an iteration for even clusters. Source: H.-S. Park, C.-H. Jun, "A simple
    and fast algorithm for K-medoids clustering", Expert Syst. Appl. 36(2), 2009,
    doi:10.1016/j.eswa.2008.01.039.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> alternating(abs(points[:, None] - points), [0, 5]).medoids.tolist()
    [1, 4]
    """
    from partwise.cluster.kmedoids._kernels.pam import alternate

    return _fit_in_order(alternate, D, medoids, max_iter, random_state, sample_weight, symmetric)


def pam_build(
    D: ArrayLike,
    n_clusters: int,
    *,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> NDArray[np.int64]:
    """Choose initial medoids greedily, each the one that lowers the loss most (BUILD).

    Parameters
    ----------
    D, sample_weight, symmetric
        As for :func:`fasterpam`.
    n_clusters : int
        Number of medoids k.

    Returns
    -------
    int64 ndarray of shape (k,)

    Warns
    -----
    PartwiseWarning
        Fewer than k objects differ; the others are added in ascending order.

    Notes
    -----
    O(n^2 k) time. Source: L. Kaufman, P. J. Rousseeuw, 1990, doi:10.1002/9780470316801.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> pam_build(abs(points[:, None] - points), 2).tolist()
    [2, 4]
    """
    from partwise.cluster.kmedoids._kernels.fasterpam import one_medoid
    from partwise.cluster.kmedoids._kernels.pam import build

    rows, weights, k = _prepare(D, n_clusters, sample_weight, symmetric)
    medoids, useful = build(rows, weights, k, one_medoid(rows, weights))
    if useful < k:
        warnings.warn(
            f"only {useful} medoids lower the loss, {k} were asked for: objects coincide",
            PartwiseWarning,
            stacklevel=2,
        )
    return np.asarray(medoids)


def lab_init(
    D: ArrayLike,
    n_clusters: int,
    *,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> NDArray[np.int64]:
    """Choose initial medoids by LAB: BUILD, every step on ``10 + ceil(sqrt(n))`` random objects.

    Parameters
    ----------
    D, sample_weight, symmetric
        As for :func:`fasterpam`.
    n_clusters : int
        Number of medoids k.
    random_state : int, Generator, RandomState or None

    Returns
    -------
    int64 ndarray of shape (k,)

    Notes
    -----
    O(n k) time. Source: E. Schubert, P. Rousseeuw, "Faster k-medoids clustering: improving the PAM,
    CLARA, and CLARANS algorithms", SISAP 2019, arXiv:1810.05691.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> len(set(lab_init(abs(points[:, None] - points), 3, random_state=0).tolist()))
    3
    """
    from partwise.cluster.kmedoids._kernels.pam import lab
    from partwise.kernels.rng import stream_state

    rows, weights, k = _prepare(D, n_clusters, sample_weight, symmetric)
    return np.asarray(lab(rows, weights, k, stream_state(check_seed(random_state), 0)))


def plusplus_init(
    D: ArrayLike,
    n_clusters: int,
    *,
    random_state: RandomState = None,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> NDArray[np.int64]:
    """Draw initial medoids one by one, in proportion to the distance from those drawn before.

    Distances count as they are and not squared, as the loss sums distances.

    Parameters
    ----------
    D, sample_weight, symmetric
        As for :func:`fasterpam`.
    n_clusters : int
        Number of medoids k.
    random_state : int, Generator, RandomState or None

    Returns
    -------
    int64 ndarray of shape (k,)

    Notes
    -----
    O(n k) time. After D. Arthur, S. Vassilvitskii, "k-means++: the advantages of careful seeding",
    SODA 2007.

    Examples
    --------
    >>> points = np.array([0, 0, 0, 10])
    >>> sorted(points[plusplus_init(abs(points[:, None] - points), 2, random_state=0)].tolist())
    [0, 10]
    """
    from partwise.cluster.kmedoids._kernels.pam import plusplus
    from partwise.kernels.rng import stream_state

    rows, weights, k = _prepare(D, n_clusters, sample_weight, symmetric)
    return np.asarray(plusplus(rows, weights, k, stream_state(check_seed(random_state), 0)))


def swap_deltas(
    D: ArrayLike,
    medoids: ArrayLike,
    candidate: int,
    *,
    sample_weight: ArrayLike | None = None,
    symmetric: bool | None = None,
) -> NDArray[np.float64]:
    """Return by how much the loss changes if `candidate` takes the place of each medoid.

    Parameters
    ----------
    D, sample_weight, symmetric
        As for :func:`fasterpam`.
    medoids : array-like of int, shape (k,), k >= 2
    candidate : int
        An object.

    Returns
    -------
    float64 ndarray of shape (k,)
        Negative where the exchange improves.

    Notes
    -----
    O(n k) to assign the objects, O(n + k) for all k exchanges.

    Examples
    --------
    >>> points = np.array([0, 1, 2, 10, 11, 12])
    >>> swap_deltas(abs(points[:, None] - points), [0, 1], 4).tolist()
    [-27.0, -26.0]
    """
    from partwise.cluster.kmedoids._kernels.fasterpam import exchange_losses
    from partwise.cluster.kmedoids._kernels.nearest import assign, removal_losses

    rows, symmetric = as_rows(D, symmetric)
    n = rows.shape[0]
    check_entries(rows, symmetric)
    weights = check_sample_weight(sample_weight, n)
    chosen, _ = check_medoids(np.atleast_1d(medoids), n, 0)
    if not 0 <= candidate < n:
        raise ValueError(f"candidate must be an object from 0 to {n - 1}, got {candidate}")
    if chosen.size == 1:
        totals = [
            float(np.dot(rows[j].astype(np.float64), np.ones(n) if weights is None else weights))
            for j in (candidate, int(chosen[0]))
        ]
        return np.array([totals[0] - totals[1]])
    *_, near, both, ds = assign(rows, chosen, farthest(rows.dtype))
    losses = removal_losses(chosen.size, weights, near, both)
    return np.asarray(exchange_losses(rows[candidate], weights, near, both, ds, losses))


def _prepare(
    D: Any, n_clusters: int, sample_weight: Any, symmetric: bool | None
) -> tuple[NDArray[Any], NDArray[np.float64] | None, int]:
    rows, symmetric = as_rows(D, symmetric)
    n = rows.shape[0]
    k = check_count("n_clusters", n_clusters)
    if k > n:
        raise ValueError(f"n_clusters must be at most the number of objects, {n}, got {k}")
    check_entries(rows, symmetric)
    return rows, check_sample_weight(sample_weight, n), k


def _fit_in_order(
    kernel: Search,
    D: Any,
    medoids: Any,
    max_iter: int,
    random_state: RandomState,
    sample_weight: Any,
    symmetric: bool | None,
) -> KMedoidsResult:
    """Run a search that reads all rows at once, so that they are checked beforehand."""
    limit = check_count("max_iter", max_iter)

    def search(rows: Any, weights: Any, start: Any, seed: int | None, fault: Any) -> Any:
        """Run the kernel from `start`, which it changes."""
        return kernel(rows, weights, start, farthest(rows.dtype), limit)

    return _fit(D, medoids, search, sample_weight, symmetric, random_state, check_first=True)


def _fit(
    D: Any,
    medoids: Any,
    search: Search,
    sample_weight: Any,
    symmetric: bool | None,
    random_state: RandomState,
    *,
    check_first: bool = False,
) -> KMedoidsResult:
    """Check the input, search, and measure the result against D itself.

    A search that does not check entries as it reads them has them checked first.
    """
    from partwise.cluster.kmedoids._kernels.fasterpam import one_medoid

    rows, taken = as_rows(D, symmetric)
    n = rows.shape[0]
    weights = check_sample_weight(sample_weight, n)
    start, seed = check_medoids(medoids, n, random_state)
    chosen = start.copy()
    if check_first or start.size == 1:
        check_entries(rows, taken)
    if start.size == 1:
        best = int(one_medoid(rows, weights))
        moved = best != start[0]
        chosen[0] = best
        n_iter, n_swap = 1, int(moved)
        labels = np.zeros(n, dtype=np.int32)
    else:
        fault = np.full(2, -1, dtype=np.int64)
        _, nearest, _, n_iter, n_swap = search(rows, weights, chosen, seed, fault)
        if fault[0] >= 0:
            raise fault_error(rows, fault, taken)
        labels = nearest.astype(np.int32)
    labels[chosen] = np.arange(chosen.size)
    matrix = np.asarray(D)
    objects = np.arange(n)
    served = matrix[objects, chosen[labels]]
    if taken and symmetric is None and not np.array_equal(served, rows[chosen[labels], objects]):
        return _fit(D, medoids, search, sample_weight, False, random_state, check_first=check_first)
    return KMedoidsResult(_total(served, weights), labels, chosen, n_iter, n_swap, seed)


def _total(served: NDArray[Any], weights: NDArray[np.float64] | None) -> int | float:
    """Return the summed (weighted) dissimilarities, exact for integers."""
    if weights is not None:
        return float(np.dot(served.astype(np.float64), weights))
    if served.dtype.kind in "iu":
        return int(served.sum(dtype=np.int64))
    return float(served.sum(dtype=np.float64))
