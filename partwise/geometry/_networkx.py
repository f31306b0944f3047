"""A tree from a networkx graph."""

from __future__ import annotations

import numbers
from collections.abc import Hashable
from typing import Any

import numpy as np

from partwise.geometry._tree import Internal, Tree

__all__ = ["tree_of_networkx"]


def tree_of_networkx(graph: Any, weight: str, root: Hashable | None, internal: Internal) -> Tree:
    """Return the tree of a networkx graph; see :meth:`Tree.from_networkx`."""
    import networkx as nx

    if not isinstance(graph, nx.Graph):
        raise TypeError(f"tree must be a networkx graph, got {type(graph).__name__}")
    if root is not None and root not in graph:
        raise ValueError(f"root must be a node of the graph, got {root!r}")
    if len(graph) == 0:
        raise ValueError("tree must have at least one node, got an empty graph")
    names = list(graph)
    if graph.is_directed():
        edges = list(graph.edges())
    elif root is None:
        raise ValueError("root must be a node where the graph has no directions, got None")
    else:
        if graph.number_of_edges() != len(graph) - 1:
            raise ValueError(
                f"tree must have one edge less than nodes, got {graph.number_of_edges()} edges "
                f"and {len(graph)} nodes"
            )
        edges = list(nx.bfs_edges(graph, root))
        if len(edges) < len(graph) - 1:
            reached = {root, *(child for _, child in edges)}
            lost = next(node for node in names if node not in reached)
            raise ValueError(f"tree must be connected, found no way from the root to {lost!r}")
    number = {node: i for i, node in enumerate(names)}
    parents = np.full(len(names), -1)
    for parent, child in edges:
        at = number[child]
        if parents[at] >= 0:
            other = names[parents[at]]
            raise ValueError(
                f"tree must give each node one parent, node {child!r} has {other!r} and {parent!r}"
            )
        parents[at] = number[parent]
    tops = np.flatnonzero(parents < 0)
    if root is not None and (tops.size != 1 or tops[0] != number[root]):
        raise ValueError(f"root must be the one node without a parent, got {root!r}")
    if tops.size > 1:
        raise ValueError(
            f"tree must have one root, but {tops.size} nodes have no parent, among them "
            f"{names[tops[0]]!r} and {names[tops[1]]!r}"
        )
    return Tree(parents, _weights(graph, weight, parents), names, internal=internal)


def _weights(graph: Any, weight: str, parents: Any) -> list[float]:
    """Return the weights of nodes, or 1 for each leaf."""
    given = [data for _, data in graph.nodes(data=weight)]
    is_leaf = np.ones(len(given), bool)
    is_leaf[parents[parents >= 0]] = False
    if all(value is None for value in given):
        return is_leaf.astype(float).tolist()
    for node, value, leaf in zip(graph, given, is_leaf.tolist()):
        if value is None and leaf:
            raise ValueError(f"leaf {node!r} has no {weight!r}, but other nodes have")
        if value is not None and (isinstance(value, bool) or not isinstance(value, numbers.Real)):
            raise TypeError(f"node {node!r} must have a number as {weight!r}, got {value!r}")
    return [0.0 if value is None else float(value) for value in given]
