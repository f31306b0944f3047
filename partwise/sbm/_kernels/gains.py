"""By how much a move or a merge changes the description length."""

from __future__ import annotations

import math

from partwise.kernels.jit import kernel
from partwise.sbm._kernels.blocks import CORRECTED, cost_of_block, model_cost
from partwise.sbm._kernels.counting import log_factorial
from partwise.sbm._kernels.hierarchy import gain_above, gain_of_union_above, upper_cost

__all__ = ["gain_of_merge", "gain_of_move", "total_cost"]

_LOG_2 = math.log(2.0)


@kernel(allocates=False)
def _inside(table, x):
    """Return ln of x!! for an even x: what x / 2 edges inside a block take away."""
    return log_factorial(table, x // 2) + (x // 2) * _LOG_2


@kernel(allocates=False)
def gain_of_move(blocks, i, s, count):
    """Return the change if a node, whose edges are gathered, moves to block s.

    s may be without nodes. O(number of blocks the node has edges to).
    """
    r = blocks.label[i]
    table, toward = blocks.factorials, blocks.toward
    edges_r, edges_s = blocks.edges[r], blocks.edges[s]
    change = 0.0
    for j in range(count):
        t = blocks.touched[j]
        if t != r and t != s:
            x, e_r, e_s = toward[t], edges_r[t], edges_s[t]
            change += log_factorial(table, e_r) - log_factorial(table, e_r - x)
            change += log_factorial(table, e_s) - log_factorial(table, e_s + x)
    x_r, x_s, loops, degree = toward[r], toward[s], blocks.loops[i], blocks.degree[i]
    e = edges_r[s]
    if x_r != x_s:
        change += log_factorial(table, e) - log_factorial(table, e + x_r - x_s)
    if x_r + loops > 0:
        e = edges_r[r]
        change += _inside(table, e) - _inside(table, e - 2 * (x_r + loops))
    if x_s + loops > 0:
        e = edges_s[s]
        change += _inside(table, e) - _inside(table, e + 2 * (x_s + loops))
    size_r, size_s = blocks.size[r], blocks.size[s]
    ends_r, ends_s = blocks.ends[r], blocks.ends[s]
    change += cost_of_block(blocks, ends_r - degree, size_r - 1)
    change += cost_of_block(blocks, ends_s + degree, size_s + 1)
    change -= blocks.own[r] + blocks.own[s]
    if blocks.facts[CORRECTED]:
        alike = blocks.degree_class[i]
        change += math.log(blocks.alike[r, alike]) - math.log(blocks.alike[s, alike] + 1)
    if (size_r == 1) != (size_s == 0):
        first, second = blocks.n_active[0], blocks.n_active[1]
        before = model_cost(blocks, first, second)
        step = 1 if size_s == 0 else -1
        if blocks.kind[r] == 0:
            first += step
        else:
            second += step
        change += model_cost(blocks, first, second) - before
    return change + gain_above(blocks.upper, blocks, i, s, count)


@kernel(allocates=False)
def gain_of_merge(blocks, r, s):
    """Return the change if all nodes of block r go to block s. O(blocks + degrees)."""
    table = blocks.factorials
    edges_r, edges_s = blocks.edges[r], blocks.edges[s]
    change = 0.0
    for kind in range(2):
        for j in range(blocks.n_active[kind]):
            t = blocks.active[kind, j]
            x = edges_r[t]
            if x > 0 and t != r and t != s:
                y = edges_s[t]
                if y > 0:
                    change += log_factorial(table, x) + log_factorial(table, y)
                    change -= log_factorial(table, x + y)
    between, inner_r, inner_s = edges_r[s], edges_r[r], edges_s[s]
    change += log_factorial(table, between) + _inside(table, inner_r) + _inside(table, inner_s)
    change -= _inside(table, inner_r + inner_s + 2 * between)
    ends_r, ends_s, size_r, size_s = blocks.ends[r], blocks.ends[s], blocks.size[r], blocks.size[s]
    change += cost_of_block(blocks, ends_r + ends_s, size_r + size_s)
    change -= blocks.own[r] + blocks.own[s]
    if blocks.facts[CORRECTED]:
        alike_r, alike_s = blocks.alike[r], blocks.alike[s]
        for k in range(alike_r.size):
            x, y = alike_r[k], alike_s[k]
            if x > 0 and y > 0:
                change += log_factorial(table, x) + log_factorial(table, y)
                change -= log_factorial(table, x + y)
    first, second = blocks.n_active[0], blocks.n_active[1]
    before = model_cost(blocks, first, second)
    if blocks.kind[r] == 0:
        first -= 1
    else:
        second -= 1
    change += model_cost(blocks, first, second) - before
    return change + gain_of_union_above(blocks.upper, blocks, r, s)


@kernel(allocates=False)
def total_cost(blocks):
    """Return the sum of all terms that depend on the blocks. O(blocks^2 + blocks * degrees)."""
    table = blocks.factorials
    cost = model_cost(blocks, blocks.n_active[0], blocks.n_active[1]) + upper_cost(blocks.upper)
    for kind in range(2):
        for j in range(blocks.n_active[kind]):
            r = blocks.active[kind, j]
            cost += cost_of_block(blocks, blocks.ends[r], blocks.size[r])
            if blocks.facts[CORRECTED]:
                for x in blocks.alike[r]:
                    cost -= log_factorial(table, x)
            cost -= _inside(table, blocks.edges[r, r])
            for other in range(2):
                for k in range(blocks.n_active[other]):
                    s = blocks.active[other, k]
                    if s > r:
                        cost -= log_factorial(table, blocks.edges[r, s])
    return cost
