"""Where a node might go: the blocks that its neighbours' blocks have edges to."""

from __future__ import annotations

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, next_float

__all__ = ["draw_target", "probability", "return_probability"]

#: Numbers that are summed up at once, without a branch, before it is looked where the sum ends.
_STRETCH = 32


@kernel(allocates=False)
def draw_target(blocks, rng, i, count, eps):
    """Return a block of the kind of node i, whose edges are gathered.

    An edge of the node leads to a block t; from there a random edge of t leads to the block that is
    returned, or, with probability ``eps B / (e_t + eps B)``, any of the B blocks of the kind
    (Peixoto 2014). O(B).
    """
    kind = blocks.kind[blocks.label[i]]
    n_active = blocks.n_active[kind]
    edges_of_i = blocks.degree[i] - 2 * blocks.loops[i]
    if edges_of_i > 0:
        at = next_below(rng, edges_of_i)
        j = 0
        t = blocks.touched[0]
        while at >= blocks.toward[t]:
            at -= blocks.toward[t]
            j += 1
            t = blocks.touched[j]
        ends = blocks.ends[t]
        if next_float(rng) * (ends + eps * n_active) < ends:
            # Blocks of the other kind have no edges to t, so that the row need not be picked from.
            return _place_in(blocks.edges[t], next_below(rng, ends))
    return blocks.active[kind, next_below(rng, n_active)]


@kernel(allocates=False)
def _place_in(row, at):
    """Return the first index at which the sum of the row up to and with it exceeds `at`."""
    start = 0
    while start + _STRETCH <= row.size:
        total = 0
        for j in range(start, start + _STRETCH):
            total += row[j]
        if at < total:
            break
        at -= total
        start += _STRETCH
    j = start
    while at >= row[j]:
        at -= row[j]
        j += 1
    return j


@kernel(allocates=False)
def probability(blocks, i, s, count, eps):
    """Return the probability of :func:`draw_target` to return block s."""
    kind = blocks.kind[blocks.label[i]]
    n_active = float(blocks.n_active[kind])
    edges_of_i = blocks.degree[i] - 2 * blocks.loops[i]
    if edges_of_i == 0:
        return 1.0 / n_active
    row = blocks.edges[s]
    total = 0.0
    for j in range(count):
        t = blocks.touched[j]
        total += blocks.toward[t] * (row[t] + eps) / (blocks.ends[t] + eps * n_active)
    return total / edges_of_i


@kernel(allocates=False)
def return_probability(blocks, i, s, count, eps, n_after):
    """Return the probability that node i, once it is in block s, is proposed where it is now.

    `n_after` is the number of blocks of its kind then.
    """
    r = blocks.label[i]
    degree, twice = blocks.degree[i], 2 * blocks.loops[i]
    if degree == twice:
        return 1.0 / n_after
    x_r = blocks.toward[r]
    row = blocks.edges[r]
    total = 0.0
    for j in range(count):
        t = blocks.touched[j]
        x = blocks.toward[t]
        between, ends = row[t] - x, blocks.ends[t]
        if t == r:
            between, ends = between - x - twice, ends - degree
        elif t == s:
            between, ends = between + x_r, ends + degree
        total += x * (between + eps) / (ends + eps * n_after)
    return total / (degree - twice)
