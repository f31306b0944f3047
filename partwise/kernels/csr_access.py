"""Reading a CSR graph whose weights may be absent."""

from __future__ import annotations

from partwise.kernels.jit import kernel

__all__ = ["arc_weight"]


@kernel
def arc_weight(weights, j):
    """Return the weight of arc `j`, or 1 where `weights` is None (decided at compile time)."""
    if weights is None:
        return 1
    return weights[j]
