"""Edges of R-MAT and preferential-attachment networks."""

from __future__ import annotations

import numpy as np
from numba import prange

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_below_wide, next_u64, seed_state, stream_state

__all__ = ["barabasi_albert_edges", "rmat_edges"]

_CHUNK = 1 << 16  # edges that share a stream of random numbers
_S32 = np.uint64(32)
_LOW = np.uint64(0xFFFFFFFF)


@kernel
def _rmat_chunk(seed, chunk, scale, t_a, t_ab, t_abc, src, dst):
    state = stream_state(seed, chunk)
    for e in range(chunk * _CHUNK, min(len(src), (chunk + 1) * _CHUNK)):
        u = np.uint64(0)
        v = np.uint64(0)
        bits = np.uint64(0)
        for level in range(scale):
            # One draw of 64 bits serves two levels.
            bits = next_u64(state) if level % 2 == 0 else bits >> _S32
            x = bits & _LOW
            # Quadrants in the order (0,0), (0,1), (1,0), (1,1), without a branch.
            low = np.uint64(x >= t_ab)
            right = np.uint64(x >= t_a) ^ low ^ np.uint64(x >= t_abc)
            u = u + u + low
            v = v + v + right
        src[e] = np.int32(u)
        dst[e] = np.int32(v)


@kernel(parallel=True)
def rmat_edges(seed, scale, t_a, t_ab, t_abc, src, dst):
    """Fill `src` and `dst` with R-MAT edges.

    Parameters
    ----------
    seed, scale : int
    t_a, t_ab, t_abc : uint64
        Cumulative probabilities of the first three quadrants, times 2^32.
    src, dst : int32 arrays
        Each chunk has a stream of its own, so the result does not depend on the threads.
    """
    for chunk in prange((len(src) + _CHUNK - 1) // _CHUNK):
        _rmat_chunk(seed, chunk, scale, t_a, t_ab, t_abc, src, dst)


@kernel
def barabasi_albert_edges(seed, n, m, src, dst):
    """Fill `src` and `dst`, of length (n - m) m, by preferential attachment.

    A node is drawn with probability proportional to its degree by drawing an end of an earlier
    edge; ends that were already drawn for the same new node are drawn again.
    """
    state = seed_state(seed)
    for e in range(m):
        src[e] = m
        dst[e] = e
    put = np.int64(m)
    for v in range(m + 1, n):
        first = put
        for _ in range(m):
            fresh = False
            u = np.int32(0)
            while not fresh:
                i = next_below_wide(state, 2 * first)
                u = dst[i >> 1] if i & 1 else src[i >> 1]
                fresh = True
                for e in range(first, put):
                    if dst[e] == u:
                        fresh = False
                        break
            src[put] = v
            dst[put] = u
            put += 1
