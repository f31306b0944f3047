"""Bytes in and out: files, pipes, standard streams, file objects, gzip."""

from __future__ import annotations

import contextlib
import gzip
import os
import stat
import sys
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._atomic import atomic_write

__all__ = ["Place", "Text", "is_stream", "name_of", "open_output", "read_all", "read_text"]

Place = str | os.PathLike[str] | BinaryIO

_GZIP = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = (b"\xff\xfe", b"\xfe\xff")
_PIECE = 1 << 23  # bytes read at a time by each of two threads


class Text:
    """The bytes of a text, ready for the scanners.

    Attributes
    ----------
    buffer : ndarray of uint8
        The text, a newline added if the last line had none, so that scanners need no bounds. Blanks
        stand for a byte order mark.
    size : int
        Length of the buffer.
    name : str
        What to call the source in messages.
    """

    def __init__(self, buffer: NDArray[np.uint8], name: str) -> None:
        self.buffer = buffer
        self.size = len(buffer)
        self.name = name

    def line_of(self, offset: int) -> int:
        """Return the one-based number of the line that holds byte `offset`."""
        return int(np.count_nonzero(self.buffer[:offset] == 10)) + 1

    def line_at(self, offset: int) -> str:
        """Return the text of the line that holds byte `offset`, cut to a readable length."""
        head = bytes(self.buffer[max(0, offset - 400) : offset])
        tail = bytes(self.buffer[offset : offset + 400])
        line = head.rpartition(b"\n")[2] + tail.partition(b"\n")[0]
        # Not every character that Python strips is white space to the scanners.
        return line.decode("utf-8", "replace").strip(" \t\r\v\f")

    def error(self, offset: int, reason: str) -> GraphFormatError:
        """Return the error that says `reason` and the line of byte `offset`."""
        return GraphFormatError(self.name, self.line_of(offset), reason)


def is_stream(place: Place) -> bool:
    """Tell whether `place` is a standard stream or a file object rather than a path."""
    return place == "-" or not isinstance(place, (str, os.PathLike))


def name_of(place: Place) -> str:
    """Return what to call `place` in messages."""
    if isinstance(place, (str, os.PathLike)):
        return "<stdin>" if place == "-" else os.fspath(place)
    return str(getattr(place, "name", "<stream>"))


def read_all(place: Place) -> NDArray[np.uint8]:
    """Return all bytes of `place`, decompressed if they are gzip, followed by a newline.

    Raises
    ------
    OSError
        The file cannot be opened or read.
    TypeError
        `place` is a text stream or no place at all.
    GraphFormatError
        Damaged gzip data.
    """
    if isinstance(place, (str, os.PathLike)) and place != "-":
        with open(place, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            # Not mapped into memory: a file that another process cuts short would kill this one.
            data = _read_file(file, status.st_size if stat.S_ISREG(status.st_mode) else 0)
    else:
        stream: Any = sys.stdin.buffer if place == "-" else place
        if not hasattr(stream, "read"):
            raise TypeError(f"expected a path or a binary file, got {type(stream).__name__}")
        content = stream.read()
        if not isinstance(content, (bytes, bytearray, memoryview)):
            raise TypeError("expected a file opened in binary mode, got one in text mode")
        data = _with_newline(content)
    if bytes(data[:2]) == _GZIP:
        try:
            data = _with_newline(gzip.decompress(data[:-1].data))
        except (OSError, EOFError, zlib.error) as error:
            raise GraphFormatError(name_of(place), None, f"damaged gzip data: {error}") from error
    return data


def _read_file(file: Any, expected: int) -> NDArray[np.uint8]:
    """Read a file of about `expected` bytes straight into an array."""
    data = np.empty(expected + 1, np.uint8)
    view = data.data
    if expected > 2 * _PIECE and hasattr(os, "preadv"):
        from concurrent.futures import ThreadPoolExecutor

        # Copying from the system's cache is work for more than one processor.
        number = file.fileno()
        pieces = [(at, min(at + _PIECE, expected)) for at in range(0, expected, _PIECE)]
        with ThreadPoolExecutor(2) as pool:
            got = pool.map(lambda piece: _read_piece(number, view, *piece), pieces)
            filled = _filled(pieces, list(got))
        file.seek(filled)
    else:
        filled = 0
    while filled < expected:
        size = file.readinto(view[filled:expected])
        if not size:
            break
        filled += size
    more = file.readall()
    if more:
        return _with_newline(bytes(view[:filled]) + more)
    data[filled] = 10
    return data[: filled + 1]


def _read_piece(number: int, view: memoryview, start: int, stop: int) -> int:
    """Read bytes ``start:stop`` of a file to where they belong; returns how many there were."""
    at = start
    while at < stop:
        size = os.preadv(number, [view[at:stop]], at)
        if not size:
            break
        at += size
    return at - start


def _filled(pieces: list[tuple[int, int]], got: list[int]) -> int:
    """Return how many bytes were read before the first gap."""
    for (start, stop), size in zip(pieces, got):
        if size < stop - start:
            return start + size
    return pieces[-1][1]


def _with_newline(content: bytes | bytearray | memoryview) -> NDArray[np.uint8]:
    data = np.empty(len(content) + 1, np.uint8)
    data[:-1] = np.frombuffer(content, np.uint8)
    data[-1] = 10
    return data


def read_text(place: Place) -> Text:
    """Return the text of `place`; its validity as UTF-8 is checked where it is scanned.

    Raises
    ------
    GraphFormatError
        The text starts with the byte order mark of UTF-16 or UTF-32.
    """
    data = read_all(place)
    start = bytes(data[:3])
    if start[:2] in _WIDE_BOMS:
        raise GraphFormatError(name_of(place), 1, "UTF-16 or UTF-32 text, allowed is UTF-8")
    if start == _BOM:
        data[:3] = 32
    # The newline that reading adds is one too many if the last line has its own.
    whole = len(data) == 1 or data[-2] == 10
    return Text(data[:-1] if whole else data, name_of(place))


@contextlib.contextmanager
def open_output(place: Place, *, compress: bool | None = None) -> Iterator[IO[bytes]]:
    """Open `place` for writing: atomically if it is a path, gzip if it ends with ``.gz``."""
    if is_stream(place):
        stream: Any = sys.stdout.buffer if place == "-" else place
        if not hasattr(stream, "write"):
            raise TypeError(f"expected a path or a binary file, got {type(stream).__name__}")
        yield stream
        stream.flush()
        return
    path = os.fspath(place)  # type: ignore[arg-type]
    if compress is None:
        compress = path.lower().endswith(".gz")
    with atomic_write(path) as file:
        if compress:
            # No time stamp and no name: the same graph gives the same bytes.
            with gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
                yield packed  # type: ignore[misc]
        else:
            yield file
