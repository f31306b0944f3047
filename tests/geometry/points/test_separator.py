"""Centrepoints and spheres that separate meshes."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import Delaunay

from partwise.geometry.points import Sphere, centerpoint, sphere_separator
from partwise.geometry.points._sphere import ConformalMap, lift, moved
from partwise.graph import as_graph, grid_graph
from partwise.metrics import edge_cut

SEEDS = range(5)


def mesh(n, d, seed=0):
    """Return points and the edges of their Delaunay triangulation."""
    X = np.random.default_rng(seed).random((n, d))
    simplices = Delaunay(X).simplices
    pairs = [simplices[:, [i, j]] for i in range(d + 1) for j in range(i)]
    return X, as_graph(np.unique(np.sort(np.concatenate(pairs), axis=1), axis=0))


# -- centrepoints ----------------------------------------------------------------------------------


def test_radon_point_of_four_points():
    square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    assert centerpoint(square, n_samples=4) == pytest.approx([1, 1])
    inside = [(0, 0), (9, 0), (0, 9), (2, 3)]
    assert centerpoint(inside, n_samples=4) == pytest.approx([2, 3])


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("shape", ["normal", "heavy", "two clusters", "circle", "line", "grid"])
def test_every_half_plane_with_the_centre_holds_many_points(oracles, shape, seed):
    rng = np.random.default_rng(seed)
    n = 400
    X = rng.normal(size=(n, 2))
    if shape == "heavy":
        X *= np.exp(3 * rng.normal(size=(n, 1)))
    elif shape == "two clusters":
        X[: n // 2] += 1000
    elif shape == "circle":
        X /= np.linalg.norm(X, axis=1, keepdims=True)
    elif shape == "line":
        X[:, 1] = 2 * X[:, 0]
    elif shape == "grid":
        X = np.floor(2 * X)
    depth = oracles.point_cuts.tukey_depth(X, centerpoint(X, random_state=seed))
    # Omega(n / d^2), here with the constant that (d + 2)^2 gives
    assert depth >= n / 16


@pytest.mark.parametrize("d", [1, 3, 5])
def test_half_spaces_with_the_centre_hold_many_points(d):
    rng = np.random.default_rng(d)
    X = rng.exponential(size=(3000, d))
    across = (X - centerpoint(X)) @ rng.normal(size=(d, 500))
    assert (across >= 0).sum(axis=0).min() >= 3000 / (d + 2) ** 2


def test_centre_of_few_points_is_among_them():
    assert centerpoint([[1.0, 2.0, 3.0]]).tolist() == [1, 2, 3]
    assert centerpoint(np.full((7, 2), 4.0)) == pytest.approx([4, 4])
    X = np.random.default_rng(0).random((300, 3))
    assert centerpoint(X, random_state=1).tolist() == centerpoint(X, random_state=1).tolist()
    with pytest.raises(ValueError, match="X must have at least one point"):
        centerpoint(np.empty((0, 2)))
    with pytest.raises(ValueError, match="n_samples must be at least 1"):
        centerpoint(X, n_samples=0)


# -- spheres ---------------------------------------------------------------------------------------


def test_distance_to_spheres_and_planes():
    X = np.random.default_rng(0).normal(size=(50, 3))
    centre, radius = np.array([1.0, -2.0, 0.5]), 2.5
    sphere = moved(Sphere(1.0, np.zeros(3), -1.0), centre, radius)
    expected = np.linalg.norm(X - centre, axis=1) - radius
    assert sphere.distance(X) == pytest.approx(expected)
    assert sphere.centre == pytest.approx(centre)
    assert sphere.radius == pytest.approx(radius)
    normal = np.array([2.0, 1.0, 2.0]) / 3
    plane = Sphere(0.0, normal, -2.0)
    assert plane.distance(X) == pytest.approx(X @ normal - 1)
    assert plane.centre is None
    assert plane.to_dict()["radius"] == np.inf


@given(
    centre=st.lists(st.floats(-0.57, 0.57), min_size=3, max_size=3),
    normal=st.lists(st.integers(-5, 5), min_size=3, max_size=3).filter(any),
    offset=st.floats(-0.8, 0.8),
)
def test_great_circles_are_spheres_below(centre, normal, offset):
    X = np.random.default_rng(0).normal(size=(200, 2)) * 3
    lifted = lift(X)
    assert np.linalg.norm(lifted, axis=1) == pytest.approx(np.ones(200))
    to_centre = ConformalMap(np.array(centre))
    images = to_centre.apply(lifted)
    assert np.linalg.norm(images, axis=1) == pytest.approx(np.ones(200))
    normal = np.array(normal) / np.linalg.norm(normal)
    beyond = images @ normal - offset
    distance = to_centre.sphere(normal, offset).distance(X)
    clear = np.abs(beyond) > 1e-9
    assert (np.sign(distance) == np.sign(beyond))[clear].all()


def test_conformal_map_moves_the_centre_of_a_circle_to_the_middle():
    # the hyperbolic centre of a circle through four points goes to 0, so they become a square
    height = 0.6
    radius = np.sqrt(1 - height**2)
    turns = np.arange(4) * np.pi / 2
    ring = np.column_stack((radius * np.cos(turns), radius * np.sin(turns), np.full(4, height)))
    images = ConformalMap(np.array([0.0, 0.0, height])).apply(ring)
    assert images[:, 2] == pytest.approx(np.zeros(4), abs=1e-12)
    assert images.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-12)


# -- separators ------------------------------------------------------------------------------------


def test_path_is_cut_in_the_middle():
    found = sphere_separator(np.arange(10.0)[:, None], [(i, i + 1) for i in range(9)])
    assert (found.cut, found.sizes, found.separator.size) == (1, (5, 5), 1)
    assert found.labels.tolist() == [0] * 5 + [1] * 5


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("d", [2, 3])
def test_halves_cut_and_separator_fit_together(d, seed):
    X, graph = mesh(300, d, seed)
    found = sphere_separator(X, graph, random_state=seed)
    assert found.sizes == (150, 150)
    assert found.sizes == tuple(np.bincount(found.labels).tolist())
    assert found.cut == edge_cut(graph, found.labels)
    distance = found.sphere.distance(X)
    assert (found.labels == (distance > 0))[np.abs(distance) > 1e-9].all()
    edges = [(u, v) for u, v in graph.to_networkx().edges if found.labels[u] != found.labels[v]]
    assert len(edges) == found.cut
    separator = set(found.separator.tolist())
    assert all(u in separator or v in separator for u, v in edges)
    crossing = nx.Graph(edges)
    top = {u for u in crossing if found.labels[u] == 0}
    assert len(separator) == len(nx.bipartite.hopcroft_karp_matching(crossing, top)) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_cut_grows_with_the_root_of_the_size(seed):
    for n in (400, 1600, 6400):
        X, graph = mesh(n, 2, seed)
        found = sphere_separator(X, graph, random_state=seed)
        assert found.separator.size <= 2 * np.sqrt(n)
        assert found.cut <= 4 * np.sqrt(n)


def test_best_of_more_trials_is_no_worse():
    X, graph = mesh(1000, 2)
    one = sphere_separator(X, graph, n_trials=1)
    assert one.trial == 0
    assert one.sphere.is_plane
    assert sphere_separator(X, graph, n_trials=30).cut <= one.cut


@pytest.mark.parametrize("max_share", [0.5, 0.6, 0.75])
def test_no_side_has_more_than_its_share(max_share):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(501, 2)) * np.exp(rng.normal(size=(501, 1)))
    found = sphere_separator(X, max_share=max_share)
    assert max(found.sizes) <= max(251, int(max_share * 501))
    assert sum(found.sizes) == 501


def test_without_a_graph_the_separator_is_the_balls_cut():
    X, _ = mesh(400, 2)
    found = sphere_separator(X)
    assert found.cut is None
    D = np.sqrt(((X[:, None] - X[None]) ** 2).sum(axis=2))
    radius = np.sort(D, axis=1)[:, 4]
    gap = np.abs(np.linalg.norm(X - found.sphere.centre, axis=1) - found.sphere.radius)
    assert found.separator.tolist() == np.flatnonzero(gap < radius).tolist()
    # what lies beyond the balls on one side is farther than its neighbours from the other
    rest = np.setdiff1d(np.arange(400), found.separator)
    near = np.argsort(D, axis=1)[:, 1:4]
    assert (found.labels[near[rest]] == found.labels[rest, None]).all()


def test_weights_and_directions_of_edges_count():
    X = np.arange(6.0)[:, None]
    edges = np.array([(i, i + 1, 2.5) for i in range(5)])
    assert sphere_separator(X, edges).cut == 2.5
    directed = as_graph([(0, 1), (1, 2), (2, 3), (3, 2), (3, 4), (4, 5)], directed=True)
    found = sphere_separator(X, directed)
    assert (found.cut, found.separator.size) == (2, 1)


@given(
    X=st.lists(st.tuples(st.integers(-2, 2), st.integers(-2, 2)), min_size=2, max_size=30),
    seed=st.integers(0, 3),
)
def test_coincident_points_are_shared_out(X, seed):
    found = sphere_separator(X, n_trials=5, random_state=seed)
    assert abs(found.sizes[0] - found.sizes[1]) <= 1
    distance = found.sphere.distance(X)
    assert (found.labels == (distance > 0))[np.abs(distance) > 1e-9].all()


def test_scaling_by_a_power_of_two_changes_no_label():
    X, graph = mesh(500, 3)
    labels = sphere_separator(X, graph).labels
    assert (sphere_separator(X * 2.0**30, graph).labels == labels).all()
    assert (sphere_separator(X, graph).labels == labels).all()


def test_report():
    X = np.stack(np.meshgrid(np.arange(6), np.arange(6)), -1).reshape(-1, 2)
    report = sphere_separator(X, grid_graph((6, 6)), random_state=7).to_dict(labels=True)
    assert report["cut"] == 6
    assert report["seed"] == 7
    assert len(report["labels"]) == 36


@pytest.mark.parametrize(
    ("X", "kwargs", "message"),
    [
        ([(0, 0)], {}, "at least two points"),
        ([(0, 0), (1, 1)], {"A": [(0, 1), (1, 2)]}, "A must have 2 nodes"),
        ([(0, 0), (1, 1)], {"n_trials": 0}, "n_trials must be at least 1"),
        ([(0, 0), (1, 1)], {"max_share": 0.4}, "max_share must be at least 0.5"),
        ([(0, 0), (1, np.nan)], {}, r"X\[1, 1\] is"),
    ],
)
def test_bad_input_is_named(X, kwargs, message):
    with pytest.raises(ValueError, match=message):
        sphere_separator(X, **kwargs)
