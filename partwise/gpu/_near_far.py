"""Shortest paths on a device: a near list that is worked off, a far pile for later."""

from __future__ import annotations

from typing import Any

from partwise.gpu._advance import Advance
from partwise.gpu._backend import Backend
from partwise.gpu._traversal import DeviceGraph

__all__ = ["distances", "width"]


def width(mean_weight: float, mean_degree: float) -> float:
    """Return how much farther each turn of the near list goes: for a warp of arcs on average.

    The rule of A. Davidson, S. Baxter, M. Garland, J. D. Owens, "Work-efficient parallel GPU
    methods for single-source shortest paths", 2014 (doi:10.1109/IPDPS.2014.45), as it is usually
    told.
    """
    return 32.0 * mean_weight / max(mean_degree, 1e-300)


def distances(
    backend: Backend,
    graph: DeviceGraph,
    weights: Any,
    source: int,
    strategy: str,
    delta: float,
) -> tuple[Any, int]:
    """Return the distance of every node, float64 of shape (n,), infinite where there is no path.

    Parameters
    ----------
    weights : float64 array of shape (m,)
        Not negative.
    strategy : str
        Of :data:`partwise.gpu._advance.ADVANCES`.
    delta : float
        Above 0.

    Returns
    -------
    distances : array
    rounds : int
    """
    xp, n = backend.xp, graph.n_nodes
    advance = Advance(backend, "sssp", strategy, graph.indptr, graph.indices)
    found = xp.full(n, xp.inf, xp.float64)
    found[source] = 0.0
    bits = found.view(xp.uint64)
    stamp, is_far = xp.zeros(n, xp.int32), xp.zeros(n, xp.int32)
    near, following, far, later = (xp.empty(n, xp.int32) for _ in range(4))
    n_near, n_far = xp.zeros(1, xp.int32), xp.zeros(1, xp.int32)
    near[0] = source
    size, limit, rounds = 1, float(delta), 0
    while True:
        while size > 0:
            rounds += 1
            n_near[0] = 0
            arcs = advance.weigh(near, size)
            tail = (bits, limit, stamp, rounds, is_far, following, n_near, far, n_far)
            advance.go(near, size, arcs, (weights,), tail)
            near, following, size = following, near, int(n_near[0])
        pile = int(n_far[0])
        if pile == 0:
            return found, rounds
        waiting = found[far[:pile]]
        waiting = waiting[waiting >= limit]
        if waiting.shape[0] == 0:
            return found, rounds
        settled = limit
        # an empty turn is skipped; where delta is lost in rounding, the nearest node goes alone
        least = float(waiting.min())
        limit = max(settled + delta, least + delta)
        if limit <= least:
            limit = float(xp.nextafter(least, xp.inf))
        rounds += 1
        n_near[0] = n_far[0] = 0
        backend.launch(
            "sssp_split", pile, far, pile, settled, bits, limit, stamp, rounds, is_far, near,
            n_near, later, n_far,
        )  # fmt: skip
        far, later = later, far
        size = int(n_near[0])
