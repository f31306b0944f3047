"""How partwise launches parallel kernels.

Numba's built-in thread pool aborts the process when two Python threads launch parallel kernels at
the same time, so every launch happens under one lock. Work is split into a number of pieces that
depends on the input alone, never on the number of threads, and pieces are combined in order: that
is why results are the same for any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numba

__all__ = ["LAUNCH", "SERIAL_BELOW", "launch_on"]

#: Held while a parallel kernel runs.
LAUNCH = threading.RLock()

#: Below this number of items a launch costs more than it saves.
SERIAL_BELOW = 50_000


@contextmanager
def launch_on(n_threads: int) -> Iterator[None]:
    """Hold the lock, and let parallel kernels use `n_threads` threads, or all there are."""
    with LAUNCH:
        before = numba.get_num_threads()
        numba.set_num_threads(max(1, min(n_threads, numba.config.NUMBA_NUM_THREADS)))
        try:
            yield
        finally:
            numba.set_num_threads(before)
