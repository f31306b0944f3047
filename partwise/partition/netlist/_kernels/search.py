"""Two-way search that oscillates about the limits: moves and switches of personality."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below, shuffle
from partwise.partition.netlist._kernels.balance import (
    limit_scale,
    overload,
    pressure,
    ratio_power,
)
from partwise.partition.netlist._kernels.candidates import gather
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

__all__ = ["search"]

PRICE = 2.0  # of an overload by an average node, in mean net weights
GROWTH = 1.1  # of the price with every step in overload, and its fall with every other
LOWEST, HIGHEST = 1.0 / 16.0, 256.0  # of the price, relative to where it starts
SWITCHES = 8  # nodes that are asked to help by another personality after a step into overload
TIE = 1e-3  # weight of evenness, in mean net weights: it decides between equal gains
RATIO = 0.1  # weight of the target ratio likewise


@kernel
def _choose(
    n_found, found, pers_ptr, amounts, side, current, usage, trial, gain, base, slope, scale,
    active, ratio, adaptive, price, unit, over, square, off,
):  # fmt: skip
    """Return (node, personality, overload, square, off) of the candidate of the best score."""
    width = amounts.shape[1]
    best = np.int64(-1)
    best_p = np.int64(-1)
    best_score = -np.inf
    best_over, best_square, best_off = 0.0, 0.0, 0.0
    for i in range(n_found):
        v = found[i]
        s = np.int64(side[v])
        old = current[v]
        first, last = (pers_ptr[v], pers_ptr[v + 1]) if adaptive else (old, old + 1)
        for p in range(first, last):
            for r in range(width):
                trial[s, r] = usage[s, r] - amounts[old, r]
                trial[1 - s, r] = usage[1 - s, r] + amounts[p, r]
            then, evenness = overload(trial, base, slope, scale, active)
            there = off
            if p != old:
                there = ratio_power(trial, ratio)
            score = (
                gain[v]
                - price * (then - over)
                - unit * (TIE * (evenness - square) + RATIO * (there - off))
            )
            if score > best_score:
                best, best_p, best_score = v, p, score
                best_over, best_square, best_off = then, evenness, there
    return best, best_p, best_over, best_square, best_off


@kernel
def search(
    net_ptr, pins, node_ptr, nets, weights, pers_ptr, amounts, side, current, base, slope, active,
    ratio, adaptive, policy, depth, passes, patience, state,
):  # fmt: skip
    """Improve a bisection in place: (overload, cut, number of passes).

    A pass starts with the nodes of cut nets waiting (with all nodes, if a limit is exceeded). Each
    step moves the candidate of largest ``gain - price * growth of the overload``, together with the
    personality that is best for it, and locks it. The price rises while the state is over a limit
    and falls while it is not, so that the search swings through infeasible states; after a step
    into overload some nodes may help by switching their personality. The pass ends after
    `patience` steps without a new best state and goes back to it: the least overload, then the
    smallest cut. Passes follow until one brings nothing.

    Parameters
    ----------
    side : uint8 ndarray of shape (n,)
    current : int64 ndarray of shape (n,)
    base, slope : float64 ndarrays of shape (2, R)
    active : bool ndarray of shape (R,)
        Resources whose limits count.
    ratio : float64 ndarray of shape (R,) or (0,)
    policy, depth : int
        See :func:`gather`.

    Notes
    -----
    O(pins log n + steps (6 R candidates) R) time a pass. The penalty with a price that follows
    feasibility is strategic oscillation (F. Glover, "Heuristics for integer programming using
    surrogate constraints", Decision Sciences 8(1), 1977, doi:10.1111/j.1540-5915.1977.tb01074.x).
    """
    n = side.size
    width = amounts.shape[1]
    count = count_pins(net_ptr, pins, side)
    usage = usage_of(side, current, amounts)
    gain = np.empty(n, dtype=np.int64)
    border = np.empty(n, dtype=np.bool_)
    node_gains(node_ptr, nets, weights, side, count, gain, border)
    cut = cut_of(count, weights)
    scale = limit_scale(usage, base, slope)
    over, square = overload(usage, base, slope, scale, active)
    off = ratio_power(usage, ratio)

    unit = 1.0
    if weights.size > 0:
        unit = weights.sum() / weights.size
    mean_share = 0.0
    for v in range(n):
        most = 0.0
        for r in range(width):
            if active[r]:
                most = max(most, amounts[current[v], r] * min(scale[0, r], scale[1, r]))
        mean_share += most / n
    flexible = flexible_nodes(pers_ptr if adaptive else pers_ptr[:1])
    start_price = PRICE * unit / max(mean_share, 1e-12)

    mean_scale = np.empty(width)
    for r in range(width):
        mean_scale[r] = min(scale[0, r], scale[1, r])
    entry_ptr, entry_resource = affinity_entries(pers_ptr, amounts, current, mean_scale, adaptive)
    keys = np.empty((2 * width, n), dtype=np.int64)
    queue = np.empty((2 * width, n), dtype=np.uint32)
    where = np.full((width, n), -1, dtype=np.int32)
    sizes = np.zeros(2 * width, dtype=np.int64)
    clock = np.zeros(1, dtype=np.int64)
    locked = np.empty(n, dtype=np.bool_)
    # a step logs its move, and the switches of personality that follow it
    room = n * (1 + (SWITCHES if flexible.size > 0 else 0)) + 1
    log_node = np.empty(room, dtype=np.int64)
    log_from = np.empty(room, dtype=np.int64)
    trial = np.empty((2, width), dtype=np.int64)
    x = np.zeros(width)
    open_places = np.empty(depth + 2, dtype=np.int64)
    found = np.empty(2 * width * depth + 2, dtype=np.int64)
    order = np.arange(n)

    done = 0
    while done < passes:
        done += 1
        locked[:] = False
        clock[0] = 0
        if done > 1:
            node_gains(node_ptr, nets, weights, side, count, gain, border)
        everyone = over > 0.0
        shuffle(state, order)
        for v in order:
            if everyone or border[v]:
                enqueue(entry_ptr, entry_resource, keys, queue, where, sizes, clock, side, gain, v)
        price = start_price
        n_log = 0
        n_best = 0
        best_over, best_cut, best_square = over, cut, square
        start_over, start_cut = over, cut
        idle = 0
        while idle < patience:
            if policy == 2:
                pressure(usage, base, slope, active, x)
            n_found = gather(policy, depth, keys, queue, sizes, x, open_places, found, state)
            if n_found == 0:
                break
            v, p, then, evenness, there = _choose(
                n_found, found, pers_ptr, amounts, side, current, usage, trial, gain, base, slope,
                scale, active, ratio, adaptive, price, unit, over, square, off,
            )  # fmt: skip
            leave_queues(entry_ptr, entry_resource, keys, queue, where, sizes, side, v)
            locked[v] = True
            s = np.int64(side[v])
            log_node[n_log] = v
            log_from[n_log] = current[v]
            n_log += 1
            for r in range(width):
                usage[s, r] -= amounts[current[v], r]
                usage[1 - s, r] += amounts[p, r]
            current[v] = p
            cut -= gain[v]
            over, square, off = then, evenness, there
            move(
                net_ptr, pins, node_ptr, nets, weights, entry_ptr, entry_resource, keys, queue,
                where, sizes, clock, side, count, gain, locked, True, v,
            )  # fmt: skip
            if over > 0.0 and flexible.size > 0:
                for _ in range(SWITCHES):
                    u = flexible[next_below(state, flexible.size)]
                    b = np.int64(side[u])
                    old = current[u]
                    best_p = old
                    best_then, best_evenness = over, square
                    for q in range(pers_ptr[u], pers_ptr[u + 1]):
                        if q == old:
                            continue
                        for r in range(width):
                            trial[b, r] = usage[b, r] + amounts[q, r] - amounts[old, r]
                            trial[1 - b, r] = usage[1 - b, r]
                        then, evenness = overload(trial, base, slope, scale, active)
                        if then < best_then:
                            best_p, best_then, best_evenness = q, then, evenness
                    if best_p != old:
                        log_node[n_log] = ~u  # a switch without a move
                        log_from[n_log] = old
                        n_log += 1
                        for r in range(width):
                            usage[b, r] += amounts[best_p, r] - amounts[old, r]
                        current[u] = best_p
                        over, square = best_then, best_evenness
                        off = ratio_power(usage, ratio)
                        if over <= 0.0:
                            break
            better = False
            if over <= 0.0:
                better = best_over > 0.0 or cut < best_cut
                better = better or (cut == best_cut and square < best_square - 1e-12)
                price = max(price / GROWTH, LOWEST * start_price)
            else:
                better = over < best_over - 1e-15
                price = min(price * GROWTH, HIGHEST * start_price)
            if better:
                if over < best_over or cut < best_cut:
                    idle = 0
                best_over, best_cut, best_square = over, cut, square
                n_best = n_log
            idle += 1
        clear_queues(queue, where, sizes)
        locked[:] = True
        while n_log > n_best:
            n_log -= 1
            v = log_node[n_log]
            old = log_from[n_log]
            if v < 0:
                v = ~v
                b = np.int64(side[v])
                for r in range(width):
                    usage[b, r] += amounts[old, r] - amounts[current[v], r]
            else:
                b = np.int64(side[v])
                for r in range(width):
                    usage[b, r] -= amounts[current[v], r]
                    usage[1 - b, r] += amounts[old, r]
                move(
                    net_ptr, pins, node_ptr, nets, weights, entry_ptr, entry_resource, keys, queue,
                    where, sizes, clock, side, count, gain, locked, False, v,
                )  # fmt: skip
            current[v] = old
        cut = best_cut
        over, square = overload(usage, base, slope, scale, active)
        off = ratio_power(usage, ratio)
        if not (over < start_over - 1e-15 or cut < start_cut):
            break
    return over, cut, done
