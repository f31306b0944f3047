"""Switches of personality by ones and twos, for blocks as they are."""

from __future__ import annotations

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below
from partwise.partition.netlist._kernels.balance import limit_scale, overload, ratio_power

__all__ = ["switch_pairs"]


@kernel
def _switch(usage, amounts, b, old, new):
    for r in range(amounts.shape[1]):
        usage[b, r] += amounts[new, r] - amounts[old, r]


@kernel
def switch_pairs(
    pers_ptr, amounts, flexible, part, current, usage, base, slope, active, ratio, tries, state
):
    """Switch random pairs of nodes while that lowers the overload, or then the ratio power.

    Two nodes at a time reach what single switches cannot: one that gives and one that takes. Every
    try draws two nodes and a personality for each; the second node may keep its own.

    Parameters
    ----------
    flexible : int64 ndarray of shape (f,)
        The nodes with several personalities, f >= 1.
    ratio : float64 ndarray of shape (R,) or (0,)
        Empty: evenness of the utilisations counts instead.

    Returns
    -------
    int
        Number of pairs switched; `current` and `usage` are changed in place.
    """
    scale = limit_scale(usage, base, slope)
    over, square = overload(usage, base, slope, scale, active)
    off = ratio_power(usage, ratio) if ratio.size > 0 else square
    switched = 0
    for _ in range(tries):
        u = flexible[next_below(state, flexible.size)]
        v = flexible[next_below(state, flexible.size)]
        if u == v:
            continue
        p = pers_ptr[u] + next_below(state, pers_ptr[u + 1] - pers_ptr[u])
        q = pers_ptr[v] + next_below(state, pers_ptr[v + 1] - pers_ptr[v])
        old_p, old_q = current[u], current[v]
        if p == old_p:
            continue
        _switch(usage, amounts, part[u], old_p, p)
        _switch(usage, amounts, part[v], old_q, q)
        then, evenness = overload(usage, base, slope, scale, active)
        there = ratio_power(usage, ratio) if ratio.size > 0 else evenness
        if then < over or (then == over and there < off):
            current[u], current[v] = p, q
            over, off = then, there
            switched += 1
        else:
            _switch(usage, amounts, part[u], p, old_p)
            _switch(usage, amounts, part[v], q, old_q)
    return switched
