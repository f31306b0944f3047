"""The transportation problem between points and a few parts, exactly, by shortest paths.

Parts have prices. Every point starts in the part of least squared distance minus price, which is
the cheapest way to give parts the loads that they then have. While some part is above its largest
load and another one below its least, points are moved along the shortest path between them in the
graph of the parts, where the way from a to b is as long as the least that one point of a costs
more in b; prices follow, so that every state is the cheapest for its loads. One more node stands
for the loads themselves, which may vary between their bounds.

The lengths are kept as lower bounds: after the cheapest piece has left, the next one is only looked
for when a path would use it.

A point may be divided between parts, so its pieces are what is moved: `point` and `amount` of each,
in a doubly linked list for every part and a ring for every point, of which no part has two pieces.
Equal whole weights never divide one.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["SMALL", "central_prices", "gaps", "nearest_parts", "squared_costs", "transport"]

#: Loads are right when they miss by less than this part of the sum of weights.
SMALL = 1e-10
_TIE = 1e-14  # of the largest cost: costs this near are equal


@kernel
def _squares(X, i, sites, costs):
    """Write the squared distances of point `i` to all sites."""
    for j in range(sites.shape[0]):
        total = 0.0
        for c in range(X.shape[1]):
            difference = X[i, c] - sites[j, c]
            total += difference * difference
        costs[j] = total


@kernel
def _more(X, i, sites, a, b):
    """Return how much more point `i` costs in part b than in part a."""
    total = 0.0
    for c in range(X.shape[1]):
        p, q = X[i, c] - sites[b, c], X[i, c] - sites[a, c]
        total += p * p - q * q
    return total


@kernel
def nearest_parts(X, sites, prices, labels):
    """Write the part of least squared distance minus price of every point, the first of equals."""
    costs = np.empty(sites.shape[0])
    for i in range(X.shape[0]):
        _squares(X, i, sites, costs)
        best = 0
        for j in range(1, sites.shape[0]):
            if costs[j] - prices[j] < costs[best] - prices[best]:
                best = j
        labels[i] = best


@kernel
def squared_costs(X, weights, sites, labels):
    """Return the sum of weighted squared distances of points to their own sites."""
    total = 0.0
    for i in range(X.shape[0]):
        square = 0.0
        for c in range(X.shape[1]):
            difference = X[i, c] - sites[labels[i], c]
            square += difference * difference
        total += weights[i] * square
    return total


@kernel
def _offer(e, costs, a, best, who):
    """Let piece `e` of part `a` be the one that leaves to where no other is cheaper."""
    for b in range(costs.size):
        if b != a and costs[b] - costs[a] < best[a, b]:
            best[a, b], who[a, b] = costs[b] - costs[a], e


@kernel
def _search(X, sites, point, head, following, a, b, enough, best, who):
    """Find the piece of part `a` that is cheapest in `b`; stop at one that costs `enough` more."""
    best[a, b], who[a, b] = np.inf, -1
    e = head[a]
    while e >= 0:
        value = _more(X, point[e], sites, a, b)
        if value < best[a, b]:
            best[a, b], who[a, b] = value, e
            if value <= enough:
                return
        e = following[e]


@kernel
def _link(e, a, head, following, previous):
    following[e], previous[e] = head[a], -1
    if head[a] >= 0:
        previous[head[a]] = e
    head[a] = e


@kernel
def _unlink(e, a, head, following, previous):
    if previous[e] >= 0:
        following[previous[e]] = following[e]
    else:
        head[a] = following[e]
    if following[e] >= 0:
        previous[following[e]] = previous[e]


@kernel
def _joined(e, b, part, amount, ring):
    """Add piece `e` to the piece of the same point in part `b`; return False if there is none."""
    f = ring[e]
    while f != e and part[f] != b:
        f = ring[f]
    if f == e:
        return False
    amount[f] += amount[e]
    part[e], amount[e] = -1, 0.0
    last = ring[e]
    while ring[last] != e:
        last = ring[last]
    ring[last] = ring[e]
    return True


@kernel
def _length(a, b, k, best, loads, low, high, prices, small):
    """Return the reduced length of the way from node a to node b; node k are the loads."""
    if a == k:
        cost = 0.0 if loads[b] > low[b] + small else np.inf
    elif b == k:
        cost = 0.0 if loads[a] < high[a] - small else np.inf
    else:
        cost = best[a, b]
    return max(cost + prices[a] - prices[b], 0.0)


@kernel
def _shortest_path(
    X, sites, point, head, following, best, who, loads, low, high, prices, excess, small, tie,
    distance, before, done,
):  # fmt: skip
    """Find the nearest node with a lack from all nodes with an excess; return it, -1 for none.

    Dijkstra's method, O(k^2). Prices of the nodes that were reached before are lowered by what they
    are nearer, which makes ways of length 0 of the path and leaves no way negative.
    """
    k = loads.size
    for a in range(k + 1):
        done[a] = False
        distance[a] = 0.0 if excess[a] > small else np.inf
        before[a] = -1
    while True:
        a = -1
        for b in range(k + 1):
            if not done[b] and distance[b] < np.inf and (a < 0 or distance[b] < distance[a]):
                a = b
        if a < 0:
            return -1
        via = before[a]
        if 0 <= via < k and a < k and who[via, a] < 0:
            # only a lower bound: find the length, and the way again
            enough = prices[a] - prices[via] + tie
            _search(X, sites, point, head, following, via, a, enough, best, who)
            distance[a] = np.inf
            for b in range(k + 1):
                if done[b]:
                    through = distance[b] + _length(b, a, k, best, loads, low, high, prices, small)
                    if through < distance[a]:
                        distance[a], before[a] = through, b
            continue
        if excess[a] < -small:
            break
        done[a] = True
        for b in range(k + 1):
            if not done[b]:
                through = distance[a] + _length(a, b, k, best, loads, low, high, prices, small)
                if through < distance[b]:
                    distance[b], before[b] = through, a
    for b in range(k + 1):
        if done[b]:
            prices[b] += distance[b] - distance[a]
    return a


@kernel
def _longer(a, size):
    b = np.empty(size, a.dtype)
    b[: a.size] = a
    return b


@kernel
def transport(X, weights, sites, prices, low, high, labels):
    """Divide points among parts at least cost, with loads between `low` and `high`.

    Parameters
    ----------
    X : float64 array of shape (n, d)
    weights : float64 array of shape (n,)
        Positive.
    sites : float64 array of shape (k, d)
    prices : float64 array of shape (k + 1,)
        Where to start, improved in place; the last one is that of the loads.
    low, high : float64 arrays of shape (k,)
        Their sums lie on both sides of the sum of weights.
    labels : int32 array of shape (n,)
        Of parts that are equally near a point stays in that which it is in. Not changed.

    Returns
    -------
    point, part, amount : arrays
        The pieces: the whole of a point in one part, or its parts.
    loads : float64 array of shape (k,)
        Within their bounds up to rounding.
    moves : int
        Paths that were followed.
    """
    n, k = X.shape[0], sites.shape[0]
    point, part, amount = np.arange(n), labels.copy(), weights.copy()
    head = np.full(k, -1)
    following, previous = np.empty(n, np.int64), np.empty(n, np.int64)
    best, who = np.full((k, k), np.inf), np.full((k, k), -1)
    held, costs = np.zeros(k), np.empty(k)
    largest = 0.0
    for i in range(n):
        _squares(X, i, sites, costs)
        a = labels[i]
        for j in range(k):
            if costs[j] - prices[j] < costs[a] - prices[a]:
                a = j
        largest = max(largest, costs[a])
        part[i] = a
        held[a] += weights[i]
        _link(i, a, head, following, previous)
        _offer(i, costs, a, best, who)
    # a load is at a bound where its price says so
    loads, excess = np.empty(k), np.zeros(k + 1)
    for j in range(k):
        loads[j] = min(max(held[j], low[j]), high[j])
        if prices[j] < prices[k]:
            loads[j] = high[j]
        elif prices[j] > prices[k]:
            loads[j] = low[j]
        excess[j] = held[j] - loads[j]
        excess[k] -= excess[j]
    small, tie = SMALL * weights.sum(), _TIE * largest
    distance, before = np.empty(k + 1), np.empty(k + 1, np.int64)
    done = np.empty(k + 1, np.bool_)
    dust = 0.01 * small / n  # pieces as small as this are not left behind
    ring = np.arange(n)
    size, moves = n, 0
    while True:
        end = _shortest_path(
            X, sites, point, head, following, best, who, loads, low, high, prices, excess, small,
            tie, distance, before, done,
        )  # fmt: skip
        if end < 0:
            break
        moves += 1
        step, b = -excess[end], end
        while before[b] >= 0:
            a = before[b]
            if a == k:
                step = min(step, loads[b] - low[b])
            elif b == k:
                step = min(step, high[a] - loads[a])
            else:
                step = min(step, amount[who[a, b]])
            b = a
        step = min(step, excess[b])
        excess[b] -= step
        excess[end] += step
        b = end
        while before[b] >= 0:
            a = before[b]
            if a == k:
                loads[b] -= step
            elif b == k:
                loads[a] += step
            else:
                e = who[a, b]
                _squares(X, point[e], sites, costs)
                if amount[e] <= step + dust:
                    excess[a] -= amount[e] - step
                    excess[b] += amount[e] - step
                    _unlink(e, a, head, following, previous)
                    for c in range(k):
                        if who[a, c] == e:
                            who[a, c] = -1
                else:
                    amount[e] -= step
                    if size == point.size:
                        room = 2 * size
                        point, part = _longer(point, room), _longer(part, room)
                        amount, ring = _longer(amount, room), _longer(ring, room)
                        following, previous = _longer(following, room), _longer(previous, room)
                    point[size], amount[size] = point[e], step
                    part[size] = -1
                    ring[size], ring[e] = ring[e], size
                    e = size
                    size += 1
                if not _joined(e, b, part, amount, ring):
                    part[e] = b
                    _link(e, b, head, following, previous)
                    _offer(e, costs, b, best, who)
            b = a
    alive = part[:size] >= 0
    return point[:size][alive], part[:size][alive], amount[:size][alive], loads, moves


@kernel
def gaps(X, sites, point, part):
    """Return what the cheapest piece of every part costs more in every other one, shape (k, k)."""
    k = sites.shape[0]
    best, who, costs = np.full((k, k), np.inf), np.full((k, k), -1), np.empty(k)
    for e in range(point.size):
        _squares(X, point[e], sites, costs)
        _offer(e, costs, part[e], best, who)
    return best


@kernel
def central_prices(best, loads, low, high, prices, small, sources):
    """Return prices in the middle of those for which the division of the points is the cheapest.

    Loads within `small` of a bound are at it. The mean over `sources` nodes of the distances from
    there, which for all k + 1 nodes is inside: a point that can be told apart from its neighbours
    lies strictly nearest to its own part.
    """
    k = loads.size
    mean, distance = np.zeros(k + 1), np.empty(k + 1)
    done = np.empty(k + 1, np.bool_)
    for s in range(sources):
        source = (s * (k + 1)) // sources
        done[:] = False
        distance[:] = np.inf
        distance[source] = 0.0
        farthest = 0.0
        for _ in range(k + 1):
            a = -1
            for b in range(k + 1):
                if not done[b] and distance[b] < np.inf and (a < 0 or distance[b] < distance[a]):
                    a = b
            if a < 0:
                break
            done[a] = True
            farthest = distance[a]
            for b in range(k + 1):
                if not done[b]:
                    through = distance[a] + _length(a, b, k, best, loads, low, high, prices, small)
                    distance[b] = min(distance[b], through)
        for b in range(k + 1):
            mean[b] += min(distance[b], farthest) / sources
    return prices + mean
