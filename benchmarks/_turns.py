"""Tasks that take turns in worker processes, with a log: what several suites share."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._harness import CLOCKS, RowLog, Worker, WorkerError, rotated

__all__ = ["Task", "Turns", "add_run_options", "check_run_options"]

Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Task:
    """A run of one solver on one problem.

    Parameters
    ----------
    key : dict
        What makes its row unique, ``part``, ``instance``, ``solver`` and ``seed`` among it.
    worker : str
        Name of the process that does it.
    problem : object
        What that process must hold; tasks on the same problem share the object.
    arguments : tuple
        Those of the process's ``solve``.
    facts : dict
        More fields of the row.
    judge : callable, optional
        Turns the answer of the process into fields of the row, in this process: what the solver
        claims is recomputed here. ValueError says that the answer is no solution.
    """

    key: dict[str, Any]
    worker: str
    problem: Any
    arguments: tuple[Any, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    judge: Callable[[Row], Row] | None = None


class Turns:
    """Runs tasks in workers and logs their rows.

    Parameters
    ----------
    log : RowLog
        Rows that it holds already are not measured again, if they went well.
    make_worker : callable
        Returns the :class:`Worker` of a name; its object has ``prepare(problem)`` and ``solve``.
    options : argparse.Namespace
        With the options of :func:`add_run_options`.
    describe : callable
        Returns what the progress line says of a row that went well.
    """

    def __init__(
        self,
        log: RowLog,
        make_worker: Callable[[str], Worker],
        options: argparse.Namespace,
        describe: Callable[[Row], str],
    ) -> None:
        self._log = log
        self._make_worker = make_worker
        self._options = options
        self._describe = describe
        self._workers: dict[str, Worker] = {}
        self._holds: dict[str, Any] = {}

    def run(self, rounds: Iterable[Sequence[Task]]) -> None:
        """Run rounds of tasks; those of a round take turns, and another one goes first each time.

        A solver that ran into the time limit on an instance, or has used up the patience for it,
        gets no further seeds there.
        """
        end = time.monotonic() + (self._options.stop_after or float("inf"))
        done = {self._log.key_of(row) for row in self._log.rows if row["status"] == "ok"}
        used: dict[tuple[Any, ...], float] = {}
        for row in self._log.rows:
            _count(used, row)
        try:
            for turn, tasks in enumerate(rounds):
                for task in rotated(tasks, turn):
                    if self._log.key_of(task.key) in done:
                        continue
                    if used.get(_without_seed(task.key), 0.0) > self._options.patience:
                        continue
                    if time.monotonic() > end:
                        return
                    row = self._row(task)
                    self._log.append(row)
                    _count(used, row)
                    self._progress(row)
        finally:
            for worker in self._workers.values():
                worker.stop()

    def _row(self, task: Task) -> Row:
        row = task.key | task.facts
        if task.worker not in self._workers:
            self._workers[task.worker] = self._make_worker(task.worker)
        worker = self._workers[task.worker]
        try:
            if not worker.alive or self._holds.get(task.worker) is not task.problem:
                self._holds.pop(task.worker, None)
                worker.call("prepare", task.problem, timeout=1800)
                self._holds[task.worker] = task.problem
            answer = worker.call("solve", *task.arguments, timeout=self._options.time_limit)
            numbers = answer if task.judge is None else task.judge(answer)
        except (WorkerError, ValueError) as error:
            status = error.status if isinstance(error, WorkerError) else "invalid"
            return row | {"status": status, "reason": str(error)}
        return row | {"status": "ok"} | numbers

    def _progress(self, row: Row) -> None:
        head = f"{row['part']:13}{row['instance']:22}{row['solver']:26} seed {row['seed']:<3} "
        if row["status"] == "ok":
            text = self._describe(row)
        else:
            text = f"{row['status']}: {row['reason']}"
        print(head + text, file=sys.stderr, flush=True)


def _without_seed(row: Row) -> tuple[Any, ...]:
    return row["part"], row["instance"], row["solver"]


def _count(used: dict[tuple[Any, ...], float], row: Row) -> None:
    """Add the seconds of `row` to those of its solver and instance; a timeout is the last straw."""
    spent = {"ok": row.get("seconds", 0.0), "timeout": float("inf")}.get(row["status"], 0.0)
    used[_without_seed(row)] = used.get(_without_seed(row), 0.0) + spent


def add_run_options(
    parser: argparse.ArgumentParser, suite: str, *, time_limit: float, patience: float
) -> None:
    """Add the options that say how long to run, what to keep and where to write."""
    add = parser.add_argument
    add(
        "--time-limit", type=float, default=time_limit, metavar="S",
        help="per call of a solver (default: %(default)g)",
    )  # fmt: skip
    add(
        "--patience", type=float, default=patience, metavar="S",
        help="no further seeds for a solver on an instance that has taken so long there "
        "(default: %(default)g)",
    )  # fmt: skip
    add("--stop-after", type=float, metavar="S", help="begin no run after this many seconds")
    add("--resume", action="store_true", help="keep what went well in an earlier call")
    add("--report-only", action="store_true", help="write the report of the log")
    add(
        "--clock", choices=CLOCKS, default="wall",
        help="time of the tables; cpu is steadier on a busy machine, and the parts with two "
        "threads keep the wall clock",
    )  # fmt: skip
    add(
        "--out", type=Path, default=Path(f"benchmarks/results/{suite}.json"), metavar="FILE.json",
        help="tables (.md) and log (.rows.jsonl) get its name (default: %(default)s)",
    )  # fmt: skip


def check_run_options(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    """End with a usage error if the options of :func:`add_run_options` make no sense."""
    if options.out.suffix != ".json":
        parser.error(f"--out: {options.out} must end in .json")
    if options.time_limit <= 0 or options.patience <= 0:
        parser.error("--time-limit and --patience must be above 0")
    if options.seeds < 1:
        parser.error("--seeds must be at least 1")
