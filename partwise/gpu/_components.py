"""Connected components, on the CPU or with balanced loads on a GPU."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._advance import Advance, Strategy, advance_memory, check_strategy
from partwise.gpu._backend import Backend
from partwise.gpu._device import Device, needs_memory, resolve_device
from partwise.gpu._graphs import on_device
from partwise.gpu._traversal import DeviceGraph
from partwise.graph import Graph, as_graph

__all__ = ["ComponentsResult", "components_memory", "connected_components"]


@dataclass(frozen=True, slots=True, eq=False)
class ComponentsResult:
    """The components of a graph.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Component of every node; components are numbered in the order of their least nodes.
    n_components : int
    device, strategy : str
        What was used.
    """

    labels: NDArray[np.int32] = field(repr=False)
    n_components: int
    device: str
    strategy: str


def connected_components(
    graph: Any, *, strategy: Strategy = "auto", device: Device | None = None
) -> ComponentsResult:
    """Find the connected components; of directed graphs the weak ones.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes and m arcs.
    strategy : str, default="auto"
        How threads of a GPU share the arcs; see :func:`partwise.gpu.bfs`. "auto" is "merge_path".
        The CPU knows one way.
    device : {"cpu", "cuda", "auto"}, optional
        See :func:`partwise.gpu.bfs`.

    Returns
    -------
    ComponentsResult
        The same on every device and by every strategy.

    Raises
    ------
    ValueError
        There is no such strategy or device.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    Notes
    -----
    Union-find with path halving, O(n + m log n) at worst and close to linear in practice; on a GPU
    all arcs at once, with compare-and-swap as in [1]_.

    References
    ----------
    .. [1] J. Jaiganesh, M. Burtscher, "A high-performance connected components implementation for
       GPUs", 2018, doi:10.1145/3208040.3208041.

    Examples
    --------
    >>> connected_components([(0, 3), (1, 2)]).labels.tolist()
    [0, 1, 1, 0]
    """
    graph = as_graph(graph)
    check_strategy(strategy)
    indptr, indices, _, _ = graph._arrays
    where = resolve_device(device, work=len(indices))
    if where == "cpu":
        from partwise.gpu._kernels.components import least_nodes

        used = "union-find"
        least = np.arange(graph.n_nodes, dtype=np.int32)
        least_nodes(indptr, indices, least)
    else:
        least = _on_gpu(graph, used := "merge_path" if strategy == "auto" else strategy)
    is_first = least == np.arange(graph.n_nodes)
    numbers = np.cumsum(is_first, dtype=np.int32) - np.int32(1)
    return ComponentsResult(numbers[least], int(is_first.sum()), where, used)


def _on_gpu(graph: Graph, strategy: Strategy) -> NDArray[np.int32]:
    from partwise.gpu._backend import cuda

    needs_memory(components_memory(graph, strategy), f"connected_components by {strategy!r}")
    backend = cuda()
    found = least_nodes_on(backend, on_device(backend, graph, both_ways=False), strategy)
    least: NDArray[np.int32] = backend.to_host(found)
    return least


def least_nodes_on(backend: Backend, graph: DeviceGraph, strategy: str) -> Any:
    """Return the least node of the component of every node, where the backend has its arrays."""
    xp, n = backend.xp, graph.n_nodes
    parent = xp.arange(n, dtype=xp.int32)
    if n == 0:
        return parent
    advance = Advance(backend, "components", strategy, graph.indptr, graph.indices)
    advance.go_everywhere((parent,), ())
    backend.launch("components_flatten", n, parent, n)
    return parent


def components_memory(graph: Graph, strategy: Strategy = "auto") -> int:
    """Return the bytes that components take on a GPU, those of the graph included.

    Parameters
    ----------
    graph : Graph
        With n nodes and m arcs, which take 8 bytes for each node and 4 for each arc.
    strategy : str, default="auto"
        The first nodes of arcs, for "edge", take 4 bytes for each arc; "node_splitting" 16 for
        each part and 44 for each node; the others from 4 to 52 for each node.

    Raises
    ------
    ValueError
        There is no such strategy.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> components_memory(grid_graph((10, 10)), "edge")
    4088
    """
    check_strategy(strategy)
    n, m = graph.n_nodes, len(graph._arrays[1])
    used = "merge_path" if strategy == "auto" else strategy
    return 4 * m + 8 * (n + 1) + 4 * n + advance_memory(graph._arrays[0], used, lists=0)
