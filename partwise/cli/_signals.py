"""Ctrl-C and SIGTERM end the process as an exception does, wherever they arrive.

Python raises from a signal handler at whatever it is doing. Inside a finaliser or a C callback the
exception is printed and dropped, inside compiled code it can come out as another one. What was
asked for is remembered here, so that it is not lost.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

__all__ = ["end_on_signals", "raise_if_ended"]

_number: int | None = None


def raise_if_ended() -> None:
    """Raise once more if a signal asked for the end and its exception was swallowed."""
    if _number == signal.SIGINT:
        raise KeyboardInterrupt
    if _number is not None:
        sys.exit(128 + _number)


def _end(number: int, frame: Any) -> None:
    global _number
    _number = number
    raise_if_ended()


def _not_dropped(unraisable: Any) -> None:
    """Raise the signal again, in code that may raise, where its exception was dropped."""
    if _number is not None and issubclass(unraisable.exc_type, (KeyboardInterrupt, SystemExit)):
        signal.raise_signal(_number)
    else:
        sys.__unraisablehook__(unraisable)


@contextlib.contextmanager
def end_on_signals(*numbers: signal.Signals) -> Iterator[None]:
    """Turn `numbers` into KeyboardInterrupt (SIGINT) or SystemExit(128 + number).

    Does nothing outside the main thread, which alone receives signals.
    """
    global _number
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _number = None
    before = {number: signal.signal(number, _end) for number in numbers}
    hook, sys.unraisablehook = sys.unraisablehook, _not_dropped
    try:
        yield
    finally:
        sys.unraisablehook = hook
        for number, handler in before.items():
            signal.signal(number, handler)
