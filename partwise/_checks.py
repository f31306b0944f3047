"""Arguments that several functions share: checked, explained and reported in one place."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = [
    "check_count",
    "check_deadline",
    "check_imbalance",
    "check_jobs",
    "check_n_parts",
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
        sys.stderr.write(f"\r{name}: {fraction:4.0%} {message:<30}")
        if fraction >= 1.0:
            sys.stderr.write("\n")
        sys.stderr.flush()

    return report
