"""The functions' faces: bad input, results, distortion."""

import json
import math

import numpy as np
import pytest
from scipy import sparse

from partwise.cluster.coresets._coreset import coreset, coreset_distortion

X = np.random.default_rng(0).normal(size=(50, 2))


def with_entry(value):
    bad = X.copy()
    bad[7, 1] = value
    return bad


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "k must be at least 1, got 0", {"k": 0}),
        (TypeError, "k must be an integer, got 2.0", {"k": 2.0}),
        (TypeError, "k must be an integer, got True", {"k": True}),
        (ValueError, "size must be at least 1, got 0", {"size": 0}),
        (TypeError, "size must be an integer, got 0.5", {"size": 0.5}),
        (ValueError, "eps must be a finite number of at least 0, got -0.1", {"eps": -0.1}),
        (ValueError, "eps must be a finite number of at least 0, got nan", {"eps": math.nan}),
        (TypeError, "eps must be a number, got '1'", {"eps": "1"}),
        (ValueError, "give either eps or size, got eps=0.1 and size=3", {"eps": 0.1, "size": 3}),
        (ValueError, "z must be a finite number of at least 1, got 0.5", {"z": 0.5}),
        (ValueError, "z must be 1 with method 'grid', got 2", {"z": 2, "method": "grid"}),
        (ValueError, "method must be one of .*, got 'kmeans'", {"method": "kmeans"}),
        (ValueError, "'interval1d' is for points on a line, X has 2", {"method": "interval1d"}),
        (
            ValueError,
            "'grid' is for at most 3 dimensions, X has 4 columns",
            {"X": np.ones((5, 4)), "method": "grid"},
        ),
        (ValueError, "opt_lower goes with .*, not with 'uniform'",
         {"opt_lower": 1.0, "method": "uniform"}),
        (ValueError, "opt_lower must be a finite number of at least 0",
         {"opt_lower": -1.0, "method": "grid"}),
        (ValueError, "X must be finite, row 7 is", {"X": with_entry(np.nan)}),
        (ValueError, "X must be finite, row 7 is", {"X": with_entry(-np.inf)}),
        (ValueError, r"X must be at most 1e\+150 in size, got 1e\+200", {"X": with_entry(1e200)}),
        (ValueError, r"X must have shape \(n, d\), got \(50,\); .*reshape", {"X": X[:, 0]}),
        (ValueError, "at least one row and one column", {"X": np.empty((0, 2))}),
        (ValueError, "at least one row and one column", {"X": np.empty((3, 0))}),
        (TypeError, "X must be dense, got csr", {"X": sparse.csr_array(X)}),
        (TypeError, "X must be real, got complex128", {"X": X * 1j}),
        (TypeError, "X must be numeric", {"X": [["a", "b"]]}),
        (ValueError, r"sample_weight must have shape \(50,\), got \(3,\)",
         {"sample_weight": [1, 2, 3]}),
        (ValueError, "sample_weight must be finite and at least 0, entry 4 is -1.0",
         {"sample_weight": np.where(np.arange(50) == 4, -1.0, 1.0)}),
        (ValueError, "sample_weight must be finite and at least 0, entry 0 is nan",
         {"sample_weight": np.full(50, np.nan)}),
        (ValueError, "sample_weight must be positive somewhere", {"sample_weight": np.zeros(50)}),
        (TypeError, "sample_weight must be numeric", {"sample_weight": ["a"] * 50}),
        (ValueError, "sample_weight must have a finite sum",
         {"sample_weight": np.full(50, 1e308)}),
        (ValueError, "z must be smaller for distances of this size, got 9",
         {"X": X * 1e100, "z": 9, "size": 5}),
        (ValueError, "z must be smaller for distances of this size, got 9",
         {"X": X * 1e100, "z": 9, "size": 5, "method": "lightweight"}),
        (ValueError, r"row_ids must have shape \(50,\), got \(2,\)", {"row_ids": [1, 2]}),
        (TypeError, "row_ids must be integers, got float64", {"row_ids": np.ones(50)}),
        (ValueError, "row_ids must be at least -1", {"row_ids": np.full(50, -2)}),
        (ValueError, "random_state must be", {"random_state": -1}),
    ],
)  # fmt: skip
def test_bad_input(error, message, arguments):
    with pytest.raises(error, match=message):
        coreset(**{"X": X, "k": 2, **arguments})


@pytest.mark.parametrize("method", ["sensitivity", "lightweight", "uniform", "grid", "interval1d"])
@pytest.mark.parametrize("n", [1, 2])
def test_hardly_any_points(method, n):
    points = np.arange(float(n))[:, None]
    for k in (1, 2, 5):
        for size in (1, 4):
            small = coreset(points, k, method=method, size=size, random_state=0)
            assert small.weights.sum() == pytest.approx(n)
            assert small.size <= max(size, k)


def test_defaults():
    many = np.random.default_rng(0).normal(size=(3000, 1))
    assert coreset(many, 4, random_state=0).size <= 400
    exact = coreset(many, 4, method="interval1d")
    assert 0 < exact.eps <= 0.1


def test_a_result_says_what_it_is():
    small = coreset(X, 2, method="grid", size=10)
    assert small.size == len(small.points) == len(small.weights) == len(small.indices)
    report = json.loads(json.dumps(small.to_dict()))
    assert report["size"] == small.size
    assert report["n_points"] == 50
    assert report["n_features"] == 2
    assert report["total_weight"] == 50.0
    assert report["n_clusters"] == 2
    assert report["method"] == "grid"
    assert report["cost_bounds"] == list(small.cost_bounds)
    assert "points" not in report
    assert "array" not in repr(small)
    full = json.loads(json.dumps(small.to_dict(points=True)))
    assert full["points"] == small.points.tolist()
    assert full["weights"] == small.weights.tolist()
    assert full["indices"] == small.indices.tolist()
    endless = coreset(X, 2, method="grid", size=1)
    assert endless.eps == math.inf
    assert json.loads(json.dumps(endless.to_dict(), allow_nan=False))["eps"] is None


def test_row_ids_name_the_rows():
    names = np.arange(50)[::-1] * 7
    small = coreset(X, 2, size=20, row_ids=names, random_state=0)
    assert X[49 - small.indices // 7].tolist() == small.points.tolist()


def test_distortion_by_hand():
    points = np.array([[0.0], [2.0], [10.0]])
    small = coreset(points, 1, method="interval1d", size=1)  # one point at 4, of weight 3
    assert small.points.tolist() == [[4.0]]
    # 4 + 2 + 6 = 12 against 0, and 10 + 8 + 0 = 18 against 18
    assert coreset_distortion(points, small, [[[4.0]], [[10.0]]]).tolist() == [math.inf, 1.0]
    # 2 + 0 + 8 = 10 against 6
    assert coreset_distortion(points, small, [[2.0]]) == pytest.approx(10 / 6)
    assert coreset_distortion(points, small, [[2.0], [10.0]]) == pytest.approx(6 / 2)
    # 1 * 2 + 0 + 3 * 8 = 26
    assert coreset_distortion(points, small, [[2.0]], [1, 5, 3]) == pytest.approx(26 / 6)
    single = coreset([[1.0]], 1, size=1)
    assert coreset_distortion([[1.0]], single, [[1.0]]) == 1.0


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (TypeError, "coreset must be a Coreset, got ndarray", {"coreset": X}),
        (ValueError, r"centres must have shape .*, got \(2,\)", {"centres": [1.0, 2.0]}),
        (ValueError, "centres must have shape", {"centres": np.empty((0, 2))}),
        (ValueError, "centres must be finite, row 0", {"centres": [[np.nan, 1.0]]}),
        (ValueError, "same dimension, got 2, 2 and 3", {"centres": [[1.0, 2.0, 3.0]]}),
        (ValueError, "same dimension, got 1, 2 and 2", {"X": X[:, :1]}),
        (ValueError, "sample_weight must have shape", {"sample_weight": [1.0]}),
    ],
)
def test_bad_input_of_distortion(error, message, arguments):
    small = coreset(X, 2, size=10, random_state=0)
    with pytest.raises(error, match=message):
        coreset_distortion(**{"X": X, "coreset": small, "centres": X[:2], **arguments})


def test_costs_that_overflow():
    small = coreset(X, 2, size=10, z=5, random_state=0)
    with pytest.raises(ValueError, match="costs for centres number 0 overflow"):
        coreset_distortion(X, small, X[:2] * 1e100)
