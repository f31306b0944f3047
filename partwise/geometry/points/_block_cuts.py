"""A rectangle halved again and again across its longer side."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["CutTree", "Leaf", "Rule", "halve"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CutTree:
    """Cuts parallel to the axes; the root is node 0.

    Attributes
    ----------
    axis : int8 ndarray of shape (m,)
    value : float64 ndarray of shape (m,)
        Points with a coordinate below the value are on the left of a cut.
    children : int32 ndarray of shape (m, 2)
        The next cut to the left and to the right; -1 - i stands for leaf i.
    """

    axis: NDArray[np.int8]
    value: Floats
    children: NDArray[np.int32]

    def locate(self, ground: Floats) -> NDArray[np.int32]:
        """Return the leaf of each point; there is no outside."""
        leaf = np.zeros(len(ground), dtype=np.int32)
        waiting = [(0, np.arange(len(ground)))] if self.axis.size else []
        while waiting:
            node, segment = waiting.pop()
            left = ground[segment, self.axis[node]] < self.value[node]
            for child, part in zip(self.children[node].tolist(), (segment[left], segment[~left])):
                if child >= 0:
                    waiting.append((child, part))
                else:
                    leaf[part] = -1 - child
        return leaf


class Leaf(NamedTuple):
    """A rectangle that is not cut.

    Attributes
    ----------
    points : int64 ndarray
        Ascending.
    low, high : float64 ndarray of shape (2,)
    depth : int
        Number of cuts above it.
    """

    points: Indices
    low: Floats
    high: Floats
    depth: int


class Rule(NamedTuple):
    """When and where a rectangle is cut.

    Attributes
    ----------
    cut : {"midpoint", "median", "weighted"}
    max_load : float
    max_depth : int
    n_parts : int or None
        The number of leaves; the limits do not count then.
    """

    cut: str
    max_load: float
    max_depth: int
    n_parts: int | None


@dataclass(slots=True)
class _Node:
    points: Indices
    low: Floats
    high: Floats
    depth: int
    first: int = 0  # the parts first, ..., first + parts - 1 come from this node
    parts: int = 1
    axis: int = 0
    value: float = 0.0
    children: tuple[int, ...] = field(default=())


def halve(ground: Floats, weights: Floats | None, rule: Rule) -> tuple[CutTree, list[Leaf]]:
    """Return the cuts and the leaves, from left to right.

    The longer side of a rectangle is cut, the first of two equal ones. O(n log n) time for each
    level of the tree.
    """
    return _Halving(ground, weights, rule).run()


class _Halving:
    def __init__(self, ground: Floats, weights: Floats | None, rule: Rule) -> None:
        self.ground, self.weights, self.rule = ground, weights, rule
        root = _Node(np.arange(len(ground)), ground.min(axis=0), ground.max(axis=0), 0)
        root.parts = rule.n_parts or 1
        self.nodes = [root]

    def run(self) -> tuple[CutTree, list[Leaf]]:
        """Cut until the rule is satisfied."""
        if self.rule.n_parts is not None and self.rule.cut == "midpoint":
            self._cut_fullest(self.rule.n_parts)
        else:
            waiting = [0]
            while waiting:
                at = waiting.pop()
                if self._wants_cut(self.nodes[at]):
                    waiting.extend(self._cut(at))
        return self._tree()

    def _load(self, node: _Node) -> float:
        if self.weights is None:
            return float(node.points.size)
        return float(self.weights[node.points].sum())

    def _wants_cut(self, node: _Node) -> bool:
        if self.rule.n_parts is not None:
            return node.parts > 1
        if node.depth >= self.rule.max_depth or (
            node.points.size < 2 and self.rule.cut != "midpoint"
        ):
            return False
        return self._load(node) > self.rule.max_load

    def _cut_fullest(self, n_parts: int) -> None:
        fullest = [(-self._load(self.nodes[0]), 0)]
        while len(fullest) < n_parts:
            for child in self._cut(heapq.heappop(fullest)[1]):
                heapq.heappush(fullest, (-self._load(self.nodes[child]), child))

    def _cut(self, at: int) -> tuple[int, int]:
        node = self.nodes[at]
        sides = node.high - node.low
        node.axis = int(sides[1] > sides[0])
        parts = (node.parts + 1) // 2, node.parts // 2
        coordinate = self.ground[node.points, node.axis]
        if self.rule.cut == "midpoint":
            node.value = 0.5 * float(node.low[node.axis] + node.high[node.axis])
            left = coordinate < node.value
        else:
            order = np.argsort(coordinate, kind="stable")
            count = self._share(node, order, parts)
            node.value = float(coordinate[order[count]])
            left = np.zeros(order.size, dtype=bool)
            left[order[:count]] = True
        middle_high, middle_low = node.high.copy(), node.low.copy()
        middle_high[node.axis] = middle_low[node.axis] = node.value
        node.children = len(self.nodes), len(self.nodes) + 1
        depth = node.depth + 1
        self.nodes.append(
            _Node(node.points[left], node.low, middle_high, depth, node.first, parts[0])
        )
        self.nodes.append(
            _Node(node.points[~left], middle_low, node.high, depth, node.first + parts[0], parts[1])
        )
        return node.children[0], node.children[1]

    def _share(self, node: _Node, order: Indices, parts: tuple[int, int]) -> int:
        """Return how many points go to the left."""
        n = order.size
        if self.rule.n_parts is None:
            least, most, fraction = 1, n - 1, 0.5
        else:
            # the sizes are settled once: the first n mod k parts have one point more
            least, most, fraction = parts[0], n - parts[1], parts[0] / node.parts
            if self.rule.cut == "median" or self.weights is None:
                size, extra = divmod(len(self.ground), self.rule.n_parts)
                return size * parts[0] + min(max(extra - node.first, 0), parts[0])
        if self.rule.cut == "median" or self.weights is None:
            return (n + 1) // 2
        load = np.cumsum(self.weights[node.points[order]])
        gap = np.abs(load[least - 1 : most] - fraction * load[-1])
        return least + int(np.argmin(gap))

    def _tree(self) -> tuple[CutTree, list[Leaf]]:
        leaves: list[Leaf] = []
        inner = [i for i, node in enumerate(self.nodes) if node.children]
        number = {at: i for i, at in enumerate(inner)}
        waiting = [0]
        while waiting:
            at = waiting.pop()
            node = self.nodes[at]
            if node.children:
                waiting.extend(node.children[::-1])
            else:
                number[at] = -1 - len(leaves)
                leaves.append(Leaf(node.points, node.low, node.high, node.depth))
        return (
            CutTree(
                np.array([self.nodes[i].axis for i in inner], dtype=np.int8),
                np.array([self.nodes[i].value for i in inner]),
                np.array(
                    [[number[c] for c in self.nodes[i].children] for i in inner], dtype=np.int32
                ).reshape(-1, 2),
            ),
            leaves,
        )
