"""Points in convex parts of exact sizes: optimal for their sites, whatever the input."""

import json
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from partwise.geometry import CapacitatedVoronoi, capacitated_voronoi, coordinate_bisection
from partwise.geometry.cells._capacity_solver import Division, whole_points
from partwise.geometry.cells._kernels.transport import squared_costs, transport
from tests.oracles import cells as oracle


def divide(X, weights, sites, low, high, prices=None):
    """Pieces, loads and the cost of an exact division from scratch."""
    k = len(sites)
    prices = np.zeros(k + 1) if prices is None else prices
    low, high = np.array(low, float), np.array(high, float)
    labels = np.zeros(len(X), np.int32)
    point, part, amount, loads, _ = transport(X, weights, sites, prices, low, high, labels)
    np.testing.assert_allclose(np.bincount(point, amount, minlength=len(X)), weights)
    np.testing.assert_allclose(np.bincount(part, amount, minlength=k), loads, atol=1e-9)
    assert (loads >= low - 1e-9).all()
    assert (loads <= high + 1e-9).all()
    # every piece lies in the part that is cheapest at the final prices
    costs = ((X[point, None] - sites) ** 2).sum(axis=2) - prices[:k]
    assert (costs[np.arange(len(part)), part] <= costs.min(axis=1) + 1e-9).all()
    return point, part, amount, loads, squared_costs(X[point], amount, sites, part)


def test_four_points_on_a_line_are_halved_though_three_are_near_one_site():
    X = np.array([[0.0], [1.0], [2.0], [9.0]])
    _, part, _, loads, cost = divide(X, np.ones(4), np.array([[0.0], [9.0]]), [2, 2], [2, 2])
    assert part.tolist() == [0, 0, 1, 1]
    assert loads.tolist() == [2.0, 2.0]
    assert cost == 1.0 + 49.0


def test_a_heavy_point_is_divided_where_sizes_demand_it():
    X = np.array([[0.0], [1.0]])
    sites = np.array([[0.0], [1.0]])
    point, part, amount, _, cost = divide(X, np.array([3.0, 1.0]), sites, [2, 2], [2, 2])
    assert sorted(zip(point.tolist(), part.tolist(), amount.tolist(), strict=True)) == [
        (0, 0, 2.0),
        (0, 1, 1.0),
        (1, 1, 1.0),
    ]
    assert cost == 1.0


@given(seed=st.integers(0, 10**6), k=st.integers(1, 7), d=st.integers(1, 4), ties=st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_division_of_points_is_that_of_the_assignment_problem(seed, k, d, ties):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 9, k) + 1
    X, sites = rng.normal(size=(sizes.sum(), d)), rng.normal(size=(k, d))
    if ties:
        X, sites = np.round(X), np.round(sites)
    prices = rng.normal(size=k + 1)
    _, _, amount, loads, cost = divide(X, np.ones(len(X)), sites, sizes, sizes, prices)
    assert amount.tolist() == [1.0] * len(X)
    assert loads.tolist() == sizes.tolist()
    assert cost == pytest.approx(oracle.cheapest_sizes(X, sites, sizes), rel=1e-9, abs=1e-9)


@given(seed=st.integers(0, 10**6), k=st.integers(1, 5), slack=st.sampled_from([0.0, 0.2, 2.0]))
@settings(max_examples=40, deadline=None)
def test_a_division_of_weights_is_that_of_the_linear_program(seed, k, slack):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(k, 25))
    X, sites, weights = rng.normal(size=(n, 2)), rng.normal(size=(k, 2)), rng.random(n) + 0.1
    share = weights.sum() * rng.dirichlet(np.full(k, 5.0))
    low, high = share / (1 + slack), share * (1 + slack)
    prices = np.zeros(k + 1)
    point, part, _, _, cost = divide(X, weights, sites, low, high, prices)
    assert cost == pytest.approx(oracle.cheapest_loads(X, weights, sites, low, high), rel=1e-7)
    holders = {(i, j) for i, j in zip(point.tolist(), part.tolist(), strict=True)}
    assert len(holders) - n <= k - 1
    # prices that are right already serve for a second run
    *_, again = divide(X, weights, sites, low, high, prices)
    assert again == pytest.approx(cost, rel=1e-9)


@pytest.mark.parametrize("n", [40, 3001])
@pytest.mark.parametrize("k", [1, 3, 7, 40])
def test_sizes_are_rounded_down_or_up_and_optimal_for_the_sites(n, k):
    X = np.random.default_rng(n + k).normal(size=(n, 2))
    found = capacitated_voronoi(X, k)
    sizes = np.bincount(found.labels, minlength=k)
    assert set(sizes) <= {n // k, -(-n // k)}
    assert found.part_weights.tolist() == sizes.tolist()
    assert found.assign(X).tolist() == found.labels.tolist()
    offsets = X - found.centers[found.labels]
    assert found.cost == pytest.approx((offsets**2).sum())
    if n == 40:
        expected = oracle.cheapest_sizes(X, found.centers, sizes)
        assert found.cost == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_sites_end_near_the_centroids():
    X = np.random.default_rng(0).random((2000, 2))
    found = capacitated_voronoi(X, 16, max_iter=100, tol=1e-6)
    centroids = np.array([X[found.labels == j].mean(axis=0) for j in range(16)])
    np.testing.assert_allclose(found.centers, centroids, atol=3e-3)
    assert 1 < found.n_iter <= 100


def test_more_rounds_cost_less_and_parts_are_rounder_than_boxes():
    X = np.random.default_rng(1).random((5000, 2))
    costs = [capacitated_voronoi(X, 20, max_iter=m, tol=1e-9).cost for m in (1, 3, 30)]
    assert costs[0] > costs[1] > costs[2]
    labels = coordinate_bisection(X, 20).labels
    boxes = sum(X[labels == j].var(axis=0).sum() * 250 for j in range(20))
    assert costs[2] < 0.95 * boxes


@pytest.mark.parametrize("d", [1, 3, 10, 70])
def test_any_dimension_serves(d):
    X = np.random.default_rng(d).normal(size=(300, d))
    found = capacitated_voronoi(X, 7)
    assert sorted(found.part_weights)[0] >= 42
    assert found.assign(X).tolist() == found.labels.tolist()


def test_capacities_are_sizes_or_shares():
    X = np.random.default_rng(2).normal(size=(100, 2))
    exact = capacitated_voronoi(X, 3, [20, 50, 30])
    assert exact.part_weights.tolist() == [20, 50, 30]
    assert exact.imbalance == 0.0
    shares = capacitated_voronoi(X[:99], 3, [0.2, 0.5, 0.3])
    assert np.abs(shares.part_weights - 99 * shares.targets).max() < 1
    np.testing.assert_allclose(shares.targets, [0.2, 0.5, 0.3])


def test_bounds_leave_sizes_to_the_points():
    rng = np.random.default_rng(3)
    X = np.concatenate([rng.normal(0, 0.1, (70, 2)), rng.normal(5, 0.1, (30, 2))])
    free = capacitated_voronoi(X, 2, min_size=1)
    assert sorted(free.part_weights) == [30, 70]
    bound = capacitated_voronoi(X, 2, min_size=35, max_size=65)
    assert sorted(bound.part_weights) == [35, 65]
    assert capacitated_voronoi(X, 2).cost > bound.cost > free.cost
    assert bound.assign(X).tolist() == bound.labels.tolist()
    found = capacitated_voronoi(X, 4, max_size=30.5)
    assert found.part_weights.max() <= 30


def test_weighted_parts_exceed_their_size_by_less_than_one_point():
    rng = np.random.default_rng(4)
    X, w = rng.normal(size=(500, 2)), rng.lognormal(0.0, 1.5, 500)
    w[::7] = 0.0
    found = capacitated_voronoi(X, 9, sample_weight=w)
    np.testing.assert_allclose(found.part_weights, np.bincount(found.labels, w, minlength=9))
    assert (found.part_weights < w.sum() / 9 + w.max()).all()
    assert found.imbalance == pytest.approx(found.part_weights.max() * 9 / w.sum() - 1)
    # only points that had to be divided may lie outside their cell
    assert np.count_nonzero(found.assign(X) != found.labels) < 9


def test_equal_weights_count_points():
    X = np.random.default_rng(5).normal(size=(90, 2))
    counted = capacitated_voronoi(X, 4)
    weighted = capacitated_voronoi(X, 4, sample_weight=np.full(90, 2.5))
    assert weighted.labels.tolist() == counted.labels.tolist()
    assert weighted.cost == pytest.approx(2.5 * counted.cost)
    assert weighted.part_weights.tolist() == (2.5 * counted.part_weights).tolist()


def test_divided_points_go_to_parts_that_take_one_each():
    # a path: part 0 - point 0 - part 1 - point 1 - part 2
    division = Division(
        np.zeros((3, 1)),
        np.zeros(4),
        np.array([0, 0, 1, 1, 2]),
        np.array([0, 1, 1, 2, 2], np.int32),
        np.array([0.1, 0.9, 0.5, 0.5, 1.0]),
        1,
    )
    labels = whole_points(division, 3)
    assert labels[2] == 2
    assert len(set(labels[:2])) == 2


@pytest.mark.parametrize(
    "X",
    [
        np.zeros((500, 2)),
        np.repeat(np.eye(2), [499, 1], axis=0),
        np.stack(np.meshgrid(np.arange(25.0), np.arange(20.0)), -1).reshape(-1, 2),
        np.column_stack((np.arange(500.0), np.zeros(500))),
        np.random.default_rng(6).integers(0, 2, (500, 5)),
    ],
    ids=["equal", "all but one", "grid", "line", "bits"],
)
def test_ties_do_not_spoil_sizes(X):
    for k in (1, 4, 7, 500):
        found = capacitated_voronoi(X, k)
        assert set(np.bincount(found.labels, minlength=k)) <= {500 // k, -(-500 // k)}


def test_points_far_from_the_origin_keep_their_digits():
    X = np.random.default_rng(7).random((400, 2))
    near, far = capacitated_voronoi(X, 6), capacitated_voronoi(X + 2.0**20, 6)
    assert far.part_weights.tolist() == near.part_weights.tolist()
    assert far.cost == pytest.approx(near.cost, rel=1e-6)
    assert far.assign(X + 2.0**20).tolist() == far.labels.tolist()


def test_the_same_seed_gives_the_same_labels():
    X = np.random.default_rng(8).random((4000, 2))
    first, again, other = (capacitated_voronoi(X, 6, random_state=s) for s in (0, 0, 1))
    assert first.labels.tolist() == again.labels.tolist()
    assert first.labels.tolist() != other.labels.tolist()
    assert other.cost == pytest.approx(first.cost, rel=0.05)


def test_the_result_is_ready_for_json():
    found = capacitated_voronoi(np.arange(6.0).reshape(-1, 1), 2)
    data = json.loads(json.dumps(found.to_dict(labels=True)))
    assert data["sizes"] == [3, 3]
    assert data["labels"] in ([0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0])
    with pytest.raises(ValueError, match="X must have 1 columns, got 2"):
        found.assign(np.zeros((2, 2)))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_parts": 0}, ValueError, "n_parts must be at least 1"),
        ({"n_parts": 11}, ValueError, "n_parts must be at most n_samples=10, got 11"),
        ({"capacities": [1, 2, 3]}, ValueError, r"capacities must have shape \(2,\)"),
        ({"capacities": [1, 0]}, ValueError, r"capacities\[1\] is 0"),
        ({"capacities": [1, 1], "min_size": 1}, ValueError, "exclude each other"),
        ({"min_size": 6}, ValueError, "min_size must be from 0 to 5, got 6"),
        ({"max_size": 4}, ValueError, "max_size must be at least 5, got 4"),
        ({"n_parts": 3, "max_size": 3.9}, ValueError, "no whole sizes .* sum up to 10 in 3 parts"),
        ({"max_iter": 0}, ValueError, "max_iter must be at least 1"),
        ({"tol": -1.0}, ValueError, "tol must be a positive number"),
        ({"sample_weight": -np.ones(10)}, ValueError, r"sample_weight\[0\] is -1.0"),
        ({"X": np.full((10, 2), np.nan)}, ValueError, r"X\[0, 0\] is nan"),
        ({"random_state": "now"}, TypeError, "random_state must be"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(options, error, message):
    arguments = {"X": np.arange(20.0).reshape(10, 2), "n_parts": 2, **options}
    with pytest.raises(error, match=message):
        capacitated_voronoi(**arguments)


@parametrize_with_checks(
    [CapacitatedVoronoi(3)],
    expected_failed_checks=lambda estimator: {
        "check_sample_weight_equivalence_on_dense_data": "a border may run between copies of a "
        "point, but not through a point with the weight of all of them"
    },
)
def test_scikit_learn_s_checks(estimator, check):
    before = estimator.get_params()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)
    assert estimator.get_params() == before


def test_fit_is_the_function():
    rng = np.random.default_rng(9)
    X, w = rng.normal(size=(200, 3)), rng.random(200)
    model = CapacitatedVoronoi(5, max_size=60.0)
    assert model.fit(X, sample_weight=w) is model
    found = capacitated_voronoi(X, 5, max_size=60.0, sample_weight=w)
    assert model.labels_.tolist() == found.labels.tolist()
    assert model.part_weights_.tolist() == found.part_weights.tolist()
    assert model.centers_.tolist() == found.centers.tolist()
    assert model.predict(X).tolist() == found.assign(X).tolist()
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(X).tolist() == model.predict(X).tolist()
    assert clone(model).fit_predict(X).tolist() == (
        capacitated_voronoi(X, 5, max_size=60.0).labels.tolist()
    )
    with pytest.raises(NotFittedError):
        CapacitatedVoronoi().predict(X)
