"""The parallel reader of texts that are lines of numbers.

A text is cut into chunks of whole lines. One pass counts the lines of each chunk, which says where
its results go; a second one scans the chunks into place. The size of a chunk does not depend on the
number of threads, and of several faults the one in the lowest line is reported.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._source import Text
from partwise.kernels.parallel import LAUNCH

__all__ = [
    "CHUNK",
    "Chunks",
    "Edges",
    "chunks_of",
    "scan_edges",
    "scan_named_edges",
    "word_error",
]

CHUNK = 1 << 20
_SERIAL_CHUNKS = 1  # a text of one chunk is not worth a parallel launch
_NUMBER = re.compile(rb"[^\s,#%}]+")


@dataclass
class Chunks:
    """A text cut at line ends.

    Attributes
    ----------
    bounds : ndarray of shape (n_chunks + 1,), int64
    lines : ndarray of shape (n_chunks,), int64
        Number of lines in each chunk.
    fault : GraphFormatError or None
        A NUL byte or invalid UTF-8, with the first line that has one.
    """

    bounds: NDArray[np.int64]
    lines: NDArray[np.int64]
    fault: GraphFormatError | None

    def __len__(self) -> int:
        return len(self.lines)

    def raise_first(self, error: GraphFormatError | None) -> None:
        """Raise the fault of the text or `error`, whichever is in the lower line."""
        faults = [fault for fault in (self.fault, error) if fault is not None]
        if faults:
            raise min(faults, key=lambda fault: fault.line or 0)


def chunks_of(text: Text, start: int = 0, chunk: int = CHUNK) -> Chunks:
    """Cut the text from byte `start` on, the start of a line, and check all of it.

    Parameters
    ----------
    text : Text
    start : int
        The lines before it are checked for encoding only.
    chunk : int
        Bytes in a chunk; a chunk ends with the line that reaches this size.
    """
    from partwise.graph.io._kernels.lines import count_lines, count_lines_parallel, cut_lines

    buffer = text.buffer
    bounds = cut_lines(buffer, start, chunk)
    words = buffer[: len(buffer) // 8 * 8].view(np.uint64)
    n_chunks = len(bounds) - 1
    report = np.zeros((n_chunks + 1, 3), np.int64)
    if n_chunks <= _SERIAL_CHUNKS:
        if n_chunks:
            count_lines(buffer, words, bounds[0], bounds[1], report[0])
    else:
        with LAUNCH:
            count_lines_parallel(buffer, words, bounds, report)
    count_lines(buffer, words, 0, start, report[-1])
    fault = _encoding_fault(text, bool(report[:, 1].any()), bool(report[:, 2].any()))
    return Chunks(bounds, report[:-1, 0], fault)


def _encoding_fault(text: Text, has_nul: bool, has_high: bool) -> GraphFormatError | None:
    faults = []
    if has_nul:
        at = int(np.argmax(text.buffer == 0))
        faults.append(text.error(at, "NUL byte, allowed is text in UTF-8"))
    if has_high:
        decoder = codecs.getincrementaldecoder("utf-8")()
        for at in range(0, len(text.buffer), CHUNK):
            kept = len(decoder.getstate()[0])
            try:
                decoder.decode(text.buffer[at : at + CHUNK].tobytes())
            except UnicodeDecodeError as error:
                where = at - kept + error.start
                byte = int(text.buffer[where])
                faults.append(text.error(where, f"byte 0x{byte:02x} is not UTF-8 ({error.reason})"))
                break
    return min(faults, key=lambda fault: fault.line or 0, default=None)


@dataclass
class Edges:
    """The edges of a text, in the order of its lines.

    Attributes
    ----------
    src, dst : ndarray of shape (m,), int32 or int64
    weights : ndarray of shape (m,), int64 or float64, or None
    smallest, largest : int
        Range of the ids; 0 and -1 if there are no edges.
    """

    src: NDArray[Any]
    dst: NDArray[Any]
    weights: NDArray[Any] | None
    smallest: int
    largest: int


def scan_edges(text: Text, start: int, weights: str | None, chunk: int = CHUNK) -> Edges:
    """Scan lines of two integer ids and, if asked for, a weight.

    Parameters
    ----------
    text : Text
    start : int
        Where the first line starts.
    weights : {"int64", "float64"} or None
        None ignores what follows the ids. Integers become float64 when a weight is no integer.
    chunk : int
        Bytes per chunk.

    Raises
    ------
    GraphFormatError
        With the first line that is wrong.
    """
    from partwise.graph.io._kernels import edges as kernels

    chunks = chunks_of(text, start, chunk)
    at = np.cumsum(chunks.lines) - chunks.lines
    n_lines = int(chunks.lines.sum())
    id_type: type[np.signedinteger[Any]] = np.int32
    limit = np.int64(2**31 - 1)
    weight_type = weights
    while True:
        src, dst = np.empty(n_lines, id_type), np.empty(n_lines, id_type)
        values = None if weight_type is None else np.empty(n_lines, weight_type)
        reports = np.zeros((len(chunks), kernels.REPORT_SIZE), np.int64)
        if len(chunks) <= _SERIAL_CHUNKS:
            for c in range(len(chunks)):
                lo, hi = chunks.bounds[c], chunks.bounds[c + 1]
                kernels.parse_edges(text.buffer, lo, hi, src, dst, values, at[c], limit, reports[c])
        else:
            with LAUNCH:
                kernels.parse_edges_parallel(
                    text.buffer, chunks.bounds, src, dst, values, at, limit, reports
                )
        reasons = reports[:, 3]
        if id_type == np.int32 and (reasons == kernels.WIDE_ID).any():
            id_type, limit = np.int64, np.int64(2**63 - 1)
        elif (reasons == kernels.WIDE_WEIGHT).any():
            weight_type = "float64"
        else:
            break
    faulty = np.flatnonzero(reasons)
    error = None
    if len(faulty):
        c = faulty[0]
        error = fault_of_line(text, int(reports[c, 4]), int(reasons[c]))
    elif reports[:, 5].any():
        error = _read_inexact(text, values)
    chunks.raise_first(error)
    counts = reports[:, 0]
    for column in (src, dst, values):
        if column is not None:
            _close_gaps(column, at, counts)
    if not counts.any():
        return Edges(src, dst, values, 0, -1)
    return Edges(src, dst, values, int(reports[:, 1].min()), int(reports[:, 2].max()))


def scan_named_edges(
    text: Text, start: int, weights: str | None
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[Any] | None, list[str]]:
    """Scan lines of two words and, if asked for, a weight.

    Returns
    -------
    src, dst : ndarray of shape (m,), int32
        Nodes, numbered by first appearance.
    weights : ndarray of shape (m,) or None
    words : list of str
        The word of each node.
    """
    from partwise.graph.io._kernels import edges as kernels
    from partwise.graph.io._kernels.names import join_words, parse_named_edges

    chunks = chunks_of(text, start)
    n_lines = int(chunks.lines.sum())
    weight_type = weights
    while True:
        src, dst = np.empty(n_lines, np.int32), np.empty(n_lines, np.int32)
        values = None if weight_type is None else np.empty(n_lines, weight_type)
        report = np.zeros(kernels.REPORT_SIZE, np.int64)
        starts, lengths = parse_named_edges(text.buffer, start, src, dst, values, report)
        if report[3] != kernels.WIDE_WEIGHT:
            break
        weight_type = "float64"
    error = None
    if report[3]:
        error = fault_of_line(text, int(report[4]), int(report[3]))
    elif report[5]:
        error = _read_inexact(text, values)
    chunks.raise_first(error)
    for column in (src, dst, values):
        if column is not None:
            column.resize(report[0], refcheck=False)
    words = join_words(text.buffer, starts, lengths).tobytes().decode("utf-8").split("\n")
    return src, dst, values, words[:-1]


def _close_gaps(column: NDArray[Any], at: NDArray[np.int64], counts: NDArray[np.int64]) -> None:
    """Move what the chunks gave together and cut the rest off, in place."""
    put = 0
    for start, count in zip(at.tolist(), counts.tolist()):
        if put != start:
            column[put : put + count] = column[start : start + count]
        put += count
    column.resize(put, refcheck=False)


def _read_inexact(text: Text, weights: NDArray[Any] | None) -> GraphFormatError | None:
    """Put exact values where the scanner left a NaN with the position of the number."""
    assert weights is not None
    where = np.flatnonzero(np.isnan(weights))
    offsets = weights[where].view(np.uint64) & np.uint64(2**48 - 1)
    for i, offset in zip(where.tolist(), offsets.tolist()):
        match = _NUMBER.match(text.buffer.data, offset)
        assert match is not None
        weights[i] = float(match[0])
        if not np.isfinite(weights[i]):
            return text.error(offset, f"weight {match[0].decode()} is out of range")
    return None


def fault_of_line(text: Text, offset: int, reason: int) -> GraphFormatError:
    """Describe why the line at `offset` is no edge."""
    from partwise.graph.io._kernels import edges as kernels

    fields = re.split(r"[ \t,\r\v\f]+", text.line_at(offset))
    fields = [field for field in fields if field]
    if reason == kernels.ONE_ID:
        what = f"expected two node ids, found only {fields[0]!r}"
    elif reason in (kernels.BAD_ID, kernels.WIDE_ID):
        bad = next((f for f in fields[:2] if not _fits_int64(f)), fields[0])
        if re.fullmatch(r"-?[0-9]+", bad):
            what = f"node id {bad} does not fit 64 bits"
        else:
            what = f"expected an integer node id, as on the first line, found {bad!r}"
    elif reason == kernels.NO_WEIGHT:
        what = "expected a weight in the third column, as on the first line, found none"
    else:
        bad = _weight_field(fields)
        what = {
            kernels.BAD_WEIGHT: f"expected a number as weight, found {bad!r}",
            kernels.NEGATIVE_WEIGHT: f"weight {bad} is negative, allowed are numbers >= 0",
            kernels.INFINITE_WEIGHT: f"weight {bad} is not finite, allowed are numbers >= 0",
        }[reason]
    return text.error(offset, what)


def _fits_int64(field: str) -> bool:
    digits = re.match(r"-?[0-9]+(?=[#%]|$)", field)
    return digits is not None and -(2**63) < int(digits[0]) < 2**63


def _weight_field(fields: list[str]) -> str:
    rest = " ".join(fields[2:])
    if rest.startswith("{"):
        match = re.search(r"""(['"])weight\1 *: *([^ ,}]*)""", rest)
        return match[2] if match else rest
    return fields[2]


def word_error(text: Text, word: str, reason: str) -> GraphFormatError:
    """Return the error that says `reason` and the first line of data that starts with `word`."""
    pattern = rb"^[ \t,\r\v\f]*(?:[^\s,#%]+[ \t,\r\v\f]+)?0*" + re.escape(word.encode())
    match = re.search(pattern + rb"(?![^\s,#%])", text.buffer.data, re.MULTILINE)
    if match is None:
        return GraphFormatError(text.name, None, reason)
    return text.error(match.end() - 1, reason)
