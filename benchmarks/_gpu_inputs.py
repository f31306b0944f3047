"""Graphs of the suite `gpu`, generated where a backend has its arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from partwise.gpu._backend import Backend
from partwise.gpu._traversal import DeviceGraph
from partwise.graph import Graph

__all__ = ["Case", "cases", "large_case", "to_graph"]

_RMAT = (0.57, 0.19, 0.19, 0.05)
_KEPT = 0.85  # share of the edges of a grid that roads have
_CHUNK = 1 << 24  # edges that are drawn at a time


@dataclass(frozen=True)
class Case:
    """A kind of graph and its size.

    Attributes
    ----------
    name, family : str
    nodes, edges : int
        About how many there are.
    make : callable
        Takes a backend, and returns the graph there: symmetric, without loops and duplicates.
    """

    name: str
    family: str
    nodes: int
    edges: int
    make: Callable[[Backend], DeviceGraph]


def cases(*, on_gpu: bool, quick: bool = False) -> list[Case]:
    """Return the graphs that traversals are timed on, the largest last."""
    if quick:
        sizes: tuple[tuple[int, ...], int, int] = (8,), 8, 16
    elif on_gpu:
        sizes = (20, 22, 24), 22, 4096
    else:
        sizes = (16, 18), 18, 1024
    scales, uniform, side = sizes
    found = [_road(side), _uniform(uniform, 16)]
    return found + [_rmat(scale, 16) for scale in scales]


def large_case(family: str, edges: float) -> Case:
    """Return a graph of a family, ``"road"`` or ``"R-MAT"``, of about so many edges."""
    if family == "road":
        return _road(math.isqrt(int(edges / (2 * _KEPT))))
    scale = max(4, int(math.log2(edges / 12)))
    return _rmat(scale, 16)


def _rmat(scale: int, factor: int) -> Case:
    n, m = 1 << scale, factor << scale

    def draw(backend: Backend, count: int) -> tuple[Any, Any]:
        """Draw the ends of edges bit by bit (Chakrabarti, Zhan, Faloutsos 2004)."""
        xp = backend.xp
        a, b, c, _ = _RMAT
        source, target = xp.zeros(count, xp.int32), xp.zeros(count, xp.int32)
        for _ in range(scale):
            chance = xp.random.random(count)
            low = chance >= a + b
            right = ((chance >= a) & ~low) | (chance >= a + b + c)
            source = source * 2 + low
            target = target * 2 + right
        return source.astype(xp.int32), target.astype(xp.int32)

    def make(backend: Backend) -> DeviceGraph:
        """Draw edges, and give the nodes numbers at random."""
        xp = backend.xp
        xp.random.seed(scale)
        number = xp.random.permutation(n).astype(xp.int32)
        parts = []
        for start in range(0, m, _CHUNK):
            source, target = draw(backend, min(_CHUNK, m - start))
            parts.append((number[source], number[target]))
        return _symmetric(backend, n, parts)

    return Case(f"R-MAT {scale}", "R-MAT", n, m, make)


def _uniform(scale: int, factor: int) -> Case:
    n, m = 1 << scale, factor << scale

    def make(backend: Backend) -> DeviceGraph:
        """Draw both ends of every edge from all nodes."""
        xp = backend.xp
        xp.random.seed(scale)
        ends = [xp.random.randint(0, n, m, dtype=np.int32) for _ in range(2)]
        return _symmetric(backend, n, [(ends[0], ends[1])])

    return Case(f"uniform {scale}", "uniform", n, m, make)


def _road(side: int) -> Case:
    n = side * side

    def make(backend: Backend) -> DeviceGraph:
        """Make a grid that lacks some edges: low degrees, thousands of levels."""
        xp = backend.xp
        xp.random.seed(side)
        node = xp.arange(n, dtype=xp.int32).reshape(side, side)
        parts = []
        for one, other in ((node[:, :-1], node[:, 1:]), (node[:-1], node[1:])):
            stays = xp.random.random(one.size) < _KEPT
            parts.append((one.ravel()[stays], other.ravel()[stays]))
        return _symmetric(backend, n, parts)

    return Case(f"road {side}²", "road", n, int(2 * _KEPT * n), make)


def _symmetric(backend: Backend, n: int, parts: list[tuple[Any, Any]]) -> DeviceGraph:
    """Return the graph of some edges, by one sort of all arcs; `parts` is emptied."""
    xp = backend.xp
    keys = []
    while parts:
        source, target = parts.pop()
        proper = source != target
        one, other = source[proper].astype(xp.int64), target[proper].astype(xp.int64)
        keys += [one * n + other, other * n + one]
    key = xp.concatenate(keys)
    keys.clear()
    key.sort()
    is_new = xp.ones(key.shape[0], bool)
    is_new[1:] = key[1:] != key[:-1]
    key = key[is_new]
    indptr = xp.searchsorted(key, xp.arange(n + 1, dtype=xp.int64) * n).astype(xp.int64)
    indices = (key % n).astype(xp.int32)
    return DeviceGraph(indptr, indices, indptr, indices)


def to_graph(backend: Backend, graph: DeviceGraph) -> Graph:
    """Return the same graph for the functions of the library."""
    return Graph(backend.to_host(graph.indptr), backend.to_host(graph.indices))
