"""Shortest paths from a node, on the CPU or with balanced loads on a GPU."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._advance import Strategy, advance_memory, check_strategy
from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._graphs import check_source, incoming_weighted, on_device
from partwise.graph import Graph, as_graph

__all__ = ["SSSPResult", "distances_on_cpu", "sssp", "sssp_memory"]

_BUCKETS = 4.0  # for as much of the weights as, on average, one arc of a node falls into
_MOST_BUCKETS = 4096
_OFTEN, _SPARE = 8, 1000  # times that nodes are taken out of buckets until a heap takes over: on
# average, and in all


@dataclass(frozen=True, slots=True, eq=False)
class SSSPResult:
    """Distances, and what the search did.

    Attributes
    ----------
    distance : float64 ndarray of shape (n,)
        Sum of the weights on a shortest path from the source, infinite where there is none.
    parent : int32 ndarray of shape (n,), or None
        The node before on a shortest path, -1 for the source and where there is no path: of those
        that are nearer the one of least number. None where it was not asked for.
    n_reached : int
        Nodes that have a finite distance.
    device, strategy : str
        What was used.
    strategies : dict
        How many rounds of relaxations there were of each on a GPU; empty on the CPU.
    """

    distance: NDArray[np.float64] = field(repr=False)
    parent: NDArray[np.int32] | None = field(repr=False)
    n_reached: int
    device: str
    strategy: str
    strategies: dict[str, int] = field(repr=False)


def sssp(
    graph: Any,
    source: int,
    *,
    strategy: Strategy = "auto",
    delta: float | Literal["auto"] = "auto",
    device: Device | None = None,
    return_parent: bool = False,
) -> SSSPResult:
    """Find the distance of every node from a source, by the weights of the arcs.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m arcs; directed or not.
        Weights are lengths; without weights every arc has length 1. A weight of 0 is no edge.
    source : int
    strategy : str, default="auto"
        How threads of a GPU share the arcs of a round; see :func:`partwise.gpu.bfs`. "auto"
        chooses for every round, as there; one block also goes on to the next turn of the near list
        where at most 4096 nodes wait. The CPU knows one way.
    delta : float or "auto", default="auto"
        On a GPU: how much farther nodes may be in each turn of the near list [1]_.
    device : {"cpu", "cuda", "auto"}, optional
        See :func:`partwise.gpu.bfs`.
    return_parent : bool, default=False
        Whether to find parents as well.

    Returns
    -------
    SSSPResult
        The same to the bit on every device, by every strategy and with every `delta`.

    Raises
    ------
    ValueError, TypeError, IndexError
        An argument is out of range.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    Notes
    -----
    On the CPU a ring of buckets by distance [2]_, with nodes within a bucket in any order, or
    Dijkstra's algorithm with a heap where that takes too long: O((n + m) log n) time. On a GPU the
    near-far method of [1]_.

    References
    ----------
    .. [1] A. Davidson, S. Baxter, M. Garland, J. D. Owens, "Work-efficient parallel GPU methods for
       single-source shortest paths", 2014, doi:10.1109/IPDPS.2014.45.
    .. [2] U. Meyer, P. Sanders, "Delta-stepping: a parallelizable shortest path algorithm", 2003,
       doi:10.1016/S0196-6774(03)00076-2.

    Examples
    --------
    >>> sssp([(0, 1, 2.0), (1, 2, 0.5), (0, 2, 4.0)], 0).distance.tolist()
    [0.0, 2.0, 2.5]
    """
    graph = as_graph(graph)
    strategies: dict[str, int] = {}
    source = check_source(source, graph.n_nodes)
    check_strategy(strategy)
    if delta != "auto" and not (isinstance(delta, (int, float)) and 0 < delta < math.inf):
        raise ValueError(f"delta must be 'auto' or a finite number above 0, got {delta!r}")
    indptr, indices, given, _ = graph._arrays
    weights = np.ones(len(indices)) if given is None else np.asarray(given, np.float64)
    if weights.min(initial=0.0) < 0:
        raise ValueError(f"weights must not be negative, got {weights.min():g}")
    where = resolve_device(device, work=len(indices))
    if where == "cpu":
        distance, used = distances_on_cpu(indptr, indices, weights, source)
    else:
        used, wide = strategy, None if delta == "auto" else float(delta)
        distance, strategies = _on_gpu(graph, weights, source, strategy, wide)
    parent = None
    if return_parent:
        from partwise.gpu._kernels.sssp import find_parents

        parent = np.full(graph.n_nodes, -1, np.int32)
        find_parents(*incoming_weighted(graph, weights), source, distance, parent)
    return SSSPResult(distance, parent, int(np.isfinite(distance).sum()), where, used, strategies)


def distances_on_cpu(
    indptr: NDArray[np.int64], indices: NDArray[Any], weights: NDArray[np.float64], source: int
) -> tuple[NDArray[np.float64], str]:
    """Return the distance of every node, and whether ``"buckets"`` or ``"dijkstra"`` found it.

    A heap takes the place of the buckets where weights are very unequal or all 0, and where nodes
    were taken out of buckets again and again.
    """
    from partwise.gpu._kernels.sssp import by_buckets, dijkstra

    n = len(indptr) - 1
    distance = np.full(n, np.inf)
    mean = float(weights.mean()) if len(weights) else 0.0
    per_width = _BUCKETS * len(weights) / n / mean if mean > 0 else math.inf
    reach = float(weights.max(initial=0.0)) * per_width
    if reach <= _MOST_BUCKETS:
        first, bucket = np.full(int(reach) + 3, -1, np.int32), np.full(n, -1, np.int32)
        links = np.empty(n, np.int32), np.empty(n, np.int32)
        arcs = indptr, indices, weights
        most = _OFTEN * n + _SPARE
        if by_buckets(*arcs, source, per_width, most, distance, first, *links, bucket):
            return distance, "buckets"
        distance.fill(np.inf)
    dijkstra(indptr, indices, weights, source, distance)
    return distance, "dijkstra"


def _on_gpu(
    graph: Graph, weights: NDArray[np.float64], source: int, strategy: Strategy, delta: float | None
) -> tuple[NDArray[np.float64], dict[str, int]]:
    from partwise.gpu._backend import cuda
    from partwise.gpu._near_far import distances, width

    needs_memory(sssp_memory(graph, strategy), f"sssp by {strategy!r}")
    if delta is None:
        mean = float(weights.mean()) if len(weights) else 1.0
        delta = width(mean, len(weights) / graph.n_nodes) or 1.0
    backend = cuda()
    arcs = on_device(backend, graph, both_ways=False)
    weight = backend.xp.asarray(weights)
    found, rounds = distances(backend, arcs, weight, source, strategy, delta)
    return backend.to_host(found), dict(Counter(rounds.strategies))


def sssp_memory(graph: Graph, strategy: Strategy = "auto") -> int:
    """Return the bytes that shortest paths take on a GPU, those of the graph included.

    Parameters
    ----------
    graph : Graph
        With n nodes and m arcs, which take 8 bytes for each node and 12 for each arc, with lengths.
    strategy : str, default="auto"
        The worklists of "edge" and the first nodes of arcs take 20 bytes for each arc: a node is
        put on a list once in a round, so that it has no arc twice. Those of "node_splitting" and
        its parts take 20 for each part and 44 for each node; those of the others 8 for each node,
        and up to 48 more where degrees are summed up or nodes can be left over.

    Raises
    ------
    ValueError
        There is no such strategy.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> sssp_memory(grid_graph((100, 100)), "edge") > sssp_memory(grid_graph((100, 100)), "node")
    True
    """
    check_strategy(strategy)
    n, m = graph.n_nodes, len(graph._arrays[1])
    state = 8 * n + 8 * n + 8 * n + 128  # distances, stamps and marks, far piles, counts
    return 12 * m + 8 * (n + 1) + state + advance_memory(graph._arrays[0], strategy, lists=2)
