"""The estimator: scikit-learn's own checks, and that it says what the function says."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from partwise.cluster.coresets._coreset import coreset
from partwise.cluster.coresets._coreset_estimator import KMedianCoreset
from partwise.cluster.coresets._stream import CoresetStream

X = np.random.default_rng(0).normal(size=(900, 2))


@parametrize_with_checks([KMedianCoreset(), KMedianCoreset(2, size=9, method="lightweight")])
def test_scikit_learn_s_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize(
    "parameters",
    [
        {"size": 60},
        {"size": 60, "augment": False, "z": 2.0},
        {"method": "grid", "eps": 0.3},
        {"method": "uniform", "size": 20},
    ],
)
def test_fit_is_the_function(parameters):
    w = np.random.default_rng(1).random(900)
    model = KMedianCoreset(3, random_state=4, **parameters).fit(X, sample_weight=w)
    small = coreset(X, 3, random_state=4, sample_weight=w, **parameters)
    assert model.points_.tolist() == small.points.tolist()
    assert model.weights_.tolist() == small.weights.tolist()
    assert model.indices_.tolist() == small.indices.tolist()
    assert model.eps_ == small.eps
    assert model.coreset_.to_dict() == small.to_dict()
    assert model.n_features_in_ == 2


def test_partial_fit_is_the_stream():
    model = KMedianCoreset(3, size=50, chunk_size=200, random_state=4)
    stream = CoresetStream(3, size=50, chunk_size=200, random_state=4)
    for start in range(0, 900, 130):
        assert model.partial_fit(X[start : start + 130]) is model
        stream.add(X[start : start + 130])
        assert model.points_.tolist() == stream.result().points.tolist()
    assert model.weights_.sum() == pytest.approx(900)
    assert X[model.indices_].tolist() == model.points_.tolist()
    again = pickle.loads(pickle.dumps(model)).partial_fit(X[:50])
    assert again.coreset_.n_points == 950
    assert model.coreset_.n_points == 900
    assert clone(model).fit(X[:40]).coreset_.n_points == 40


def test_fit_begins_anew():
    model = KMedianCoreset(3, size=50, random_state=4)
    model.partial_fit(X[:500]).fit(X[:300])
    assert model.coreset_.n_points == 300
    model.partial_fit(X[:100])
    assert model.coreset_.n_points == 100


def test_weights_of_chunks():
    model = KMedianCoreset(3, method="grid", eps=0.0)
    model.partial_fit(X[:10], sample_weight=np.arange(10)).partial_fit(X[10:12])
    assert model.weights_.sum() == 47
    assert sorted(model.indices_.tolist()) == list(range(1, 12))


def test_nothing_before_fit():
    model = KMedianCoreset()
    for name in ("points_", "weights_", "indices_", "eps_", "coreset_"):
        with pytest.raises(NotFittedError):
            getattr(model, name)
    with pytest.raises(ValueError, match="method must be one of"):
        KMedianCoreset(method="mean").fit(X)
