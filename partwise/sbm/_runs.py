"""What flat and nested fits share: models that are compared, and runs of which the best counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise.sbm._problem import Problem
from partwise.sbm._search import Budget

__all__ = ["TRIES", "Report", "best_of", "check_sweeps", "check_time_limit", "models_to_fit"]

Report = Callable[[float, str], None]

TRIES = 5  # splits and merges after each sweep


class _Outcome(Protocol):
    cost: float
    tally: NDArray[np.int64]
    sweeps: int


Outcome = TypeVar("Outcome", bound=_Outcome)


def models_to_fit(
    degree_corrected: Any,
    time_limit: float | None,
    stop: Callable[[], bool] | None,
    callback: Report | None,
) -> Iterator[tuple[bool, Budget, Report]]:
    """Yield whether to correct for degrees, with equal parts of the time, and of the progress.

    Raises
    ------
    ValueError
        `degree_corrected` is neither True nor False nor "auto".
    """
    if degree_corrected not in (True, False, "auto"):
        raise ValueError(
            f"degree_corrected must be True, False or 'auto', got {degree_corrected!r}"
        )
    kinds = [True, False] if degree_corrected == "auto" else [bool(degree_corrected)]
    started = time.perf_counter()
    for number, corrected in enumerate(kinds):
        left = None if time_limit is None else time_limit - (time.perf_counter() - started)
        budget = Budget(left and left / (len(kinds) - number), stop)

        name = f"{'' if corrected else 'not '}degree-corrected: " if len(kinds) > 1 else ""

        def report(part: float, what: str, number: int = number, name: str = name) -> None:
            """Tell how far all models are."""
            if callback is not None:
                callback((number + part) / len(kinds), name + what)

        yield corrected, budget, report


def best_of(
    runs: int, jobs: int, report: Report, search: Callable[[int, Report], Outcome]
) -> Outcome:
    """Return the best outcome of some runs, with the effort of all.

    Parameters
    ----------
    runs, jobs : int
        Number of runs, and of threads for them.
    report : callable
        Called with the finished fraction of all runs and what is going on.
    search : callable
        Takes the number of a run and its own report.
    """
    done = [0.0] * runs

    def run(number: int) -> Outcome:
        """Search once."""

        def tell(part: float, what: str) -> None:
            """Tell how far all runs are, together."""
            done[number] = part
            report(sum(done) / runs, what)

        return search(number, tell)

    if jobs == 1 or runs == 1:
        founds = [run(number) for number in range(runs)]
    else:
        with ThreadPoolExecutor(min(jobs, runs)) as pool:
            founds = list(pool.map(run, range(runs)))
    best = min(founds, key=lambda found: found.cost)
    best.tally = np.sum([found.tally for found in founds], axis=0)
    best.sweeps = sum(found.sweeps for found in founds)
    return best


def check_sweeps(n_sweeps: Any, problem: Problem) -> int:
    """Return the number of sweeps of the annealing; "auto" is more for small graphs."""
    if n_sweeps == "auto":
        # small graphs are cheap and have many minima
        ends = max(1, 2 * problem.n_edges + problem.n_nodes)
        return int(np.clip(1e6 / ends**0.75, 60, 2000))
    return check_count("n_sweeps", n_sweeps)


def check_time_limit(time_limit: float | None) -> float | None:
    """Return a positive number of seconds, or None."""
    if time_limit is not None and not time_limit > 0:
        raise ValueError(f"time_limit must be positive, got {time_limit}")
    return time_limit
