"""How partwise launches parallel kernels.

Numba's built-in thread pool aborts the process when two Python threads launch parallel kernels at
the same time, so every launch happens under one lock. Work is split into a number of pieces that
depends on the input alone, never on the number of threads, and pieces are combined in order: that
is why results are the same for any number of threads.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numba

__all__ = ["LAUNCH", "SERIAL_BELOW", "deal", "launch_on"]

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


def deal(work: Callable[[int, int], None], n_jobs: int, n_items: int) -> None:
    """Call ``work(job, n_jobs)`` for every job on a thread of its own.

    Parameters
    ----------
    work : callable
        A job takes every n_jobs-th item, and must give the same results however they are dealt out.
    n_jobs, n_items : int
        There are no more jobs than items; a single one runs on the calling thread.
    """
    n_jobs = min(n_jobs, n_items)
    if n_jobs <= 1:
        work(0, 1)
        return
    with ThreadPoolExecutor(n_jobs) as pool:
        for done in [pool.submit(work, job, n_jobs) for job in range(n_jobs)]:
            done.result()
