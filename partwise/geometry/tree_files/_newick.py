"""Trees from texts in Newick's format."""

from __future__ import annotations

import numpy as np

from partwise.geometry._kernels.words import join_words
from partwise.geometry._tree import Internal, NodeError, Tree
from partwise.geometry.tree_files._kernels import newick as kernels
from partwise.geometry.tree_files._text import TreeText, text_error
from partwise.graph.io._source import Text

__all__ = ["tree_of_newick", "tree_of_newick_text"]

_REASONS = {
    kernels.OUT_OF_PLACE: "found {} where it cannot be",
    kernels.OPEN_QUOTE: "a quote starts here that does not end",
    kernels.OPEN_COMMENT: "a comment starts here that does not end",
    kernels.OPEN_PARENTHESIS: "a parenthesis opens here that is not closed",
    kernels.NO_PARENT: "found {} outside of all parentheses",
    kernels.BAD_LENGTH: "found {} as branch length, allowed are finite numbers",
    kernels.NO_END: "found no semicolon, expected one at the end of the tree",
    kernels.AFTER_END: "found {} after the semicolon, allowed is one tree",
}


def tree_of_newick_text(text: str, lengths: bool, internal: Internal) -> Tree:
    """Return the tree of a string; see :meth:`Tree.from_newick`."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    content = bytearray(text.encode("utf-8", "replace") + b"\n")
    whole = TreeText(Text(np.frombuffer(content, np.uint8), "<newick>"))
    return tree_of_newick(whole, lengths, internal)


def tree_of_newick(text: TreeText, lengths: bool, internal: Internal) -> Tree:
    """Return the tree of a text; see :meth:`Tree.from_newick`."""
    text.check_encoding()
    buffer = text.buffer
    marks = np.bincount(buffer, minlength=256)
    room = int(1 + marks[ord("(")] + marks[ord(",")])
    parents, values = np.empty(room, np.int32), np.empty(room)
    places, report = np.empty((room, 4), np.int64), np.zeros(3, np.int64)
    n = kernels.scan_newick(buffer, lengths, parents, places, values, report)
    if report[0]:
        raise _fault(text, int(report[0]), int(report[1]), lengths)
    parents, values, places = parents[:n], values[:n], places[:n]
    rows = np.zeros((n, 4), np.int64)
    rows[:, 2], rows[:, 3] = places[:, 1], places[:, 2] - places[:, 1]
    names = join_words(buffer, rows).tobytes().decode("utf-8").split("\0")[:-1]
    is_leaf = np.ones(n, bool)
    is_leaf[parents[1:]] = False
    if not lengths:
        return Tree(parents, is_leaf.astype(np.float64), names, internal=internal)
    for node in np.flatnonzero(np.isnan(values)).tolist():
        at = int(places[node, 3])
        values[node] = float(_token(text, at))
        if not 0.0 <= values[node] < np.inf:
            raise _fault(text, kernels.BAD_LENGTH, at, lengths)
    bare = np.flatnonzero(is_leaf & (places[:, 3] < 0))
    if bare.size:
        raise text_error(
            text, int(places[bare[0], 0]), f"leaf {names[bare[0]]!r} has no branch length"
        )
    try:
        return Tree(parents, values, names, internal=internal)
    except NodeError as error:
        raise text_error(text, int(places[error.node, 0]), str(error)) from error


def _fault(text: TreeText, fault: int, at: int, lengths: bool) -> Exception:
    reason = _REASONS[fault].format(repr(_token(text, at)))
    if fault == kernels.BAD_LENGTH and lengths:
        reason += " of at least 0"
    return text_error(text, at, reason)


def _token(text: TreeText, at: int) -> str:
    """Return what stands at byte `at`: a mark or a word, cut to a readable length."""
    head = text.buffer[at : at + 60].tobytes().decode("utf-8", "replace")
    for i, character in enumerate(head):
        if character in "()[]:;,'" or character.isspace():
            return head[: max(i, 1)]
    return head
