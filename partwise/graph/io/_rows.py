"""Texts whose lines are rows of integers, such as METIS, hMETIS and partition files."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._source import Text
from partwise.graph.io._text import CHUNK, chunks_of
from partwise.kernels.parallel import LAUNCH

__all__ = ["Rows", "format_ragged", "scan_rows"]


@dataclass
class Rows:
    """Rows of integers.

    Attributes
    ----------
    text : Text
    values : ndarray of int64
    row_ptr : ndarray of shape (n_rows + 1,), int64
        The integers of row i are ``values[row_ptr[i]:row_ptr[i + 1]]``.
    offsets : ndarray of shape (n_rows,), int64
        Where the line of each row starts in the text.
    """

    text: Text
    values: NDArray[np.int64]
    row_ptr: NDArray[np.int64]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets)

    def row(self, i: int) -> NDArray[np.int64]:
        """Return the integers of row `i`."""
        return self.values[self.row_ptr[i] : self.row_ptr[i + 1]]

    def error(self, i: int, reason: str) -> GraphFormatError:
        """Return the error that says `reason` and the line of row `i`."""
        return self.text.error(int(self.offsets[i]), reason)

    def error_at_end(self, reason: str) -> GraphFormatError:
        """Return the error that says `reason` and the last line."""
        return self.text.error(max(len(self.text.buffer) - 1, 0), reason)


def scan_rows(text: Text, *, skip_blank: bool, chunk: int = CHUNK) -> Rows:
    """Scan lines of integers; ``%`` and ``#`` start comments.

    Parameters
    ----------
    text : Text
    skip_blank : bool
        Whether a blank line is nothing at all or a row without integers.
    chunk : int
        Bytes per chunk.

    Raises
    ------
    GraphFormatError
        With the first line that holds anything else.
    """
    from partwise.graph.io._kernels import rows as kernels

    chunks = chunks_of(text, 0, chunk)
    report = np.zeros((len(chunks), 3), np.int64)
    serial = len(chunks) <= 1
    lo_hi = [(int(a), int(b)) for a, b in zip(chunks.bounds[:-1], chunks.bounds[1:])]
    if serial:
        for c, (lo, hi) in enumerate(lo_hi):
            kernels.count_rows(text.buffer, lo, hi, skip_blank, report[c])
    else:
        with LAUNCH:
            kernels.count_rows_parallel(text.buffer, chunks.bounds, skip_blank, report)
    n_rows, n_values = report[:, 0].sum(), report[:, 1].sum()
    at_row = np.cumsum(report[:, 0]) - report[:, 0]
    at_value = np.cumsum(report[:, 1]) - report[:, 1]
    values, offsets = np.empty(n_values, np.int64), np.empty(n_rows, np.int64)
    row_ptr = np.zeros(n_rows + 1, np.int64)
    if serial:
        for c, (lo, hi) in enumerate(lo_hi):
            kernels.parse_rows(
                text.buffer, lo, hi, skip_blank, values, 0, row_ptr[1:], offsets, 0, report[c]
            )
    else:
        with LAUNCH:
            kernels.parse_rows_parallel(
                text.buffer, chunks.bounds, skip_blank, values, at_value, row_ptr[1:], offsets,
                at_row, report,
            )  # fmt: skip
    error = None
    faulty = report[report[:, 2] >= 0, 2]
    if len(faulty):
        error = _fault(text, int(faulty[0]))
    chunks.raise_first(error)
    return Rows(text, values, row_ptr, offsets)


def _fault(text: Text, offset: int) -> GraphFormatError:
    fields = [f for f in re.split(r"[ \t,\r\v\f]+", text.line_at(offset)) if f]
    for field in fields:
        if not re.fullmatch(r"-?[0-9]+", field):
            return text.error(offset, f"expected integers, found {field!r}")
        if not -(2**63) <= int(field) < 2**63:
            return text.error(offset, f"{field} does not fit 64 bits")
    return text.error(offset, "expected integers")


def format_ragged(row_ptr: NDArray[np.int64], values: NDArray[np.int64]) -> bytes:
    """Return the text of rows of integers."""
    from partwise.graph.io._kernels.format import format_rows

    text: NDArray[np.uint8] = format_rows(row_ptr, values)
    return text.tobytes()
