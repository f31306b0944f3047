"""What a quality function asks of a graph, in the form that the kernels work on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.kernels.csr import DUPLICATES, csr_from_edges

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["QUALITIES", "Problem", "as_problem", "label_sums"]

QUALITIES = ("modularity", "cpm", "rb_er", "barber")


@dataclass(frozen=True)
class Problem:
    """Find communities c that maximise the sum of ``w(c) - coefficient * N(c)``.

    w(c) is the weight inside and N(c) is ``A_c^2 / 2``, or ``A_c B_c`` where there are two values.

    Attributes
    ----------
    indptr, indices, weights : uint64 ndarray, uint32 ndarray, float64 ndarray or None
        An undirected graph without self-loops.
    a, b : float64 ndarray of shape (n,), the latter or None
        Values of the nodes; A_c and B_c are their sums over a community.
    coefficient : float
    by_strength : bool
        Whether the values are sums of weights (modularity), or node weights (Potts models).
    pinned : uint8 ndarray of shape (n,) or None
        Nodes that stay in their community.
    bulk : uint32 ndarray of shape (n,) or None
        Number of nodes of the user's graph that each stands for, where sizes are limited.
    capacity : int
        Largest community then.
    """

    indptr: NDArray[np.uint64]
    indices: NDArray[np.uint32]
    weights: NDArray[np.float64] | None
    a: NDArray[np.float64]
    b: NDArray[np.float64] | None
    coefficient: float
    by_strength: bool = True
    pinned: NDArray[np.uint8] | None = None
    bulk: NDArray[np.uint32] | None = None
    capacity: int = 0

    @property
    def n(self) -> int:
        """Number of nodes."""
        return len(self.a)

    @property
    def csr(self) -> tuple[NDArray[np.uint64], NDArray[np.uint32], NDArray[np.float64] | None]:
        """The graph as kernels take it."""
        return self.indptr, self.indices, self.weights

    @property
    def null_model(self) -> tuple[NDArray[np.float64], NDArray[np.float64] | None, float]:
        """The values and the coefficient as kernels take them."""
        return self.a, self.b, self.coefficient

    def reweighted(self, weights: NDArray[np.float64]) -> Problem:
        """Return the problem with other weights and the null model scaled to them.

        Values that are strengths shrink with the weights of their node, and the coefficient so that
        a graph with all weights halved has the same best communities.
        """
        before, after = np.empty(self.n), np.empty(self.n)
        from partwise.cluster.communities._kernels.strengths import row_sums

        row_sums(self.indptr, self.indices, self.weights, False, before)
        row_sums(self.indptr, self.indices, weights, False, after)
        total = float(before.sum())
        share = float(after.sum()) / total if total else 1.0
        if not self.by_strength:
            return replace(self, weights=weights, coefficient=self.coefficient * share)
        ratio = np.divide(after, before, out=np.ones(self.n), where=before > 0)
        return replace(
            self,
            weights=weights,
            a=self.a * ratio,
            b=None if self.b is None else self.b * ratio,
            coefficient=self.coefficient / share if share else 0.0,
        )

    def with_sizes(self, capacity: int) -> Problem:
        """Return the same problem with at most `capacity` nodes in a community."""
        return replace(self, bulk=np.ones(self.n, np.uint32), capacity=capacity)


def label_sums(
    labels: NDArray[np.integer], values: NDArray[np.float64], n_labels: int
) -> NDArray[np.float64]:
    """Sum the values of every label, in order; float64 also where there is no node."""
    return np.bincount(labels, values, n_labels).astype(np.float64, copy=False)


def as_problem(graph: Graph, quality: str, resolution: float, sides: ArrayLike | None) -> Problem:
    """Translate a graph and a quality function.

    Parameters
    ----------
    graph : Graph
        Directed for all but "barber": modularity is that of Leicht and Newman then.
    quality : {"modularity", "cpm", "rb_er", "barber"}
    resolution : float
    sides : array-like of shape (n,), optional
        For "barber", which of the two sides each node is on.

    Raises
    ------
    ValueError
        The quality function is unknown or not defined for this graph.
    """
    if quality not in QUALITIES:
        raise ValueError(f"quality must be one of {', '.join(QUALITIES)}, got {quality!r}")
    if graph.directed and quality == "barber":
        raise ValueError("quality='barber' is for undirected graphs, this one is directed")
    if sides is not None and quality != "barber":
        raise ValueError(f"sides are only for quality='barber', got quality={quality!r}")
    if graph.n_nodes >= 2**31:
        raise ValueError(f"graphs may have at most 2**31 - 1 nodes, got {graph.n_nodes}")
    csr = _symmetrised(graph) if graph.directed else _csr_of(graph.without_self_loops())
    strength = _strengths(graph)
    ends = 1 if graph.directed else 2
    total = float(strength.sum()) / ends
    if quality == "modularity" and graph.directed:
        _, indices, weights, _ = graph._arrays
        entering = np.bincount(indices, weights, graph.n_nodes).astype(np.float64)
        return Problem(*csr, strength, entering, resolution / total if total else 0.0)
    if quality == "modularity":
        return Problem(*csr, strength, None, resolution / (2 * total) if total else 0.0)
    if quality == "barber":
        from partwise.graph._bipartite import check_sides

        side = check_sides(graph, sides)
        red, blue = np.where(side, 0.0, strength), np.where(side, strength, 0.0)
        return Problem(*csr, red, blue, resolution / total if total else 0.0)
    n, node_weights = graph.n_nodes, graph.node_weights
    size = np.ones(n) if node_weights is None else node_weights.astype(np.float64)
    # a pair of nodes is one edge, or two arcs
    coefficient = resolution * 2 / ends
    if quality == "rb_er":
        whole = float(size.sum())
        pairs = whole * (whole - 1) / ends
        coefficient = coefficient * total / pairs if pairs > 0 else 0.0
    return Problem(*csr, size, None, coefficient, by_strength=False)


def _csr_of(graph: Graph) -> tuple[Any, Any, Any]:
    indptr, indices, weights, _ = graph._arrays
    return (
        indptr.view(np.uint64),
        indices.view(np.uint32),
        None if weights is None else weights.astype(np.float64, copy=False),
    )


def _symmetrised(graph: Graph) -> tuple[Any, Any, Any]:
    """Return the arcs of a directed graph as edges: both directions add up."""
    indptr, indices, weights, _ = graph._arrays
    n = graph.n_nodes
    sources = np.repeat(np.arange(n, dtype=np.int32), np.diff(indptr))
    proper = sources != indices
    values = np.ones(len(indices)) if weights is None else weights.astype(np.float64)
    csr = csr_from_edges(
        n, sources[proper], indices[proper], values[proper], True, DUPLICATES["sum"]
    )
    return csr[0].view(np.uint64), csr[1].view(np.uint32), csr[2]


def _strengths(graph: Graph) -> NDArray[np.float64]:
    """Sum the (outgoing) weights at every node; an undirected self-loop has both its ends there."""
    from partwise.cluster.communities._kernels.strengths import row_sums

    indptr, indices, weights, _ = graph._arrays
    out = np.empty(graph.n_nodes)
    row_sums(indptr, indices, weights, not graph.directed and graph.has_self_loops, out)
    return out
