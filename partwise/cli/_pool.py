"""Worker processes for a batch, one job at a time each, any of which may die.

A pool of the standard library gives up as a whole when a worker is killed and cannot say which job
did it. Here the parent holds one pipe per worker, knows what each one is doing, and replaces a dead
one.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait

from partwise.cli._attempt import Outcome, attempt, limit_threads
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._signals import end_on_signals

__all__ = ["run_pool"]

_GRACE = 3.0  # seconds that a worker gets to tidy up when it is told to stop


class _Worker:
    """A process, its pipe, and the index of the job it is doing."""

    def __init__(self, task: str, threads: int) -> None:
        context = get_context("spawn")
        self.pipe, child = context.Pipe()
        self.process = context.Process(target=_serve, args=(child, task, threads), daemon=True)
        with _interrupts_blocked():
            self.process.start()
        child.close()
        self.job: int | None = None

    def stop(self) -> None:
        """End the process, gently first: a half-written temporary file is then removed."""
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()
            self.process.join(_GRACE)
        if self.process.is_alive():
            self.process.kill()
        self.process.join()


def run_pool(
    task: str, jobs: Sequence[Job], workers: int, threads: int, retries: int, monitor: Monitor
) -> Iterator[tuple[int, Outcome]]:
    """Yield ``(index of job, outcome)`` as jobs finish on `workers` processes.

    Parameters
    ----------
    task : str
        ``"module:function"``, see :func:`partwise.cli._attempt.attempt`.
    jobs : sequence of Job
        The work; handed out in order.
    workers : int
        Number of processes; never more are started than there are jobs.
    threads : int
        Threads that the kernels of one process may use.
    retries : int
        How often a job is tried again when its worker died or the machine failed it (memory,
        input and output); a fault of the file itself is not tried again.
    monitor : Monitor
        Receives the workers' warnings.
    """
    waiting = deque(range(len(jobs)))
    tries = [0] * len(jobs)
    pool: list[_Worker] = []
    left = len(jobs)
    try:
        while left:
            for _ in range(min(workers, left) - len(pool)):
                pool.append(_Worker(task, threads))
            for worker in pool:
                if worker.job is None and waiting:
                    _hand_over(worker, waiting, jobs)
            for worker in _ready(pool):
                source = "" if worker.job is None else jobs[worker.job].source
                outcome = _receive(worker, source, monitor)
                if outcome is None:
                    continue
                index, worker.job = worker.job, None
                if not worker.process.is_alive():
                    worker.stop()
                    pool.remove(worker)
                if index is None:
                    continue
                if outcome.may_retry and tries[index] < retries:
                    tries[index] += 1
                    waiting.appendleft(index)
                    continue
                left -= 1
                yield index, outcome
    finally:
        for worker in pool:
            worker.pipe.close()
            worker.process.terminate()
        for worker in pool:
            worker.stop()


def _hand_over(worker: _Worker, waiting: deque[int], jobs: Sequence[Job]) -> None:
    index = waiting.popleft()
    try:
        worker.pipe.send(jobs[index])
    except OSError:  # it died while idle; its sentinel tells, the job goes to another
        waiting.appendleft(index)
    else:
        worker.job = index


def _ready(pool: list[_Worker]) -> list[_Worker]:
    ready = set(wait([end for w in pool for end in (w.pipe, w.process.sentinel)]))
    return [w for w in pool if w.pipe in ready or w.process.sentinel in ready]


def _receive(worker: _Worker, source: str, monitor: Monitor) -> Outcome | None:
    """Return the outcome that a worker sent, or stands for by its death; None for a mere notice."""
    try:
        if worker.pipe.poll():
            kind, value = worker.pipe.recv()
            if kind == "outcome":
                return value
            getattr(monitor, kind)(value)
            return None
        if worker.process.is_alive():
            return None
    except (EOFError, OSError):  # the pipe broke: the process is ending
        worker.process.join(_GRACE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
    code = worker.process.exitcode
    if code is not None and code < 0:
        name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
        how = f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    else:
        how = f"ended with exit code {code}"
    return Outcome(error=f"{source}: the worker process {how}", may_retry=True)


class _Remote:
    """The monitor of a worker: warnings go to the parent, the bar is the parent's own."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def stage(self, fraction: float, message: str) -> None:
        """Say nothing: the parent counts whole jobs."""

    def warn(self, line: str) -> None:
        self._pipe.send(("warn", line))

    def compiling(self, function: str) -> None:
        self._pipe.send(("compiling", function))


def _serve(pipe: Connection, task: str, threads: int) -> None:
    """Do jobs until the parent closes the pipe or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    with end_on_signals(signal.SIGTERM):
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(threads)
        limit_threads(threads)
        threading.Thread(target=_watch_parent, daemon=True).start()
        monitor = _Remote(pipe)
        while True:
            try:
                job = pipe.recv()
                pipe.send(("outcome", attempt(task, job, monitor)))
            except (EOFError, OSError):  # the parent closed the pipe
                return


def _watch_parent() -> None:
    """End this process soon after its parent, however that ended."""
    parent = parent_process()
    if parent is None:
        return
    parent.join()
    signal.raise_signal(signal.SIGTERM)
    threading.Event().wait(_GRACE)
    os._exit(128 + signal.SIGTERM)


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Start a child that never sees Ctrl-C, without losing one meant for this process."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
