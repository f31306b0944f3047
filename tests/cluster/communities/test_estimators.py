"""Leiden and Louvain as estimators."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from partwise.cluster import Leiden, Louvain, leiden, louvain
from partwise.graph import planted_partition_graph


@parametrize_with_checks(
    [Leiden(), Louvain()],
    expected_failed_checks=lambda estimator: {
        "check_clustering": "feeds a rectangular matrix; these take a square adjacency"
    },
)
def test_scikit_learn_checks_pass_and_leave_the_parameters_alone(estimator, check):
    before = estimator.get_params()
    check(estimator)
    assert estimator.get_params() == before


@pytest.mark.parametrize(("estimator", "function"), [(Leiden, leiden), (Louvain, louvain)])
def test_fit_is_the_function(estimator, function):
    graph = planted_partition_graph(4, 15, 0.6, 0.02, random_state=0)
    model = estimator("cpm", 0.2, max_size=20, random_state=3).fit(graph)
    result = function(graph, quality="cpm", resolution=0.2, max_size=20, random_state=3)
    assert np.array_equal(model.labels_, result.labels)
    assert model.quality_ == result.quality
    assert model.n_communities_ == result.n_communities
    assert model.stability_ is None
    assert np.array_equal(estimator(random_state=0).fit_predict(graph.to_scipy(float)),
                          function(graph, random_state=0).labels)  # fmt: skip


def test_clone_pickle_and_not_fitted():
    model = Leiden(resolution=0.7, consensus=3, random_state=1)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(model))
    model.fit(planted_partition_graph(3, 12, 0.6, 0.02, random_state=0))
    again = pickle.loads(pickle.dumps(model))
    assert np.array_equal(again.labels_, model.labels_)
    assert again.stability_.shape == (36,)
    assert clone(model).get_params() == model.get_params()
