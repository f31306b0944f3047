"""How full blocks are: overload beyond the limits, pressure towards them, distance from a target.

Blocks are rows of ``usage`` (k, R); the limit of block b in resource r is
``base[b, r] + slope[b, r] * W_r`` with ``W_r`` the total of the resource, which changes whenever a
node changes its personality: limits are computed anew and never kept.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import shuffle

__all__ = ["limit_scale", "overload", "pressure", "ratio_power", "rebalance_personalities"]

TOLERANCE = 1e-9
WALL = 0.80  # pressure from which a limit counts as near
STEEP = 16.0  # by which a pressure beyond the wall is multiplied


@kernel
def limit_scale(usage, base, slope):
    """Return one over the limits, shape (k, R); a limit below 1 counts as 1."""
    scale = np.empty(usage.shape)
    for r in range(usage.shape[1]):
        total = usage[:, r].sum()
        for b in range(usage.shape[0]):
            scale[b, r] = 1.0 / max(base[b, r] + slope[b, r] * total, 1.0)
    return scale


@kernel
def overload(usage, base, slope, scale, active):
    """Return (summed overload in limits, sum of squared utilisations) over the active resources."""
    over = 0.0
    square = 0.0
    for r in range(usage.shape[1]):
        if not active[r]:
            continue
        total = np.int64(0)
        for b in range(usage.shape[0]):
            total += usage[b, r]
        for b in range(usage.shape[0]):
            limit = base[b, r] + slope[b, r] * total
            x = usage[b, r] * scale[b, r]
            square += x * x
            beyond = usage[b, r] - limit
            if beyond > TOLERANCE * limit:
                over += beyond * scale[b, r]
    return over, square


@kernel
def pressure(usage, base, slope, active, x):
    """Fill in `x`, shape (R,): how far each resource is from even to its limit, 1 at the limit.

    ``x_r = max over b of (W_r(b) - even_r(b)) / (limit_r(b) - even_r(b))``, where even is the share
    of the total that a block of its limit would get; for two blocks and the balance form this is
    ``|W_r(0) - W_r(1)| / max(1, balance * W_r)``.
    """
    n_blocks = usage.shape[0]
    for r in range(usage.shape[1]):
        x[r] = 0.0
        if not active[r]:
            continue
        total = np.int64(0)
        for b in range(n_blocks):
            total += usage[b, r]
        limits = 0.0
        for b in range(n_blocks):
            limits += base[b, r] + slope[b, r] * total
        for b in range(n_blocks):
            limit = base[b, r] + slope[b, r] * total
            even = limit / limits * total if limits > 0.0 else 0.0
            room = limit - even
            if room < 0.5:
                # even an even division is over the limit, or the limit allows no unit of difference
                x[r] = max(x[r], (usage[b, r] - min(limit, even)) / 0.5)
            else:
                x[r] = max(x[r], (usage[b, r] - even) / room)


@kernel
def power(x, near_only):
    """Imbalance power: the sum of ``x_r^2``, beyond the wall steeper; or of those beyond it."""
    total = 0.0
    for r in range(x.size):
        if near_only:
            if x[r] > WALL:
                total += x[r] * x[r]
        else:
            y = x[r] * STEEP if x[r] > WALL else x[r]
            total += y * y
    return total


@kernel
def ratio_power(usage, ratio):
    """Return ``sum over r of ((W_r - T_r) / T_r)^2 / 10``, with ``T_r = ratio_r * sum of W``."""
    if ratio.size == 0:
        return 0.0
    everything = 0.0
    for r in range(ratio.size):
        for b in range(usage.shape[0]):
            everything += usage[b, r]
    if everything == 0.0:
        return 0.0
    power = 0.0
    for r in range(ratio.size):
        total = 0.0
        for b in range(usage.shape[0]):
            total += usage[b, r]
        off = total / (ratio[r] * everything) - 1.0
        power += off * off
    return power / 10.0


@kernel
def rebalance_personalities(
    pers_ptr, amounts, flexible, part, current, usage, base, slope, active, ratio, by_limits,
    by_ratio, sweeps, state,
):  # fmt: skip
    """Give nodes, in random order, the personality of least power; no node changes its block.

    The power of a state is the near-limit imbalance power (if `by_limits`) plus the ratio power (if
    `by_ratio`). With `by_limits`, a switch that makes a feasible state infeasible is not made.

    Parameters
    ----------
    flexible : ndarray of shape (f,)
        The nodes with several personalities.

    Returns
    -------
    int
        Number of switches; `current` and `usage` are changed in place.
    """
    width = amounts.shape[1]
    x = np.empty(width)
    no_ratio = ratio[:0]
    target = ratio if by_ratio else no_ratio
    pressure(usage, base, slope, active, x)
    feasible = x.max() <= 1.0 + TOLERANCE
    here = (power(x, True) if by_limits else 0.0) + ratio_power(usage, target)
    order = flexible.copy()
    switches = 0
    for _ in range(sweeps):
        shuffle(state, order)
        before = switches
        for v in order:
            b = part[v]
            old = current[v]
            best = old
            best_power = here
            best_feasible = feasible
            for p in range(pers_ptr[v], pers_ptr[v + 1]):
                if p == old:
                    continue
                for r in range(width):
                    usage[b, r] += amounts[p, r] - amounts[old, r]
                pressure(usage, base, slope, active, x)
                fits = x.max() <= 1.0 + TOLERANCE
                there = (power(x, True) if by_limits else 0.0) + ratio_power(usage, target)
                for r in range(width):
                    usage[b, r] -= amounts[p, r] - amounts[old, r]
                if there < best_power and (fits or not feasible or not by_limits):
                    best, best_power, best_feasible = p, there, fits
            if best != old:
                for r in range(width):
                    usage[b, r] += amounts[best, r] - amounts[old, r]
                current[v] = best
                here, feasible = best_power, best_feasible
                switches += 1
        if switches == before:
            break
    return switches
