"""The estimators learn what the function finds, from matrices and graphs."""

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.base import clone

from partwise.graph import planted_partition_graph
from partwise.sbm import BipartiteSBM, DegreeCorrectedSBM, StochasticBlockModel, fit_sbm

GRAPH = planted_partition_graph(3, 15, 0.7, 0.02, random_state=0)
BLOCKS = np.kron(np.eye(2, dtype=int), np.ones((8, 6), dtype=int))


@pytest.mark.parametrize(
    ("estimator", "corrected"), [(StochasticBlockModel, "auto"), (DegreeCorrectedSBM, True)]
)
def test_an_estimator_learns_what_the_function_finds(estimator, corrected):
    model = estimator(n_sweeps=30, random_state=2).fit(GRAPH)
    found = fit_sbm(GRAPH, degree_corrected=corrected, n_sweeps=30, random_state=2)
    assert (model.labels_ == found.labels).all()
    assert model.n_clusters_ == found.n_blocks == 3
    assert model.description_length_ == found.description_length
    assert model.terms_ == found.terms.to_dict()
    assert model.degree_corrected_ == found.degree_corrected
    assert (model.trace_ == found.trace).all()


@pytest.mark.parametrize("convert", [np.asarray, csr_array, lambda m: m.astype(float)])
def test_matrices_of_numbers_of_edges_are_graphs(convert):
    matrix = GRAPH.to_scipy().toarray().astype(int)
    matrix[0, 1] = matrix[1, 0] = 3
    model = StochasticBlockModel(n_sweeps=20, random_state=0).fit(convert(matrix))
    assert model.n_features_in_ == 45
    expected = StochasticBlockModel(n_sweeps=20, random_state=0).fit(matrix)
    assert model.description_length_ == expected.description_length_


def test_a_matrix_of_other_numbers_is_refused():
    matrix = np.array([[0, 0.5], [0.5, 0]])
    with pytest.raises(TypeError, match="edge weights must be integers"):
        StochasticBlockModel().fit(matrix)


def test_fit_predict_and_clone():
    model = DegreeCorrectedSBM(n_clusters=2, n_sweeps=20, random_state=0)
    labels = model.fit_predict(GRAPH)
    assert labels.max() == 1
    copy = clone(model)
    assert copy.get_params() == model.get_params()
    assert not hasattr(copy, "labels_")


@pytest.mark.parametrize("convert", [np.asarray, csr_array, list])
def test_a_biadjacency_matrix_has_rows_and_columns(convert):
    model = BipartiteSBM(n_sweeps=20, random_state=0).fit(convert(BLOCKS))
    assert model.n_clusters_ == (2, 2)
    assert model.row_labels_.tolist() == [0] * 8 + [1] * 8
    assert model.column_labels_.tolist() == [0] * 6 + [1] * 6
    assert model.labels_.tolist() == [0] * 8 + [1] * 8 + [2] * 6 + [3] * 6


def test_a_graph_with_types_is_the_same_as_its_matrix():
    graph = nx.from_numpy_array(np.block([[np.zeros((16, 16)), BLOCKS],
                                          [BLOCKS.T, np.zeros((12, 12))]]))  # fmt: skip
    for edge in graph.edges:
        graph.edges[edge].clear()
    types = ["row"] * 16 + ["column"] * 12  # the first type is the column
    model = BipartiteSBM(n_sweeps=20, random_state=0).fit(graph, types=types)
    assert model.n_clusters_ == (2, 2)
    assert model.row_labels_.tolist() == [0] * 6 + [1] * 6
    assert model.column_labels_.tolist() == [0] * 8 + [1] * 8
    assert model.labels_[16:].tolist() == [0] * 6 + [1] * 6


def test_numbers_of_blocks_may_be_given():
    model = BipartiteSBM((3, 2), n_sweeps=20, random_state=0).fit(BLOCKS)
    assert model.n_clusters_ == (3, 2)


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.zeros((0, 3), int), ValueError, "both at least 1"),
        (np.array([[1.5]]), TypeError, "X must hold integers"),
        (np.array([[1, -2]]), ValueError, r"X\[0, 1\] is -2"),
        (GRAPH, ValueError, "types must be given with a graph"),
    ],
)
def test_bad_biadjacency(X, error, message):
    with pytest.raises(error, match=message):
        BipartiteSBM().fit(X)


def test_bad_parameters_are_found_by_fit():
    model = StochasticBlockModel(n_clusters=0)
    with pytest.raises(ValueError, match="n_blocks must be at least 1"):
        model.fit(GRAPH)
