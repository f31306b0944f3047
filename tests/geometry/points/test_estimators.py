"""The estimators: scikit-learn's own checks, and that they say what the functions say."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from partwise.geometry import (
    MultiJagged,
    RecursiveCoordinateBisection,
    RecursiveInertialBisection,
    SpaceFillingCurvePartition,
    coordinate_bisection,
    curve_partition,
    inertial_bisection,
    multi_jagged,
)

RNG = np.random.default_rng(0)
X, W = RNG.normal(size=(900, 2)), RNG.random(900)
CASES = [
    (RecursiveCoordinateBisection, coordinate_bisection, {}),
    (RecursiveCoordinateBisection, coordinate_bisection, {"rectilinear": True}),
    (RecursiveCoordinateBisection, coordinate_bisection, {"average_cuts": True}),
    (RecursiveInertialBisection, inertial_bisection, {"average_cuts": True}),
    (SpaceFillingCurvePartition, curve_partition, {"curve": "morton", "chain": "optimal"}),
    (MultiJagged, multi_jagged, {"factors": (2, 3)}),
    (MultiJagged, multi_jagged, {"targets": [1, 2, 3, 3, 2, 1]}),
]


@parametrize_with_checks(
    [
        RecursiveCoordinateBisection(3),
        RecursiveInertialBisection(3),
        SpaceFillingCurvePartition(3),
        MultiJagged(3),
    ],
    expected_failed_checks=lambda estimator: (
        {}  # the few points of that check happen to be cut at the same places
        if isinstance(estimator, MultiJagged)
        else {
            "check_sample_weight_equivalence_on_dense_data": "a cut may run between copies of a "
            "point, but not through a point with the weight of all of them"
        }
    ),
)
def test_scikit_learn_s_checks(estimator, check):
    before = estimator.get_params()
    check(estimator)
    assert estimator.get_params() == before


@pytest.mark.parametrize(("estimator", "function", "options"), CASES)
def test_fit_is_the_function(estimator, function, options):
    model = estimator(6, **options)
    assert model.fit(X, sample_weight=W) is model
    found = function(X, 6, sample_weight=W, **options)
    assert model.labels_.tolist() == found.labels.tolist()
    assert model.part_weights_.tolist() == found.part_weights.tolist()
    assert model.imbalance_ == found.imbalance
    assert model.predict(X).tolist() == found.cuts.assign(X).tolist()
    assert model.n_features_in_ == 2
    if hasattr(model, "boxes_"):
        assert model.boxes_.tolist() == found.cuts.boxes().tolist()
    if hasattr(model, "parts_of_box"):
        expected = found.cuts.parts_of_box([0, 0], [1, 1])
        assert model.parts_of_box([0, 0], [1, 1]).tolist() == expected.tolist()


@pytest.mark.parametrize(("estimator", "function", "options"), CASES)
def test_models_are_cloned_and_pickled(estimator, function, options):
    model = estimator(6, **options).fit(X)
    again = pickle.loads(pickle.dumps(model))
    assert again.predict(X).tolist() == model.predict(X).tolist()
    assert clone(model).fit_predict(X, sample_weight=W).tolist() == (
        function(X, 6, sample_weight=W, **options).labels.tolist()
    )


@pytest.mark.parametrize("estimator", sorted({case[0] for case in CASES}, key=str))
def test_nothing_before_fit_and_bad_parameters(estimator):
    model = estimator()
    with pytest.raises(NotFittedError):
        model.predict(X)
    with pytest.raises(ValueError, match="n_parts must be at least 1"):
        estimator(0).fit(X)
    with pytest.raises(ValueError, match="Negative values in data passed to `sample_weight`"):
        estimator(2).fit(X, sample_weight=-W)
    model.fit(X)
    with pytest.raises(ValueError, match=r"3 features, but .* expecting 2 features"):
        model.predict(np.eye(3))
