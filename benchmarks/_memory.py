"""Peak memory of a piece of work in this process, above what was resident before it.

On Linux the kernel keeps a high-water mark of the resident set (``VmHWM``) that a process may set
back, which costs nothing while the work runs and misses no short peak. Elsewhere there is no such
mark, and the peak is reported as unknown rather than as a guess.
"""

from __future__ import annotations

import ctypes
import gc
from pathlib import Path
from types import TracebackType

__all__ = ["PeakMemory", "peak_is_known"]

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


def _field(name: str) -> int:
    """Return a size field of the process status in bytes."""
    for line in _STATUS.read_text().splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(f"{_STATUS} has no field {name}")


def _give_back_freed_memory() -> None:
    """Return freed heap pages to the system, so that their reuse counts as use again."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return  # not the GNU C library: freed pages may hide a part of the next peak


def peak_is_known() -> bool:
    """Return whether this system can measure a peak."""
    try:
        _CLEAR.write_text(_RESET_PEAK)
        _field("VmHWM")
    except OSError:
        return False
    return True


class PeakMemory:
    """Context manager that measures the peak resident memory of its body.

    Attributes
    ----------
    bytes : int or None
        Peak resident set during the body less the resident set before it; None where the system
        does not tell.
    """

    def __init__(self) -> None:
        self.bytes: int | None = None
        self._before: int | None = None

    def __enter__(self) -> PeakMemory:
        _give_back_freed_memory()
        if peak_is_known():
            self._before = _field("VmRSS")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._before is not None:
            self.bytes = max(0, _field("VmHWM") - self._before)
