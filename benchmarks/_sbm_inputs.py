"""The graphs of the suite `sbm`: small ones, planted blocks, random ones, networks from files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks._instances import SEED, Instance
from benchmarks._supplied import supplied_networks

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = [
    "BEST_KNOWN",
    "KINDS",
    "BlockGraph",
    "GraphSource",
    "by_type",
    "facts_of",
    "graph_sources",
    "planted_bipartite",
    "planted_blocks",
]

BEST_KNOWN = {
    "karate": {"dc": 222.890131, "ndc": 215.329714},
    "southern-women": {"dc": 192.189736, "ndc": 183.338997},
    "dolphins": {"dc": 544.526974, "ndc": 529.608185},
    "lesmis": {"dc": 698.768119, "ndc": 688.716031},
    "polbooks": {"dc": 1343.885666, "ndc": 1321.947914},
    "football": {"dc": 1787.363120, "ndc": 1738.868797},
}
"""Least description lengths in nats that any run of ours has found, without edge weights; those of
southern women with the types and the prior of bipartite graphs."""

KINDS = ("assortative", "disassortative", "bipartite")
MIN_EDGES = 1000  # supplied networks below it are small ones, or none of this suite's
_DRAWS = 100  # of numbers of edges, of which one is planted
_SHARE = 0.7  # of the edges that follow the planted structure; the others are anywhere


@dataclass(frozen=True, eq=False)
class BlockGraph:
    """A graph with what is known of its blocks.

    Parameters
    ----------
    instance : Instance
        Simple, undirected and without weights.
    types : ndarray of shape (n,), optional
        0 or 1 for each node of a bipartite graph.
    planted : ndarray of shape (n,), optional
        The blocks that it was drawn with.
    """

    instance: Instance
    types: np.ndarray | None = None
    planted: np.ndarray | None = None

    @classmethod
    def from_graph(
        cls,
        graph: Graph,
        name: str,
        family: str,
        types: np.ndarray | None = None,
        planted: np.ndarray | None = None,
    ) -> BlockGraph:
        """Take the arrays of `graph`, without its weights and self-loops."""
        found = Instance.from_graph(graph, name, family)
        return cls(Instance(name, family, found.indptr, found.indices), types, planted)

    @property
    def graph(self) -> Graph:
        """The graph, made anew."""
        from partwise.graph import Graph

        return Graph.from_csr(self.instance.indptr, self.instance.indices)

    def description_length(self, labels: np.ndarray, model: str) -> float:
        """Return the description length of `labels` in a model, "dc" or "ndc".

        Raises
        ------
        ValueError
            `labels` is no labelling of the nodes, or has the same block on both sides.
        """
        from partwise.metrics import description_length

        return float(
            description_length(self.graph, labels, types=self.types, degree_corrected=model == "dc")
        )

    def count(self, labels: np.ndarray) -> list[int]:
        """Return the number of blocks, or those of both types."""
        if self.types is None:
            return [len(np.unique(labels))]
        return [len(np.unique(labels[self.types == kind])) for kind in (0, 1)]


def by_type(labels: np.ndarray, types: np.ndarray | None) -> np.ndarray:
    """Return labels from 0 on, those of the two types apart.

    >>> by_type(np.array([5, 5, 5, 7]), np.array([0, 0, 1, 1])).tolist()
    [0, 0, 1, 2]
    """
    labels = np.unique(labels, return_inverse=True)[1]
    if types is not None:
        labels = np.unique(labels + types * (labels.max() + 1), return_inverse=True)[1]
    return labels.astype(np.int32)


@dataclass(frozen=True)
class GraphSource:
    """A graph that is made when its turn comes.

    Parameters
    ----------
    name, family : str
    edges : float
        About how many.
    make : callable
        Returns the graph of a seed.
    varies : bool
        Whether every seed has a graph of its own.
    """

    name: str
    family: str
    edges: float
    make: Callable[[int], BlockGraph]
    varies: bool = False


def graph_sources(data: Path | None, *, quick: bool = False) -> dict[str, list[GraphSource]]:
    """Return the graphs of the parts ``small``, ``planted``, ``large`` and ``peers``."""
    small = _small()
    supplied: list[GraphSource] = []
    for network in [] if data is None else supplied_networks(data):
        graph, _ = network.load()  # they are small, and their size decides what they are for
        edges = graph.n_edges
        if network.name not in BEST_KNOWN and edges < MIN_EDGES:
            continue
        make = partial(_same, partial(BlockGraph.from_graph, graph, network.name, "supplied"))
        into = small if network.name in BEST_KNOWN else supplied
        into.append(GraphSource(network.name, "supplied", edges, make))
    small.sort(key=lambda source: list(BEST_KNOWN).index(source.name))
    large = _large((2000,) if quick else (10_000, 100_000, 1_000_000))
    planted = _planted(quick)
    fixed = [source for source in planted if source.family == "planted"]
    middle = [source for source in large if source.edges <= 1e5]
    return {
        "small": small,
        "planted": planted,
        "large": large,
        "peers": [*small, *supplied, *fixed, *middle, *_lfr(300 if quick else 10_000)],
    }


def _same(make: Callable[[], BlockGraph], seed: int) -> BlockGraph:
    """Return what `make` returns, for every seed."""
    return make()


# -- small graphs ----------------------------------------------------------------------------------


def _small() -> list[GraphSource]:
    makers = {
        "karate": ("karate_club_graph", 78),
        "southern-women": ("davis_southern_women_graph", 89),
        "lesmis": ("les_miserables_graph", 254),
    }
    return [
        GraphSource(name, "small", edges, partial(_same, partial(_networkx, name, maker)))
        for name, (maker, edges) in makers.items()
    ]


def _networkx(name: str, maker: str) -> BlockGraph:
    import networkx

    from partwise.graph import as_graph

    found = getattr(networkx, maker)()
    sides = [found.nodes[node].get("bipartite") for node in found]
    types = None if sides[0] is None else np.array(sides)
    return BlockGraph.from_graph(as_graph(found, weight=None), name, "small", types)


# -- random graphs ---------------------------------------------------------------------------------


def _drawn(
    name: str,
    family: str,
    sizes: np.ndarray,
    flow: np.ndarray,
    seed: int,
    n_first: int | None = None,
) -> BlockGraph:
    """Return a simple graph with blocks of `sizes` and about `flow` edges between them.

    `flow` is symmetric and has the edges inside blocks on its diagonal. With `n_first`, the first
    blocks, as many as that, have nodes of type 0.
    """
    from partwise.graph import generators

    pairs = np.outer(sizes, sizes).astype(float)
    np.fill_diagonal(pairs, np.maximum(sizes * (sizes - 1) / 2, 1))
    chance = np.minimum(flow / pairs, 1.0)
    graph = generators.stochastic_block_graph(sizes, chance, random_state=seed)
    planted = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    types = None if n_first is None else (planted >= n_first).astype(np.int64)
    return BlockGraph.from_graph(graph, name, family, types, planted)


def _sizes(n_nodes: int, n_blocks: int) -> np.ndarray:
    """Return sizes that differ by one node at most."""
    return np.diff(np.arange(n_blocks + 1) * n_nodes // n_blocks)


def planted_bipartite(
    name: str, n_nodes: int, counts: tuple[int, int], n_edges: int, seed: int
) -> BlockGraph:
    """Return a bipartite graph with numbers of edges between its blocks that know no structure.

    These numbers are uniformly distributed over all that add up (Dirichlet). Of 100 draws, the one
    is taken whose two most similar blocks differ most: in others, two blocks may be so much alike
    that the graph has a shorter description without one of them.
    """
    rng = np.random.default_rng((SEED, seed))
    first, second = counts
    draws = rng.dirichlet(np.ones(first * second), _DRAWS).reshape(-1, first, second)
    shares = draws[np.argmax([_least_difference(draw) for draw in draws])]
    flow = np.zeros((first + second, first + second))
    flow[:first, first:] = n_edges * shares
    half = n_nodes // 2
    sizes = np.concatenate((_sizes(half, first), _sizes(n_nodes - half, second)))
    return _drawn(name, "planted", sizes, flow + flow.T, int(rng.integers(2**31)), first)


def _least_difference(shares: np.ndarray) -> float:
    """Return the least Jensen-Shannon divergence of two rows, or of two columns, in nats."""
    least = np.inf
    for blocks in (shares, shares.T):
        ends = blocks / blocks.sum(axis=1, keepdims=True)
        first, second = (ends[index] for index in np.triu_indices(len(ends), 1))
        middle = (first + second) / 2
        apart = first * np.log(first / middle) + second * np.log(second / middle)
        least = min(least, float(apart.sum(axis=1).min(initial=np.inf)) / 2)
    return least


def planted_blocks(name: str, kind: str, n_edges: int, n_blocks: int, seed: int) -> BlockGraph:
    """Return a graph of equal blocks and mean degree 20, of a kind of :data:`KINDS`.

    Seven tenths of the edges are inside blocks (assortative), or join each block with the one
    before and the one after (disassortative), or each block of one type with two of the other
    (bipartite). The rest is anywhere; with types, between them.
    """
    block = np.arange(n_blocks)
    possible = np.ones((n_blocks, n_blocks), bool)
    favoured = np.eye(n_blocks, dtype=bool)
    first = None
    if kind == "disassortative":
        ring = (block[:, None] - block) % n_blocks
        favoured = (ring == 1) | (ring == n_blocks - 1)
    elif kind == "bipartite":
        first = n_blocks // 2
        possible = (block[:, None] < first) != (block < first)
        apart = (block[:, None] - block) % first
        favoured = possible & (apart <= 1) & (block[:, None] < first)
        favoured |= favoured.T
    flow = np.zeros((n_blocks, n_blocks))
    for share, where in ((_SHARE, favoured), (1 - _SHARE, possible)):
        flow[where] += share * n_edges / np.triu(where).sum()
    return _drawn(name, kind, _sizes(n_edges // 10, n_blocks), flow, seed, first)


def _random(name: str, n_nodes: int, degree: float, is_bipartite: bool, seed: int) -> BlockGraph:
    """Return a random graph of an expected mean degree, without structure."""
    n_edges = n_nodes * degree / 2
    if is_bipartite:
        sizes = _sizes(n_nodes, 2)
        return _drawn(name, "random", sizes, np.array([[0, n_edges], [n_edges, 0]]), seed, 1)
    return _drawn(name, "random", np.array([n_nodes]), np.array([[n_edges]]), seed)


def _planted(quick: bool) -> list[GraphSource]:
    n, counts, edges = (200, (2, 3), 3000) if quick else (1000, (4, 6), 15_000)
    name = "planted {}x{}".format(*counts)
    sources = [
        GraphSource(
            name, "planted", edges,
            partial(planted_bipartite, name, n, counts, edges), varies=True,
        )
    ]  # fmt: skip
    n = 100 if quick else 500
    for name, sides in (("random", False), ("random bipartite", True)):
        make = partial(_random, name, n, 5.0, sides)
        sources.append(GraphSource(name, "random", 2.5 * n, make, varies=True))
    return sources


def _large(sizes: Iterable[int]) -> list[GraphSource]:
    names = {2000: "2k", 10_000: "10k", 100_000: "100k", 1_000_000: "1M"}
    blocks = {2000: 8, 1_000_000: 100}
    sources = []
    for edges in sizes:
        for kind in KINDS:
            name = f"{kind} {names[edges]}"
            make = partial(planted_blocks, name, kind, edges, blocks.get(edges, 30), SEED)
            sources.append(GraphSource(name, kind, edges, partial(_same, make)))
    return sources


def _lfr(n: int) -> list[GraphSource]:
    def make(seed: int) -> BlockGraph:
        """Return the same graph for every seed."""
        from partwise.graph import generators

        graph, labels = generators.lfr_graph(
            n, mixing=0.4, mean_degree=20, max_degree=min(500, n // 10), min_community=20,
            max_community=min(2000, n // 5), random_state=SEED,
        )  # fmt: skip
        return BlockGraph.from_graph(graph, "lfr", "lfr", None, labels)

    return [GraphSource("lfr", "lfr", 10 * n, make)]


def facts_of(graph: BlockGraph, models: Iterable[str]) -> dict[str, Any]:
    """Return what a row has of its graph: size, planted blocks and their description lengths."""
    facts: dict[str, Any] = {
        "family": graph.instance.family, "n": graph.instance.n_nodes, "m": graph.instance.n_edges,
    }  # fmt: skip
    if graph.planted is not None:
        facts["planted_blocks"] = graph.count(graph.planted)
        for model in models:
            facts[f"planted_{model}"] = graph.description_length(graph.planted, model)
    return facts
