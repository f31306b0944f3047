"""Parquet files: a table of edges with columns src, dst and perhaps weight."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._assemble import graph_from_parsed
from partwise.graph.io._edgelist import Parsed
from partwise.graph.io._source import Place, name_of, open_output, read_all

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["read_parquet", "write_parquet"]

_KEY = b"partwise"
_NODES_KEY = b"partwise.nodes"


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            "Parquet files need pyarrow: pip install 'partwise[io]'", name="pyarrow"
        ) from error
    return pyarrow


def read_parquet(
    place: Place, *, directed: bool | None = None, weights: str = "auto", duplicates: str = "auto"
) -> Graph:
    """Read a graph from a table of edges; see :func:`partwise.graph.read_graph`."""
    pa = _pyarrow()
    name = name_of(place)
    data = read_all(place)[:-1]
    try:
        table = pa.parquet.read_table(pa.BufferReader(data), page_checksum_verification=True)
        table.validate(full=True)
        parsed = _parse(pa, table, weights)
    except (pa.ArrowException, ValueError, OSError, TypeError, OverflowError, KeyError) as error:
        raise GraphFormatError(name, None, f"no table of edges: {error}") from error
    del data, table
    return graph_from_parsed([parsed], name, directed=directed, duplicates=duplicates)


def _parse(pa: Any, table: Any, weights: str) -> Parsed:
    from partwise.graph._build import as_names, as_node_weights, as_weight_vector

    columns = table.column_names
    if columns.count("src") != 1 or columns.count("dst") != 1 or columns.count("weight") > 1:
        raise ValueError(f"expected columns src, dst and perhaps weight, found {columns}")
    values = None
    if weights == "auto" and "weight" in columns:
        values = as_weight_vector(_numpy(table["weight"], "weight"), "weight", len(table), "row")
    metadata = table.schema.metadata or {}
    facts = json.loads(metadata[_KEY]) if _KEY in metadata else {}
    if not isinstance(facts, dict):
        raise ValueError("its metadata under 'partwise' is no JSON object")
    node_table = None
    if _NODES_KEY in metadata:
        raw = base64.b64decode(metadata[_NODES_KEY], validate=True)
        node_table = pa.ipc.open_stream(raw).read_all()
        # Unlike Parquet's, this reader trusts the offsets of strings.
        node_table.validate(full=True)
    declared = node_weights = None
    if node_table is not None:
        if "id" in node_table.column_names:
            declared = as_names(_numpy(node_table["id"], "id"), len(node_table))
        if "weight" in node_table.column_names:
            node_weights = as_node_weights(_numpy(node_table["weight"], "weight"), len(node_table))
    src, dst = _numpy(table["src"], "src"), _numpy(table["dst"], "dst")
    src, dst, n_nodes, names = _number(src, dst, facts.get("n_nodes"), declared)
    if node_weights is not None and len(node_weights) != n_nodes:
        raise ValueError(f"{len(node_weights)} node weights for {n_nodes} nodes")
    return Parsed(n_nodes, src, dst, values, node_weights, names, bool(facts.get("directed")))


def _numpy(column: Any, name: str) -> NDArray[Any]:
    if column.null_count:
        raise ValueError(f"column {name} has {column.null_count} missing values")
    array: NDArray[Any] = np.asarray(column.to_numpy())
    if array.dtype.kind not in "iufbOU":
        raise ValueError(f"column {name} has type {column.type}, allowed are numbers and text")
    return array


def _number(
    src: NDArray[Any], dst: NDArray[Any], n_nodes: Any, declared: NDArray[Any] | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], int, NDArray[Any] | None]:
    """Give row numbers to ids: those declared in their order, else as in an edge list."""
    m = len(src)
    if declared is not None:
        row_of = {name: i for i, name in enumerate(declared.tolist())}
        if len(row_of) < len(declared):
            raise ValueError("a node is listed twice")
        try:
            ends = [np.array([row_of[x] for x in e.tolist()], np.int32) for e in (src, dst)]
        except KeyError as error:
            raise ValueError(f"an edge has the node {error}, which is not listed") from error
        return ends[0], ends[1], len(declared), declared
    if src.dtype.kind in "iu" and dst.dtype.kind in "iu":
        src, dst = src.astype(np.int64), dst.astype(np.int64)
        if n_nodes is not None:
            n = int(n_nodes)
            if not 0 <= n < 2**31:
                raise ValueError(f"n_nodes is {n}, allowed are 0 to {2**31 - 1}")
            if m and not (min(src.min(), dst.min()) >= 0 and max(src.max(), dst.max()) < n):
                raise ValueError(f"an id is outside 0 to {n - 1}")
            return src.astype(np.int32), dst.astype(np.int32), n, None
        if m == 0:
            return src.astype(np.int32), dst.astype(np.int32), 0, None
        from partwise.graph.io._relabel import rank_ids

        low, high = min(src.min(), dst.min()), max(src.max(), dst.max())
        rows, columns, ids = rank_ids(src, dst, int(low), int(high))
        plain = ids[0] == 0 and ids[-1] == len(ids) - 1
        return rows, columns, len(ids), None if plain else ids
    if src.dtype.kind == "f" or dst.dtype.kind == "f":
        raise ValueError("columns src and dst hold floating-point numbers, allowed are integers")
    order: dict[Any, int] = {}
    flat = [
        order.setdefault(x, len(order)) for pair in zip(src.tolist(), dst.tolist()) for x in pair
    ]
    pairs = np.array(flat, np.int32).reshape(-1, 2)
    names = np.empty(len(order), dtype=object)
    names[:] = [str(x) for x in order]
    if len(set(names.tolist())) < len(names):
        raise ValueError("columns src and dst mix text and numbers")
    return pairs[:, 0].copy(), pairs[:, 1].copy(), len(names), names


def write_parquet(graph: Graph, place: Place) -> None:
    """Write a graph as a table of edges; see :func:`partwise.graph.write_graph`."""
    pa = _pyarrow()
    src, dst, weights = graph.to_edges()
    ids: Any = None
    if graph.names is not None:
        if graph.names.dtype.kind == "i":
            ids = pa.array(graph.names)
        else:
            bad = next((name for name in graph.names if not isinstance(name, str)), None)
            if bad is not None:
                raise ValueError(f"Parquet files hold integers or text as names, found {bad!r}")
            ids = pa.array(graph.names.tolist(), pa.string())
        if len(set(graph.names.tolist())) < graph.n_nodes:
            raise ValueError("names must be distinct to be written as node ids")
    columns = {
        "src": pa.array(src) if ids is None else ids.take(pa.array(src)),
        "dst": pa.array(dst) if ids is None else ids.take(pa.array(dst)),
    }
    if weights is not None:
        columns["weight"] = pa.array(weights)
    metadata = {_KEY: json.dumps({"n_nodes": graph.n_nodes, "directed": graph.directed}).encode()}
    nodes = {} if ids is None else {"id": ids}
    if graph.node_weights is not None:
        nodes["weight"] = pa.array(graph.node_weights)
    if nodes:
        sink = io.BytesIO()
        node_table = pa.table(nodes)
        with pa.ipc.new_stream(sink, node_table.schema) as stream:
            stream.write_table(node_table)
        metadata[_NODES_KEY] = base64.b64encode(sink.getvalue())
    table = pa.table(columns).replace_schema_metadata(metadata)
    buffer = io.BytesIO()
    pa.parquet.write_table(table, buffer, write_page_checksum=True)
    with open_output(place) as file:
        file.write(buffer.getbuffer())
