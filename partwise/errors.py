"""Exceptions and warnings of partwise.

Arguments that make no sense raise the builtin ``ValueError`` or ``TypeError``; the classes here are
for what the builtins cannot say.
"""

from __future__ import annotations

import os

__all__ = [
    "CompileNotice",
    "DeviceError",
    "FormatError",
    "GraphFormatError",
    "InfeasibleWarning",
    "LayoutError",
    "PartwiseWarning",
    "TableFormatError",
    "TreeFormatError",
]


class PartwiseWarning(UserWarning):
    """Base class of every warning that partwise raises."""


class CompileNotice(PartwiseWarning):
    """Kernels are being compiled for the first time on this machine."""


class InfeasibleWarning(PartwiseWarning):
    """The result does not satisfy a constraint that was asked for."""


class DeviceError(RuntimeError):
    """A GPU was asked for and cannot be used; the message says what is missing."""


class FormatError(ValueError):
    """A file cannot be read as what it should hold.

    Parameters
    ----------
    file : str or path-like
        The file, or ``"<stdin>"``.
    line : int or None
        One-based line number, where the fault has one.
    reason : str
        What was found and what is allowed.
    """

    def __init__(self, file: str | os.PathLike[str], line: int | None, reason: str) -> None:
        self.file = os.fspath(file)
        self.line = line
        self.reason = reason
        where = self.file if line is None else f"{self.file}:{line}"
        super().__init__(f"{where}: {reason}")

    def __reduce__(self) -> tuple[type, tuple[str, int | None, str]]:
        return type(self), (self.file, self.line, self.reason)


class GraphFormatError(FormatError):
    """A file cannot be read as the graph, hypergraph or partition it should hold."""


class TableFormatError(FormatError):
    """A file cannot be read as the table of points or dissimilarities it should hold."""


class TreeFormatError(FormatError):
    """A file cannot be read as the tree it should hold."""


class LayoutError(AssertionError):
    """A layout breaks what its method promises: a fault of partwise, found by validation."""
