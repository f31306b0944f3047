"""Breadth-first search, on the CPU or with balanced loads on a GPU."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._graphs import check_source, incoming, on_device
from partwise.gpu._traversal import BFS_STRATEGIES, PUSH_ONLY, bfs_levels
from partwise.graph import Graph, as_graph

__all__ = ["BFSResult", "bfs", "bfs_memory"]

Strategy = Literal[
    "auto", "node", "edge", "workload_decomposition", "node_splitting", "hierarchical", "merge_path"
]
Direction = Literal["auto", "push"]


@dataclass(frozen=True, slots=True, eq=False)
class BFSResult:
    """Levels, and what the search did.

    Attributes
    ----------
    level : int32 ndarray of shape (n,)
        Number of arcs on a shortest path from the source, -1 where there is none.
    parent : int32 ndarray of shape (n,), or None
        The neighbour of least number on the level before, -1 for the source and where there is no
        path; None where it was not asked for.
    depth : int
        The last level.
    n_reached : int
        Nodes that have a level.
    device, strategy : str
        What was used.
    """

    level: NDArray[np.int32] = field(repr=False)
    parent: NDArray[np.int32] | None = field(repr=False)
    depth: int
    n_reached: int
    device: str
    strategy: str


def bfs(
    graph: Any,
    source: int,
    *,
    strategy: Strategy = "auto",
    direction: Direction = "auto",
    device: Device | None = None,
    return_parent: bool = False,
) -> BFSResult:
    """Find how many arcs every node is away from a source.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m arcs; directed or not.
        Weights do not count.
    source : int
    strategy : str, default="auto"
        How threads of a GPU share the arcs of a round: one thread for each "node" or "edge" of the
        frontier; equal numbers of arcs ("workload_decomposition"); nodes cut beforehand into parts
        of few arcs ("node_splitting") or worked off a few arcs at a time ("hierarchical") [1]_;
        equal numbers of nodes and arcs together ("merge_path", which "auto" takes) [2]_. The CPU
        knows one way.
    direction : {"auto", "push"}
        Whether unknown nodes may look for the frontier where it has many arcs, instead of the
        frontier for them [3]_. "edge" and "node_splitting" always push.
    device : {"cpu", "cuda", "auto"}, optional
        By default the environment variable ``PARTWISE_DEVICE``, else "auto": a GPU for 10^7 arcs or
        more, if there is one.
    return_parent : bool, default=False
        Whether to find parents as well.

    Returns
    -------
    BFSResult
        The same on every device and by every strategy.

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
    O(n + m) time. On a GPU, memory is that of :func:`bfs_memory`.

    References
    ----------
    .. [1] A. Raval, R. Nasre, V. Kumar, R. Vasudevan, S. Vadhiyar, K. Pingali, "Dynamic load
       balancing strategies for graph applications on GPUs", 2017, arXiv:1711.00231. The kernels
       are reconstructions from the abstract and the usual meaning of the names.
    .. [2] D. Merrill, M. Garland, "Merge-based parallel sparse matrix-vector multiplication", 2016,
       doi:10.1109/SC.2016.57.
    .. [3] S. Beamer, K. Asanovic, D. Patterson, "Direction-optimizing breadth-first search", 2012,
       doi:10.1109/SC.2012.50.

    Examples
    --------
    >>> bfs([(0, 1), (1, 2), (2, 3), (0, 2)], 0).level.tolist()
    [0, 1, 1, 2]
    """
    graph = as_graph(graph)
    source = check_source(source, graph.n_nodes)
    if strategy not in get_args(Strategy):
        raise ValueError(
            f"strategy must be one of {', '.join(get_args(Strategy))}, got {strategy!r}"
        )
    if direction not in get_args(Direction):
        raise ValueError(f"direction must be 'auto' or 'push', got {direction!r}")
    where = resolve_device(device, work=len(graph._arrays[1]))
    level = np.full(graph.n_nodes, -1, np.int32)
    parent = np.full(graph.n_nodes if return_parent else 0, -1, np.int32)
    if where == "cpu":
        from partwise.gpu._kernels.bfs import search

        indptr, indices, _, _ = graph._arrays
        both = direction == "auto" or return_parent
        arcs = (indptr, indices, *(incoming(graph) if both else (indptr, indices)))
        search(*arcs, source, direction == "auto", level, parent)
        used = "direction-optimising" if direction == "auto" else "push"
    else:
        used = "merge_path" if strategy == "auto" else strategy
        level = _on_gpu(graph, source, used, direction == "auto")
        if return_parent:
            from partwise.gpu._kernels.bfs import find_parents

            find_parents(*incoming(graph), level, parent)
    return BFSResult(
        level, parent if return_parent else None, int(level.max()), int((level >= 0).sum()), where,
        used,
    )  # fmt: skip


def _on_gpu(graph: Graph, source: int, strategy: str, may_pull: bool) -> NDArray[np.int32]:
    from partwise.gpu._backend import cuda

    may_pull = may_pull and strategy not in PUSH_ONLY
    needs_memory(bfs_memory(graph, strategy, may_pull=may_pull), f"bfs by {strategy!r}")
    backend = cuda()
    arcs = on_device(backend, graph, both_ways=may_pull)
    level, _ = bfs_levels(backend, arcs, source, strategy, may_pull=may_pull)
    found: NDArray[np.int32] = backend.to_host(level)
    return found


def bfs_memory(graph: Graph, strategy: str = "merge_path", *, may_pull: bool = True) -> int:
    """Return the bytes that a search takes on a GPU, those of the graph included.

    Parameters
    ----------
    graph : Graph
        With n nodes and m arcs.
    strategy : str
        For "edge" 16 bytes for each arc more than for the others; for "node_splitting" up to 20
        for each part of a node.
    may_pull : bool, default=True
        Of directed graphs, the arcs are then there twice.
    """
    if strategy not in BFS_STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(BFS_STRATEGIES)}, got {strategy!r}")
    n, m = graph.n_nodes, len(graph._arrays[1])
    twice = 2 if graph.directed and may_pull else 1
    arcs = twice * (8 * (n + 1) + 4 * m)
    state = 12 * n + 16 * (n + 1) + n  # levels, frontiers, degrees and their sums, bits
    if strategy == "edge":
        return arcs + 16 * m + 4 * n
    if strategy == "node_splitting":
        from partwise.gpu._splitting import most_arcs

        degrees = np.diff(graph._arrays[0])
        parts = int(np.maximum(1, -(-degrees // most_arcs(np, degrees))).sum())
        return arcs + state + 40 * parts
    return arcs + state
