"""Breadth-first search on the CPU, from whichever side has fewer arcs to read.

Frontiers are lists of rows, where the arcs of a node begin and end: both are at hand when a node is
found, and looking them up again in the next round would wait for memory once more.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.prefetch import prefetch

__all__ = ["find_parents", "search"]

#: From the frontier to its neighbours until its arcs are more than 1 / _PULL of those of unknown
#: nodes; back again when it has fewer than 1 / _PUSH of all nodes (Beamer et al. 2012). To look
#: through the levels of all nodes takes about as long as to follow arcs of 1 / _PULL of them.
_PULL, _PUSH = 14, 24

#: Arcs per node up to which it pays to have the levels of nodes beside the beginnings of their rows
#: (_push_records): a round then reads two places in memory for each node and not three. Where nodes
#: have more arcs, or many rounds pull, it takes longer to write them than they save.
_FEW = 8

_AHEAD = np.uint64(16)  # entries of the frontier, so 8 rows, whose arcs are fetched meanwhile
_ONE, _TWO = np.uint64(1), np.uint64(2)
_UNKNOWN = np.uint32(2**32 - 1)


def search(indptr, indices, in_indptr, in_indices, source, may_pull, level, parent):
    """Find the levels of all nodes that are reached.

    Parameters
    ----------
    indptr, indices, in_indptr, in_indices
        Arcs in rows of their first node, and of their second one.
    source : int
    may_pull : bool
        Whether nodes may look for neighbours in the frontier.
    level : int32 ndarray of shape (n,)
        -1 everywhere; output.
    parent : int32 ndarray of shape (n,)
        -1 everywhere; output: the neighbour of least number on the level before.

    Returns
    -------
    depth, read, pulls : int
        The last level, how many arcs were read, and how many rounds pulled.
    """
    n, m = level.size, indices.size
    # NumPy asks for large pages, which Numba does not
    rows = np.empty(2 * n, np.int64), np.empty(2 * n, np.int64)
    has_few = m < _FEW * n and m < 2**32
    records = np.empty(2 * n + 1 if has_few else 0, np.uint32)
    found = _search(indptr, indices, in_indptr, in_indices, source, may_pull, records, *rows, level)
    if parent.size > 0:
        find_parents(in_indptr, in_indices, level, parent)
    return found


@kernel(allocates=False)
def _search(
    indptr, indices, in_indptr, in_indices, source, may_pull, records, frontier, following, level
):
    """Do what :func:`search` does, with records where there is room for them."""
    n, m = level.size, indices.size
    level[source] = 0
    frontier[0], frontier[1] = indptr[source], indptr[source + 1]
    size, depth = 1, 0
    ahead = indptr[source + 1] - indptr[source]
    unknown = m - ahead
    read, pulls = 0, 0
    if records.size > 0:
        size, depth, ahead, read = _push_records(
            indptr, indices, source, may_pull, records, frontier, following, level
        )
        unknown = m - ahead - read
        if depth % 2 == 1:
            frontier, following = following, frontier
    pulling = False
    while size > 0:
        if pulling:
            pulling = size >= n // _PUSH
        else:
            pulling = may_pull and _is_worth(ahead, unknown, n)
        depth += 1
        if pulling:
            pulls += 1
            size, ahead, arcs = _pull(in_indptr, in_indices, indptr, level, depth, following)
            read += arcs
        else:
            read += ahead
            size, ahead = _push(indptr, indices, level, depth, frontier, size, following)
        unknown -= ahead
        frontier, following = following, frontier
    return depth - 1, read, pulls


@kernel(allocates=False)
def _is_worth(ahead, unknown, n):
    """Return whether a round should pull."""
    return ahead > max(unknown, n) // _PULL


@kernel(allocates=False)
def _push(indptr, indices, level, depth, frontier, size, following):
    """Find the next frontier along the arcs of this one; return its nodes and arcs."""
    found, ahead, i, end = np.uint64(0), np.uint64(0), np.uint64(0), _TWO * np.uint64(size)
    while i < end:
        if i + _AHEAD < end:
            prefetch(indices, np.uint64(frontier[i + _AHEAD]))
        arc, last = np.uint64(frontier[i]), np.uint64(frontier[i + _ONE])
        i += _TWO
        while arc < last:
            v = np.uint64(indices[arc])
            arc += _ONE
            if level[v] < 0:
                level[v] = depth
                ahead += _append(indptr[v], indptr[v + _ONE], following, found)
                found += _TWO
    return np.int64(found // _TWO), np.int64(ahead)


@kernel(allocates=False)
def _append(first, last, rows, place):
    """Write a row, and return how many arcs it has."""
    rows[place] = first
    rows[place + _ONE] = last
    return np.uint64(last - first)


@kernel(allocates=False)
def _pull(in_indptr, in_indices, indptr, level, depth, following):
    """Find the next frontier among unknown nodes.

    Return its nodes and arcs, and how many arcs were read.
    """
    found, ahead, read = np.uint64(0), np.uint64(0), np.uint64(0)
    for v in range(np.uint64(level.size)):
        if level[v] >= 0:
            continue
        first, last = np.uint64(in_indptr[v]), np.uint64(in_indptr[v + _ONE])
        arc = first
        while arc < last:
            u = np.uint64(in_indices[arc])
            arc += _ONE
            if level[u] == depth - 1:
                level[v] = depth
                ahead += _append(indptr[v], indptr[v + _ONE], following, found)
                found += _TWO
                break
        read += arc - first
    return np.int64(found // _TWO), np.int64(ahead), np.int64(read)


@kernel(allocates=False)
def _push_records(indptr, indices, source, may_pull, records, frontier, following, level):
    """Push until all are found, or until a round should pull.

    Parameters
    ----------
    records : uint32 ndarray of shape (2 n + 1,)
        Where the rows of nodes begin, and between them their levels; output.
    frontier, following
        The source's row, and output; the last frontier is in `following` if the last level is odd.

    Returns
    -------
    size, depth, ahead, read : int
        Nodes of the last frontier, its level, its arcs, and those that were read before.
    """
    n = np.uint64(level.size)
    v = np.uint64(0)
    while v < n:
        records[_TWO * v] = indptr[v]
        records[_TWO * v + _ONE] = _UNKNOWN
        v += _ONE
    records[_TWO * n] = indptr[n]
    records[2 * source + 1] = 0
    size, ahead, read = _ONE, np.uint64(indptr[source + 1] - indptr[source]), np.uint64(0)
    depth = np.uint32(0)
    while size > 0:
        left = indices.size - np.int64(read + ahead)
        if may_pull and _is_worth(np.int64(ahead), left, level.size):
            break
        read += ahead
        depth += np.uint32(1)
        found, ahead, i, end = np.uint64(0), np.uint64(0), np.uint64(0), _TWO * size
        while i < end:
            if i + _AHEAD < end:
                prefetch(indices, np.uint64(frontier[i + _AHEAD]))
            arc, last = np.uint64(frontier[i]), np.uint64(frontier[i + _ONE])
            i += _TWO
            while arc < last:
                place = _TWO * np.uint64(indices[arc])
                arc += _ONE
                if records[place + _ONE] == _UNKNOWN:
                    records[place + _ONE] = depth
                    ahead += _append(records[place], records[place + _TWO], following, found)
                    found += _TWO
        size = found // _TWO
        frontier, following = following, frontier
    v = np.uint64(0)
    while v < n:
        level[v] = np.int32(records[_TWO * v + _ONE])
        v += _ONE
    return np.int64(size), np.int64(depth), np.int64(ahead), np.int64(read)


@kernel
def find_parents(in_indptr, in_indices, level, parent):
    """Write for every node but the source the neighbour of least number on the level before."""
    for v in range(level.size):
        if level[v] > 0:
            for arc in range(in_indptr[v], in_indptr[v + 1]):
                u = in_indices[arc]
                if level[u] == level[v] - 1 and (parent[v] < 0 or u < parent[v]):
                    parent[v] = u
