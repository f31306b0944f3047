"""Local moving on several threads that do not wait for one another.

Every thread reads what the others have written so far, which depends on chance: two runs give two
results. The sums of communities stay exact, up to the order of additions, by atomic additions;
labels and flags are single words. Afterwards a node may still have something to gain.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import prange, types
from numba.extending import intrinsic

from partwise.cluster.communities._kernels.move import (
    _SLACK,
    ROW,
    SPARE,
    _times,
    _value,
    penalty,
    zero_like,
)
from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["racing_sweep"]

_ROW = np.uint64(ROW)
_SPARE_MASK = np.uint64(SPARE - 1)
_0, _1, _2 = (np.uint64(i) for i in (0, 1, 2))


@intrinsic
def _atomic_add(typing_context: Any, array: Any, index: Any, value: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Emit an addition that other threads see as one step."""
        from numba.np.arrayobj import make_array

        data = make_array(signature.args[0])(context, builder, arguments[0]).data
        builder.atomic_rmw("fadd", builder.gep(data, [arguments[1]]), arguments[2], "monotonic")
        return context.get_dummy_value()

    return types.void(array, types.uintp, types.float64), code


if numba.config.DISABLE_JIT:

    def atomic_add(array: Any, index: Any, value: float) -> None:
        """Add `value` to ``array[index]``; without compilation there is one thread only."""
        array[index] += value

else:

    @numba.njit(inline="always")
    def atomic_add(array: Any, index: Any, value: float) -> None:
        """Add `value` to ``array[index]``, a float64, without losing what other threads add."""
        _atomic_add(array, index, value)


@kernel
def _transfer(table, at, a, b, sign):
    atomic_add(table, at + _1, sign * a)
    if b is not None:
        atomic_add(table, at + _2, sign * b)


@kernel
def _race_range(
    indptr, indices, weights, a, b, coefficient, labels, table, pinned, waiting, sequence,
    first, last, sums, touched,
):  # fmt: skip
    """Visit the waiting nodes among ``sequence[first:last]``; return the number of moves."""
    moves = 0
    spare = np.uint64(len(labels))
    for i in range(np.uint64(first), np.uint64(last)):
        v = np.uint64(sequence[i])
        if not waiting[v]:
            continue
        waiting[v] = 0
        if pinned is not None and pinned[v]:
            continue
        own = np.uint64(labels[v])
        n_touched = _0
        inside = zero_like(weights)
        for j in range(indptr[v], indptr[v + _1]):
            d = np.uint64(labels[np.uint64(indices[j])])
            mine = d == own
            at = (spare + (j & _SPARE_MASK)) if mine else d
            before = sums[at]
            touched[n_touched] = d
            n_touched += np.uint64(before == 0.0)
            sums[at] = before + arc_weight(weights, j)
            inside += arc_weight(weights, j) * mine
        value_b = _value(b, v)
        x = a[v] * coefficient
        y = _times(value_b, coefficient)
        lost = penalty(table, own * _ROW, x, y) - x * (a[v] if b is None else 2.0 * b[v])
        stay = inside - lost
        best = stay
        to = own
        for k in range(n_touched):
            d = np.uint64(touched[k])
            score = sums[d] - penalty(table, d * _ROW, x, y)
            sums[d] = 0.0
            if score > best:
                best = score
                to = d
        if to != own and best - stay > _SLACK * (abs(best) + abs(stay) + inside + lost):
            _transfer(table, own * _ROW, a[v], value_b, -1.0)
            _transfer(table, to * _ROW, a[v], value_b, 1.0)
            labels[v] = to
            moves += 1
            for j in range(indptr[v], indptr[v + _1]):
                u = np.uint64(indices[j])
                if labels[u] != to:
                    waiting[u] = 1
    return moves


@kernel(parallel=True)
def racing_sweep(
    indptr, indices, weights, a, b, coefficient, labels, table, pinned, waiting, sequence,
    bounds, sums, touched, moves,
):  # fmt: skip
    """Visit every waiting node once, each thread those of its share of the sequence.

    Parameters
    ----------
    indptr, indices, weights, a, b, coefficient, labels, table, pinned
        As for :func:`~partwise.cluster.communities._kernels.move.local_moves`; labels and sums
        are changed.
    waiting : uint8 ndarray (n,)
        1 for nodes to visit; changed.
    sequence : uint32 ndarray (n,)
    bounds : int64 ndarray (n_threads + 1,)
        The share of every thread.
    sums : float64 ndarray (n_threads, n + SPARE)
        Zeros before and after, but positive in the spare places.
    touched : uint32 ndarray (n_threads, n + 1)
        Scratch.
    moves : int64 ndarray (n_threads,)
        Receives the numbers of moves.
    """
    for t in prange(len(bounds) - 1):
        moves[t] = _race_range(
            indptr, indices, weights, a, b, coefficient, labels, table, pinned, waiting, sequence,
            bounds[t], bounds[t + 1], sums[t], touched[t],
        )  # fmt: skip
