"""How partwise launches parallel kernels.

Numba's built-in thread pool aborts the process when two Python threads launch parallel kernels at
the same time, so every launch happens under one lock. Work is split into a number of pieces that
depends on the input alone, never on the number of threads, and pieces are combined in order: that
is why results are the same for any number of threads.
"""

from __future__ import annotations

import threading

__all__ = ["LAUNCH", "SERIAL_BELOW"]

#: Held while a parallel kernel runs.
LAUNCH = threading.RLock()

#: Below this number of items a launch costs more than it saves.
SERIAL_BELOW = 50_000
