"""Slack partitions of boxes of R^d: volumes, ratios, tiling, and the trees that break things."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import Tree, slack_partition
from tests.oracles.boxes import slack_boxes, volume
from tests.oracles.trees import caterpillar, random_tree, recursive_tree, star

DIMS = (1, 2, 3, 4, 5)
ROUNDING = 1e-9


def log_volumes(boxes):
    """Logarithms of volumes, which do not underflow; NaN for a box with a side that does."""
    sides = np.where(boxes.sides > 0.0, boxes.sides, np.nan)
    return np.log(sides).sum(axis=1)


def assert_promises(boxes):
    """Ratios keep the bound; a child has 1 - eps of its share, a node (1 - eps)^level of all."""
    tree = boxes.tree
    ratios = boxes.ratios
    assert np.nanmax(ratios) <= boxes.bound * (1 + ROUNDING)
    volumes = log_volumes(boxes)
    child = np.flatnonzero((tree.parents >= 0) & (tree.weights > 0.0))
    parent = tree.parents[child]
    with np.errstate(divide="ignore"):
        share = np.log(tree.weights[child]) - np.log(tree.weights[parent])
    kept = volumes[child] - volumes[parent] - share
    assert not (kept < np.log1p(-boxes.eps) - ROUNDING).any()
    alive = tree.weights > 0.0
    whole = np.log(tree.weights[alive]) - np.log(tree.weights[tree.root])
    kept = volumes[alive] - volumes[tree.root] - whole
    least = tree.depths[alive] * (np.log1p(-boxes.eps) - ROUNDING)
    assert not (kept < least - ROUNDING).any()
    assert (boxes.lower[alive] <= boxes.upper[alive]).all()
    assert np.isnan(boxes.lower[~alive]).all()
    inside = boxes.lower[child] >= boxes.lower[parent]
    assert (inside & (boxes.upper[child] <= boxes.upper[parent])).all()


def assert_tiled(boxes):
    """Children have disjoint interiors and, in exact arithmetic, the volume of their parent."""
    tree = boxes.tree
    for node in np.flatnonzero(~tree.is_leaf & (tree.weights > 0.0)):
        children = [c for c in tree.children_of(node) if tree.weights[c] > 0.0]
        low, high = boxes.lower[children], boxes.upper[children]
        total = sum(volume(a, b) for a, b in zip(low, high))
        assert total == volume(boxes.lower[node], boxes.upper[node])
        overlap = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
        both = (overlap > 0.0).all(axis=2)
        np.fill_diagonal(both, False)
        assert not both.any()


def test_seven_to_one_loses_an_eighth_at_a_slack_of_a_quarter():
    boxes = slack_partition(star([7.0, 1.0]), 2, eps=0.25)
    assert boxes.lower.tolist() == [[0, 0], [0, 0], [0.75, 0]]
    assert boxes.upper.tolist() == [[1, 1], [0.75, 1], [1, 1]]
    assert boxes.volumes.tolist() == [1.0, 0.75, 0.25]
    assert boxes.shares.tolist() == [1.0, 0.875, 0.125]
    assert boxes.ratios.tolist() == [1.0, 4 / 3, 4.0]
    assert boxes.bound == 4.0
    assert boxes.lost_volume == 0.125


def test_equal_children_are_dealt_out_in_turn():
    boxes = slack_partition(star(np.ones(4)), 2)
    assert boxes.lower[1:].tolist() == [[0, 0], [0.5, 0], [0, 0.5], [0.5, 0.5]]
    five = slack_partition(star(np.ones(5)), 1)
    order = np.argsort(five.lower[1:, 0]) + 1
    assert order.tolist() == [1, 3, 5, 2, 4]
    np.testing.assert_allclose(five.volumes[1:], 0.2, rtol=1e-15)


def test_trimmed_boxes_have_their_exact_volume_about_the_same_centre():
    loose = slack_partition(star([7.0, 1.0]), 2, eps=0.25)
    tight = slack_partition(star([7.0, 1.0]), 2, eps=0.25, trim=True)
    np.testing.assert_allclose(tight.volumes, [1.0, 0.75, 0.125], rtol=1e-15)
    np.testing.assert_allclose(tight.lower + tight.upper, loose.lower + loose.upper, rtol=1e-15)
    np.testing.assert_allclose(tight.ratios, loose.ratios, rtol=1e-12)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("eps", [1 / 3, 0.25, 0.02])
def test_boxes_equal_those_of_the_exact_recursion(dim, eps):
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shape = recursive_tree(rng, 30, 0.0, max_depth=4)
        weights = np.where(shape.is_leaf, rng.integers(0, 6, shape.n_nodes) ** 3, 0)
        weights[np.flatnonzero(shape.is_leaf)[0]] = 1
        tree = Tree.from_parents(shape.parents, weights)
        boxes = slack_partition(tree, dim, eps)
        exact = slack_boxes(tree, dim, eps)
        assert np.isnan(boxes.lower[:, 0]).sum() == tree.n_nodes - len(exact)
        for node, (lower, upper) in exact.items():
            np.testing.assert_allclose(boxes.lower[node], [float(x) for x in lower], atol=1e-12)
            np.testing.assert_allclose(boxes.upper[node], [float(x) for x in upper], atol=1e-12)


@pytest.mark.parametrize("dim", DIMS)
@pytest.mark.parametrize("eps", [1 / 3, 0.1, 0.003])
def test_every_family_keeps_the_promises_and_tiles(dim, eps):
    for seed in range(21):
        boxes = slack_partition(random_tree(seed, 60), dim, eps)
        assert_promises(boxes)
        assert_tiled(boxes)


@pytest.mark.slow
def test_promises_hold_on_two_thousand_trees():
    for seed in range(2000):
        eps = (1 / 3, 0.2, 0.05, 0.001)[seed % 4]
        assert_promises(slack_partition(random_tree(seed), 1 + seed % 5, eps))


@pytest.mark.parametrize("dim", DIMS)
def test_both_bounds_are_attained(dim):
    boxes = slack_partition(star([1000.0, 1.0]), dim, 0.1)
    if dim > 1:
        assert np.nanmax(boxes.ratios) == pytest.approx(10.0)
    assert boxes.volumes[1] == pytest.approx(0.9)
    assert boxes.lost_volume == pytest.approx(1000 / 1001 - 0.9)


@given(
    seed=st.integers(0, 10_000),
    dim=st.integers(1, 5),
    eps=st.floats(1e-4, 1 / 3),
    trim=st.booleans(),
)
@settings(max_examples=60)
def test_trimmed_or_not_the_promises_hold(seed, dim, eps, trim):
    boxes = slack_partition(random_tree(seed, 50), dim, eps, trim=trim)
    assert_promises(boxes)
    if trim:
        volumes = log_volumes(boxes)
        with np.errstate(divide="ignore"):
            assert not (volumes > np.log(boxes.shares) + ROUNDING).any()


@given(seed=st.integers(0, 10_000), dim=st.integers(1, 5), factor=st.sampled_from([3, 7, 2**40]))
@settings(max_examples=30)
def test_whole_weights_times_a_whole_number_give_the_same_boxes(seed, dim, factor):
    shape = random_tree(seed, 40)
    rng = np.random.default_rng(seed)
    weights = np.where(shape.is_leaf, rng.integers(1, 5, shape.n_nodes), 0)
    a = slack_partition(Tree.from_parents(shape.parents, weights), dim)
    b = slack_partition(Tree.from_parents(shape.parents, weights * factor), dim)
    np.testing.assert_array_equal(a.lower, b.lower)
    np.testing.assert_array_equal(a.upper, b.upper)


@given(seed=st.integers(0, 10_000), dim=st.integers(1, 4))
@settings(max_examples=30)
def test_moving_and_scaling_the_box_moves_and_scales_all(seed, dim):
    tree = random_tree(seed, 40)
    unit = slack_partition(tree, dim)
    corner = np.arange(1.0, dim + 1)
    moved = slack_partition(tree, dim, box=[corner, corner + 3.0])
    np.testing.assert_allclose(moved.lower, corner + 3.0 * unit.lower, atol=1e-12)
    np.testing.assert_allclose(moved.sides, 3.0 * unit.sides, rtol=1e-9, atol=1e-290)


@given(order=st.permutations(range(7)))
def test_permuting_children_changes_names_only(order):
    weights = np.array([5.0, 3.0, 3.0, 3.0, 2.0, 1.0, 0.0])
    a = slack_partition(star(weights), 3)
    b = slack_partition(star(weights[list(order)]), 3)

    def regions(boxes):
        rows = np.hstack((boxes.lower, boxes.upper))
        return sorted(map(tuple, rows[~np.isnan(rows[:, 0])].tolist()))

    assert regions(a) == regions(b)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_geometric_weights(dim):
    boxes = slack_partition(star(2.0 ** -np.arange(1000)), dim)
    assert_promises(boxes)
    clear = slack_partition(star(2.0 ** -np.arange(40)), dim)
    assert_tiled(clear)
    np.testing.assert_allclose(clear.volumes, clear.shares, rtol=1e-9)  # halves need no slack


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_a_star_of_one_hundred_thousand_leaves(dim):
    equal = slack_partition(star(np.ones(100_000)), dim)
    assert_promises(equal)
    np.testing.assert_allclose(equal.volumes[1:], 1e-5, rtol=1e-9)
    rng = np.random.default_rng(dim)
    skewed = slack_partition(star(rng.pareto(0.5, 100_000)), dim)
    assert_promises(skewed)
    assert skewed.volumes[1:].sum() == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_a_path_of_depth_one_hundred_thousand(dim):
    rng = np.random.default_rng(0)
    slow = 1.0 - 1e-5 * np.arange(100_000)
    for weights in (slow, rng.lognormal(0.0, 4.0, 100_000)):
        tree = caterpillar(weights)
        assert tree.depth == 100_000
        assert_promises(slack_partition(tree, dim))
        shallow = slack_partition(tree, dim, "depth")
        assert shallow.eps == 1e-5
        assert_promises(shallow)
    bare = slack_partition(
        Tree.from_parents(np.arange(-1, 100_000), np.eye(1, 100_001, 10**5)[0]), 2
    )
    np.testing.assert_array_equal(bare.sides, 1.0)


def test_a_slack_of_one_over_the_depth_keeps_eight_twentysevenths():
    for seed in range(40):
        tree = random_tree(seed)
        boxes = slack_partition(tree, 2, "depth")
        assert boxes.eps == 1 / max(3, tree.depth)
        large = tree.weights > 0.0
        volumes = log_volumes(boxes)[large]
        assert not (volumes < np.log(8 / 27 * boxes.shares[large]) - ROUNDING).any()


@pytest.mark.parametrize("zero_at", range(4))
def test_nodes_without_weight_have_no_box_and_change_nothing(zero_at):
    weights = [5.0, 3.0, 2.0]
    without = slack_partition(star(weights), 3)
    boxes = slack_partition(star([*weights[:zero_at], 0.0, *weights[zero_at:]]), 3)
    zero = zero_at + 1
    np.testing.assert_array_equal(np.delete(boxes.lower, zero, 0), without.lower)
    np.testing.assert_array_equal(np.delete(boxes.upper, zero, 0), without.upper)
    assert np.isnan(boxes.lower[zero]).all()
    assert boxes.volumes[zero] == 0.0
    assert np.isnan(boxes.ratios[zero])
    assert not boxes.degenerate[zero]


def test_an_only_child_has_the_box_of_its_parent():
    boxes = slack_partition(Tree.from_parents([-1, 0, 1, 2, 2], [0, 0, 0, 1.0, 1.0]), 2)
    np.testing.assert_array_equal(boxes.upper[:3], 1.0)
    alone = slack_partition(Tree.from_parents([-1], [7.0]), 3, box=([0, 1, 2], [1, 3, 5]))
    assert alone.sides.tolist() == [[1.0, 2.0, 3.0]]
    assert alone.bound == 3.0
    assert alone.lost_volume == 0.0


def test_an_elongated_box_enters_the_bound():
    for seed in range(7):
        boxes = slack_partition(random_tree(seed), 3, 0.2, box=([0, 0, 0], [1000, 1, 30]))
        assert boxes.bound == 1000.0
        assert_promises(boxes)
        assert_tiled(boxes)


def test_small_boxes_far_from_the_origin_keep_the_digits_of_their_sides():
    boxes = slack_partition(star(3.0 ** -np.arange(30)), 2, box=([1e9, 1e9], [1e9 + 1, 1e9 + 1]))
    at_origin = slack_partition(star(3.0 ** -np.arange(30)), 2)
    np.testing.assert_array_equal(boxes.sides, at_origin.sides)
    assert_promises(boxes)
    assert boxes.degenerate[-1]
    assert not boxes.degenerate[:5].any()


def test_weights_up_to_the_limits_of_floats():
    assert_promises(slack_partition(star([1e308, 5e307, 1.0, 1e-10]), 2))
    assert_promises(slack_partition(star(np.full(7, 2.5e307)), 2))
    vanishing = slack_partition(star([1e308, 1.0, 1e-300]), 2)
    assert np.isnan(vanishing.ratios).tolist() == [False, False, False, True]


def test_same_boxes_in_every_thread():
    tree = random_tree(1, 90)
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(lambda _: slack_partition(tree, 3).lower.tobytes(), range(8)))
    assert len(set(found)) == 1


def test_numbers_go_to_json():
    boxes = slack_partition(star([7.0, 1.0, 0.0]), 2, eps=0.25)
    report = json.loads(json.dumps(boxes.to_dict()))
    assert report == {
        "n_nodes": 4, "n_leaves": 3, "depth": 1, "dim": 2, "eps": 0.25, "trim": False,
        "bound": 4.0, "max_ratio": 4.0, "volume": 1.0, "lost_volume": 0.125,
        "lost_fraction": 0.125, "n_degenerate": 0,
    }  # fmt: skip
    with pytest.raises(ValueError, match="read-only"):
        boxes.lower[0, 0] = 5.0


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"dim": 0}, ValueError, "dim must be at least 1, got 0"),
        ({"dim": 2.0}, TypeError, "dim must be an integer, got 2.0"),
        ({"eps": 0.0}, ValueError, "eps must be above 0 and at most 1/3, got 0.0"),
        ({"eps": 0.34}, ValueError, "eps must be above 0 and at most 1/3, got 0.34"),
        ({"eps": np.nan}, ValueError, "eps must be above 0 and at most 1/3, got nan"),
        ({"eps": "deep"}, ValueError, "eps must be a number or 'depth', got 'deep'"),
        ({"box": [0, 1]}, ValueError, r"box must be .* of shape \(2, 2\), got \(2,\)"),
        ({"box": [[0, 0], [1, 0]]}, ValueError, "box must be finite and have sides above 0"),
        ({"box": [[0, 0], [1, np.inf]]}, ValueError, "box must be finite and have sides above 0"),
        ({"tree": [1, 2]}, TypeError, "tree must be a Tree, got list"),
        ({"tree": star([0.0])}, ValueError, "weights must have a positive sum, got 0"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        slack_partition(**{"tree": star([1.0, 2.0]), "dim": 2} | arguments)
