"""Nodes in parts of few arcs, for graphs that are searched more than once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["SplitNodes", "most_arcs", "split_nodes"]

_BINS = 10


@dataclass(frozen=True, slots=True)
class SplitNodes:
    """The parts of all nodes.

    Attributes
    ----------
    indptr : int64 array of shape (n_parts + 1,)
        Where the arcs of a part begin; they stay where they are.
    first_part : int32 array of shape (n + 1,)
        Number of the first part of a node.
    """

    indptr: Any
    first_part: Any


def most_arcs(xp: Any, degrees: Any) -> int:
    """Return a bound for the arcs of a part: the upper edge of the fullest bin of the degrees.

    As in A. Raval et al., "Dynamic load balancing strategies for graph applications on GPUs", 2017
    (arXiv:1711.00231), with ten bins; nodes without arcs do not count. The number of bins is ours.
    """
    some = degrees[degrees > 0]
    if some.shape[0] == 0:
        return 1
    largest = int(some.max())
    bins = xp.bincount((some - 1) * _BINS // largest, minlength=_BINS)
    return max(1, -(-(int(bins.argmax()) + 1) * largest // _BINS))


def split_nodes(xp: Any, indptr: Any, most: int) -> SplitNodes:
    """Return parts of at most `most` arcs; a node without arcs has one, which is empty."""
    degrees = xp.diff(indptr)
    parts = xp.maximum(1, -(-degrees // most))
    first = xp.zeros(indptr.shape[0], xp.int64)
    xp.cumsum(parts, out=first[1:])
    n_parts = int(first[-1])
    if n_parts >= 2**31:
        raise ValueError(f"{n_parts} parts are too many; at most {2**31 - 1} are allowed")
    # Within a node the parts are `most` arcs apart, from its first arc on.
    number = xp.arange(n_parts)
    owner = xp.searchsorted(first, number, side="right") - 1
    begin = indptr[owner] + (number - first[owner]) * most
    ends = xp.concatenate((begin, indptr[-1:]))
    return SplitNodes(ends, first.astype(xp.int32))
