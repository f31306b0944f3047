"""The scikit-learn face of the partitioner."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import check_is_fitted

from partwise.graph import grid_graph
from partwise.partition import GraphPartitioner, partition_graph


@parametrize_with_checks(
    [GraphPartitioner()],
    expected_failed_checks=lambda estimator: {
        "check_clustering": "feeds a rectangular matrix; a partitioner takes a square adjacency"
    },
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def test_fit_is_the_function():
    graph = grid_graph((12, 12))
    fitted = GraphPartitioner(4, random_state=0).fit(graph)
    result = partition_graph(graph, 4, random_state=0)
    assert np.array_equal(fitted.labels_, result.labels)
    assert (fitted.cut_, fitted.imbalance_, fitted.feasible_) == (
        result.cut,
        result.imbalance,
        result.feasible,
    )


def test_clone_pickle_and_not_fitted():
    partitioner = GraphPartitioner(3, preset="fast", random_state=1)
    with pytest.raises(NotFittedError):
        check_is_fitted(clone(partitioner))
    fitted = partitioner.fit(grid_graph((9, 9)))
    again = pickle.loads(pickle.dumps(fitted))
    assert np.array_equal(again.labels_, fitted.labels_)
    assert clone(fitted).get_params() == partitioner.get_params()


def test_sample_weight_is_the_node_weight():
    weights = np.ones(81)
    weights[:9] = 5
    fitted = GraphPartitioner(3, random_state=1).fit(grid_graph((9, 9)), sample_weight=weights)
    assert fitted.block_weights_.sum() == weights.sum()
    assert fitted.feasible_
