"""What a device and the CPU do alike: plain functions, compiled for the one and for the other.

They call nothing, so that either compiler takes them as they are.
"""

from __future__ import annotations

__all__ = ["is_better", "representative_of", "sum_of_every"]


def is_better(total, label, best_total, best):
    """Return whether a label beats the best so far: by its sum, then by being smaller.

    A label of -1 is none.
    """
    if label < 0:
        return False
    return best < 0 or total > best_total or (total == best_total and label < best)


def sum_of_every(values, first, last, step, zero):
    """Return ``zero`` plus the values from `first` up to `last`, every so many, in their order."""
    total = zero
    for i in range(first, last, step):
        total += values[i]
    return total


def representative_of(best, v):
    """Return the smaller of v and the node that it wants and that wants it, or else v itself."""
    u = best[v]
    if u >= 0 and u < v and best[u] == v:
        return u
    return v
