"""How a failure becomes one line that a user can act on."""

from __future__ import annotations

import os

from partwise.errors import FormatError

__all__ = ["UsageProblem", "describe", "shown"]


class UsageProblem(Exception):
    """The command was called wrongly: one line on stderr and exit code 2."""


def shown(source: str) -> str:
    """Return what an input is called in messages."""
    return "<stdin>" if source == "-" else source


def describe(source: str, error: BaseException) -> str:
    """Return ``file: reason`` for the failure of one input, on one line.

    The line begins with the name of the input as the user wrote it (``file:line`` where the fault
    has a line), and names another file too when that is where the fault lies.
    """
    name = shown(source)
    if isinstance(error, FormatError):
        same = error.file in (name, source) or _same_path(error.file, source)
        if same:
            where = name if error.line is None else f"{name}:{error.line}"
            return _one_line(f"{where}: {error.reason}")
        return _one_line(f"{name}: {error}")
    return _one_line(f"{name}: {_reason(name, error)}")


def _reason(name: str, error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        other = error.filename
        if isinstance(other, bytes):
            other = os.fsdecode(other)
        if isinstance(other, str) and not _same_path(other, name):
            return f"{other}: {error.strerror}"
        return error.strerror
    if isinstance(error, UnicodeDecodeError):
        return f"not valid {error.encoding} text at byte {error.start}"
    if isinstance(error, MemoryError):
        return f"not enough memory ({error})" if str(error) else "not enough memory"
    if isinstance(error, (UsageProblem, ValueError, TypeError, OSError, ImportError, EOFError)):
        return str(error) or type(error).__name__
    return f"internal error, {type(error).__name__}: {error} (--debug shows where)"


def _same_path(one: str, other: str) -> bool:
    return os.path.abspath(one) == os.path.abspath(other)


def _one_line(text: str) -> str:
    return " ".join(text.split())
