"""Many inputs, one command: the machinery behind every command that takes files.

A command turns its arguments into :class:`~partwise.cli._jobs.Job` objects and names the function
that does one of them. What a failure is, who does which job, what is skipped on ``--resume`` and
what the report says is decided here, the same for all of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from partwise.cli._attempt import Outcome, attempt, limit_threads
from partwise.cli._errors import UsageProblem, shown
from partwise.cli._jobs import Job, check_jobs
from partwise.cli._journal import Journal, Report, fingerprint, remove_leftovers
from partwise.cli._pool import run_pool
from partwise.cli._progress import Terminal

__all__ = ["BatchOptions", "run_batch"]


@dataclass(frozen=True)
class BatchOptions:
    """The options that every command with several inputs shares."""

    several: bool = False
    out_dir: str | None = None
    jobs: int = 1
    resume: bool = False
    report: str | None = None
    retries: int = 1
    threads: int | None = None
    quiet: bool = False
    verbose: bool = False
    debug: bool = False

    @property
    def is_batch(self) -> bool:
        """Whether finished work is remembered and failures are only counted."""
        return self.several or self.resume or bool(self.out_dir) or bool(self.report)


def run_batch(
    task: str,
    jobs: Sequence[Job],
    options: BatchOptions,
    show: Callable[[Job, dict[str, Any]], str | None],
) -> int:
    """Run every job and return the exit code.

    Parameters
    ----------
    task : str
        ``"module:function"`` of ``function(job, monitor) -> record``.
    jobs : sequence of Job
        The work. Two jobs that would write the same file are a usage error.
    options : BatchOptions
        See :class:`BatchOptions`.
    show : callable
        Returns the text for stdout when a job is done, or None.

    Returns
    -------
    int
        0 if all inputs went well, 1 if some failed (one line each on stderr).

    Raises
    ------
    UsageProblem
        Clashing outputs; a folder or report that cannot be made; or, with a single input that is
        no batch, a fault of the arguments that shows only once the input has been read.
    """
    check_jobs(jobs)
    if options.jobs > 1 and any(job.source == "-" for job in jobs):
        raise UsageProblem("--jobs: standard input is read by one process only")
    if options.out_dir is not None:
        _make_folder("--out-dir", options.out_dir)
    limit_threads(options.threads)
    journal = Journal()
    marks = [fingerprint(task, job) if options.is_batch else None for job in jobs]
    kept = {
        i: record
        for i, job in enumerate(jobs)
        if options.resume and (record := journal.finished(job, marks[i])) is not None
    }
    report = Report(options.report)
    try:
        report.start({**kept[i], "status": "skipped"} for i in kept)
    except OSError as error:
        raise UsageProblem(f"--report: {options.report}: {error.strerror}") from error
    todo = [i for i in range(len(jobs)) if i not in kept]
    if options.resume:
        remove_leftovers(path for i in todo for path in jobs[i].outputs)
    failed = 0
    with Terminal(len(todo), quiet=options.quiet, verbose=options.verbose) as terminal:
        for position, outcome in _outcomes(task, [jobs[i] for i in todo], options, terminal):
            index = todo[position]
            job = jobs[index]
            if outcome.record is None:
                if options.debug and outcome.trace:
                    sys.stderr.write(outcome.trace)
                if outcome.usage and not options.several:
                    raise UsageProblem(outcome.error)
                failed += 1
                terminal.warn(outcome.error or f"{shown(job.source)}: failed")
                record = {"status": "failed", "input": job.source, "error": outcome.error}
            else:
                record = {"status": "ok", **outcome.record}
                if options.is_batch and not record.get("is_interrupted"):
                    journal.record(job, marks[index], record)
                text = show(job, record)
                if text is not None:
                    terminal.result(text)
            report.add(record)
            terminal.finish(job.source)
    return 1 if failed else 0


def _outcomes(
    task: str, jobs: list[Job], options: BatchOptions, terminal: Terminal
) -> Iterator[tuple[int, Outcome]]:
    if options.jobs > 1 and len(jobs) > 1:
        threads = options.threads or 1
        yield from run_pool(task, jobs, options.jobs, threads, options.retries, terminal)
        return
    for index, job in enumerate(jobs):
        outcome = attempt(task, job, terminal)
        for _ in range(options.retries if options.is_batch else 0):
            if not outcome.may_retry:
                break
            outcome = attempt(task, job, terminal)
        yield index, outcome


def _make_folder(option: str, path: str) -> None:
    try:
        os.makedirs(path, exist_ok=True)
    except OSError as error:
        raise UsageProblem(f"{option}: {path}: {error.strerror}") from error
