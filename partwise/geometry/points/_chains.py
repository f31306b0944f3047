"""Chains on chains: a sequence of weights cut into consecutive parts."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._points import check_weights
from partwise.geometry.points._input import apportion, as_targets

__all__ = ["chain_starts", "chains_on_chains", "check_chain"]


def chains_on_chains(
    weights: ArrayLike,
    k: int,
    targets: ArrayLike | None = None,
    method: Literal["greedy", "optimal"] = "greedy",
) -> NDArray[np.int64]:
    """Cut a sequence of n weights into k consecutive parts with about their share each.

    Parameters
    ----------
    weights : array-like of shape (n,)
        Non-negative, not all zero.
    k : int
        Number of parts, from 1 to n.
    targets : array-like of shape (k,), optional
        Share of every part, positive, in any unit; by default all are equal.
    method : {"greedy", "optimal"}, default="greedy"
        ``"greedy"``: an item belongs to the part in whose interval of the summed targets the middle
        of its own interval of the summed weights lies. A part's weight differs from its share by
        at most the largest weight. ``"optimal"``: the largest ratio of weight to target is as small
        as that of any consecutive parts; of the ways to get there the one near the greedy cuts.

    Returns
    -------
    int64 ndarray of shape (k + 1,)
        Part j is ``weights[starts[j]:starts[j + 1]]``; it may be empty beside heavy items.

    Raises
    ------
    ValueError
        An argument is out of range or of the wrong shape.
    TypeError
        An argument is not made of numbers.

    Notes
    -----
    Where all weights are equal, part j gets floor or ceil of its share of n items, and the parts
    rounded up are those with the largest remainders; with ``"optimal"`` and unequal targets the
    least maximum counts more. O(n + k log n) time for ``"greedy"``; ``"optimal"`` tries O(k log n)
    ratios in O(k log n) each at worst, and far fewer in practice.

    References
    ----------
    .. [1] D. M. Nicol, "Rectilinear partitioning of irregular data parallel computations", Journal
       of Parallel and Distributed Computing 23(2), 1994, doi:10.1006/jpdc.1994.1126.
    .. [2] A. Pinar, C. Aykanat, "Fast optimal load balancing algorithms for 1D partitioning",
       Journal of Parallel and Distributed Computing 64(8), 2004, doi:10.1016/j.jpdc.2004.05.003.

    Examples
    --------
    >>> weights = [1, 1, 1, 5, 1, 1, 6, 1]
    >>> starts = chains_on_chains(weights, 3)
    >>> starts.tolist(), np.add.reduceat(weights, starts[:-1]).tolist()
    ([0, 4, 6, 8], [8, 2, 7])
    >>> starts = chains_on_chains(weights, 3, method="optimal")
    >>> starts.tolist(), np.add.reduceat(weights, starts[:-1]).tolist()
    ([0, 3, 6, 8], [3, 7, 7])
    """
    check_chain("method", method)
    given = np.asarray(weights)
    if given.ndim != 1 or given.size == 0:
        raise ValueError(f"weights must have shape (n,) with n >= 1, got {given.shape}")
    items = check_weights(given, given.size, "weights")
    k = check_count("k", k)
    if k > items.size:
        raise ValueError(f"k must be at most the number of weights, {items.size}, got {k}")
    units = as_targets(targets, k)
    equal = bool((items == items[0]).all())
    return chain_starts(None if equal else items, items.size, units, k, method)


def check_chain(name: str, method: object) -> None:
    """Refuse what is no way to cut a chain."""
    if method not in ("greedy", "optimal"):
        raise ValueError(f"{name} must be 'greedy' or 'optimal', got {method!r}")


def chain_starts(
    weights: NDArray[np.float64] | None,
    n: int,
    targets: NDArray[np.float64] | None,
    k: int,
    method: str,
) -> NDArray[np.int64]:
    """Return where the parts start; None stands for equal weights and for equal targets."""
    shares = np.ones(k) if targets is None else targets
    starts = np.zeros(k + 1, np.int64)
    sums = np.arange(n + 1.0)
    if weights is None:
        np.cumsum(apportion(targets, k, n), out=starts[1:])
        if targets is None:
            return starts  # no part has more than ceil(n / k): optimal too
    else:
        np.cumsum(weights, out=sums[1:])
        middles = 0.5 * (sums[:-1] + sums[1:])
        ends = np.cumsum(shares)
        starts[1:] = np.searchsorted(middles, ends * (sums[-1] / ends[-1]))
        starts[k] = n
    if method == "greedy":
        return starts
    from partwise.geometry.points._kernels.chains import cut_within, least_bottleneck

    known = float((np.diff(sums[starts]) / shares).max())
    best = float(least_bottleneck(sums, shares, known))
    found = np.empty(k + 1, np.int64)
    cut_within(sums, shares, best, starts, found)
    return found
