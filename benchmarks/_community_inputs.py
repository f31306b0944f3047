"""The networks of the suite `communities`: files, small ones of known optimum, generated ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._instances import SEED, Instance
from benchmarks._supplied import supplied_networks

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["BEST_KNOWN", "Network", "NetworkSource", "evaluate_communities", "network_sources"]

MIN_EDGES = 1000  # below it, times say nothing
BEST_KNOWN = {
    "karate": 0.419790,
    "dolphins": 0.528519,
    "polbooks": 0.527237,
    "football": 0.604570,
    "lesmis": 0.566688,
}
"""The best modularity that is known (D. Aloise et al. 2010, doi:10.1103/PhysRevE.82.046112);
of lesmis with its weights."""


@dataclass(frozen=True, eq=False)
class Network:
    """A network with what is known of it.

    Parameters
    ----------
    instance : Instance
        Simple and undirected.
    labels : ndarray of shape (n,), optional
        Known groups, -1 for unknown.
    """

    instance: Instance
    labels: np.ndarray | None = None

    @classmethod
    def from_graph(
        cls, graph: Graph, name: str, family: str, labels: np.ndarray | None = None
    ) -> Network:
        """Take the arrays of `graph`, without its self-loops and node weights."""
        instance = Instance.from_graph(graph, name, family)
        plain = Instance(name, family, instance.indptr, instance.indices, instance.weights)
        return cls(plain, labels)

    @property
    def graph(self) -> Graph:
        """The graph, made anew."""
        from partwise.graph import Graph

        return Graph.from_csr(self.instance.indptr, self.instance.indices, self.instance.weights)


@dataclass(frozen=True)
class NetworkSource:
    """A network that is loaded when its turn comes; `edges` is about its number of edges."""

    name: str
    family: str
    load: Callable[[], Network]
    edges: float


def evaluate_communities(network: Network, labels: np.ndarray) -> dict[str, Any]:
    """Recompute the numbers of communities from their labels.

    Raises
    ------
    ValueError
        `labels` is no labelling of the network's nodes.
    """
    from partwise.metrics import (
        adjusted_rand_index,
        modularity,
        n_components_per_block,
        normalized_mutual_information,
    )

    graph = network.graph
    pieces = n_components_per_block(graph, labels)
    numbers = {
        "modularity": float(modularity(graph, labels)),
        "communities": int(np.count_nonzero(pieces)),
        "disconnected": int(np.count_nonzero(pieces > 1)),
    }
    if network.labels is not None:
        known = network.labels >= 0
        truth, found = network.labels[known], labels[known]
        numbers["nmi"] = float(normalized_mutual_information(truth, found))
        numbers["ari"] = float(adjusted_rand_index(truth, found))
    return numbers


def network_sources(data: Path | None, *, quick: bool = False) -> dict[str, list[NetworkSource]]:
    """Return the networks of every part: ``graphs``, ``small`` and ``threads``."""
    graphs, small = [], [_networkx("karate", "karate_club_graph", False)]
    small.append(_networkx("lesmis", "les_miserables_graph", True))
    for source in [] if data is None else _supplied(data):
        if source.name in BEST_KNOWN:
            small.append(source)
        elif source.edges >= MIN_EDGES:
            graphs.append(source)
    generated = _QUICK if quick else _GENERATED
    graphs += [_generated(*line) for line in generated["graphs"]]
    return {
        "graphs": graphs,
        "small": sorted(small, key=lambda source: list(BEST_KNOWN).index(source.name)),
        "threads": [_generated(*line) for line in generated["threads"]],
    }


def _supplied(folder: Path) -> list[NetworkSource]:
    sources = []
    for network in supplied_networks(folder):
        graph, labels = network.load()  # they are small, and their size decides what they are for
        load = partial(Network.from_graph, graph, network.name, "supplied", labels)
        sources.append(NetworkSource(network.name, "supplied", load, graph.n_edges))
    return sources


def _networkx(name: str, maker: str, weighted: bool) -> NetworkSource:
    def load() -> Network:
        import networkx

        from partwise.graph import as_graph

        graph = as_graph(getattr(networkx, maker)(), weight="weight" if weighted else None)
        return Network.from_graph(graph, name, "small")

    return NetworkSource(name, "small", load, 0)


def _generated(name: str, family: str, edges: float, how: Mapping[str, Any]) -> NetworkSource:
    return NetworkSource(name, family, partial(_MAKERS[family], name, **how), edges)


def _rmat(name: str, scale: int, edge_factor: float) -> Network:
    from partwise.graph import generators

    graph = generators.rmat_graph(scale, edge_factor, random_state=SEED)
    connected = np.flatnonzero(np.diff(graph.indptr))  # nodes without edges are no task
    return Network.from_graph(graph.subgraph(connected), name, "rmat")


def _planted(name: str, n_blocks: int, block_size: int, inside: float, outside: float) -> Network:
    """Equal blocks; `inside` and `outside` are expected numbers of neighbours."""
    from partwise.graph import generators

    n = n_blocks * block_size
    p_in, p_out = inside / (block_size - 1), outside / (n - block_size)
    graph = generators.planted_partition_graph(n_blocks, block_size, p_in, p_out, random_state=SEED)
    return Network.from_graph(graph, name, "planted", np.arange(n) // block_size)


def _lfr(name: str, n: int, mixing: float = 0.4) -> Network:
    from partwise.graph import generators

    graph, labels = generators.lfr_graph(
        n, mixing=mixing, mean_degree=21, max_degree=min(500, n // 10), min_community=20,
        max_community=min(2000, n // 5), random_state=SEED,
    )  # fmt: skip
    return Network.from_graph(graph, name, "lfr", labels)


_MAKERS: dict[str, Callable[..., Network]] = {"rmat": _rmat, "planted": _planted, "lfr": _lfr}

_Lines = dict[str, list[tuple[str, str, float, dict[str, Any]]]]
_GENERATED: _Lines = {
    "graphs": [
        ("rmat-100k", "rmat", 1e5, {"scale": 13, "edge_factor": 16}),
        ("rmat-1M", "rmat", 1e6, {"scale": 16, "edge_factor": 18}),
        ("rmat-10M", "rmat", 1e7, {"scale": 20, "edge_factor": 11}),
        *(
            (f"planted-{size}", "planted", edges,
             {"n_blocks": n_blocks, "block_size": 200, "inside": 14, "outside": 7})
            for size, edges, n_blocks in (("100k", 1e5, 50), ("1M", 1e6, 500), ("10M", 1e7, 5000))
        ),
        ("lfr-100k", "lfr", 1e5, {"n": 10_000}),
        ("lfr-1M", "lfr", 1e6, {"n": 100_000}),
        ("lfr-10M", "lfr", 1e7, {"n": 1_000_000}),
    ],
    "threads": [
        ("rmat-5M", "rmat", 5e6, {"scale": 18, "edge_factor": 24}),
        ("planted-5M", "planted", 5e6,
         {"n_blocks": 2500, "block_size": 200, "inside": 14, "outside": 7}),
        ("lfr-5M", "lfr", 5e6, {"n": 500_000}),
        ("rmat-10M", "rmat", 1e7, {"scale": 20, "edge_factor": 11}),
    ],
}  # fmt: skip
_QUICK: _Lines = {
    "graphs": [
        ("rmat-2k", "rmat", 2e3, {"scale": 8, "edge_factor": 16}),
        ("planted-2k", "planted", 2e3,
         {"n_blocks": 8, "block_size": 25, "inside": 14, "outside": 6}),
        ("lfr-3k", "lfr", 3e3, {"n": 300}),
    ],
    "threads": [("rmat-9k", "rmat", 9e3, {"scale": 10, "edge_factor": 12})],
}  # fmt: skip
