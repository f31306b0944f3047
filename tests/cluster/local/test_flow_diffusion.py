"""Flow diffusion: the exact properties of the method, against dense solutions."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster.local import flow_diffusion
from partwise.cluster.local._flow_diffusion import plan_flow_diffusion
from partwise.cluster.local._kernels.ball import TOUCHED
from partwise.cluster.local._workspace import borrow
from partwise.errors import InfeasibleWarning
from partwise.graph import Graph, as_graph, contextual_block_graph

TRIANGLES = Graph.from_edges([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)])
KINDS = [None, "int", "float"]


def dense(idx, values, n):
    x = np.zeros(n)
    x[idx] = values
    return x


def state(graph, seeds, mass, **options):
    """Return (x, mass, status) of all nodes after pouring."""
    query = plan_flow_diffusion(graph, source_mass=1.0, **options)
    n = query.graph.n_nodes
    with borrow(query.graph) as workspace:
        gamma = query.scale(workspace, seeds)
        status = query.pour(workspace, seeds, mass, gamma)
        ball = workspace.ball
        touched = ball.node[: ball.count[TOUCHED]]
        x = dense(touched, ball.x[: touched.size], n)
        held = dense(touched, ball.mass[: touched.size], n)
    return x, held, status


def connected(oracles, n, seed, kind):
    """Return a connected random matrix."""
    A = oracles.local.small_graph(n, 0.3, seed, kind)
    ring = np.roll(np.eye(n), 1, axis=1)
    return np.maximum(A, ring + ring.T)


def test_one_push_by_hand():
    # mass 4 on node 0 of degree 2: 2 too many, x = 2 / 2, each neighbour gets 1
    result = flow_diffusion(TRIANGLES, 0, source_mass=4, cluster="support")
    assert (result.x_idx.tolist(), result.x_val.tolist()) == ([0], [1.0])
    assert result.cluster.tolist() == [0]
    assert (result.n_pushes, result.n_touched, result.touched_volume) == (1, 3, 2)
    assert result.conductance == 1.0
    assert result.converged


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_x_is_the_dense_solution(oracles, kind, seed):
    A = connected(oracles, 30, seed, kind)
    source = np.zeros(30)
    source[[3, 8]] = 0.3 * A.sum()
    expected = oracles.local.diffusion(oracles.local.laplacian(A), A.sum(axis=1), source)
    result = flow_diffusion(
        as_graph(A), [3, 8], source_mass=0.6 * A.sum(), tol=1e-9, cluster="support"
    )
    assert result.converged
    np.testing.assert_allclose(dense(result.x_idx, result.x_val, 30), expected, atol=1e-6)
    assert set(np.flatnonzero(expected > 1e-6)) <= set(result.cluster.tolist())


@given(
    n=st.integers(4, 24), seed=st.integers(0, 10**6), fill=st.floats(0.05, 0.9),
    kind=st.sampled_from(KINDS), tol=st.sampled_from([1e-2, 1e-6]),
)  # fmt: skip
def test_mass_is_conserved_and_settles(oracles, n, seed, fill, kind, tol):
    A = connected(oracles, n, seed, kind)
    degrees, total = A.sum(axis=1), fill * A.sum()
    x, held, status = state(as_graph(A), np.array([1]), np.array([total]), tol=tol)
    source = np.zeros(n)
    source[1] = total
    assert status == 0
    assert held.sum() == pytest.approx(total, rel=1e-9)
    np.testing.assert_allclose(held, source - oracles.local.laplacian(A) @ x, atol=1e-7 * total)
    support = x > 0
    assert (x >= 0).all()
    assert (held <= degrees + tol * (1 + 1e-9)).all()
    assert (held[support] >= degrees[support] * (1 - 1e-12)).all()
    assert degrees[support].sum() <= total * (1 + 1e-9)


def test_each_push_lowers_the_objective_by_what_it_should(oracles):
    A = connected(oracles, 20, 5, "float")
    graph, L, degrees = as_graph(A), oracles.local.laplacian(A), A.sum(axis=1)
    strength = np.diag(L)
    source = np.zeros(20)
    source[0] = 0.7 * A.sum()

    def objective(x):
        return x @ L @ x / 2 + x @ (degrees - source)

    before, held, _ = state(graph, np.array([0]), source[:1], max_pushes=0)
    assert not before.any()
    for pushes in range(1, 60):
        x, after, _ = state(graph, np.array([0]), source[:1], max_pushes=pushes)
        pushed = np.flatnonzero(x != before)
        assert pushed.size == 1
        i = pushed[0]
        assert x[i] > before[i]
        drop = (held[i] - degrees[i]) ** 2 / (2 * strength[i])
        assert objective(before) - objective(x) == pytest.approx(drop, rel=1e-6, abs=1e-9)
        support = x > 0
        assert (after[support] >= degrees[support] * (1 - 1e-12)).all()
        assert degrees[support].sum() <= source[0]
        before, held = x, after


def test_the_duality_gap_closes(oracles):
    A = connected(oracles, 25, 3, "float")
    L, degrees = oracles.local.laplacian(A), A.sum(axis=1)
    source = np.zeros(25)
    source[4] = 0.5 * A.sum()
    gaps = []
    for tol in (1.0, 1e-2, 1e-4, 1e-8):
        x, _, _ = state(as_graph(A), np.array([4]), source[4:5], tol=tol)
        energy = x @ L @ x / 2  # of the flow that x induces, feasible up to tol
        dual = -(x @ L @ x / 2 + x @ (degrees - source))
        gaps.append(abs(energy - dual) / energy)
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[-1] < 1e-6


def test_pouring_twice_is_pouring_the_sum(oracles):
    A = connected(oracles, 30, 7, "int")
    query = plan_flow_diffusion(as_graph(A), source_mass=1.0, tol=1e-10)
    seeds = np.array([2])
    with borrow(query.graph) as workspace:
        for _ in range(4):
            query.pour(workspace, seeds, np.array([0.1 * A.sum()]), 0.0)
        ball = workspace.ball
        touched = ball.node[: ball.count[TOUCHED]].copy()
        stepwise = dense(touched, ball.x[: touched.size], 30)
    x, _, _ = state(query.graph, seeds, np.array([0.4 * A.sum()]), tol=1e-10)
    np.testing.assert_allclose(stepwise, x, atol=1e-7)


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(KINDS))
def test_relabelling_relabels_the_result(oracles, seed, kind):
    A = connected(oracles, 20, seed, kind)
    order = np.random.default_rng(seed).permutation(20)
    mass = 0.4 * A.sum()
    options = {"source_mass": mass, "tol": 1e-10}
    one = flow_diffusion(as_graph(A), 0, **options)
    B = A[np.ix_(order, order)]
    other = flow_diffusion(as_graph(B), int(np.flatnonzero(order == 0)[0]), **options)
    np.testing.assert_allclose(
        dense(order[other.x_idx], other.x_val, 20), dense(one.x_idx, one.x_val, 20), atol=1e-7
    )


def test_scaling_capacities_scales_x(oracles):
    A = connected(oracles, 20, 1, "float")
    degrees = A.sum(axis=1)
    one = flow_diffusion(A, 0, source_mass=20.0, sink=degrees, tol=1e-11)
    five = flow_diffusion(A, 0, source_mass=100.0, sink=5 * degrees, tol=1e-11)
    assert five.x_idx.tolist() == one.x_idx.tolist()
    np.testing.assert_allclose(five.x_val, 5 * one.x_val, rtol=1e-7)
    # x goes with the inverse of the weights when capacities stay
    thick = flow_diffusion(5 * A, 0, source_mass=20.0, sink=degrees, tol=1e-11)
    np.testing.assert_allclose(thick.x_val, one.x_val / 5, rtol=1e-7)


def test_attributes_make_weights(oracles):
    A = connected(oracles, 25, 2, "int")
    X = np.random.default_rng(0).normal(size=(25, 3))
    B = oracles.local.attribute_weights(A, X, 0.3)
    sink = A.sum(axis=1)
    source = np.zeros(25)
    source[6] = 0.5 * sink.sum()
    expected = oracles.local.diffusion(oracles.local.laplacian(B), sink, source)
    for points in (X, X.tolist()):
        result = flow_diffusion(
            as_graph(A), 6, source_mass=source[6], attributes=points, gamma=0.3, tol=1e-10,
            cluster="support",
        )  # fmt: skip
        np.testing.assert_allclose(dense(result.x_idx, result.x_val, 25), expected, atol=1e-6)
    cut, volume = oracles.local.cut_and_volume(B, result.cluster)
    assert result.weighted_conductance == pytest.approx(cut / volume)
    assert result.conductance == pytest.approx(oracles.local.conductance(A, result.cluster))


def test_attributes_in_float32_are_used_as_they_are(oracles):
    A = connected(oracles, 25, 2, "int")
    X = np.random.default_rng(0).normal(size=(25, 3)).astype(np.float32)
    one = flow_diffusion(as_graph(A), 6, source_mass=40.0, attributes=X)
    other = flow_diffusion(as_graph(A), 6, source_mass=40.0, attributes=X.astype(np.float64))
    assert one.to_dict(vector=True) == other.to_dict(vector=True)


@pytest.mark.parametrize(
    ("gamma", "recall"), [("auto", 0.7), (1 / (4 * np.log(2000) ** 1.5), 0.99)]
)
def test_attributes_recover_a_cluster_that_edges_do_not_show(gamma, recall):
    # The setting of the theorem, 1.1 times the mass that the cluster can hold: all of the cluster,
    # and at most a tenth more. "auto" sees mostly edges that leave the cluster, whose scale is
    # larger than that of the noise, and keeps the others less well apart.
    n, k = 2000, 200
    for seed in range(8):
        graph, X = contextual_block_graph(
            n, k, 0.05, 0.01, 0.01, separation=1.5 * np.log(n) / 10, random_state=seed
        )
        options = {"source_mass": 1.1 * k, "sink": "unit", "cluster": "support"}
        found = flow_diffusion(graph, seed, attributes=X, gamma=gamma, **options).cluster
        plain = flow_diffusion(graph, seed, **options).cluster
        assert (found < k).sum() >= recall * k
        assert (found >= k).sum() <= 0.1 * k
        assert 2 * (plain < k).sum() / (k + plain.size) < 0.5


def test_gamma_zero_ignores_attributes():
    X = np.random.default_rng(0).normal(size=(6, 2))
    plain = flow_diffusion(TRIANGLES, 0, source_mass=8)
    zero = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=X, gamma=0)
    assert zero.to_dict(vector=True) == plain.to_dict(vector=True)


def test_gamma_auto_is_two_over_the_median_and_free_of_scale():
    X = np.array([[0.0], [1.0], [2.0], [3.0], [4.0], [6.0]])
    query = plan_flow_diffusion(TRIANGLES, source_mass=1.0, attributes=X)
    with borrow(TRIANGLES) as workspace:
        # rows in the order 0, 1, 2, 3, 4, 5; both directions of every edge count
        assert query.scale(workspace, np.array([0])) == pytest.approx(2 / 1.0)
        assert workspace.ball.count[TOUCHED] == 0
    one = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=X, cluster="support")
    two = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=1000 * X, cluster="support")
    np.testing.assert_allclose(two.x_val, one.x_val)


def test_gamma_auto_with_alike_neighbours():
    same = np.ones((6, 2))
    result = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=same)
    assert result.cluster.tolist() == [0, 1, 2]
    alone = Graph.from_edges([(1, 2)], n_nodes=3)
    with pytest.warns(InfeasibleWarning):
        assert flow_diffusion(alone, 0, source_mass=1, attributes=np.eye(3)).size == 1


def test_self_loops_count_in_the_degree_and_carry_nothing():
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3), (0, 0)]
    result = flow_diffusion(edges, 0, source_mass=5, cluster="support")
    assert (result.x_idx.tolist(), result.x_val.tolist()) == ([0], [1.0])  # (5 - 3) / 2
    assert result.touched_volume == 3


def test_seeds_and_masses():
    both = flow_diffusion(TRIANGLES, [5, 0, 5], source_mass=12)
    assert both.to_dict() == flow_diffusion(TRIANGLES, [0, 5], source_mass=[6, 6]).to_dict()
    summed = flow_diffusion(TRIANGLES, [5, 0, 5], source_mass=[2, 6, 4])
    assert summed.to_dict() == both.to_dict()
    assert flow_diffusion(TRIANGLES, np.int32(0), source_mass=4).n_pushes == 1


def test_mass_that_seeds_can_hold_stays():
    result = flow_diffusion(TRIANGLES, [2, 4], source_mass=3)
    assert result.cluster.tolist() == [2, 4]
    assert result.x_idx.size == result.n_pushes == 0
    assert result.converged


@pytest.mark.parametrize(
    ("edges", "n", "seeds", "mass"),
    [
        ([(1, 2)], 3, 0, 1.0),  # no edges
        ([(0, 1), (1, 2), (2, 0), (3, 4)], 5, 0, 7.0),  # volume 6
        ([(0, 1), (1, 2), (2, 0), (3, 4), (4, 5)], 6, [0, 3], [1.0, 4.5]),  # the other one
    ],
)
def test_too_much_mass_is_noticed(edges, n, seeds, mass):
    graph = Graph.from_edges(edges, n_nodes=n)
    with pytest.warns(InfeasibleWarning, match="source_mass is more than a component"):
        result = flow_diffusion(graph, seeds, source_mass=mass)
    assert not result.converged
    assert result.size >= 1


def test_too_much_mass_is_noticed_beside_an_endless_component():
    # a triangle that is too full, and a long path that takes its time
    path = [(i, i + 1) for i in range(3, 400)]
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), *path])
    with pytest.warns(InfeasibleWarning):
        result = flow_diffusion(graph, [0, 200], source_mass=[7.0, 200.0])
    assert not result.converged


def test_too_much_mass_is_noticed_before_the_last_node_is_reached():
    # to reach the far end of the path x must grow to the square of its length: billions of pushes
    clique = [(i, j) for i in range(40) for j in range(i)]
    path = [(i, i + 1) for i in range(39, 2500)]
    graph = Graph.from_edges(clique + path)
    with pytest.warns(InfeasibleWarning):
        result = flow_diffusion(graph, 0, source_mass=2.0 * graph.n_edges + 10)
    assert not result.converged
    assert result.n_touched < graph.n_nodes


def test_exactly_full_is_feasible():
    _x, held, status = state(TRIANGLES, np.array([0]), np.array([14.0]), tol=1e-3)
    assert status == 0
    np.testing.assert_allclose(held, TRIANGLES.degrees(), atol=6e-3)


def test_vanishing_weights_stop_at_the_seed():
    X = np.arange(6.0)[:, None] * 1e6
    with pytest.warns(InfeasibleWarning):
        result = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=X, gamma=1.0)
    assert result.cluster.tolist() == [0]
    assert not result.converged
    # weights that are tiny, but not taken for 0, still carry the mass
    near = flow_diffusion(TRIANGLES, 0, source_mass=8, attributes=X / 1e5, gamma=1.0)
    assert near.converged
    assert np.isfinite(near.x_val).all()


def test_limits_stop_early():
    result = flow_diffusion(TRIANGLES, 0, source_mass=9, max_pushes=2)
    assert (result.n_pushes, result.converged) == (2, False)


def test_sinks():
    unit = flow_diffusion(TRIANGLES, 0, source_mass=2.5, sink="unit")
    ones = flow_diffusion(TRIANGLES, 0, source_mass=2.5, sink=np.ones(6, np.int64))
    assert unit.to_dict(vector=True) == ones.to_dict(vector=True)
    holes = flow_diffusion(TRIANGLES, 0, source_mass=2.5, sink=[0, 1, 1, 1, 0, 0])
    assert 0 in holes.x_idx
    assert holes.converged


def test_a_path_is_its_own_flow():
    # unit sinks on a path: mass 3 at the middle fills three nodes, x is 1 there
    result = flow_diffusion(nx.path_graph(9), 4, source_mass=3, sink="unit", cluster="support")
    assert (result.cluster.tolist(), result.x_val.tolist()) == ([4], [1.0])


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "seeds holds 6, allowed are nodes from 0 to 5", {"seeds": 6}),
        (ValueError, "seeds holds -1", {"seeds": [-1, 2]}),
        (ValueError, "seeds must be a node or a list of nodes", {"seeds": []}),
        (ValueError, "seeds must be a node or a list of nodes", {"seeds": [[0], [1]]}),
        (TypeError, "seeds must be integers, got dtype float64", {"seeds": 0.5}),
        (TypeError, "seeds must be integers, got dtype bool", {"seeds": [True, False]}),
        (ValueError, "source_mass must be a finite number above 0, got 0", {"source_mass": 0}),
        (ValueError, "source_mass must be a finite number above 0", {"source_mass": np.nan}),
        (TypeError, "source_mass must be a number", {"source_mass": "3x"}),
        (ValueError, "source_mass must be a number or have one entry per seed, 1",
         {"source_mass": [1.0, 2.0]}),
        (ValueError, "source_mass must be finite and above 0", {"source_mass": [-1.0]}),
        (ValueError, "sink must be 'degree', 'unit' or an array, got 'x'", {"sink": "x"}),
        (ValueError, r"sink must have shape \(6,\), got \(2,\)", {"sink": [1, 2]}),
        (ValueError, "sink must be finite and at least 0, got -1.0 for node 1",
         {"sink": [1, -1, 1, 1, 1, 1]}),
        (ValueError, "sink must be finite and at least 0, got nan for node 0",
         {"sink": [np.nan, 1, 1, 1, 1, 1]}),
        (ValueError, "sink must be above 0 somewhere", {"sink": np.zeros(6)}),
        (ValueError, r"attributes must have shape \(6, d\), got \(2, 2\)",
         {"attributes": np.eye(2)}),
        (TypeError, "attributes must be real numbers", {"attributes": np.full((6, 1), "a")}),
        (ValueError, "attributes must be finite.*not at node 0 or a neighbour",
         {"attributes": np.array([[0.0], [np.nan], [0], [0], [0], [0]]), "gamma": 1.0}),
        (ValueError, "attributes must be finite", {"attributes": np.full((6, 1), np.inf)}),
        (ValueError, "gamma must be finite and at least 0, got -1", {"gamma": -1}),
        (ValueError, "gamma must be a number or 'auto', got 'x'", {"gamma": "x"}),
        (ValueError, "cluster must be one of", {"cluster": "best"}),
        (ValueError, "tol must be a finite number above 0, got 0", {"tol": 0}),
        (ValueError, "max_pushes must be at least 0, got -1", {"max_pushes": -1}),
        (TypeError, "max_pushes must be None or an integer, got 1.5", {"max_pushes": 1.5}),
    ],
)  # fmt: skip
def test_bad_input(error, message, arguments):
    with pytest.raises(error, match=message):
        flow_diffusion(**{"graph": TRIANGLES, "seeds": 0, "source_mass": 8.0, **arguments})


def test_an_error_leaves_the_graph_usable():
    good = flow_diffusion(TRIANGLES, 0, source_mass=8).to_dict(vector=True)
    for _ in range(3):
        with pytest.raises(ValueError):
            flow_diffusion(TRIANGLES, 0, source_mass=8, sink=[1, -1, 1, 1, 1, 1])
        assert flow_diffusion(TRIANGLES, 0, source_mass=8).to_dict(vector=True) == good


def test_a_result_says_what_it_is():
    import json

    result = flow_diffusion(TRIANGLES, 0, source_mass=8)
    report = json.loads(json.dumps(result.to_dict()))
    assert report["cluster"] == [0, 1, 2]
    assert report["size"] == result.size == 3
    assert report["n_pushes"] == result.n_pushes
    assert "x_val" not in report
    assert len(result.to_dict(vector=True)["x_val"]) == result.x_idx.size
    assert isinstance(result.touched_volume, int)
