"""Which changes of the description length a search takes."""

from __future__ import annotations

import math

import numpy as np

from partwise.kernels.jit import kernel
from partwise.kernels.rng import next_float

__all__ = ["NOTHING", "accepted"]

#: Changes above this are none: rounding.
NOTHING = -1e-9


@kernel(allocates=False)
def accepted(rng, beta, change):
    """Return whether to take a change, by Metropolis' rule; only gains, where beta is infinite."""
    if change < NOTHING:
        return True
    return beta < np.inf and next_float(rng) < math.exp(-beta * max(change, 0.0))
