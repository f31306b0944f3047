"""Ctrl-C and SIGTERM end the process as an exception does, wherever they arrive.

Python raises from a signal handler at whatever it is doing. Inside a finaliser or a C callback the
exception is printed and dropped, inside compiled code it can come out as another one. What was
asked for is remembered here, so that it is not lost.
"""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["end_on_signals", "raise_if_ended", "stop_on_interrupt"]

AGAIN_AFTER = 0.05  # seconds; a hook is left in microseconds

_number: signal.Signals | None = None
_again: threading.Timer | None = None


def raise_if_ended() -> None:
    """Raise once more if a signal asked for the end and its exception was swallowed."""
    if _number == signal.SIGINT:
        raise KeyboardInterrupt
    if _number is not None:
        sys.exit(128 + _number)


def _end(number: int, frame: Any) -> None:
    global _number
    _number = signal.Signals(number)
    raise_if_ended()


def _not_dropped(unraisable: Any) -> None:
    """Send the signal again, a moment later, where its exception was dropped.

    What is raised in here is dropped as well, and printed: the main thread has to have left.
    """
    global _again
    if _number is not None and issubclass(unraisable.exc_type, (KeyboardInterrupt, SystemExit)):
        _again = threading.Timer(AGAIN_AFTER, _send_to_main, (_number,))
        _again.daemon = True
        _again.start()
    else:
        sys.__unraisablehook__(unraisable)


def _send_to_main(number: signal.Signals) -> None:
    if hasattr(signal, "pthread_kill"):  # wakes a main thread that waits in a system call
        signal.pthread_kill(threading.main_thread().ident or 0, number)
    else:
        _thread.interrupt_main(number)


@contextlib.contextmanager
def end_on_signals(*numbers: signal.Signals) -> Iterator[None]:
    """Turn `numbers` into KeyboardInterrupt (SIGINT) or SystemExit(128 + number).

    Does nothing outside the main thread, which alone receives signals.
    """
    global _number, _again
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    _number = _again = None
    before = {number: signal.signal(number, _end) for number in numbers}
    hook, sys.unraisablehook = sys.unraisablehook, _not_dropped
    try:
        yield
    finally:
        sys.unraisablehook = hook
        if _again is not None:
            _again.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def stop_on_interrupt(note: str) -> Iterator[Callable[[], bool]]:
    """Let a first Ctrl-C ask the work inside for its end; a second one ends it as ever.

    Parameters
    ----------
    note : str
        The line that stderr gets at once when it is asked for: the work may take a while to end.

    Yields
    ------
    callable
        Returns whether the end has been asked for. It never is outside the main thread, nor in a
        process that ignores Ctrl-C.
    """
    asked = False
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield lambda: False
        return

    def ask(number: int, frame: Any) -> None:
        """Remember it, and let the next one through."""
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)
        # sys.stderr may be in the middle of a line of its own, and would refuse to begin another
        with contextlib.suppress(OSError):
            # a bar that stands on the line is drawn anew on the next one
            clear = "\r\x1b[K" if os.isatty(2) else ""
            os.write(2, f"{clear}{note}\n".encode())

    signal.signal(signal.SIGINT, ask)
    try:
        yield lambda: asked
    finally:
        signal.signal(signal.SIGINT, before)
