"""Voronoi and power diagrams: by hand, by clipping, by scipy, by sampling."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import power_diagram, voronoi_diagram
from tests.oracles import cells as oracle
from tests.oracles.cells import HEXAGON, check_tiling


def test_four_sites_make_four_squares_that_share_their_middle():
    diagram = voronoi_diagram([(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)])
    assert diagram.areas.tolist() == [0.25] * 4
    assert all((0.5, 0.5) in map(tuple, diagram.cell(i).tolist()) for i in range(4))
    assert diagram.edges.tolist() == [[0, 1], [0, 2], [1, 3], [2, 3]]
    assert diagram.lengths.tolist() == [0.5] * 4
    assert diagram.centroids.tolist() == diagram.sites.tolist()
    # integral of |x - s|^2 over a square of side a around s is a^4 / 6
    assert diagram.cost == pytest.approx(4 * 0.5**4 / 6)
    check_tiling(diagram)


def test_a_weight_moves_the_border_by_half_of_it_over_the_distance():
    diagram = power_diagram([(0.0, 0.5), (0.5, 0.5)], [0.2, 0.1])
    assert diagram.areas[0] == pytest.approx(0.25 + 0.5 * 0.1 / 0.5)


def test_a_site_inside_a_much_heavier_cell_is_hidden():
    diagram = power_diagram([(0.5, 0.5), (0.6, 0.5), (0.1, 0.1)], [0.0, 0.2, 0.0])
    assert diagram.hidden.tolist() == [True, False, False]
    assert diagram.areas[0] == 0.0
    assert np.isnan(diagram.centroids[0]).all()
    assert diagram.cell(0).shape == (0, 2)
    assert 0 not in diagram.edges
    check_tiling(diagram)


def test_of_sites_at_one_place_the_heaviest_and_then_the_first_has_the_cell():
    place = (0.3, 0.4)
    assert voronoi_diagram([place] * 9).areas.tolist() == [1.0] + [0.0] * 8
    assert power_diagram([place] * 3, [1, 2, 2]).areas.tolist() == [0.0, 1.0, 0.0]


def test_one_site_has_the_whole_domain():
    diagram = voronoi_diagram([(7.0, 7.0)], HEXAGON)
    assert sorted(map(tuple, diagram.cell(0).tolist())) == sorted(HEXAGON)
    assert diagram.edges.shape == (0, 2)


@given(seed=st.integers(0, 10**6), n=st.integers(1, 40), spread=st.sampled_from([0.0, 0.01, 0.3]))
@settings(max_examples=60, deadline=None)
def test_cells_are_those_of_clipping_by_all_bisectors(seed, n, spread):
    rng = np.random.default_rng(seed)
    sites = rng.normal(0.0, 0.7, (n, 2))
    weights = spread * rng.normal(size=n)
    diagram = power_diagram(sites, weights, HEXAGON)
    check_tiling(diagram)
    for i, expected in enumerate(oracle.power_cells(sites, weights, HEXAGON)):
        cell = diagram.cell(i)
        assert diagram.areas[i] == pytest.approx(abs(oracle.area(expected)), abs=1e-12)
        if len(expected):
            far = np.linalg.norm(cell[:, None] - np.array(expected), axis=2)
            assert far.min(axis=0).max() < 1e-9
            assert far.min(axis=1).max() < 1e-9


def test_equal_weights_are_scipy_s_voronoi_diagram():
    rect = (-3.0, 2.0, 4.0, 1.0)
    sites = np.random.default_rng(1).random((2000, 2)) * (4, 1) + (-3, 2)
    expected = oracle.voronoi_areas(sites, rect)
    np.testing.assert_allclose(voronoi_diagram(sites, rect).areas, expected, rtol=1e-9)
    np.testing.assert_allclose(
        power_diagram(sites, np.full(2000, 5.0), rect).areas, expected, rtol=1e-9
    )


@pytest.mark.parametrize("spread", [0.0, 1e-3, 0.1])
def test_points_lie_in_the_cell_of_their_power_nearest_site(spread):
    rng = np.random.default_rng(2)
    sites, weights = rng.random((500, 2)), spread * rng.random(500)
    diagram = power_diagram(sites, weights)
    points = rng.random((20_000, 2))
    found = diagram.locate(points)
    np.testing.assert_array_equal(found, oracle.power_nearest(points, sites, weights))
    for i in np.unique(found):
        cell, inside = diagram.cell(i), points[found == i]
        side = np.roll(cell, -1, axis=0) - cell
        offset = inside[:, None] - cell
        assert (side[:, 0] * offset[..., 1] - side[:, 1] * offset[..., 0]).min() > -1e-14
    shares = np.bincount(found, minlength=500) / len(points)
    np.testing.assert_allclose(shares, diagram.areas, atol=5e-3)
    assert diagram.locate([(2.0, 0.5), (0.5, -1e-9)]).tolist() == [-1, -1]


@pytest.mark.parametrize(
    "sites",
    [
        np.stack(np.meshgrid(np.arange(20), np.arange(20)), axis=-1).reshape(-1, 2) / 19,
        np.column_stack((np.linspace(0, 1, 50), np.linspace(0, 1, 50))),
        np.column_stack((np.full(50, 0.5), np.linspace(0, 1, 50))),
        0.5 + 0.4 * np.column_stack([f(np.arange(60) * math.pi / 30) for f in (np.cos, np.sin)]),
    ],
    ids=["grid", "diagonal", "column", "circle"],
)
def test_sites_in_special_position_tile(sites):
    diagram = voronoi_diagram(sites)
    check_tiling(diagram)
    assert not diagram.hidden.any()


def test_ten_thousand_cells_tile():
    sites = np.random.default_rng(3).random((10_000, 2))
    check_tiling(voronoi_diagram(sites))


@given(seed=st.integers(0, 10**6), scale=st.sampled_from([2.0**-30, 4.0, 2.0**40]))
@settings(max_examples=20, deadline=None)
def test_scaling_scales_and_a_constant_changes_nothing(seed, scale):
    rng = np.random.default_rng(seed)
    sites, weights = rng.random((30, 2)), 0.05 * rng.random(30)
    one = power_diagram(sites, weights)
    other = power_diagram(sites * scale, weights * scale**2, (0, 0, scale, scale))
    np.testing.assert_array_equal(other.areas, one.areas * scale**2)
    lifted = power_diagram(sites, weights + 3.0)
    np.testing.assert_allclose(lifted.areas, one.areas, atol=1e-12)


def test_permuting_sites_permutes_cells():
    rng = np.random.default_rng(4)
    sites, order = rng.random((100, 2)), rng.permutation(100)
    areas = voronoi_diagram(sites).areas
    np.testing.assert_allclose(voronoi_diagram(sites[order]).areas, areas[order], rtol=1e-12)


def test_clockwise_domains_and_repeated_corners_are_put_right():
    sites = np.random.default_rng(5).random((9, 2))
    expected = voronoi_diagram(sites, HEXAGON).areas
    clockwise = [HEXAGON[0], *HEXAGON[::-1]]
    np.testing.assert_allclose(voronoi_diagram(sites, clockwise).areas, expected, rtol=1e-12)


def test_the_result_is_ready_for_json():
    diagram = power_diagram([(0.5, 0.5), (0.6, 0.5)], [0.0, 1.0])
    data = json.loads(json.dumps(diagram.to_dict(cells=True)))
    assert (data["n_cells"], data["n_hidden"], data["cells"][0]) == (2, 1, [])
    assert "targets" not in data
    assert math.isnan(diagram.area_error)
    with pytest.raises(IndexError, match="cell 2 of 2"):
        diagram.cell(2)
    assert diagram.cell(-1).tolist() == diagram.cell(1).tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([(0, 0, 0)], [1]), ValueError, "sites must have 2 columns, got 3"),
        ((np.empty((0, 2)), []), ValueError, "sites must have at least one row"),
        (([(0, np.nan)], [1]), ValueError, r"sites\[0, 1\] is nan"),
        (([(0, 1e200)], [1]), ValueError, r"sites\[0, 1\] is 1e\+200"),
        (([("a", "b")], [1]), TypeError, "sites must hold real numbers"),
        (([(0, 0)], [1, 2]), ValueError, r"weights must have shape \(1,\), got \(2,\)"),
        (([(0, 0)], [np.inf]), ValueError, r"weights\[0\] is inf"),
        (([(0, 0)], [1], (0, 0, 0, 1)), ValueError, "positive width and height, got 0.0"),
        (([(0, 0)], [1], (0, 0, 1)), ValueError, r"domain must be \(x, y, width, height\)"),
        (([(0, 0)], [1], [(0, 0), (1, 1), (2, 2)]), ValueError, "positive area"),
        (([(0, 0)], [1], [(0, 0)] * 4), ValueError, "at least 3 different corners, got 0"),
        (
            ([(0, 0)], [1], [(0, 0), (2, 0), (0.2, 0.2), (0, 2)]),
            ValueError,
            "convex polygon, got 4 corners that bend in",
        ),
    ],
)
def test_input_that_makes_no_sense_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        power_diagram(*arguments)


def test_a_star_that_winds_twice_is_not_convex():
    star = [(math.cos(a), math.sin(a)) for a in np.arange(5) * 4 * math.pi / 5]
    with pytest.raises(ValueError, match="convex polygon"):
        voronoi_diagram([(0, 0)], star)


def test_points_to_locate_are_checked():
    with pytest.raises(ValueError, match=r"points must have shape \(n, 2\), got \(2,\)"):
        voronoi_diagram([(0, 0)]).locate([0, 0])
