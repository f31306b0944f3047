"""Random numbers for kernels: splitmix64 on a state that the caller owns.

The state is a uint64 array of length 1 that is passed to every function and updated in place, so
that a kernel draws the same numbers whatever else runs in the process. splitmix64 has period 2^64,
no bad seeds and passes the usual batteries of statistical tests; it is not for cryptography.

References
----------
G. L. Steele, D. Lea, C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
doi:10.1145/2660193.2660195. Integers below a bound: D. Lemire, "Fast random integer generation in
an interval", ACM TOMACS 29(1), 2019, doi:10.1145/3230636.
"""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = [
    "seed_state",
    "stream_state",
    "next_u64",
    "next_below",
    "next_below_wide",
    "next_float",
    "shuffle",
]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_STREAM = np.uint64(0xD1342543DE82EF95)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_LOW = np.uint64(0xFFFFFFFF)
_S11, _S27, _S30, _S31, _S32 = (np.uint64(s) for s in (11, 27, 30, 31, 32))
_ULP = 2.0**-53


@kernel
def _mix(z):
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


@kernel
def seed_state(seed):
    """Return a fresh state for an integer `seed` in [0, 2^63)."""
    state = np.empty(1, np.uint64)
    # Mixing the seed keeps the streams of neighbouring seeds apart.
    state[0] = _mix(np.uint64(seed) + _GAMMA)
    return state


@kernel
def stream_state(seed, stream):
    """Return the state of stream number `stream` >= 0 of `seed`: one per thread, trial or block.

    Stream 0 is another stream than that of :func:`seed_state`.
    """
    state = np.empty(1, np.uint64)
    state[0] = _mix(_mix(np.uint64(seed) + _GAMMA) + (np.uint64(stream) + np.uint64(1)) * _STREAM)
    return state


@kernel
def next_u64(state):
    """Return 64 random bits."""
    state[0] += _GAMMA
    return _mix(state[0])


@kernel
def next_below(state, n):
    """Return a random int64 in [0, n), for 0 < n <= 2^32.

    One multiplication and no division; the probability of a value is off by less than n/2^32 of
    itself, which no algorithm here can notice.
    """
    return np.int64(((next_u64(state) >> _S32) * np.uint64(n)) >> _S32)


@kernel
def next_below_wide(state, n):
    """Return a random int64 in [0, n), for 0 < n < 2^63: the high word of a 128-bit product."""
    x = next_u64(state)
    n = np.uint64(n)
    x_hi, x_lo = x >> _S32, x & _LOW
    n_hi, n_lo = n >> _S32, n & _LOW
    middle = x_hi * n_lo + ((x_lo * n_lo) >> _S32)
    carry = x_lo * n_hi + (middle & _LOW)
    return np.int64(x_hi * n_hi + (middle >> _S32) + (carry >> _S32))


@kernel
def next_float(state):
    """Return a random float64 in [0, 1), a multiple of 2^-53."""
    return np.float64(next_u64(state) >> _S11) * _ULP


@kernel
def shuffle(state, array):
    """Put `array` (at most 2^32 long) into random order, in place (Fisher and Yates)."""
    for i in range(len(array) - 1, 0, -1):
        j = next_below(state, i + 1)
        array[i], array[j] = array[j], array[i]
