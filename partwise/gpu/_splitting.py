"""Nodes in parts of few arcs, for graphs that are searched more than once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["SplitNodes", "most_arcs", "n_parts", "split_nodes"]

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
    owner : int32 array of shape (n_parts,)
        The node of a part.
    """

    indptr: Any
    first_part: Any
    owner: Any

    @property
    def n_parts(self) -> int:
        """The number of parts."""
        return int(self.owner.shape[0])


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


def n_parts(xp: Any, degrees: Any) -> int:
    """Return how many parts there are of at most :func:`most_arcs` arcs."""
    return int(xp.maximum(1, -(-degrees // most_arcs(xp, degrees))).sum())


def split_nodes(backend: Backend, indptr: Any, most: int) -> SplitNodes:
    """Return parts of at most `most` arcs; a node without arcs has one, which is empty."""
    xp, n = backend.xp, int(indptr.shape[0]) - 1
    first = xp.zeros(n + 1, xp.int64)
    xp.cumsum(xp.maximum(1, -(-xp.diff(indptr) // most)), out=first[1:])
    total = int(first[-1])
    if total >= 2**31:
        raise ValueError(f"{total} parts are too many; at most {2**31 - 1} are allowed")
    begin, owner = xp.empty(total + 1, xp.int64), xp.empty(total, xp.int32)
    backend.launch("rows_in_parts", total + 1, indptr, first, n, most, begin, owner)
    return SplitNodes(begin, first.astype(xp.int32), owner)
