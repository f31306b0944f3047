"""From the arrays of a file to a graph, with faults told as faults of the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from partwise.errors import GraphFormatError

if TYPE_CHECKING:
    from partwise.graph._graph import Graph
    from partwise.graph.io._edgelist import Parsed

__all__ = ["graph_from_parsed"]


def graph_from_parsed(
    parsed: list[Parsed], name: str, *, directed: bool | None, duplicates: str
) -> Graph:
    """Build the graph of an edge list.

    Parameters
    ----------
    parsed : list of one Parsed
        It is taken out of the list, so that its arrays are freed as early as possible.
    name : str
        The file, for messages.
    directed : bool or None
        None for what the file says.
    duplicates : str
        A value of ``read_graph``.
    """
    from partwise.graph._graph import Graph
    from partwise.kernels.csr import DUPLICATES, csr_from_edges

    edges = parsed.pop()
    is_directed = edges.directed if directed is None else bool(directed)
    weights = edges.weights
    if weights is None and duplicates == "sum":
        weights = np.ones(len(edges.src), np.int64)
    n, names, node_weights = edges.n_nodes, edges.names, edges.node_weights
    ends = [edges.dst, edges.src]
    del edges
    code = DUPLICATES["sum" if duplicates == "auto" else duplicates]
    try:
        csr = csr_from_edges(n, ends.pop(), ends.pop(), weights, not is_directed, code)
    except ValueError as error:
        raise GraphFormatError(name, None, str(error)) from error
    if csr[2] is not None and csr[2].dtype.kind == "f" and not np.isfinite(csr[2].max(initial=0)):
        raise GraphFormatError(name, None, "the weights of a repeated edge sum to infinity")
    return Graph._trusted(*csr, node_weights, is_directed, names)
