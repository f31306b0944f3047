"""Blocks of scenes: tilings, balance, and views as sets say."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from partwise.geometry.points import SceneBlocks, grid_blocks, scene_blocks
from partwise.geometry.points._ground import is_inlier, rectangle_axes

CUTS = ["midpoint", "median", "weighted"]
small = st.integers(-4, 4)


@pytest.fixture(scope="module")
def city(oracles):
    return oracles.aerial_scene.make_scene(1)


def members_as_sets(layout):
    return [
        set(layout.members.indices[start:end].tolist())
        for start, end in zip(layout.members.indptr[:-1], layout.members.indptr[1:])
    ]


# -- the steps by hand -----------------------------------------------------------------------------


def test_longer_side_is_halved_until_blocks_are_small_enough():
    # 8 x 2 places: 16 points, then 8 and 8 with x < 3.5 and x > 3.5, then 4 each
    X = np.array([(x, y) for x in range(8) for y in range(2)], dtype=float)
    layout = scene_blocks(X, max_points=4, outlier_neighbors=0)
    assert layout.labels.tolist() == (X[:, 0] // 2).astype(int).tolist()
    assert layout.depth.tolist() == [2, 2, 2, 2]
    assert (layout.high - layout.low).tolist() == [[1.75, 1.0]] * 4
    assert layout.expanded_high - layout.expanded_low == pytest.approx(
        1.05 * (layout.high - layout.low)
    )
    assert layout.heights is None
    assert layout.imbalance == 0


@pytest.mark.parametrize("max_depth", [0, 1, 2, 3])
def test_depth_is_the_number_of_halvings(max_depth):
    X = np.random.default_rng(0).random((200, 2))
    layout = scene_blocks(X, max_points=1, max_depth=max_depth, outlier_neighbors=0)
    assert layout.n_blocks == 2**max_depth
    assert (layout.depth == max_depth).all()


@given(st.lists(st.tuples(small, small), min_size=1, max_size=25))
def test_rectangle_is_the_smallest(oracles, points):
    X = np.array(points, dtype=float)
    axes = rectangle_axes(X)
    assert axes @ axes.T == pytest.approx(np.eye(2))
    assert axes[0, 0] >= abs(axes[0, 1])
    area = np.prod(np.ptp(X @ axes.T, axis=0))
    expected = oracles.point_cuts.smallest_rectangle(X)
    assert area == pytest.approx(0 if expected == np.inf else expected, abs=1e-9)


def test_rectangle_of_real_points_is_the_smallest(oracles):
    for seed in range(5):
        X = np.random.default_rng(seed).normal(size=(60, 2)) @ [[3, 1], [0.2, 1]]
        area = np.prod(np.ptp(X @ rectangle_axes(X).T, axis=0))
        assert area == pytest.approx(oracles.point_cuts.smallest_rectangle(X))


def test_outliers_are_far_from_their_neighbours(oracles):
    rng = np.random.default_rng(0)
    X = np.concatenate((rng.random((150, 3)), rng.random((5, 3)) + 4 * np.arange(1, 6)[:, None]))
    distance = oracles.point_cuts.mean_neighbour_distance(X, 20)
    expected = distance <= distance.mean() + 2 * distance.std()
    assert is_inlier(X, 20, 2.0, 1).tolist() == expected.tolist()
    assert 0 < (~expected).sum() <= 5
    assert is_inlier(X, 20, 2.0, 2).tolist() == expected.tolist()
    assert is_inlier(X[:1], 20, 2.0, 1).tolist() == [True]
    assert is_inlier(np.zeros((50, 2)), 20, 2.0, 1).all()


# -- the whole on a made-up city -------------------------------------------------------------------


@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize("k", [None, 1, 5, 12])
def test_every_kept_point_is_in_one_block(city, cut, k):
    layout = scene_blocks(city.points, max_points=600, k=k, cut=cut)
    assert not layout.inlier[city.outliers].any()
    assert layout.inlier.sum() > 0.9 * len(city.points)
    assert ((layout.labels >= 0) == layout.inlier).all()
    kept = np.flatnonzero(layout.inlier)
    ground = layout.frame.ground(city.points[kept])
    holds = (ground[:, None] >= layout.low) & (ground[:, None] <= layout.high)
    assert holds.all(axis=2)[np.arange(kept.size), layout.labels[kept]].all()
    # blocks overlap nowhere and fill the rectangle
    shared = np.minimum(layout.high[:, None], layout.high) - np.maximum(
        layout.low[:, None], layout.low
    )
    areas = np.prod(np.maximum(shared, 0), axis=2)
    area = np.prod(np.ptp(ground, axis=0))
    assert areas.sum() == pytest.approx(area)
    assert np.trace(areas) == pytest.approx(area)
    assert (layout.predict(city.points[kept]) == layout.labels[kept]).all()
    assert layout.loads.tolist() == np.bincount(layout.labels[kept]).tolist()
    if k is None:
        assert layout.loads.max() <= 600
    else:
        assert layout.n_blocks == k


@pytest.mark.parametrize("k", [2, 3, 7, 16, 50])
def test_medians_balance_to_one_point(k):
    X = np.random.default_rng(0).integers(0, 6, size=(331, 2))  # many equal coordinates
    layout = scene_blocks(X, k=k, cut="median", outlier_neighbors=0)
    sizes = np.bincount(layout.labels, minlength=k)
    assert set(sizes.tolist()) <= {331 // k, -(-331 // k)}
    assert layout.imbalance == pytest.approx(sizes.max() * k / 331 - 1)


def test_weights_are_balanced_where_the_cut_is_weighted():
    rng = np.random.default_rng(1)
    X, w = rng.random((2000, 2)), rng.exponential(size=2000)
    layout = scene_blocks(X, k=6, cut="weighted", sample_weight=w, outlier_neighbors=0)
    loads = np.bincount(layout.labels, w)
    assert layout.loads == pytest.approx(loads)
    # half of a point's weight is lost at each of three cuts, at most
    assert np.abs(loads - w.sum() / 6).max() <= 1.5 * w.max()
    heavy = scene_blocks(X, max_points=200, cut="weighted", sample_weight=w, outlier_neighbors=0)
    assert heavy.loads.max() <= 200


def test_points_without_weight_shape_nothing():
    rng = np.random.default_rng(2)
    X = rng.random((500, 2))
    far = np.concatenate((X, [[50.0, 50.0], [0.5, 0.5]]))
    w = np.append(np.ones(500), [0, 0])
    layout = scene_blocks(far, k=4, cut="median", sample_weight=w)
    alone = scene_blocks(X, k=4, cut="median")
    assert layout.labels[:500].tolist() == alone.labels.tolist()
    assert layout.labels[500:].tolist() == alone.predict(far[500:]).tolist()


@pytest.mark.parametrize("overlap", [0.0, 0.05, 0.7])
def test_members_and_views_are_as_sets_say(oracles, city, overlap):
    layout = scene_blocks(
        city.points, visibility=csr_array(city.visibility), max_points=500, overlap=overlap
    )
    ground = layout.frame.ground(city.points)
    expected = [
        {
            i
            for i in np.flatnonzero(layout.inlier).tolist()
            if (low <= ground[i]).all() and (ground[i] <= high).all()
        }
        for low, high in zip(layout.expanded_low, layout.expanded_high)
    ]
    assert members_as_sets(layout) == expected
    seen = city.visibility & layout.inlier[:, None]
    views = oracles.point_cuts.views_of_blocks(expected, seen, 0.3, 0.1)
    found = [set(np.flatnonzero(row).tolist()) for row in layout.views.toarray()]
    assert found == views
    assert all(found)


def test_small_blocks_are_dropped(city):
    common = {"visibility": city.visibility, "max_points": 300}
    everything = scene_blocks(city.points, **common)
    n_views = np.diff(everything.views.indptr)
    n_members = np.diff(everything.members.indptr)
    few_points, few_views = int(np.median(n_members)), int(np.median(n_views))
    layout = scene_blocks(city.points, min_points=few_points, min_views=few_views, **common)
    stays = np.flatnonzero((n_members >= few_points) & (n_views >= few_views))
    assert 0 < stays.size < everything.n_blocks
    assert layout.n_dropped == everything.n_blocks - stays.size
    assert layout.low.tolist() == everything.low[stays].tolist()
    number = dict(zip(stays.tolist(), range(stays.size)))
    expected = [number.get(label, -1) for label in everything.labels.tolist()]
    assert layout.labels.tolist() == expected
    assert layout.predict(city.points[layout.inlier]).tolist() == [
        label for label, inlier in zip(expected, layout.inlier) if inlier
    ]


def test_heights_are_percentiles_and_a_margin(city):
    layout = scene_blocks(city.points, max_points=500, up="z")
    height = layout.frame.height(city.points)
    assert height == pytest.approx(city.points[:, 2] - layout.frame.origin[2])
    for block, members in enumerate(members_as_sets(layout)):
        low, high = np.percentile(height[sorted(members)], (1, 99))
        margin = 0.1 * (high - low)
        assert layout.heights[block] == pytest.approx([low - margin, high + margin])
    corners = layout.corners(0)
    assert corners.shape == (8, 3)
    assert layout.frame.ground(corners).min(axis=0) == pytest.approx(layout.expanded_low[0])
    assert layout.frame.height(corners).max() == pytest.approx(layout.heights[0, 1])
    assert layout.frame.ground(layout.corners(0, expanded=False)).max(axis=0) == pytest.approx(
        layout.high[0]
    )


def test_ground_is_found_in_a_turned_scene(city):
    rng = np.random.default_rng(0)
    turn, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    layout = scene_blocks(city.points, max_points=500)
    turned = scene_blocks(city.points @ turn.T + 1000, max_points=500)
    assert abs(layout.frame.up[2]) > 0.99
    assert abs(turned.frame.up @ turn @ layout.frame.up) == pytest.approx(1)
    assert turned.n_blocks == layout.n_blocks
    assert sorted(turned.loads.tolist()) == sorted(layout.loads.tolist())


@pytest.mark.parametrize("up", ["x", [0.2, -1.0, 3.0], [0, 0, -2]])
def test_given_direction_of_heights(up):
    X = np.random.default_rng(0).random((100, 3))
    frame = scene_blocks(X, up=up).frame
    basis = np.vstack((frame.axes, frame.up))
    assert basis @ basis.T == pytest.approx(np.eye(3))
    expected = np.array([1.0, 0, 0]) if up == "x" else np.array(up) / np.linalg.norm(up)
    assert frame.up == pytest.approx(expected)


def test_region_leaves_out_what_is_outside(oracles):
    rng = np.random.default_rng(0)
    X = rng.random((800, 2))
    region = np.array([(0.1, 0.1), (0.9, 0.2), (0.5, 0.5), (0.8, 0.9), (0.2, 0.8)])
    layout = scene_blocks(X, region=region, max_points=50, outlier_neighbors=0)
    expected = [oracles.point_cuts.even_odd(region, x, y) for x, y in X]
    assert layout.inlier.tolist() == expected
    assert ((layout.labels >= 0) == expected).all()
    on_edge = [(1, 0), (0, 0), (2, 1), (2, 2), (1, 1), (3, 1), (-1, 2), (2, 0)]
    square = [(0, 0), (2, 0), (2, 2), (0, 2)]
    layout = scene_blocks(on_edge, region=square, outlier_neighbors=0, up="auto")
    assert layout.inlier.tolist() == [True, True, True, True, True, False, False, True]


@pytest.mark.parametrize("cut", CUTS)
@given(points=st.lists(st.tuples(small, small), min_size=1, max_size=30), k=st.integers(1, 9))
def test_coincident_points_are_labelled(cut, points, k):
    if k > len(points):
        with pytest.raises(ValueError, match=f"k is {k}"):
            scene_blocks(points, k=k, cut=cut, outlier_neighbors=0)
        return
    layout = scene_blocks(points, k=k, cut=cut, min_points=0, outlier_neighbors=0)
    assert layout.n_blocks == k
    assert (layout.labels >= 0).all()
    if cut != "midpoint":
        assert layout.loads.min() >= 1
        assert np.ptp(layout.loads) <= 1
    assert scene_blocks(points, max_points=1, cut=cut, outlier_neighbors=0).labels.min() >= 0


def test_scaling_by_a_power_of_two_changes_no_label(city):
    labels = scene_blocks(city.points, max_points=500).labels
    assert (scene_blocks(city.points * 2.0**20, max_points=500).labels == labels).all()
    assert (scene_blocks(city.points, max_points=500, n_jobs=2).labels == labels).all()


def test_order_of_points_plays_no_part(city):
    order = np.random.default_rng(0).permutation(len(city.points))
    layout = scene_blocks(city.points, k=8, cut="median", up="z")
    mixed = scene_blocks(city.points[order], k=8, cut="median", up="z")
    assert (mixed.labels == layout.labels[order]).all()


def test_report(city):
    layout = scene_blocks(city.points, visibility=city.visibility, k=4)
    report = layout.to_dict(labels=True)
    assert report["n_blocks"] == 4
    assert report["n_outside"] == (~layout.inlier).sum()
    assert len(report["n_views"]) == 4
    assert report["labels"] == layout.labels.tolist()


@pytest.mark.parametrize(
    ("X", "kwargs", "message"),
    [
        (np.empty((0, 2)), {}, "at least one point"),
        ([[1.0], [2.0]], {}, "at least two coordinates"),
        ([[1.0, np.nan]], {}, r"points\[0, 1\] is"),
        ([[1, 2]], {"cut": "mean"}, "cut must be one of 'midpoint', 'median', 'weighted'"),
        ([[1, 2]], {"k": 2}, "1 points are left without outliers and region, but k is 2"),
        ([[1, 2]], {"max_points": 0}, "max_points must be positive"),
        ([[1, 2]], {"max_depth": -1}, "max_depth must be at least 1"),
        ([[1, 2]], {"overlap": -0.1}, "overlap must be a finite number of at least 0"),
        ([[1, 2]], {"min_views": 3}, "min_views is 3, which needs visibility"),
        ([[1, 2]], {"visibility": np.ones((2, 3))}, r"visibility must have shape \(1, n_views\)"),
        ([[1, 2]], {"height_percentiles": (99, 1)}, "height_percentiles must be two ascending"),
        ([[1, 2]], {"up": "z"}, "up must be 'auto' unless"),
        ([[1, 2, 3]], {"up": "up"}, "up must be 'auto', 'x'"),
        ([[1, 2, 3]], {"up": [0, 0, 0]}, "up must be 'auto', 'x'"),
        ([[1, 2]], {"region": [(0, 0), (1, 1)]}, "region must have at least three corners"),
        ([[1, 2]], {"region": [(5, 5), (6, 5), (5, 6)]}, "0 points are left"),
        ([[1, 2]], {"sample_weight": [0.0]}, "sample_weight must have a positive entry"),
    ],
)
def test_bad_input_is_named(X, kwargs, message):
    with pytest.raises(ValueError, match=message):
        scene_blocks(X, **kwargs)


def test_no_such_block():
    layout = scene_blocks([[1, 2], [3, 4]])
    with pytest.raises(ValueError, match="block must be from 0 to 0, got 1"):
        layout.corners(1)


# -- the grid of a contracted space ----------------------------------------------------------------


def test_grid_by_hand():
    box = [(-1, -1, -1), (1, 1, 1)]
    points = [(-0.9, -0.9, -0.9), (0.9, 0, 0.9), (100, 1, -100), (0, 0, 0)]
    assert grid_blocks(points, (2, 1, 2), box).tolist() == [0, 3, 2, 3]
    # the box fills the middle half: of four columns it takes the inner two
    line = np.column_stack((np.linspace(-1, 1, 9), np.zeros((9, 2))))[1:-1]
    assert set(grid_blocks(line, (4, 1, 1), box).tolist()) == {1, 2}


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-50, 50)), max_size=20),
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
)
def test_grid_is_as_defined(points, dims):
    low, high = np.array([-3.0, 10.0]), np.array([5.0, 20.0])
    expected = []
    for point in points:
        x = 2 * (np.array(point) - low) / (high - low) - 1
        size = np.abs(x).max()
        if size > 1:
            x = (2 - 1 / size) * x / size
        cell = [min(int((c / 4 + 0.5) * m), m - 1) for c, m in zip(x, dims)]
        expected.append((cell, x))
    found = grid_blocks(np.array(points).reshape(-1, 2), dims, [low, high])
    for label, (cell, x) in zip(found.tolist(), expected):
        at_border = np.abs((x / 4 + 0.5) * dims - np.rint((x / 4 + 0.5) * dims)).min() < 1e-9
        assert at_border or label == cell[0] * dims[1] + cell[1]
        assert 0 <= label < dims[0] * dims[1]


@pytest.mark.parametrize(
    ("dims", "box", "message"),
    [
        ((2,), [(0, 0), (1, 1)], "dims must have 2 numbers"),
        ((2, 0), [(0, 0), (1, 1)], r"dims\[1\] must be at least 1"),
        ((2, 2), [(0, 0), (1, 0)], "box must have a positive extent"),
        ((2, 2), [(0, 0)], r"box must have shape \(2, 2\)"),
        ((2**20, 2**20), [(0, 0), (1, 1)], "product below"),
    ],
)
def test_bad_grid_is_named(dims, box, message):
    with pytest.raises(ValueError, match=message):
        grid_blocks([(0.5, 0.5)], dims, box)


# -- the estimator ---------------------------------------------------------------------------------


def fails_as_documented(estimator):
    """Name the checks of which a median of the number of points falls short."""
    if estimator.cut != "median":
        return {}
    reason = "a median counts every point once, whatever its weight"
    return {"check_sample_weight_equivalence_on_dense_data": reason}


@parametrize_with_checks(
    [
        SceneBlocks(),
        SceneBlocks(max_points=8, max_depth=2, outlier_neighbors=0),
        SceneBlocks(max_points=8, max_depth=2, cut="median"),
    ],
    expected_failed_checks=fails_as_documented,
)
def test_scikit_learn_s_checks(estimator, check):
    before = estimator.get_params()
    check(estimator)
    assert estimator.get_params() == before


def test_fit_is_the_function(city):
    parameters = {"max_points": 400, "cut": "weighted", "min_views": 2, "overlap": 0.1}
    w = np.random.default_rng(0).random(len(city.points))
    model = SceneBlocks(**parameters)
    labels = model.fit_predict(city.points, sample_weight=w, visibility=city.visibility)
    layout = scene_blocks(city.points, sample_weight=w, visibility=city.visibility, **parameters)
    assert labels.tolist() == layout.labels.tolist()
    assert model.n_blocks_ == layout.n_blocks
    assert model.part_weights_.tolist() == layout.loads.tolist()
    assert model.imbalance_ == layout.imbalance
    assert (model.views_ != layout.views).nnz == 0
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(city.points).tolist() == layout.predict(city.points).tolist()
    assert clone(model).get_params() == model.get_params()


def test_nothing_before_fit(city):
    with pytest.raises(NotFittedError):
        SceneBlocks().predict(city.points)
