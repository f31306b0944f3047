"""Checks of the generators' parameters."""

from __future__ import annotations

import operator
from typing import Any

__all__ = ["check_count", "check_fraction"]


def check_count(value: Any, name: str, low: int, high: int = 2**31 - 1) -> int:
    """Return `value` as an int in [low, high]."""
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {type(value).__name__}") from None
    if not low <= count <= high:
        raise ValueError(f"{name} must be from {low} to {high}, got {count}")
    return count


def check_fraction(value: Any, name: str) -> float:
    """Return `value` as a float in [0, 1]."""
    fraction = float(value)
    if not 0.0 <= fraction <= 1.0:
        raise ValueError(f"{name} must be from 0 to 1, got {fraction}")
    return fraction
