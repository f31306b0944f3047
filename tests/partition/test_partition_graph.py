"""The multilevel partitioner against known optima, brute force and its own contract."""

import itertools
import warnings

import networkx as nx
import numpy as np
import pytest

from partwise.errors import InfeasibleWarning
from partwise.graph import Graph, as_graph, grid_graph, hypercube_graph
from partwise.metrics import block_weights, edge_cut
from partwise.partition import partition_graph, refine_partition

PRESETS = ("fast", "default", "quality", "jet")


def from_nx(graph):
    return as_graph(nx.convert_node_labels_to_integers(graph))


def best_cut(graph, k, limit):
    """Least cut over all assignments within the limit, by brute force."""
    src, dst, weights = graph.to_edges()
    weights = np.ones(len(src), int) if weights is None else weights
    best = None
    for labels in itertools.product(range(k), repeat=graph.n_nodes):
        part = np.array(labels)
        if np.bincount(part, minlength=k).max() <= limit:
            cut = weights[part[src] != part[dst]].sum()
            best = cut if best is None else min(best, cut)
    return int(best)


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize(
    ("graph", "k", "imbalance", "optimum"),
    [
        (nx.path_graph(120), 4, 0.03, 3),
        (nx.cycle_graph(120), 4, 0.03, 4),
        (nx.barbell_graph(20, 0), 2, 0.0, 1),
        (nx.complete_graph(16), 2, 0.0, 64),
        (nx.star_graph(40), 2, 0.0, 20),
        (nx.disjoint_union_all([nx.complete_graph(12)] * 4), 4, 0.0, 0),
    ],
)
def test_known_optima_are_found(graph, k, imbalance, optimum, preset):
    result = partition_graph(from_nx(graph), k, imbalance=imbalance, preset=preset, random_state=0)
    assert result.cut == optimum
    assert result.feasible


@pytest.mark.parametrize(("graph", "optimum"), [(hypercube_graph(7), 64), (grid_graph((8, 20)), 8)])
def test_width_is_found_without_slack(graph, optimum):
    found = [
        partition_graph(graph, 2, imbalance=0.0, preset="quality", random_state=seed).cut
        for seed in range(10)
    ]
    assert min(found) == optimum
    assert np.median(found) == optimum


def test_quality_matches_brute_force_on_small_graphs():
    hits = 0
    for seed in range(40):
        graph = from_nx(nx.gnm_random_graph(9, 16, seed=seed))
        k = 2 + seed % 2
        limit = int(1.03 * -(-9 // k))
        result = partition_graph(graph, k, preset="quality", random_state=seed)
        optimum = best_cut(graph, k, limit)
        assert result.feasible
        assert result.cut >= optimum
        hits += result.cut == optimum
    assert hits >= 38


@pytest.mark.parametrize("k", [2, 3, 7, 16])
@pytest.mark.parametrize("preset", PRESETS)
def test_numbers_are_those_of_the_labels(k, preset):
    graph = grid_graph((31, 29))
    result = partition_graph(graph, k, preset=preset, random_state=3)
    assert result.labels.dtype == np.int32
    assert set(result.labels) == set(range(k))
    assert result.cut == edge_cut(graph, result.labels)
    assert np.array_equal(result.block_weights, block_weights(graph, result.labels, k))
    limit = int(1.03 * -(-graph.n_nodes // k) + 1e-9)
    assert result.block_weights.max() <= limit
    assert result.feasible


def test_a_seed_gives_one_result_for_any_number_of_threads():
    graph = grid_graph((40, 40))
    one = partition_graph(graph, 8, preset="quality", random_state=5, n_jobs=1)
    two = partition_graph(graph, 8, preset="quality", random_state=5, n_jobs=2)
    assert np.array_equal(one.labels, two.labels)
    assert one.seed == two.seed == 5


def test_scaling_all_weights_scales_the_cut_and_nothing_else():
    rng = np.random.default_rng(0)
    base = grid_graph((20, 20))
    src, dst, _ = base.to_edges()
    weights = rng.integers(1, 9, len(src))
    one = partition_graph(Graph.from_edges((src, dst), weights), 5, random_state=2)
    seven = partition_graph(Graph.from_edges((src, dst), 7 * weights), 5, random_state=2)
    floats = partition_graph(Graph.from_edges((src, dst), weights.astype(float)), 5, random_state=2)
    assert np.array_equal(one.labels, seven.labels)
    assert seven.cut == 7 * one.cut
    assert np.array_equal(one.labels, floats.labels)


def test_weighted_nodes_stay_within_the_limit():
    rng = np.random.default_rng(1)
    src, dst, _ = grid_graph((30, 30)).to_edges()
    weights = rng.integers(1, 21, 900)
    graph = Graph.from_edges((src, dst), node_weights=weights)
    for k in (2, 8, 32):
        result = partition_graph(graph, k, random_state=k)
        assert result.feasible
        assert result.block_weights.sum() == weights.sum()


def test_fixed_nodes_do_not_move():
    graph = grid_graph((20, 20))
    fixed = np.full(400, -1)
    fixed[:20] = np.arange(20) % 4
    result = partition_graph(graph, 4, fixed=fixed, random_state=0)
    assert np.array_equal(result.labels[:20], fixed[:20])
    assert result.feasible


def test_target_weights_bound_every_block():
    result = partition_graph(grid_graph((30, 30)), 3, target_weights=[1, 2, 3], random_state=0)
    assert (result.block_weights <= np.floor(1.03 * np.array([150, 300, 450]))).all()
    uniform = partition_graph(grid_graph((30, 30)), 3, target_weights=[1, 1, 1], random_state=0)
    plain = partition_graph(grid_graph((30, 30)), 3, random_state=0)
    assert np.array_equal(uniform.labels, plain.labels)


def test_refinement_never_gets_worse():
    graph = grid_graph((24, 24))
    start = (np.arange(576) // 24) // 6
    start_cut = edge_cut(graph, start)
    result = refine_partition(graph, start, 4, random_state=0)
    assert result.feasible
    assert result.cut <= start_cut


def test_refinement_balances_what_is_not():
    graph = grid_graph((24, 24))
    start = np.zeros(576, dtype=int)
    start[:4] = [0, 1, 2, 3]
    assert refine_partition(graph, start, 4, random_state=0).feasible


@pytest.mark.parametrize("seed", range(3))
def test_contiguous_blocks_are_connected(seed):
    graph = as_graph(nx.random_geometric_graph(400, 0.09, seed=seed))
    giant = max(nx.connected_components(nx.random_geometric_graph(400, 0.09, seed=seed)), key=len)
    graph = graph.subgraph(np.array(sorted(giant)))
    result = partition_graph(graph, 6, contiguous=True, random_state=seed, imbalance=0.1)
    for block in range(6):
        members = graph.subgraph(np.flatnonzero(result.labels == block))
        assert nx.is_connected(nx.from_scipy_sparse_array(members.to_scipy()))


def test_isolated_nodes_balance_the_blocks():
    graph = Graph.from_edges([(0, 1), (1, 2)], n_nodes=100)
    result = partition_graph(graph, 4, imbalance=0.0, random_state=0)
    assert result.cut == 0
    assert result.block_weights.tolist() == [25] * 4


def test_no_block_stays_empty():
    result = partition_graph(grid_graph((5, 5)), 25, random_state=0)
    assert sorted(result.labels) == list(range(25))


@pytest.mark.parametrize("k", [1, 5])
def test_empty_graph_gives_an_empty_result(k):
    result = partition_graph(Graph.from_edges([], n_nodes=0), k)
    assert result.labels.shape == (0,)
    assert result.cut == 0


def test_one_block_holds_everything():
    result = partition_graph(grid_graph((4, 4)), 1)
    assert not result.labels.any()
    assert result.cut == 0


def test_a_node_heavier_than_a_block_is_reported():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 3)], node_weights=[100, 1, 1, 1])
    with pytest.warns(InfeasibleWarning, match="single node weighs 100"):
        result = partition_graph(graph, 2, random_state=0)
    assert not result.feasible


def test_extreme_weights_do_no_harm():
    src, dst, _ = grid_graph((15, 15)).to_edges()
    weights = np.ones(len(src), dtype=np.int64)
    weights[::7] = 10**12
    graph = Graph.from_edges((src, dst), weights)
    result = partition_graph(graph, 4, random_state=0)
    assert result.feasible
    assert result.cut == edge_cut(graph, result.labels)


def test_time_limit_still_gives_a_whole_result():
    result = partition_graph(grid_graph((60, 60)), 8, time_limit=1e-6, random_state=0)
    assert result.feasible
    assert set(result.labels) == set(range(8))


def test_callback_hears_of_progress():
    heard = []
    partition_graph(
        grid_graph((30, 30)), 4, random_state=0, callback=lambda done, text: heard.append(done)
    )
    assert heard == sorted(heard)
    assert heard[-1] == 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_parts": 0}, "n_parts must be at least 1, got 0"),
        ({"n_parts": 26}, "n_parts must be at most the number of nodes, 25, got 26"),
        ({"imbalance": -0.1}, "imbalance must be a finite number of at least 0, got -0.1"),
        ({"imbalance": float("nan")}, "imbalance must be"),
        (
            {"preset": "best"},
            "'fast', 'default', 'quality', 'jet', got 'best'",
        ),
        ({"target_weights": [1, 2, 3]}, r"target_weights must have shape \(2,\)"),
        ({"target_weights": [1, 0]}, "target_weights must be positive, got 0.0 at position 1"),
        ({"fixed": [0]}, r"fixed must have shape \(25,\)"),
        ({"fixed": [5] * 25}, "fixed holds 5 at position 0"),
        ({"init": [3] * 25}, "labels holds 3 at position 0"),
        ({"time_limit": 0}, "time_limit must be positive"),
        ({"n_jobs": 0}, "n_jobs must be"),
    ],
)
def test_bad_arguments_are_named(arguments, message):
    call = {"n_parts": 2, **arguments}
    with pytest.raises(ValueError, match=message):
        partition_graph(grid_graph((5, 5)), call.pop("n_parts"), **call)


def test_asymmetric_matrix_is_refused():
    with pytest.raises(ValueError, match="symmetric"):
        partition_graph(np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]), 2)


def test_result_is_plain_data():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = partition_graph(grid_graph((6, 6)), 3, random_state=0)
    numbers = result.to_dict(labels=True)
    assert numbers["cut"] == result.cut
    assert numbers["labels"] == result.labels.tolist()
    assert numbers["feasible"] is True
