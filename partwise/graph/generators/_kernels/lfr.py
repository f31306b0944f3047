"""Degrees, communities and edges of LFR graphs.

A half-edge is one end of an edge: those of a node are consecutive, `owner` names their node and
`partner` the other end. Nodes are numbered by community here, so that the half-edges of a community
are consecutive, too.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_below_wide, next_float

__all__ = ["assign_communities", "even_out", "join_half_edges", "sample_values", "split_degrees"]

_TRIES = 50  # partners that are tried for a wrong edge before it may stay as wrong as it is
_WALK = 1000  # swaps, beside 2 for each wrong edge, after which edges may be as wrong as before


@kernel
def sample_values(state, cumulative, low, out):
    """Draw values ``low, low + 1, ...`` with the given cumulative probabilities."""
    for i in range(len(out)):
        at = np.searchsorted(cumulative, next_float(state), side="right")
        out[i] = low + min(at, len(cumulative) - 1)


@kernel
def split_degrees(state, degree, mixing, inner):
    """Fill `inner` with ``(1 - mixing) * degree``, rounded at random to the right expectation."""
    for u in range(len(degree)):
        exact = (1.0 - mixing) * degree[u]
        inner[u] = min(np.int64(np.floor(exact + next_float(state))), degree[u])


@kernel
def assign_communities(state, inner, sizes, community):
    """Give every node a random place in a community that its internal degree fits in.

    Nodes come by descending internal degree and communities by descending size, so that the places
    that fit a node also fit all later ones. Where none is left that does, the node goes to the
    largest community with a place.

    Parameters
    ----------
    inner : int64 array, descending
    sizes : int64 array, descending, with the same sum as nodes
    community : int32 array
        Filled.
    """
    places = np.empty(len(inner), np.int32)
    n_places, opened = np.int64(0), 0
    for u in range(len(inner)):
        while opened < len(sizes) and (sizes[opened] > inner[u] or n_places == 0):
            for _ in range(sizes[opened]):
                places[n_places] = opened
                n_places += 1
            opened += 1
        at = next_below(state, n_places)
        community[u] = places[at]
        n_places -= 1
        places[at] = places[n_places]


@kernel
def even_out(state, starts, inner, outer, separate):
    """Make the internal degrees of every community sum to an even number, at most size - 1 each.

    Parameters
    ----------
    starts : int64 array
        First node of each community, and n.
    inner, outer : int64 arrays
        Internal and external degrees; their sum changes only where there are no external edges.
    separate : bool
        Whether external edges are not allowed: what does not fit is lost then.
    """
    for c in range(len(starts) - 1):
        first, end = starts[c], starts[c + 1]
        total = np.int64(0)
        for u in range(first, end):
            excess = max(inner[u] - (end - first - 1), 0)
            inner[u] -= excess
            outer[u] += 0 if separate else excess
            total += inner[u]
        if total % 2 == 0:
            continue
        # An odd sum is positive: some member has an internal half-edge.
        u = first + next_below(state, end - first)
        grows = next_float(state) < 0.5 and outer[u] > 0 and inner[u] < end - first - 1
        while not grows and inner[u] == 0:
            u = first + next_below(state, end - first)
        step = 1 if grows else -1
        inner[u] += step
        outer[u] -= 0 if separate else step


@kernel
def _shuffle_range(state, array, first, end):
    for i in range(end - first - 1, 0, -1):
        j = next_below_wide(state, i + 1)
        array[first + i], array[first + j] = array[first + j], array[first + i]


@kernel
def _count_edges(starts, owner, partner, u, v):
    """Count the edges between u and v, from the end with fewer of them."""
    if starts[v + 1] - starts[v] < starts[u + 1] - starts[u]:
        u, v = v, u
    count = 0
    for h in range(starts[u], starts[u + 1]):
        count += partner[h] >= 0 and owner[partner[h]] == v
    return count


@kernel
def _allowed(starts, owner, partner, community, within, u, v):
    """Tell whether an edge may be added between u and v."""
    if u == v or (not within and community[u] == community[v]):
        return False
    return _count_edges(starts, owner, partner, u, v) == 0


@kernel
def _wrong_edges(starts, owner, partner, community, within):
    """List a half-edge of every loop, repeated copy of an edge and edge inside a community."""
    n = len(starts) - 1
    seen = np.full(n, -1, np.int64)
    wrong = [np.int64(0) for _ in range(0)]
    for u in range(n):
        for h in range(starts[u], starts[u + 1]):
            v = owner[partner[h]]
            if v == u:
                if h < partner[h]:
                    wrong.append(np.int64(h))
            elif v > u:
                if seen[v] == u or (not within and community[u] == community[v]):
                    wrong.append(np.int64(h))
                seen[v] = u
    return wrong


@kernel
def join_half_edges(state, starts, owner, community, blocks, within, partner):
    """Join half-edges at random to a simple graph, and return how many edges had to be dropped.

    Half-edges are paired at random. Then every loop, repeated edge or edge inside a community
    (if `within` is False) swaps ends with a random edge, such that both results are allowed; if
    that fails often, such that one of them is, and the other is the wrong edge from then on.

    Parameters
    ----------
    starts : int64 array of shape (n + 1,)
        First half-edge of each node.
    owner : int32 array
        Node of each half-edge.
    community : int32 array of shape (n,)
    blocks : int64 array
        First half-edge of each community (`within`), or (0, number of half-edges).
    within : bool
        Whether the edges are to join nodes of one community, or of different ones.
    partner : int64 array
        Filled with the other end of each half-edge, -1 for a dropped one.
    """
    order = np.arange(len(owner))
    for b in range(len(blocks) - 1):
        _shuffle_range(state, order, blocks[b], blocks[b + 1])
    for i in range(0, len(order), 2):
        partner[order[i]] = order[i + 1]
        partner[order[i + 1]] = order[i]
    wrong = _wrong_edges(starts, owner, partner, community, within)
    budget = _WALK + 2 * len(wrong)
    n_dropped = 0
    while len(wrong) > 0:
        h = wrong.pop()
        p = partner[h]
        if p < 0:
            continue
        u, v = np.int64(owner[h]), np.int64(owner[p])
        fine = u != v and (within or community[u] != community[v])
        if fine and _count_edges(starts, owner, partner, u, v) == 1:
            continue
        b = community[u] if within else 0
        first, end = blocks[b], blocks[b + 1]
        swapped = False
        for attempt in range(2 * _TRIES):
            g = first + next_below_wide(state, end - first)
            q = partner[g]
            if q < 0 or g in (h, p):
                continue
            x, y = np.int64(owner[g]), np.int64(owner[q])
            one = _allowed(starts, owner, partner, community, within, u, x)
            two = _allowed(starts, owner, partner, community, within, v, y)
            if one and two and u == y and v == x:
                two = False  # both would be the same edge
            if (one and two) or (attempt >= _TRIES and budget > 0 and (one or two)):
                partner[h], partner[g] = g, h
                partner[p], partner[q] = q, p
                if not one:
                    wrong.append(np.int64(h))
                    budget -= 1
                if not two:
                    wrong.append(np.int64(p))
                    budget -= 1
                swapped = True
                break
        if not swapped:
            partner[h] = partner[p] = -1
            n_dropped += 1
    return n_dropped
