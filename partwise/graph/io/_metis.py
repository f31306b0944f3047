"""METIS graph files: line i holds the neighbours of node i.

Source: G. Karypis, METIS manual, version 5.1.0, section 4.1.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._rows import Rows, format_ragged, scan_rows
from partwise.graph.io._source import Place, open_output, read_text

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["read_metis", "write_metis"]

_FORMATS = ("0", "1", "10", "11", "100", "101", "110", "111")


def read_metis(place: Place, *, directed: bool | None = None, weights: str = "auto") -> Graph:
    """Read a METIS graph file; see :func:`partwise.graph.read_graph`."""
    from partwise.graph._graph import Graph

    if directed:
        raise ValueError("directed=True, but METIS files hold undirected graphs only")
    rows = scan_rows(read_text(place), skip_blank=False)
    first = 0
    while first < len(rows) and rows.row_ptr[first + 1] == 0:
        first += 1
    if first == len(rows):
        raise GraphFormatError(rows.text.name, 1, "expected a header 'nodes edges', found nothing")
    n, m, has_sizes, has_node_weights, has_weights = _read_header(rows, first)
    body = _body(rows, first + 1, n)

    src, dst, edge_weights, node_weights = _split(body, has_sizes, has_node_weights, has_weights)
    if len(src) != 2 * m:
        raise rows.error(
            first,
            f"the header says {m} edges, but the lines list {len(src)} neighbours, twice as many "
            f"as {len(src) / 2:g}",
        )
    csr = _canonical(body, n, src, dst, edge_weights)
    if weights == "none":
        csr = (csr[0], csr[1], None)
    return Graph._trusted(*csr, node_weights, False, None)


def _read_header(rows: Rows, first: int) -> tuple[int, int, bool, bool, bool]:
    """Return nodes, edges, and whether there are vertex sizes, vertex weights, edge weights."""
    header = rows.row(first).tolist()
    if not 2 <= len(header) <= 4:
        raise rows.error(
            first, f"expected a header 'nodes edges [fmt [ncon]]', found {len(header)} numbers"
        )
    n, m = header[:2]
    if not (0 <= n < 2**31 and 0 <= m < 2**62):
        raise rows.error(first, f"the header says {n} nodes and {m} edges, allowed are 0 or more")
    fmt = str(header[2]) if len(header) > 2 else "0"
    if fmt not in _FORMATS:
        raise rows.error(first, f"format code {fmt}, allowed are {', '.join(_FORMATS)}")
    sizes, node_weights, weights = (digit == "1" for digit in fmt.zfill(3))
    n_weights = header[3] if len(header) > 3 else int(node_weights)
    if n_weights != int(node_weights) and not (n_weights == 1 and not node_weights):
        raise rows.error(
            first,
            f"{n_weights} weights per vertex with format code {fmt}; partwise reads one weight per "
            "vertex, with a format code whose second digit is 1",
        )
    return n, m, sizes, node_weights, weights


def _body(rows: Rows, first: int, n: int) -> Rows:
    """Return the `n` rows from `first` on, after which only blank lines may follow."""
    if len(rows) - first < n:
        raise rows.error_at_end(
            f"the header says {n} nodes, but only {len(rows) - first} lines follow"
        )
    last = first + n
    if rows.row_ptr[-1] != rows.row_ptr[last]:
        surplus = int(np.argmax(rows.row_ptr > rows.row_ptr[last])) - 1
        raise rows.error(surplus, f"the header says {n} nodes, but there is one line more")
    start = rows.row_ptr[first]
    return Rows(
        rows.text,
        rows.values[start:],
        rows.row_ptr[first : last + 1] - start,
        rows.offsets[first:last],
    )


def _split(
    body: Rows, has_sizes: bool, has_node_weights: bool, has_weights: bool
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[Any] | None, NDArray[Any] | None]:
    """Return the arcs, their weights and the node weights of the rows."""
    from partwise.graph.io._kernels import adjacency as kernels

    n, n_values = len(body), len(body.values)
    src, dst = np.empty(n_values, np.int32), np.empty(n_values, np.int32)
    node_weights = np.empty(n, np.int64) if has_node_weights else None
    weights = np.empty(n_values, np.int64) if has_weights else None
    reason, count, found = kernels.split_adjacency(
        body.values, body.row_ptr, int(has_sizes), node_weights, weights, src, dst
    )
    if reason:
        raise body.error(
            count,
            {
                kernels.SHORT: f"{found} numbers, expected a vertex size or weight first",
                kernels.ODD: f"{found} numbers, expected pairs of a neighbour and a weight",
                kernels.BAD_NODE_WEIGHT: f"vertex weight {found}, allowed are integers >= 0",
                kernels.BAD_NEIGHBOUR: f"neighbour {found}, allowed are 1 to {n}",
                kernels.LOOP: f"node {found} is its own neighbour, which METIS files do not allow",
                kernels.BAD_EDGE_WEIGHT: f"edge weight {found}, allowed are integers >= 1",
            }[reason],
        )
    return src[:count], dst[:count], None if weights is None else weights[:count], node_weights


def _canonical(
    body: Rows,
    n: int,
    src: NDArray[np.int32],
    dst: NDArray[np.int32],
    weights: NDArray[Any] | None,
) -> tuple[NDArray[np.int64], NDArray[Any], NDArray[Any] | None]:
    """Sort the rows and check that every edge is there once, in both directions alike."""
    from partwise.graph._kernels.csr_checks import mend_symmetry
    from partwise.kernels.csr import DUPLICATES, csr_from_edges

    try:
        indptr, indices, data = csr_from_edges(
            n, src, dst, weights, False, DUPLICATES["sum" if weights is None else "error"]
        )
    except ValueError as error:
        raise GraphFormatError(body.text.name, None, f"counted from 0, {error}") from error
    short = np.diff(indptr) < np.bincount(src, minlength=n)
    if short.any():
        raise body.error(int(np.argmax(short)), "a neighbour is listed twice")
    u, v = mend_symmetry(indptr, indices, data, 0.0)
    if u >= 0:
        raise body.error(
            u,
            f"the edge between nodes {u + 1} and {v + 1} is not listed in both their lines with "
            "the same weight",
        )
    return indptr, indices, data


def write_metis(graph: Graph, place: Place) -> None:
    """Write a METIS graph file; see :func:`partwise.graph.write_graph`."""
    if graph.directed:
        raise ValueError("METIS files hold undirected graphs only, this graph is directed")
    if graph.has_self_loops:
        raise ValueError(
            "METIS files hold no self-loops, this graph has some; see Graph.without_self_loops"
        )
    if graph.names is not None:
        raise ValueError(
            "METIS files hold no names, this graph has some; names=False leaves them out"
        )
    weights = whole_numbers(graph.weights, "weights", "METIS")
    node_weights = whole_numbers(graph.node_weights, "node_weights", "METIS")
    fmt = 10 * (node_weights is not None) + (weights is not None)
    header = f"{graph.n_nodes} {graph.n_edges}" + (f" {fmt:03d}" if fmt else "") + "\n"

    columns = [graph.indices.astype(np.int64) + 1]
    row_ptr = graph.indptr
    if weights is not None:
        columns.append(weights)
        row_ptr = 2 * row_ptr
    values = np.stack(columns, axis=1).reshape(-1)
    if node_weights is not None:
        values = np.insert(values, row_ptr[:-1], node_weights)
        row_ptr = row_ptr + np.arange(len(row_ptr))
    with open_output(place) as file:
        file.write(header.encode())
        file.write(format_ragged(np.array(row_ptr), values))


def whole_numbers(weights: NDArray[Any] | None, name: str, format: str) -> NDArray[Any] | None:
    """Return weights as int64.

    Raises
    ------
    ValueError
        One is not a whole number below 2**63.
    """
    if weights is None or weights.dtype == np.int64:
        return weights
    bad = (weights != np.floor(weights)) | (weights >= 2.0**63)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"{format} files hold whole numbers, {name}[{at}] is {weights[at]}; scale and round "
            "them first"
        )
    return weights.astype(np.int64)
