"""UltrametricEmbedding: what the function says, and scikit-learn's checks on linkages of points."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks
from sklearn.utils.validation import check_is_fitted, validate_data

from partwise.geometry import UltrametricEmbedding, ultrametric_embedding

MERGES = linkage(np.random.default_rng(0).normal(size=(60, 4)), "average")


class EmbeddingOfPoints(UltrametricEmbedding):
    """Clusters points first, so that the checks that fit random matrices make sense."""

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=np.float64)
        n_features = self.n_features_in_
        names = getattr(self, "feature_names_in_", None)
        super().fit(linkage(X, "average") if len(X) > 1 else np.empty((0, 4)))
        self.n_features_in_ = n_features
        if names is not None:
            self.feature_names_in_ = names
        return self

    def fit_transform(self, X, y=None):
        return self.fit(X).embedding_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


@parametrize_with_checks([EmbeddingOfPoints(), EmbeddingOfPoints(3, eps=0.1)])
def test_scikit_learn_s_checks_on_linkages_of_points(estimator, check):
    before = estimator.get_params()
    check(estimator)
    assert estimator.get_params() == before


def test_scikit_learn_is_told_that_not_every_matrix_is_a_linkage():
    with pytest.warns(SkipTestWarning, match="Can't test estimator UltrametricEmbedding"):
        check_estimator(UltrametricEmbedding())


@pytest.mark.parametrize(("dim", "eps"), [(2, None), (3, 0.25)])
def test_fit_is_the_function(dim, eps):
    model = UltrametricEmbedding(dim, eps)
    assert model.fit(MERGES) is model
    found = ultrametric_embedding(MERGES, dim, eps)
    np.testing.assert_array_equal(model.embedding_, found.embedding)
    assert model.embedding_.shape == (60, dim)
    assert model.distortion_ == found.distortion
    assert model.lower_bound_ == found.lower_bound
    assert model.certified_ratio_ == model.distortion_ / model.lower_bound_
    assert model.result_.to_dict() == found.to_dict()
    assert model.n_features_in_ == 4


def test_repeated_fits_agree_and_forget():
    model = UltrametricEmbedding()
    first = model.fit_transform(MERGES)
    assert model.fit_transform([[0, 1, 2.0, 2]]).shape == (2, 2)
    assert model.distortion_ == 1.0
    assert model.fit_transform(MERGES).tobytes() == first.tobytes()


def test_models_are_cloned_and_pickled():
    model = UltrametricEmbedding(n_components=3, eps=0.2).fit(MERGES)
    assert model.get_params() == {"n_components": 3, "eps": 0.2}
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.embedding_, model.embedding_)
    fresh = clone(model)
    with pytest.raises(NotFittedError):
        check_is_fitted(fresh)
    np.testing.assert_array_equal(fresh.fit_transform(MERGES), model.embedding_)
    assert fresh.set_params(n_components=1).fit_transform(MERGES).shape == (60, 1)


def test_containers_of_a_linkage():
    expected = UltrametricEmbedding().fit_transform(MERGES)
    frame = pd.DataFrame(MERGES, columns=["left", "right", "height", "size"])
    for X in (MERGES.tolist(), np.asfortranarray(MERGES), frame):
        np.testing.assert_array_equal(UltrametricEmbedding().fit_transform(X), expected)
    model = UltrametricEmbedding().fit(frame)
    assert model.feature_names_in_.tolist() == ["left", "right", "height", "size"]
    before = MERGES.copy()
    before.flags.writeable = False
    np.testing.assert_array_equal(UltrametricEmbedding().fit_transform(before), expected)
    np.testing.assert_array_equal(before, MERGES)


def test_a_single_point_is_a_linkage_without_rows():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = UltrametricEmbedding().fit(np.empty((0, 4)))
    assert model.embedding_.shape == (1, 2)
    assert model.distortion_ == model.lower_bound_ == 1.0


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.eye(3), ValueError, r"linkage must have shape \(n - 1, 4\).* got \(3, 3\)"),
        (np.full((2, 4), np.nan), ValueError, "contains NaN"),
        (MERGES[0], ValueError, "Expected 2D array, got 1D array"),
        (csr_array(MERGES), TypeError, "Sparse data was passed"),
        (MERGES[::-1], ValueError, "linkage must merge clusters made before"),
        (MERGES * [1, 1, -1, 1], ValueError, "linkage must have finite heights of at least 0"),
    ],
)
def test_what_is_no_linkage_is_refused(X, error, message):
    with pytest.raises(error, match=message):
        UltrametricEmbedding().fit(X)


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"n_components": 0}, ValueError, "n_components must be at least 1, got 0"),
        ({"n_components": 1.5}, TypeError, r"n_components must be an integer, got 1\.5"),
        ({"eps": 0.4}, ValueError, r"eps must be above 0 and at most 1/3, got 0\.4"),
    ],
)
def test_parameters_are_checked_by_fit(parameters, error, message):
    model = UltrametricEmbedding(**parameters)
    with pytest.raises(error, match=message):
        model.fit(MERGES)
