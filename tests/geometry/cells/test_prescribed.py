"""Power diagrams with prescribed areas: optimal transport, centroidal diagrams, shares."""

import math
import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.errors import InfeasibleWarning
from partwise.geometry import (
    centroidal_power_diagram,
    power_diagram,
    prescribed_areas,
    voronoi_cells,
    voronoi_diagram,
)
from tests.oracles import cells as oracle
from tests.oracles.cells import HEXAGON, check_tiling

TRIANGLE = [(0.0, 0.0), (3.0, 0.0), (0.0, 1.0)]


def test_two_areas_are_met_by_one_line():
    diagram = prescribed_areas([(0.25, 0.5), (0.75, 0.5)], [3, 1])
    np.testing.assert_allclose(diagram.areas, [0.75, 0.25], rtol=1e-9)
    # the line x = 3/4 is a bisector where 1/4 is half the difference of weights, over 1/2
    assert diagram.weights[0] - diagram.weights[1] == pytest.approx(0.25)


@pytest.mark.parametrize("sigma", [0.0, 1.0, 2.0])
@pytest.mark.parametrize("domain", [(0, 0, 1, 1), (5, -2, 10, 0.5), HEXAGON, TRIANGLE])
def test_areas_are_as_prescribed_and_residuals_decrease(sigma, domain):
    rng = np.random.default_rng(0)
    sites = rng.normal(0.3, 0.5, (60, 2))
    wanted = rng.lognormal(0.0, sigma, 60)
    diagram = prescribed_areas(sites, wanted, domain)
    np.testing.assert_allclose(diagram.areas, diagram.targets, rtol=1e-9)
    np.testing.assert_allclose(diagram.targets, wanted * diagram.targets.sum() / wanted.sum())
    assert (np.diff(diagram.residuals) < 0).all()
    check_tiling(diagram)
    again = power_diagram(sites, diagram.weights, domain)
    np.testing.assert_array_equal(again.areas, diagram.areas)


def test_ten_thousand_areas_are_as_prescribed():
    rng = np.random.default_rng(1)
    diagram = prescribed_areas(rng.random((10_000, 2)), rng.lognormal(0.0, 1.0, 10_000))
    assert diagram.area_error < 1e-9
    assert (np.diff(diagram.residuals) < 0).all()
    assert not diagram.hidden.any()


def test_areas_of_a_voronoi_diagram_need_no_step():
    sites = np.random.default_rng(2).random((40, 2))
    diagram = prescribed_areas(sites, voronoi_diagram(sites).areas)
    assert len(diagram.residuals) == 1
    assert not diagram.weights.any()


def test_the_cost_is_that_of_the_transportation_problem():
    rng = np.random.default_rng(3)
    sites, shares = rng.random((5, 2)), np.array([100, 200, 50, 150, 125])
    diagram = prescribed_areas(sites, shares)
    # a grid of 25^2 cells approximates the square to second order
    expected = oracle.transport_cost(sites, shares, 25)
    assert diagram.cost == pytest.approx(expected, rel=5e-3)


def test_sites_outside_the_domain_get_their_areas_too():
    sites = np.random.default_rng(4).random((30, 2))
    sites[:, 0] += 3
    diagram = prescribed_areas(sites, np.arange(1, 31))
    assert diagram.area_error < 1e-9
    check_tiling(diagram)


def test_too_few_steps_are_reported():
    sites = np.random.default_rng(5).random((50, 2))
    with pytest.warns(InfeasibleWarning, match="more than tol=1e-09") as caught:
        diagram = prescribed_areas(sites, np.arange(1, 51), max_iter=1)
    assert caught[0].filename == __file__
    assert len(diagram.residuals) == 2
    assert diagram.area_error > 1e-9


def test_centroidal_cells_are_compact_and_exact():
    diagram = centroidal_power_diagram(np.arange(1, 41), HEXAGON)
    assert diagram.area_error < 1e-9
    check_tiling(diagram)
    ways = np.hypot(*(diagram.sites - diagram.centroids).T) / np.sqrt(diagram.areas)
    assert ways.mean() < 0.011
    assert diagram.n_iter > 0
    perimeters = [
        np.hypot(*(np.roll(c, -1, axis=0) - c).T).sum()
        for c in (diagram.cell(i) for i in range(40))
    ]
    # of squares 16, of regular hexagons 13.9
    assert np.mean(np.square(perimeters) / diagram.areas) < 17


def test_moving_sites_lowers_the_cost():
    sites = np.random.default_rng(6).random((50, 2))
    fixed = prescribed_areas(sites, np.ones(50))
    moved = centroidal_power_diagram(np.ones(50), sites=sites)
    assert moved.cost < 0.8 * fixed.cost
    np.testing.assert_allclose(moved.areas, fixed.areas, rtol=2e-9)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 30), sigma=st.floats(0, 3))
@settings(max_examples=40, deadline=None)
def test_cells_of_shares_tile_the_polygon_exactly(seed, n, sigma):
    rng = np.random.default_rng(seed)
    shares = rng.lognormal(0.0, sigma, n) * (rng.random(n) < 0.9)
    shares[0] = max(shares.max(), 1e-3)
    indptr, xy = voronoi_cells(shares, TRIANGLE, random_state=seed)
    areas = [abs(oracle.area(xy[a:b].tolist())) for a, b in pairwise(indptr)]
    np.testing.assert_allclose(areas, 1.5 * shares / shares.sum(), rtol=1e-8)
    edges = {}
    for a, b in pairwise(indptr):
        cell = list(map(tuple, xy[a:b].tolist()))
        for edge in zip(cell, cell[1:] + cell[:1], strict=True):
            assert edge not in edges
            edges[edge] = True
    inner = {e for e in edges if e[::-1] in edges}
    border = [e for e in edges if e not in inner]
    assert sorted(a for a, _ in border) == sorted(b for _, b in border)
    assert set(TRIANGLE) <= {a for a, _ in border}


def test_shares_of_zero_have_no_cell_and_one_share_has_all():
    indptr, xy = voronoi_cells([0, 5, 0], TRIANGLE)
    assert indptr.tolist() == [0, 0, 3, 3]
    assert list(map(tuple, xy.tolist())) == TRIANGLE


@pytest.mark.parametrize("shares", [2.0 ** -np.arange(60.0), [1e300, 1.0, 1e-300], [1e308] * 2])
def test_shares_beyond_the_digits_of_float64_are_reported(shares):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        indptr, xy = voronoi_cells(shares, (0, 0, 1, 1))
    assert bool(caught) == (max(shares) > 2 * min(shares))
    assert all(w.category is InfeasibleWarning and w.filename == __file__ for w in caught)
    first = xy[: indptr[1]].tolist()
    assert oracle.area(first) == pytest.approx(1.0 if len(shares) == 3 else 0.5, rel=1e-4)


@pytest.mark.parametrize(
    "run", [centroidal_power_diagram, lambda a, **k: voronoi_cells(a, HEXAGON, **k)]
)
def test_the_same_seed_gives_the_same_cells(run):
    def cells(seed):
        found = run(np.arange(1.0, 20.0), random_state=seed)
        return (found[1] if isinstance(found, tuple) else found.xy).tobytes()

    assert cells(3) == cells(3)
    assert cells(3) != cells(4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: prescribed_areas([(0, 0), (1, 1)], [1, 0]), r"areas\[1\] is 0.0, .* positive"),
        (lambda: prescribed_areas([(0, 0)] * 2, [1, 1]), r"sites\[0\] and sites\[1\] are the same"),
        (lambda: prescribed_areas([(0, 0)], [1, 1]), r"areas must have shape \(1,\), got \(2,\)"),
        (lambda: prescribed_areas([(0, 0)], [1], tol=0), "tol must be a positive number, got 0"),
        (lambda: prescribed_areas([(0, 0)], [1], max_iter=0), "max_iter must be at least 1"),
        (lambda: prescribed_areas([(0, 0), (1, 1)], [1e-300, 1e300]), r"areas\[0\] is too small"),
        (lambda: centroidal_power_diagram([]), r"areas must have shape \(n,\), got \(0,\)"),
        (lambda: centroidal_power_diagram([1], sites=[(2, 2)]), r"sites\[0\] = \[2.0, 2.0\] does"),
        (lambda: centroidal_power_diagram([1], sites=[(0, 0), (1, 0)]), r"sites must have shape"),
        (lambda: centroidal_power_diagram([1], still=-1), "still must be a positive number"),
        (lambda: voronoi_cells([0, 0], HEXAGON), "shares must have a positive entry"),
        (lambda: voronoi_cells([1, -1], HEXAGON), r"shares\[1\] is -1.0, .* at least 0"),
        (lambda: voronoi_cells([1, np.nan], HEXAGON), r"shares\[1\] is nan"),
        (lambda: voronoi_cells([1], (0, 0, 1)), "polygon must be"),
        (lambda: voronoi_cells([1], HEXAGON, random_state=-1), "random_state"),
    ],
)
def test_input_that_makes_no_sense_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_cost_of_one_cell_is_its_second_moment():
    diagram = prescribed_areas([(0.5, 0.5)], [1.0])
    assert diagram.cost == pytest.approx(1 / 6)
    assert math.isclose(diagram.weights[0], 0.0)
