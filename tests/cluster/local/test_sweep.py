"""Sweeps against all prefixes, and conductance."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.local import sweep_cut, sweep_profile
from partwise.cluster.local._query import conductance_of
from partwise.cluster.local._workspace import borrow
from partwise.graph import Graph, as_graph

TRIANGLES = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])


def test_two_triangles_by_hand():
    result = sweep_cut(TRIANGLES, [3, 2, 1, 0], [1, 2, 3, 4])
    assert result.cluster.tolist() == [0, 1, 2]
    assert result.conductance == pytest.approx(1 / 7)
    assert (result.x_idx.tolist(), result.x_val.tolist()) == ([0, 1, 2, 3], [4, 3, 2, 1])
    assert (result.n_pushes, result.n_touched, result.touched_volume) == (0, 6, 10)


@given(
    n=st.integers(2, 20), seed=st.integers(0, 10**6), kind=st.sampled_from([None, "int", "float"]),
    by_degree=st.booleans(),
)  # fmt: skip
def test_the_best_prefix_is_found(oracles, n, seed, kind, by_degree):
    A = oracles.local.small_graph(n, 0.4, seed, kind, loops=True)
    rng = np.random.default_rng(seed)
    idx = rng.permutation(n)[: rng.integers(1, n + 1)]
    values = rng.integers(-3, 4, idx.size).astype(float)
    degrees = A.sum(axis=1)[idx]
    score = values.copy()
    if by_degree:
        score = np.where(degrees > 0, values / np.where(degrees > 0, degrees, 1), -np.inf)
    order = idx[np.lexsort((idx, -score))]
    best, phis = oracles.local.best_prefix(A, order)
    nodes, profile = sweep_profile(A, idx, values, by_degree=by_degree)
    np.testing.assert_array_equal(nodes, order)
    np.testing.assert_allclose(profile, phis)
    result = sweep_cut(A, idx, values, by_degree=by_degree)
    expected = oracles.local.conductance(A, best)
    assert result.conductance == pytest.approx(expected, abs=1e-12)
    if kind != "float" and np.isfinite(min(phis)):  # else a tie may fall either way
        assert result.cluster.tolist() == sorted(best)


@given(seed=st.integers(0, 10**6), kind=st.sampled_from([None, "int", "float"]))
def test_a_set_and_the_rest_have_the_same_conductance(oracles, seed, kind):
    A = oracles.local.small_graph(15, 0.3, seed, kind, loops=True)
    graph = as_graph(A)
    chosen = np.random.default_rng(seed).permutation(15)
    with borrow(graph) as workspace:
        one = conductance_of(graph, workspace, chosen[:6])
        other = conductance_of(graph, workspace, chosen[6:])
        assert not workspace.member.any()
    assert one == pytest.approx(other)
    assert one == pytest.approx(oracles.local.conductance(A, chosen[:6]))


def test_the_longest_of_equal_prefixes():
    path = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0), (6, 7)]
    result = sweep_cut(path, [0, 1, 2, 3, 4, 5], [1.0] * 6)
    assert result.cluster.tolist() == [0, 1, 2, 3, 4, 5]  # cut 0


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "idx must hold every node once, got 1 more than once", {"idx": [1, 0, 1]}),
        (ValueError, "idx holds 7", {"idx": [7, 1, 2]}),
        (TypeError, "idx must be integers", {"idx": [0.5, 1, 2]}),
        (ValueError, r"values must have shape \(3,\) like idx, got \(2,\)", {"values": [1, 2]}),
        (ValueError, "values must not be NaN, got NaN for node 2", {"values": [1, 2, np.nan]}),
    ],
)
def test_bad_input(error, message, arguments):
    with pytest.raises(error, match=message):
        sweep_cut(**{"graph": TRIANGLES, "idx": [0, 1, 2], "values": [3, 2, 1], **arguments})
