"""The LFR benchmark: heterogeneous degrees and community sizes, with a set share of mixed edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise._random import RandomState, check_seed
from partwise.graph._graph import Graph
from partwise.graph.generators._checks import check_count, check_fraction

__all__ = ["lfr_graph"]

_DEGREES, _SIZES, _ROUNDING, _PLACES, _INSIDE, _BETWEEN, _ORDER = range(7)  # random streams


def lfr_graph(
    n: int,
    *,
    mixing: float,
    degree_exponent: float = 2.5,
    community_exponent: float = 1.5,
    mean_degree: float | None = None,
    min_degree: int | None = None,
    max_degree: int | None = None,
    min_community: int | None = None,
    max_community: int | None = None,
    random_state: RandomState = None,
) -> tuple[Graph, NDArray[np.int32]]:
    r"""Return an LFR benchmark graph and its communities.

    Degrees and community sizes follow power laws; every node has the share :math:`\mu` of its edges
    with other communities. Apart from that the edges are random.

    Parameters
    ----------
    n : int
        Number of nodes.
    mixing : float
        :math:`\mu`, from 0 (communities are not joined) to 1 (no edge is inside a community).
    degree_exponent, community_exponent : float, default=2.5, 1.5
        Degrees k and sizes s have probabilities proportional to ``k**-degree_exponent`` and
        ``s**-community_exponent``; finite and at least 0.
    mean_degree : float, optional
        Expected degree; the smallest degree follows from it.
    min_degree : int, optional
        Smallest degree, instead of `mean_degree`; at least 1.
    max_degree : int, optional
        Largest degree. Default: the structural cutoff ``sqrt(n * mean_degree)`` (or `min_degree`),
        but at most ``n - 1``.
    min_community, max_community : int, optional
        Smallest and largest community. Default: one more than the smallest and than the largest
        degree, the latter at most ``n / 2``.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    graph : Graph
        Without self-loops; nodes are in random order.
    labels : int32 ndarray of shape (n,)
        Community of each node, numbered by decreasing size.

    Raises
    ------
    ValueError, TypeError
        A parameter out of range; both or none of `mean_degree` and `min_degree`; community sizes
        that cannot sum to n; a single community where `mixing` is positive.

    Notes
    -----
    O(n + m) expected time. The internal degree of a node is ``(1 - mixing) * degree``, rounded up
    or down at random so that the expectation is right. Half-edges are paired at random within each
    community and between communities, then loops, repeated edges and wrongly internal ones swap
    ends with random edges. What has to give way: one half-edge per community where the sum of its
    internal degrees is odd; edges of nodes whose internal degree is above the size of all
    communities with a place left; and the few edges for which no swap is found, which are dropped,
    in communities that are nearly complete.

    After the paper's text, with these differences: `mean_degree` is met by a mixture of two integer
    smallest degrees, nodes are given places by descending internal degree instead of being moved
    out again, and the last community sizes are evened out one by one.

    References
    ----------
    A. Lancichinetti, S. Fortunato, F. Radicchi, "Benchmark graphs for testing community detection
    algorithms", Physical Review E 78, 2008, doi:10.1103/PhysRevE.78.046110.

    Examples
    --------
    >>> graph, labels = lfr_graph(1000, mixing=0.2, mean_degree=10, max_degree=50, random_state=0)
    >>> graph.n_nodes, labels.shape
    (1000, (1000,))
    >>> source, target, _ = graph.to_edges()
    >>> bool(abs((labels[source] != labels[target]).mean() - 0.2) < 0.02)
    True
    """
    from partwise.graph.generators._kernels.lfr import (
        assign_communities,
        even_out,
        sample_values,
        split_degrees,
    )
    from partwise.kernels.rng import shuffle, stream_state

    n = check_count(n, "n", 2)
    mu = check_fraction(mixing, "mixing")
    low, weights = _degree_law(n, degree_exponent, mean_degree, min_degree, max_degree)
    top = low + len(weights) - 1
    smallest = check_count(_default(min_community, min(low + 1, n)), "min_community", 1, n)
    largest = check_count(
        _default(max_community, max(min(top + 1, n // 2), smallest)), "max_community", smallest, n
    )
    if -(-n // largest) * smallest > n:
        raise ValueError(
            f"no communities of {smallest} to {largest} nodes have n={n} nodes together; make "
            "min_community smaller or max_community larger"
        )
    size_law = _power_law(smallest, largest, community_exponent, "community_exponent")
    seed = check_seed(random_state)
    states = [stream_state(seed, stream) for stream in range(7)]

    degree = np.empty(n, np.int64)
    sample_values(states[_DEGREES], np.cumsum(weights), low, degree)
    sizes = _community_sizes(states[_SIZES], n, smallest, largest, size_law)
    if mu > 0 and len(sizes) == 1:
        raise ValueError(
            f"mixing={mu} needs two communities or more, got one; make max_community smaller"
        )
    inner = np.empty(n, np.int64)
    split_degrees(states[_ROUNDING], degree, mu, inner)
    order = np.argsort(-inner, kind="stable")
    community = np.empty(n, np.int32)
    assign_communities(states[_PLACES], inner[order], sizes, community)
    # From here on nodes are numbered by community.
    by_community = np.argsort(community, kind="stable")
    community, order = community[by_community], order[by_community]
    inner = inner[order]
    outer = degree[order] - inner
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    even_out(states[_PLACES], starts, inner, outer, mu == 0)
    if outer.sum() % 2:
        outer[np.flatnonzero(outer)[-1]] -= 1
    inside = _edges(states[_INSIDE], inner, community, starts)
    between = _edges(states[_BETWEEN], outer, community, None)
    place = np.arange(n, dtype=np.int32)
    shuffle(states[_ORDER], place)
    labels = np.empty(n, np.int32)
    labels[place] = community
    src, dst = (place[np.concatenate(ends)] for ends in zip(inside, between))
    return Graph.from_edges((src, dst), n_nodes=n), labels


def _default(value: Any, default: int) -> Any:
    return default if value is None else value


def _power_law(low: int, high: int, exponent: Any, name: str) -> NDArray[np.float64]:
    """Return the probabilities of the values from `low` to `high`."""
    power = float(exponent)
    if not (math.isfinite(power) and power >= 0):
        raise ValueError(f"{name} must be finite and at least 0, got {exponent}")
    # Relative to the smallest value, so that no power underflows there.
    weights = (np.arange(low, high + 1) / low) ** -power
    return weights / weights.sum()


def _degree_law(
    n: int, exponent: Any, mean: float | None, min_degree: int | None, max_degree: int | None
) -> tuple[int, NDArray[np.float64]]:
    """Return the smallest degree, and the probabilities of it and those above."""
    if (mean is None) == (min_degree is None):
        raise ValueError(
            f"give either mean_degree or min_degree, got mean_degree={mean} and "
            f"min_degree={min_degree}"
        )
    typical = float(mean if mean is not None else min_degree)  # type: ignore[arg-type]
    if not 1 <= typical <= n - 1:
        name = "mean_degree" if min_degree is None else "min_degree"
        raise ValueError(f"{name} must be from 1 to n - 1 = {n - 1}, got {typical:g}")
    cutoff = min(max(math.isqrt(int(n * typical)), math.ceil(typical)), n - 1)
    if min_degree is not None:
        low = check_count(min_degree, "min_degree", 1, n - 1)
        high = check_count(_default(max_degree, cutoff), "max_degree", low, n - 1)
        return low, _power_law(low, high, exponent, "degree_exponent")
    high = check_count(_default(max_degree, cutoff), "max_degree", math.ceil(typical), n - 1)
    law = _power_law(1, high, exponent, "degree_exponent")
    above = np.cumsum(law[::-1])[::-1]
    means = np.cumsum((law * np.arange(1, high + 1))[::-1])[::-1] / above
    if typical < means[0] * (1 - 1e-12):
        raise ValueError(
            f"mean_degree must be at least {means[0]:.4g} for degrees from 1 to {high} with "
            f"degree_exponent={exponent}, got {typical:g}"
        )
    # The two smallest degrees whose laws have the wanted mean between theirs.
    at = min(max(int(np.searchsorted(means, typical, side="right")) - 1, 0), high - 1)
    if at == high - 1:
        return high, np.ones(1)
    share = (means[at + 1] - typical) / (means[at + 1] - means[at])
    mixture = share * law[at:] / above[at]
    mixture[1:] += (1.0 - share) * law[at + 1 :] / above[at + 1]
    return at + 1, mixture / mixture.sum()


def _community_sizes(
    state: NDArray[np.uint64], n: int, smallest: int, largest: int, law: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Draw sizes until they sum to n or more, make the sum right, and sort them descending."""
    from partwise.graph.generators._kernels.lfr import sample_values

    drawn = np.empty(0, np.int64)
    while drawn.sum() < n:
        more = np.empty(max(n // (4 * smallest), 16), np.int64)
        sample_values(state, np.cumsum(law), smallest, more)
        drawn = np.concatenate([drawn, more])
    count = int(np.searchsorted(np.cumsum(drawn), n)) + 1
    if count * smallest > n:
        count -= 1
    sizes = drawn[:count]
    # The sizes are in random order: the first that can change by one do, as often as is needed.
    while (missing := n - int(sizes.sum())) != 0:
        step = 1 if missing > 0 else -1
        able = np.flatnonzero(sizes < largest if step > 0 else sizes > smallest)
        sizes[able[: abs(missing)]] += step
    return np.sort(sizes)[::-1].copy()


def _edges(
    state: NDArray[np.uint64],
    counts: NDArray[np.int64],
    community: NDArray[np.int32],
    nodes: NDArray[np.int64] | None,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Join `counts` half-edges of every node, within communities if their first `nodes` are given.

    Returns the two ends of every edge.
    """
    from partwise.graph.generators._kernels.lfr import join_half_edges

    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    within = nodes is not None
    blocks = starts[[0, -1]] if nodes is None else starts[nodes]
    partner = np.empty(len(owner), np.int64)
    join_half_edges(state, starts, owner, community, blocks, within, partner)
    kept = np.flatnonzero(partner > np.arange(len(owner)))
    return owner[kept], owner[partner[kept]]
