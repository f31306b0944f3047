"""Hilbert's curve as a finite automaton, derived from Skilling's transformation."""

from __future__ import annotations

from functools import cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["hilbert_table"]

# How the lower bits of the coordinates are seen at some level: which axis stands at every place,
# whether it is mirrored there, and whether the digits count backwards.
State = tuple[tuple[int, ...], tuple[int, ...], int]


@cache
def hilbert_table(dim: int) -> NDArray[np.uint16]:
    """Return the table of transitions in `dim` dimensions.

    Parameters
    ----------
    dim : int
        2 or 3; the number of states grows faster than dim factorial.

    Returns
    -------
    uint16 ndarray of shape (n_states * 2**dim,)
        At ``state << dim | cell`` the next state and the digit, ``next << dim | digit``. The walk
        starts in state 0 at the highest bit; `cell` is made of one bit of every coordinate, that of
        axis 0 first.
    """
    first: State = (tuple(range(dim)), (0,) * dim, 0)
    states = {first: 0}
    waiting = [first]
    table: list[int] = []
    while waiting:
        state = waiting.pop(0)
        for cell in product((0, 1), repeat=dim):
            after, digit = _step(state, cell)
            if after not in states:
                states[after] = len(states)
                waiting.append(after)
            table.append(states[after] << dim | digit)
    found = np.array(table, np.uint16)
    found.setflags(write=False)
    return found


def _step(state: State, cell: tuple[int, ...]) -> tuple[State, int]:
    """Go down one level, into a cell."""
    places, mirrored, backwards = list(state[0]), list(state[1]), state[2]
    bits = [cell[axis] ^ flip for axis, flip in zip(places, mirrored)]
    for i, bit in enumerate(bits):
        if bit:
            mirrored[0] ^= 1
        else:
            places[0], places[i] = places[i], places[0]
            mirrored[0], mirrored[i] = mirrored[i], mirrored[0]
    digit, parity = 0, 0
    for bit in bits:
        parity ^= bit
        digit = digit << 1 | (parity ^ backwards)
    return (tuple(places), tuple(mirrored), backwards ^ parity), digit
