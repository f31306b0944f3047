"""Matrix Market files, by scipy.

Source of the format: R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market Exchange Formats,
NIST IR 5935 (1996), doi 10.6028/NIST.IR.5935.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from partwise.errors import GraphFormatError
from partwise.graph.io._edgelist import write_pairs
from partwise.graph.io._source import Place, Text, open_output, read_text
from partwise.graph.io._text import chunks_of

if TYPE_CHECKING:
    from partwise.graph._graph import Graph
    from partwise.graph._hypergraph import Hypergraph

__all__ = ["read_column_nets", "read_matrix_market", "write_column_nets", "write_matrix_market"]


def _read_matrix(place: Place) -> tuple[Any, str, str, str]:
    """Return a COO matrix, its field, its symmetry, and the name of the file."""
    import io

    from scipy.io import mmread

    text = read_text(place)
    chunks_of(text).raise_first(None)
    field, symmetry, rows, columns, entries = _read_header(text)
    data = text.buffer.tobytes()
    # A promise of more entries than there are bytes would only be found out after allocating them.
    if entries > len(data):
        raise GraphFormatError(
            text.name, None, f"the header says {entries} entries, but the file is shorter than that"
        )
    if max(rows, columns) >= 2**31:
        raise GraphFormatError(
            text.name, None, f"a matrix of {rows} by {columns}, allowed are sides below 2**31"
        )
    try:
        matrix = mmread(io.BytesIO(data), spmatrix=False)
    except (ValueError, OverflowError, IndexError, TypeError, MemoryError) as error:
        match = re.match(r"Line (\d+): *(.*)", str(error), re.DOTALL)
        line, reason = (int(match[1]), match[2]) if match else (None, str(error))
        raise GraphFormatError(text.name, line, reason) from error
    if isinstance(matrix, np.ndarray):
        from scipy.sparse import coo_array

        matrix = coo_array(matrix)
    if len(matrix.row) and not (
        min(matrix.row.min(), matrix.col.min()) >= 0
        and matrix.row.max() < matrix.shape[0]
        and matrix.col.max() < matrix.shape[1]
    ):
        raise GraphFormatError(text.name, None, "an entry lies outside the matrix")
    return matrix, field, symmetry, text.name


def _read_header(text: Text) -> tuple[str, str, int, int, int]:
    """Return field, symmetry, rows, columns and the number of entries."""
    banner = text.line_at(0).lower().split()
    if len(banner) != 5 or banner[0] != "%%matrixmarket" or banner[1] != "matrix":
        raise GraphFormatError(
            text.name, 1, "expected '%%MatrixMarket matrix FORMAT FIELD SYMMETRY' on the first line"
        )
    layout, field, symmetry = banner[2:]
    if field == "complex" or symmetry == "hermitian":
        raise GraphFormatError(text.name, 1, "a complex matrix, allowed are real ones")
    pattern = re.compile(rb"^[ \t\r]*+([^%\s][^\n]*)", re.MULTILINE)
    match = pattern.search(text.buffer.data)
    sizes = match[1].split() if match else []
    n_sizes = 2 if layout == "array" else 3
    if len(sizes) != n_sizes or not all(word.isdigit() for word in sizes):
        at = match.start(1) if match else max(len(text.buffer) - 1, 0)
        raise text.error(at, f"expected {n_sizes} integers, the sizes of the matrix")
    rows, columns, *entries = map(int, sizes)
    return field, symmetry, rows, columns, entries[0] if entries else rows * columns // 2


def read_matrix_market(
    place: Place, *, directed: bool | None = None, weights: str = "auto"
) -> Graph:
    """Read a square matrix as a graph; see :func:`partwise.graph.read_graph`."""
    from partwise.graph._graph import Graph

    matrix, field, symmetry, name = _read_matrix(place)
    if matrix.shape[0] != matrix.shape[1]:
        raise GraphFormatError(
            name,
            None,
            f"a matrix of {matrix.shape[0]} by {matrix.shape[1]} is no graph; see read_hypergraph",
        )
    if field == "pattern" or weights == "none":
        matrix.data = matrix.data != 0
    elif len(matrix.data) and not matrix.data.min() >= 0:
        raise GraphFormatError(
            name,
            None,
            f"the matrix holds {matrix.data.min()}, allowed are weights >= 0; weights='none' reads "
            "its pattern",
        )
    if directed is None and symmetry == "symmetric":
        directed = False
    try:
        return Graph.from_scipy(matrix, directed=directed)
    except ValueError as error:
        raise GraphFormatError(name, None, str(error)) from error


def read_column_nets(place: Place) -> Hypergraph:
    """Read a matrix as the hypergraph whose nodes are its rows and whose nets are its columns."""
    from partwise.graph._hypergraph import Hypergraph

    matrix, _, _, _ = _read_matrix(place)
    return Hypergraph.from_scipy(matrix)


def write_matrix_market(graph: Graph, place: Place) -> None:
    """Write the adjacency matrix; see :func:`partwise.graph.write_graph`."""
    for what, values in (("names", graph.names), ("node weights", graph.node_weights)):
        if values is not None:
            hint = "; names=False leaves them out" if what == "names" else ""
            raise ValueError(f"Matrix Market files hold no {what}, this graph has some{hint}")
    src, dst, weights = graph.to_edges()
    if graph.directed and _is_symmetric(graph):
        raise ValueError(
            "Matrix Market files do not tell a directed graph with a symmetric matrix from an "
            "undirected one"
        )
    field = "pattern" if weights is None else "integer" if weights.dtype.kind == "i" else "real"
    # A symmetric matrix is stored by its lower triangle, so the larger number is the row.
    rows, columns = (src, dst) if graph.directed else (dst, src)
    symmetry = "general" if graph.directed else "symmetric"
    with open_output(place) as file:
        _write_head(file, field, symmetry, graph.n_nodes, graph.n_nodes, len(rows))
        write_pairs(file, rows + 1, columns + 1, weights)


def _is_symmetric(graph: Graph) -> bool:
    from partwise.graph._kernels.csr_checks import mend_symmetry

    indptr, indices, weights, _ = graph._arrays
    tried = None if weights is None else weights.copy()
    u, _ = mend_symmetry(indptr, indices, tried, 0.0)
    return bool(u < 0)


def write_column_nets(hypergraph: Hypergraph, place: Place) -> None:
    """Write the incidence matrix; see :func:`partwise.graph.write_hypergraph`."""
    for what in ("names", "net_weights", "node_weights"):
        if getattr(hypergraph, what) is not None:
            raise ValueError(f"Matrix Market files hold no {what} of a hypergraph, it has some")
    sizes = np.diff(hypergraph.net_indptr)
    nets = np.repeat(np.arange(len(sizes)), sizes)
    with open_output(place) as file:
        _write_head(
            file, "pattern", "general", hypergraph.n_nodes, hypergraph.n_nets, hypergraph.n_pins
        )
        write_pairs(file, hypergraph.net_pins.astype(np.int64) + 1, nets + 1, None)


def _write_head(
    file: BinaryIO | Any, field: str, symmetry: str, rows: int, columns: int, entries: int
) -> None:
    banner = f"%%MatrixMarket matrix coordinate {field} {symmetry}\n"
    file.write(f"{banner}{rows} {columns} {entries}\n".encode())
