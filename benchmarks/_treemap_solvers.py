"""Treemaps and partitions of points behind one face, for worker processes.

A solver is a function of a job that prepares what is not timed and returns the call that is, and
the function that turns its result into numbers, which is not timed either.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._meter import Meter
from benchmarks._treemap_inputs import Problem

__all__ = ["METHODS", "PACKAGES", "SOLVERS", "TreemapRunner", "package_of", "ratios_of"]

PACKAGES = ("partwise", "numba", "numpy", "scipy", "scikit-learn", "squarify", "pymetis")
METHODS = (
    "squarified", "slice_and_dice", "strip", "pivot", "l_shape", "slack", "orthoconvex", "convex",
    "angular", "greedy_safe", "greedy", "voronoi",
)  # fmt: skip
RECT = (0.0, 0.0, 1.0, 1.0)
N_PARTS = 64

Numbers = Callable[[Any], dict[str, Any]]
Solver = Callable[["Job"], tuple[Callable[[], Any], Numbers]]


@dataclass(frozen=True)
class Job:
    """What a solver is to do."""

    data: Any
    seed: int


# -- treemaps --------------------------------------------------------------------------------------


def ratios_of(
    areas: np.ndarray, boxes: np.ndarray, diameters: np.ndarray, weights: np.ndarray
) -> dict[str, float]:
    """Return largest and mean aspect ratio of leaves in both definitions, by area.

    `diameters` are squared. Leaves whose short side is below 1e-7 of the picture's do not count.
    """
    wide, high = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    long = np.maximum(wide, high)
    with np.errstate(divide="ignore", invalid="ignore"):
        clear = areas / long >= 1e-7
    square, diameter = long[clear] ** 2 / areas[clear], diameters[clear] / areas[clear]
    return {
        "leaves": int(clear.sum()),
        "max_square": float(square.max()),
        "mean_square": float(np.average(square, weights=weights[clear])),
        "max_diameter": float(diameter.max()),
        "mean_diameter": float(np.average(diameter, weights=weights[clear])),
    }


def _partwise(method: str, **options: Any) -> Solver:
    def solver(job: Job) -> tuple[Callable[[], Any], Numbers]:
        from partwise.geometry import treemap

        tree = job.data

        def numbers(layout: Any) -> dict[str, Any]:
            leaves = tree.is_leaf & (layout.areas > 0)
            areas = layout.areas[leaves]
            diameters = layout.aspect("diameter")[leaves] * areas
            found = ratios_of(areas, layout.boxes[leaves], diameters, tree.weights[leaves])
            bound = layout.bound
            return found | {
                "bound": bound if np.isfinite(bound) else None,
                "aspect_kind": layout.aspect_kind,
                "worst": float(np.nanmax(layout.aspect_ratio[~layout.degenerate])),
            }

        return (lambda: treemap(tree, method, RECT, **options)), numbers

    return solver


def _squarify(job: Job) -> tuple[Callable[[], Any], Numbers]:
    """Return the call of squarify for the children of the root; it knows one level."""
    import squarify

    weights = np.sort(job.data.weights[job.data.is_leaf])[::-1].tolist()

    def call() -> Any:
        return squarify.squarify(squarify.normalize_sizes(weights, 1.0, 1.0), 0.0, 0.0, 1.0, 1.0)

    def numbers(found: list[dict[str, float]]) -> dict[str, Any]:
        x, y, dx, dy = (np.array([box[name] for box in found]) for name in ("x", "y", "dx", "dy"))
        boxes = np.column_stack((x, y, x + dx, y + dy))
        return ratios_of(dx * dy, boxes, dx**2 + dy**2, np.array(weights))

    return call, numbers


# -- points ----------------------------------------------------------------------------------------


def _labelled(make: Callable[[np.ndarray, Any, int], Callable[[], np.ndarray]]) -> Solver:
    """Return the solver of a partition of points; `make` returns the call that gives labels."""

    def solver(job: Job) -> tuple[Callable[[], Any], Numbers]:
        points, graph = job.data

        def numbers(labels: np.ndarray) -> dict[str, Any]:
            sizes = np.bincount(labels, minlength=N_PARTS)
            facts = {
                "n_parts": len(sizes),
                "imbalance": float(sizes.max() * N_PARTS / sizes.sum() - 1),
            }
            if graph is not None:
                from partwise.metrics import edge_cut

                facts["cut"] = int(edge_cut(graph, labels))
            return facts

        return make(points, graph, job.seed), numbers

    return solver


def _ours(function: str, **options: Any) -> Solver:
    def make(points: np.ndarray, graph: Any, seed: int) -> Callable[[], np.ndarray]:
        import partwise.geometry

        run = getattr(partwise.geometry, function)
        return lambda: run(points, N_PARTS, **options).labels

    return _labelled(make)


def _kmeans(points: np.ndarray, graph: Any, seed: int) -> Callable[[], np.ndarray]:
    from sklearn.cluster import KMeans

    return lambda: KMeans(N_PARTS, n_init=1, random_state=seed).fit_predict(points)


def _kd_leaves(points: np.ndarray, graph: Any, seed: int) -> Callable[[], np.ndarray]:
    """Return the leaves of scipy's balanced tree as parts, of which there is a power of two."""
    from scipy.spatial import cKDTree

    def call() -> np.ndarray:
        tree = cKDTree(points, leafsize=-(-len(points) // N_PARTS))
        labels = np.empty(len(points), np.int64)
        todo, part = [tree.tree], 0
        while todo:
            node = todo.pop()
            if node.lesser is None:
                labels[node.indices] = part
                part += 1
            else:
                todo += [node.lesser, node.greater]
        return labels

    return call


def _multilevel(points: np.ndarray, graph: Any, seed: int) -> Callable[[], np.ndarray]:
    from partwise.partition import partition_graph

    return lambda: partition_graph(graph, N_PARTS, random_state=seed, n_jobs=1).labels


def _metis(points: np.ndarray, graph: Any, seed: int) -> Callable[[], np.ndarray]:
    import pymetis

    adjacency = pymetis.CSRAdjacency(graph.indptr, graph.indices)
    options = pymetis.Options(seed=seed)
    return lambda: np.array(pymetis.part_graph(N_PARTS, adjacency, options=options)[1])


SOLVERS: dict[str, Solver] = {
    **{f"partwise-{method}": _partwise(method) for method in METHODS},
    "partwise-squarified-1": _partwise("squarified", ratio=1.0),
    "squarify": _squarify,
    "partwise-rcb": _ours("coordinate_bisection"),
    "partwise-rib": _ours("inertial_bisection"),
    "partwise-hilbert": _ours("curve_partition"),
    "partwise-morton": _ours("curve_partition", curve="morton"),
    "partwise-multijagged": _ours("multi_jagged"),
    "partwise-capacitated": _ours("capacitated_voronoi", random_state=0),
    "scipy-kdtree": _labelled(_kd_leaves),
    "sklearn-kmeans": _labelled(_kmeans),
    "partwise-multilevel": _labelled(_multilevel),
    "pymetis": _labelled(_metis),
}
_MODULES = {"squarify": "squarify", "scipy-kdtree": "scipy", "sklearn-kmeans": "sklearn"}


def package_of(solver: str) -> str:
    """Return the package that a solver belongs to."""
    return _MODULES.get(solver, "pymetis" if solver == "pymetis" else "partwise")


class TreemapRunner:
    """The solvers with their instruments, in a worker process."""

    def __init__(self) -> None:
        self._meter = Meter(watch_compiler=True)
        self._data: Any = None
        self._warm_up: dict[str, float] = {}

    def prepare(self, problem: Problem) -> None:
        """Make the next problem's data."""
        self._data = None  # not both at once
        self._data = problem.load()

    def solve(self, name: str, seed: int) -> dict[str, Any]:
        """Return the numbers of what a solver finds, and its cost as from `Meter.run_steady`.

        ``warm_up_seconds`` are those of its first call in this process.
        """
        call, numbers = SOLVERS[name](Job(self._data, seed))
        if name not in self._warm_up and package_of(name) == "partwise":
            start = time.perf_counter()
            call()
            self._warm_up[name] = time.perf_counter() - start
        result, cost = self._meter.run_steady(call)
        return {"warm_up_seconds": self._warm_up.get(name, 0.0)} | numbers(result) | cost
