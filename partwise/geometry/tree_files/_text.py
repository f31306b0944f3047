"""Texts that hold trees, and what is wrong with them."""

from __future__ import annotations

from partwise.errors import GraphFormatError, TreeFormatError
from partwise.graph.io._source import Place, Text, read_text
from partwise.graph.io._text import chunks_of

__all__ = ["check_encoding", "check_text", "load_text", "text_error"]


def load_text(place: Place) -> Text:
    """Return the text of `place`, unpacked if it is gzip.

    Raises
    ------
    TreeFormatError
        Nothing but white space, a NUL byte, damaged gzip data, another encoding than UTF-8 by the
        byte order mark. Other bytes that are not UTF-8 are left to the readers.
    """
    try:
        text = read_text(place)
    except GraphFormatError as error:
        raise TreeFormatError(error.file, error.line, error.reason) from error
    return check_text(text)


def check_text(text: Text) -> Text:
    """Refuse a text that holds nothing, or a NUL byte: words are joined by them."""
    content = text.buffer.tobytes()
    at = content.find(0)
    if at >= 0:
        raise text_error(text, at, "NUL byte, allowed is text in UTF-8")
    if not content or content.isspace():
        raise TreeFormatError(text.name, None, "holds nothing")
    return text


def check_encoding(text: Text) -> None:
    """Refuse what is not UTF-8."""
    fault = chunks_of(text).fault
    if fault is not None:
        raise TreeFormatError(fault.file, fault.line, fault.reason)


def text_error(text: Text, offset: int, reason: str) -> TreeFormatError:
    """Return the error that says `reason` and the line of byte `offset`."""
    return TreeFormatError(text.name, text.line_of(offset), reason)
