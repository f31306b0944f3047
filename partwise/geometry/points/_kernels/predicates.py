"""The sign of a cross product, exactly.

A sign that rounding could have changed is found again with expansions: unevaluated sums of floats
that hold the value without error. Neither overflow nor underflow must occur; the callers scale
coordinates so that the largest is about 2^300 (:mod:`partwise.geometry.points._cut_input`).

References
----------
J. R. Shewchuk, "Adaptive precision floating-point arithmetic and fast robust geometric predicates",
Discrete & Computational Geometry 18, 1997, doi:10.1007/PL00009321. T. J. Dekker, "A floating-point
technique for extending the available precision", Numerische Mathematik 18, 1971,
doi:10.1007/BF01397083.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["cross_sign", "sides", "turn"]

_UNCERTAIN = 4.0 * 2.0**-53  # Shewchuk's bound is (3 + 16 u) u, u = 2^-53
_SPLITTER = 2.0**27 + 1.0


@kernel
def _two_sum(a, b):
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@kernel
def _split(a):
    c = _SPLITTER * a
    high = c - (c - a)
    return high, a - high


@kernel
def _two_product(a, b):
    p = a * b
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    return p, a_low * b_low - (((p - a_high * b_high) - a_low * b_high) - a_high * b_low)


@kernel
def _sign(x):
    if x > 0.0:
        return 1
    if x < 0.0:
        return -1
    return 0


@kernel
def _sign_of_sum(terms):
    """Return the sign of the exact sum of `terms`, which is overwritten by an expansion of it."""
    for last in range(1, terms.size):
        carry = terms[last]
        for i in range(last):
            carry, terms[i] = _two_sum(terms[i], carry)
        terms[last] = carry
    # no two parts overlap, so the largest one that is not zero has the sign of all
    for i in range(terms.size - 1, -1, -1):
        if terms[i] != 0.0:
            return _sign(terms[i])
    return 0


@kernel
def _exact_cross_sign(px, py, qx, qy, rx, ry, sx, sy):
    ux, ux_low = _two_sum(qx, -px)
    uy, uy_low = _two_sum(qy, -py)
    vx, vx_low = _two_sum(sx, -rx)
    vy, vy_low = _two_sum(sy, -ry)
    left, left_low = _two_product(ux, vy)
    right, right_low = _two_product(uy, vx)
    if ux_low == 0.0 and uy_low == 0.0 and vx_low == 0.0 and vy_low == 0.0:
        # rounding is monotone: the rounded products order the exact ones unless they are equal
        if left != right:
            return _sign(left - right)
        return _sign(left_low - right_low)
    terms = np.empty(16)  # reached by few calls: near ties of coordinates that differ in scale
    terms[0], terms[1] = _two_product(ux_low, vy_low)
    terms[2], terms[3] = _two_product(uy_low, -vx_low)
    terms[4], terms[5] = _two_product(ux_low, vy)
    terms[6], terms[7] = _two_product(ux, vy_low)
    terms[8], terms[9] = _two_product(uy_low, -vx)
    terms[10], terms[11] = _two_product(uy, -vx_low)
    terms[12], terms[13] = left, left_low
    terms[14], terms[15] = -right, -right_low
    return _sign_of_sum(terms)


@kernel
def cross_sign(px, py, qx, qy, rx, ry, sx, sy):
    """Return the sign of the cross product of q - p with s - r: 1, 0 or -1, without error.

    It is 1 where s lies to the left of r for someone who looks along q - p.
    """
    left = (qx - px) * (sy - ry)
    right = (qy - py) * (sx - rx)
    cross = left - right
    if abs(cross) > _UNCERTAIN * (abs(left) + abs(right)):
        return _sign(cross)
    return _exact_cross_sign(px, py, qx, qy, rx, ry, sx, sy)


@kernel
def turn(P, i, j, k):
    """Return 1 if points i, j, k of `P` turn left, -1 if right, 0 if they lie on a line."""
    return cross_sign(P[i, 0], P[i, 1], P[j, 0], P[j, 1], P[i, 0], P[i, 1], P[k, 0], P[k, 1])


@kernel
def sides(D, P, out):
    """Write the side of every point of `P` into `out` (int8): 1 left, 0 on the line, -1 right.

    `D` holds two points of the line: (px, py, qx, qy).
    """
    for i in range(P.shape[0]):
        out[i] = cross_sign(D[0], D[1], D[2], D[3], D[0], D[1], P[i, 0], P[i, 1])
