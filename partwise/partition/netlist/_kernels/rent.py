"""Random nets by Rent's rule."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below_wide, next_float, stream_state

__all__ = ["leaf_pins", "rent_nets"]


@kernel
def leaf_pins(seed, n, mean):
    """Return the pointers, of shape (n + 1,), of `n` leaves with Poisson numbers of pins.

    A Poisson number is how many uniform numbers can be multiplied before the product falls below
    ``exp(-mean)``; exact, and fast for the small means of netlists.
    """
    state = stream_state(seed, 0)
    limit = np.exp(-mean)
    indptr = np.zeros(n + 1, np.int64)
    for v in range(n):
        count = 0
        product = next_float(state)
        while product > limit:
            count += 1
            product *= next_float(state)
        indptr[v + 1] = indptr[v] + count
    return indptr


@kernel
def _draw_to_front(state, entries, lo, hi, k):
    """Bring `k` random entries of ``entries[lo:hi]`` to its front."""
    for i in range(k):
        j = lo + i + next_below_wide(state, hi - lo - i)
        entries[lo + i], entries[j] = entries[j], entries[lo + i]


@kernel
def rent_nets(seed, indptr, exponent, open_probability):
    """Return the nets (net_indptr, net_pins) of leaves with ``diff(indptr)`` pins.

    Every pin starts as a fragment of a net. Depth d of the hierarchy has the 2^d blocks
    ``[i n / 2^d, (i + 1) n / 2^d)``, rounded down. Merging the two halves of a block of g leaves
    joins random fragments of one with random fragments of the other: each join leaves one open
    fragment with `open_probability`, else none, and there are so many that ``t g^exponent`` open
    fragments are expected to be left, t being the mean number of pins. At the root fragments are
    joined for good until one half has none left. Fragments with a single pin are no nets.
    """
    n = len(indptr) - 1
    n_pins = indptr[n]
    state = stream_state(seed, 1)
    following = np.full(n_pins, -1, np.int64)  # next pin of the same fragment
    last = np.arange(n_pins)  # last pin of the fragment that starts with this pin
    opened = np.arange(n_pins)  # first pins of open fragments, those of a block at its indptr
    closed = np.empty(n_pins, np.int64)
    n_closed = 0
    depth = 0
    while (1 << depth) < n:
        depth += 1
    n_open = np.zeros(1 << depth, np.int64)
    for i in range(1 << depth):
        n_open[i] = indptr[((i + 1) * n) >> depth] - indptr[(i * n) >> depth]
    mean = n_pins / max(n, 1)
    for d in range(depth - 1, -1, -1):
        for i in range(1 << d):
            lo, hi = (i * n) >> d, ((i + 1) * n) >> d
            a, b = n_open[2 * i], n_open[2 * i + 1]
            at, other = indptr[lo], indptr[((2 * i + 1) * n) >> (d + 1)]
            joins = min(a, b)
            keep = open_probability
            if d == 0:
                keep = 0.0
            elif a > 0 and b > 0:
                wanted = (a + b - mean * (hi - lo) ** exponent) / (2.0 - keep)
                whole = np.int64(np.floor(max(wanted, 0.0) + next_float(state)))
                joins = min(joins, whole)
            _draw_to_front(state, opened, at, at + a, joins)
            _draw_to_front(state, opened, other, other + b, joins)
            left = 0
            for j in range(joins):
                f, g = opened[at + j], opened[other + j]
                following[last[f]] = g
                last[f] = last[g]
                if next_float(state) < keep:
                    opened[at + left] = f
                    left += 1
                else:
                    closed[n_closed] = f
                    n_closed += 1
            for j in range(joins, a):
                opened[at + left] = opened[at + j]
                left += 1
            for j in range(joins, b):
                opened[at + left] = opened[other + j]
                left += 1
            n_open[i] = left
    if n > 0:
        for j in range(n_open[0]):
            closed[n_closed] = opened[j]
            n_closed += 1
    return _collect(indptr, following, closed[:n_closed])


@kernel
def _collect(indptr, following, firsts):
    """Return the nets of two pins and more, in compressed rows."""
    n = len(indptr) - 1
    node = np.empty(indptr[n], np.int32)
    for v in range(n):
        for p in range(indptr[v], indptr[v + 1]):
            node[p] = v
    net_indptr = np.zeros(len(firsts) + 1, np.int64)
    net_pins = np.empty(len(following), np.int32)
    count, n_nets = 0, 0
    for p in firsts:
        if following[p] < 0:
            continue
        while p >= 0:
            net_pins[count] = node[p]
            count += 1
            p = following[p]
        n_nets += 1
        net_indptr[n_nets] = count
    return net_indptr[: n_nets + 1].copy(), net_pins[:count].copy()
