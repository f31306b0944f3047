"""The inputs of the partitioning suite: files of a folder the user names, and generated graphs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["Instance", "Source", "evaluate", "file_sources", "generated_sources", "select"]

SEED = 20
SLACK = 1e-9  # guards the floor of the block bound against rounding


@dataclass(frozen=True)
class Instance:
    """An undirected graph as plain arrays, both directions of each edge stored.

    Parameters
    ----------
    name, family : str
        The row of the table and the group whose means it enters.
    indptr : ndarray of shape (n + 1,), int64
    indices : ndarray of shape (2m,), integers
    weights : ndarray of shape (2m,), int64, or None
        Edge weights; None means 1.
    node_weights : ndarray of shape (n,), int64, or None
    """

    name: str
    family: str
    indptr: np.ndarray
    indices: np.ndarray
    weights: np.ndarray | None = None
    node_weights: np.ndarray | None = None

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.indptr) - 1

    @property
    def n_edges(self) -> int:
        """Number of undirected edges."""
        return len(self.indices) // 2

    @classmethod
    def from_graph(cls, graph: Graph, name: str, family: str) -> Instance:
        """Take the arrays of `graph`, without its self-loops."""
        if graph.directed:
            raise ValueError(f"{name} is directed; the suite partitions undirected graphs")
        graph = graph.without_self_loops()
        weights = (_whole(array, name) for array in (graph.weights, graph.node_weights))
        return cls(name, family, graph.indptr, graph.indices, *weights)


def _whole(array: np.ndarray | None, name: str) -> np.ndarray | None:
    """Return weights as int64, which is all that the peers take."""
    if array is None or array.dtype == np.int64:
        return array
    rounded = array.astype(np.int64)
    if not np.array_equal(rounded, array):
        raise ValueError(f"{name} has fractional weights; the peers take whole numbers only")
    return rounded


@dataclass(frozen=True)
class Source:
    """An instance that is loaded when its turn comes."""

    name: str
    family: str
    load: Callable[[], Instance]


def evaluate(
    instance: Instance, labels: np.ndarray, n_parts: int, imbalance: float
) -> dict[str, int | float | bool]:
    """Recompute the numbers of a partition from its labels, by nothing but numpy.

    A partition is feasible when no block weighs more than
    ``floor((1 + imbalance) * ceil(c(V) / n_parts))``, c(V) being the total node weight.

    Raises
    ------
    ValueError
        `labels` is no partition into blocks 0..n_parts-1 of the instance's nodes.
    """
    labels = np.asarray(labels)
    n = instance.n_nodes
    if labels.shape != (n,) or labels.dtype.kind not in "iu":
        raise ValueError(f"labels: {labels.dtype} {labels.shape}; expected integers ({n},)")
    if n and not 0 <= labels.min() <= labels.max() < n_parts:
        raise ValueError(f"labels run from {labels.min()} to {labels.max()}, k is {n_parts}")
    rows = np.repeat(np.arange(n), np.diff(instance.indptr))
    is_cut = labels[rows] != labels[instance.indices]
    stored = (
        np.count_nonzero(is_cut) if instance.weights is None else instance.weights[is_cut].sum()
    )
    node_weights = np.ones(n, np.int64) if instance.node_weights is None else instance.node_weights
    block_weights = np.zeros(n_parts, np.int64)
    np.add.at(block_weights, labels, node_weights)
    even = -(-int(node_weights.sum()) // n_parts)
    heaviest = int(block_weights.max())
    return {
        "cut": int(stored) // 2,
        "heaviest_block": heaviest,
        "imbalance": heaviest / even - 1 if even else 0.0,
        "feasible": heaviest <= int((1 + imbalance) * even + SLACK),
    }


def file_sources(folder: Path, family: str | None = None) -> list[Source]:
    """Return the METIS files below `folder`, small files first.

    Those of a sub-folder make a family of its name; those of `folder` itself are called `family`,
    by default the folder's name.
    """
    family = folder.resolve().name if family is None else family
    files = sorted(folder.rglob("*.graph"), key=lambda path: (path.stat().st_size, path))
    if not files:
        raise FileNotFoundError(f"no *.graph file below {folder}")
    return [_file_source(path, folder, family) for path in files]


def _file_source(path: Path, folder: Path, family: str) -> Source:
    if path.parent != folder:
        family = path.parent.relative_to(folder).as_posix()

    def load() -> Instance:
        from partwise.graph import read_graph

        return Instance.from_graph(read_graph(path, format="metis"), path.stem, family)

    return Source(path.stem, family, load)


def generated_sources(*, large: bool = False) -> list[Source]:
    """Return the generated instances: skewed degrees, stars, weights, and on demand large ones."""
    families = _FAMILIES | (_LARGE if large else {})
    return [
        _generated_source(name, family, make)
        for family, members in families.items()
        for name, make in members.items()
    ]


def _generated_source(name: str, family: str, make: Callable[[], Graph]) -> Source:
    return Source(name, family, lambda: Instance.from_graph(make(), name, family))


def _rmat(scale: int) -> Graph:
    from partwise.graph import generators

    return generators.rmat_graph(scale, edge_factor=16, random_state=SEED)


def _barabasi_albert(n: int, m: int) -> Graph:
    from partwise.graph import generators

    return generators.barabasi_albert_graph(n, m, random_state=SEED)


def _star(n_leaves: int) -> Graph:
    from partwise.graph import Graph

    leaves = np.arange(1, n_leaves + 1)
    return Graph.from_edges((np.zeros_like(leaves), leaves))


def _ring_of_stars(n_stars: int, n_leaves: int) -> Graph:
    """Return stars whose hubs form a ring: matching finds almost nothing to contract."""
    from partwise.graph import Graph

    hubs = np.arange(n_stars)
    leaves = np.arange(n_stars, n_stars * (n_leaves + 1))
    source = np.concatenate([hubs, np.repeat(hubs, n_leaves)])
    target = np.concatenate([np.roll(hubs, -1), leaves])
    return Graph.from_edges((source, target))


def _with_weights(graph: Graph, node_weights: np.ndarray, heaviest_edge: int) -> Graph:
    """Return `graph` with the node weights and with edge weights uniform in 1..heaviest_edge."""
    from partwise.graph import Graph

    source, target, _ = graph.to_edges()
    weights = np.random.default_rng(SEED).integers(1, heaviest_edge + 1, len(source))
    return Graph.from_edges(
        (source, target), weights, n_nodes=graph.n_nodes, node_weights=node_weights
    )


def _weighted_grid(side: int) -> Graph:
    from partwise.graph import generators

    weights = np.random.default_rng(SEED + 1).integers(1, 21, side * side)
    return _with_weights(generators.grid_graph((side, side)), weights, 10)


def _weighted_delaunay(n: int) -> Graph:
    from partwise.graph import generators

    tail = np.random.default_rng(SEED + 2).pareto(1.5, n)
    weights = 1 + np.minimum(10 * tail, 200).astype(np.int64)
    return _with_weights(generators.delaunay_graph(n, random_state=SEED), weights, 100)


def _delaunay(n: int) -> Graph:
    from partwise.graph import generators

    return generators.delaunay_graph(n, random_state=SEED)


def _geometric(n: int, mean_degree: float) -> Graph:
    from partwise.graph import generators

    radius = float(np.sqrt(mean_degree / (np.pi * n)))
    return generators.random_geometric_graph(n, radius, random_state=SEED)


_FAMILIES: dict[str, dict[str, Callable[[], Graph]]] = {
    "rmat": {"rmat14": lambda: _rmat(14), "rmat15": lambda: _rmat(15), "rmat16": lambda: _rmat(16)},
    "barabasi-albert": {
        "ba50k-4": lambda: _barabasi_albert(50_000, 4),
        "ba50k-10": lambda: _barabasi_albert(50_000, 10),
    },
    "star": {
        "star10k": lambda: _star(10_000),
        "stars100x300": lambda: _ring_of_stars(100, 300),
    },
    "weighted": {
        "grid200-weighted": lambda: _weighted_grid(200),
        "delaunay30k-weighted": lambda: _weighted_delaunay(30_000),
    },
}

_LARGE: dict[str, dict[str, Callable[[], Graph]]] = {
    "large": {
        "delaunay1M": lambda: _delaunay(1_000_000),
        "geometric1M": lambda: _geometric(1_000_000, 12.0),
    }
}


def select(sources: list[Source], patterns: list[str] | None) -> list[Source]:
    """Return the sources whose name or family matches a pattern; all without patterns.

    Raises
    ------
    ValueError
        A pattern matches nothing.
    """
    if not patterns:
        return sources
    for pattern in patterns:
        if not any(fnmatch(s.name, pattern) or fnmatch(s.family, pattern) for s in sources):
            known = ", ".join(source.name for source in sources)
            raise ValueError(f"--instances: {pattern!r} matches none of {known}")
    return [s for s in sources if any(fnmatch(s.name, p) or fnmatch(s.family, p) for p in patterns)]
