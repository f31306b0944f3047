"""Approximate and l1-regularised PageRank against dense solutions."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.local import approximate_pagerank, l1_pagerank
from partwise.cluster.local._kernels.ball import TOUCHED, WORK
from partwise.cluster.local._pagerank import plan_approximate_pagerank, plan_l1_pagerank
from partwise.cluster.local._workspace import borrow
from partwise.graph import Graph, as_graph

TRIANGLES = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])
KINDS = [None, "int", "float"]


def dense(idx, values, n):
    x = np.zeros(n)
    x[idx] = values
    return x


def connected(oracles, n, seed, kind, loops=True):
    A = oracles.local.small_graph(n, 0.3, seed, kind, loops)
    ring = np.roll(np.eye(n), 1, axis=1)
    return np.maximum(A, ring + ring.T)


def state(query, seeds):
    """Return (vector, residual, work) over all nodes."""
    n = query.graph.n_nodes
    with borrow(query.graph) as workspace:
        query.push(workspace, seeds)
        ball = workspace.ball
        nodes = ball.node[: ball.count[TOUCHED]]
        x, r = dense(nodes, ball.x[: nodes.size], n), dense(nodes, ball.mass[: nodes.size], n)
        return x, r, int(ball.count[WORK])


def test_one_push_by_hand():
    # node 0 keeps alpha, half of the rest, and gives a quarter of the rest to each neighbour
    result = approximate_pagerank(TRIANGLES, 0, alpha=0.2, eps=0.3, cluster="support")
    assert (result.x_idx.tolist(), result.x_val.tolist()) == ([0], [pytest.approx(0.2)])
    assert (result.n_pushes, result.n_touched, result.touched_volume) == (1, 3, 2)
    assert result.cluster.tolist() == [0]
    _x, r, _ = state(plan_approximate_pagerank(TRIANGLES, alpha=0.2, eps=0.3), np.array([0]))
    np.testing.assert_allclose(r, [0.4, 0.2, 0.2, 0, 0, 0])


@given(
    n=st.integers(3, 25), seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS),
    alpha=st.sampled_from([0.01, 0.15, 0.6]), eps=st.sampled_from([1e-2, 1e-3, 1e-6]),
)  # fmt: skip
def test_vector_plus_pagerank_of_residual_is_pagerank(oracles, n, seed, kind, alpha, eps):
    A = connected(oracles, n, seed, kind)
    start = dense([0, n - 1], 0.5, n)
    x, r, work = state(plan_approximate_pagerank(A, alpha=alpha, eps=eps), np.array([0, n - 1]))
    exact = oracles.local.pagerank(A, alpha, start)
    np.testing.assert_allclose(x + oracles.local.pagerank(A, alpha, r), exact, atol=1e-12)
    assert x.sum() + r.sum() == pytest.approx(1.0, abs=1e-12)
    assert (x >= 0).all()
    assert (r >= 0).all()
    assert (r < eps * A.sum(axis=1)).all()
    if kind is None:
        assert work <= 1 / (alpha * eps)
        assert A[x > 0].sum() <= 2 / ((1 - alpha) * eps)


def test_small_eps_gives_the_pagerank_of_networkx():
    graph = nx.karate_club_graph()
    b = 0.15  # probability of a return of the walk that is not lazy
    exact = nx.pagerank(graph, alpha=1 - b, personalization={0: 1}, tol=1e-14, max_iter=10**4)
    result = approximate_pagerank(graph, 0, alpha=b / (2 - b), eps=1e-12)
    np.testing.assert_allclose(
        dense(result.x_idx, result.x_val, 34), [exact[u] for u in range(34)], atol=1e-9
    )


@given(
    n=st.integers(3, 25), seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS),
    alpha=st.sampled_from([0.05, 0.3]), rho=st.sampled_from([1e-2, 1e-3]),
)  # fmt: skip
def test_l1_pagerank_meets_its_optimality_conditions(oracles, n, seed, kind, alpha, rho):
    tol = 1e-7
    A = connected(oracles, n, seed, kind)
    d = A.sum(axis=1)
    result = l1_pagerank(A, 1, alpha=alpha, rho=rho, tol=tol, cluster="support")
    x = dense(result.x_idx, result.x_val, n)
    q = x / np.sqrt(d)
    Q = alpha * np.eye(n) + (1 - alpha) / 2 * (np.eye(n) - A / np.sqrt(np.outer(d, d)))
    start = dense([1], 1.0, n)
    slope = (Q @ q - alpha * start / np.sqrt(d)) / (alpha * rho * np.sqrt(d))
    assert (q >= 0).all()
    assert (slope >= -1 - 2 * tol).all()
    np.testing.assert_allclose(slope[q > 0], -1, atol=2 * tol)
    assert d[q > 0].sum() <= 1 / rho
    assert result.touched_volume <= 1 / rho


def test_l1_pagerank_does_not_depend_on_the_labels(oracles):
    A = connected(oracles, 25, 3, "float")
    order = np.random.default_rng(0).permutation(25)
    one = l1_pagerank(A, 0, rho=1e-3, tol=1e-10)
    other = l1_pagerank(A[np.ix_(order, order)], int(np.argmin(order)), rho=1e-3, tol=1e-10)
    np.testing.assert_allclose(
        dense(order[other.x_idx], other.x_val, 25), dense(one.x_idx, one.x_val, 25), atol=1e-9
    )
    assert sorted(order[other.cluster].tolist()) == one.cluster.tolist()


@pytest.mark.parametrize("method", [approximate_pagerank, l1_pagerank])
def test_scaling_weights_by_two_changes_nothing_but_eps(oracles, method):
    A = connected(oracles, 25, 3, "float")
    name = "eps" if method is approximate_pagerank else "rho"
    one = method(A, 0, **{name: 1e-3})
    two = method(2 * A, 0, **{name: 5e-4})
    assert one.cluster.tolist() == two.cluster.tolist()
    np.testing.assert_allclose(one.x_val, two.x_val, rtol=1e-12)


@pytest.mark.parametrize("method", [approximate_pagerank, l1_pagerank])
def test_a_sweep_over_the_vector_gives_the_cluster(oracles, method):
    A = oracles.local.small_graph(40, 0.15, 1, "int")
    result = method(A, 0)
    score = result.x_val / A.sum(axis=1)[result.x_idx]
    order = result.x_idx[np.lexsort((result.x_idx, -score))]
    best, _ = oracles.local.best_prefix(A, order)
    assert result.cluster.tolist() == sorted(best)
    assert result.conductance == pytest.approx(oracles.local.conductance(A, best))


@pytest.mark.parametrize("method", [approximate_pagerank, l1_pagerank])
def test_seeds_without_edges(method):
    graph = Graph.from_edges([(1, 2), (2, 3)], n_nodes=5)
    alone = method(graph, 0)
    assert (alone.cluster.tolist(), alone.x_val.tolist()) == ([0], [1.0])
    assert alone.conductance == 1.0
    assert alone.converged
    both = method(graph, [0, 2])
    assert both.x_val.sum() == pytest.approx(1.0, abs=1e-4)
    assert both.x_val[0] == 0.5


def test_a_coarse_eps_leaves_the_seed():
    result = approximate_pagerank(TRIANGLES, 0, eps=0.9)
    assert (result.cluster.tolist(), result.x_idx.size, result.n_pushes) == ([0], 0, 0)


def test_a_disconnected_part_is_never_reached():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5)])
    result = approximate_pagerank(graph, 1)
    assert result.cluster.tolist() == [0, 1, 2]
    assert result.conductance == 0.0
    assert result.n_touched == 3


@pytest.mark.parametrize("method", [approximate_pagerank, l1_pagerank])
def test_limits_stop_early(method):
    result = method(TRIANGLES, 0, max_pushes=3)
    assert (result.n_pushes, result.converged) == (3, False)


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "seeds holds 9", {"seeds": 9}),
        (ValueError, "alpha must be above 0 and below 1, got 1", {"alpha": 1}),
        (ValueError, "alpha must be above 0 and below 1, got nan", {"alpha": np.nan}),
        (TypeError, "alpha must be a number, got 'x'", {"alpha": "x"}),
        (ValueError, "cluster must be one of", {"cluster": "x"}),
    ],
)
@pytest.mark.parametrize("method", [approximate_pagerank, l1_pagerank])
def test_bad_input(method, error, message, arguments):
    with pytest.raises(error, match=message):
        method(**{"graph": TRIANGLES, "seeds": 0, **arguments})


def test_thresholds_are_positive():
    with pytest.raises(ValueError, match="eps must be a finite number above 0, got 0"):
        approximate_pagerank(TRIANGLES, 0, eps=0)
    with pytest.raises(ValueError, match="rho must be a finite number above 0, got -1"):
        l1_pagerank(TRIANGLES, 0, rho=-1)
    with pytest.raises(ValueError, match="tol must be a finite number above 0, got 0"):
        plan_l1_pagerank(as_graph(TRIANGLES), tol=0)
