"""Breadth-first search, on the CPU or with balanced loads on a GPU."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._advance import Strategy, advance_memory, check_strategy
from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._graphs import check_source, incoming, on_device
from partwise.gpu._traversal import PUSH_ONLY, bfs_levels
from partwise.graph import Graph, as_graph

__all__ = ["BFSResult", "bfs", "bfs_memory"]

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
    strategies : dict
        How many rounds there were of each: on a GPU of the strategies, and of "one_block" and
        "pull"; on the CPU of "push" and "pull".
    """

    level: NDArray[np.int32] = field(repr=False)
    parent: NDArray[np.int32] | None = field(repr=False)
    depth: int
    n_reached: int
    device: str
    strategy: str
    strategies: dict[str, int] = field(repr=False)


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
        equal numbers of nodes and arcs together ("merge_path") [2]_; a block of threads for as many
        nodes ("block") [4]_, which like "merge_path" is not of [1]_. "auto" chooses for every
        round: one block goes on alone while the frontier has at most 4096 nodes and 65536 arcs;
        else "node" where none of its nodes has more than 32 arcs, and "merge_path" otherwise. The
        CPU knows one way.
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
        Levels and parents are the same on every device and by every strategy.

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
    O(n + m) time. On a GPU, memory is that of :func:`bfs_memory`, and the host waits for it once
    for every round, with "hierarchical" and "block" sometimes more often; rounds that one block
    does alone are one.

    References
    ----------
    .. [1] A. Raval, R. Nasre, V. Kumar, R. Vasudevan, S. Vadhiyar, K. Pingali, "Dynamic load
       balancing strategies for graph applications on GPUs", 2017, arXiv:1711.00231. The kernels
       are reconstructions from the abstract and the usual meaning of the names.
    .. [2] D. Merrill, M. Garland, "Merge-based parallel sparse matrix-vector multiplication", 2016,
       doi:10.1109/SC.2016.57.
    .. [3] S. Beamer, K. Asanovic, D. Patterson, "Direction-optimizing breadth-first search", 2012,
       doi:10.1109/SC.2012.50.
    .. [4] Y. Wang et al., "Gunrock: a high-performance graph processing library on the GPU", 2016,
       doi:10.1145/2851141.2851145.

    Examples
    --------
    >>> bfs([(0, 1), (1, 2), (2, 3), (0, 2)], 0).level.tolist()
    [0, 1, 1, 2]
    """
    graph = as_graph(graph)
    source = check_source(source, graph.n_nodes)
    check_strategy(strategy)
    if direction not in get_args(Direction):
        raise ValueError(f"direction must be 'auto' or 'push', got {direction!r}")
    where = resolve_device(device, work=len(graph._arrays[1]))
    level = np.full(graph.n_nodes, -1, np.int32)
    parent = np.full(graph.n_nodes if return_parent else 0, -1, np.int32)
    if where == "cpu":
        from partwise.gpu._kernels.bfs import search

        indptr, indices, _, _ = graph._arrays
        both = direction == "auto" or return_parent
        in_indptr, in_indices = incoming(graph) if both else (indptr, indices)
        depth, _, pulls = search(
            indptr, indices, in_indptr, in_indices, source, direction == "auto", level, parent
        )
        used = "direction-optimising" if direction == "auto" else "push"
        strategies = {"push": depth + 1 - pulls, "pull": pulls}
    else:
        used = strategy
        level, strategies = _on_gpu(graph, source, used, direction == "auto")
        if return_parent:
            from partwise.gpu._kernels.bfs import find_parents

            find_parents(*incoming(graph), level, parent)
    reached = int(np.count_nonzero(level >= 0))
    counts = {name: rounds for name, rounds in strategies.items() if rounds > 0}
    found = parent if return_parent else None
    return BFSResult(level, found, int(level.max()), reached, where, used, counts)


def _on_gpu(
    graph: Graph, source: int, strategy: Strategy, may_pull: bool
) -> tuple[NDArray[np.int32], dict[str, int]]:
    from partwise.gpu._backend import cuda

    may_pull = may_pull and strategy not in PUSH_ONLY
    needs_memory(bfs_memory(graph, strategy, may_pull=may_pull), f"bfs by {strategy!r}")
    backend = cuda()
    arcs = on_device(backend, graph, both_ways=may_pull)
    level, rounds = bfs_levels(backend, arcs, source, strategy, may_pull=may_pull)
    return backend.to_host(level), dict(Counter(rounds.strategies))


def bfs_memory(graph: Graph, strategy: Strategy = "auto", *, may_pull: bool = True) -> int:
    """Return the bytes that a search takes on a GPU, those of the graph included.

    Parameters
    ----------
    graph : Graph
        With n nodes and m arcs, which take 8 bytes for each node and 4 for each arc.
    strategy : str, default="auto"
        The worklists of "edge" take 16 bytes for each arc; those of "node_splitting" and its parts
        16 for each part and 44 for each node; those of the others 8 for each node, and up to 48
        more where degrees are summed up or nodes can be left over.
    may_pull : bool, default=True
        Of directed graphs, the arcs are then there twice.

    Raises
    ------
    ValueError
        There is no such strategy.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> bfs_memory(grid_graph((100, 100)), "edge") > bfs_memory(grid_graph((100, 100)), "node")
    True
    """
    check_strategy(strategy)
    n, m = graph.n_nodes, len(graph._arrays[1])
    twice = 2 if graph.directed and may_pull and strategy not in PUSH_ONLY else 1
    arcs = twice * (8 * (n + 1) + 4 * m)
    state = 4 * n + 8 * (-(-n // 32)) + 64  # levels, bits of two rounds, counts
    return arcs + state + advance_memory(graph._arrays[0], strategy, lists=2, both_ends=False)
