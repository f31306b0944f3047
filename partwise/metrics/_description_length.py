"""Description length: how many nats it takes to write down a graph with the help of its blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._bipartite import check_sides
from partwise.graph._convert import as_graph
from partwise.graph._graph import Graph
from partwise.graph._labels import check_labels
from partwise.graph._quotient import quotient_graph
from partwise.metrics._integer_partitions import QTable, check_q_table, log_partitions

__all__ = [
    "DescriptionLength",
    "EdgePrior",
    "check_edge_prior",
    "check_multigraph",
    "check_types",
    "description_length",
    "description_terms",
]

EdgePrior = Literal["auto", "bipartite", "general"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DescriptionLength:
    """The terms of a description length, in nats.

    Attributes
    ----------
    adjacency : float
        Of the graph, given its degrees (or not), the blocks and the edges between them.
    partition : float
        Of the blocks.
    degree : float
        Of the degrees, given the blocks; 0 without degree correction.
    edges : float
        Of the numbers of edges between blocks.
    """

    adjacency: float
    partition: float
    degree: float
    edges: float

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return self.adjacency + self.partition + self.degree + self.edges

    def to_dict(self) -> dict[str, float]:
        """Return the terms and their sum, ready for JSON."""
        return {
            "adjacency": self.adjacency,
            "partition": self.partition,
            "degree": self.degree,
            "edges": self.edges,
            "total": self.total,
        }


def description_length(
    graph: Any,
    labels: ArrayLike,
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool = True,
    edge_prior: EdgePrior = "auto",
    q_table: QTable = "exact",
) -> float:
    r"""Return the description length of a graph in a stochastic block model with given blocks.

    .. math::
        \Sigma = -\ln P(A | k, e, b) - \ln P(k | e, b) - \ln P(e | b) - \ln P(b)

    of the microcanonical model: edges are counted, not expected. The blocks that make it least are
    the most probable ones, and of two models, the one that attains less explains the graph better.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes. Integer weights
        are numbers of parallel edges; a self-loop of weight w is w edges, of 2w ends. (Of a list of
        pairs without weights, repeated ones are the same edge; give them weights of 1 to keep all.)
    labels : array-like of int, shape (n,)
        Block of each node, from 0 on. Empty blocks do not count.
    types : array-like of shape (n,), optional
        One of two values for each node. Makes the model bipartite: edges join nodes of different
        types, and so do the blocks, of which each has nodes of one type.
    degree_corrected : bool, default=True
        Whether the degrees are given beforehand; without correction, nodes of a block are alike.
    edge_prior : {"auto", "bipartite", "general"}, default="auto"
        Which pairs of blocks may have edges as far as the prior of their numbers knows: those of
        different types, or all of them; the former only with `types`, and then by default.
    q_table : {"exact", "reference"}, default="exact"
        How partitions of integers are counted in the prior of the degrees. "reference" undercounts
        as the bipartiteSBM package does, to compare with what it has published.

    Returns
    -------
    float
        In nats; divide by ``ln 2`` for bits.

    Raises
    ------
    ValueError
        The graph is directed or not bipartite as `types` has it (the message has the edge), types
        are not two, a label is used for both, or another argument has a wrong value.
    TypeError
        Edge weights that are not integers.

    Notes
    -----
    The degrees of a block are uniformly distributed over all sequences with the same counts, and
    the counts over all with the same sum ("distributed" in [1]_). O(n + m) time, and O(e^2) of
    additions for the largest block, of e edge ends, up to 20,000; larger numbers of partitions are
    estimated to about 0.01 nats.

    References
    ----------
    .. [1] T. P. Peixoto, "Nonparametric Bayesian inference of the microcanonical stochastic block
       model", Physical Review E 95, 2017, doi:10.1103/PhysRevE.95.012317.
    .. [2] T.-C. Yen, D. B. Larremore, "Community detection in bipartite networks with stochastic
       block models", Physical Review E 102, 2020, doi:10.1103/PhysRevE.102.032309.

    Examples
    --------
    >>> two_cliques = [(u, v) for u in range(12) for v in range(u) if u // 6 == v // 6]
    >>> blocks = [0] * 6 + [1] * 6
    >>> one, two = (description_length(two_cliques, b) for b in ([0] * 12, blocks))
    >>> one > two
    True
    """
    found = description_terms(
        graph,
        labels,
        types=types,
        degree_corrected=degree_corrected,
        edge_prior=edge_prior,
        q_table=q_table,
    )
    return found.total


def description_terms(
    graph: Any,
    labels: ArrayLike,
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool = True,
    edge_prior: EdgePrior = "auto",
    q_table: QTable = "exact",
) -> DescriptionLength:
    """Return the terms of a description length; see :func:`description_length`."""
    check_q_table(q_table)
    graph = check_multigraph(as_graph(graph))
    part, _ = check_labels(labels, graph.n_nodes)
    side = None if types is None else check_types(graph, types)
    check_edge_prior(edge_prior, side is not None)
    part = np.unique(part, return_inverse=True)[1].astype(np.int32)
    blocks = _Blocks(graph, part)
    sizes = [blocks.sizes]
    if side is not None:
        sizes = _sizes_by_type(blocks.sizes, part, side)
    counts = [len(each) for each in sizes]
    if side is not None and edge_prior != "general":
        pairs = counts[0] * counts[1]
    else:
        pairs = sum(counts) * (sum(counts) + 1) // 2
    return DescriptionLength(
        adjacency=blocks.adjacency(degree_corrected),
        partition=sum(_of_partition(each) for each in sizes),
        degree=blocks.degrees(q_table) if degree_corrected else 0.0,
        edges=float(_log_multisets(float(pairs), float(blocks.n_edges))),
    )


def check_edge_prior(edge_prior: Any, has_types: bool) -> None:
    """Refuse a prior that there is not, or that needs types."""
    if edge_prior not in get_args(EdgePrior):
        raise ValueError(f"edge_prior must be one of {get_args(EdgePrior)}, got {edge_prior!r}")
    if edge_prior == "bipartite" and not has_types:
        raise ValueError("edge_prior 'bipartite' needs types")


def check_multigraph(graph: Graph) -> Graph:
    """Return a graph whose weights are numbers of parallel edges.

    Raises
    ------
    ValueError
        It is directed.
    TypeError
        Its weights are not integers.
    """
    if graph.directed:
        raise ValueError("graph must be undirected, got a directed one")
    if graph.weights is not None and graph.weights.dtype.kind != "i":
        raise TypeError(
            "edge weights must be integers, numbers of parallel edges, got dtype "
            f"{graph.weights.dtype}"
        )
    return graph


def check_types(graph: Graph, types: ArrayLike) -> NDArray[np.bool_]:
    """Return whether each node is of the second type, by the order of the values.

    Raises
    ------
    ValueError
        There are not two types, or an edge joins nodes of the same one.
    """
    array = np.asarray(types)
    if array.shape == (graph.n_nodes,):
        kinds = np.unique(array)
        if len(kinds) != 2:
            raise ValueError(f"types must hold two different values, got {len(kinds)}")
    return check_sides(graph, types)


class _Blocks:
    """What the terms are made of: edges between blocks, sizes, degrees."""

    def __init__(self, graph: Graph, part: NDArray[np.int32]) -> None:
        self.graph, self.part = graph, part
        indptr, indices, weights, _ = graph._arrays
        self.sizes = np.bincount(part)
        bare = Graph._trusted(indptr, indices, weights)
        between = quotient_graph(bare, part, len(self.sizes), self_loops=True)
        self._first, self._second, flow = between.to_edges()
        self._flow = np.ones(len(self._first)) if flow is None else flow.astype(float)
        self.n_edges = int(self._flow.sum())
        rows = np.repeat(np.arange(graph.n_nodes), np.diff(indptr))
        self._multiplicity = None if weights is None else weights
        self._loop = rows == indices
        ends = np.ones(len(indices), np.int64) if weights is None else weights
        ends = np.where(self._loop, 2 * ends, ends)
        self.node_degrees = np.bincount(rows, ends, graph.n_nodes).astype(np.int64)
        self.block_degrees = np.bincount(part, self.node_degrees, len(self.sizes)).astype(np.int64)

    def adjacency(self, degree_corrected: bool) -> float:
        """Return -ln P(A | k, e, b), or without degrees."""
        from scipy.special import gammaln

        inside = self._first == self._second
        total = -gammaln(self._flow + 1).sum() - np.log(2.0) * self._flow[inside].sum()
        if degree_corrected:
            total += gammaln(self.block_degrees + 1.0).sum()
            total -= gammaln(self.node_degrees + 1.0).sum()
        else:
            total += (self.block_degrees * np.log(self.sizes)).sum()
        loops = self._loop
        many = np.ones(len(loops)) if self._multiplicity is None else self._multiplicity
        if self._multiplicity is not None:
            # every edge but a loop is stored twice
            total += 0.5 * gammaln(many[~loops] + 1.0).sum()
        total += (gammaln(many[loops] + 1.0) + np.log(2.0) * many[loops]).sum()
        return float(total)

    def degrees(self, q_table: QTable) -> float:
        """Return -ln P(k | e, b)."""
        from scipy.special import gammaln

        total = log_partitions(self.block_degrees, self.sizes, q_table).sum()
        pairs = np.stack((self.part, self.node_degrees))
        alike = np.unique(pairs, axis=1, return_counts=True)[1]
        total += gammaln(self.sizes + 1.0).sum() - gammaln(alike + 1.0).sum()
        return float(total)


def _sizes_by_type(
    sizes: NDArray[np.int64], part: NDArray[np.int32], side: NDArray[np.bool_]
) -> list[NDArray[np.int64]]:
    second = np.bincount(part, side, len(sizes)).astype(np.int64)
    mixed = (second > 0) & (second < sizes)
    if mixed.any():
        nodes = np.flatnonzero(part == np.argmax(mixed))
        u, v = nodes[~side[nodes]][0], nodes[side[nodes]][0]
        raise ValueError(
            f"labels must differ between the types, got the same for node {u} and node {v}"
        )
    return [sizes[second == 0], sizes[second > 0]]


def _of_partition(sizes: NDArray[np.int64]) -> float:
    """Return -ln P(b) of nodes of one type, which has the number and the sizes of blocks first."""
    from scipy.special import gammaln

    n = float(sizes.sum())
    if n == 0:
        return 0.0
    choices = gammaln(n) - gammaln(len(sizes)) - gammaln(n - len(sizes) + 1)
    return float(choices + gammaln(n + 1) - gammaln(sizes + 1.0).sum() + np.log(n))


def _log_multisets(kinds: Any, size: Any) -> Any:
    """Return ln of the number of multisets of `size` out of `kinds`."""
    from scipy.special import gammaln

    return gammaln(kinds + size) - gammaln(size + 1) - gammaln(kinds) if kinds > 0 else 0.0
