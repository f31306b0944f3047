"""Readers of edge lists behind one face: each returns how many edges it found.

The table readers return columns, so they are to be set against ``partwise-columns``, which parses
and checks the numbers; ``partwise`` goes on to the graph, rows sorted and both directions stored.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._meter import Meter

__all__ = ["PACKAGES", "READERS", "ReaderRunner", "installed_readers"]

Found = tuple[int, int | None]  # edges, and bytes of the graph where one is built


def _partwise_columns(path: Path, columns: int) -> Found:
    from partwise.graph.io._source import read_text
    from partwise.graph.io._text import scan_edges

    return len(scan_edges(read_text(path), 0, "float64" if columns == 3 else None).src), None


def _partwise(path: Path, columns: int) -> Found:
    from partwise.graph import read_graph

    graph = read_graph(path, format="edgelist")
    arrays = (graph.indptr, graph.indices, graph.weights, graph.names)
    return graph.n_edges, sum(array.nbytes for array in arrays if array is not None)


def _polars(path: Path, columns: int) -> Found:
    import polars

    return len(polars.read_csv(path, separator=" ", has_header=False)), None


def _pandas(path: Path, columns: int) -> Found:
    import pandas

    return len(pandas.read_csv(path, sep=" ", header=None)), None


def _pyarrow(path: Path, columns: int) -> Found:
    from pyarrow import csv

    names = ["source", "target", "weight"][:columns]
    table = csv.read_csv(
        path,
        read_options=csv.ReadOptions(column_names=names),
        parse_options=csv.ParseOptions(delimiter=" "),
    )
    return table.num_rows, None


def _networkx(path: Path, columns: int) -> Found:
    import networkx

    data: Any = [("weight", float)] if columns == 3 else False
    return networkx.read_edgelist(path, data=data).number_of_edges(), None


READERS: dict[str, tuple[str, Callable[[Path, int], Found]]] = {
    "partwise-columns": ("partwise", _partwise_columns),
    "partwise": ("partwise", _partwise),
    "polars": ("polars", _polars),
    "pandas": ("pandas", _pandas),
    "pyarrow": ("pyarrow", _pyarrow),
    "networkx": ("networkx", _networkx),
}

PACKAGES = ("partwise", "numba", "numpy", "polars", "pandas", "pyarrow", "networkx")


def installed_readers() -> list[str]:
    """Return the names of the readers whose package is installed."""
    return [name for name, (package, _) in READERS.items() if importlib.util.find_spec(package)]


class ReaderRunner:
    """A reader with its instruments, in a worker process."""

    def __init__(self, name: str) -> None:
        package, self._read = READERS[name]
        self._meter = Meter(watch_compiler=package == "partwise")

    def warm_up(self, path: Path, columns: int) -> float:
        """Read a small file of the same kind twice: imports, compilation, first calls."""
        start = time.perf_counter()
        for _ in range(2):
            self._read(path, columns)
        return time.perf_counter() - start

    def read(self, path: Path, columns: int) -> dict[str, Any]:
        """Return edges found, bytes of the graph, and the cost as :meth:`Meter.run` gives it."""
        (edges, graph_bytes), cost = self._meter.run(lambda: self._read(path, columns))
        return {"edges": edges, "graph_bytes": graph_bytes} | cost
