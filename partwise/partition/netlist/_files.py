"""Netlists in files: an hMETIS hypergraph, and its personalities in a CSV or JSON file beside it.

Source of the hypergraph format: G. Karypis, V. Kumar, hMETIS 1.5 manual, section 3.1.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable
from itertools import chain, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph._hypergraph import Hypergraph
from partwise.graph.io._hypergraph_files import read_hypergraph, write_hypergraph
from partwise.graph.io._rows import format_ragged
from partwise.graph.io._source import Place, Text, is_stream, name_of, open_output, read_text
from partwise.graph.io._text import chunks_of
from partwise.partition.netlist._netlist import _LIMIT, Netlist, _as_resources, _first_overflow

__all__ = ["read_netlist", "write_netlist"]

_SKIPPED = re.compile(rb"(?:[ \t\r\v\f]*(?:#[^\n]*)?\n)*")
_BEFORE_COMMENT = re.compile(r'(?:[^"#]|"(?:[^"]|"")*"?)*')
_FIRST_CELL = re.compile(r'"?node"? *([,;\t])', re.IGNORECASE)
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+')
_READABLE = 60  # characters of a file that a message repeats

Rows = tuple[NDArray[np.int64], NDArray[np.int64], tuple[str, ...]]


def read_netlist(
    path: Place, personalities: Place | None = None, *, resources: Iterable[str] | None = None
) -> Netlist:
    r"""Read a netlist from a hypergraph file and a file of personalities.

    Parameters
    ----------
    path : str, path-like or binary file
        The hypergraph, as for :func:`partwise.graph.read_hypergraph`: an hMETIS ``.hgr`` file.
    personalities : str, path-like or binary file, optional
        CSV: a header ``node,LUT,DSP,...`` with the names of the resources, then a row for each
        personality: its node, numbered from 1 as in the hypergraph file, and an amount of each
        resource. The rows of a node are its personalities in their order; rows of different nodes
        may come in any order. Tabs or semicolons may separate as well; blank lines and what
        follows a ``#`` do not count. JSON (suffix ``.json``, or a stream that starts with a brace):
        ``{"resources": ["LUT", "DSP"], "personalities": [[[7, 0]], [[0, 1], [90, 0]]]}``, a list of
        vectors for each node. Either may be compressed with gzip. The node weights of the
        hypergraph file then do not count.

        Without a file, each node has one personality: its weight in the hypergraph file, or 1.
    resources : sequence of str, optional
        The resources to keep, in this order. Default: all of the file. Without a file of
        personalities, the name of the only one, ``"weight"`` by default.

    Returns
    -------
    Netlist

    Raises
    ------
    GraphFormatError
        With the line at fault: a bad header, a wrong number of columns, an amount that is no
        integer from 0 to 2**62 - 1, a node that is not in the hypergraph, a node without a row.
    ValueError
        The file has no resource of a name in `resources`.
    OSError
        A file cannot be opened.

    Notes
    -----
    O(bytes) time; a CSV file of a million rows takes a fraction of a second.

    Examples
    --------
    >>> import io
    >>> table = b"node,LUT,DSP\n1,7,0\n2,0,1\n2,90,0\n3,5,0\n"
    >>> netlist = read_netlist(io.BytesIO(b"2 3\n1 2\n2 3\n"), io.BytesIO(table))
    >>> netlist.personalities_of(1).tolist()
    [[0, 1], [90, 0]]
    """
    hypergraph = read_hypergraph(path)
    if personalities is None:
        return Netlist.from_hypergraph(hypergraph, resources=resources)
    text = read_text(personalities)
    reader = _read_json if _is_json(personalities, text) else _read_table
    indptr, amounts, names = reader(text, hypergraph.n_nodes)
    if resources is not None:
        wanted = _as_resources(resources, None)
        for name in wanted:
            if name not in names:
                raise ValueError(
                    f"resources holds {name!r}, which {text.name} does not have; it has "
                    f"{', '.join(names)}"
                )
        amounts = amounts[:, [names.index(name) for name in wanted]]
        names = wanted
    return Netlist(hypergraph, indptr, amounts, resources=names)


def write_netlist(
    netlist: Netlist, path: Place, personalities: Place | None = None, *, names: bool = True
) -> None:
    """Write a netlist to files, so that :func:`read_netlist` gives an equal one.

    Parameters
    ----------
    netlist : Netlist
    path : str, path-like or binary file
        The hypergraph, in the format of hMETIS. A file is written beside its path and renamed, and
        compressed if its name ends with ``.gz``.
    personalities : str, path-like or binary file, optional
        The personalities: JSON if the name ends with ``.json``, a table with tabs if it ends with
        ``.tsv``, else CSV. May be left out if there is one resource and one personality for each
        node; then the amounts are the node weights of the hypergraph file (and the name of the
        resource is lost).
    names : bool, default=True
        False leaves the names of the nodes out.

    Raises
    ------
    ValueError
        The files cannot hold the netlist: names of nodes, net weights that are not whole numbers,
        nets without pins, or more than a weight for each node without a file of personalities.
    """
    if not isinstance(netlist, Netlist):
        raise TypeError(f"netlist must be a Netlist, got {type(netlist).__name__}")
    hypergraph = netlist.hypergraph
    if personalities is None:
        if netlist.amounts.shape != (netlist.n_nodes, 1):
            raise ValueError(
                "personalities must name a file: a hypergraph file holds one amount per node, the "
                f"netlist has {netlist.n_personalities} personalities of {netlist.n_resources} "
                f"resources for {netlist.n_nodes} nodes"
            )
        *parts, _, labels = hypergraph._arrays
        weighted = Hypergraph._trusted(*parts, netlist._arrays[1][:, 0].copy(), labels)
        write_hypergraph(weighted, path, names=names)
        return
    suffix = _suffix(personalities)
    content = _json_of(netlist) if suffix == ".json" else _table_of(netlist, suffix)
    with open_output(personalities) as file:
        file.write(content)
        # Within the block: if this fails, the file of personalities is not replaced either.
        write_hypergraph(hypergraph, path, names=names)


def _suffix(place: Place) -> str:
    """Return the suffix of a file's name, in small letters and without ``.gz``."""
    if is_stream(place) and not isinstance(getattr(place, "name", None), str):
        return ""
    return os.path.splitext(name_of(place).lower().removesuffix(".gz"))[1]


def _is_json(place: Place, text: Text) -> bool:
    if is_stream(place) and _suffix(place) == "":
        return text.buffer[:1000].tobytes().lstrip().startswith(b"{")
    return _suffix(place) == ".json"


# -- tables ----------------------------------------------------------------------------------------


def _read_table(text: Text, n_nodes: int) -> Rows:
    """Return (indptr, amounts, resources) of a table."""
    encoding = chunks_of(text)
    try:
        rows = _parse_table(text, n_nodes)
    except GraphFormatError as error:
        encoding.raise_first(error)
        raise
    encoding.raise_first(None)
    return rows


def _parse_table(text: Text, n_nodes: int) -> Rows:
    from partwise.partition.netlist._kernels.table import parse_table

    separator, names, start = _read_header(text)
    width = len(names) + 1
    buffer = text.buffer
    n_lines = int(np.count_nonzero(buffer[start:] == 10))
    table, offsets = np.empty((n_lines, width), np.int64), np.empty(n_lines, np.int64)
    n_rows, fault = parse_table(buffer, start, ord(separator), table, offsets)
    nodes, amounts, offsets = table[:n_rows, 0] - 1, table[:n_rows, 1:], offsets[:n_rows]

    outside = (nodes < 0) | (nodes >= n_nodes)
    too_much = _first_overflow(amounts)
    if outside.any():
        at = int(np.argmax(outside))
        if too_much is None or at <= too_much:
            allowed = f"1 to {n_nodes}" if n_nodes else "none, as the hypergraph has no nodes"
            raise text.error(int(offsets[at]), f"node {nodes[at] + 1}, allowed are {allowed}")
    if too_much is not None:
        raise text.error(int(offsets[too_much]), "the amounts sum to 2**62 or more up to here")
    if fault >= 0:
        raise _table_fault(text, fault, separator, names)
    counts = np.bincount(nodes, minlength=n_nodes)
    missing = np.flatnonzero(counts == 0)
    if len(missing):
        others = f", nor have {len(missing) - 1} others" if len(missing) > 1 else ""
        raise text.error(
            max(text.size - 1, 0),
            f"node {missing[0] + 1} has no row{others}; every node needs at least one",
        )
    indptr = np.zeros(n_nodes + 1, np.int64)
    np.cumsum(counts, out=indptr[1:])
    if (np.diff(nodes) < 0).any():
        amounts = amounts[np.argsort(nodes, kind="stable")]
    return indptr, amounts, names


def _read_header(text: Text) -> tuple[str, tuple[str, ...], int]:
    """Return the separator, the resources, and where the line after the header starts."""
    buffer = text.buffer
    match = _SKIPPED.match(buffer.data)
    at = match.end() if match else 0
    if at == text.size:
        raise text.error(0, "expected a header 'node,RESOURCE,...', found nothing")
    stop = at + int(np.argmax(buffer[at:] == 10))
    line = bytes(buffer[at:stop]).decode("utf-8", "replace")
    line = _BEFORE_COMMENT.match(line)[0].strip(" \r\v\f")  # type: ignore[index]
    first = _FIRST_CELL.match(line)
    if first is None:
        raise text.error(at, f"expected a header 'node,RESOURCE,...', found {line[:_READABLE]!r}")
    try:
        cells = next(csv.reader([line], delimiter=first[1], skipinitialspace=True, strict=True))
        names = _as_resources((cell.strip() for cell in cells[1:]), None)
    except (csv.Error, ValueError) as error:
        raise text.error(at, f"bad header: {error}") from error
    return first[1], names, stop + 1


def _table_fault(
    text: Text, offset: int, separator: str, names: tuple[str, ...]
) -> GraphFormatError:
    """Describe why the line at `offset` is no row."""
    buffer = text.buffer
    stop = offset + int(np.argmax(buffer[offset:] == 10))
    line = bytes(buffer[offset:stop]).decode("utf-8", "replace").partition("#")[0]
    cells = [cell.strip(" \t\r\v\f") for cell in line.split(separator)]
    if len(cells) != len(names) + 1:
        return text.error(
            offset, f"{len(cells)} columns, expected {len(names) + 1} as in the header"
        )
    for name, cell in zip(("node", *names), cells):
        if re.fullmatch("[0-9]+", cell) is None or int(cell.lstrip("0")[:30] or 0) >= _LIMIT:
            return text.error(
                offset,
                f"{name} is {cell[:_READABLE]!r}, allowed are integers from "
                f"{int(name == 'node')} to 2**62 - 1",
            )
    return text.error(offset, "expected integers")


def _table_of(netlist: Netlist, suffix: str) -> bytes:
    separator = "\t" if suffix == ".tsv" else ","
    header = io.StringIO()
    comment = any("#" in name for name in netlist.resources)
    csv.writer(
        header,
        delimiter=separator,
        lineterminator="\n",
        quoting=csv.QUOTE_ALL if comment else csv.QUOTE_MINIMAL,
    ).writerow(("node", *netlist.resources))
    n, width = netlist.n_personalities, netlist.n_resources + 1
    table = np.empty((n, width), np.int64)
    table[:, 0] = np.repeat(np.arange(1, netlist.n_nodes + 1), np.diff(netlist.personality_indptr))
    table[:, 1:] = netlist.amounts
    rows = format_ragged(np.arange(n + 1) * width, table.reshape(-1))
    return header.getvalue().encode() + rows.replace(b" ", separator.encode())


# -- JSON ------------------------------------------------------------------------------------------


def _read_json(text: Text, n_nodes: int) -> Rows:
    """Return (indptr, amounts, resources) of a JSON text."""
    chunks_of(text).raise_first(None)
    content = text.buffer.tobytes().decode("utf-8")
    try:
        data = json.loads(content)
    except json.JSONDecodeError as error:
        raise GraphFormatError(text.name, error.lineno, f"invalid JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        # Too many digits or too deep brackets: Python does not say where.
        raise GraphFormatError(text.name, 1, f"invalid JSON: {error}") from error
    if not isinstance(data, dict):
        raise GraphFormatError(text.name, 1, "expected an object with resources and personalities")
    for key in ("resources", "personalities"):
        if not isinstance(data.get(key), list):
            found = _shown(data[key]) if key in data else "none"
            line = _json_line(content, [key])
            raise GraphFormatError(text.name, line, f"expected a list {key!r}, found {found}")
    try:
        names = _as_resources(data["resources"], None)
    except (TypeError, ValueError) as error:
        line = _json_line(content, ["resources"])
        raise GraphFormatError(text.name, line, str(error)) from error
    if not names:
        line = _json_line(content, ["resources"])
        raise GraphFormatError(text.name, line, "resources is empty, allowed are 1 or more names")

    lists = data["personalities"]
    indptr, amounts = _json_rows(lists, n_nodes, len(names))
    if amounts is None:
        place, reason = _json_fault(lists, n_nodes, len(names))
        line = _json_line(content, ["personalities", *place])
        raise GraphFormatError(text.name, line, reason)
    too_much = _first_overflow(amounts)
    if too_much is not None:
        v = int(np.searchsorted(indptr, too_much, side="right")) - 1
        line = _json_line(content, ["personalities", v, too_much - int(indptr[v])])
        reason = "the amounts sum to 2**62 or more up to here"
        raise GraphFormatError(text.name, line, reason)
    return indptr, amounts, names


def _json_rows(
    lists: list[Any], n_nodes: int, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Return (indptr, amounts), without amounts if anything is not as it must be."""
    indptr = np.zeros(n_nodes + 1, np.int64)
    if len(lists) != n_nodes or not set(map(type, lists)) <= {list}:
        return indptr, None
    sizes = np.fromiter(map(len, lists), np.int64, n_nodes)
    vectors = list(chain.from_iterable(lists))
    if not (sizes > 0).all() or not set(map(type, vectors)) <= {list}:
        return indptr, None
    values = list(chain.from_iterable(vectors))
    if not set(map(len, vectors)) <= {width} or not set(map(type, values)) <= {int}:
        return indptr, None
    try:
        amounts = np.array(values, np.int64).reshape(len(vectors), width)
    except OverflowError:
        return indptr, None
    np.cumsum(sizes, out=indptr[1:])
    good = amounts.size == 0 or (amounts.min() >= 0 and amounts.max() < _LIMIT)
    return indptr, amounts if good else None


def _json_fault(lists: list[Any], n_nodes: int, width: int) -> tuple[list[int], str]:
    """Return where in the lists the first fault is, and what it is."""
    if len(lists) != n_nodes:
        return [], f"{len(lists)} lists of personalities, the hypergraph has {n_nodes} nodes"
    for v, vectors in enumerate(lists):
        if not isinstance(vectors, list):
            return [v], f"node {v + 1} has {_shown(vectors)}, expected a list of vectors"
        if not vectors:
            return [v], f"node {v + 1} has no personality; every node needs at least one"
        for j, vector in enumerate(vectors):
            which = f"personality {j + 1} of node {v + 1}"
            if not isinstance(vector, list):
                return [v, j], f"{which} is {_shown(vector)}, expected a list of amounts"
            if len(vector) != width:
                return [v, j], f"{which} has {len(vector)} amounts, expected {width}"
            for r, amount in enumerate(vector):
                if type(amount) is not int or not 0 <= amount < _LIMIT:
                    reason = f"{which} holds {_shown(amount)}, allowed are integers from 0 to"
                    return [v, j, r], f"{reason} 2**62 - 1"
    return [], "expected lists of vectors of integers"


def _shown(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    text = json.dumps(value)
    return text if len(text) <= _READABLE else text[:_READABLE] + "..."


def _json_line(content: str, place: list[str | int]) -> int:
    """Return the line of the value at `place`, keys and indices from outside in; else line 1."""
    line = 1
    where: list[str | int | None] = []  # None: a key is to come
    objects: list[bool] = []
    for match in _JSON_TOKEN.finditer(content):
        token = match[0]
        if token in ("]", "}"):
            where.pop()
            objects.pop()
        elif token == ",":
            where[-1] = None if objects[-1] else where[-1] + 1  # type: ignore[operator]
        elif token != ":":
            if objects and objects[-1] and where[-1] is None:
                where[-1] = json.loads(token)
                continue
            if where == place:
                # No break: of a key that is there twice the last value counts.
                line = content.count("\n", 0, match.start()) + 1
            if token in ("[", "{"):
                objects.append(token == "{")
                where.append(None if objects[-1] else 0)
    return line


def _json_of(netlist: Netlist) -> bytes:
    """Return the JSON text, a line for each node."""
    rows = netlist.amounts.tolist()
    ends = netlist.personality_indptr.tolist()
    lists = ",\n".join([str(rows[a:b]) for a, b in pairwise(ends)])
    names = json.dumps(netlist.resources, ensure_ascii=False)
    return f'{{"resources": {names},\n"personalities": [\n{lists}\n]}}\n'.encode()
