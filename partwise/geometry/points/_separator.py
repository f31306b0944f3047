"""Separators of meshes from where their nodes lie: spheres through the middle."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.geometry._points import finite_points
from partwise.geometry.points._centerpoint import radon_centre
from partwise.geometry.points._sphere import ConformalMap, Sphere, lift, moved

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["SphereSeparator", "sphere_separator"]

Floats = NDArray[np.float64]

_CENTRES = 3  # centres are random too, so the trials share this many


@dataclass(frozen=True, slots=True)
class SphereSeparator:
    """Two halves of a point set and what separates them.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        1 where ``sphere.distance`` is positive, 0 where it is negative; points on the sphere are
        shared out by number.
    sphere : Sphere
    separator : int64 ndarray of shape (s,)
        Nodes without which no edge joins the halves, as few as possible, ascending. Without a
        graph: the points whose balls the sphere cuts (see :func:`sphere_separator`).
    cut : int, float or None
        Number, or weight, of the edges between the halves; None without a graph.
    sizes : tuple of two ints
        Points in each half.
    trial : int
        The trial that was best; 0 is the plane.
    seed : int
        Seed with which the call can be repeated.
    """

    labels: NDArray[np.int32] = field(repr=False)
    sphere: Sphere
    separator: NDArray[np.int64] = field(repr=False)
    cut: int | float | None
    sizes: tuple[int, int]
    trial: int
    seed: int

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels, as a list.
        """
        result: dict[str, Any] = {
            "sphere": self.sphere.to_dict(),
            "separator": self.separator.tolist(),
            "cut": self.cut,
            "sizes": list(self.sizes),
            "trial": self.trial,
            "seed": self.seed,
        }
        if labels:
            result["labels"] = self.labels.tolist()
        return result


def sphere_separator(
    X: ArrayLike,
    A: Any = None,
    n_trials: int = 30,
    random_state: RandomState = 0,
    *,
    max_share: float = 0.5,
) -> SphereSeparator:
    """Cut a mesh in two by a sphere that few of its edges cross.

    Points are lifted to a sphere one dimension up and moved there until their centre is the
    sphere's; planes through it cut out great circles, which are spheres down in the space of the
    points. The best of several is taken. Nothing but coordinates is used to find them.

    Parameters
    ----------
    X : array-like of shape (n, d)
        Coordinates of the nodes, n >= 2.
    A : graph-like, optional
        The mesh, whatever :func:`partwise.graph.as_graph` takes, with n nodes. The best trial is
        the one with the lightest cut. Without it, the best is the one that cuts the fewest balls,
        one around each point that reaches to its 2 d-th neighbour.
    n_trials : int, default=30
        The first trial is the plane across the direction in which the points spread most, which is
        hard to beat on slender meshes; the others are random.
    random_state : None, int or numpy generator, default=0
    max_share : float, default=0.5
        Largest part of the points on one side, at least 0.5. With 0.5 the numbers of points differ
        by at most 1. Spheres through the centre are moved no further than this demands; with
        (d + 1) / (d + 2), the bound of the theory, most are not moved at all.

    Returns
    -------
    SphereSeparator

    Raises
    ------
    ValueError, TypeError
        Fewer than two points, entries that are not finite, a graph of another size, `max_share`
        below 0.5 or not below 1.

    Notes
    -----
    If the graph is an overlap graph of bounded degree (every well-shaped mesh is one), a random
    sphere of this kind cuts O(n^((d - 1) / d)) edges in expectation. The centre is that of iterated
    Radon points of a sample (:func:`centerpoint`), drawn three times for all trials. The
    plane as the first trial and the way a sphere is moved for balance are ours.

    O(n d + m) time per trial for m edges, and O(n log n) for the balls where there is no graph.
    The separator is a minimum vertex cover of the cut edges (Kőnig's theorem, by a maximum matching
    of Hopcroft and Karp).

    G. L. Miller, S.-H. Teng, W. Thurston, S. A. Vavasis, "Geometric separators for finite-element
    meshes", SIAM Journal on Scientific Computing 19, 1998, doi:10.1137/S1064827594262613.
    J. R. Gilbert, G. L. Miller, S.-H. Teng, "Geometric mesh partitioning: implementation and
    experiments", SIAM Journal on Scientific Computing 19, 1998, doi:10.1137/S1064827594275339.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> X = [(x, y) for x in range(20) for y in range(20)]
    >>> found = sphere_separator(X, grid_graph((20, 20)))
    >>> found.cut, found.sizes, found.separator.size
    (20, (200, 200), 20)
    """
    points = finite_points(X, "X")
    n = len(points)
    if n < 2:
        raise ValueError(f"X must have at least two points, got {n}")
    n_trials = check_count("n_trials", n_trials)
    if not 0.5 <= max_share < 1.0:
        raise ValueError(f"max_share must be at least 0.5 and below 1, got {max_share}")
    seed = check_seed(random_state)
    judge = _Balls(points) if A is None else _Edges(A, n)
    best: tuple[Any, ...] | None = None
    for trial, (values, place) in enumerate(_trials(points, n_trials, seed)):
        labels, offset = _balanced(values, max_share)
        sphere = place(offset)
        cost = judge.cost(labels, sphere)
        if best is None or cost < best[0]:
            best = cost, trial, labels, sphere
    assert best is not None  # there is at least one trial
    cost, trial, labels, sphere = best
    ones = int(labels.sum())
    return SphereSeparator(
        labels=labels,
        sphere=sphere,
        separator=judge.separator(labels, sphere),
        cut=None if A is None else cost,
        sizes=(n - ones, ones),
        trial=trial,
        seed=seed,
    )


def _trials(
    points: Floats, n_trials: int, seed: int
) -> Iterator[tuple[Floats, Callable[[float], Sphere]]]:
    """Yield values of the points, and the function that makes the sphere of one value."""
    origin = points.mean(axis=0)
    x = points - origin
    scale = math.sqrt(float((x * x).sum(axis=1).mean())) or 1.0
    x /= scale
    axis = np.linalg.eigh(x.T @ x)[1][:, -1]
    axis = axis * np.sign(axis[np.argmax(np.abs(axis))])
    yield x @ axis, lambda t: moved(Sphere(0.0, axis, -2.0 * t), origin, scale)
    rng = np.random.default_rng(seed)
    lifted = lift(x)
    n_samples = (lifted.shape[1] + 3) ** 4
    for centre in range(_CENTRES):
        to_centre = ConformalMap(radon_centre(lifted, n_samples, rng))
        images = to_centre.apply(lifted)
        for _ in range(centre, n_trials - 1, _CENTRES):
            normal: Floats = rng.normal(size=(images.shape[1],))
            normal /= float(np.linalg.norm(normal))
            yield images @ normal, partial(_pulled_back, to_centre, normal, origin, scale)


def _pulled_back(
    to_centre: ConformalMap, normal: Floats, origin: Floats, scale: float, value: float
) -> Sphere:
    return moved(to_centre.sphere(normal, value), origin, scale)


def _balanced(values: Floats, max_share: float) -> tuple[NDArray[np.int32], float]:
    """Return labels and the value that divides them, moved from 0 only as balance demands."""
    n = values.size
    most = min(max(int(max_share * n), (n + 1) // 2), n - 1)
    natural = int((values < 0).sum())
    below = min(max(natural, n - most), most)
    if below == natural:
        return (values >= 0).astype(np.int32), 0.0
    low, high = np.partition(values, (below - 1, below))[below - 1 : below + 1].tolist()
    labels = (values >= high).astype(np.int32)
    level = np.flatnonzero(values == high)
    labels[level[: below - int((values < high).sum())]] = 0
    return labels, 0.5 * (low + high)


class _Balls:
    """The price of a sphere where there is no graph: the balls that it cuts."""

    def __init__(self, points: Floats) -> None:
        from scipy.spatial import cKDTree

        self.points = points
        n, d = points.shape
        neighbour = min(2 * d, n - 1) + 1  # the first is the point itself
        self.radius = cKDTree(points).query(points, k=[neighbour])[0][:, 0]

    def cost(self, labels: NDArray[np.int32], sphere: Sphere) -> int:
        """Return the number of balls cut."""
        return self.separator(labels, sphere).size

    def separator(self, labels: NDArray[np.int32], sphere: Sphere) -> NDArray[np.int64]:
        """Return the points whose balls are cut."""
        return np.flatnonzero(np.abs(sphere.distance(self.points)) < self.radius)


class _Edges:
    """The price of a sphere on a graph: the weight of the edges between its sides."""

    def __init__(self, A: Any, n: int) -> None:
        from partwise.graph import as_graph

        self.graph: Graph = as_graph(A)
        if self.graph.n_nodes != n:
            raise ValueError(f"A must have {n} nodes, one per point, got {self.graph.n_nodes}")

    def cost(self, labels: NDArray[np.int32], sphere: Sphere) -> int | float:
        """Return the edge cut."""
        from partwise.metrics import edge_cut

        return edge_cut(self.graph, labels)

    def separator(self, labels: NDArray[np.int32], sphere: Sphere) -> NDArray[np.int64]:
        """Return a smallest set of nodes that touches every edge between the sides."""
        graph = self.graph
        tails = np.repeat(np.arange(graph.n_nodes), np.diff(graph.indptr))
        crosses = labels[tails] != labels[graph.indices]
        ends = np.stack((tails[crosses], graph.indices[crosses].astype(np.int64)))
        zero_first = labels[ends[0]] == 0
        return _vertex_cover(
            np.where(zero_first, ends[0], ends[1]), np.where(zero_first, ends[1], ends[0])
        )


def _vertex_cover(left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return a minimum vertex cover of the bipartite graph of edges left[i], right[i]."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    left_nodes, left = np.unique(left, return_inverse=True)
    right_nodes, right = np.unique(right, return_inverse=True)
    if not left.size:
        return left_nodes
    shape = (left_nodes.size, right_nodes.size)
    edges = csr_array((np.ones(left.size, dtype=np.int32), (left, right)), shape=shape)
    partner = maximum_bipartite_matching(edges, perm_type="column")  # of left nodes
    mate = np.full(right_nodes.size, -1)  # of right nodes
    mate[partner[partner >= 0]] = np.flatnonzero(partner >= 0)
    # what alternating paths reach from unmatched left nodes; no matching is larger, so the right
    # nodes among it are matched
    reached_left, reached_right = partner < 0, np.zeros(right_nodes.size, dtype=bool)
    front = reached_left.copy()
    while front.any():
        new = (edges.T @ front.astype(np.int32) > 0) & ~reached_right
        reached_right |= new
        front = np.zeros_like(reached_left)
        front[mate[new]] = True
        front &= ~reached_left
        reached_left |= front
    return np.sort(np.concatenate((left_nodes[~reached_left], right_nodes[reached_right])))
