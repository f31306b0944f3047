"""The networks with known groups below a folder that the user names.

``DIR/community`` has edge lists (``NAME.txt`` or ``NAME_edges.txt``) and GML files, and beside them
labels (``NAME_labels.txt``: a line per node; ``NAME-department-labels.txt``: node and label; in GML
a ``value`` per node). ``DIR/local-clustering`` has adjacency lists (``NAME_adj.txt``: a line per
node with its neighbours, numbered from 1) with ``NAME_labels.txt``, and edge lists
(``NAME_edgelist.txt``, numbered from 1) with groups (``NAME_community.txt``: a line per group).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["Supplied", "read_groups", "supplied_networks"]

_GML_VALUE = re.compile(r"node\s*\[[^\]]*?\bvalue\s+(\"[^\"]*\"|\S+)")
_LABELS = ("_labels", "_community", "-labels")


@dataclass(frozen=True)
class Supplied:
    """A network that is read when its turn comes.

    Parameters
    ----------
    name : str
        Without the ending that tells the format.
    path : Path
        The file with the edges; labels are looked for beside it.
    read : callable
        Reads it.
    """

    name: str
    path: Path
    read: Callable[[Path], Graph]

    def load(self) -> tuple[Graph, np.ndarray | None]:
        """Return the graph, simple and undirected, and a label per node, -1 for unknown."""
        graph = self.read(self.path).without_self_loops()
        labels = _labels(self.path, self.name, graph)
        return graph, labels


def supplied_networks(folder: Path) -> list[Supplied]:
    """Return the networks of ``folder/community`` and ``folder/local-clustering``, by size.

    Raises
    ------
    FileNotFoundError
        There are none.
    """
    found = []
    for path in sorted([*folder.glob("community/*"), *folder.glob("local-clustering/*")]):
        if path.suffix == ".gml":
            found.append(Supplied(path.stem, path, _read_edges))
        elif path.suffix == ".txt" and path.stem.endswith("_adj"):
            found.append(Supplied(path.stem.removesuffix("_adj"), path, _read_adjacency))
        elif path.suffix == ".txt" and not path.stem.endswith(_LABELS):
            name = path.stem.removesuffix("_edges").removesuffix("_edgelist")
            found.append(Supplied(name, path, _read_edges))
    if not found:
        raise FileNotFoundError(f"no networks in {folder}/community or {folder}/local-clustering")
    return sorted(found, key=lambda network: (network.path.stat().st_size, network.name))


def _read_edges(path: Path) -> Graph:
    from partwise.graph import read_graph

    return read_graph(path, directed=False, weights="none")


def _read_adjacency(path: Path) -> Graph:
    from partwise.graph import Graph

    rows = [np.array(line.split(), dtype=np.int64) for line in path.read_text().splitlines()]
    target = np.concatenate([np.empty(0, np.int64), *rows]) - 1
    source = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return Graph.from_edges((source, target), n_nodes=len(rows))


def _names(graph: Graph) -> np.ndarray:
    """Return what the file calls the nodes."""
    return np.arange(graph.n_nodes) if graph.names is None else graph.names


def _labels(path: Path, name: str, graph: Graph) -> np.ndarray | None:
    if path.suffix == ".gml":
        values = _GML_VALUE.findall(path.read_text(encoding="utf-8"))
        if len(values) != graph.n_nodes:
            return None
        return np.unique(values, return_inverse=True)[1]
    per_node = path.with_name(f"{name}_labels.txt")
    if per_node.exists():
        classes = np.loadtxt(per_node, dtype=np.int64, ndmin=1)
        return classes[_names(graph).astype(np.int64)]  # nodes without edges may be absent
    pairs = path.with_name(f"{name}-department-labels.txt")
    if pairs.exists():
        table = dict(np.loadtxt(pairs, dtype=np.int64, ndmin=2).tolist())
        return np.array([table.get(int(node), -1) for node in _names(graph)])
    return None


def read_groups(network: Supplied, graph: Graph) -> list[np.ndarray]:
    """Return the known groups of an edge list as arrays of nodes; they may overlap.

    Raises
    ------
    ValueError
        A group has a node without edges, which the graph does not know.
    """
    path = network.path.with_name(f"{network.name}_community.txt")
    node_of = {int(name): node for node, name in enumerate(_names(graph).tolist())}
    groups = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        members = [int(word) for word in line.split()]
        if unknown := [member for member in members if member not in node_of]:
            raise ValueError(f"{path.name}, line {number}: no edge has node {unknown[0]}")
        groups.append(np.array([node_of[member] for member in members]))
    return groups
