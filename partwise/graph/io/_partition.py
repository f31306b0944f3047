"""Partition files, label tables, fixed blocks and node weights."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._rows import format_ragged, scan_rows
from partwise.graph.io._source import Place, open_output, read_text
from partwise.graph.io._text import chunks_of

__all__ = [
    "read_fixed",
    "read_labels",
    "read_node_weights",
    "read_partition",
    "write_labels",
    "write_partition",
]


def read_partition(path: Place, n_nodes: int | None = None) -> NDArray[np.int32]:
    r"""Read the block of each node, one per line, as METIS writes them.

    Parameters
    ----------
    path : str, path-like or binary file
    n_nodes : int, optional
        How many lines there must be.

    Returns
    -------
    ndarray of shape (n_nodes,), int32

    Raises
    ------
    GraphFormatError
        A line holds anything but one integer >= 0, or there are too few or too many lines. Blank
        lines and lines that start with ``%`` or ``#`` do not count.

    Examples
    --------
    >>> import io
    >>> read_partition(io.BytesIO(b"0\n1\n1\n")).tolist()
    [0, 1, 1]
    """
    return _one_per_line(path, n_nodes, 0)


def read_fixed(path: Place, n_nodes: int | None = None) -> NDArray[np.int32]:
    """Read the block that each node must be in, -1 where it is free; see :func:`read_partition`."""
    return _one_per_line(path, n_nodes, -1)


def _one_per_line(path: Place, n_nodes: int | None, least: int) -> NDArray[np.int32]:
    rows = scan_rows(read_text(path), skip_blank=True)
    lengths = np.diff(rows.row_ptr)
    wrong = lengths != 1
    wrong[~wrong] = (rows.values[rows.row_ptr[:-1][~wrong]] < least) | (
        rows.values[rows.row_ptr[:-1][~wrong]] >= 2**31
    )
    if wrong.any():
        at = int(np.argmax(wrong))
        row = rows.row(at).tolist()
        what = f"{len(row)} numbers, expected one" if len(row) != 1 else f"block {row[0]}, allowed"
        extra = "" if len(row) != 1 else f" are {least} to {2**31 - 1}"
        raise rows.error(at, what + extra)
    if n_nodes is not None and len(rows) != n_nodes:
        reason = f"expected {n_nodes} lines, one per node, found {len(rows)}"
        raise rows.error(n_nodes, reason) if len(rows) > n_nodes else rows.error_at_end(reason)
    return rows.values.astype(np.int32)


def write_partition(labels: ArrayLike, path: Place) -> None:
    """Write the block of each node, one per line.

    Parameters
    ----------
    labels : array-like of int, shape (n_nodes,)
        Blocks from 0 on; -1 is allowed, so that the file can say which nodes are fixed.
    path : str, path-like or binary file
    """
    array = _label_array(labels)
    with open_output(path) as file:
        file.write(format_ragged(np.arange(len(array) + 1), array))


def _label_array(labels: ArrayLike) -> NDArray[np.int64]:
    array = np.asarray(labels)
    if array.ndim != 1:
        raise ValueError(f"labels must be one-dimensional, got shape {array.shape}")
    if array.size and array.dtype.kind not in "iu":
        raise TypeError(f"labels must hold integers, got dtype {array.dtype}")
    if array.size and not (array.min() >= -1 and array.max() < 2**31):
        bad = array[(array < -1) | (array >= 2**31)][0]
        raise ValueError(f"labels holds {bad}, allowed are -1 to {2**31 - 1}")
    return array.astype(np.int64)


def read_labels(path: Place) -> tuple[NDArray[Any], NDArray[np.int32]]:
    """Read a table of node ids and labels, ``id<TAB>label``, without a header.

    Returns
    -------
    ids : ndarray of shape (n,)
        int64 if all ids are integers, else an object array of text.
    labels : ndarray of shape (n,), int32

    Raises
    ------
    GraphFormatError
        A line has no tab, or no integer after the last tab.
    """
    text = read_text(path)
    chunks_of(text).raise_first(None)
    lines = text.buffer.tobytes().decode("utf-8").split("\n")
    ids, labels = [], []
    for number, line in enumerate(lines, 1):
        line = line.removesuffix("\r")
        if not line:
            continue
        name, tab, label = line.rpartition("\t")
        if not tab:
            raise GraphFormatError(text.name, number, f"expected 'id<TAB>label', found {line!r}")
        if not re.fullmatch(r"-?[0-9]+", label) or not -(2**31) <= int(label) < 2**31:
            raise GraphFormatError(
                text.name, number, f"expected a label of 32 bits after the tab, found {label!r}"
            )
        ids.append(name)
        labels.append(label)
    # Only ids that come out as they went in are numbers: "007" stays a word.
    whole = all(re.fullmatch(r"0|-?[1-9][0-9]{0,17}", name) for name in ids)
    names = np.array(ids, dtype=np.int64) if whole else np.array(ids, dtype=object)
    return names, np.array(labels, dtype=np.int32)


def write_labels(ids: ArrayLike | None, labels: ArrayLike, path: Place) -> None:
    """Write a table of node ids and labels, ``id<TAB>label``, without a header.

    Parameters
    ----------
    ids : array-like of shape (n,), or None
        None for 0, 1, 2...
    labels : array-like of int, shape (n,)
    path : str, path-like or binary file

    Raises
    ------
    ValueError
        An id holds a tab or a line break, or there are not as many ids as labels.
    """
    array = _label_array(labels)
    if ids is None:
        words = [str(i) for i in range(len(array))]
    else:
        given = ids.tolist() if isinstance(ids, np.ndarray) else list(ids)  # type: ignore[arg-type]
        if len(given) != len(array):
            raise ValueError(f"ids must hold {len(array)} entries, one per label, got {len(given)}")
        words = [str(name) for name in given]
        bad = next((word for word in words if re.search(r"[\t\n\r\0]|^$", word)), None)
        if bad is not None:
            raise ValueError(f"ids holds {bad!r}, allowed is text without tabs and line breaks")
    with open_output(path) as file:
        rows = map("%s\t%d\n".__mod__, zip(words, array.tolist()))
        file.write("".join(rows).encode())


def read_node_weights(
    path: Place, n_nodes: int | None = None
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Read a weight for each node, one number per line.

    Returns
    -------
    ndarray of shape (n_nodes,)
        int64 if all are written as integers, else float64.

    Raises
    ------
    GraphFormatError
        A line holds anything but one finite number >= 0, or there are too few or too many lines.
        Blank lines and lines that start with ``%`` or ``#`` do not count.
    """
    text = read_text(path)
    chunks_of(text).raise_first(None)
    words, numbers = [], []
    for number, line in enumerate(text.buffer.tobytes().decode("utf-8").split("\n"), 1):
        word = line.strip(" \t\r")
        if word and word[0] not in "#%":
            words.append(word)
            numbers.append(number)
    whole = all(word.isdecimal() and word.isascii() for word in words)
    for number, word in zip(numbers, words):
        if not _is_weight(word, whole):
            reason = f"expected one finite number >= 0, found {word!r}"
            raise GraphFormatError(text.name, number, reason)
    if n_nodes is not None and len(words) != n_nodes:
        raise GraphFormatError(
            text.name, None, f"expected {n_nodes} weights, one per node, found {len(words)}"
        )
    values = np.array(words, dtype=object)
    return values.astype(np.int64) if whole else values.astype(np.float64)


def _is_weight(word: str, whole: bool) -> bool:
    if whole:
        return int(word) < 2**63
    try:
        return "_" not in word and 0 <= float(word) < np.inf
    except ValueError:
        return False
