"""Heat-kernel PageRank against the matrix exponential."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.local import heat_kernel_pagerank
from partwise.cluster.local._heat_kernel import _bars
from partwise.graph import Graph

TRIANGLES = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])


def dense(idx, values, n):
    x = np.zeros(n)
    x[idx] = values
    return x


def test_two_nodes_by_hand():
    # the walk alternates: an even number of steps with probability (1 + exp(-2t)) / 2
    result = heat_kernel_pagerank([(0, 1)], 0, t=1.0, eps=1e-12)
    even = (1 + np.exp(-2)) / 2
    np.testing.assert_allclose(result.x_val, [even, 1 - even], atol=1e-12)


@given(
    n=st.integers(3, 25), seed=st.integers(0, 10**6), kind=st.sampled_from([None, "int", "float"]),
    t=st.sampled_from([0.3, 5.0, 40.0]), eps=st.sampled_from([1e-2, 1e-5]),
)  # fmt: skip
def test_error_is_below_eps_times_the_degree(oracles, n, seed, kind, t, eps):
    A = oracles.local.small_graph(n, 0.3, seed, kind, loops=True)
    ring = np.roll(np.eye(n), 1, axis=1)
    A = np.maximum(A, ring + ring.T)
    start = dense([0, 2], 0.5, n)
    result = heat_kernel_pagerank(A, [0, 2], t=t, eps=eps)
    x = dense(result.x_idx, result.x_val, n)
    error = (oracles.local.heat_kernel(A, t, start) - x) / A.sum(axis=1)
    assert (error > -1e-12).all()
    assert error.max() < eps


@pytest.mark.parametrize("t", [0.1, 1.0, 10.0, 100.0, 500.0])
def test_series_is_cut_where_the_tail_is_small(t):
    from scipy.stats import poisson

    for tail in (1e-2, 1e-6, 1e-10):
        n_terms = _bars(t, 1.0, tail).size
        assert poisson.sf(n_terms, t) <= tail
        assert n_terms <= t + 10 + 12 * np.sqrt(t) * np.sqrt(-np.log(tail))


def test_a_sweep_over_the_vector_gives_the_cluster(oracles):
    A = oracles.local.small_graph(40, 0.15, 1, "int")
    result = heat_kernel_pagerank(A, 0)
    score = result.x_val / A.sum(axis=1)[result.x_idx]
    best, _ = oracles.local.best_prefix(A, result.x_idx[np.lexsort((result.x_idx, -score))])
    assert result.cluster.tolist() == sorted(best)
    assert result.conductance == pytest.approx(oracles.local.conductance(A, best))


def test_seeds_without_edges():
    graph = Graph.from_edges([(1, 2), (2, 3)], n_nodes=5)
    alone = heat_kernel_pagerank(graph, [4])
    assert (alone.cluster.tolist(), alone.x_val.tolist()) == ([4], [1.0])
    both = heat_kernel_pagerank(graph, [0, 2], eps=1e-8)
    assert both.x_val[0] == 0.5
    assert both.x_val.sum() == pytest.approx(1.0, abs=1e-6)


def test_small_degrees_tighten_the_tail(oracles):
    A = 1e-4 * oracles.local.small_graph(10, 0.8, 0)
    result = heat_kernel_pagerank(A, 0, t=5.0, eps=1.0)
    error = oracles.local.heat_kernel(A, 5.0, dense([0], 1.0, 10))
    error -= dense(result.x_idx, result.x_val, 10)
    assert (error / A.sum(axis=1)).max() < 1.0


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "t must be a finite number above 0, got 0", {"t": 0}),
        (ValueError, "t must be at most 500, got 501", {"t": 501}),
        (ValueError, "eps must be a finite number above 0, got inf", {"eps": np.inf}),
        (ValueError, "cluster must be one of", {"cluster": "x"}),
    ],
)
def test_bad_input(error, message, arguments):
    with pytest.raises(error, match=message):
        heat_kernel_pagerank(**{"graph": TRIANGLES, "seeds": 0, **arguments})
