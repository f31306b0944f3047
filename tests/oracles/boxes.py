"""References for boxes and ultrametrics: exact fractions, plain recursion, linear programs."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
from scipy.optimize import linprog, minimize
from scipy.spatial.distance import pdist, squareform
from scipy.special import gamma


def slack_boxes(tree, dim, eps):
    """Exact boxes ((lower, ...), (upper, ...)) by node of the unit cube, for whole weights."""
    eps = Fraction(eps)
    boxes = {}

    def lay(node, box):
        boxes[node] = box
        living = [int(c) for c in tree.children_of(node) if tree.weights[c] > 0]
        if living:
            divide(sorted(living, key=lambda c: (-tree.weights[c], c)), box)

    def divide(group, box):
        if len(group) == 1:
            lay(group[0], box)
            return
        weights = [Fraction(float(tree.weights[c])) for c in group]
        total = sum(weights)
        if weights[0] >= total / 3:
            fraction = min(weights[0] / total, 1 - eps)
            parts = group[:1], group[1:]
        else:
            parts, sums = ([], []), [0, 0]
            for child, weight in zip(group, weights):
                lighter = 0 if sums[0] <= sums[1] else 1
                parts[lighter].append(child)
                sums[lighter] += weight
            fraction = sums[0] / total
        lower, upper = box
        sides = [b - a for a, b in zip(lower, upper)]
        axis = sides.index(max(sides))
        level = lower[axis] + fraction * sides[axis]
        divide(parts[0], (lower, (*upper[:axis], level, *upper[axis + 1 :])))
        divide(parts[1], ((*lower[:axis], level, *lower[axis + 1 :]), upper))

    lay(tree.root, ((Fraction(0),) * dim, (Fraction(1),) * dim))
    return boxes


def volume(lower, upper):
    """Exact volume of a box with float corners."""
    return math.prod(Fraction(float(b)) - Fraction(float(a)) for a, b in zip(lower, upper))


def stretches(points, distances):
    """Least and largest ratio of a distance of points to that in a square matrix, where not 0."""
    above = np.triu(distances) > 0.0
    ratios = squareform(pdist(points))[above] / distances[above]
    return ratios.min(), ratios.max()


def packing_bound(distances, dim):
    """Lower bound on the distortion in R^dim of the ultrametric of a square matrix, from volumes.

    S(v) = sum over the parts c of v of (S(c)^(1/d) + omega^(1/d) (l(v) - l(c)) / 2)^d, and the
    distortion is at least 2 (S(v) / omega)^(1/d) / l(v) - 1 for every v.
    """
    omega = math.pi ** (dim / 2) / gamma(dim / 2 + 1)
    bounds = [1.0]

    def volume_of(members):
        height = distances[np.ix_(members, members)].max()
        if height == 0.0:
            return 0.0, 0.0
        parts, left = [], list(members)
        while left:
            near = [j for j in left if distances[left[0], j] < height]
            parts.append(near)
            left = [j for j in left if j not in near]
        total = 0.0
        for part in parts:
            inner, low = volume_of(part)
            total += (inner ** (1 / dim) + omega ** (1 / dim) * (height - low) / 2) ** dim
        bounds.append(2 * (total / omega) ** (1 / dim) / height - 1)
        return total, height

    volume_of(list(range(len(distances))))
    return max(bounds)


def best_on_a_line(distances):
    """Least distortion of any embedding into the line: a linear program for every order."""
    n = len(distances)
    pairs = list(itertools.combinations(range(n), 2))
    best = math.inf
    for order in itertools.permutations(range(n)):
        if order[0] > order[-1]:
            continue  # the mirror image of another order
        rows, limits = [], []
        for a, b in pairs:
            i, j = order[a], order[b]
            row = np.zeros(n + 1)
            row[i], row[j] = 1.0, -1.0
            rows.append(row)  # x_j - x_i >= D_ij
            limits.append(-distances[i, j])
            far = np.zeros(n + 1)
            far[j], far[i], far[n] = 1.0, -1.0, -distances[i, j]
            rows.append(far)  # x_j - x_i <= c D_ij
            limits.append(0.0)
        cost = np.zeros(n + 1)
        cost[n] = 1.0
        found = linprog(cost, np.array(rows), limits, bounds=(None, None))
        assert found.status == 0
        best = min(best, found.fun)
    return best


def search_embedding(distances, dim, rng, starts=8):
    """Distortion of the best embedding that minimising a smooth maximum of ratios finds."""
    n = len(distances)
    i, j = np.triu_indices(n, 1)
    target = np.log(distances[i, j])

    def spread(flat, sharpness):
        points = flat.reshape(n, dim)
        offset = points[i] - points[j]
        square = (offset**2).sum(axis=1) + 1e-12
        ratio = 0.5 * np.log(square) - target
        high = np.exp(sharpness * (ratio - ratio.max()))
        low = np.exp(sharpness * (ratio.min() - ratio))
        value = ratio.max() - ratio.min() + np.log(high.sum() * low.sum()) / sharpness
        pull = (high / high.sum() - low / low.sum())[:, None] * offset / square[:, None]
        slope = np.zeros((n, dim))
        np.add.at(slope, i, pull)
        np.add.at(slope, j, -pull)
        return value, slope.ravel()

    best = math.inf
    for _ in range(starts):
        flat = rng.normal(size=n * dim) * distances.max()
        for sharpness in (4.0, 16.0, 64.0, 256.0):
            flat = minimize(spread, flat, (sharpness,), jac=True, method="L-BFGS-B").x
        least, most = stretches(flat.reshape(n, dim), distances)
        best = min(best, most / least)
    return best


def random_linkage(rng, n, spread):
    """Merges of random pairs of clusters at log-uniform heights from 1 to `spread`."""
    heights = np.sort(spread ** rng.random(n - 1))
    alive, size, rows = list(range(n)), [1] * n, []
    for i, height in enumerate(heights):
        x, y = (alive.pop(int(rng.integers(len(alive)))) for _ in range(2))
        size.append(size[x] + size[y])
        rows.append((x, y, height, size[-1]))
        alive.append(n + i)
    return np.array(rows)


def random_hierarchy(rng, n, lowest, highest, arms=6):
    """A linkage made from the top: up to `arms` parts each, heights smaller by random factors."""
    merges = []

    def build(points, height):
        if len(points) == 1:
            return points[0], 1
        k = int(rng.integers(2, min(len(points), arms) + 1))
        cuts = np.sort(rng.choice(len(points) - 1, k - 1, replace=False)) + 1
        whole = None
        for part in np.split(points, cuts):
            made = build(part, height * rng.uniform(lowest, highest))
            if whole is None:
                whole = made
                continue
            merges.append((height, whole[0], made[0], whole[1] + made[1]))
            whole = (-len(merges), whole[1] + made[1])
        return whole

    build(np.arange(n), 1.0)
    order = sorted(range(len(merges)), key=lambda m: (merges[m][0], m))
    number = {-(m + 1): n + i for i, m in enumerate(order)}
    rows = []
    for m in order:
        height, x, y, size = merges[m]
        rows.append((number.get(x, x), number.get(y, y), height, size))
    return np.array(rows, dtype=float)
