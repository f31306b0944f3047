"""GraphML files, by networkx."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import numpy as np

from partwise.errors import GraphFormatError
from partwise.graph.io._source import Place, name_of, open_output, read_all

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = [
    "from_networkx_file",
    "prepare",
    "read_graphml",
    "with_integer_nodes",
    "write_graphml",
]

_PLAIN_INT = re.compile(r"0|-?[1-9][0-9]{0,18}")


def read_graphml(place: Place, *, directed: bool | None = None, weights: str = "auto") -> Graph:
    """Read a graph from GraphML; see :func:`partwise.graph.read_graph`."""
    import networkx as nx

    name = name_of(place)
    data = read_all(place)[:-1].tobytes()
    # networkx's reader raises nearly everything on malformed input: KeyError, AttributeError,
    # TypeError, ... all of them mean the same to the caller.
    try:
        graph = with_integer_nodes(nx.read_graphml(io.BytesIO(data)))
    except Exception as error:
        line = getattr(error, "position", (None,))[0]
        raise GraphFormatError(name, line, f"no GraphML: {_first_line(error)}") from error
    return from_networkx_file(graph, name, directed=directed, weights=weights)


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


def with_integer_nodes(graph: Any) -> Any:
    """Turn the nodes into integers if all look like integers and nothing says that they are text.

    The formats know ids as text only.
    """
    import networkx as nx

    if graph.graph.get("ids") == "text":
        return graph
    if not all(isinstance(node, str) and _PLAIN_INT.fullmatch(node) for node in graph):
        return graph
    number = {node: int(node) for node in graph}
    if any(not -(2**63) <= i < 2**63 for i in number.values()):
        return graph
    return nx.relabel_nodes(graph, number)


def from_networkx_file(graph: Any, name: str, *, directed: bool | None, weights: str) -> Graph:
    """Turn what networkx has read into a Graph.

    Attributes of the graph that :func:`prepare` sets are heeded: ``ids``, ``edgeweights`` and
    ``nodeweights``.
    """
    from partwise.graph._graph import Graph

    facts = graph.graph
    if directed is False and graph.is_directed():
        graph = graph.to_undirected(as_view=False)
    elif directed and not graph.is_directed():
        graph = graph.to_directed(as_view=False)
    try:
        result = Graph.from_networkx(
            graph,
            weight="weight" if weights == "auto" else None,
            node_weight="weight" if facts.get("nodeweights") in ("int64", "float64") else None,
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise GraphFormatError(name, None, str(error)) from error
    indptr, indices, values, node_weights = result._arrays
    if values is None and weights == "auto" and len(indices) == 0:
        # Without edges nothing else shows that the graph is weighted.
        dtype = facts.get("edgeweights")
        values = np.zeros(0, dtype) if dtype in ("int64", "float64") else None
    if node_weights is None and result.n_nodes == 0:
        dtype = facts.get("nodeweights")
        node_weights = np.zeros(0, dtype) if dtype in ("int64", "float64") else None
    names = result.names
    if names is None and facts.get("ids") == "int64":
        names = np.arange(result.n_nodes)
    elif names is not None and names.dtype == object:
        names = np.array([str(x) for x in names] + [None], dtype=object)[:-1]
    return Graph._trusted(indptr, indices, values, node_weights, result.directed, names)


def prepare(graph: Graph, format: str) -> Any:
    """Return the networkx graph to write, with what the format cannot tell as graph attributes."""
    if graph.names is not None and graph.names.dtype == object:
        for node in graph.names:
            if not isinstance(node, str) or not node or not _is_xml_text(node):
                raise ValueError(
                    f"{format} files hold integers or text without control characters as names, "
                    f"found {node!r}"
                )
    result = graph.to_networkx()
    if graph.names is not None:
        result.graph["ids"] = "int64" if graph.names.dtype.kind == "i" else "text"
    if graph.weights is not None:
        result.graph["edgeweights"] = str(graph.weights.dtype)
    if graph.node_weights is not None:
        result.graph["nodeweights"] = str(graph.node_weights.dtype)
    return result


def _is_xml_text(name: str) -> bool:
    # A carriage return or a line break in an XML attribute is read back as a space.
    return not re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", name)


def write_graphml(graph: Graph, place: Place) -> None:
    """Write a graph as GraphML; see :func:`partwise.graph.write_graph`."""
    import networkx as nx

    buffer = io.BytesIO()
    nx.write_graphml_xml(prepare(graph, "GraphML"), buffer)
    with open_output(place) as file:
        file.write(buffer.getbuffer())
