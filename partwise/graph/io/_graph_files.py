"""Reading and writing graphs in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partwise.graph._build import DUPLICATES
from partwise.graph.io._format import graph_format
from partwise.graph.io._source import Place

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["read_graph", "write_graph"]


def read_graph(
    path: Place,
    *,
    format: str | None = None,
    directed: bool | None = None,
    weights: str = "auto",
    duplicates: str = "auto",
) -> Graph:
    r"""Read a graph from a file.

    Parameters
    ----------
    path : str, path-like or binary file
        ``"-"`` is the standard input. Gzip is recognised by its first bytes, whatever the name.
    format : {"edgelist", "metis", "matrixmarket", "npz", "parquet", "graphml", "gml"}, optional
        Default: by the suffix (``.graph``, ``.mtx``, ``.npz``, ``.parquet``, ``.graphml``,
        ``.gml``; ``.gz`` after it does not count), else an edge list.
    directed : bool, optional
        Whether an edge has a direction. None: what the file says. An edge list without a
        ``# directed`` line is undirected; a Matrix Market or npz matrix that does not say is
        undirected if it is symmetric. A METIS file is always undirected.
    weights : {"auto", "none"}, default="auto"
        "none" reads the edges and ignores their weights, negative ones included.
    duplicates : {"auto", "sum", "first", "max", "min", "error"}, default="auto"
        What to do with an edge that occurs more than once: "auto" sums weights and takes
        unweighted edges once; "sum" makes the number of occurrences the weight of an unweighted
        edge. Only edge lists and Parquet files know repeated edges; matrices sum them, and METIS
        files must not have any.

    Returns
    -------
    Graph

    Raises
    ------
    GraphFormatError
        The file does not hold a graph of this format; the message has the line where the format
        has lines.
    OSError
        The file cannot be opened.
    ValueError
        An argument makes no sense.
    ImportError
        Parquet without pyarrow.

    Notes
    -----
    **Edge lists.** A line holds two ids and perhaps a weight, separated by any mixture of spaces,
    tabs, commas and carriage returns. Lines that start with ``#`` or ``%`` are comments, as is the
    rest of a line after a field that starts so; blank lines and further columns are skipped. The
    text is UTF-8.

    The nodes are the ids that occur. If the first id is an integer all must be integers of 64 bits,
    and rows are ordered by id; else ids are words, and rows are in order of first appearance.
    ``names`` holds the ids, and is None if they are exactly 0, 1, 2...

    The graph is weighted if the third field of the first edge is a number; then every edge needs
    one, finite and not negative. Weight 0 means that there is no edge, though its nodes are there.
    Weights are int64 if all are written as integers, else float64. Lines as networkx writes them,
    ``u v {}`` and ``u v {'weight': 3}``, are understood.

    A line ``# nodes: N`` before the first edge says that ids are the rows 0 to N - 1, which is how
    isolated nodes are kept; see :func:`write_graph`.

    **METIS.** Vertex sizes are read and ignored, more than one weight per vertex is an error.
    **Matrix Market, npz.** Rows and columns are nodes; explicit zeros are absent edges.
    **GML, GraphML.** Read by networkx, hence slowly. In GML files, names are the labels if these
    are distinct, else the ids.

    An edge list is parsed by all threads, in O(size) time, with about as much memory as the text
    and the graph together; the result does not depend on the number of threads.

    Examples
    --------
    >>> import io
    >>> graph = read_graph(io.BytesIO(b"# a triangle and a tail\n7 8\n8,9\n9\t7\n9 12\n"))
    >>> graph.n_nodes, graph.n_edges
    (4, 4)
    >>> graph.names.tolist()
    [7, 8, 9, 12]
    """
    if weights not in ("auto", "none"):
        raise ValueError(f"weights must be 'auto' or 'none', got {weights!r}")
    if duplicates not in DUPLICATES:
        raise ValueError(f"duplicates must be one of {', '.join(DUPLICATES)}, got {duplicates!r}")
    options: dict[str, Any] = {"directed": directed, "weights": weights}
    kind = graph_format(path, format)
    if kind == "edgelist":
        from partwise.graph.io._edgelist import read_edge_list

        return read_edge_list(path, duplicates=duplicates, **options)
    if kind == "parquet":
        from partwise.graph.io._parquet import read_parquet

        return read_parquet(path, duplicates=duplicates, **options)
    if kind == "metis":
        from partwise.graph.io._metis import read_metis as reader
    elif kind == "matrixmarket":
        from partwise.graph.io._matrix_market import read_matrix_market as reader
    elif kind == "npz":
        from partwise.graph.io._npz import read_npz as reader
    elif kind == "graphml":
        from partwise.graph.io._graphml import read_graphml as reader
    else:
        from partwise.graph.io._gml import read_gml as reader
    return reader(path, **options)


def write_graph(
    graph: Graph, path: Place, *, format: str | None = None, names: bool = True
) -> None:
    """Write a graph to a file, so that :func:`read_graph` gives an equal one.

    Parameters
    ----------
    graph : Graph
    path : str, path-like or binary file
        ``"-"`` is the standard output. A name that ends with ``.gz`` is compressed. A file is
        written beside `path` and renamed, so that there is a whole file or none.
    format : str, optional
        As for :func:`read_graph`.
    names : bool, default=True
        False leaves the names out and numbers the nodes instead.

    Raises
    ------
    ValueError
        The format cannot hold the graph. METIS files: directed graphs, self-loops, weights that are
        not whole numbers, names. Matrix Market files: names, node weights. Text formats: names that
        are neither integers nor text; see the message.
    OSError
        The file cannot be written.

    Notes
    -----
    Edge lists get comment lines for what else there is to say: ``# nodes: N``, ``# directed``, and
    ``# node: ID [WEIGHT]`` for each node if the nodes have names or weights.

    Examples
    --------
    >>> import io
    >>> from partwise.graph import Graph
    >>> file = io.BytesIO()
    >>> write_graph(Graph.from_edges([(0, 1), (1, 2)], n_nodes=4), file)
    >>> print(file.getvalue().decode())
    # nodes: 4
    0 1
    1 2
    <BLANKLINE>
    """
    from partwise.graph._graph import Graph

    if not isinstance(graph, Graph):
        raise TypeError(f"graph must be a Graph, got {type(graph).__name__}; see as_graph")
    kind = graph_format(path, format)
    if not names and graph.names is not None:
        graph = Graph._trusted(*graph._arrays, graph.directed, None)
    if kind == "edgelist":
        from partwise.graph.io._edgelist import write_edge_list as writer
    elif kind == "parquet":
        from partwise.graph.io._parquet import write_parquet as writer
    elif kind == "metis":
        from partwise.graph.io._metis import write_metis as writer
    elif kind == "matrixmarket":
        from partwise.graph.io._matrix_market import write_matrix_market as writer
    elif kind == "npz":
        from partwise.graph.io._npz import write_npz as writer
    elif kind == "graphml":
        from partwise.graph.io._graphml import write_graphml as writer
    else:
        from partwise.graph.io._gml import write_gml as writer
    writer(graph, path)
