"""A planted cluster with attributes."""

import numpy as np
import pytest

from partwise.graph import contextual_block_graph, stochastic_block_graph


def test_edges_are_those_of_the_block_model():
    graph, _ = contextual_block_graph(90, 30, 0.5, 0.1, 0.2, random_state=4)
    p = [[0.5, 0.1], [0.1, 0.2]]
    assert graph.equals(stochastic_block_graph([30, 60], p, random_state=4))


def test_attributes_have_the_means_and_the_noise_asked_for():
    _, X = contextual_block_graph(
        4000, 1000, 0.0, 0.0, 0.0, n_features=5, separation=2.0, noise=0.5, random_state=0
    )
    assert X.shape == (4000, 5)
    np.testing.assert_allclose(X[:1000].mean(axis=0), 2.0, atol=0.1)
    np.testing.assert_allclose(X[1000:].mean(axis=0), -2.0, atol=0.1)
    np.testing.assert_allclose(X[1000:].std(axis=0), 0.5, atol=0.05)


def test_same_seed_same_graph():
    first, X = contextual_block_graph(60, 20, 0.3, 0.1, 0.1, random_state=1)
    again, Y = contextual_block_graph(60, 20, 0.3, 0.1, 0.1, random_state=1)
    other, _ = contextual_block_graph(60, 20, 0.3, 0.1, 0.1, random_state=2)
    assert first.equals(again)
    assert (X == Y).all()
    assert not first.equals(other)


def test_edge_cases():
    graph, X = contextual_block_graph(0, 0, 1.0, 1.0, 1.0, n_features=3)
    assert (graph.n_nodes, X.shape) == (0, (0, 3))
    graph, X = contextual_block_graph(4, 4, 1.0, 0.0, 0.0, n_features=0)
    assert (graph.n_edges, X.shape) == (6, (4, 0))


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("cluster_size must be from 0 to 10, got 11", {"cluster_size": 11}),
        ("n_nodes must be from 0", {"n_nodes": -1}),
        ("p_in must be from 0 to 1, got 2.0", {"p_in": 2}),
        ("p_cross must be from 0 to 1", {"p_cross": -0.1}),
        ("n_features must be from 0", {"n_features": -1}),
        ("separation must be finite and at least 0, got -1", {"separation": -1}),
        ("noise must be finite and at least 0, got nan", {"noise": np.nan}),
    ],
)
def test_bad_input(message, arguments):
    good = {"n_nodes": 10, "cluster_size": 3, "p_in": 0.5, "p_cross": 0.1, "p_out": 0.1}
    with pytest.raises(ValueError, match=message):
        contextual_block_graph(**{**good, **arguments})
