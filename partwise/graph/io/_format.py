"""Which format a file has, by its name."""

from __future__ import annotations

import os

from partwise.graph.io._source import Place, is_stream, name_of

__all__ = ["GRAPH_FORMATS", "HYPERGRAPH_FORMATS", "graph_format", "hypergraph_format"]

GRAPH_FORMATS = ("edgelist", "metis", "matrixmarket", "npz", "parquet", "graphml", "gml")
HYPERGRAPH_FORMATS = ("hmetis", "matrixmarket")

_SUFFIXES = {
    ".graph": "metis",
    ".metis": "metis",
    ".mtx": "matrixmarket",
    ".npz": "npz",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".graphml": "graphml",
    ".gml": "gml",
    ".hgr": "hmetis",
}


def _by_suffix(place: Place) -> str | None:
    if is_stream(place) and not isinstance(getattr(place, "name", None), str):
        return None
    name = name_of(place).lower().removesuffix(".gz")
    return _SUFFIXES.get(os.path.splitext(name)[1])


def _check(format: str, allowed: tuple[str, ...]) -> str:
    if format not in allowed:
        raise ValueError(f"format must be one of {', '.join(allowed)}, got {format!r}")
    return format


def graph_format(place: Place, format: str | None) -> str:
    """Return the format of a graph file: `format` if given, else by the suffix of its name.

    A ``.gz`` at the end does not count; names without a known suffix are edge lists.

    Raises
    ------
    ValueError
        `format` is unknown, or the suffix is that of a hypergraph file.
    """
    if format is not None:
        return _check(format, GRAPH_FORMATS)
    guess = _by_suffix(place)
    if guess == "hmetis":
        raise ValueError(
            f"{name_of(place)} is a hypergraph file by its name: use read_hypergraph or "
            "write_hypergraph, or pass format="
        )
    return guess or "edgelist"


def hypergraph_format(place: Place, format: str | None) -> str:
    """Return the format of a hypergraph file: `format` if given, else by suffix, else "hmetis"."""
    if format is not None:
        return _check(format, HYPERGRAPH_FORMATS)
    guess = _by_suffix(place)
    return guess if guess in HYPERGRAPH_FORMATS else "hmetis"
