"""Static mapping by name: which personality every node has before there are blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from partwise.kernels.rng import stream_state
from partwise.partition.netlist._kernels.mapping import (
    map_least_variance,
    map_proportional,
    map_random,
    map_universal,
)
from partwise.partition.netlist._netlist import Netlist

__all__ = ["MAPPINGS", "static_mapping"]

MAPPINGS = ("proportional", "random", "universal", "min_variance")
_STREAMS = 1 << 41  # of the random mappings, apart from those of the search


def static_mapping(
    netlist: Netlist,
    mapping: str,
    *,
    capacity: NDArray[np.float64] | None,
    ratio: NDArray[np.float64] | None,
    universal: int,
    seed: int,
) -> Callable[[int], NDArray[np.int64]]:
    """Return a function from the number of a start to the rows that nodes begin with.

    Parameters
    ----------
    mapping : {"proportional", "random", "universal", "min_variance"}
    capacity : float64 ndarray of shape (R,) or None
        What all blocks together have. None takes `ratio`; without that, what each resource would
        need if every node that can used it as much as it can.
    ratio : float64 ndarray of shape (R,) or None
    universal : int
        The resource that ``"universal"`` favours.
    """
    indptr, amounts = netlist._arrays
    if mapping == "random":
        return lambda start: map_random(indptr, stream_state(seed, _STREAMS + start))
    order = np.argsort(np.diff(indptr), kind="stable")
    if mapping == "universal":
        current = map_universal(indptr, amounts, universal)
    else:
        measure = capacity
        if measure is None:
            measure = ratio
        if measure is None:
            heaviest = np.maximum.reduceat(amounts, indptr[:-1]) if amounts.size else amounts
            measure = heaviest.sum(axis=0).astype(np.float64)
        if mapping == "proportional":
            current = map_proportional(indptr, amounts, measure, capacity is not None, order)
        else:
            current = map_least_variance(indptr, amounts, np.maximum(measure, 1e-12), order)
    return lambda start: current
