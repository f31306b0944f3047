"""What a user sees while work goes on: a bar on a terminal, and lines that matter, on stderr."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Protocol

__all__ = ["Monitor", "Terminal"]

COMPILING = (
    "compiling kernels for the first time; this happens once per machine and takes up to a minute "
    "or two (`partwise warmup` does it ahead of time)"
)


class Monitor(Protocol):
    """Where a running job says how far it is."""

    def stage(self, fraction: float, message: str) -> None:
        """Say which fraction of the job is done and what is being done."""

    def warn(self, line: str) -> None:
        """Pass on a warning, one line."""

    def compiling(self, function: str) -> None:
        """Say that `function` must be compiled, which takes a while."""


class Terminal(AbstractContextManager["Terminal"]):
    """The monitor of this process: a bar when stderr is a terminal, plain lines when it is not.

    Parameters
    ----------
    total : int
        Number of jobs that share the bar.
    quiet : bool
        Neither a bar nor notices; warnings and errors remain.
    verbose : bool
        Every stage as a line with the seconds since the start.
    """

    def __init__(self, total: int = 1, *, quiet: bool = False, verbose: bool = False) -> None:
        self._total = total
        self._done = 0
        self._quiet = quiet
        self._verbose = verbose and not quiet
        self._bar: Any = None
        self._task: Any = None
        self._told = False
        self._message = ""
        self._start = time.perf_counter()

    def __enter__(self) -> Terminal:
        if not self._quiet and sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.percentage:>3.0f}%"),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._bar.add_task("starting", total=self._total)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def stage(self, fraction: float, message: str) -> None:
        """Move the bar; with ``verbose``, also write the message when it is a new one."""
        if self._bar is not None:
            count = f"{self._done + 1}/{self._total} " if self._total > 1 else ""
            completed = min(self._done + fraction, self._total)
            # a new stage shows at once, progress within it when the bar is next drawn
            self._bar.update(
                self._task,
                completed=completed,
                description=count + message,
                refresh=message != self._message,
            )
        if self._verbose and message != self._message:
            self._line(f"{time.perf_counter() - self._start:8.2f} s  {message}")
        self._message = message

    def finish(self, source: str) -> None:
        """Count one job as done."""
        self._done += 1
        if self._bar is not None:
            text = f"{self._done}/{self._total} {source}" if self._total > 1 else source
            self._bar.update(self._task, completed=self._done, description=text)

    def warn(self, line: str) -> None:
        """Write a line to stderr."""
        self._line(line)

    def compiling(self, function: str) -> None:
        """Say, once per run, that kernels are being compiled."""
        if not self._told:
            self._told = True
            if self._verbose:
                self._line(f"{COMPILING}, starting with {function}")
            elif not self._quiet:
                self._line(COMPILING)

    def result(self, line: str) -> None:
        """Write a line to stdout without disturbing the bar."""
        if self._bar is not None:
            self._bar.stop()
        print(line, flush=True)
        if self._bar is not None:
            self._bar.start()

    def _line(self, text: str) -> None:
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            print(text, file=sys.stderr, flush=True)
