"""Edge lists: one edge per line, two ids and perhaps a weight.

What partwise adds to the format stands in comments before the first edge, so that other programs
read the files too; each is on a line of its own after ``#``:

``nodes: N``
    The number of nodes. Integer ids then are row numbers from 0 to N - 1, unless ``node:`` lines
    name the nodes.
``node: ID [WEIGHT]``
    A node, in row order, isolated or not, and its weight. Nodes that have no such line come after
    those that have one.
``directed``
    The edges have a direction.
``ids: text`` or ``ids: int64``
    Ids are words even if they look like integers; or they are integers to be kept as names even if
    they are 0, 1, 2...
``edge weights: int64|float64``, ``node weights: int64|float64``
    There are weights, even if no edge or no node shows it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._source import Place, Text, open_output, read_text
from partwise.graph.io._text import CHUNK, Edges, scan_edges, scan_named_edges, word_error

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["Parsed", "parse_edge_list", "read_edge_list", "write_edge_list", "write_pairs"]

_BLOCK = 1 << 20  # edges formatted at a time
_FIRST_EDGE = re.compile(rb"^[ \t\r,\v\f]*+[^#%\s,]", re.MULTILINE)
_NUMBER = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_WEIGHT = re.compile(rf"({_NUMBER}|[+-]?(?:nan|inf|infinity))(?=$|[#%}}])", re.IGNORECASE)
_IN_DICT = re.compile(r"""(['"])weight\1[ ,]*:[ ,]*""")

_DIRECTIVE = re.compile(
    rb"^[ \t]*#[ \t]*(?:(nodes|ids|edge weights|node weights):[ \t]*([^\s]+)|(directed))[ \t\r]*$",
    re.MULTILINE,
)
_NODE = re.compile(rb"^[ \t]*#[ \t]*node:[ \t]*([^\s]+)(?:[ \t]+([^\s]+))?[ \t\r]*$", re.MULTILINE)
_BAD_NAME = re.compile(r"^[#%]|[ \t\r\n\v\f,\0]|^$")


@dataclass
class Parsed:
    """An edge list with rows instead of ids.

    Attributes
    ----------
    n_nodes : int
    src, dst : ndarray of shape (m,), int32
    weights : ndarray of shape (m,), int64 or float64, or None
    node_weights : ndarray of shape (n_nodes,) or None
    names : ndarray of shape (n_nodes,), int64 or object, or None
    directed : bool
        What the file says.
    """

    n_nodes: int
    src: NDArray[np.int32]
    dst: NDArray[np.int32]
    weights: NDArray[Any] | None
    node_weights: NDArray[Any] | None
    names: NDArray[Any] | None
    directed: bool


@dataclass
class _Header:
    """What the comments before the first edge say; see the module."""

    n_nodes: int | None = None
    directed: bool = False
    ids: str | None = None
    edge_weights: str | None = None
    node_weights: str | None = None
    declared: list[bytes] | None = None
    declared_weights: list[bytes] | None = None


def read_edge_list(
    place: Place,
    *,
    directed: bool | None = None,
    weights: str = "auto",
    duplicates: str = "auto",
    chunk: int = CHUNK,
) -> Graph:
    """Read a graph from an edge list; see :func:`partwise.graph.read_graph`."""
    from partwise.graph.io._assemble import graph_from_parsed

    text = read_text(place)
    parsed = parse_edge_list(text, weights=weights, chunk=chunk)
    name = text.name
    del text  # the bytes of the file make room for the graph
    # The arrays are handed over, so that they can be freed while the graph is built.
    return graph_from_parsed([parsed], name, directed=directed, duplicates=duplicates)


def parse_edge_list(text: Text, *, weights: str = "auto", chunk: int = CHUNK) -> Parsed:
    """Parse an edge list and number its nodes.

    Parameters
    ----------
    text : Text
    weights : {"auto", "none"}
    chunk : int
        Bytes of text that one task scans.
    """
    match = _FIRST_EDGE.search(text.buffer.data)
    start = match.start() if match else len(text.buffer)
    header = _read_header(text, start)
    first = _fields(text.line_at(match.end() - 1)) if match else []
    mode = header.edge_weights or _weight_mode(first)
    if weights == "none":
        mode = None
    if header.ids == "text" or (header.ids is None and not _is_integer(first, header)):
        return _with_words(text, start, mode, header)
    edges = scan_edges(text, start, mode, chunk)
    return _with_integers(text, edges, header)


def _fields(line: str) -> list[str]:
    return [field for field in re.split(r"[ \t,\r\v\f]+", line) if field]


def _is_integer(first: list[str], header: _Header) -> bool:
    """Tell whether the first id, or failing that the first declared one, is an integer."""
    if first:
        return re.match(r"-?[0-9]+(?=$|[#%])", first[0]) is not None
    declared = header.declared
    return not declared or re.fullmatch(rb"-?[0-9]+", declared[0]) is not None


def _weight_mode(first: list[str]) -> str | None:
    """Return the dtype of weights that the first edge asks for, or None."""
    if len(first) < 3:
        return None
    field = first[2]
    if field.startswith("{"):
        match = _IN_DICT.search(" ".join(first[2:]))
        if match is None:
            return None
        field = " ".join(first[2:])[match.end() :].partition(" ")[0]
    match = _WEIGHT.match(field)
    if match is None:
        return None
    return "int64" if re.fullmatch(r"[+-]?[0-9]+", match[1]) else "float64"


def _read_header(text: Text, end: int) -> _Header:
    header = _Header()
    comments = text.buffer[:end].tobytes()
    if b":" not in comments and b"directed" not in comments:
        return header
    for match in _DIRECTIVE.finditer(comments):
        key, value = match[1], (match[2] or b"").decode("utf-8", "replace")
        if match[3]:
            header.directed = True
        elif key == b"nodes":
            if not value.isdecimal() or int(value) >= 2**63:
                continue  # a remark in the words of somebody else
            header.n_nodes = int(value)
        elif key == b"ids" and value in ("text", "int64"):
            header.ids = value
        elif key == b"edge weights" and value in ("int64", "float64"):
            header.edge_weights = value
        elif key == b"node weights" and value in ("int64", "float64"):
            header.node_weights = value
    nodes = _NODE.findall(comments)
    if nodes:
        header.declared = [name for name, _ in nodes]
        weighted = [weight for _, weight in nodes if weight]
        if weighted:
            if len(weighted) < len(nodes):
                at = next(i for i, (_, weight) in enumerate(nodes) if not weight)
                raise _node_error(text, comments, at, "has no weight, but others have")
            header.declared_weights = weighted
    return header


def _node_error(text: Text, comments: bytes, at: int, what: str) -> GraphFormatError:
    match = next(m for i, m in enumerate(_NODE.finditer(comments)) if i == at)
    name = match[1].decode("utf-8", "replace")
    return text.error(match.start(1), f"node {name!r} {what}")


def _declared_weights(text: Text, header: _Header, n_nodes: int) -> NDArray[Any] | None:
    """Return the node weights of the header as an array of shape (n_nodes,)."""
    given = header.declared_weights
    if given is None:
        if header.node_weights is not None and n_nodes == 0:
            return np.zeros(0, header.node_weights)
        return None
    if len(given) != n_nodes:
        raise GraphFormatError(
            text.name, None, f"'# node:' lines give {len(given)} weights for {n_nodes} nodes"
        )
    whole = header.node_weights != "float64" and all(word.isdigit() for word in given)
    try:
        result = np.array(given, dtype="S").astype(np.int64 if whole else np.float64)
        if not (result.min() >= 0 and result.max() < np.inf):
            raise ValueError
    except (ValueError, OverflowError):
        comments = text.buffer.tobytes()
        for i, word in enumerate(given):
            if not re.fullmatch(rb"[+]?" + _NUMBER[5:].encode(), word) or not (
                float(word) < (2**63 if whole else np.inf)
            ):
                shown = word.decode("utf-8", "replace")
                raise _node_error(
                    text, comments, i, f"has weight {shown!r}, allowed are numbers >= 0"
                ) from None
        raise
    return result


def _with_integers(text: Text, edges: Edges, header: _Header) -> Parsed:
    declared = None
    if header.declared is not None:
        declared = _declared_integers(text, header.declared)
    if declared is None and header.n_nodes is not None:
        return _with_row_numbers(text, edges, header.n_nodes, header)

    from partwise.graph.io._relabel import rank_ids

    src, dst, weights = edges.src, edges.dst, edges.weights
    smallest, largest = edges.smallest, edges.largest
    edges.src = edges.dst = np.zeros(0, np.int32)
    if len(src):
        src, dst, ids = rank_ids(src, dst, smallest, largest)
    else:
        src, dst, ids = src.astype(np.int32), dst.astype(np.int32), np.zeros(0, np.int64)
    if declared is not None:
        order = np.argsort(declared, kind="stable")
        at = np.searchsorted(declared, ids, sorter=order)
        row = order[np.minimum(at, len(order) - 1)] if len(order) else np.zeros(0, np.int64)
        known = declared[row] == ids
        row[~known] = len(declared) + np.arange(np.count_nonzero(~known))
        src, dst = row.astype(np.int32)[src], row.astype(np.int32)[dst]
        ids = np.concatenate([declared, ids[~known]])
    _check_count(text, header, len(ids))
    plain = header.ids is None and _counts_up(ids)
    names = None if plain else ids
    node_weights = _declared_weights(text, header, len(ids))
    return Parsed(len(ids), src, dst, weights, node_weights, names, header.directed)


def _counts_up(ids: NDArray[np.int64]) -> bool:
    """Tell whether the ids are 0, 1, 2..."""
    if len(ids) == 0:
        return True
    if ids[0] != 0 or ids[-1] != len(ids) - 1:
        return False
    return bool((ids == np.arange(len(ids))).all())


def _declared_integers(text: Text, declared: list[bytes]) -> NDArray[np.int64]:
    try:
        ids = np.array(declared, dtype="S").astype(np.int64)
    except (ValueError, OverflowError):
        comments = text.buffer.tobytes()
        at = next(
            i
            for i, name in enumerate(declared)
            if not re.fullmatch(rb"-?[0-9]+", name) or not -(2**63) <= int(name) < 2**63
        )
        raise _node_error(text, comments, at, "is no 64-bit integer, as the first id is") from None
    order = np.argsort(ids, kind="stable")
    again = ids[order[1:]] == ids[order[:-1]]
    if again.any():
        at = int(order[1:][again].min())
        raise _node_error(text, text.buffer.tobytes(), at, "is declared twice")
    return ids


def _with_row_numbers(text: Text, edges: Edges, n_nodes: int, header: _Header) -> Parsed:
    if n_nodes >= 2**31:
        raise GraphFormatError(
            text.name, None, f"'# nodes: {n_nodes}', allowed in text files are fewer than 2**31"
        )
    if edges.smallest < 0 or edges.largest >= n_nodes:
        # The first line with an id out of range is the first line with that very id.
        pairs = np.stack([edges.src, edges.dst], axis=1)
        bad = (pairs < 0) | (pairs >= n_nodes)
        row = int(np.argmax(bad.any(axis=1)))
        outside = int(pairs[row, np.argmax(bad[row])])
        raise word_error(
            text,
            str(outside),
            f"node id {outside}, allowed after '# nodes: {n_nodes}' are 0 to {n_nodes - 1}",
        )
    src = edges.src.astype(np.int32, copy=False)
    dst = edges.dst.astype(np.int32, copy=False)
    node_weights = _declared_weights(text, header, n_nodes)
    names = np.arange(n_nodes) if header.ids == "int64" else None
    return Parsed(n_nodes, src, dst, edges.weights, node_weights, names, header.directed)


def _check_count(text: Text, header: _Header, n_nodes: int) -> None:
    if header.n_nodes is not None and header.n_nodes != n_nodes:
        raise GraphFormatError(
            text.name,
            None,
            f"'# nodes: {header.n_nodes}', but {n_nodes} nodes occur; isolated ones need a line "
            "'# node: ID'",
        )


def _with_words(text: Text, start: int, mode: str | None, header: _Header) -> Parsed:
    src, dst, weights, words = scan_named_edges(text, start, mode)
    if header.declared is not None:
        order = {name.decode("utf-8"): i for i, name in enumerate(header.declared)}
        if len(order) < len(header.declared):
            seen: set[bytes] = set()
            for i, name in enumerate(header.declared):
                if name in seen:
                    raise _node_error(text, text.buffer.tobytes(), i, "is declared twice")
                seen.add(name)
        rows = np.array([order.setdefault(word, len(order)) for word in words], np.int32)
        src, dst, words = rows[src], rows[dst], list(order)
    _check_count(text, header, len(words))
    names = np.empty(len(words), dtype=object)
    names[:] = words
    node_weights = _declared_weights(text, header, len(words))
    return Parsed(len(words), src, dst, weights, node_weights, names, header.directed)


def write_edge_list(graph: Graph, place: Place) -> None:
    """Write a graph as an edge list; see :func:`partwise.graph.write_graph`."""
    header = [f"# nodes: {graph.n_nodes}"]
    if graph.directed:
        header.append("# directed")
    for kind, values in (("edge", graph.weights), ("node", graph.node_weights)):
        if values is not None:
            header.append(f"# {kind} weights: {values.dtype}")
    words = None
    if graph.names is not None:
        header.append(f"# ids: {'int64' if graph.names.dtype.kind == 'i' else 'text'}")
        words = node_words(graph)
    if words is not None or graph.node_weights is not None:
        ids = words if words is not None else [str(i) for i in range(graph.n_nodes)]
        if graph.node_weights is None:
            header += [f"# node: {name}" for name in ids]
        else:
            weighted = zip(ids, graph.node_weights.tolist())
            header += [f"# node: {name} {weight!r}" for name, weight in weighted]
    src, dst, weights = graph.to_edges()
    with open_output(place) as file:
        file.write(("\n".join(header) + "\n").encode())
        write_pairs(file, src, dst, weights, graph.names, words)


def write_pairs(
    file: IO[bytes],
    src: NDArray[np.int64],
    dst: NDArray[np.int64],
    weights: NDArray[Any] | None,
    names: NDArray[Any] | None = None,
    words: list[str] | None = None,
) -> None:
    """Write lines of two numbers, or the names or words of two rows, and perhaps a weight."""
    for lo in range(0, len(src), _BLOCK):
        block = slice(lo, lo + _BLOCK)
        part = None if weights is None else weights[block]
        file.write(_format_edges(src[block], dst[block], part, names, words))


def node_words(graph: Graph) -> list[str]:
    """Return the names as words of an edge list.

    Raises
    ------
    ValueError
        A name is no text, occurs twice, or holds white space, a comma or a leading # or %.
    """
    assert graph.names is not None
    names = graph.names.tolist()
    if graph.names.dtype.kind == "O":
        for name in names:
            if not isinstance(name, str):
                raise ValueError(
                    f"an edge list holds integers or text as names, this graph has {name!r}"
                )
            if _BAD_NAME.search(name):
                raise ValueError(
                    f"an edge list cannot hold the name {name!r}: allowed is text without white "
                    "space, commas and NULs that does not start with # or %"
                )
    elif len(names) and graph.names.min() == -(2**63):
        raise ValueError(f"an edge list holds integer names above -2**63, found {-(2**63)}")
    if len(set(names)) < len(names):
        raise ValueError("names must be distinct to be written as node ids")
    return [str(name) for name in names]


def _format_edges(
    src: NDArray[np.int64],
    dst: NDArray[np.int64],
    weights: NDArray[Any] | None,
    names: NDArray[Any] | None,
    words: list[str] | None,
) -> bytes:
    as_integers = names is None or names.dtype.kind == "i"
    if as_integers and (weights is None or weights.dtype.kind == "i"):
        from partwise.graph.io._rows import format_ragged

        if names is not None:
            src, dst = names[src], names[dst]
        columns = [src, dst] if weights is None else [src, dst, weights]
        table = np.stack(columns, axis=1).astype(np.int64)
        row_ptr = np.arange(0, table.size + 1, table.shape[1])
        return format_ragged(row_ptr, table.reshape(-1))
    if words is None:
        fields = [map(str, src.tolist()), map(str, dst.tolist())]
    else:
        fields = [map(words.__getitem__, ends.tolist()) for ends in (src, dst)]
    if weights is not None:
        fields.append(map(repr, weights.tolist()))
    return ("\n".join(map(" ".join, zip(*fields))) + "\n").encode()
