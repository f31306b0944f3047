"""Questions to a kd-tree: nearest points, points within a radius, the leaf of a place.

Nodes carry the tight boxes of their points. A distance to a box is summed in the order of the axes,
as a distance to a point is, so that rounding cannot make a box seem farther than a point in it.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["cell_boxes", "find_leaf", "nearest", "node_depth", "pair_distances", "within"]


@kernel
def _gap(low, high, node, x):
    """Return the squared distance of x to the box of a node."""
    total = 0.0
    for c in range(x.size):
        below, above = low[node, c] - x[c], x[c] - high[node, c]
        t = below if below > above else above
        if t > 0.0:
            total += t * t
    return total


@kernel
def _reach(low, high, node, x):
    """Return the squared distance of x to the farthest corner of the box of a node."""
    total = 0.0
    for c in range(x.size):
        below, above = high[node, c] - x[c], x[c] - low[node, c]
        t = below if below > above else above
        total += t * t
    return total


@kernel
def _sink(far, who, size, d2, name):
    """Replace the root of a heap with the farthest (distance, index) on top."""
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        other = child + 1
        if other < size and (
            far[other] > far[child] or (far[other] == far[child] and who[other] > who[child])
        ):
            child = other
        if far[child] < d2 or (far[child] == d2 and who[child] < name):
            break
        far[at], who[at] = far[child], who[child]
        at = child
    far[at], who[at] = d2, name


@kernel
def _near_points(points, perm, first, last, x, far, who):
    """Offer points `first` to `last` - 1 to the heap of the nearest ones."""
    k = far.size
    worst, worst_name = far[0], who[0]
    for p in range(first, last):
        total = 0.0
        for c in range(x.size):
            t = points[p, c] - x[c]
            total += t * t
        if total < worst or (total == worst and perm[p] < worst_name):
            _sink(far, who, k, total, perm[p])
            worst, worst_name = far[0], who[0]


@kernel
def nearest(
    points, perm, left, start, stop, low, high, depth, least, Q, first, last, distance, index
):
    """Write the nearest points of queries `first` to `last` - 1, by (distance, index).

    A node is left out if it has nothing nearer, nor anything as near with a smaller index: without
    the latter, many equal points would all be looked at.

    Parameters
    ----------
    points : float64 ndarray of shape (n, d)
        Points in the order of the tree.
    perm, left, start, stop : int32 ndarrays
    low, high : float64 ndarrays of shape (n_nodes, d)
    depth : int
        Of the deepest leaf.
    least : int32 ndarray of shape (n_nodes,)
        Smallest index of a point of every node.
    Q : float64 ndarray of shape (m, d)
    distance : float64 ndarray of shape (m, k)
        Receives distances, ascending.
    index : int32 ndarray of shape (m, k)
        Receives indices.
    """
    nodes, bounds = np.empty(depth + 1, np.int64), np.empty(depth + 1)
    k = distance.shape[1]
    for q in range(first, last):
        x, far, who = Q[q], distance[q], index[q]
        far[:] = np.inf
        who[:] = np.int32(2147483647)
        nodes[0], bounds[0] = 0, 0.0
        top = 1
        while top > 0:
            top -= 1
            node = nodes[top]
            if bounds[top] > far[0] or (bounds[top] == far[0] and least[node] > who[0]):
                continue
            while left[node] >= 0:
                near = np.int64(left[node])
                gap, other = _gap(low, high, near, x), _gap(low, high, near + 1, x)
                side = np.int64(other < gap)
                if side:
                    gap, other = other, gap
                if other <= far[0]:
                    nodes[top], bounds[top] = near + 1 - side, other
                    top += 1
                node = near + side
                if gap > far[0] or (gap == far[0] and least[node] > who[0]):
                    node = -1
                    break
            if node >= 0:
                _near_points(points, perm, start[node], stop[node], x, far, who)
        for size in range(k - 1, 0, -1):
            d2, name = far[size], who[size]
            far[size], who[size] = far[0], who[0]
            _sink(far, who, size, d2, name)
        for i in range(k):
            far[i] = np.sqrt(far[i])


@kernel
def within(
    points, perm, left, start, stop, low, high, depth, Q, radius, first, last, indptr, index
):
    """Count the points within a radius of queries, or write them.

    Parameters
    ----------
    points, perm, left, start, stop, low, high, depth, Q, first, last
        As for :func:`nearest`.
    radius : float64 ndarray of shape (m,)
    indptr : int64 ndarray of shape (m + 1,)
        Receives the number of points of query q at q + 1 if `index` is empty, else says where its
        points are to be written.
    index : int32 ndarray
        Receives the indices, ascending within a query.
    """
    nodes = np.empty(depth + 1, np.int64)
    writing = index.size > 0
    for q in range(first, last):
        x, r2 = Q[q], radius[q] * radius[q]
        count = 0
        at = indptr[q] if writing else 0
        nodes[0] = 0
        top = 1
        while top > 0:
            top -= 1
            node = nodes[top]
            if _gap(low, high, node, x) > r2:
                continue
            whole = _reach(low, high, node, x) <= r2
            if left[node] >= 0 and not whole:
                nodes[top], nodes[top + 1] = left[node] + 1, left[node]
                top += 2
                continue
            for p in range(start[node], stop[node]):
                total = 0.0
                if not whole:
                    for c in range(x.size):
                        t = points[p, c] - x[c]
                        total += t * t
                if total <= r2:
                    if writing:
                        index[at + count] = perm[p]
                    count += 1
        if writing:
            index[at : at + count].sort()
        else:
            indptr[q + 1] = count


@kernel
def pair_distances(points, rank, Q, indptr, index, distance):
    """Write the distance of every query to each of its points; `rank` inverts the permutation."""
    for q in range(Q.shape[0]):
        for e in range(indptr[q], indptr[q + 1]):
            total = 0.0
            for c in range(Q.shape[1]):
                t = points[rank[index[e]], c] - Q[q, c]
                total += t * t
            distance[e] = np.sqrt(total)


@kernel
def find_leaf(left, split_dim, split_val, Q, node_of):
    """Write the leaf's node of every row: left where the coordinate is at most the cut."""
    for q in range(Q.shape[0]):
        node = np.int64(0)
        while left[node] >= 0:
            node = left[node] + np.int64(Q[q, split_dim[node]] > split_val[node])
        node_of[q] = node


@kernel
def node_depth(left, level):
    """Write the depth of every node (a parent comes before its children) and return the largest."""
    level[0] = 0
    deepest = 0
    for node in range(left.size):
        child = left[node]
        if child >= 0:
            level[child] = level[child + 1] = level[node] + 1
            deepest = max(deepest, level[node] + 1)
    return deepest


@kernel
def cell_boxes(left, split_dim, split_val, low, high):
    """Fill in the cells of all nodes, of shape (n_nodes, d); the first row is the root's."""
    for node in range(left.size):
        child = left[node]
        if child < 0:
            continue
        axis = split_dim[node]
        for side in range(2):
            low[child + side], high[child + side] = low[node], high[node]
        high[child, axis] = min(max(split_val[node], low[node, axis]), high[node, axis])
        low[child + 1, axis] = high[child, axis]
