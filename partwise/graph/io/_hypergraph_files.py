"""Reading and writing hypergraphs in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from partwise.graph.io._format import hypergraph_format
from partwise.graph.io._source import Place

if TYPE_CHECKING:
    from partwise.graph._hypergraph import Hypergraph

__all__ = ["read_hypergraph", "write_hypergraph"]


@overload
def read_hypergraph(path: Place, *, format: str | None = ..., fixed: None = ...) -> Hypergraph: ...
@overload
def read_hypergraph(
    path: Place, *, format: str | None = ..., fixed: Place
) -> tuple[Hypergraph, NDArray[np.int32]]: ...
def read_hypergraph(
    path: Place, *, format: str | None = None, fixed: Place | None = None
) -> Hypergraph | tuple[Hypergraph, NDArray[np.int32]]:
    r"""Read a hypergraph from a file.

    Parameters
    ----------
    path : str, path-like or binary file
        ``"-"`` is the standard input; gzip is recognised.
    format : {"hmetis", "matrixmarket"}, optional
        Default: by the suffix, else hMETIS. Rows of a matrix are nodes, columns are nets.
    fixed : str, path-like or binary file, optional
        A ``.fix`` file, with the block of each node or -1, to be read as well.

    Returns
    -------
    Hypergraph
        Or ``(hypergraph, blocks)`` if `fixed` is given, with blocks of shape (n_nodes,), int32.

    Raises
    ------
    GraphFormatError
        With the line at fault.
    OSError
        The file cannot be opened.

    Notes
    -----
    A pin that a net lists twice is one pin. Blank lines in hMETIS files are skipped.

    Examples
    --------
    >>> import io
    >>> read_hypergraph(io.BytesIO(b"2 4\n1 2 3\n3 4\n"))
    Hypergraph(n_nodes=4, n_nets=2, n_pins=5)
    """
    if hypergraph_format(path, format) == "hmetis":
        from partwise.graph.io._hmetis import read_hmetis as reader
    else:
        from partwise.graph.io._matrix_market import read_column_nets as reader
    hypergraph = reader(path)
    if fixed is None:
        return hypergraph
    from partwise.graph.io._partition import read_fixed

    return hypergraph, read_fixed(fixed, hypergraph.n_nodes)


def write_hypergraph(
    hypergraph: Hypergraph, path: Place, *, format: str | None = None, names: bool = True
) -> None:
    """Write a hypergraph to a file, so that :func:`read_hypergraph` gives an equal one.

    Parameters
    ----------
    hypergraph : Hypergraph
    path : str, path-like or binary file
        Written beside `path` and renamed; compressed if the name ends with ``.gz``.
    format : {"hmetis", "matrixmarket"}, optional
        As for :func:`read_hypergraph`.
    names : bool, default=True
        False leaves the names out.

    Raises
    ------
    ValueError
        The format cannot hold the hypergraph. hMETIS files: names, several weights per node,
        weights that are not whole numbers, nets without pins. Matrix Market files: names and
        weights.
    """
    from partwise.graph._hypergraph import Hypergraph

    if not isinstance(hypergraph, Hypergraph):
        raise TypeError(f"hypergraph must be a Hypergraph, got {type(hypergraph).__name__}")
    if not names and hypergraph.names is not None:
        hypergraph = Hypergraph._trusted(*hypergraph._arrays[:-1], None)
    if hypergraph_format(path, format) == "hmetis":
        from partwise.graph.io._hmetis import write_hmetis as writer
    else:
        from partwise.graph.io._matrix_market import write_column_nets as writer
    writer(hypergraph, path)
