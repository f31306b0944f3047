"""Arguments that several functions share: checked, explained and reported in one place."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "check_count",
    "check_deadline",
    "check_imbalance",
    "check_jobs",
    "check_n_parts",
    "check_rows",
    "check_sample_weight",
    "progress_printer",
]


def check_count(name: str, value: Any) -> int:
    """Return `value` as an integer of at least 1."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def check_n_parts(n_parts: Any, n_nodes: int) -> int:
    """Return the number of blocks: at least 1, at most the number of nodes if there are any."""
    n_parts = check_count("n_parts", n_parts)
    if n_parts > n_nodes > 0:
        raise ValueError(f"n_parts must be at most the number of nodes, {n_nodes}, got {n_parts}")
    return n_parts


def check_imbalance(imbalance: Any) -> None:
    """Refuse what is no fraction of at least 0."""
    if not (math.isfinite(imbalance) and imbalance >= 0):
        raise ValueError(f"imbalance must be a finite number of at least 0, got {imbalance}")


def check_jobs(n_jobs: Any) -> int:
    """Return the number of threads that ``n_jobs`` asks for."""
    if n_jobs is None:
        return 1
    if isinstance(n_jobs, bool) or not isinstance(n_jobs, (int, np.integer)) or n_jobs == 0:
        raise ValueError(f"n_jobs must be None, a positive integer or -1 for all, got {n_jobs!r}")
    return int(n_jobs) if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + int(n_jobs))


def check_deadline(time_limit: float | None, started: float) -> float:
    """Return when `time_limit` seconds after `started` are over; infinity for None."""
    if time_limit is None:
        return math.inf
    if not time_limit > 0:
        raise ValueError(f"time_limit must be positive seconds, got {time_limit}")
    return started + time_limit


def progress_printer(name: str) -> Callable[[float, str], None]:
    """Return a function of (fraction, message) that keeps one line of stderr up to date."""

    def report(fraction: float, message: str) -> None:
        """Write the line anew."""
        sys.stderr.write(f"\r{name}: {fraction:4.0%} {message:<30}")
        if fraction >= 1.0:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return report


def check_rows(name: str, rows: ArrayLike, n: int) -> NDArray[np.int64]:
    """Return numbers of different rows, or objects, of n.

    Raises
    ------
    TypeError, ValueError
        They are no vector of integers, or none; one is outside 0 to n - 1, or there twice.
    """
    given = np.asarray(rows)
    if given.ndim != 1 or given.size == 0 or given.dtype.kind not in "iu":
        raise TypeError(
            f"{name} must be a non-empty vector of integers, got shape {given.shape} and dtype "
            f"{given.dtype}"
        )
    outside = (given < 0) | (given >= n)
    if outside.any():
        at = int(np.argmax(outside))
        raise ValueError(f"{name}[{at}] is {given[at]}, allowed are 0 to {n - 1}")
    values, counts = np.unique(given, return_counts=True)
    if values.size < given.size:
        raise ValueError(f"{name} holds {values[counts > 1][0]} more than once")
    return given.astype(np.int64)


def check_sample_weight(sample_weight: ArrayLike | None, n: int) -> NDArray[np.float64] | None:
    """Return the weights as float64, None for ones.

    Raises
    ------
    ValueError
        Another shape than (n,), a weight that is negative or not finite, or all of them zero.
    """
    if sample_weight is None:
        return None
    weights = np.array(sample_weight, dtype=np.float64)
    if weights.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), got {weights.shape}")
    bad = ~(np.isfinite(weights) & (weights >= 0))
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"sample_weight[{at}] is {weights[at]}, allowed are finite numbers of at least 0"
        )
    if not weights.any():
        raise ValueError("sample_weight must have a positive entry, all are zero")
    return weights
