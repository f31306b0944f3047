"""networkx graphs. networkx itself is imported only to build one of its graphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph._build import as_names
from partwise.graph._graph import Graph

if TYPE_CHECKING:
    import networkx

__all__ = ["graph_from_networkx", "graph_to_networkx", "is_networkx"]


def is_networkx(obj: Any) -> bool:
    """Recognise a networkx graph by its methods."""
    return all(hasattr(obj, name) for name in ("is_directed", "is_multigraph", "nodes", "edges"))


def graph_from_networkx(obj: Any, *, weight: str | None, node_weight: str | None) -> Graph:
    """See :meth:`Graph.from_networkx`."""
    if not is_networkx(obj):
        raise TypeError(f"expected a networkx graph, got {type(obj).__name__}")
    nodes = list(obj.nodes)
    row_of = {node: i for i, node in enumerate(nodes)}
    plain = all(type(node) is int and node == i for i, node in enumerate(nodes))

    ends: list[int] = []
    values: list[Any] = []
    for u, v, value in obj.edges(data=weight) if weight else _without_data(obj):
        ends.append(row_of[u])
        ends.append(row_of[v])
        values.append(value)
    weights = _weights(values, f"edge attribute {weight!r}")
    pairs = np.array(ends, dtype=np.int64).reshape(-1, 2)
    node_weights = None
    if node_weight is not None:
        given = [value for _, value in obj.nodes(data=node_weight)]
        node_weights = _weights(given, f"node attribute {node_weight!r}")
    return Graph.from_edges(
        pairs,
        weights,
        n_nodes=len(nodes),
        directed=obj.is_directed(),
        node_weights=node_weights,
        names=None if plain else as_names(nodes, len(nodes)),
    )


def _without_data(obj: Any) -> Any:
    return ((edge[0], edge[1], None) for edge in obj.edges())


def _weights(values: list[Any], where: str) -> NDArray[Any] | None:
    """Return given values as an array, 1 where missing; None if all are missing."""
    missing = values.count(None)
    if missing == len(values):
        return None
    if missing:
        values = [1 if value is None else value for value in values]
    array = np.array(values)
    if array.dtype.kind not in "biuf":
        bad = next((v for v in values if not isinstance(v, (int, float, np.number))), values[0])
        raise TypeError(f"{where} must hold real numbers, got {bad!r}")
    # A boolean attribute is a number here, not the pattern of a matrix.
    return array.astype(np.int64) if array.dtype == np.bool_ else array


def graph_to_networkx(
    graph: Graph, *, weight: str, node_weight: str
) -> networkx.Graph | networkx.DiGraph:
    """See :meth:`Graph.to_networkx`."""
    import networkx as nx

    result = nx.DiGraph() if graph.directed else nx.Graph()
    labels = list(range(graph.n_nodes)) if graph.names is None else graph.names.tolist()
    if len(set(labels)) != len(labels):
        raise ValueError("names must be distinct to become the nodes of a networkx graph")
    if graph.node_weights is None:
        result.add_nodes_from(labels)
    else:
        weighted = zip(labels, graph.node_weights.tolist())
        result.add_nodes_from((label, {node_weight: w}) for label, w in weighted)
    src, dst, weights = graph.to_edges()
    sources = map(labels.__getitem__, src.tolist())
    targets = map(labels.__getitem__, dst.tolist())
    if weights is None:
        result.add_edges_from(zip(sources, targets))
    else:
        result.add_weighted_edges_from(zip(sources, targets, weights.tolist()), weight=weight)
    return result
