"""The state of a fit: a graph, the blocks of its nodes, and the counts that moves change."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.jit import kernel
from partwise.sbm._kernels.counting import log_choose, log_factorial, log_partitions
from partwise.sbm._kernels.hierarchy import Upper, adopt, edge_prior, move_above

__all__ = [
    "CORRECTED",
    "Blocks",
    "cost_of_block",
    "count_all",
    "gather",
    "model_cost",
    "move_node",
    "put_idle_back",
    "release",
    "take_idle",
]

#: Places in Blocks.facts.
N_NODES, N_EDGES, CORRECTED, BIPARTITE, GENERAL_EDGES, N_FIRST, N_SECOND = range(7)


class Blocks(NamedTuple):
    """n nodes, room for c blocks; d different degrees."""

    # the graph
    indptr: NDArray[np.int64]  # (n + 1,)
    indices: NDArray[np.int32]  # without self-loops
    times: NDArray[np.int64]  # parallel edges of each arc
    degree: NDArray[np.int64]  # (n,) ends of edges, two of a self-loop
    loops: NDArray[np.int64]  # (n,) self-loops
    degree_class: NDArray[np.int32]  # (n,) number of the degree among those that occur
    facts: NDArray[np.int64]  # numbers of nodes, edges, and what the model is
    # tables
    factorials: NDArray[np.float64]
    partitions: NDArray[np.float64]
    largest: int
    curves: NDArray[np.float64]
    # the blocks
    label: NDArray[np.int32]  # (n,)
    edges: NDArray[np.int32]  # (c, c) between blocks; twice those inside
    ends: NDArray[np.int64]  # (c,) sums of rows
    size: NDArray[np.int64]  # (c,) nodes
    alike: NDArray[np.int32]  # (c, d) nodes of a degree
    own: NDArray[np.float64]  # (c,) cost_of_block, as it is looked up more often than it changes
    kind: NDArray[np.int8]  # (c,) type of nodes; 0 without types
    active: NDArray[np.int32]  # (2, c) blocks with nodes, by kind
    place: NDArray[np.int32]  # (c,) where a block is in that list, -1 if it has no nodes
    n_active: NDArray[np.int64]  # (2,)
    limits: NDArray[np.int64]  # (2, 2) least and largest number of blocks of each kind
    idle: NDArray[np.int32]  # stack of blocks without nodes, of either kind
    n_idle: NDArray[np.int64]  # (1,)
    # lists of members
    head: NDArray[np.int32]  # (c,)
    after: NDArray[np.int32]  # (n,)
    before: NDArray[np.int32]  # (n,)
    # scratch
    toward: NDArray[np.int64]  # (c,) edges of a node to each block
    touched: NDArray[np.int32]  # (c,)
    # levels above, of a nested model
    upper: Upper | None = None


@kernel(allocates=False)
def count_all(blocks, types):
    """Count everything anew from the labels; all counts must be 0 and all lists empty."""
    n = blocks.label.size
    for i in range(n):
        r = blocks.label[i]
        blocks.kind[r] = types[i]
        enter(blocks, i, r)
        blocks.ends[r] += blocks.degree[i]
        blocks.edges[r, r] += 2 * blocks.loops[i]
        for arc in range(blocks.indptr[i], blocks.indptr[i + 1]):
            blocks.edges[r, blocks.label[blocks.indices[arc]]] += blocks.times[arc]
    for r in range(blocks.size.size - 1, -1, -1):
        blocks.own[r] = cost_of_block(blocks, blocks.ends[r], blocks.size[r])
        if blocks.size[r] == 0:
            blocks.idle[blocks.n_idle[0]] = r
            blocks.n_idle[0] += 1


@kernel(allocates=False)
def enter(blocks, i, r):
    """Put a node on the list of a block, and the block on that of its kind."""
    if blocks.size[r] == 0:
        kind = blocks.kind[r]
        blocks.place[r] = blocks.n_active[kind]
        blocks.active[kind, blocks.n_active[kind]] = r
        blocks.n_active[kind] += 1
    blocks.size[r] += 1
    blocks.alike[r, blocks.degree_class[i]] += 1
    first = blocks.head[r]
    blocks.before[i] = -1
    blocks.after[i] = first
    if first >= 0:
        blocks.before[first] = i
    blocks.head[r] = i


@kernel(allocates=False)
def leave(blocks, i, r):
    """Take a node off the list of its block."""
    previous, following = blocks.before[i], blocks.after[i]
    if previous >= 0:
        blocks.after[previous] = following
    else:
        blocks.head[r] = following
    if following >= 0:
        blocks.before[following] = previous
    blocks.alike[r, blocks.degree_class[i]] -= 1
    blocks.size[r] -= 1
    if blocks.size[r] == 0:
        kind = blocks.kind[r]
        blocks.n_active[kind] -= 1
        last = blocks.active[kind, blocks.n_active[kind]]
        blocks.active[kind, blocks.place[r]] = last
        blocks.place[last] = blocks.place[r]
        blocks.place[r] = -1


@kernel(allocates=False)
def gather(blocks, i):
    """Sum up the edges of a node by block, without self-loops; return how many blocks they reach.

    ``toward`` of the blocks ``touched[:count]`` is to be cleared by :func:`release`.
    """
    count = 0
    for arc in range(blocks.indptr[i], blocks.indptr[i + 1]):
        t = blocks.label[blocks.indices[arc]]
        if blocks.toward[t] == 0:
            blocks.touched[count] = t
            count += 1
        blocks.toward[t] += blocks.times[arc]
    return count


@kernel(allocates=False)
def release(blocks, count):
    """Undo :func:`gather`."""
    for j in range(count):
        blocks.toward[blocks.touched[j]] = 0


@kernel(allocates=False)
def move_node(blocks, i, s, count):
    """Move a node whose edges are gathered to block s; an idle s must have been taken before."""
    r = blocks.label[i]
    move_above(blocks.upper, blocks, i, s, count)
    edges, toward = blocks.edges, blocks.toward
    for j in range(count):
        t = blocks.touched[j]
        x = toward[t]
        # For t = r or s this counts an end at both places, as it should: twice on the diagonal.
        edges[r, t] -= x
        edges[t, r] -= x
        edges[s, t] += x
        edges[t, s] += x
    twice = 2 * blocks.loops[i]
    edges[r, r] -= twice
    edges[s, s] += twice
    blocks.ends[r] -= blocks.degree[i]
    blocks.ends[s] += blocks.degree[i]
    leave(blocks, i, r)
    if blocks.size[r] == 0:
        blocks.idle[blocks.n_idle[0]] = r
        blocks.n_idle[0] += 1
    enter(blocks, i, s)
    blocks.label[i] = s
    blocks.own[r] = cost_of_block(blocks, blocks.ends[r], blocks.size[r])
    blocks.own[s] = cost_of_block(blocks, blocks.ends[s], blocks.size[s])


@kernel(allocates=False)
def take_idle(blocks, like):
    """Return a block without nodes, which is to get one at once, or -1 if there is none.

    It is of the kind of block `like`, and in the same group of a nested model.
    """
    if blocks.n_idle[0] == 0:
        return -1
    blocks.n_idle[0] -= 1
    r = blocks.idle[blocks.n_idle[0]]
    blocks.kind[r] = blocks.kind[like]
    adopt(blocks.upper, r, like)
    return r


@kernel(allocates=False)
def put_idle_back(blocks, r):
    """Return a block that :func:`take_idle` gave and that got no node."""
    blocks.idle[blocks.n_idle[0]] = r
    blocks.n_idle[0] += 1


@kernel(allocates=False)
def cost_of_block(blocks, ends, size):
    """Return the terms that the ends and the number of nodes of a block decide."""
    if size == 0:
        return 0.0
    table = blocks.factorials
    if blocks.facts[CORRECTED]:
        q = log_partitions(blocks.partitions, blocks.largest, blocks.curves, table, ends, size)
        # ln size! of the sequence of degrees and of the partition cancel.
        return log_factorial(table, ends) + q
    return ends * math.log(size) - log_factorial(table, size)


@kernel(allocates=False)
def model_cost(blocks, first, second):
    """Return the terms that numbers of blocks decide: of the sizes, and of edges between blocks.

    Parameters
    ----------
    first, second : int
        Numbers of blocks with nodes of either kind; of the first only, without types.
    """
    table, facts = blocks.factorials, blocks.facts
    cost = 0.0
    if first > 0:
        cost += log_choose(table, facts[N_FIRST] - 1, first - 1)
    if second > 0:
        cost += log_choose(table, facts[N_SECOND] - 1, second - 1)
    both = first + second
    if facts[BIPARTITE] and not facts[GENERAL_EDGES]:
        pairs = first * second
    else:
        pairs = both * (both + 1) // 2
    return cost + edge_prior(blocks.upper, table, pairs, facts[N_EDGES])
