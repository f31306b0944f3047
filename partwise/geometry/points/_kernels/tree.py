"""Walking down a tree of cuts: with points, with boxes, with the boxes of the parts."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["part_boxes", "parts_by_axis", "parts_by_normal", "parts_meeting", "slabs_within"]


@kernel
def parts_by_axis(points, axes, cuts, children, labels):
    """Write the part of every point, a row of `points`, to `labels`."""
    for i in range(points.shape[0]):
        node = 0
        while node >= 0:
            side = 0 if points[i, axes[node]] <= cuts[node] else 1
            node = children[node, side]
        labels[i] = ~node


@kernel
def parts_by_normal(points, normals, cuts, children, labels):
    """Write the part of every point, a row of `points`, to `labels`."""
    for i in range(points.shape[0]):
        node = 0
        while node >= 0:
            height = 0.0
            for j in range(points.shape[1]):
                height += normals[node, j] * points[i, j]
            node = children[node, 0 if height <= cuts[node] else 1]
        labels[i] = ~node


@kernel
def part_boxes(axes, cuts, children, boxes):
    """Narrow `boxes` of shape (k, 2, d), every one all of space at first, to those of the parts."""
    k, _, d = boxes.shape
    nodes = np.empty((k - 1, 2, d))
    nodes[0] = boxes[0]
    for node in range(k - 1):
        axis = axes[node]
        for side in range(2):
            child = children[node, side]
            box = nodes[child] if child >= 0 else boxes[~child]
            box[:] = nodes[node]
            # the left side ends at the cut, the right one begins there; cuts of no or of equal
            # points may lie outside
            box[1 - side, axis] = min(max(cuts[node], nodes[node, 0, axis]), nodes[node, 1, axis])


@kernel
def parts_meeting(axes, normals, cuts, children, lower, upper, found):
    """Write the parts whose side of every cut meets the closed box to `found`; return how many.

    Both sides of a cut are closed: a box that touches it meets either.

    Parameters
    ----------
    axes : int32 array of shape (k - 1,)
    normals : float64 array of shape (k - 1, d) or None
        None where the cuts are those of `axes`.
    found : int32 array of shape (k,)
    """
    waiting = np.empty(len(cuts) + 1, np.int64)
    waiting[0] = 0
    n_waiting, n_found = 1, 0
    while n_waiting > 0:
        n_waiting -= 1
        node = waiting[n_waiting]
        if node < 0:
            found[n_found] = ~node
            n_found += 1
            continue
        if normals is None:
            low, high = lower[axes[node]], upper[axes[node]]
        else:
            low, high = 0.0, 0.0
            for j in range(len(lower)):
                factor = normals[node, j]
                if factor != 0.0:  # an infinite side times zero
                    low += factor * (lower[j] if factor > 0.0 else upper[j])
                    high += factor * (upper[j] if factor > 0.0 else lower[j])
        if high >= cuts[node]:
            waiting[n_waiting] = children[node, 1]
            n_waiting += 1
        if low <= cuts[node]:
            waiting[n_waiting] = children[node, 0]
            n_waiting += 1
    return n_found


@kernel
def slabs_within(points, axis, cuts, slabs):
    """Replace the slab of every point by that into which the slab's `cuts` across `axis` put it.

    Parameters
    ----------
    points : float64 array of shape (n, d)
    cuts : float64 array of shape (n_slabs, f - 1)
        Ascending in every row; left is what does not exceed them.
    slabs : int32 array of shape (n,)
    """
    n_cuts = cuts.shape[1]
    for i in range(points.shape[0]):
        x, slab = points[i, axis], slabs[i]
        low, high = 0, n_cuts
        while low < high:
            middle = (low + high) // 2
            if cuts[slab, middle] < x:
                low = middle + 1
            else:
                high = middle
        slabs[i] = slab * (n_cuts + 1) + low
