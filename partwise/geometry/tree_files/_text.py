"""Texts that hold trees, and what is wrong with them."""

from __future__ import annotations

import re

import numpy as np

from partwise.errors import GraphFormatError, TreeFormatError
from partwise.graph.io._source import Place, Text, read_text
from partwise.graph.io._text import chunks_of

__all__ = ["TreeText", "load_text", "text_error"]


class TreeText(Text):
    """A text without NUL bytes that holds more than white space.

    Attributes
    ----------
    n_lines : int

    Raises
    ------
    TreeFormatError
        Nothing but white space, or a NUL byte: words are joined by them.
    """

    def __init__(self, text: Text) -> None:
        super().__init__(text.buffer, text.name)
        if re.search(rb"\S", text.buffer.data) is None:
            raise TreeFormatError(text.name, None, "holds nothing")
        chunks = chunks_of(text)
        self.n_lines = int(chunks.lines.sum())
        self._fault = chunks.fault
        if self._fault is not None and (text.buffer == 0).any():
            at = int(np.argmax(text.buffer == 0))
            raise text_error(text, at, "NUL byte, allowed is text in UTF-8")

    def check_encoding(self) -> None:
        """Refuse what is not UTF-8."""
        if self._fault is not None:
            raise TreeFormatError(self._fault.file, self._fault.line, self._fault.reason)


def load_text(place: Place) -> TreeText:
    """Return the text of `place`, unpacked if it is gzip.

    Raises
    ------
    TreeFormatError
        What :class:`TreeText` refuses, damaged gzip data, another encoding than UTF-8 by the byte
        order mark. Other bytes that are not UTF-8 are left to the readers.
    """
    try:
        text = read_text(place)
    except GraphFormatError as error:
        raise TreeFormatError(error.file, error.line, error.reason) from error
    return TreeText(text)


def text_error(text: Text, offset: int, reason: str) -> TreeFormatError:
    """Return the error that says `reason` and the line of byte `offset`."""
    return TreeFormatError(text.name, text.line_of(offset), reason)
