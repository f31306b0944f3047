"""What ``random_state=`` means throughout the library."""

from __future__ import annotations

import operator
import secrets
from typing import Any

import numpy as np

__all__ = ["RandomState", "check_seed"]

_ALLOWED = "None, a non-negative integer below 2**63, a numpy Generator or RandomState"
_LIMIT = 2**63

RandomState = int | np.random.Generator | np.random.RandomState | None


def check_seed(random_state: RandomState | Any) -> int:
    """Turn `random_state` into one integer seed for the kernels.

    Parameters
    ----------
    random_state : None, int, numpy.random.Generator or numpy.random.RandomState
        None draws a seed from the operating system; an integer is the seed itself; a generator
        gives the next integer that it draws (so that two calls with it differ).

    Returns
    -------
    int
        The seed, in [0, 2**63).

    Raises
    ------
    TypeError
        `random_state` is nothing of the above.
    ValueError
        The integer is negative or too large.

    Examples
    --------
    >>> check_seed(7)
    7
    >>> check_seed(np.random.default_rng(0)) == check_seed(np.random.default_rng(0))
    True
    """
    if random_state is None:
        return secrets.randbits(63)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(_LIMIT, dtype=np.uint64))
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(_LIMIT, dtype=np.uint64))
    allowed = f"random_state must be {_ALLOWED}"
    if isinstance(random_state, (bool, np.bool_)):
        raise TypeError(f"{allowed}, got {random_state!r}")
    try:
        seed = operator.index(random_state)
    except TypeError:
        raise TypeError(f"{allowed}, got {type(random_state).__name__}") from None
    if not 0 <= seed < _LIMIT:
        raise ValueError(f"{allowed}, got {seed}")
    return seed
