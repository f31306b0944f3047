"""The tree that paths run through: every step of a path is a node."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._kernels.tree import own_of_totals
from partwise.geometry._kernels.words import PARENT, join_words, nodes_of_paths
from partwise.geometry._tree import Internal, NodeError, Tree, shown_path

__all__ = ["PathNodes", "own_weights", "pack_words"]

_HERE = "."
"""A step that stays where it is, and the name of a root above paths with different first steps."""


def pack_words(
    words: Sequence[str],
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]:
    """Return the bytes of words without NUL characters, and where each starts and ends."""
    joined = "\0".join(words) + "\0"
    # A copy: kernels are compiled once more for arrays that cannot be written to.
    text = np.frombuffer(joined.encode("utf-8", "surrogatepass"), np.uint8).copy()
    if joined.isascii():  # characters are bytes
        ends = np.cumsum(np.fromiter(map(len, words), np.int64, len(words)) + 1) - 1
    else:
        ends = np.flatnonzero(text == 0)
    starts = np.zeros(len(ends), np.int64)
    starts[1:] = ends[:-1] + 1
    return text, starts, ends


class PathNodes:
    """The nodes that paths run through, numbered by first appearance, parents first.

    Parameters
    ----------
    buffer : uint8 ndarray
    starts, ends : int64 ndarrays of shape (n_paths,)
        The paths are ``buffer[starts[i]:ends[i]]``, in UTF-8, without NUL.
    separator : str
        A path that starts with it runs through a node named like it; other
        separators in excess do not count, nor do steps ``.`` where the separator is ``/``.
    join_top : bool
        Let a root that is in no path, and has one child, be one with this child.
    errors : str
        What to do with bytes that are not UTF-8 in names, as for :meth:`bytes.decode`.

    Attributes
    ----------
    parents : int32 ndarray of shape (n_nodes,)
        Node 0 is the root.
    item_of : int64 ndarray of shape (n_nodes,)
        The first path that ends at each node, or -1.
    node_of : int32 ndarray of shape (n_paths,)
        The node at which each path ends.
    """

    def __init__(
        self,
        buffer: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        separator: str,
        *,
        join_top: bool = False,
        errors: str = "strict",
    ) -> None:
        n_paths = len(starts)
        node_of = np.empty(n_paths, np.int32)
        mark = np.array(list(separator.encode("utf-8", "surrogatepass")), np.uint8)
        rows = nodes_of_paths(buffer, starts, ends, mark, separator == "/", node_of)
        item_of = np.full(len(rows), -1, np.int64)
        item_of[node_of[::-1]] = np.arange(n_paths - 1, -1, -1)
        n_children = np.bincount(rows[1:, PARENT], minlength=len(rows))
        # What all paths have in common was numbered first, step by step.
        top = 0
        while n_children[top] == 1 and item_of[top] < 0 and (top == 0 or join_top):
            top += 1
        self.node_of = node_of - np.int32(top)
        self.item_of = item_of[top:]
        self.parents = (rows[top:, PARENT] - top).astype(np.int32)
        self.parents[0] = -1
        self.is_leaf = n_children[top:] == 0
        self._words = buffer, rows, top, separator, errors

    @cached_property
    def names(self) -> list[str]:
        """Return the last step of each node's path."""
        buffer, rows, top, separator, errors = self._words
        words: list[str] = join_words(buffer, rows).tobytes().decode("utf-8", errors).split("\0")
        above = words[1 : top + 1] or [_HERE]
        start = separator if above[0] == separator else ""
        return [start + separator.join(above[bool(start) :]), *words[top + 1 : -1]]

    def repeat(self) -> tuple[int, int] | None:
        """Return the first path that is the same as one before it, and that one."""
        first = self.item_of[self.node_of]
        again = np.flatnonzero(first != np.arange(len(first)))
        return (int(first[again[0]]), int(again[0])) if again.size else None

    def tree(
        self,
        weights: NDArray[np.float64] | None,
        *,
        internal: Internal,
        cumulative: bool = False,
        slack: float = 0.0,
    ) -> Tree:
        """Return the tree in which each path's weight is at its node.

        Parameters
        ----------
        weights : float64 ndarray of shape (n_paths,), optional
            By default 1 for each leaf.
        internal : {"error", "add_leaf", "ignore"}
        cumulative : bool, default=False
            The weight of a path is that of all below it, its own included.
        slack : float, default=0
            How much less than the sum over its children such a weight may be, for each child.

        Raises
        ------
        NodeError
            A weight that cannot be.
        """
        n = len(self.parents)
        if weights is None:
            own = self.is_leaf.astype(np.float64)
        else:
            own = np.bincount(self.node_of, weights, n)
        if cumulative and weights is not None:
            own = own_weights(
                self.parents, np.arange(n, dtype=np.int32), self.item_of >= 0, own, slack,
                self.names,
            )  # fmt: skip
        return Tree(self.parents, own, self.names, internal=internal)


def own_weights(
    parents: NDArray[np.int32],
    order: NDArray[np.int32],
    is_given: NDArray[np.bool_],
    totals: NDArray[np.float64],
    slack: float,
    names: Sequence[Any] | NDArray[Any],
) -> NDArray[np.float64]:
    """Return the own weights of nodes from totals that hold those of the children.

    Raises
    ------
    NodeError
        A total that is less than the sum over the children, by more than rounding explains.
    """
    own, below = totals.copy(), np.zeros(len(parents))
    wrong = own_of_totals(parents, order, is_given, own, slack, below)
    if wrong >= 0:
        raise NodeError(
            int(wrong),
            f"{shown_path(parents, names, int(wrong))} has {totals[wrong]:.17g} in all, less than "
            f"what is below it, {below[wrong]:.17g}",
        )
    return own
