"""Whatever holds a graph -> :class:`Graph`, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._build import (
    as_index_vector,
    as_names,
    as_node_weights,
    csr_from_csr,
    is_symmetric,
)
from partwise.graph._frame import graph_from_frame, is_edge_frame
from partwise.graph._graph import Graph, _node_count
from partwise.graph._networkx import graph_from_networkx, is_networkx

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["as_graph"]

_ACCEPTED = (
    "a partwise Graph, a scipy sparse array or matrix, a square ndarray, an (n_edges, 2) or "
    "(n_edges, 3) edge array, a networkx graph, a DataFrame with columns source and target, or a "
    "torch-geometric Data"
)


def as_graph(obj: Any, *, weight: str | None = "weight", directed: bool | None = None) -> Graph:
    """Turn whatever holds a graph into a :class:`Graph`; a Graph comes back as it is.

    Parameters
    ----------
    obj : graph-like
        - :class:`Graph`;
        - scipy sparse array or matrix of shape (n, n), any format: the adjacency matrix; explicit
          zeros are absent edges, repeated entries are summed, booleans give no weights;
        - ndarray of shape (n, n): the adjacency matrix, zero for no edge. A 2 x 2 or 3 x 3 array is
          read this way too, never as an edge list;
        - ndarray of shape (n_edges, 2) or (n_edges, 3): source, target and weight of each edge,
          nodes numbered from 0;
        - list: of tuples, an edge list of any length; else like the array that it makes;
        - networkx graph of any class (see :meth:`Graph.from_networkx`);
        - DataFrame of pandas or polars, or anything else with columns ``source`` and ``target``
          (and `weight`): nodes are the ids that occur, ascending if they are integers, else in
          order of first appearance, and are kept as names;
        - torch-geometric ``Data`` (see :meth:`Graph.from_pyg`).
    weight : str or None, default="weight"
        Edge attribute or column that holds the weights, for networkx graphs and DataFrames. None
        ignores all weights, of any kind of input.
    directed : bool, optional
        None: a matrix is undirected if it is symmetric, networkx graphs and Graphs are what they
        are, edge lists and DataFrames are undirected. False demands an undirected graph: a directed
        graph or a matrix is taken if it is symmetric and refused if not. True reads an undirected
        graph as one with both directions of every edge.

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        The input is no graph, has NaN, infinite or negative weights, or is asymmetric where
        `directed` is False; the message names the entry.
    TypeError
        `obj` is nothing of the above, or has a dtype that cannot hold a graph.

    Notes
    -----
    O(n + m) time for sparse input and O(n^2) for a dense matrix.

    Examples
    --------
    >>> as_graph([(0, 1), (1, 2)])
    Graph(n_nodes=3, n_edges=2, undirected)
    >>> as_graph(np.array([[0.0, 2.5], [0.0, 0.0]]))
    Graph(n_nodes=2, n_edges=1, directed, weighted)
    """
    if isinstance(obj, Graph):
        graph = obj
    elif _is_scipy_sparse(obj):
        return _unweighted_if(weight is None, graph_from_scipy(obj, directed=directed))
    elif is_networkx(obj):
        graph = graph_from_networkx(obj, weight=weight, node_weight=None)
    elif is_edge_frame(obj):
        return graph_from_frame(obj, weight=weight, directed=bool(directed))
    elif hasattr(obj, "edge_index"):
        graph = graph_from_pyg(obj)
    elif isinstance(obj, (np.ndarray, list)) or hasattr(obj, "__array__"):
        return _unweighted_if(weight is None, _graph_from_array(obj, directed))
    elif isinstance(obj, str) or hasattr(obj, "__fspath__"):
        raise TypeError(
            f"expected {_ACCEPTED}, got the path {str(obj)!r}; use read_graph for files"
        )
    else:
        raise TypeError(f"expected {_ACCEPTED}, got {type(obj).__name__}")
    return _with_direction(_unweighted_if(weight is None, graph), directed)


def _unweighted_if(condition: bool, graph: Graph) -> Graph:
    if not condition or graph.weights is None:
        return graph
    indptr, indices, _, node_weights = graph._arrays
    return Graph._trusted(indptr, indices, None, node_weights, graph.directed, graph.names)


def _with_direction(graph: Graph, directed: bool | None) -> Graph:
    """Reinterpret a graph as directed or, if it is symmetric, as undirected."""
    if directed is None or bool(directed) == graph.directed:
        return graph
    indptr, indices, weights, node_weights = graph._arrays
    if not directed:
        (indptr, indices, weights), _ = csr_from_csr(indptr, indices, weights, False)
    return Graph._trusted(indptr, indices, weights, node_weights, bool(directed), graph.names)


def _is_scipy_sparse(obj: Any) -> bool:
    """Recognise scipy sparse containers without importing scipy."""
    return type(obj).__module__.startswith("scipy.sparse") and hasattr(obj, "tocsr")


# -- matrices --------------------------------------------------------------------------------------


def graph_from_scipy(
    matrix: Any,
    *,
    directed: bool | None = None,
    node_weights: ArrayLike | None = None,
    names: ArrayLike | None = None,
) -> Graph:
    """See :meth:`Graph.from_scipy`."""
    if not _is_scipy_sparse(matrix):
        raise TypeError(f"expected a scipy sparse array or matrix, got {type(matrix).__name__}")
    _check_square(matrix.shape)
    if matrix.dtype.kind not in "biuf":
        raise TypeError(f"the matrix must hold real numbers, got dtype {matrix.dtype}")
    if matrix.dtype.kind == "b" or matrix.format not in ("csr", "coo"):
        matrix = matrix.tocsr()
    n = matrix.shape[0]
    if matrix.format == "coo":
        # Not by tocsr: it would sum repeated entries in a narrow dtype.
        return _graph_from_coo(
            n, matrix.row, matrix.col, matrix.data, directed, node_weights, names
        )
    if (at := _bad_entry(matrix.data)) is not None:
        row = int(np.searchsorted(matrix.indptr, at, side="right")) - 1
        _refuse_entry(matrix.data[at], row, int(matrix.indices[at]))
    csr, is_directed = csr_from_csr(matrix.indptr, matrix.indices, matrix.data, directed)
    return Graph._trusted(*csr, as_node_weights(node_weights, n), is_directed, as_names(names, n))


def _graph_from_coo(
    n: int,
    row: NDArray[Any],
    col: NDArray[Any],
    data: NDArray[Any] | None,
    directed: bool | None,
    node_weights: ArrayLike | None = None,
    names: ArrayLike | None = None,
) -> Graph:
    """Build a graph from the entries of its adjacency matrix."""
    if data is not None and (at := _bad_entry(data)) is not None:
        _refuse_entry(data[at], int(row[at]), int(col[at]))
    one_way = Graph.from_edges((row, col), data, n_nodes=n, directed=True)
    indptr, indices, weights, _ = one_way._arrays
    if not directed:
        directed = not is_symmetric(indptr, indices, weights, required=directed is False)
    return Graph._trusted(
        indptr, indices, weights, as_node_weights(node_weights, n), directed, as_names(names, n)
    )


def _bad_entry(data: NDArray[Any]) -> int | None:
    """Return the position of a negative, NaN or infinite entry, if there is one."""
    if data.size == 0 or data.dtype.kind not in "if" or (data.min() >= 0 and data.max() < np.inf):
        return None
    return int(np.argmin((data >= 0) & (data < np.inf)))


def _refuse_entry(value: Any, row: int, col: int) -> NoReturn:
    raise ValueError(
        f"edge weights must be finite and non-negative, got {value} for the entry ({row}, {col})"
    )


def _check_square(shape: tuple[int, ...]) -> None:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"an adjacency matrix must be square, got shape {shape}")


def _graph_from_array(obj: Any, directed: bool | None) -> Graph:
    """Read an ndarray or nested list as an adjacency matrix or as a list of edges."""
    array = np.asarray(obj)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"an array of a graph must hold real numbers, got dtype {array.dtype}")
    if array.ndim == 1 and array.size == 0:
        return Graph.from_edges(np.zeros((0, 2), np.int64), directed=bool(directed))
    tuples = isinstance(obj, list) and isinstance(obj[0], tuple)
    if array.ndim == 2 and array.shape[0] == array.shape[1] and not tuples:
        row, col = np.nonzero(array)
        return _graph_from_coo(len(array), row, col, array[row, col], directed)
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        hint = ""
        if array.ndim == 2 and array.shape[0] == 2:
            hint = "; for an edge_index of shape (2, m) use Graph.from_edge_index"
        raise ValueError(
            "an array of a graph must be square (an adjacency matrix) or have 2 or 3 columns "
            f"(source, target, weight), got shape {array.shape}{hint}"
        )
    ends = array[:, :2]
    if array.dtype.kind == "f":
        whole = ends == np.rint(ends)  # false for NaN, too
        if not (whole & (np.abs(ends) < 2.0**53)).all():
            at = int(np.argmin(whole.all(axis=1)))
            raise ValueError(
                f"node numbers must be integers, got {ends[at].tolist()} in row {at} of the edges"
            )
        ends = ends.astype(np.int64)
    weights = array[:, 2] if array.shape[1] == 3 else None
    return Graph.from_edges(ends, weights, directed=bool(directed))


# -- torch-geometric -------------------------------------------------------------------------------


def _to_numpy(values: Any) -> NDArray[Any]:
    """Bring an array or a tensor from wherever it lives to a numpy array."""
    if hasattr(values, "detach"):
        values = values.detach().cpu().numpy()
    return np.asarray(values)


def graph_from_edge_index(
    edge_index: Any,
    edge_weight: Any = None,
    *,
    num_nodes: int | None = None,
    directed: bool | None = False,
) -> Graph:
    """See :meth:`Graph.from_edge_index`; `directed` None decides by symmetry."""
    arcs = _to_numpy(edge_index)
    if arcs.ndim != 2 or arcs.shape[0] != 2:
        raise ValueError(
            f"edge_index must have shape (2, m), got {arcs.shape}; for an edge list of shape "
            "(m, 2) use Graph.from_edges"
        )
    row = as_index_vector(arcs[0], "edge_index")
    col = as_index_vector(arcs[1], "edge_index")
    weights = None
    if edge_weight is not None:
        weights = _to_numpy(edge_weight)
        if weights.shape == (len(row), 1):
            weights = weights[:, 0]
        if weights.shape != (len(row),):
            raise ValueError(f"edge_weight must have shape ({len(row)},), got {weights.shape}")
    if num_nodes is None:
        num_nodes = int(arcs.max(initial=-1)) + 1
    return _graph_from_coo(_node_count(num_nodes), row, col, weights, directed)


def graph_from_pyg(data: Any) -> Graph:
    """See :meth:`Graph.from_pyg`."""
    edge_index = getattr(data, "edge_index", None)
    if edge_index is None:
        raise ValueError(f"{type(data).__name__} has no edge_index")
    num_nodes = getattr(data, "num_nodes", None)
    return graph_from_edge_index(
        edge_index,
        getattr(data, "edge_weight", None),
        num_nodes=None if num_nodes is None else int(num_nodes),
        directed=None,
    )


# -- back ------------------------------------------------------------------------------------------


def graph_to_edges(
    graph: Graph,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any] | None]:
    """See :meth:`Graph.to_edges`."""
    from partwise.graph._kernels.subgraph import forward_edges

    indptr, indices, weights, _ = graph._arrays
    m = graph.n_edges
    src, dst = np.empty(m, np.int64), np.empty(m, np.int64)
    out_weights = None if weights is None else np.empty(m, weights.dtype)
    forward_edges(indptr, indices, weights, graph.directed, src, dst, out_weights)
    return src, dst, out_weights


def graph_to_scipy(graph: Graph, dtype: Any = None) -> csr_array:
    """See :meth:`Graph.to_scipy`."""
    from scipy.sparse import csr_array

    indptr, indices, weights, _ = graph._arrays
    if weights is None:
        data: NDArray[Any] = np.ones(len(indices), np.bool_ if dtype is None else dtype)
    else:
        data = weights.astype(weights.dtype if dtype is None else dtype)
    # scipy wants one dtype for both index arrays.
    small = len(indices) < 2**31 and indices.dtype == np.int32
    index = np.int32 if small else np.int64
    result = csr_array(
        (data, indices.astype(index), indptr.astype(index)), shape=(graph.n_nodes, graph.n_nodes)
    )
    result.has_canonical_format = True
    return result
