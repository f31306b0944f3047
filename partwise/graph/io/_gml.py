"""GML files, by networkx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from partwise.errors import GraphFormatError
from partwise.graph.io._graphml import from_networkx_file, prepare, with_integer_nodes
from partwise.graph.io._source import Place, open_output, read_text
from partwise.graph.io._text import chunks_of

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["read_gml", "write_gml"]

_OPENING = re.compile(r"^(\s*graph\s*\[)", re.MULTILINE)
_LINE = re.compile(r"\bline (\d+)|\((\d+), *\d+\)")


def read_gml(place: Place, *, directed: bool | None = None, weights: str = "auto") -> Graph:
    """Read a graph from GML; see :func:`partwise.graph.read_graph`."""
    text = read_text(place)
    chunks_of(text).raise_first(None)
    content = text.buffer.tobytes().decode("utf-8")
    # GML proper is ASCII with the entities of HTML; networkx insists on it.
    content = content.encode("ascii", "xmlcharrefreplace").decode("ascii")
    if not re.search(r"\bmultigraph\s+[01]\b", content):
        # Files in the wild repeat edges without saying that they do. On the same line, so that
        # line numbers stay right.
        content = _OPENING.sub(r"\1 multigraph 1 ", content, count=1)
    graph = _parse(content, text.name)
    return from_networkx_file(graph, text.name, directed=directed, weights=weights)


def _parse(content: str, name: str) -> Any:
    """Parse GML; nodes are named by their labels if these are distinct, else by their ids."""
    import networkx as nx

    failure: Exception | None = None
    for label in ("label", "id"):
        # networkx's parser raises nearly everything on malformed input.
        try:
            graph = nx.parse_gml(content.split("\n"), label=label)
            return with_integer_nodes(_with_number_weights(graph))
        except Exception as error:
            failure = failure or error
    reason = (str(failure) or type(failure).__name__).splitlines()[0]
    match = _LINE.search(reason)
    line = int(match[1] or match[2]) if match else None
    raise GraphFormatError(name, line, f"no GML: {reason}") from failure


def _with_number_weights(graph: Any) -> Any:
    """Turn weights into numbers that are written as text, as integers beyond 32 bits are."""
    for records in (graph.nodes(data=True), graph.edges(data=True)):
        for *_, attributes in records:
            weight = attributes.get("weight")
            if isinstance(weight, str) and re.fullmatch(r"-?[0-9]{1,19}", weight):
                attributes["weight"] = int(weight)
    return graph


def write_gml(graph: Graph, place: Place) -> None:
    """Write a graph as GML; see :func:`partwise.graph.write_graph`."""
    import networkx as nx

    lines = "\n".join(nx.generate_gml(prepare(graph, "GML"))) + "\n"
    with open_output(place) as file:
        file.write(lines.encode("ascii"))
