"""What the suite `treemaps` lays out and cuts: made trees, supplied trees, meshes of points."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["Mesh", "Nested", "Problem", "Star", "Supplied", "d3_layouts", "find_tree"]

SUPPLIED = {"flare": "flare.json", "du": "du_usr_share.tsv.gz"}


@dataclass(frozen=True)
class Star:
    """A root with `n` leaves, whose weights are log-normal with deviation `sigma`."""

    n: int
    sigma: float = 1.0

    @property
    def name(self) -> str:
        """For the tables."""
        return f"star {self.n}, sigma {self.sigma:g}"

    def load(self, seed: int = 0) -> Any:
        """Return the tree."""
        from partwise.geometry import Tree

        weights = np.random.default_rng(seed).lognormal(0.0, self.sigma, self.n)
        return Tree.from_parents(np.append(-1, np.zeros(self.n, int)), np.append(0.0, weights))


@dataclass(frozen=True)
class Nested:
    """A tree of `n` leaves, 2 to 20 children to a node, with log-normal weights."""

    n: int
    sigma: float = 1.0

    @property
    def name(self) -> str:
        """For the tables."""
        return f"nested {self.n}, sigma {self.sigma:g}"

    def load(self, seed: int = 0) -> Any:
        """Return the tree: leaves are grouped by chance, and so are the groups, up to the root."""
        from partwise.geometry import Tree

        rng = np.random.default_rng(seed)
        levels = [self.n]
        above: list[np.ndarray] = []  # the parent of each node of a level, numbered in its own
        while levels[-1] > 1:
            counts = rng.integers(2, 21, levels[-1])
            ends = np.cumsum(counts)
            n_groups = int(np.searchsorted(ends, levels[-1])) + 1
            above.append(np.repeat(np.arange(n_groups), counts[:n_groups])[: levels[-1]])
            levels.append(n_groups)
        starts = np.concatenate(([0], np.cumsum(levels)))
        parents = [group + starts[level + 1] for level, group in enumerate(above)]
        weights = np.zeros(starts[-1])
        weights[: self.n] = rng.lognormal(0.0, self.sigma, self.n)
        return Tree.from_parents(np.concatenate((*parents, [-1])), weights)


def find_tree(folder: Path | None, name: str) -> Path | None:
    """Return the file of a supplied tree, None if it is not there."""
    path = None if folder is None else folder / "polygon-treemaps" / SUPPLIED[name]
    return path if path is not None and path.exists() else None


@dataclass(frozen=True)
class Supplied:
    """A tree from a file."""

    path: Path
    name: str

    def load(self, seed: int = 0) -> Any:
        """Return the tree."""
        from partwise.geometry import read_tree

        return read_tree(os.fspath(self.path))


def d3_layouts(folder: Path) -> dict[float, list[tuple[str, float, float, float, float]]]:
    """Return the supplied layouts of flare by target ratio: path, x, y, width, height."""
    layouts = {}
    for name, ratio in (("flare-phi.json", (1 + 5**0.5) / 2), ("flare-one.json", 1.0)):
        path = folder / "polygon-treemaps" / name
        if not path.exists():
            continue
        root = json.loads(path.read_text(encoding="utf-8"))
        todo = [(root, root["name"])]
        rows = []
        while todo:
            node, where = todo.pop()
            rows.append((where, node["x"], node["y"], node["dx"], node["dy"]))
            todo += [(child, f"{where}/{child['name']}") for child in node.get("children", ())]
        layouts[ratio] = rows
    return layouts


@dataclass(frozen=True)
class Mesh:
    """Points and a graph on them: a Delaunay mesh, of clusters or not, or a grid with ties."""

    kind: str
    n: int
    dim: int = 2

    @property
    def name(self) -> str:
        """For the tables."""
        return f"{self.kind} {self.n}, {self.dim}D"

    @cached_property
    def _side(self) -> int:
        return round(self.n ** (1 / self.dim))

    def load(self, seed: int = 0) -> tuple[np.ndarray, Any]:
        """Return the points and the graph; None for the latter where points stand alone."""
        rng = np.random.default_rng(seed)
        if self.kind == "grid":
            from partwise.graph import grid_graph

            shape = (self._side,) * self.dim
            axes = np.meshgrid(*map(np.arange, shape), indexing="ij")
            return np.stack([axis.ravel() for axis in axes], 1).astype(float), grid_graph(shape)
        if self.kind == "cloud":
            return rng.random((self.n, self.dim)), None
        points = rng.random((self.n, self.dim))
        if self.kind == "clusters":
            centres = rng.random((20, self.dim))
            spread = 0.01 * rng.lognormal(0.0, 1.0, (20, 1))
            which = rng.integers(0, 20, self.n)
            points = centres[which] + spread[which] * rng.normal(size=(self.n, self.dim))
        return points, _delaunay(points)


def _delaunay(points: np.ndarray) -> Any:
    from scipy.spatial import Delaunay

    from partwise.graph import Graph

    corners = Delaunay(points).simplices
    k = corners.shape[1]
    pairs = [corners[:, [i, j]] for i in range(k) for j in range(i + 1, k)]
    edges = np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0)
    return Graph.from_edges(edges, n_nodes=len(points))


Problem = Star | Nested | Supplied | Mesh
