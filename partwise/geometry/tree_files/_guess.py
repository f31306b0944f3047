"""Which format a file with a tree has, by its name and its content."""

from __future__ import annotations

import os
import re

from partwise.geometry.tree_files._columns import is_parent_table, read_head
from partwise.geometry.tree_files._text import TreeText

__all__ = ["FORMATS", "guess_format"]

FORMATS = ("du", "find", "record", "paths", "parents", "json", "edges", "newick")

_SUFFIXES = {
    ".json": "json",
    ".nwk": "newick",
    ".newick": "newick",
    ".tre": "newick",
    ".tree": "newick",
    ".treefile": "newick",
    ".nhx": "newick",
    ".edges": "edges",
    ".edgelist": "edges",
    ".el": "edges",
}
_NEWICK = re.compile(rb"\s*(?:\[[^\]]*\]\s*)*\(")
_SIZE_AND_PATH = re.compile(rb" *[0-9]+\t[^\t\n]+$", re.MULTILINE)
_RECORD = re.compile(rb"(?:\"[^\"\n]+\"|[^,\"\n]+),(?:[a-z0-9]+=[\w=-]+)?,[0-9]*\r?")


def guess_format(text: TreeText) -> str:
    """Return the format of a text, or ``"listing"`` for what ``du`` or ``find`` may have printed.

    The suffix of its name decides, a ``.gz`` after it left out, and failing that how it begins.
    """
    name = os.path.basename(text.name).lower().removesuffix(".gz")
    if name == "record":
        return "record"
    known = _SUFFIXES.get(os.path.splitext(name)[1])
    if known is not None:
        return known
    start = text.buffer[:4096].tobytes().lstrip()
    if start.startswith(b"{"):
        return "json"
    if _NEWICK.match(start):
        return "newick"
    if start.startswith(b"["):
        return "json"  # for the message that says what is wrong with it
    if _SIZE_AND_PATH.match(start):
        return "listing"
    lines = start.split(b"\n")[:-1]
    if lines and all(map(_RECORD.fullmatch, lines)):
        return "record"
    return "parents" if is_parent_table(read_head(text)) else "paths"
