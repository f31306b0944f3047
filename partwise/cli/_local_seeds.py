"""The seeds of local clusters: ids on the command line or in a file, and the rows they mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partwise.cli._errors import UsageProblem
from partwise.cli._graph_input import rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.graph import Graph

__all__ = ["SeedSet", "read_seeds", "seeds_of_options"]


@dataclass(frozen=True)
class SeedSet:
    """The seeds of one query: their ids as given, and their rows."""

    ids: list[str]
    rows: NDArray[Any]


def seeds_of_options(graph: Graph, ids: list[str]) -> SeedSet:
    """Return the rows of the ids given with ``--seed-node``.

    Raises
    ------
    UsageProblem
        One of them is no node.
    """
    rows = _find(graph, ids)
    if (rows < 0).any():
        raise UsageProblem(f"--seed-node: there is no node {ids[int(rows.argmin())]!r}")
    return SeedSet(ids, rows)


def read_seeds(graph: Graph, path: str) -> list[SeedSet]:
    """Read the queries of a file, ids separated by white space or commas, one query a line.

    Raises
    ------
    GraphFormatError
        An id is no node, or there is no query at all.
    """
    import numpy as np

    from partwise.errors import GraphFormatError
    from partwise.graph.io._source import read_text

    text = read_text(path)
    lines = text.buffer.tobytes().decode("utf-8").split("\n")
    numbers, queries = [], []
    for number, line in enumerate(lines, 1):
        if line.lstrip()[:1] in ("#", "%"):
            continue
        ids = re.split(r"[\s,]+", line.strip(" \t\r,"))
        if ids != [""]:
            numbers.append(number)
            queries.append(ids)
    if not queries:
        raise GraphFormatError(text.name, None, "holds no query: a line with ids of nodes")
    rows = _find(graph, [name for ids in queries for name in ids])
    ends = np.cumsum([len(ids) for ids in queries])
    sets = []
    for number, ids, own in zip(numbers, queries, np.split(rows, ends[:-1])):
        if (own < 0).any():
            unknown = ids[int(own.argmin())]
            raise GraphFormatError(text.name, number, f"there is no node {unknown!r}")
        sets.append(SeedSet(ids, own))
    return sets


def _find(graph: Graph, ids: list[str]) -> NDArray[Any]:
    import numpy as np

    return rows_of(graph, np.array(ids, dtype=object))
