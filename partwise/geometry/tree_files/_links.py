"""Trees from rows that link a node to its parent: tables of ids and parents, edge lists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TreeFormatError
from partwise.geometry._kernels.words import join_words, number_words
from partwise.geometry._paths import own_weights
from partwise.geometry._tree import Internal, NodeError, Tree, shown_path
from partwise.geometry.tree_files._columns import parent_columns, read_head
from partwise.geometry.tree_files._table import Table, scan_delimited, scan_separated
from partwise.geometry.tree_files._text import TreeText, load_text
from partwise.graph.io._source import Place

__all__ = ["tree_of_edges", "tree_of_parents"]


def tree_of_parents(
    text: TreeText, columns: Sequence[int | str] | None, cumulative: bool, internal: Internal
) -> Tree:
    """Return the tree of a table with a node in each row."""
    text.check_encoding()
    head = read_head(text)
    found, names = parent_columns(head, columns)
    start = head.next_line() if names else head.start
    wanted = [column for column in found if column is not None]
    table = scan_delimited(text, start, head.delimiter, head.width, wanted)
    if not len(table):
        raise TreeFormatError(text.name, None, "holds no node")
    parents = _parents(table)
    called = _column_words(table, 0 if found[3] is None else len(wanted) - 1)
    weights = None
    if found[2] is not None:
        weights = table.weights(2, lambda row: shown_path(parents, called, row), may_be_empty=True)
    try:
        return _tree(parents, weights, called, cumulative, internal)
    except NodeError as error:
        raise table.error(error.node, str(error)) from error


def tree_of_edges(
    text: TreeText, weights: Place | None, duplicates: str, cumulative: bool, internal: Internal
) -> Tree:
    """Return the tree of lines of a parent and a child, with weights from another file."""
    text.check_encoding()
    table = scan_separated(text, 2, "a parent and a child")
    n_edges = len(table)
    if not n_edges:
        raise TreeFormatError(text.name, None, "holds no edge")
    starts, ends = table.starts.ravel(), table.ends.ravel()  # parent, child, parent, ...
    numbers = np.empty(2 * n_edges, np.int32)
    rows = number_words(text.buffer, starts, ends, numbers)
    n = len(rows)
    above, child = numbers[::2], numbers[1::2]
    parents, row_of = np.full(n, -1, np.int64), np.full(n, -1, np.int64)
    row_of[child[::-1]] = np.arange(n_edges - 1, -1, -1)
    again = np.flatnonzero(row_of[child] != np.arange(n_edges))
    if again.size:
        row = int(again[0])
        first = int(row_of[child[row]])
        raise table.error(
            row,
            f"found {table.word(row, 0)!r} as parent of {table.word(row, 1)!r}, which has "
            f"{table.word(first, 0)!r} by line {table.line(first)}, allowed is one parent",
        )
    parents[child] = above
    called = join_words(text.buffer, rows).tobytes().decode("utf-8").split("\0")[:-1]
    # A node without a parent is one: its first line says so.
    tops = np.flatnonzero(parents < 0)[:2]
    _check_roots(table, np.array([np.argmax(above == top) for top in tops], np.int64), 0)
    own = None
    if weights is not None:
        own = _weights_of(load_text(weights), text, rows, parents, called, duplicates)
        is_leaf = np.ones(n, bool)
        is_leaf[above] = False
        bare = np.flatnonzero(np.isnan(own) & is_leaf)
        if bare.size:
            node = int(bare[0])
            raise table.error(
                int(row_of[node]),
                f"leaf {shown_path(parents, called, node)} has no weight in the other file",
            )
        own = np.nan_to_num(own)
    try:
        return _tree(parents, own, called, cumulative, internal)
    except NodeError as error:
        raise table.error(int(row_of[error.node]), str(error)) from error


def _tree(
    parents: NDArray[np.int64],
    weights: NDArray[np.float64] | None,
    names: list[str],
    cumulative: bool,
    internal: Internal,
) -> Tree:
    """Return the tree; without weights leaves weigh 1 each."""
    if weights is None:
        own = np.ones(len(parents))
        own[parents[parents >= 0]] = 0.0
    elif cumulative:
        shape = Tree(parents, np.zeros(len(parents)), names)
        given = np.ones(len(parents), bool)
        own = own_weights(shape.parents.copy(), shape.order.copy(), given, weights, 0.0, names)
    else:
        own = weights
    return Tree(parents, own, names, internal=internal)


def _parents(table: Table) -> NDArray[np.int64]:
    """Return the row of the parent in each row, -1 for the root."""
    n, buffer = len(table), table.text.buffer
    (ids, id_ends), (above, above_ends) = table.places(0), table.places(1)
    empty = np.flatnonzero(ids == id_ends)
    if empty.size:
        raise table.error(int(empty[0]), "found no id")
    numbers = np.empty(2 * n, np.int32)
    number_words(
        buffer, np.concatenate((ids, above)), np.concatenate((id_ends, above_ends)), numbers
    )
    again = np.flatnonzero(numbers[:n] != np.arange(n))
    if again.size:
        row, first = int(again[0]), int(numbers[again[0]])
        raise table.error(
            row,
            f"found the id {table.word(row, 0)!r} again, first on line {table.line(first)}, "
            "allowed are different ids",
        )
    parents = numbers[n:].astype(np.int64)
    unknown = parents >= n
    is_root = above == above_ends
    if not is_root.any():
        minus = unknown & (above_ends - above == 2)
        is_root = minus & (buffer[above] == ord("-"))
        is_root[is_root] = buffer[above[is_root] + 1] == ord("1")
    lost = np.flatnonzero(unknown & ~is_root)
    if lost.size:
        row = int(lost[0])
        raise table.error(
            row,
            f"found the parent {table.word(row, 1)!r} of {table.word(row, 0)!r}, expected an id "
            "that some row has, or nothing for the root",
        )
    parents[is_root] = -1
    _check_roots(table, np.flatnonzero(is_root), 0)
    return parents


def _check_roots(table: Table, rows: NDArray[np.int64], column: int) -> None:
    if rows.size == 0:
        raise TreeFormatError(
            table.text.name, None, "found no root, expected one row without a parent"
        )
    if rows.size > 1:
        raise table.error(
            int(rows[1]),
            f"found the root {table.word(int(rows[1]), column)!r} beside "
            f"{table.word(int(rows[0]), column)!r}, allowed is one node without a parent",
        )


def _column_words(table: Table, column: int) -> list[str]:
    starts, ends = table.places(column)
    rows = np.zeros((len(table), 4), np.int64)
    rows[:, 2], rows[:, 3] = starts, ends - starts
    words: list[str] = join_words(table.text.buffer, rows).tobytes().decode("utf-8").split("\0")
    return words[:-1]


def _weights_of(
    text: TreeText,
    edges: TreeText,
    rows: NDArray[np.int64],
    parents: NDArray[np.int64],
    names: list[str],
    duplicates: str,
) -> NDArray[np.float64]:
    """Return the weights of nodes, NaN where the file has none."""
    text.check_encoding()
    table = scan_separated(text, 2, "a node and its weight")
    n, shift = len(names), edges.size
    # Words of both files, in one buffer, so that equal ones get the same number.
    starts, ends = table.places(0)
    numbers = np.empty(n + len(table), np.int32)
    number_words(
        np.concatenate((edges.buffer, text.buffer)),
        np.concatenate((rows[:, 2], starts + shift)),
        np.concatenate((rows[:, 2] + rows[:, 3], ends + shift)),
        numbers,
    )
    node_of = numbers[n:]
    unknown = np.flatnonzero(node_of >= n)
    if unknown.size:
        row = int(unknown[0])
        raise table.error(row, f"found the node {table.word(row, 0)!r}, which is in no edge")
    values = table.weights(
        1, lambda row: shown_path(parents, names, int(node_of[row])), may_be_empty=False
    )
    first = np.full(n, -1, np.int64)
    first[node_of[::-1]] = np.arange(len(table) - 1, -1, -1)
    again = np.flatnonzero(first[node_of] != np.arange(len(table)))
    if again.size and duplicates == "error":
        row = int(again[0])
        raise table.error(
            row,
            f"found the node {table.word(row, 0)!r} again, first on line "
            f"{table.line(int(first[node_of[row]]))}; duplicates='sum' adds up the weights",
        )
    own: NDArray[np.float64] = np.bincount(node_of, values, n).astype(np.float64)
    own[first < 0] = np.nan
    return own
