"""Clocks and the memory meter around one call, in a worker process."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any, TypeVar

from benchmarks._memory import PeakMemory

__all__ = ["SHORT", "Meter"]

T = TypeVar("T")
SHORT = 0.05  # seconds; shorter calls are repeated, and the mean counts


class Meter:
    """Measure calls, without the compilation of kernels.

    Parameters
    ----------
    watch_compiler : bool
        Watch Numba: a call in which a kernel was compiled, or a compiled one was read from disk, is
        made again. Both happen under the compiler's lock, whose events are timed.
    """

    MAX_RUNS = 4  # more often than this, something is wrong

    def __init__(self, *, watch_compiler: bool) -> None:
        self._listener: Any = None
        if watch_compiler:
            from numba.core import event

            self._listener = event.TimingListener()
            event.register("numba:compiler_lock", self._listener)

    def _compiled(self) -> float:
        """Return the seconds that the compiler has taken so far."""
        listener = self._listener
        return float(listener.duration) if listener is not None and listener.done else 0.0

    def run(self, call: Callable[[], T]) -> tuple[T, dict[str, Any]]:
        """Return what `call` returns, and what a run of it cost in which nothing was compiled.

        Returns
        -------
        result : object
        cost : dict
            ``seconds`` (wall clock), ``cpu_seconds`` (this process), ``peak_bytes`` (None where
            unknown) of that run, and ``compile_seconds`` of the runs before it.

        Raises
        ------
        RuntimeError
            Something was compiled every time.
        """
        compiled = 0.0
        for _ in range(self.MAX_RUNS):
            before = self._compiled()
            with PeakMemory() as memory:
                wall, cpu = time.perf_counter(), time.process_time()
                result = call()
                wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
            spent = self._compiled() - before
            compiled += spent
            if spent == 0.0:
                cost = {"seconds": wall, "cpu_seconds": cpu, "peak_bytes": memory.bytes}
                return result, cost | {"compile_seconds": compiled}
        raise RuntimeError(f"kernels were compiled in each of {self.MAX_RUNS} equal runs")

    def run_steady(self, call: Callable[[], T]) -> tuple[T, dict[str, Any]]:
        """Do as :meth:`run`, but repeat a call shorter than `SHORT` and take its mean times.

        The cost has ``calls`` too: the number of calls the times are means of.
        """
        result, cost = self.run(call)
        calls = 1
        if cost["seconds"] < SHORT:
            calls = math.ceil(2 * SHORT / max(cost["seconds"], 1e-5))
            _, whole = self.run(lambda: [call() for _ in range(calls)])
            cost |= {name: whole[name] / calls for name in ("seconds", "cpu_seconds")}
        return result, cost | {"calls": calls}
