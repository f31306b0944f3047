"""Running one job so that whatever goes wrong with it is an answer and not a crash."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
import warnings
from dataclasses import dataclass
from typing import Any

from partwise.cli._errors import UsageProblem, describe, shown
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._signals import raise_if_ended

__all__ = ["Outcome", "attempt", "limit_threads"]

_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)


@dataclass(frozen=True)
class Outcome:
    """How a job ended: a record, or an error line."""

    record: dict[str, Any] | None = None
    error: str | None = None
    trace: str | None = None
    usage: bool = False
    may_retry: bool = False


def attempt(task: str, job: Job, monitor: Monitor) -> Outcome:
    """Run ``task(job, monitor)`` and say how it ended.

    Parameters
    ----------
    task : str
        ``"module:function"``, so that it can be sent to another process. The function returns the
        record of the job, a dict that JSON keeps.
    job : Job
        What to do.
    monitor : Monitor
        Receives progress, warnings and the notice of a first compilation.

    Notes
    -----
    Every exception but an interruption becomes an :class:`Outcome`: this is the border at which one
    bad file stops being the business of the others.
    """
    from partwise.kernels.jit import on_compile

    module, function = task.split(":")
    stop = on_compile(monitor.compiling)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UserWarning)
            try:
                record = getattr(importlib.import_module(module), function)(job, monitor)
            finally:
                for warning in caught:
                    if issubclass(warning.category, UserWarning):
                        text = " ".join(str(warning.message).split())
                        monitor.warn(f"{shown(job.source)}: warning: {text}")
    except BrokenPipeError:  # nobody reads our output any more: the end of all work, not of a job
        raise
    except Exception as error:
        raise_if_ended()
        return Outcome(
            error=describe(job.source, error),
            trace=traceback.format_exc(),
            usage=isinstance(error, UsageProblem),
            may_retry=isinstance(error, (OSError, MemoryError)) and not isinstance(error, _FINAL),
        )
    finally:
        stop()
    return Outcome(record=record)


def limit_threads(count: int | None) -> None:
    """Let the kernels of this process use `count` threads; None leaves their default.

    Numba fixes the largest number when it is imported, so the variable is set before that where
    that is still possible.
    """
    if count is None:
        return
    if "numba" not in sys.modules:
        os.environ["NUMBA_NUM_THREADS"] = str(count)
        return
    import numba

    numba.set_num_threads(min(count, numba.config.NUMBA_NUM_THREADS))  # type: ignore[attr-defined]
