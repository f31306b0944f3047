"""Trees from nested JSON, as d3 has them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TreeFormatError
from partwise.geometry._kernels.words import join_words
from partwise.geometry._paths import own_weights
from partwise.geometry._tree import Internal, NodeError, Tree, shown_path
from partwise.geometry.tree_files._kernels import json as kernels
from partwise.geometry.tree_files._text import TreeText, text_error

__all__ = ["tree_of_json"]

_KEYS = ("name", "children", "value", "size")


def tree_of_json(
    text: TreeText, columns: Sequence[int | str] | None, cumulative: bool, internal: Internal
) -> Tree:
    """Return the tree of an object with a name, children and a weight, all of them optional."""
    keys = _KEYS if columns is None else tuple(columns)
    if len(keys) < 2 or not all(isinstance(key, str) for key in keys):
        raise ValueError(
            "columns must be the keys of a node's name and children and, if there are, weights, "
            f"got {columns!r}"
        )
    text.check_encoding()
    buffer = text.buffer
    n_objects = int(np.count_nonzero(buffer == ord("{")))
    n_brackets = n_objects + int(np.count_nonzero(buffer == ord("[")))
    parents, weights = np.empty(n_objects, np.int32), np.empty(n_objects)
    places, numbers = np.empty((n_objects, 3), np.int64), np.empty((n_objects, 2), np.int64)
    packed = [str(key).encode() for key in keys]
    report = np.zeros(4, np.int64)
    n = kernels.scan_nodes(
        buffer,
        np.array(list(b"".join(packed)), np.uint8),
        np.cumsum([len(key) for key in packed]),
        np.array([0, 1, *[2] * (len(keys) - 2)]),
        np.array(list(b"truefalsenull"), np.uint8),
        parents,
        places,
        weights,
        numbers,
        np.empty((n_brackets, 3), np.int64),
        report,
    )
    up, own = parents[:n], weights[:n]

    def fault(kind: int, at: int, node: int) -> TreeFormatError:
        """Return the error that names line, reason and path of the node."""
        reason = _reason(text, kind, at)
        if kind not in (kernels.BAD_TOKEN, kernels.OPEN) and node >= 0:
            reason += f"; in node {shown_path(up, _names(text, places[:n]), node)}"
        return text_error(text, at, reason)

    if report[0]:
        raise fault(int(report[0]), int(report[1]), int(report[3]))
    if report[2]:
        for node in np.flatnonzero(np.isnan(own)).tolist():
            at = int(numbers[node, 1])
            own[node] = float(_token(text, at))
            if not 0.0 <= own[node] < np.inf:
                raise fault(kernels.NOT_WEIGHT, at, node)
    names = _names(text, places[:n])
    try:
        if cumulative:
            order = np.arange(n, dtype=np.int32)
            own = own_weights(up, order, numbers[:n, 1] >= 0, own, 0.0, names)
        return Tree(up, own, names, internal=internal)
    except NodeError as error:
        raise text_error(text, int(places[error.node, 0]), str(error)) from error


def _names(text: TreeText, places: NDArray[np.int64]) -> list[str]:
    """Return the names of nodes, ``""`` where there is none."""
    buffer = text.buffer
    starts, ends = np.maximum(places[:, 1], 0), np.maximum(places[:, 2], 0)
    quoted = (ends > starts) & (buffer[starts] == ord('"'))
    rows = np.zeros((len(places), 4), np.int64)
    rows[:, 2], rows[:, 3] = starts + quoted, ends - starts - 2 * quoted
    joined = join_words(buffer, rows).tobytes()
    names: list[str] = joined.decode("utf-8").split("\0")[:-1]
    if b"\\" in joined:
        for node, name in enumerate(names):
            if "\\" in name:
                # Halves of surrogate pairs that stand alone are no text.
                plain = json.loads(f'"{name}"')
                names[node] = plain.encode("utf-8", "replace").decode("utf-8")
    return names


def _reason(text: TreeText, fault: int, at: int) -> str:
    found = repr(_token(text, at)) if at < text.size - 1 else "the end of the text"
    reasons: dict[int, Any] = {
        kernels.BAD_TOKEN: f"found {found} where JSON allows no such thing",
        kernels.OPEN: "a bracket opens here that is not closed",
        kernels.NOT_NODE: f"found {found} as a node, allowed are objects",
        kernels.NOT_CHILDREN: f"found {found} as children, allowed are an array and null",
        kernels.NOT_NAME: f"found {found} as a name, allowed are a string, a number and null",
        kernels.NOT_WEIGHT: f"found {found} as a weight, allowed are finite numbers of at least 0 "
        "and null",
        kernels.TWICE: f"found {found} under a key that the node has already",
    }
    return str(reasons[fault])


def _token(text: TreeText, at: int) -> str:
    """Return what stands at byte `at`, cut to a readable length."""
    head = text.buffer[at : at + 60].tobytes().decode("utf-8", "replace")
    if head[0] in "{[}]:,":
        return head[0]
    if head[0] == '"':
        end = head.find('"', 1)
        return head[: end + 1] if end > 0 else head
    for i, character in enumerate(head):
        if character in ',:]}{[" \t\r\n':
            return head[: max(i, 1)]
    return head
