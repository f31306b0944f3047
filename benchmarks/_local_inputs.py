"""The problems of the suite `local`: small specifications that a worker turns into graphs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks._instances import SEED
from benchmarks._supplied import Supplied, read_groups, supplied_networks

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = [
    "SETTINGS",
    "Background",
    "Contextual",
    "Data",
    "Grouped",
    "Lfr",
    "Problem",
    "find_supplied",
]

SHELL = 3  # distance from the cluster up to which backgrounds agree


@dataclass(frozen=True, eq=False)
class Data:
    """A graph, and what belongs to it.

    Parameters
    ----------
    graph : Graph
    groups : list of ndarray
        Known groups of nodes.
    attributes : ndarray of shape (n, d), optional
    """

    graph: Graph
    groups: list[np.ndarray] = field(default_factory=list)
    attributes: np.ndarray | None = None


@dataclass(frozen=True)
class Background:
    """One and the same cluster in a random background of `n` nodes.

    Graphs of different n agree in the cluster and up to distance 3 from it: a tree of shells, each
    node with two neighbours in the next one; the last shell hangs on the background.
    """

    n: int
    size: int = 100

    @property
    def name(self) -> str:
        """What the tables call it."""
        return str(self.n)

    def load(self) -> Data:
        """Make the graph."""
        from partwise.graph import Graph

        rng = np.random.default_rng(SEED)
        edges = [np.argwhere(np.triu(rng.random((self.size, self.size)) < 0.3, 1))]
        shell, start = np.arange(0, self.size, 5), self.size
        for _ in range(SHELL):
            children = start + np.arange(2 * shell.size)
            edges.append(np.stack((np.repeat(shell, 2), children), axis=1))
            edges.append(np.stack((children, np.roll(children, 1)), axis=1))
            shell, start = children, start + children.size
        outside = np.random.default_rng(self.n)  # only from here on n matters
        edges.append(outside.integers(start, self.n, (8 * self.n, 2)))
        edges.append(np.stack((shell, outside.integers(start, self.n, shell.size)), axis=1))
        graph = Graph.from_edges(np.concatenate(edges), n_nodes=self.n).without_self_loops()
        return Data(graph, [np.arange(self.size)])


@dataclass(frozen=True)
class Lfr:
    """An LFR graph with communities of 50 to 500 nodes."""

    n: int

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"lfr {self.n}"

    def load(self) -> Data:
        """Make the graph."""
        from partwise.graph import generators

        graph, labels = generators.lfr_graph(
            self.n, mixing=0.2, mean_degree=20, max_degree=min(300, self.n // 10),
            min_community=min(50, self.n // 20), max_community=min(500, self.n // 5),
            random_state=SEED,
        )  # fmt: skip
        groups = [np.flatnonzero(labels == label) for label in range(min(20, labels.max() + 1))]
        return Data(graph, groups)


SETTINGS = {
    "sparse, good": (119_851, 1.5),
    "sparse, okay": (119_851, 1.25),
    "dense, good": (170_088, 1.5),
    "dense, okay": (170_088, 1.25),
}
"""Edges expected, and the separation of the attributes in units of ln(n) / sqrt(d)."""


@dataclass(frozen=True)
class Contextual:
    """A contextual random graph in one of the settings of Yang and Fountoulakis (ICML 2023).

    n = 10 000 nodes, of which k = 500 form the cluster, 100 attributes with noise 1. Edges inside
    have probability 0.05; all others have one and the same, chosen for the number of edges.
    """

    setting: str
    seed: int
    n: int = 10_000

    @property
    def k(self) -> int:
        """Size of the cluster."""
        return self.n // 20

    @property
    def gamma(self) -> float:
        """The scale of the attributes' distances."""
        return 1 / (4 * math.log(self.n) ** 1.5)

    def load(self) -> Data:
        """Make the graph and the attributes."""
        from partwise.graph import generators

        edges, separation = SETTINGS[self.setting]
        n, k, d, p_in = self.n, self.k, 100, 0.05 * (10_000 / self.n)
        inside, pairs = p_in * k * (k - 1) / 2, n * (n - 1) / 2 - k * (k - 1) / 2
        p_out = (edges * self.n / 10_000 - inside) / pairs
        graph, attributes = generators.contextual_block_graph(
            n, k, p_in, p_out, p_out, n_features=d,
            separation=separation * math.log(n) / math.sqrt(d), random_state=self.seed,
        )  # fmt: skip
        return Data(graph, [np.arange(k)], attributes)


@dataclass(frozen=True)
class Grouped:
    """A supplied network with classes or, in a file of their own, groups.

    Nodes outside the largest component belong to no group.
    """

    folder: Path
    name: str

    def load(self) -> Data:
        """Read it."""
        network = find_supplied(self.folder, self.name)
        if network is None:
            raise FileNotFoundError(f"no network {self.name} below {self.folder}")
        graph, labels = network.load()
        if labels is None:
            return Data(graph, read_groups(network, graph))
        labels = np.where(_largest_component(graph), labels, -1)
        return Data(graph, [np.flatnonzero(labels == c) for c in np.unique(labels[labels >= 0])])


def _largest_component(graph: Graph) -> np.ndarray:
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(graph.to_scipy(), directed=False)
    return component == np.argmax(np.bincount(component))


def find_supplied(folder: Path | None, name: str) -> Supplied | None:
    """Return the network of that name below `folder`, None without one."""
    if folder is None:
        return None
    return next((it for it in supplied_networks(folder) if it.name == name), None)


Problem = Background | Lfr | Contextual | Grouped
