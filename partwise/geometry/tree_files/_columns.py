"""Which column of a table is what, by name, by type or by place."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

from partwise.errors import TreeFormatError
from partwise.geometry.tree_files._text import TreeText, text_error

__all__ = ["Head", "is_parent_table", "parent_columns", "path_columns", "read_head"]

_IDS = ("id", "ids", "node", "child", "name", "names", "label", "labels")
_PARENTS = ("parent", "parents", "parent_id", "parentid", "parent id")
_PATHS = ("path", "paths", "file", "files", "filename", "file_name", "folder", "directory", "id")
_WEIGHTS = ("size", "sizes", "bytes", "value", "values", "weight", "weights", "count", "counts")
_LABELS = ("label", "labels", "name", "names")

_DELIMITERS = ("\t", ",", ";")  # in the order in which the first line is searched for them
_NEWLINE = re.compile(rb"\n")
# Folders may be called #recycle: comments have a space after their mark.
_COMMENT_OR_BLANK = re.compile(rb"(?:[ \t\r]*(?:[#%](?:[ \t][^\n]*|\r)?)?\n)*")


@dataclass(frozen=True)
class Head:
    """The first row of a table.

    Attributes
    ----------
    text : TreeText
    start : int
        Where it starts; lines before it are blank, or comments after ``#`` or ``%`` and a space.
    delimiter : str
        A tab, comma or semicolon, whichever the row has.
    fields : list of str
        Without white space around them.
    """

    text: TreeText
    start: int
    delimiter: str
    fields: list[str]

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.fields)

    def next_line(self) -> int:
        """Return where the line after it starts."""
        return _end_of_line(self.text, self.start) + 1

    def second(self) -> list[str]:
        """Return the fields of the row after it, none if there is no other."""
        at = self.next_line()
        if at >= self.text.size:
            return []
        return _split(self.text, at, self.delimiter)

    def find(self, names: Sequence[str]) -> int | None:
        """Return the column that is called by the first of `names` that is there."""
        lower = [field.lower() for field in self.fields]
        return next((lower.index(name) for name in names if name in lower), None)

    def positions(self, columns: Sequence[int | str]) -> list[int]:
        """Return the positions of columns given by name or by number from 0.

        Raises
        ------
        TreeFormatError
            A column that is not there.
        """
        places = []
        for column in columns:
            if isinstance(column, str):
                if self.fields.count(column) != 1:
                    found = ", ".join(map(repr, self.fields))
                    raise text_error(
                        self.text, self.start, f"found columns {found}, expected one {column!r}"
                    )
                places.append(self.fields.index(column))
            elif 0 <= column < self.width:
                places.append(int(column))
            else:
                raise text_error(
                    self.text, self.start, f"found {self.width} columns, expected number {column} "
                    "(counted from 0) among them",
                )  # fmt: skip
        return places


def read_head(text: TreeText) -> Head:
    """Return the first row of a table.

    Raises
    ------
    TreeFormatError
        There is none.
    """
    match = _COMMENT_OR_BLANK.match(text.buffer.data)
    start = match.end() if match else 0
    if start >= text.size:
        raise TreeFormatError(text.name, None, "holds no row")
    line = _line(text, start)
    delimiter = next((mark for mark in _DELIMITERS if mark in line), "\t")
    return Head(text, start, delimiter, _split(text, start, delimiter))


def path_columns(
    head: Head, columns: Sequence[int | str] | None, separator: str
) -> tuple[list[int], bool]:
    """Return the column of paths and, if there is one, of weights; and whether there are names."""
    if columns is not None:
        if len(columns) not in (1, 2):
            raise ValueError(f"columns must be (path, weight) or (path,), got {columns!r}")
        found = head.positions(columns)
        weight = found[1] if len(found) > 1 else None
        return found, _has_names(head, columns, weight, 2, separator)
    path, weight = head.find(_PATHS), head.find(_WEIGHTS)
    names = _has_names(head, (), weight, 2, separator)
    types = head.second() if names else head.fields
    if weight is None:
        weight = next((i for i, word in enumerate(types) if _is_number(word) and i != path), None)
        if names and weight is not None and _is_number("".join(head.fields[weight : weight + 1])):
            raise text_error(
                head.text, head.start, f"cannot tell whether {head.fields} are names of columns or "
                "a path and its weight; choose columns=(path, weight), by name or by number",
            )  # fmt: skip
    if path is None:
        path = next((i for i in range(head.width) if i != weight), 0)
    if path == weight or (weight is None and head.width > 1):
        raise text_error(
            head.text, head.start, f"cannot tell which of the columns {head.fields} are path and "
            "weight; choose columns=(path, weight)",
        )  # fmt: skip
    return [path] if weight is None else [path, weight], names


def parent_columns(
    head: Head, columns: Sequence[int | str] | None
) -> tuple[list[int | None], bool]:
    """Return the columns of ids, parents, weights and labels; and whether there are names."""
    found: list[int | None]
    if columns is not None:
        if len(columns) not in (2, 3, 4):
            raise ValueError(
                f"columns must be (id, parent), with a weight and a label if there are, got "
                f"{columns!r}"
            )
        found = [*head.positions(columns)]
        found += [None] * (4 - len(found))
        return found, _has_names(head, columns, found[2], 3)
    parent = head.find(_PARENTS)
    if parent is not None:
        id = head.find(_IDS)
        if id is None:
            raise text_error(
                head.text, head.start, f"cannot tell which of the columns {head.fields} holds ids; "
                "choose columns=(id, parent, weight)",
            )  # fmt: skip
        label = head.find(_LABELS)
        return [id, parent, head.find(_WEIGHTS), None if label == id else label], True
    if head.width < 2:
        raise text_error(head.text, head.start, "found one column, expected id, parent and weight")
    found = [0, 1, 2 if head.width > 2 else None, None]
    return found, _has_names(head, (), found[2], 3)


def is_parent_table(head: Head) -> bool:
    """Tell whether the first row is one of ids and parents rather than of paths."""
    if head.find(_PARENTS) is not None:
        return True
    return head.width == 3 and head.find(_PATHS + _WEIGHTS) is None


def _has_names(
    head: Head,
    columns: Sequence[int | str],
    weight: int | None,
    least: int,
    separator: str | None = None,
) -> bool:
    """Tell whether the first row holds names of columns.

    It does if some were asked for by name. Else it does not if a number stands in the column of
    weights, and it does if one of the names is known, or if there are at least `least` words, none
    of them a number or a path of several steps.
    """
    if any(isinstance(column, str) for column in columns):
        return True
    if weight is not None and _is_number(head.fields[weight]):
        return False
    if head.find(_PARENTS + _WEIGHTS + _PATHS + _IDS) is not None:
        return True
    if separator is not None and any(separator in word for word in head.fields):
        return False
    return head.width >= least and all(head.fields) and not any(map(_is_number, head.fields))


def _end_of_line(text: TreeText, start: int) -> int:
    match = _NEWLINE.search(text.buffer.data, start)
    return match.start() if match else text.size


def _line(text: TreeText, start: int) -> str:
    line = text.buffer[start : _end_of_line(text, start)].tobytes()
    return line.decode("utf-8", "backslashreplace").rstrip("\r")


def _split(text: TreeText, start: int, delimiter: str) -> list[str]:
    row = next(csv.reader([_line(text, start)], delimiter=delimiter, skipinitialspace=True), [])
    return [word.strip() for word in row]


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
