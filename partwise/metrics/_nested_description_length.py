"""Description length of a hierarchy of blocks: blocks of nodes, blocks of blocks, and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._convert import as_graph
from partwise.graph._labels import check_labels
from partwise.metrics._description_length import (
    _Blocks,
    _log_multisets,
    _of_partition,
    _sizes_by_type,
    check_multigraph,
    check_types,
)
from partwise.metrics._integer_partitions import QTable, check_q_table

__all__ = [
    "NestedDescriptionLength",
    "check_levels",
    "nested_description_length",
    "nested_description_terms",
]


@dataclass(frozen=True, slots=True)
class NestedDescriptionLength:
    """The terms of the description length of a hierarchy of L + 1 levels, in nats.

    Attributes
    ----------
    adjacency : float
        Of the graph, given its degrees (or not), the blocks of its nodes and the edges between.
    degree : float
        Of the degrees, given the blocks of nodes; 0 without degree correction.
    partitions : tuple of float
        Of the blocks of each level.
    edges : tuple of float
        Of the numbers of edges between the blocks of each level, given those of the next level;
        the last one, with nothing above, is 0 if that level has one block.
    """

    adjacency: float
    degree: float
    partitions: tuple[float, ...]
    edges: tuple[float, ...]

    @property
    def total(self) -> float:
        """The sum of the terms."""
        return self.adjacency + self.degree + sum(self.partitions) + sum(self.edges)

    def to_dict(self) -> dict[str, Any]:
        """Return the terms and their sum, ready for JSON."""
        return {
            "adjacency": self.adjacency,
            "degree": self.degree,
            "partitions": list(self.partitions),
            "edges": list(self.edges),
            "total": self.total,
        }


def nested_description_length(
    graph: Any,
    levels: Sequence[ArrayLike],
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool = True,
    q_table: QTable = "exact",
) -> float:
    r"""Return the description length of a graph in a nested stochastic block model.

    The numbers of edges between the blocks are not told one by one: they are a graph too, of which
    the blocks are the nodes, that has blocks of its own, and so on:

    .. math::
        \Sigma = \Sigma_0 + \sum_{l=1}^{L} \Big[ \sum_{r<s} \ln\Big(\!\!\binom{n_r n_s}{e_{rs}}
        \!\!\Big) + \sum_r \ln\Big(\!\!\binom{n_r (n_r + 1) / 2}{e_{rr} / 2}\!\!\Big)
        - \ln P(b_l) \Big]

    where level l has e_rs edges between its blocks r and s, of n_r and n_s blocks of level l - 1,
    and :math:`\Sigma_0` is what :func:`description_length` has without its term of edges. Sizes of
    blocks down to about ln n can be told from noise, where the flat model stops at sqrt(n).

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes. Integer weights
        are numbers of parallel edges.
    levels : sequence of L + 1 arrays of int
        First the block of each node, shape (n,), from 0 on without gaps, then, level by level, the
        block of each block of the level before. A hierarchy that is complete ends with a level of
        one block; the numbers of edges between several are told as in the flat model.
    types : array-like of shape (n,), optional
        One of two values for each node: edges join nodes of different types. The blocks of nodes
        have nodes of one type; those of higher levels may unite both.
    degree_corrected : bool, default=True
        As for :func:`description_length`.
    q_table : {"exact", "reference"}, default="exact"
        As for :func:`description_length`.

    Returns
    -------
    float
        In nats.

    Raises
    ------
    ValueError
        See :func:`description_length`; or `levels` is empty, or a level has another number of
        labels than the level before has blocks, or gaps.
    TypeError
        Labels or edge weights that are not integers.

    Notes
    -----
    With `types`, pairs of blocks of the same type can have no edges and do not count among the
    pairs: n_a n_b of them are inside a block of n_a blocks of one type and n_b of the other. Levels
    above one whose blocks unite types know nothing of them. Nothing is told of the number L, nor of
    the level from which on types are united: given those, probabilities of all graphs and
    hierarchies add up to 1.

    With one level, this is the flat model; one more level of a single block adds ln B, for B blocks
    of nodes. O(n + m) time besides the numbers of partitions.

    References
    ----------
    .. [1] T. P. Peixoto, "Hierarchical block structures and high-resolution model selection in
       large networks", Physical Review X 4, 2014, doi:10.1103/PhysRevX.4.011047.
    .. [2] T. P. Peixoto, "Nonparametric Bayesian inference of the microcanonical stochastic block
       model", Physical Review E 95, 2017, doi:10.1103/PhysRevE.95.012317.

    Examples
    --------
    >>> import math
    >>> from partwise.metrics import description_length
    >>> two_cliques = [(u, v) for u in range(12) for v in range(u) if u // 6 == v // 6]
    >>> blocks = [0] * 6 + [1] * 6
    >>> nested = nested_description_length(two_cliques, [blocks, [0, 0]])
    >>> math.isclose(nested, description_length(two_cliques, blocks) + math.log(2))
    True
    """
    return nested_description_terms(
        graph, levels, types=types, degree_corrected=degree_corrected, q_table=q_table
    ).total


def nested_description_terms(
    graph: Any,
    levels: Sequence[ArrayLike],
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool = True,
    q_table: QTable = "exact",
) -> NestedDescriptionLength:
    """Return the terms of a description length; see :func:`nested_description_length`."""
    check_q_table(q_table)
    graph = check_multigraph(as_graph(graph))
    side = None if types is None else check_types(graph, types)
    part, *above = check_levels(levels, graph.n_nodes)
    blocks = _Blocks(graph, part)
    sizes = [blocks.sizes] if side is None else _sizes_by_type(blocks.sizes, part, side)
    second = None
    if side is not None:
        second = np.bincount(part, side, len(blocks.sizes)) > 0
    partitions = [sum(_of_partition(each) for each in sizes)]
    edges = []
    flow = _Flow(blocks._first, blocks._second, blocks._flow, second, len(blocks.sizes))
    for labels in above:
        of_edges, of_partition, flow = flow.lifted(labels)
        edges.append(of_edges)
        partitions.append(of_partition)
    edges.append(flow.untold(blocks.n_edges))
    return NestedDescriptionLength(
        adjacency=blocks.adjacency(degree_corrected),
        degree=blocks.degrees(q_table) if degree_corrected else 0.0,
        partitions=tuple(partitions),
        edges=tuple(edges),
    )


def check_levels(levels: Sequence[ArrayLike], n_nodes: int) -> list[NDArray[np.int32]]:
    """Return the levels of a hierarchy as int32 arrays.

    Raises
    ------
    ValueError
        There are none, or one has a wrong number of labels, or gaps.
    TypeError
        Labels are not integers.
    """
    if len(levels) == 0:
        raise ValueError("levels must hold the labels of one level at least, got none")
    checked = []
    n_items = n_nodes
    for number, level in enumerate(levels):
        try:
            labels, n_blocks = check_labels(level, n_items)
        except (ValueError, TypeError) as error:
            raise type(error)(f"levels[{number}]: {error}") from None
        absent = np.bincount(labels, minlength=n_blocks) == 0
        if absent.any():
            raise ValueError(
                f"levels[{number}] must hold every label up to its largest, {n_blocks - 1}, "
                f"got no {int(np.argmax(absent))}"
            )
        checked.append(labels)
        n_items = n_blocks
    return checked


class _Flow:
    """Edges between the blocks of a level, which are the nodes of the next one.

    Parameters
    ----------
    first, second : integer ndarrays
        Pairs of blocks with edges, each once.
    times : float64 ndarray
        How many edges.
    side : bool ndarray, optional
        Whether each block is of the second type, while blocks have nodes of one type.
    n_blocks : int
    """

    def __init__(
        self,
        first: NDArray[Any],
        second: NDArray[Any],
        times: NDArray[np.float64],
        side: NDArray[np.bool_] | None,
        n_blocks: int,
    ) -> None:
        self.first, self.second, self.times = first, second, times
        self.side, self.n_blocks = side, n_blocks

    def lifted(self, labels: NDArray[np.int32]) -> tuple[float, float, _Flow]:
        """Return the terms of edges and of the partition of the next level, and its edges."""
        n_groups = int(labels.max(initial=-1)) + 1
        r, s = np.sort(np.stack((labels[self.first], labels[self.second])), axis=0).astype(np.int64)
        pairs, inverse = np.unique(r * max(1, n_groups) + s, return_inverse=True)
        times = np.bincount(inverse, self.times, len(pairs)).astype(float)
        r, s = np.divmod(pairs, max(1, n_groups))
        sizes = np.bincount(labels, minlength=n_groups)
        side, of_type = None, [sizes]
        if self.side is None:
            possible = np.where(r == s, sizes[r] * (sizes[r] + 1) // 2, sizes[r] * sizes[s])
        else:
            b = np.bincount(labels, self.side, n_groups).astype(np.int64)
            a = sizes - b
            possible = np.where(r == s, a[r] * b[r], a[r] * b[s] + b[r] * a[s])
            if not ((a > 0) & (b > 0)).any():
                side, of_type = b > 0, [sizes[b == 0], sizes[b > 0]]
        edges = float(_log_multisets_of(possible.astype(float), times).sum())
        partition = sum(_of_partition(each) for each in of_type)
        return edges, partition, _Flow(r, s, times, side, n_groups)

    def untold(self, n_edges: int) -> float:
        """Return the term of edges that no level is above."""
        pairs = self.n_blocks * (self.n_blocks + 1) // 2
        if self.side is not None:
            second = int(self.side.sum())
            pairs = second * (self.n_blocks - second)
        return float(_log_multisets(float(pairs), float(n_edges)))


def _log_multisets_of(kinds: NDArray[np.float64], size: NDArray[np.float64]) -> Any:
    from scipy.special import gammaln

    return gammaln(kinds + size) - gammaln(size + 1) - gammaln(kinds)
