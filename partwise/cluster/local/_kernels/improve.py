"""Better sets by maximum flows in a ball that grows only where the flow needs it (Dinic)."""

from __future__ import annotations

import numpy as np

from partwise.cluster.local._kernels.ball import ARCS, PUSHES, TOUCHED, WORK
from partwise.cluster.local._kernels.network import open_arcs
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["max_flow", "open_reference", "quotient"]


@kernel
def open_reference(indptr, indices, weights, kept, ball, net, size):
    """Open the first `size` touched nodes, the reference set, with their arcs."""
    for i in range(size):
        open_arcs(indptr, indices, weights, kept, ball, net, i)


@kernel
def quotient(ball, net, kept, size):
    """Return (cut, volume inside the reference, volume outside) of the nodes with ``level >= 0``.

    All of them must be opened.
    """
    cut = 0.0
    inside = 0.0
    outside = 0.0
    for i in range(ball.count[TOUCHED]):
        if net.level[i] < 0:
            continue
        if i < size:
            inside += ball.degree[i]
        else:
            outside += ball.degree[i]
        for a in range(ball.first[i], ball.last[i]):
            if net.level[ball.to[a]] < 0:
                cut += arc_weight(kept, a)
    return cut, inside, outside


@kernel
def _supply(ball, net, start, size, num, eps, top):
    for i in range(start, ball.count[TOUCHED]):
        net.level[i] = -1
        net.source[i] = num * ball.degree[i] if i < size else 0.0
        net.drain[i] = 0.0 if i < size else min(num * eps * ball.degree[i], top)


@kernel
def _levels(indptr, indices, weights, kept, ball, net, size, num, den, eps, top, slack):
    """Give nodes their distance from the source, up to the first that can drain.

    Opens those that cannot and have a row still to be read. Returns the distance of the nearest
    node that can drain, -1 if none is reached.
    """
    for i in range(ball.count[TOUCHED]):
        net.level[i] = -1
    tail = 0
    for i in range(size):
        if net.source[i] > slack * num * ball.degree[i]:
            net.level[i] = 0
            ball.stack[tail] = i
            tail += 1
    head = 0
    found = np.int64(-1)
    while head < tail:
        i = np.int64(ball.stack[head])
        head += 1
        if found >= 0 and net.level[i] >= found:
            break
        if i >= size and net.drain[i] > slack * min(num * eps * ball.degree[i], top):
            found = net.level[i]
            continue
        if ball.first[i] < 0:
            start = ball.count[TOUCHED]
            open_arcs(indptr, indices, weights, kept, ball, net, i)
            _supply(ball, net, start, size, num, eps, top)
        ball.count[WORK] += ball.last[i] - ball.first[i]
        net.at[i] = ball.first[i]
        for a in range(ball.first[i], ball.last[i]):
            k = ball.to[a]
            limit = den * arc_weight(kept, a)
            if net.level[k] < 0 and limit - net.flow[a] > slack * limit:
                net.level[k] = net.level[i] + 1
                ball.stack[tail] = k
                tail += 1
    return found


@kernel
def _augment(ball, net, kept, root, size, num, den, eps, top, slack, found):
    """Send flow from `root` along one shortest path; return whether there was one."""
    depth = 0
    v = root
    while True:
        if v >= size and net.level[v] == found:
            if net.drain[v] > slack * min(num * eps * ball.degree[v], top):
                break
        elif net.level[v] < found:
            advanced = False
            while net.at[v] < ball.last[v]:
                a = net.at[v]
                k = np.int64(ball.to[a])
                limit = den * arc_weight(kept, a)
                if net.level[k] == net.level[v] + 1 and limit - net.flow[a] > slack * limit:
                    net.path[depth] = a
                    depth += 1
                    v = k
                    advanced = True
                    break
                net.at[v] += 1
            if advanced:
                continue
        if depth == 0:
            return False
        depth -= 1
        v = root if depth == 0 else np.int64(ball.to[net.path[depth - 1]])
        net.at[v] += 1
    amount = min(net.source[root], net.drain[v])
    for t in range(depth):
        a = net.path[t]
        amount = min(amount, den * arc_weight(kept, a) - net.flow[a])
    net.source[root] -= amount
    net.drain[v] -= amount
    for t in range(depth):
        a = net.path[t]
        net.flow[a] += amount
        if net.back[a] >= 0:
            net.flow[net.back[a]] = -net.flow[a]
    ball.count[PUSHES] += 1
    return True


@kernel
def max_flow(indptr, indices, weights, kept, ball, net, size, num, den, eps, volume, slack):
    """Minimise ``den cut(S) - num (vol(S in R) - eps vol(S outside R))`` over sets S of nodes.

    R is the first `size` touched nodes, which are opened. The minimum cut of a network: the source
    supplies ``num degree`` to nodes of R, other nodes drain ``num eps degree``, edges carry ``den
    weight``. A node outside R whose drain is not full can drain all that it gets, so that its row
    is not read; the ball grows only at full drains.

    Parameters
    ----------
    eps : float
        Infinity keeps S inside R.
    volume : float
        That of R.
    slack : float
        Capacities count as used up when this part of them is left: 0 if all are integers below
        2^53.

    Returns
    -------
    The minimiser (the smallest) is the set of nodes with ``net.level >= 0``.
    """
    top = 2.0 * num * volume + 1.0  # more than all supply: never full
    for a in range(ball.count[ARCS]):
        net.flow[a] = 0.0
    _supply(ball, net, 0, size, num, eps, top)
    while True:
        found = _levels(indptr, indices, weights, kept, ball, net, size, num, den, eps, top, slack)
        if found < 0:
            return
        for root in range(size):
            if net.level[root] == 0:
                while net.source[root] > slack * num * ball.degree[root]:
                    if not _augment(ball, net, kept, root, size, num, den, eps, top, slack, found):
                        break
