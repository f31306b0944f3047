"""What every suite needs: solvers in processes of their own, restartable logs, facts of the run.

A solver lives in a worker process that is fed through a pipe. A peer that crashes, hangs or eats
the memory costs one row of the table and not the run, no library sees another one's threads or
allocator, and peak memory is that of the solver alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import multiprocessing
import os
import platform
import signal
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

__all__ = [
    "CLOCKS",
    "RowLog",
    "Worker",
    "WorkerError",
    "environment_facts",
    "is_installed",
    "rotated",
    "thread_limit",
    "usable_cpus",
]

T = TypeVar("T")
CLOCKS = {"wall": "seconds", "cpu": "cpu_seconds"}  # fields of a row

_THREAD_VARIABLES = (
    "NUMBA_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "POLARS_MAX_THREADS",
)


class WorkerError(RuntimeError):
    """A call in a worker did not return a result.

    Parameters
    ----------
    status : {"error", "crash", "timeout"}
        An exception in the worker, the end of the worker, or the end of our patience.
    reason : str
        One line for the log.
    """

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@contextmanager
def thread_limit(n_threads: int | None) -> Iterator[None]:
    """Set the environment by which libraries choose their number of threads.

    Processes started inside inherit it; this process, whose libraries are loaded, keeps its own.
    """
    if n_threads is None:
        yield
        return
    before = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    os.environ.update({name: str(n_threads) for name in _THREAD_VARIABLES})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _serve(connection: Connection, module: str, factory: str, args: tuple[Any, ...]) -> None:
    """Answer ``(method, args)`` requests on the object that `factory` of `module` makes."""
    # Libraries written in C print to the file descriptor; the tables on stdout are ours.
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    handler = None
    while True:
        try:
            request = connection.recv()
        except EOFError:
            return
        try:
            if handler is None:
                handler = getattr(importlib.import_module(module), factory)(*args)
            method, arguments = request
            connection.send(("ok", getattr(handler, method)(*arguments)))
        except Exception as error:  # whatever a peer raises becomes a row of the table
            where = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
            connection.send(("error", " ".join(reason.split())[:300]))


class Worker:
    """An object in a process of its own.

    Parameters
    ----------
    module, factory : str
        ``factory(*args)`` of `module` makes the object, in the worker.
    args : tuple
        Picklable arguments of the factory.
    n_threads : int or None
        Number of threads its libraries may use; None leaves it to them.
    """

    def __init__(
        self, module: str, factory: str, args: tuple[Any, ...] = (), *, n_threads: int | None = 1
    ) -> None:
        self._target = (module, factory, args)
        self._n_threads = n_threads
        self._process: multiprocessing.process.BaseProcess | None = None
        self._connection: Connection | None = None

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and self._process.is_alive()

    def start(self) -> None:
        """Start the process; nothing happens when it runs already."""
        if self.alive:
            return
        self.stop()
        # spawn: a forked child would inherit our threads' locks and our memory
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        with thread_limit(self._n_threads):
            self._process = context.Process(
                target=_serve, args=(theirs, *self._target), daemon=True
            )
            self._process.start()
        theirs.close()

    def call(self, method: str, *args: Any, timeout: float | None = None) -> Any:
        """Return ``object.method(*args)``.

        Raises
        ------
        WorkerError
            The call raised, the process died, or `timeout` seconds went by; after the last two
            the next call starts a new process with a new object.
        """
        self.start()
        assert self._connection is not None
        try:
            self._connection.send((method, args))
            if not self._connection.poll(timeout):
                self.stop()
                raise WorkerError("timeout", f"no answer in {timeout:g} s")
            status, value = self._connection.recv()
        except (EOFError, OSError) as error:
            reason = self._last_words()
            self.stop()
            raise WorkerError("crash", reason) from error
        if status == "error":
            raise WorkerError("error", value)
        return value

    def _last_words(self) -> str:
        assert self._process is not None
        self._process.join(5)
        code = self._process.exitcode
        if code is None or code >= 0:
            return f"the process ended with exit code {code}"
        return f"the process was killed by {signal.Signals(-code).name}"

    def stop(self) -> None:
        """End the process."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


class RowLog:
    """Results as they come, one JSON object per line, from which a run can go on.

    Parameters
    ----------
    path : Path
        The log. Its last line may be half written after a kill; it is dropped then.
    key : sequence of str
        The fields that make a row unique.
    resume : bool
        Keep what the log holds; otherwise it starts empty.
    """

    def __init__(self, path: Path, key: Sequence[str], *, resume: bool) -> None:
        self._path = path
        self._key = tuple(key)
        self._rows: dict[tuple[Any, ...], dict[str, Any]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        if resume and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                try:
                    row = json.loads(line)
                except json.JSONDecodeError:
                    continue
                self._rows[self.key_of(row)] = row
        path.write_text("".join(map(_json_line, self._rows.values())), encoding="utf-8")

    def key_of(self, row: dict[str, Any]) -> tuple[Any, ...]:
        """Return what makes `row` unique."""
        return tuple(row[name] for name in self._key)

    def __contains__(self, row: dict[str, Any]) -> bool:
        return self.key_of(row) in self._rows

    @property
    def rows(self) -> list[dict[str, Any]]:
        """All rows, the oldest first."""
        return list(self._rows.values())

    def append(self, row: dict[str, Any]) -> None:
        """Add `row` here and on disk; it replaces an older one of the same key."""
        self._rows[self.key_of(row)] = row
        with self._path.open("a", encoding="utf-8") as file:
            file.write(_json_line(row))


def _json_line(row: dict[str, Any]) -> str:
    return json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n"


def rotated(items: Sequence[T], by: int) -> list[T]:
    """Return `items` starting at position `by`, so that nobody always goes first."""
    by %= max(1, len(items))
    return [*items[by:], *items[:by]]


def is_installed(package: str) -> bool:
    """Tell whether `package` can be imported."""
    return importlib.util.find_spec(package) is not None


def usable_cpus() -> int | None:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def environment_facts(packages: Sequence[str]) -> dict[str, Any]:
    """Return what a reader of the table must know about the run.

    Parameters
    ----------
    packages : sequence of str
        Distribution names; the installed ones are listed with their versions.
    """
    versions = {}
    for name in packages:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": _cpu_model(),
        "cpu_count": os.cpu_count(),
        "packages": versions,
    }
