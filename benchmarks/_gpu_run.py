"""How the suite `gpu` runs its parts: within a time, and with a reason for whatever cannot run."""

from __future__ import annotations

import statistics
import time
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["Bench", "Row", "copy_speed", "seconds_of"]

Row = dict[str, Any]


class Bench:
    """Rows of a run.

    Parameters
    ----------
    limit : float
        Seconds after which nothing more is begun.
    report : callable
        Gets a line for every row.
    """

    def __init__(self, limit: float, report: Callable[[str], None]) -> None:
        self.started, self.limit, self.report = time.perf_counter(), limit, report
        self.rows: list[Row] = []

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.limit - (time.perf_counter() - self.started)

    def run(self, key: Row, call: Callable[[], Row]) -> Row | None:
        """Add the row that `call` returns to what identifies it, or why there is none."""
        began = time.perf_counter()
        if self.left <= 0:
            self.skip(key, f"the {self.limit:g} seconds were over")
            return None
        try:
            row = key | {"status": "ok"} | call()
        except Exception as error:  # whatever fails becomes a row of the report
            where = traceback.extract_tb(error.__traceback__)[-1]
            reason = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
            row = key | {"status": "failed", "reason": " ".join(reason.split())[:300]}
        row["took"] = round(time.perf_counter() - began, 3)
        self.rows.append(row)
        self.report(_line(row))
        return row if row["status"] == "ok" else None

    def skip(self, key: Row, reason: str) -> None:
        """Add a row that says why something was not run."""
        self.rows.append(key | {"status": "not run", "reason": reason})
        self.report(_line(self.rows[-1]))


def _line(row: Row) -> str:
    if row["status"] != "ok":
        return f"{_name(row)}: {row['status']}: {row['reason']}"
    told = {name: value for name, value in row.items() if name not in (*_KEY, "status", "took")}
    return f"{_name(row)}: " + ", ".join(f"{name} {_short(x)}" for name, x in told.items())


_KEY = ("part", "what", "graph", "strategy", "device")


def _name(row: Row) -> str:
    return " ".join(str(row[name]) for name in _KEY if name in row)


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def seconds_of(
    backend: Backend, calls: Iterable[Callable[[], Any]], *, most: float = 20.0
) -> tuple[float, int]:
    """Return the mean time of some calls, and how many were made before `most` seconds were over.

    The device is idle before and after every call; the first call is made once more before, so
    that nothing is compiled while the clock runs.
    """
    times: list[float] = []
    for number, call in enumerate(calls):
        if number == 0:
            call()
        _wait(backend)
        began = time.perf_counter()
        call()
        _wait(backend)
        times.append(time.perf_counter() - began)
        if sum(times) > most:
            break
    return statistics.fmean(times), len(times)


def copy_speed(backend: Backend, n_bytes: int = 1 << 31) -> float:
    """Return the bytes that a copy on the device moves in a second, read and written."""
    xp = backend.xp
    source, target = xp.zeros(n_bytes, xp.uint8), xp.zeros(n_bytes, xp.uint8)

    def copy() -> None:
        """Copy once."""
        target[:] = source

    seconds, _ = seconds_of(backend, [copy] * 10)
    return 2 * n_bytes / seconds


def _wait(backend: Backend) -> None:
    if hasattr(backend.xp, "cuda"):
        backend.xp.cuda.get_current_stream().synchronize()
