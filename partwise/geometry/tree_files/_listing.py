"""Trees from paths in a file: ``du``, ``find``, ``RECORD`` and other tables of paths."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TreeFormatError
from partwise.geometry._kernels.tree import own_of_totals
from partwise.geometry._paths import PathNodes
from partwise.geometry._tree import Internal, NodeError, Tree
from partwise.geometry.tree_files._columns import path_columns, read_head
from partwise.geometry.tree_files._table import Table, scan_delimited
from partwise.geometry.tree_files._text import TreeText

__all__ = ["tree_of_listing", "tree_of_path_table"]

_HINT = " (such as du -a and find -printf '%s\\t%p\\n' print; du -h rounds them)"


def tree_of_listing(
    text: TreeText, cumulative: bool | None, separator: str, duplicates: str, internal: Internal
) -> Tree:
    """Return the tree of lines of a size, a tab or spaces, and a path.

    Parameters
    ----------
    text : TreeText
    cumulative : bool or None
        Whether the size of a folder holds that of all below it. None: it does if every folder is
        at least as large as what is below it, and comes after that, or lines are sorted by size.
    separator, duplicates, internal
        See :func:`partwise.geometry.read_tree`.
    """
    first = re.search(rb"\S[^\n]*", text.buffer.data)
    delimiter = "\t" if first and b"\t" in first[0] else " "
    table = scan_delimited(text, 0, delimiter, 2, (0, 1), quotes=False, to_end=True)
    sizes = table.weights(0, _word_of(table, 1), may_be_empty=False, hint=_HINT)
    nodes = _nodes(table, 1, separator, True, "backslashreplace")
    if cumulative is None:
        cumulative = _is_cumulative(nodes, sizes)
    # Sizes in blocks are rounded up, each by less than one.
    return _tree(table, nodes, 1, sizes, duplicates, internal, cumulative, 1.0)


def tree_of_path_table(
    text: TreeText,
    columns: Sequence[int | str] | None,
    cumulative: bool,
    separator: str,
    duplicates: str,
    internal: Internal,
) -> Tree:
    """Return the tree of a table of paths and, if there are any, weights."""
    text.check_encoding()
    head = read_head(text)
    found, names = path_columns(head, columns, separator)
    start = head.next_line() if names else head.start
    table = scan_delimited(text, start, head.delimiter, head.width, found)
    if not len(table):
        raise TreeFormatError(text.name, None, "holds no path")
    weights = None
    if len(found) > 1:
        weights = table.weights(1, _word_of(table, 0), may_be_empty=True)
    nodes = _nodes(table, 0, separator, False, "strict")
    return _tree(table, nodes, 0, weights, duplicates, internal, cumulative, 0.0)


def _word_of(table: Table, column: int) -> Callable[[int], str]:
    return lambda row: repr(table.word(row, column))


def _nodes(table: Table, column: int, separator: str, join_top: bool, errors: str) -> PathNodes:
    starts, ends = table.places(column)
    empty = np.flatnonzero(starts == ends)
    if empty.size:
        raise table.error(int(empty[0]), "found no path")
    return PathNodes(table.text.buffer, starts, ends, separator, join_top=join_top, errors=errors)


def _tree(
    table: Table,
    nodes: PathNodes,
    column: int,
    weights: NDArray[np.float64] | None,
    duplicates: str,
    internal: Internal,
    cumulative: bool,
    slack: float,
) -> Tree:
    again = nodes.repeat()
    if again and duplicates == "error":
        raise table.error(
            again[1],
            f"found the path {table.word(again[1], column)!r} again, first on line "
            f"{table.line(again[0])}; duplicates='sum' adds up the weights",
        )
    try:
        return nodes.tree(weights, internal=internal, cumulative=cumulative, slack=slack)
    except NodeError as error:
        row = int(nodes.item_of[error.node])
        raise table.error(row, str(error)) from error


def _is_cumulative(nodes: PathNodes, sizes: NDArray[np.float64]) -> bool:
    """Tell whether a listing is of ``du`` rather than of ``find``."""
    parents, item_of = nodes.parents, nodes.item_of
    n = len(parents)
    inside = np.flatnonzero((parents >= 0) & (item_of >= 0))
    inside = inside[item_of[parents[inside]] >= 0]
    own = np.bincount(nodes.node_of, sizes, n)
    order = np.arange(n, dtype=np.int32)
    if own_of_totals(parents, order, item_of >= 0, own, 1.0, np.zeros(n)) >= 0:
        return False
    if (item_of[inside] < item_of[parents[inside]]).all():
        return True
    steps = np.diff(sizes)
    return bool((steps >= 0).all() or (steps <= 0).all())
