"""Rows of a text, as places of their fields."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TreeFormatError
from partwise.geometry.tree_files._kernels import fields as kernels
from partwise.geometry.tree_files._text import TreeText, text_error

__all__ = ["Table", "scan_delimited", "scan_separated"]


@dataclass(frozen=True, eq=False)
class Table:
    """Some columns of the rows of a text.

    Attributes
    ----------
    text : TreeText
    starts, ends : int64 ndarrays of shape (n_rows, n_columns)
        The fields are ``text.buffer[starts[i, j]:ends[i, j]]``.
    """

    text: TreeText
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, row: int, column: int) -> str:
        """Return a field as text."""
        field = self.text.buffer[self.starts[row, column] : self.ends[row, column]]
        return field.tobytes().decode("utf-8", "backslashreplace")

    def line(self, row: int) -> int:
        """Return the number of the line in which a row starts."""
        return self.text.line_of(int(self.starts[row].min()))

    def error(self, row: int, reason: str) -> TreeFormatError:
        """Return the error that says `reason` and the line of a row, none for row -1."""
        return TreeFormatError(self.text.name, self.line(row) if row >= 0 else None, reason)

    def places(self, column: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where the fields of a column start and end."""
        return self.starts[:, column].copy(), self.ends[:, column].copy()

    def weights(
        self, column: int, called: Callable[[int], str], *, may_be_empty: bool, hint: str = ""
    ) -> NDArray[np.float64]:
        """Return a column of weights; what is empty counts as 0, if it may be.

        Raises
        ------
        TreeFormatError
            For a field that is no finite number of at least 0: with the line, how the node of this
            row is ``called``, and `hint`.
        """
        starts, ends = self.places(column)
        values, report = np.empty(len(self)), np.zeros(3, np.int64)
        kernels.scan_numbers(self.text.buffer, starts, ends, may_be_empty, values, report)
        if report[2]:
            for row in np.flatnonzero(np.isnan(values)).tolist():
                values[row] = float(self.word(row, column))
                if not np.isfinite(values[row]):
                    report[:2] = kernels.BAD_NUMBER, row
                    break
        if report[0]:
            row = int(report[1])
            found = "no weight" if report[0] == kernels.EMPTY else repr(self.word(row, column))
            raise self.error(
                row,
                f"found {found} as weight of {called(row)}, allowed are finite numbers of at least "
                f"0{hint}",
            )
        return values


def scan_delimited(
    text: TreeText,
    start: int,
    delimiter: str,
    width: int,
    wanted: Sequence[int],
    *,
    quotes: bool = True,
    to_end: bool = False,
) -> Table:
    """Scan rows of fields that a character separates.

    Parameters
    ----------
    text : TreeText
        Fields in quotes are unquoted in its buffer.
    start : int
        Where the first row starts.
    delimiter : str
    width : int
        Number of fields in every row.
    wanted : sequence of int
        The columns to return, in this order.
    quotes : bool, default=True
        Whether fields may stand in double quotes.
    to_end : bool, default=False
        Whether the last field takes all the rest of its line.

    Raises
    ------
    TreeFormatError
        With the first line that is wrong.
    """
    slots = np.full(width, -1, np.int64)
    slots[list(wanted)] = np.arange(len(wanted))
    starts, ends = np.empty((2, text.n_lines, len(wanted)), np.int64)
    report = np.zeros(2, np.int64)
    n = kernels.scan_rows(
        text.buffer, start, ord(delimiter), quotes, to_end, slots, starts, ends, report
    )
    if report[0]:
        reason = {
            kernels.WIDTH: f"found other than {width} fields in {text.line_at(int(report[1]))!r}, "
            f"expected that many, separated by {delimiter!r}",
            kernels.OPEN_QUOTE: "a quote starts here that does not end",
            kernels.AFTER_QUOTE: f"found text after a closing quote, expected {delimiter!r} or the "
            "end of the line",
        }[int(report[0])]
        raise text_error(text, int(report[1]), reason)
    return Table(text, starts[:n], ends[:n])


def scan_separated(text: TreeText, width: int, what: str) -> Table:
    """Scan lines of `width` words, called `what` in messages.

    Spaces, tabs and commas separate words, ``#`` and ``%`` start comments.
    """
    starts, ends = np.empty((2, text.n_lines, width), np.int64)
    report = np.zeros(2, np.int64)
    n = kernels.scan_words(text.buffer, width, starts, ends, report)
    if report[0]:
        found = text.line_at(int(report[1]))
        raise text_error(text, int(report[1]), f"found {found!r}, expected {what}")
    return Table(text, starts[:n], ends[:n])
