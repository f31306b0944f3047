"""Graph files and the files beside them: node weights, and labels by row or by id."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.graph import Graph

__all__ = ["read_blocks", "read_input", "read_some_blocks", "read_types", "rows_of"]


def read_input(
    source: str, format: str | None, weights: str = "auto", *, directed: bool | None = None
) -> Graph:
    """Read a graph with the weights that ``--weights`` asks for: auto, none, or a file's.

    Parameters
    ----------
    source, format : str
    weights : str
    directed : bool, optional
        Whether its edges have directions; by default what the file says.
    """
    from partwise.graph import Graph, read_graph
    from partwise.graph.io import read_node_weights

    graph = read_graph(
        source,
        format=format,
        directed=directed,
        weights="none" if weights == "none" else "auto",
    )
    if weights == "auto" or (weights == "none" and graph.node_weights is None):
        return graph
    node_weights = None if weights == "none" else read_node_weights(weights, graph.n_nodes)
    indptr, indices, edge_weights, _ = graph._arrays
    return Graph._trusted(indptr, indices, edge_weights, node_weights, graph.directed, graph.names)


def read_blocks(graph: Graph, path: str) -> NDArray[Any]:
    """Return the block of every row of `graph` from a partition file of either kind."""
    from partwise.graph.io import read_labels, read_partition

    if path == "-" or not _has_ids(path):
        return read_partition(path, graph.n_nodes)
    return _of_all_rows(graph, path, *read_labels(path))


def _of_all_rows(graph: Graph, path: str, ids: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    """Return labels given by id in the order of the rows, each of which must have one."""
    import numpy as np

    from partwise.errors import GraphFormatError

    rows, labels = _by_row(graph, path, ids, labels)
    if len(rows) < graph.n_nodes:
        at = int(np.argmin(np.bincount(rows, minlength=graph.n_nodes)))
        name = at if graph.names is None else graph.names[at]
        raise GraphFormatError(path, None, f"has no label for node {name!r}, allowed is one")
    ordered = np.empty(graph.n_nodes, dtype=labels.dtype)
    ordered[rows] = labels
    return ordered


def read_some_blocks(graph: Graph, path: str) -> NDArray[Any]:
    """Return the block of the rows of `graph` that have one, and -1 for the others.

    Without ids every row has its line, with ids only those that are named need one.
    """
    import numpy as np

    from partwise.graph.io import read_fixed, read_labels

    if path == "-" or not _has_ids(path):
        return read_fixed(path, graph.n_nodes)
    rows, labels = _by_row(graph, path, *read_labels(path))
    ordered = np.full(graph.n_nodes, -1, dtype=labels.dtype)
    ordered[rows] = labels
    return ordered


def read_types(graph: Graph, path: str) -> tuple[NDArray[Any], list[str]]:
    """Return the type of every row of `graph`, 0 or 1, and what the two are called.

    A type is any word; the file has id, tab and type on each line, or types by row. Numbers are
    ordered by value, words by alphabet. Blank lines, and without ids comments, do not count.

    Raises
    ------
    GraphFormatError
        A node has no type or two, an id is unknown, or there are not two types.
    """
    import numpy as np

    from partwise.errors import GraphFormatError
    from partwise.graph.io._source import read_text

    text = read_text(path)
    with_ids = path != "-" and _has_ids(path)
    lines = text.buffer.tobytes().decode("utf-8", "replace").split("\n")
    rows: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if not line.strip() or (not with_ids and line.lstrip()[0] in "#%"):
            continue
        name, tab, kind = line.rpartition("\t")
        if with_ids and not (tab and kind.strip()):
            raise GraphFormatError(text.name, number, f"expected 'id<TAB>type', found {line!r}")
        rows.append((name, kind.strip()))
    kinds = np.array([kind for _, kind in rows], dtype=object)
    if with_ids:
        kinds = _of_all_rows(graph, path, np.array([name for name, _ in rows], object), kinds)
    elif len(kinds) != graph.n_nodes:
        reason = f"expected {graph.n_nodes} lines, one per node, found {len(kinds)}"
        raise GraphFormatError(text.name, None, reason)
    names = sorted(set(kinds.tolist()))
    if len(names) != 2:
        some = ", ".join(map(repr, names[:3])) + (", ..." if len(names) > 3 else "")
        found = f"{len(names)} ({some})" if names else "none"
        raise GraphFormatError(text.name, None, f"must hold two types, found {found}")
    if all(re.fullmatch(r"-?[0-9]{1,18}", name) for name in names):
        names.sort(key=int)
    return (kinds == names[1]).astype(np.int8), names


def _has_ids(path: str) -> bool:
    """Tell whether the first line of a file has two fields: an id and a block."""
    with open(path, "rb") as file:
        head = file.read(65536)
    for line in head.split(b"\n")[:-1] or [head]:
        if line.strip() and line.lstrip()[:1] not in (b"#", b"%"):
            return len(line.split(b"\t")) > 1 or len(line.split()) == 2
    return False


def _by_row(
    graph: Graph, path: str, ids: NDArray[Any], labels: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the row of every id, none of them twice, and the labels."""
    import numpy as np

    from partwise.errors import GraphFormatError

    rows = rows_of(graph, ids)
    if (rows < 0).any():
        unknown = ids[int(np.argmin(rows))]
        raise GraphFormatError(path, None, f"has id {unknown!r}, which is no node of the graph")
    counts = np.bincount(rows, minlength=graph.n_nodes)
    if (counts > 1).any():
        at = int(np.argmax(counts))
        name = at if graph.names is None else graph.names[at]
        raise GraphFormatError(
            path, None, f"has {counts[at]} labels for node {name!r}, allowed is one"
        )
    return rows, labels


def rows_of(graph: Graph, ids: NDArray[Any]) -> NDArray[Any]:
    """Return the row of every id as it stands in the graph's file, -1 where there is none.

    Parameters
    ----------
    graph : Graph
    ids : ndarray of shape (m,)
        Integers, or an object array of text.
    """
    import numpy as np

    n = graph.n_nodes
    names = np.arange(n) if graph.names is None else graph.names
    if names.dtype.kind == "O":
        row_of = {name: row for row, name in enumerate(names.tolist())}
        return np.array([row_of.get(str(i), -1) for i in ids.tolist()], dtype=np.int64)
    if ids.dtype.kind == "O":  # only what is written as its number is that number
        exact = [bool(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", i)) for i in ids.tolist()]
        known = np.flatnonzero(exact)
        rows = np.full(len(ids), -1, dtype=np.int64)
        rows[known] = rows_of(graph, ids[known].astype(np.int64))
        return rows
    if n == 0:
        return np.full(len(ids), -1, dtype=np.int64)
    order = np.argsort(names, kind="stable")
    at = np.minimum(np.searchsorted(names, ids, sorter=order), n - 1)
    found = order[at]
    return np.where(names[found] == ids, found, -1)
