"""Decimal text to machine numbers, correctly rounded.

Every scanner relies on the text ending with a newline, so that no loop needs a bound.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "BAD",
    "INEXACT",
    "NOT_FINITE",
    "OK",
    "eight_bytes",
    "is_blank",
    "is_end",
    "scan_digits",
    "scan_float",
    "scan_int",
]

OK, BAD, NOT_FINITE, INEXACT = 0, 1, 2, 3

NEWLINE, SPACE, HASH, PERCENT, PLUS, COMMA, MINUS, POINT, ZERO = 10, 32, 35, 37, 43, 44, 45, 46, 48

_LOW_Q, _HIGH_Q = -342, 308


def _powers_of_five() -> np.ndarray:
    """Return the leading 128 bits of 5**q for every q that a double can need, as two columns."""
    table = np.empty((_HIGH_Q - _LOW_Q + 1, 2), np.uint64)
    for q in range(_LOW_Q, _HIGH_Q + 1):
        if q >= 0:
            power = 5**q
            surplus = power.bit_length() - 128
            bits = power >> surplus if surplus > 0 else power << -surplus
        else:
            power = 5**-q
            # One more than the quotient: the reciprocal is rounded up, as the proof of the
            # algorithm asks for.
            shift = power.bit_length() + 127
            if power.bit_count() == 1 or q >= -27:
                bits = (1 << shift) // power + 1
            else:
                bits = ((1 << (shift + 128)) // power + 1) >> 128
            while bits >= 1 << 128:
                bits >>= 1
        table[q - _LOW_Q] = bits >> 64, bits & (2**64 - 1)
    return table


_FIVES = _powers_of_five()
_TENS = 10.0 ** np.arange(23)


# Sets of characters below 64, as bits.
_BLANKS = np.uint64(sum(1 << c for c in (9, 11, 12, 13, SPACE, COMMA)))
_ENDS = _BLANKS | np.uint64(1 << NEWLINE | 1 << HASH | 1 << PERCENT)


@kernel
def is_blank(c):
    """Tell whether `c` separates fields: space, tab, comma, CR, vertical tab or form feed."""
    return c < 64 and (_BLANKS >> np.uint64(c)) & np.uint64(1) != np.uint64(0)


@kernel
def is_end(c):
    """Tell whether `c` ends a number: a separator, the line's end or a comment."""
    return c < 64 and (_ENDS >> np.uint64(c)) & np.uint64(1) != np.uint64(0)


@kernel
def eight_bytes(buf, i):
    """Return ``buf[i:i + 8]`` as a little-endian integer; this compiles to one load."""
    word = np.uint64(buf[i])
    word |= np.uint64(buf[i + np.uint64(1)]) << np.uint64(8)
    word |= np.uint64(buf[i + np.uint64(2)]) << np.uint64(16)
    word |= np.uint64(buf[i + np.uint64(3)]) << np.uint64(24)
    word |= np.uint64(buf[i + np.uint64(4)]) << np.uint64(32)
    word |= np.uint64(buf[i + np.uint64(5)]) << np.uint64(40)
    word |= np.uint64(buf[i + np.uint64(6)]) << np.uint64(48)
    word |= np.uint64(buf[i + np.uint64(7)]) << np.uint64(56)
    return word


@kernel
def scan_digits(buf, i):
    """Return the value and the number of the digits at ``buf[i]``, of the first eight at most.

    The number is 0 if there are none or the buffer ends too soon to tell. All digits are handled at
    once: neighbours are combined to two-digit numbers, these to four-digit ones, and so on. Small
    enough to be inlined, unlike :func:`scan_int`.

    Source: D. Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and Experience
    51 (2021), section 3, doi 10.1002/spe.2984; the shift that serves shorter numbers is ours.
    """
    none = np.uint64(0)
    if i + np.uint64(8) >= np.uint64(len(buf)):
        return np.int64(0), none
    ones = np.uint64(0x0101010101010101)
    digits = eight_bytes(buf, i) ^ (ones * np.uint64(ZERO))
    # The top bit of a byte is set if it is no digit; carries reach only what follows such a byte.
    other = ((digits + ones * np.uint64(0x76)) | digits) & (ones * np.uint64(0x80))
    below = (other & (~other + np.uint64(1))) - np.uint64(1)
    count = (((below & ones) * ones) >> np.uint64(56)) - np.uint64(other != none)
    if count == none:
        return np.int64(0), none
    # Zeros before the digits, and what follows them is gone.
    digits <<= np.uint64(8) * (np.uint64(8) - count)
    digits = (digits * np.uint64(10 * 256 + 1)) >> np.uint64(8)
    digits = (digits & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(100 * 2**16 + 1)
    digits = (digits >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    return np.int64((digits * np.uint64(10_000 * 2**32 + 1)) >> np.uint64(32)), count


@kernel
def scan_int(buf, i):
    """Read an integer at ``buf[i]``.

    Returns the value, the position after it, and whether there was one that fits 64 bits. What
    follows the digits is the caller's business.
    """
    negative = buf[i] == MINUS
    if negative:
        i += np.uint64(1)
    start = i
    x = np.uint64(0)
    d = np.uint64(buf[i]) - np.uint64(ZERO)
    while d < np.uint64(10):
        x = x * np.uint64(10) + d
        i += np.uint64(1)
        d = np.uint64(buf[i]) - np.uint64(ZERO)
    ok = i != start
    if i - start > np.uint64(18):
        x = np.uint64(0)
        ceiling = np.uint64(2**63 - 1) + np.uint64(negative)
        for j in range(start, i):
            d = np.uint64(buf[j]) - np.uint64(ZERO)
            if x > (ceiling - d) // np.uint64(10):
                ok = False
                break
            x = x * np.uint64(10) + d
    value = np.int64(x)
    return (-value if negative else value), i, ok


@kernel
def _multiply(a, b):
    """Return the upper and the lower half of the 128-bit product of two 64-bit integers."""
    mask, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a0, a1, b0, b1 = a & mask, a >> half, b & mask, b >> half
    low = a0 * b0
    mid = a1 * b0 + (low >> half)
    cross = a0 * b1 + (mid & mask)
    return a1 * b1 + (mid >> half) + (cross >> half), (cross << half) | (low & mask)


@kernel
def _double_bits(digits, q):
    """Return the bits of the double nearest to ``digits * 10**q``.

    Source: D. Lemire, Number Parsing at a Gigabyte per Second, Software: Practice and Experience
    51 (2021), doi 10.1002/spe.2984; that no fallback is needed: N. Mushtak, D. Lemire, Fast
    Number Parsing Without Fallback, same journal 53 (2023), doi 10.1002/spe.3198.
    """
    one = np.uint64(1)
    infinite = np.uint64(0x7FF) << np.uint64(52)
    if digits == np.uint64(0) or q < _LOW_Q:
        return np.uint64(0)
    if q > _HIGH_Q:
        return infinite
    zeros = 0
    w = digits
    while w >> np.uint64(63) == np.uint64(0):
        w <<= one
        zeros += 1
    high, low = _multiply(w, _FIVES[q - _LOW_Q, 0])
    mask = np.uint64(0x1FF)
    if high & mask == mask:
        more, _ = _multiply(w, _FIVES[q - _LOW_Q, 1])
        low += more
        if more > low:
            high += one
    upper = high >> np.uint64(63)
    shift = upper + np.uint64(9)
    mantissa = high >> shift
    exponent = ((217706 * q) >> 16) + 63 + np.int64(upper) - zeros + 1023
    if exponent <= 0:
        if exponent <= -63:
            return np.uint64(0)
        mantissa >>= np.uint64(1 - exponent)
        mantissa += mantissa & one
        # A mantissa that rounded up to 2**52 is the smallest normal number: same bits.
        return mantissa >> one
    if (
        low <= one
        and -4 <= q <= 23
        and mantissa & np.uint64(3) == one
        and mantissa << shift == high
    ):
        # Exactly half way: to even, hence down.
        mantissa &= ~one
    mantissa += mantissa & one
    mantissa >>= one
    if mantissa >> np.uint64(53):
        mantissa >>= one
        exponent += 1
    if exponent >= 0x7FF:
        return infinite
    return (mantissa & ((one << np.uint64(52)) - one)) | (np.uint64(exponent) << np.uint64(52))


@kernel
def _leading_digits(buf, i):
    """Read at most 19 significant digits at ``buf[i]``.

    Returns them, the power of ten to multiply by, and whether a digit other than 0 was left out.
    """
    digits, q, n_digits, dropped, after_point = np.uint64(0), 0, 0, False, False
    while True:
        d = np.uint64(buf[i]) - np.uint64(ZERO)
        if d < np.uint64(10):
            if n_digits < 19:
                digits = digits * np.uint64(10) + d
                n_digits += digits != np.uint64(0)
                q -= after_point
            else:
                dropped |= d != np.uint64(0)
                q += not after_point
        elif buf[i] == POINT and not after_point:
            after_point = True
        else:
            return digits, q, dropped
        i += np.uint64(1)


@kernel
def scan_float(buf, i):
    """Read a decimal number, exponent allowed, at ``buf[i]``.

    Returns the bits of the nearest double, the position after the number, and OK, BAD, NOT_FINITE
    (out of range, or spelled nan or inf) or INEXACT (so many digits that only exact arithmetic can
    tell the nearest double; the bits returned are a candidate).
    """
    one, ten, zero = np.uint64(1), np.uint64(10), np.uint64(ZERO)
    negative = buf[i] == MINUS
    if negative or buf[i] == PLUS:
        i += one
    start = i
    digits = np.uint64(0)
    d = np.uint64(buf[i]) - zero
    while d < ten:
        digits = digits * ten + d
        i += one
        d = np.uint64(buf[i]) - zero
    n_digits, q = np.int64(i - start), np.int64(0)
    if buf[i] == POINT:
        i += one
        fraction = i
        d = np.uint64(buf[i]) - zero
        while d < ten:
            digits = digits * ten + d
            i += one
            d = np.uint64(buf[i]) - zero
        q = -np.int64(i - fraction)
        n_digits -= q
    if n_digits == 0:
        return np.uint64(0), i, _spelled(buf, start)
    dropped = False
    if n_digits > 19:
        digits, q, dropped = _leading_digits(buf, start)
    if buf[i] | 32 == 101:
        i += one
        minus = buf[i] == MINUS
        if minus or buf[i] == PLUS:
            i += one
        exponent, start = 0, i
        d = np.uint64(buf[i]) - zero
        while d < ten:
            exponent = min(exponent * 10 + np.int64(d), 100_000)
            i += one
            d = np.uint64(buf[i]) - zero
        if i == start:
            return np.uint64(0), i, BAD
        q += -exponent if minus else exponent
    if digits >> np.uint64(53) == np.uint64(0) and -22 <= q <= 22 and not dropped:
        # Both factors are exact doubles, so one operation rounds correctly.
        x = np.float64(np.int64(digits))
        x = x / _TENS[-q] if q < 0 else x * _TENS[q]
        bits = np.float64(x).view(np.uint64)
        status = OK
    else:
        bits = _double_bits(digits, q)
        status = OK
        if dropped and _double_bits(digits + one, q) != bits:
            status = INEXACT
        elif bits >> np.uint64(52) == np.uint64(0x7FF):
            status = NOT_FINITE
    if negative:
        bits |= one << np.uint64(63)
    return bits, i, status


@kernel
def _spelled(buf, i):
    """Tell nan and inf from other words: NOT_FINITE or BAD."""
    if buf[i] == NEWLINE or buf[i + np.uint64(1)] == NEWLINE:
        return BAD
    a, b = buf[i] | 32, buf[i + np.uint64(1)] | 32
    c = buf[i + np.uint64(2)] | 32
    nan = a == 110 and b == 97 and c == 110
    inf = a == 105 and b == 110 and c == 102
    return NOT_FINITE if nan or inf else BAD
