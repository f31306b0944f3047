"""Personalities of a cluster: which combinations of its members' personalities are kept."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below

__all__ = ["adopt", "combine_fronts", "combine_sampled", "flexible_nodes", "only_current"]


@kernel
def flexible_nodes(pers_ptr):
    """Return the nodes with several personalities, ascending."""
    n = pers_ptr.size - 1
    nodes = np.empty(n, dtype=np.int64)
    count = 0
    for v in range(n):
        if pers_ptr[v + 1] - pers_ptr[v] > 1:
            nodes[count] = v
            count += 1
    return nodes[:count].copy()


@kernel
def adopt(member_ptr, members, pers_ptr, coarse_ptr, picks, coarse_current):
    """Return the personalities of the members, given those of their clusters.

    Parameters
    ----------
    picks : int32 ndarray of shape (sum over clusters of personalities * members,)
        ``picks[pick_start(c) + j * |c| + i]`` is the personality, within its own list, of the i-th
        member of c when c has its j-th.
    """
    current = np.empty(members.size, dtype=np.int64)
    at = 0
    for c in range(member_ptr.size - 1):
        size = member_ptr[c + 1] - member_ptr[c]
        j = coarse_current[c] - coarse_ptr[c]
        for i in range(size):
            v = members[member_ptr[c] + i]
            current[v] = pers_ptr[v] + picks[at + j * size + i]
        at += size * (coarse_ptr[c + 1] - coarse_ptr[c])
    return current


@kernel
def only_current(member_ptr, members, pers_ptr, amounts, current):
    """Personalities of clusters whose members keep what they have: one each.

    Returns
    -------
    coarse_ptr, coarse_amounts, picks, coarse_current
        As for :func:`combine_fronts`.
    """
    count = member_ptr.size - 1
    width = amounts.shape[1]
    coarse = np.zeros((count, width), dtype=np.int64)
    picks = np.empty(members.size, dtype=np.int32)
    for c in range(count):
        for i in range(member_ptr[c], member_ptr[c + 1]):
            v = members[i]
            picks[i] = current[v] - pers_ptr[v]
            for r in range(width):
                coarse[c, r] += amounts[current[v], r]
    return np.arange(count + 1), coarse, picks, np.arange(count)


@kernel
def _grown(picks, need):
    if need <= picks.size:
        return picks
    larger = np.empty(max(need, 2 * picks.size), dtype=np.int32)
    larger[: picks.size] = picks
    return larger


@kernel
def _same_row(table, i, j):
    same = True
    for r in range(table.shape[1]):
        same = same and table[i, r] == table[j, r]
    return same


@kernel
def _dominated(table, i, count):
    """Tell whether another row of the first `count` needs nowhere more than row i."""
    for j in range(count):
        if j == i:
            continue
        worse = False
        equal = True
        for r in range(table.shape[1]):
            if table[j, r] > table[i, r]:
                worse = True
                break
            if table[j, r] < table[i, r]:
                equal = False
        if not worse and not equal:
            return True
    return False


@kernel
def _distance(table, i, j, scale):
    total = 0.0
    for r in range(table.shape[1]):
        d = (table[i, r] - table[j, r]) * scale[r]
        total += d * d
    return total


@kernel
def _choose(table, count, scale, ratio, cap, monotone, kept):
    """Write the rows to keep, of `count`, to `kept` and return how many: row 0 is always kept.

    Then come the heaviest row in every resource and the one nearest the target's direction, and
    after them, again and again, the row farthest from all that are kept. Copies of a row are
    dropped, and rows that need at least as much of everything as another one if `monotone`.
    """
    width = table.shape[1]
    alive = np.ones(count, dtype=np.bool_)
    for i in range(1, count):
        for j in range(i):
            if alive[j] and _same_row(table, i, j):
                alive[i] = False
                break
    if monotone:
        for i in range(1, count):
            if alive[i] and _dominated(table, i, count):
                alive[i] = False
    n_alive = 0
    for i in range(count):
        n_alive += alive[i]
    if n_alive <= cap:
        n = 0
        for i in range(count):
            if alive[i]:
                kept[n] = i
                n += 1
        return n
    kept[0] = 0
    alive[0] = False
    n = 1
    for r in range(width):
        best = -1
        for i in range(count):
            if alive[i] and (best < 0 or table[i, r] > table[best, r]):
                best = i
        if best >= 0 and n < cap:
            kept[n] = best
            alive[best] = False
            n += 1
    if ratio.size > 0 and n < cap:
        best = -1
        best_off = np.inf
        for i in range(count):
            if alive[i]:
                total = 0.0
                for r in range(width):
                    total += table[i, r]
                off = 0.0
                for r in range(width):
                    d = table[i, r] / max(total, 1.0) - ratio[r]
                    off += d * d
                if off < best_off:
                    best, best_off = i, off
        if best >= 0:
            kept[n] = best
            alive[best] = False
            n += 1
    gap = np.full(count, np.inf)
    for i in range(count):
        for k in range(n):
            gap[i] = min(gap[i], _distance(table, i, kept[k], scale))
    while n < cap:
        best = -1
        for i in range(count):
            if alive[i] and (best < 0 or gap[i] > gap[best]):
                best = i
        if best < 0:
            break
        kept[n] = best
        alive[best] = False
        n += 1
        for i in range(count):
            gap[i] = min(gap[i], _distance(table, i, best, scale))
    return n


@kernel
def combine_fronts(member_ptr, members, pers_ptr, amounts, current, cap, scale, ratio, monotone):
    """Personalities of clusters: the members' ones added up one member at a time.

    After every member at most `cap` sums are kept: what the members have now, the extremes of the
    resources, the one nearest the target direction, and a spread of the others.

    Parameters
    ----------
    current : int64 ndarray of shape (n,)
        Row of amounts that every node has now; the first personality of a cluster is their sum.
    scale : float64 ndarray of shape (R,)
        What makes the resources comparable: one over the total.
    ratio : float64 ndarray of shape (R,) or (0,)
        The target, summing to 1; empty for none.
    monotone : bool
        Whether a personality that needs more of everything can be dropped: with capacities, not
        with a balance.

    Returns
    -------
    coarse_ptr : int64 ndarray of shape (n_clusters + 1,)
    coarse_amounts : int64 ndarray of shape (coarse_ptr[-1], R)
    picks : int32 ndarray
        See :func:`adopt`.
    coarse_current : int64 ndarray of shape (n_clusters,)
    """
    count = member_ptr.size - 1
    width = amounts.shape[1]
    most_members = np.int64(1)
    most_choices = np.int64(1)
    for c in range(count):
        most_members = max(most_members, member_ptr[c + 1] - member_ptr[c])
    for v in range(pers_ptr.size - 1):
        most_choices = max(most_choices, pers_ptr[v + 1] - pers_ptr[v])
    rows = cap * most_choices
    table = np.zeros((rows, width), dtype=np.int64)
    choice = np.zeros((rows, most_members), dtype=np.int32)
    front = np.zeros((cap, width), dtype=np.int64)
    taken = np.zeros((cap, most_members), dtype=np.int32)
    kept = np.empty(cap, dtype=np.int64)
    coarse_ptr = np.zeros(count + 1, dtype=np.int64)
    coarse = np.empty((count * cap, width), dtype=np.int64)
    picks = np.empty(members.size, dtype=np.int32)
    coarse_current = np.empty(count, dtype=np.int64)
    top = np.int64(0)
    n_picks = np.int64(0)
    for c in range(count):
        size = member_ptr[c + 1] - member_ptr[c]
        n_front = 1
        front[0] = 0
        for i in range(size):
            v = members[member_ptr[c] + i]
            first = current[v] - pers_ptr[v]
            choices = pers_ptr[v + 1] - pers_ptr[v]
            if choices == 1:
                for f in range(n_front):
                    taken[f, i] = 0
                    for r in range(width):
                        front[f, r] += amounts[pers_ptr[v], r]
                continue
            n_rows = 0
            for f in range(n_front):
                for q in range(choices):
                    # the present personality comes first, so that row 0 is what the members have
                    own = first if q == 0 else (q - 1 if q <= first else q)
                    for r in range(width):
                        table[n_rows, r] = front[f, r] + amounts[pers_ptr[v] + own, r]
                    for m in range(i):
                        choice[n_rows, m] = taken[f, m]
                    choice[n_rows, i] = own
                    n_rows += 1
            n_front = _choose(table, n_rows, scale, ratio, cap, monotone, kept)
            for f in range(n_front):
                for r in range(width):
                    front[f, r] = table[kept[f], r]
                for m in range(i + 1):
                    taken[f, m] = choice[kept[f], m]
        picks = _grown(picks, n_picks + n_front * size)
        for f in range(n_front):
            for r in range(width):
                coarse[top + f, r] = front[f, r]
            for i in range(size):
                picks[n_picks] = taken[f, i]
                n_picks += 1
        coarse_current[c] = top
        top += n_front
        coarse_ptr[c + 1] = top
    return coarse_ptr, coarse[:top].copy(), picks[:n_picks].copy(), coarse_current


@kernel
def combine_sampled(member_ptr, members, pers_ptr, amounts, current, cap, ratio, state):
    """Personalities of clusters as in the paper: all combinations, or a sample of `cap`.

    The sample holds what the members have now; for every resource the combination with every
    member at its heaviest in it; two greedy combinations that follow the target ratio, taking the
    members forward and backward; and random ones. (Without a target the greedy ones keep the
    total small.) Parameters and results are as for :func:`combine_fronts`.
    """
    count = member_ptr.size - 1
    width = amounts.shape[1]
    most_members = np.int64(1)
    for c in range(count):
        most_members = max(most_members, member_ptr[c + 1] - member_ptr[c])
    taken = np.zeros((max(cap, width + 3), most_members), dtype=np.int32)
    coarse_ptr = np.zeros(count + 1, dtype=np.int64)
    coarse = np.zeros((count * taken.shape[0], width), dtype=np.int64)
    picks = np.empty(members.size, dtype=np.int32)
    coarse_current = np.empty(count, dtype=np.int64)
    total = np.zeros(width, dtype=np.int64)
    top = np.int64(0)
    n_picks = np.int64(0)
    for c in range(count):
        start = member_ptr[c]
        size = member_ptr[c + 1] - start
        product = 1.0
        for i in range(size):
            v = members[start + i]
            taken[0, i] = current[v] - pers_ptr[v]
            product *= pers_ptr[v + 1] - pers_ptr[v]
        n = 1
        if product <= cap:
            n = np.int64(product)
            for j in range(1, n):
                # count on from the present combination, each member a digit of its own base
                carry = 1
                for i in range(size):
                    v = members[start + i]
                    digit = taken[j - 1, i] + carry
                    if digit == pers_ptr[v + 1] - pers_ptr[v]:
                        digit = 0
                    # a digit that has come round to its start passes on
                    if carry == 1 and digit != taken[0, i]:
                        carry = 0
                    taken[j, i] = digit
        else:
            for r in range(width):
                for i in range(size):
                    v = members[start + i]
                    best = pers_ptr[v]
                    for p in range(pers_ptr[v] + 1, pers_ptr[v + 1]):
                        if amounts[p, r] > amounts[best, r]:
                            best = p
                    taken[n, i] = best - pers_ptr[v]
                n += 1
            for backward in range(2):
                total[:] = 0
                for step in range(size):
                    i = size - 1 - step if backward == 1 else step
                    v = members[start + i]
                    best = pers_ptr[v]
                    best_off = np.inf
                    for p in range(pers_ptr[v], pers_ptr[v + 1]):
                        amount = 0.0
                        for r in range(width):
                            amount += total[r] + amounts[p, r]
                        off = amount
                        if ratio.size > 0:
                            off = 0.0
                            for r in range(width):
                                d = (total[r] + amounts[p, r]) / max(amount, 1.0) - ratio[r]
                                off += d * d
                        if off < best_off:
                            best, best_off = p, off
                    taken[n, i] = best - pers_ptr[v]
                    for r in range(width):
                        total[r] += amounts[best, r]
                n += 1
            while n < cap:
                for i in range(size):
                    v = members[start + i]
                    taken[n, i] = next_below(state, pers_ptr[v + 1] - pers_ptr[v])
                n += 1
        picks = _grown(picks, n_picks + n * size)
        for j in range(n):
            for i in range(size):
                v = members[start + i]
                for r in range(width):
                    coarse[top + j, r] += amounts[pers_ptr[v] + taken[j, i], r]
                picks[n_picks] = taken[j, i]
                n_picks += 1
        coarse_current[c] = top
        top += n
        coarse_ptr[c + 1] = top
    return coarse_ptr, coarse[:top].copy(), picks[:n_picks].copy(), coarse_current
