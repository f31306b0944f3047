"""Resolution: up to how many equal blocks the description length keeps apart.

Blocks come in pairs, one of each type, and have edges inside pairs only: the description length of
the planted blocks is held against that of blocks merged two by two. With n nodes and m edges in
all, K blocks are worth about m ln 2 nats; what they cost is the prior of the numbers of edges, a
function of their pairs per edge, of which the bipartite prior sees about half. So it bears

- sqrt(2) times as many when n and m are given and the blocks become smaller: pairs per edge grow
  with K squared;
- twice as many when the size of the blocks is given and the graph becomes larger: m grows with K,
  and pairs per edge with K.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._meter import Meter

__all__ = [
    "Bicliques",
    "EqualBlocks",
    "Family",
    "ResolutionRunner",
    "equal_blocks",
    "families",
    "most_pairs",
]

PRIORS = ("bipartite", "general")


@dataclass(frozen=True)
class EqualBlocks:
    """A graph of `n_nodes` and degree `degree`, which is cut into more and more blocks."""

    n_nodes: int
    degree: int
    ratio: float = math.sqrt(2.0)
    family: str = "resolution"

    @property
    def name(self) -> str:
        """For the tables."""
        return f"{self.n_nodes} nodes of degree {self.degree}"

    @property
    def most(self) -> int:
        """Largest number of pairs of blocks that have room for the degree."""
        return self.n_nodes // 2 // self.degree

    def sizes(self, n_pairs: int) -> np.ndarray:
        """Return the number of nodes of each type in each pair of blocks."""
        return np.diff(np.arange(n_pairs + 1) * (self.n_nodes // 2) // n_pairs)


@dataclass(frozen=True)
class Bicliques:
    """More and more complete bipartite graphs of `degree` + `degree` nodes."""

    degree: int
    ratio: float = 2.0
    family: str = "resolution"
    most: int = 1_000_000

    @property
    def name(self) -> str:
        """For the tables."""
        return f"bicliques of {self.degree}+{self.degree}"

    def sizes(self, n_pairs: int) -> np.ndarray:
        """Return the number of nodes of each type in each biclique."""
        return np.full(n_pairs, self.degree)


Family = EqualBlocks | Bicliques


def families(*, quick: bool = False) -> list[Family]:
    """Return what the part ``resolution`` looks at."""
    if quick:
        return [EqualBlocks(2000, 10), Bicliques(10)]
    nodes = (2000, 8000, 32_000, 128_000)
    return [*(EqualBlocks(n, 10) for n in nodes), *(Bicliques(size) for size in (10, 20, 30))]


def equal_blocks(sizes: np.ndarray, degree: int) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return a graph of pairs of blocks, its types, and the pair that each node is of.

    Node i of the first block of a pair has edges to the nodes i, ..., i + degree - 1 of the second,
    modulo their number: all degrees are equal.
    """
    from partwise.graph import Graph

    n = int(sizes.sum())
    pair = np.repeat(np.arange(len(sizes)), sizes)
    start = (np.cumsum(sizes) - sizes)[pair]
    place = np.arange(n) - start
    shifted = (place[:, None] + np.arange(degree)) % sizes[pair][:, None]
    target = n + start[:, None] + shifted
    graph = Graph.from_edges((np.repeat(np.arange(n), degree), target.ravel()), n_nodes=2 * n)
    return graph, np.repeat([0, 1], n), np.concatenate((pair, pair))


def _is_better_apart(family: Family, n_pairs: int, prior: str) -> bool:
    """Tell whether the planted blocks have a shorter description than pairs of them merged."""
    from partwise.metrics import description_length

    graph, types, pair = equal_blocks(family.sizes(n_pairs), family.degree)
    apart, merged = (
        description_length(graph, 2 * of + types, types=types, edge_prior=prior)
        for of in (pair, pair // 2)
    )
    return bool(apart < merged)


def most_pairs(family: Family, prior: str) -> int:
    """Return the largest even number of pairs of blocks that are better apart, by bisection.

    Raises
    ------
    ValueError
        There is no such number, as far as the family has graphs.
    """
    low, high = 1, 2  # in steps of two pairs
    while _is_better_apart(family, 2 * high, prior):
        low, high = high, 2 * high
        if 2 * high > family.most:
            raise ValueError(f"{family.name}: more than {2 * low} pairs of blocks are better apart")
    while high - low > 1:
        middle = (low + high) // 2
        if _is_better_apart(family, 2 * middle, prior):
            low = middle
        else:
            high = middle
    return 2 * low


class ResolutionRunner:
    """Looks for the limits of both priors, in a worker process."""

    def __init__(self) -> None:
        self._meter = Meter(watch_compiler=True)
        self._family: Family | None = None

    def prepare(self, family: Family) -> None:
        """Take what to look at."""
        self._family = family

    def solve(self, name: str, seed: int) -> dict[str, Any]:
        """Return the largest number of blocks under each prior, and how long that took."""
        assert self._family is not None
        family = self._family
        found, cost = self._meter.run(lambda: {p: 2 * most_pairs(family, p) for p in PRIORS})
        ratio = found["bipartite"] / found["general"]
        expected = {"ratio": ratio, "expected": family.ratio, "warm_up_seconds": 0.0}
        return found | expected | cost
