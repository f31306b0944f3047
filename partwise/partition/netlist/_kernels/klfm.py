"""The modified KLFM search of multi-personality partitioning: moves of (node, personality)."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import shuffle
from partwise.partition.netlist._kernels.balance import (
    limit_scale,
    overload,
    power,
    pressure,
    ratio_power,
    rebalance_personalities,
)
from partwise.partition.netlist._kernels.candidates import CLASSIC, gather
from partwise.partition.netlist._kernels.moves import (
    affinity_entries,
    clear_queues,
    count_pins,
    cut_of,
    enqueue,
    leave_queues,
    move,
    node_gains,
    usage_of,
)
from partwise.partition.netlist._kernels.personalities import flexible_nodes

__all__ = ["klfm"]

SWEEPS = 5  # of implementation rebalancing
ON_DEMAND_A_PASS = 5
ON_DEMAND_A_RUN = 200


@kernel
def _cost(usage, base, slope, active, x, ratio):
    pressure(usage, base, slope, active, x)
    return power(x, False) + ratio_power(usage, ratio)


@kernel
def klfm(
    net_ptr, pins, node_ptr, nets, weights, pers_ptr, amounts, side, current, base, slope, active,
    ratio, adaptive, policy, depth, passes, state,
):  # fmt: skip
    """Improve a bisection in place by KLFM with personalities: (overload, cut, passes).

    Each step scores candidates by ``imbalance power + ratio power - gain`` after the move (the
    exact power, also where the personality changes with the side), makes the best, and locks the
    node. When a limit is exceeded the personalities are rebalanced, up to five times a pass. A
    state is the new best if no limit is exceeded and its cut is smaller, or equal with less power.
    At the end of a pass sides and personalities of later moves are taken back; switches made by the
    rebalancing stay. Passes follow until one changes nothing. The best state of all passes is
    returned; the least overloaded where none was within the limits.

    The parameters are those of :func:`~partwise.partition.netlist._kernels.search.search`.

    References
    ----------
    A. Gregerson, A. Chadha, K. Morrow, "Multi-personality partitioning for heterogeneous systems",
    FPT 2013, arXiv:1704.01676. The details follow the first author's published research code.
    """
    n = side.size
    width = amounts.shape[1]
    count = count_pins(net_ptr, pins, side)
    usage = usage_of(side, current, amounts)
    gain = np.empty(n, dtype=np.int64)
    border = np.empty(n, dtype=np.bool_)
    node_gains(node_ptr, nets, weights, side, count, gain, border)
    cut = cut_of(count, weights)
    x = np.zeros(width)
    keys = np.empty((2 * width, n), dtype=np.int64)
    queue = np.empty((2 * width, n), dtype=np.uint32)
    where = np.full((width, n), -1, dtype=np.int32)
    sizes = np.zeros(2 * width, dtype=np.int64)
    clock = np.zeros(1, dtype=np.int64)
    locked = np.empty(n, dtype=np.bool_)
    log_node = np.empty(n, dtype=np.int64)
    log_from = np.empty(n, dtype=np.int64)
    trial = np.empty((2, width), dtype=np.int64)
    open_places = np.empty(depth + 2, dtype=np.int64)
    found = np.empty(2 * width * depth + 2, dtype=np.int64)
    order = np.arange(n)
    flexible = flexible_nodes(pers_ptr if adaptive else pers_ptr[:1])

    scale = limit_scale(usage, base, slope)
    kept_side = side.copy()
    kept_current = current.copy()
    kept_over, _ = overload(usage, base, slope, scale, active)
    kept_cut = cut
    kept_cost = _cost(usage, base, slope, active, x, ratio)

    demands = 0
    done = 0
    while done < passes:
        done += 1
        if flexible.size > 0:
            if ratio.size > 0:
                rebalance_personalities(
                    pers_ptr, amounts, flexible, side, current, usage, base, slope, active, ratio,
                    False, True, SWEEPS, state,
                )  # fmt: skip
            rebalance_personalities(
                pers_ptr, amounts, flexible, side, current, usage, base, slope, active, ratio,
                True, True, SWEEPS, state,
            )  # fmt: skip
        to_limit = np.empty(width)
        for r in range(width):
            # affinity is measured by the room that the limits leave around an even division
            total = usage[0, r] + usage[1, r]
            allowed = 0.0
            for b in range(2):
                allowed += base[b, r] + slope[b, r] * total
            to_limit[r] = 1.0 / max(allowed - total, 1.0)
        entry_ptr, entry_resource = affinity_entries(pers_ptr, amounts, current, to_limit, adaptive)
        node_gains(node_ptr, nets, weights, side, count, gain, border)
        locked[:] = False
        clock[0] = 0
        shuffle(state, order)
        for v in order:
            enqueue(entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain, v)
        cost = _cost(usage, base, slope, active, x, ratio)
        over, _ = overload(usage, base, slope, scale, active)
        waiting = np.zeros(2, dtype=np.int64)
        for v in range(n):
            waiting[side[v]] += 1
        n_log = 0
        n_best = 0
        best_over, best_cut, best_cost = over, cut, cost
        demands_here = 0
        while n_log < n:
            pressure(usage, base, slope, active, x)
            n_found = gather(policy, depth, keys, queue, sizes, x, open_places, found, state)
            if n_found == 0:
                break
            best = np.int64(-1)
            best_p = np.int64(-1)
            best_score = np.inf
            if policy == CLASSIC and n_found == 2:
                # the side of larger gain, of equal ones that with more nodes left
                a, b = found[0], found[1]
                fewer = waiting[side[b]] > waiting[side[a]]
                if gain[b] > gain[a] or (gain[b] == gain[a] and fewer):
                    found[0] = b
                n_found = 1
            for i in range(n_found):
                v = found[i]
                s = np.int64(side[v])
                old = current[v]
                first, last = (pers_ptr[v], pers_ptr[v + 1]) if adaptive else (old, old + 1)
                for p in range(first, last):
                    for r in range(width):
                        trial[s, r] = usage[s, r] - amounts[old, r]
                        trial[1 - s, r] = usage[1 - s, r] + amounts[p, r]
                    score = _cost(trial, base, slope, active, x, ratio) - gain[v]
                    if score < best_score or (score == best_score and gain[v] > gain[best]):
                        best, best_p, best_score = v, p, score
            v = best
            leave_queues(entry_ptr, entry_resource, keys, queue, where, sizes, side, v)
            locked[v] = True
            s = np.int64(side[v])
            waiting[s] -= 1
            log_node[n_log] = v
            log_from[n_log] = current[v]
            n_log += 1
            for r in range(width):
                usage[s, r] -= amounts[current[v], r]
                usage[1 - s, r] += amounts[best_p, r]
            current[v] = best_p
            cut -= gain[v]
            move(
                net_ptr, pins, node_ptr, nets, weights, entry_ptr, entry_resource, keys, queue,
                where, sizes, clock, side, count, gain, locked, False, v,
            )  # fmt: skip
            over, _ = overload(usage, base, slope, scale, active)
            may_ask = demands_here < ON_DEMAND_A_PASS and demands < ON_DEMAND_A_RUN
            if over > 0.0 and flexible.size > 0 and may_ask:
                demands += 1
                demands_here += 1
                rebalance_personalities(
                    pers_ptr, amounts, flexible, side, current, usage, base, slope, active,
                    ratio, True, ratio.size > 0, SWEEPS, state,
                )  # fmt: skip
                over, _ = overload(usage, base, slope, scale, active)
            if over > 0.0:
                if over < best_over:
                    n_best, best_over, best_cut, best_cost = n_log, over, cut, np.inf
            elif best_over > 0.0 or cut <= best_cut:
                cost = _cost(usage, base, slope, active, x, ratio)
                if best_over > 0.0 or cut < best_cut or cost < best_cost:
                    n_best, best_over, best_cut, best_cost = n_log, 0.0, cut, cost
        clear_queues(queue, where, sizes)
        locked[:] = True
        moved = n_best > 0
        while n_log > n_best:
            n_log -= 1
            v = log_node[n_log]
            cut -= gain[v]
            move(
                net_ptr, pins, node_ptr, nets, weights, entry_ptr, entry_resource, keys, queue,
                where, sizes, clock, side, count, gain, locked, False, v,
            )  # fmt: skip
            current[v] = log_from[n_log]
        usage = usage_of(side, current, amounts)
        over, _ = overload(usage, base, slope, scale, active)
        cost = _cost(usage, base, slope, active, x, ratio)
        better = over < kept_over or (over == kept_over and cut < kept_cut)
        better = better or (over == kept_over and cut == kept_cut and cost < kept_cost)
        if better:
            kept_side[:] = side
            kept_current[:] = current
            kept_over, kept_cut, kept_cost = over, cut, cost
        if not moved:
            break
    side[:] = kept_side
    current[:] = kept_current
    return kept_over, kept_cut, done
