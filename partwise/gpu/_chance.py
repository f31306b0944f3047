"""Chance that depends on a number and a seed alone: the same on every device, in any order."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["half", "mixed"]

_FAR = 0xD1342543DE82EF95  # what neighbouring seeds are apart: numbers are added to them
_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S63 = (np.uint64(s) for s in (27, 30, 31, 63))


def mixed(numbers: Any, seed: int) -> Any:
    """Return 64 bits for every number, uint64, as splitmix64 mixes them (Steele et al. 2014).

    Parameters
    ----------
    numbers : integer array
        Not negative.
    seed : int
    """
    z = (numbers.astype(np.uint64) + np.uint64(seed * _FAR % 2**64)) * _GAMMA
    z = (z ^ (z >> _S30)) * _MIX_1
    z = (z ^ (z >> _S27)) * _MIX_2
    return z ^ (z >> _S31)


def half(numbers: Any, seed: int) -> Any:
    """Draw half of the numbers: a bool for each."""
    return mixed(numbers, seed) >> _S63 > 0
