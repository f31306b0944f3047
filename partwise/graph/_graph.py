"""The graph type: a frozen adjacency in compressed sparse rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._build import as_names, as_node_weights, csr_from_csr, csr_from_edge_list

if TYPE_CHECKING:
    import networkx
    from scipy.sparse import csr_array

__all__ = ["Graph"]

Weights = NDArray[np.int64] | NDArray[np.float64]


class Graph:
    """A graph with optional edge weights, node weights and node names; it never changes.

    ``Graph(indptr, indices, weights, ...)`` checks and copies CSR arrays; more often one of the
    ``from_...`` constructors or :func:`as_graph` is what you want.

    Parameters
    ----------
    indptr : array-like of int, shape (n_nodes + 1,)
        Row pointers: the neighbours of node ``u`` are ``indices[indptr[u]:indptr[u + 1]]``.
    indices : array-like of int, shape (m,)
        Neighbours, in any order; repeated ones are combined (weights are summed).
    weights : array-like of shape (m,), optional
        Finite, non-negative. Integers become int64, floats float64. Zero means no edge. Booleans
        only say which entries are edges.
    node_weights : array-like of shape (n_nodes,), optional
        Finite, non-negative.
    directed : bool, default=False
        An undirected graph needs a symmetric matrix (float weights up to a relative 1e-10, which
        is evened out).
    names : array-like of shape (n_nodes,), optional
        What the user calls the nodes; they play no part in algorithms.

    Attributes
    ----------
    indptr : ndarray of shape (n_nodes + 1,), int64
    indices : ndarray of shape (m,), int32 (int64 if n_nodes >= 2**31)
        Rows are ascending, without repetitions. An undirected graph stores both directions of an
        edge; a self-loop is stored once.
    weights : None or ndarray of shape (m,), int64 or float64
        Positive. None means that every edge counts 1.
    node_weights : None or ndarray of shape (n_nodes,), int64 or float64
    directed : bool
    names : None or ndarray of shape (n_nodes,), int64 or object

    Raises
    ------
    ValueError
        The arrays are no graph: wrong pointers or node numbers, negative or NaN weights, an
        asymmetric matrix for an undirected graph. The message names parameter and entry.
    TypeError
        A dtype that cannot hold node numbers or weights.

    Notes
    -----
    All arrays are the graph's own and marked read-only; the caller's arrays are copied and never
    modified. Building from CSR arrays takes O(n + m) time if the rows are sorted, and one
    counting sort more if not. Memory: ``8 (n + 1) + 4 m`` bytes, and ``8 m`` with weights, where m
    counts both directions.

    Examples
    --------
    >>> graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3)])
    >>> graph
    Graph(n_nodes=4, n_edges=4, undirected)
    >>> graph.indices[graph.indptr[2] : graph.indptr[3]].tolist()
    [0, 1, 3]
    """

    __slots__ = (
        "__weakref__",
        "_arrays",
        "_n_loops",
        "directed",
        "indices",
        "indptr",
        "names",
        "node_weights",
        "weights",
    )

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32] | NDArray[np.int64]
    weights: Weights | None
    node_weights: Weights | None
    directed: bool
    names: NDArray[Any] | None
    _arrays: tuple[NDArray[np.int64], NDArray[Any], Weights | None, Weights | None]
    _n_loops: int | None

    def __init__(
        self,
        indptr: ArrayLike,
        indices: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        node_weights: ArrayLike | None = None,
        directed: bool = False,
        names: ArrayLike | None = None,
    ) -> None:
        csr, _ = csr_from_csr(indptr, indices, weights, bool(directed))
        n = len(csr[0]) - 1
        self._fill(*csr, as_node_weights(node_weights, n), bool(directed), as_names(names, n))

    def _fill(
        self,
        indptr: NDArray[np.int64],
        indices: NDArray[Any],
        weights: Weights | None,
        node_weights: Weights | None,
        directed: bool,
        names: NDArray[Any] | None,
    ) -> None:
        put = object.__setattr__
        put(self, "_arrays", (indptr, indices, weights, node_weights))
        put(self, "indptr", _read_only(indptr))
        put(self, "indices", _read_only(indices))
        put(self, "weights", None if weights is None else _read_only(weights))
        put(self, "node_weights", None if node_weights is None else _read_only(node_weights))
        put(self, "directed", directed)
        put(self, "names", None if names is None else _read_only(names))
        put(self, "_n_loops", None)

    @classmethod
    def _trusted(
        cls,
        indptr: NDArray[np.int64],
        indices: NDArray[Any],
        weights: Weights | None = None,
        node_weights: Weights | None = None,
        directed: bool = False,
        names: NDArray[Any] | None = None,
    ) -> Graph:
        """Wrap canonical arrays of the right dtypes without a check or a copy.

        Kernels rely on what this skips. The arrays become the graph's: do not write to them. Read
        them back as ``graph._arrays`` = (indptr, indices, weights, node_weights), which are not
        marked read-only: Numba compiles a kernel once more for read-only arguments.
        """
        graph = cls.__new__(cls)
        graph._fill(indptr, indices, weights, node_weights, directed, names)
        return graph

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a Graph is frozen, cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Graph is frozen, cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Graph._trusted, (*self._arrays, self.directed, self.names)

    # -- constructors ------------------------------------------------------------------------------

    @classmethod
    def from_edges(
        cls,
        edges: ArrayLike | tuple[ArrayLike, ArrayLike],
        weights: ArrayLike | None = None,
        *,
        n_nodes: int | None = None,
        directed: bool = False,
        node_weights: ArrayLike | None = None,
        names: ArrayLike | None = None,
        duplicates: str = "auto",
    ) -> Graph:
        """Build a graph from its edges.

        Parameters
        ----------
        edges : array-like of int, shape (m, 2), or a tuple (sources, targets)
            Node numbers. In an undirected graph ``(u, v)`` and ``(v, u)`` are the same edge.
        weights : array-like of shape (m,), optional
            Finite, non-negative; zero means no edge.
        n_nodes : int, optional
            Default: the number of `node_weights` or `names`, if given, else one more than the
            largest node number.
        directed : bool, default=False
        node_weights, names : array-like of shape (n_nodes,), optional
        duplicates : {"auto", "sum", "first", "max", "min", "error"}, default="auto"
            What to do with an edge that occurs more than once: "auto" sums weights and takes
            unweighted edges once.

        Returns
        -------
        Graph

        Raises
        ------
        ValueError
            A negative or too large node number, a bad weight, or a repeated edge when `duplicates`
            is "error".

        Notes
        -----
        O(n + m) time (a parallel counting sort); the result does not depend on the number of
        threads.

        Examples
        --------
        >>> graph = Graph.from_edges([(0, 1), (1, 0), (1, 2)], weights=[2, 3, 1], n_nodes=4)
        >>> graph.to_edges()[2].tolist()
        [5, 1]
        """
        if n_nodes is None:
            given = node_weights if node_weights is not None else names
            n_nodes = None if given is None else len(given)  # type: ignore[arg-type]
        else:
            n_nodes = _node_count(n_nodes)
        csr = csr_from_edge_list(edges, weights, n_nodes, bool(directed), duplicates)
        n = len(csr[0]) - 1
        return cls._trusted(
            *csr, as_node_weights(node_weights, n), bool(directed), as_names(names, n)
        )

    @classmethod
    def from_csr(
        cls,
        indptr: ArrayLike,
        indices: ArrayLike,
        weights: ArrayLike | None = None,
        *,
        node_weights: ArrayLike | None = None,
        directed: bool = False,
        names: ArrayLike | None = None,
    ) -> Graph:
        """Check and copy CSR arrays: the same as ``Graph(indptr, indices, weights, ...)``."""
        return cls(
            indptr, indices, weights, node_weights=node_weights, directed=directed, names=names
        )

    @classmethod
    def from_scipy(
        cls,
        matrix: Any,
        *,
        directed: bool | None = None,
        node_weights: ArrayLike | None = None,
        names: ArrayLike | None = None,
    ) -> Graph:
        """Build a graph from a square scipy sparse array or matrix of any format.

        Parameters
        ----------
        matrix : sparse array or matrix of shape (n, n)
            Entry (u, v) is the weight of the edge from u to v; explicit zeros are absent edges,
            repeated entries are summed. A boolean matrix gives an unweighted graph.
        directed : bool, optional
            None: undirected if the matrix is symmetric.
        node_weights, names : array-like of shape (n,), optional
        """
        from partwise.graph._convert import graph_from_scipy

        return graph_from_scipy(matrix, directed=directed, node_weights=node_weights, names=names)

    @classmethod
    def from_networkx(
        cls,
        graph: networkx.Graph,
        *,
        weight: str | None = "weight",
        node_weight: str | None = None,
    ) -> Graph:
        """Build a graph from a networkx graph of any class.

        Parameters
        ----------
        graph : networkx.Graph, DiGraph, MultiGraph or MultiDiGraph
            Parallel edges become one; if there are weights, they are summed.
        weight : str or None, default="weight"
            Edge attribute that holds the weights. Edges without it weigh 1; if no edge has it, or
            for None, the graph is unweighted.
        node_weight : str, optional
            Node attribute that holds the node weights; nodes without it weigh 1.

        Returns
        -------
        Graph
            Row i is the i-th node of ``graph.nodes``; its names are the nodes, None if they are
            0, 1, 2... in this order.
        """
        from partwise.graph._networkx import graph_from_networkx

        return graph_from_networkx(graph, weight=weight, node_weight=node_weight)

    @classmethod
    def from_edge_index(
        cls,
        edge_index: Any,
        edge_weight: Any = None,
        *,
        num_nodes: int | None = None,
        directed: bool = False,
    ) -> Graph:
        """Build a graph from arcs in the layout of torch-geometric.

        Parameters
        ----------
        edge_index : array-like or tensor of int, shape (2, m)
            Sources and targets. An undirected graph must list both directions of every edge.
        edge_weight : array-like or tensor of shape (m,), optional
        num_nodes : int, optional
            Default: one more than the largest node number.
        directed : bool, default=False
        """
        from partwise.graph._convert import graph_from_edge_index

        return graph_from_edge_index(
            edge_index, edge_weight, num_nodes=num_nodes, directed=bool(directed)
        )

    @classmethod
    def from_pyg(cls, data: Any) -> Graph:
        """Build a graph from a torch-geometric ``Data`` object.

        It reads ``edge_index``, ``edge_weight`` if there is one, and ``num_nodes``. The graph is
        undirected if every edge is listed in both directions with the same weight.
        """
        from partwise.graph._convert import graph_from_pyg

        return graph_from_pyg(data)

    # -- numbers -----------------------------------------------------------------------------------

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of edges; each undirected edge and each self-loop counts once."""
        if self.directed:
            return len(self.indices)
        return (len(self.indices) + self._count_loops()) // 2

    @property
    def has_self_loops(self) -> bool:
        """Whether an edge joins a node to itself."""
        return self._count_loops() > 0

    @property
    def total_node_weight(self) -> int | float:
        """Sum of the node weights; the number of nodes if there are none."""
        return self.n_nodes if self.node_weights is None else self.node_weights.sum().item()

    def _count_loops(self) -> int:
        if self._n_loops is None:
            from partwise.graph._kernels.csr_checks import count_self_loops

            object.__setattr__(self, "_n_loops", int(count_self_loops(*self._arrays[:2])))
        assert self._n_loops is not None
        return self._n_loops

    def degrees(self) -> NDArray[np.int64]:
        """Return the number of (out-)neighbours of each node, shape (n_nodes,).

        A self-loop counts once.
        """
        return np.diff(self.indptr)

    def equals(self, other: object) -> bool:
        """Tell whether `other` is the same graph, node by node.

        Structure, directedness, weights, node weights and names must agree; a graph without
        weights is not equal to one whose weights are all 1, but dtypes do not matter.
        """
        return (
            isinstance(other, Graph)
            and self.directed == other.directed
            and np.array_equal(self.indptr, other.indptr)
            and np.array_equal(self.indices, other.indices)
            and _same(self.weights, other.weights)
            and _same(self.node_weights, other.node_weights)
            and _same(self.names, other.names)
        )

    def to_dict(self) -> dict[str, int | float | bool]:
        """Return the numbers that describe the graph, ready for JSON."""
        degrees = self.degrees()
        return {
            "n_nodes": self.n_nodes,
            "n_edges": self.n_edges,
            "directed": self.directed,
            "weighted": self.weights is not None,
            "node_weighted": self.node_weights is not None,
            "named": self.names is not None,
            "n_self_loops": self._count_loops(),
            "n_isolated": int(np.count_nonzero(degrees == 0)),
            "min_degree": int(degrees.min(initial=0 if len(degrees) == 0 else degrees[0])),
            "max_degree": int(degrees.max(initial=0)),
            "total_edge_weight": self._total_edge_weight(),
            "total_node_weight": self.total_node_weight,
        }

    def _total_edge_weight(self) -> int | float:
        if self.weights is None:
            return self.n_edges
        total = self.weights.sum().item()
        if self.directed:
            return total
        if self.has_self_loops:
            rows = np.repeat(np.arange(self.n_nodes), self.degrees())
            total += self.weights[rows == self.indices].sum().item()
        return total // 2 if isinstance(total, int) else total / 2

    def __repr__(self) -> str:
        facts = [
            f"n_nodes={self.n_nodes}",
            f"n_edges={self.n_edges}",
            "directed" if self.directed else "undirected",
        ]
        facts += ["weighted"] if self.weights is not None else []
        facts += ["node weights"] if self.node_weights is not None else []
        facts += ["named"] if self.names is not None else []
        return f"Graph({', '.join(facts)})"

    # -- other graphs ------------------------------------------------------------------------------

    def subgraph(self, nodes: ArrayLike) -> Graph:
        """Return the graph on some of the nodes and the edges between them.

        Parameters
        ----------
        nodes : array-like of bool, shape (n_nodes,), or of int
            A mask, or distinct node numbers; node ``nodes[i]`` becomes node i.

        Returns
        -------
        Graph
            With the weights, node weights and names of these nodes.
        """
        from partwise.graph._subgraph import subgraph

        return subgraph(self, nodes)

    def without_self_loops(self) -> Graph:
        """Return the graph without edges from a node to itself (this graph if there are none)."""
        if not self.has_self_loops:
            return self
        from partwise.graph._subgraph import without_self_loops

        return without_self_loops(self)

    # -- other types -------------------------------------------------------------------------------

    def to_edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64], Weights | None]:
        """Return sources, targets and weights (or None), each undirected edge once.

        Edges are ordered by source, then target; ``source <= target`` in an undirected graph.
        """
        from partwise.graph._convert import graph_to_edges

        return graph_to_edges(self)

    def to_scipy(self, dtype: Any = None) -> csr_array:
        """Return the adjacency matrix as a scipy ``csr_array`` of shape (n_nodes, n_nodes).

        Parameters
        ----------
        dtype : dtype, optional
            Default: that of the weights, bool for an unweighted graph, so that ``from_scipy``
            gives the same graph back. Ask for float to do linear algebra.
        """
        from partwise.graph._convert import graph_to_scipy

        return graph_to_scipy(self, dtype)

    def to_networkx(
        self, *, weight: str = "weight", node_weight: str = "weight"
    ) -> networkx.Graph | networkx.DiGraph:
        """Return a networkx ``Graph`` or ``DiGraph``, whose nodes are the names if there are any.

        Weights go to the edge attribute `weight` and the node attribute `node_weight`. This is the
        one conversion that loops over edges in Python: a few seconds per million edges.
        """
        from partwise.graph._networkx import graph_to_networkx

        return graph_to_networkx(self, weight=weight, node_weight=node_weight)

    def to_edge_index(self) -> tuple[NDArray[np.int64], Weights | None]:
        """Return ``(edge_index, edge_weight)`` in the layout of torch-geometric.

        `edge_index` has shape (2, m), with both directions of undirected edges; `edge_weight` is
        None for an unweighted graph. Pass them through ``torch.from_numpy``.
        """
        rows = np.repeat(np.arange(self.n_nodes, dtype=np.int64), self.degrees())
        edge_index = np.stack([rows, self.indices.astype(np.int64)])
        return edge_index, None if self.weights is None else self.weights.copy()


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _same(a: NDArray[Any] | None, b: NDArray[Any] | None) -> bool:
    if a is None or b is None:
        return a is b
    return np.array_equal(a, b)


def _node_count(n_nodes: Any) -> int:
    import operator

    try:
        n = operator.index(n_nodes)
    except TypeError:
        raise TypeError(f"n_nodes must be an integer, got {type(n_nodes).__name__}") from None
    if n < 0:
        raise ValueError(f"n_nodes must be at least 0, got {n}")
    return n
