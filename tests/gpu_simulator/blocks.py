"""Blocks for numba's simulator of CUDA whose threads take turns, in an order drawn from a seed.

The simulator's own blocks let all threads run at once, which the lock of the interpreter makes slow
and accidental. Here one thread runs at a time, from one barrier or warp operation to the next. If
all that are left wait, none of them will ever go on: that is told at once, and needs no clock.
"""

from __future__ import annotations

import random
import threading

import numpy as np
from numba.cuda.simulator.kernel import BlockManager, BlockThread

__all__ = ["Block", "SimulatorFault"]


class SimulatorFault(RuntimeError):
    """What a device would leave undefined."""


class _Abandoned(Exception):
    """Ends threads that wait for ever."""


class Block(BlockManager):
    """A block of threads."""

    #: Draws the order of threads; tests set the seed.
    order = random.Random(0)

    def __init__(self, *args):
        super().__init__(*args)
        self.pause = threading.Semaphore(0)  # of the thread that runs
        self.ready, self.waiting, self.at_barrier = [], {}, []
        self.is_over, self.error = False, None
        self.meetings = {}  # of warps, by number and mask

    @property
    def size(self):
        """Number of threads."""
        return int(np.prod(self._block_dim))

    def run(self, grid_point, *args):
        """Run all threads to their end."""

        def target():
            """Run one."""
            thread = threading.current_thread()
            try:
                self._take_turn(thread)
                self._f(*args)
            except _Abandoned:
                pass
            except Exception as error:
                if self.error is None:
                    where = f"block {grid_point[0]}, thread {thread.thread_id}"
                    self.error = type(error)(f"{error} ({where})").with_traceback(
                        error.__traceback__
                    )
            finally:
                self.pause.release()

        threads = []
        for point in np.ndindex(*self._block_dim):
            thread = BlockThread(target, self, grid_point, point, self._debug)
            thread.turn = threading.Semaphore(0)
            threads.append(thread)
            thread.start()
        self.ready = list(threads)
        while self.ready and self.error is None:
            place = self.order.randrange(len(self.ready))
            thread, self.ready[place] = self.ready[place], self.ready[-1]
            self.ready.pop()
            thread.turn.release()
            self.pause.acquire()
        if self.error is None and self.waiting:
            self.error = SimulatorFault(next(iter(self.waiting.values()))())
        self.is_over = True
        for thread in threads:
            thread.turn.release()
        for thread in threads:
            thread.join()
        if self.error is not None:
            raise self.error

    def _take_turn(self, thread):
        thread.turn.acquire()
        if self.is_over:
            raise _Abandoned

    def wait(self, fault):
        """Let others run until one of them calls :meth:`wake`; `fault()` tells if none does."""
        thread = threading.current_thread()
        self.waiting[thread] = fault
        self.pause.release()
        self._take_turn(thread)

    def wake(self, threads):
        """Let threads that wait go on."""
        for thread in threads:
            del self.waiting[thread]
        self.ready.extend(threads)

    def barrier(self):
        """Wait for all threads of the block."""
        if len(self.at_barrier) + 1 == self.size:
            self.wake(self.at_barrier)
            self.at_barrier = []
            return
        self.at_barrier.append(threading.current_thread())
        self.wait(lambda: f"syncthreads: {self.size - len(self.at_barrier)} threads never came")
