"""How much an embedding stretches the distances of an ultrametric, exactly, over all pairs."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["stretch_range"]

#: Points that are looked at together.
BLOCK = 64


@kernel
def stretch_range(points, gaps):
    """Return the least and the largest ratio of a distance in R^d to that in the ultrametric.

    All pairs count, but most are never looked at: blocks of consecutive points have a bounding box
    and a least and a largest gap between them, and where these show that no pair of two blocks can
    be an extreme one, the pairs are skipped.

    Parameters
    ----------
    points : float64 array of shape (n, d)
        In an order in which every cluster is a range; no two have distance 0.
    gaps : float64 array of shape (n - 1,)
        Distance in the ultrametric of each point to the next one; that of any two points is the
        largest gap between them.

    Returns
    -------
    tuple of float
        (1, 1) if there are no pairs.
    """
    n, d = points.shape
    if n < 2:
        return 1.0, 1.0
    least, most = np.inf, 0.0  # of squared ratios
    blocks = (n + BLOCK - 1) // BLOCK
    low, high = np.empty((blocks, d)), np.empty((blocks, d))
    inner, bridge = np.zeros(blocks), np.zeros(blocks)  # largest gap in a block; gap to the next
    for a in range(blocks):
        begin, end = a * BLOCK, min(n, (a + 1) * BLOCK)
        low[a], high[a] = points[begin], points[begin]
        if end < n:
            bridge[a] = gaps[end - 1]
        for i in range(begin, end):
            for k in range(d):
                low[a, k], high[a, k] = min(low[a, k], points[i, k]), max(high[a, k], points[i, k])
            gap = 0.0
            for j in range(i + 1, end):
                gap = max(gap, gaps[j - 1])
                square = 0.0
                for k in range(d):
                    square += ((points[i, k] - points[j, k]) / gap) ** 2
                least, most = min(least, square), max(most, square)
            inner[a] = max(inner[a], gap)
    before, after = np.empty(BLOCK), np.empty(BLOCK)
    for a in range(blocks - 1):
        begin, end = a * BLOCK, (a + 1) * BLOCK
        between = 0.0  # the largest gap from the end of block a to the beginning of block b
        for b in range(a + 1, blocks):
            between = max(between, bridge[b - 1])
            widest = max(between, inner[a], inner[b])
            near = far = 0.0
            for k in range(d):
                apart = max(low[b, k] - high[a, k], low[a, k] - high[b, k], 0.0)
                across = max(high[b, k] - low[a, k], high[a, k] - low[b, k])
                near += (apart / widest) ** 2
                far += (across / between) ** 2
            if near >= least and far <= most:
                between = max(between, inner[b])
                continue
            stop = min(n, (b + 1) * BLOCK)
            gap = between
            for i in range(end - 1, begin - 1, -1):
                before[i - begin] = gap
                if i > begin:
                    gap = max(gap, gaps[i - 1])
            gap = 0.0
            for j in range(end + (b - a - 1) * BLOCK, stop):
                after[j - b * BLOCK] = gap
                if j < stop - 1:
                    gap = max(gap, gaps[j])
            for i in range(begin, end):
                for j in range(b * BLOCK, stop):
                    gap = max(before[i - begin], after[j - b * BLOCK])
                    square = 0.0
                    for k in range(d):
                        square += ((points[i, k] - points[j, k]) / gap) ** 2
                    least, most = min(least, square), max(most, square)
            between = max(between, inner[b])
    return np.sqrt(least), np.sqrt(most)
