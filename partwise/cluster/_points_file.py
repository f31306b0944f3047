"""Points from files: CSV and its kin, NumPy arrays, Parquet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import TableFormatError
from partwise.graph.io._source import Place, name_of, read_all

__all__ = ["TABLE_FORMATS", "PointTable", "read_points"]

TABLE_FORMATS = ("csv", "tsv", "npy", "parquet")
_SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".npy": "npy",
    ".parquet": "parquet",
    ".pq": "parquet",
}
_DELIMITERS = ("\t", ",", ";")  # in the order in which the first line is searched for them


@dataclass(frozen=True, slots=True)
class PointTable:
    """Points as they stand in a file.

    Attributes
    ----------
    values : ndarray of shape (n, d)
        float64 from text; float32, float64 or integers from NumPy arrays and Parquet files.
    ids : ndarray of shape (n,) or None
        Names of the rows, strings or integers.
    weights : float64 ndarray of shape (n,) or None
    columns : list of str, or None
        Names of the d columns, where the file has them.
    """

    values: NDArray[Any]
    ids: NDArray[Any] | None = field(default=None, repr=False)
    weights: NDArray[np.float64] | None = field(default=None, repr=False)
    columns: list[str] | None = None


@dataclass(frozen=True, slots=True)
class _Roles:
    """Positions of the columns that serve as values, ids and weights."""

    values: list[int]
    id: int | None
    weight: int | None


def read_points(
    place: Place,
    *,
    format: str | None = None,
    columns: Sequence[int | str] | None = None,
    id_column: int | str | None = None,
    weight_column: int | str | None = None,
    header: bool | None = None,
) -> PointTable:
    r"""Read points, one per row, or a matrix of dissimilarities.

    Parameters
    ----------
    place : str, path-like or binary file
        ``"-"`` is standard input. A gzip file is read as what it holds.
    format : {"csv", "tsv", "npy", "parquet"}, optional
        By default what the suffix says, and text for all others. Text is delimited by tabs, commas,
        semicolons or else white space, whichever the first line has; ``"csv"`` and ``"tsv"`` demand
        a comma and a tab.
    columns : sequence of int or str, optional
        The columns that are coordinates, by name or by number from 0, in this order; by default all
        that are neither ids nor weights.
    id_column, weight_column : int or str, optional
        Columns with the names and the weights of the points.
    header : bool, optional
        Whether the first line of a text holds names. By default it does if none of its fields is a
        number. Lines before it that begin with ``#`` or ``%`` are skipped.

    Returns
    -------
    PointTable

    Raises
    ------
    TableFormatError
        With file and line: rows of different length, a field that is no finite number, a column
        that does not exist, nothing to read.
    ValueError
        Unknown format.
    OSError
        The file cannot be read.
    ImportError
        Parquet without pyarrow (the extra ``io``).

    Notes
    -----
    O(n d) time and memory; the text itself is held as well while it is read.

    Examples
    --------
    >>> table = read_points(io.BytesIO(b"name,x,y\na,0,1\nb,2,0.5\n"), id_column="name")
    >>> table.values.tolist(), table.ids.tolist(), table.columns
    ([[0.0, 1.0], [2.0, 0.5]], ['a', 'b'], ['x', 'y'])
    """
    name = name_of(place)
    if format is None:
        format = _format_of(name)
    elif format not in TABLE_FORMATS:
        raise ValueError(f"format must be one of {', '.join(TABLE_FORMATS)}, got {format!r}")
    data: Any = read_all(place)[:-1].data
    wanted = (columns, id_column, weight_column)
    if format == "npy":
        table = _from_array(data, name, wanted)
    elif format == "parquet":
        table = _from_parquet(data, name, wanted)
    else:
        delimiter = {"csv": ",", "tsv": "\t"}.get(format or "")
        table = _from_text(data, name, wanted, delimiter, header)
    if table.values.size == 0:
        raise TableFormatError(name, None, "holds no point")
    if table.weights is not None and (table.weights < 0).any():
        at = int(np.argmax(table.weights < 0))
        raise TableFormatError(
            name, None, f"has weight {table.weights[at]} in row {at + 1}, allowed are at least 0"
        )
    return table


def _format_of(name: str) -> str | None:
    plain = name.lower().removesuffix(".gz")
    return next((kind for suffix, kind in _SUFFIXES.items() if plain.endswith(suffix)), None)


# -- columns ---------------------------------------------------------------------------------------


def _roles(
    name: str, wanted: tuple[Any, Any, Any], names: list[str] | None, n_columns: int
) -> _Roles:
    """Find the columns that were asked for."""

    def position(column: int | str) -> int:
        """Return the number of a column, from its name or checked."""
        if isinstance(column, str):
            if names is None:
                raise TableFormatError(name, None, f"has no header, and so no column {column!r}")
            if names.count(column) != 1:
                found = ", ".join(map(repr, names))
                raise TableFormatError(
                    name, None, f"has {names.count(column)} columns {column!r} among {found}"
                )
            return names.index(column)
        if not 0 <= column < n_columns:
            raise TableFormatError(
                name, None, f"has {n_columns} columns, so no column {column} (counted from 0)"
            )
        return column

    columns, id_column, weight_column = wanted
    id = None if id_column is None else position(id_column)
    weight = None if weight_column is None else position(weight_column)
    if columns is None:
        values = [i for i in range(n_columns) if i not in (id, weight)]
    else:
        values = [position(column) for column in columns]
    if not values:
        raise TableFormatError(name, None, "has no column of coordinates")
    return _Roles(values, id, weight)


def _named(names: list[str] | None, roles: _Roles) -> list[str] | None:
    return None if names is None else [names[i] for i in roles.values]


# -- text ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Body:
    """The rows of a text, without what stands before them."""

    text: str
    name: str
    lines_before: int
    delimiter: str | None
    names: list[str] | None
    width: int

    def read(self, dtype: Any, columns: list[int]) -> NDArray[Any]:
        """Return some columns, shape (n, len(columns)); ValueError without a place."""
        if not self.text.strip():
            return np.empty((0, len(columns)), dtype)
        every = columns == list(range(self.width))
        return np.loadtxt(
            io.StringIO(self.text),
            dtype=dtype,
            comments=None,
            delimiter=self.delimiter,
            usecols=None if every else columns,  # rows of other lengths are errors for None only
            ndmin=2,
            quotechar='"',
        )

    def check_lengths(self) -> None:
        """Refuse a row that has more or fewer fields than the first."""
        for line, row in _fields(io.StringIO(self.text), self.delimiter):
            if len(row) != self.width:
                raise self.error(line, f"has {len(row)} fields, the first line has {self.width}")

    def check_numbers(self, columns: list[int]) -> None:
        """Refuse the first field of these columns that is no finite number."""
        for line, row in _fields(io.StringIO(self.text), self.delimiter):
            for i in columns:
                word = row[i].strip()
                if _is_number(word) and math.isfinite(float(word)):
                    continue
                column = str(i + 1) if self.names is None else repr(self.names[i])
                found = repr(word) if word else "an empty field"
                raise self.error(
                    line,
                    f"has {found} in column {column}, allowed are finite numbers; choose columns, "
                    "or say which one holds ids",
                )

    def error(self, line: int, reason: str) -> TableFormatError:
        """Return the error that says `reason` and a line of the file."""
        return TableFormatError(self.name, self.lines_before + line, reason)


def _from_text(
    data: Any, name: str, wanted: tuple[Any, Any, Any], delimiter: str | None, header: bool | None
) -> PointTable:
    try:
        text = str(data, "utf-8-sig")
    except UnicodeDecodeError as error:
        line = bytes(data[: error.start]).count(b"\n") + 1
        raise TableFormatError(name, line, "is not UTF-8 text") from error
    body = _split(text, name, delimiter, header)
    roles = _roles(name, wanted, body.names, body.width)
    numbers = [i for i in (*roles.values, roles.weight) if i is not None]
    try:
        values = body.read(np.float64, roles.values)
        ids = None if roles.id is None else body.read(np.str_, [roles.id])[:, 0]
        weights = None if roles.weight is None else body.read(np.float64, [roles.weight])[:, 0]
    except ValueError as error:
        body.check_lengths()
        body.check_numbers(numbers)
        raise TableFormatError(name, None, f"is no table of numbers: {error}") from error
    if len(roles.values) < body.width:
        body.check_lengths()
    if not (np.isfinite(values).all() and (weights is None or np.isfinite(weights).all())):
        body.check_numbers(numbers)
    return PointTable(values, ids, weights, _named(body.names, roles))


def _split(text: str, name: str, delimiter: str | None, header: bool | None) -> _Body:
    """Find the first row, the delimiter and the names."""
    start, before = 0, 0
    for line in io.StringIO(text):
        if line.strip() and not line.startswith(("#", "%")):
            break
        start, before = start + len(line), before + 1
    first = text[start:].partition("\n")[0].rstrip("\r")
    if not first.strip():
        raise TableFormatError(name, None, "holds no point")
    if delimiter is None:
        delimiter = next((mark for mark in _DELIMITERS if mark in first), None)
    fields = [word.strip() for word in next(_fields([first], delimiter))[1]]
    if header is None:
        header = not any(map(_is_number, fields))
    if header:
        start, before = start + len(first) + 1, before + 1
    return _Body(text[start:], name, before, delimiter, fields if header else None, len(fields))


def _fields(lines: Iterable[str], delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, fields) for every row that is not blank."""
    if delimiter is None:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, line.split()
        return
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        for row in rows:
            if row:
                yield rows.line_num, row
    except csv.Error as error:
        raise ValueError(f"line {rows.line_num}: {error}") from error


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


# -- binary files ----------------------------------------------------------------------------------


def _from_array(data: Any, name: str, wanted: tuple[Any, Any, Any]) -> PointTable:
    try:
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise TableFormatError(name, None, f"is no NumPy array: {error}") from error
    if not isinstance(array, np.ndarray):
        raise TableFormatError(name, None, "holds several arrays, allowed is one (.npy)")
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.dtype.kind not in "iuf":
        raise TableFormatError(
            name,
            None,
            f"holds an array of shape {array.shape} and dtype {array.dtype}, allowed are real "
            "numbers in two dimensions",
        )
    roles = _roles(name, wanted, None, array.shape[1])
    _refuse_infinite(name, array)
    every = roles.values == list(range(array.shape[1]))
    return PointTable(
        array if every else array[:, roles.values],
        None if roles.id is None else array[:, roles.id],
        None if roles.weight is None else array[:, roles.weight].astype(np.float64),
    )


def _from_parquet(data: Any, name: str, wanted: tuple[Any, Any, Any]) -> PointTable:
    try:
        import pyarrow as pa
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            "Parquet files need pyarrow: pip install 'partwise[io]'", name="pyarrow"
        ) from error
    try:
        table = pa.parquet.read_table(pa.BufferReader(data))
        table.validate(full=True)
    except (pa.ArrowException, OSError) as error:
        raise TableFormatError(name, None, f"is no Parquet file: {error}") from error
    names = list(table.column_names)
    roles = _roles(name, wanted, names, len(names))

    def column(i: int) -> NDArray[Any]:
        """Return a column without missing values."""
        values = table.column(i)
        if values.null_count:
            raise TableFormatError(name, None, f"column {names[i]!r} has missing values")
        return values.to_numpy()

    def numbers(i: int) -> NDArray[Any]:
        """Return a column of numbers."""
        values = column(i)
        if values.dtype.kind not in "iufb":
            raise TableFormatError(
                name,
                None,
                f"column {names[i]!r} holds {table.schema.field(i).type}, allowed are numbers; "
                "choose columns, or say which one holds ids",
            )
        return values

    values = np.column_stack([numbers(i) for i in roles.values])
    weights = None if roles.weight is None else numbers(roles.weight).astype(np.float64)
    _refuse_infinite(name, values)
    if weights is not None:
        _refuse_infinite(name, weights[:, None])
    ids = None if roles.id is None else column(roles.id)
    return PointTable(values, ids, weights, _named(names, roles))


def _refuse_infinite(name: str, values: NDArray[Any]) -> None:
    finite = np.isfinite(values)
    if not finite.all():
        row, at = np.argwhere(~finite)[0]
        raise TableFormatError(
            name, None, f"has {values[row, at]} in row {row}, column {at} (counted from 0)"
        )
