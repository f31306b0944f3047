"""Refinement: communities are built anew from single nodes, inside the bounds of the old ones.

What comes out are pieces of communities that hang together: a node joins a piece only over an
edge. The table of pieces has four floats a row: weight to the node at hand, S or A, B, and the
weight from the piece to the rest of its community.
"""

from __future__ import annotations

import numpy as np

from partwise.cluster.communities._kernels.move import ROW, SPARE, _add, _times, _value, penalty
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float, seed_state, stream_state

__all__ = ["refine"]

_ROW = np.uint64(ROW)
_SPARE_MASK = np.uint64(SPARE - 1)
_0, _1, _2, _3 = (np.uint64(i) for i in (0, 1, 2, 3))
_SLACK = 1e-12


@kernel
def _null(table, at, x, y, whole_a, whole_b):
    """Return what the null model expects, by c, between a piece and the rest of its community."""
    if y is None:
        return x * (whole_a - table[at + _1])
    return x * (whole_b - table[at + _2]) + y * (whole_a - table[at + _1])


@kernel
def _piece_b(b, table, at, coefficient):
    if b is None:
        return None
    return table[at + _2] * coefficient


@kernel
def refine(
    indptr, indices, weights, a, b, coefficient, starts, first, last, theta, seed,
    piece, table, spare_row, grown, touched, chance,
):  # fmt: skip
    """Merge nodes into pieces, in the communities ``first:last``.

    Parameters
    ----------
    indptr, indices, weights
        A graph in community order.
    a, b : float64 ndarray (n,), the latter or None
        Values of the nodes, see :mod:`~partwise.cluster.communities._kernels.move`.
    coefficient : float
    starts : uint64 ndarray
        First node of every community.
    theta : float
        A node joins a piece with probability proportional to exp(gain / theta); for 0 it joins
        the piece with the largest gain, the one met first of equals.
    seed : int
        Of random numbers, for ``theta > 0``; every community has its own stream of them.
    piece : uint32 ndarray (n + SPARE,)
        Must hold every entry's own number; receives that of the first node of its piece.
    table : float64 ndarray (4 (n + SPARE),)
        Rows (0, a, b, weight to the rest of the community) of the single nodes; changed. The spare
        rows take what belongs to no piece, and must begin with positive numbers.
    spare_row : int
        The first of the spare rows, n; in thread t of several n + t SPARE.
    grown : uint8 ndarray (n,)
        Zeros; receives 1 for pieces that somebody joined.
    touched : uint32 ndarray (length of the longest row + 1,)
    chance : float64 ndarray (as long, or empty for ``theta == 0``)
        Scratch.

    Returns
    -------
    int
        How often a node joined a piece.
    """
    joined = 0
    outside = np.uint64(spare_row)
    state = seed_state(seed)
    for c in range(np.uint64(first), np.uint64(last)):
        low, high = starts[c], starts[c + _1]
        if high - low == _1:
            continue
        if theta > 0.0:
            state = stream_state(seed, c)
        width = np.uint32(high - low)
        low32 = np.uint32(low)
        whole_a, whole_b = 0.0, 0.0
        for v in range(low, high):
            whole_a += a[v]
            if b is not None:
                whole_b += b[v]
        for v in range(low, high):
            if grown[v]:
                continue
            value_b = _value(b, v)
            x = a[v] * coefficient
            y = _times(value_b, coefficient)
            at_own = v * _ROW
            external = table[at_own + _3]
            # an isolated node has nothing to join; the slack is for rounding only
            null = _null(table, at_own, x, y, whole_a, whole_b)
            if external == 0.0 or external < null - _SLACK * (external + null):
                continue
            n_touched = _0
            for j in range(indptr[v], indptr[v + _1]):
                u = indices[j]
                # without a branch: neighbours elsewhere add to the spare rows
                spare = outside + (j & _SPARE_MASK)
                p = piece[np.uint64(u) if np.uint32(u - low32) < width else spare]
                at = np.uint64(p) * _ROW
                before = table[at]
                touched[n_touched] = p
                n_touched += np.uint64(before == 0.0)
                table[at] = before + arc_weight(weights, j)
            target = v
            linked = 0.0
            best = 0.0
            total = 1.0  # staying alone has gain 0
            n_chances = _0
            for i in range(n_touched):
                p = np.uint64(touched[i])
                at = p * _ROW
                weight = table[at]
                table[at] = 0.0
                taken = penalty(table, at, x, y)
                gain = weight - taken
                if gain < -_SLACK * (weight + taken) or (theta == 0.0 and gain < best):
                    continue
                rest = table[at + _3]
                of_piece = _null(
                    table, at, table[at + _1] * coefficient, _piece_b(b, table, at, coefficient),
                    whole_a, whole_b,
                )  # fmt: skip
                if rest < of_piece - _SLACK * (rest + of_piece):
                    continue
                if theta == 0.0:
                    if gain > best or target == v:
                        best = max(gain, 0.0)
                        target = p
                        linked = weight
                else:
                    # weights of the choice relative to the best so far, so that none overflows
                    if gain > best:
                        shrink = np.exp((best - gain) / theta)
                        total *= shrink
                        for k in range(n_chances):
                            chance[k] *= shrink
                        best = gain
                    share = np.exp((gain - best) / theta)
                    total += share
                    touched[n_chances] = p
                    chance[n_chances] = share
                    table[at] = weight  # kept until the choice is made
                    n_chances += _1
            if theta > 0.0:
                draw = next_float(state) * total
                for k in range(n_chances):
                    p = np.uint64(touched[k])
                    at = p * _ROW
                    weight = table[at]
                    table[at] = 0.0
                    if draw >= 0.0 and draw < chance[k]:
                        target = p
                        linked = weight
                    draw -= chance[k]
            if target != v:
                at = target * _ROW
                _add(table, at, a[v], value_b, 1.0)
                table[at + _3] += external - 2.0 * linked
                piece[v] = target
                grown[target] = 1
                joined += 1
    return joined
