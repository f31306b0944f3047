"""``partwise.gpu.pagerank``, on the CPU and with the emulator as its GPU, against networkx."""

import networkx as nx
import numpy as np
import pytest

from partwise.gpu import pagerank
from partwise.gpu._advance import STRATEGIES
from partwise.graph import Graph, grid_graph


def directed(is_weighted):
    rng = np.random.default_rng(5)
    weights = rng.integers(1, 9, 300) / 4 if is_weighted else None
    return Graph.from_edges(rng.integers(0, 100, (300, 2)), weights, n_nodes=100, directed=True)


def expected(graph, **options):
    network = nx.DiGraph()
    network.add_nodes_from(range(graph.n_nodes))
    parts = [part.tolist() for part in graph.to_edges() if part is not None]
    weights = parts[2] if len(parts) > 2 else [1.0] * len(parts[0])
    network.add_weighted_edges_from(zip(*parts[:2], weights, strict=True))
    found = nx.pagerank(network, tol=1e-14, max_iter=1000, **options)
    return [found[v] for v in range(graph.n_nodes)]


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
def test_gpu_and_cpu_agree_with_networkx(gpu, strategy, is_weighted):
    graph = directed(is_weighted)
    scores = expected(graph)
    for device in ("cpu", "cuda"):
        found = pagerank(graph, strategy=strategy, device=device)
        assert found.scores == pytest.approx(scores, rel=1e-8)
        assert found.scores.sum() == pytest.approx(1.0, rel=1e-14)
        assert found.converged
        assert found.device == device
    assert any(name.startswith("spmv") for name in gpu.launched)


def test_jumps_go_where_they_are_wanted():
    graph = directed(False)
    wanted = np.zeros(100)
    wanted[[3, 8]] = 2.0, 6.0
    found = pagerank(graph, personalization=wanted, damping=0.6)
    assert found.scores == pytest.approx(
        expected(graph, personalization={3: 1, 8: 3}, alpha=0.6), rel=1e-8, abs=1e-12
    )


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_nodes_without_arcs_in_the_end(gpu, device):
    graph = Graph.from_edges(
        [(0, 1), (1, 2), (2, 0), (2, 1)], [1.0, 2, 3, 5], n_nodes=6, directed=True
    )
    assert pagerank(graph, device=device).scores == pytest.approx(expected(graph), rel=1e-8)


def test_one_iteration_is_not_enough_and_says_so():
    found = pagerank(directed(False), max_iter=1)
    assert (found.n_iter, found.converged) == (1, False)
    assert found.change > 1e-10


def test_regular_graphs_and_graphs_without_arcs_or_nodes(gpu):
    ring = Graph.from_edges([(v, (v + 1) % 9) for v in range(9)])
    for device in ("cpu", "cuda"):
        assert pagerank(ring, device=device).scores == pytest.approx(np.full(9, 1 / 9))
        lonely = Graph.from_edges(np.zeros((0, 2), np.int64), n_nodes=4)
        assert pagerank(lonely, device=device).scores.tolist() == [0.25] * 4
        assert pagerank(grid_graph((0, 0)), device=device).scores.shape == (0,)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"damping": 1.0}, "damping must be from 0 up to but not 1, got 1.0"),
        ({"tol": 0}, "tol must be a finite number above 0, got 0"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
        ({"personalization": [1, 2]}, r"personalization must have shape \(100,\), got \(2,\)"),
        ({"personalization": np.zeros(100)}, "personalization must be finite and not negative"),
        ({"strategy": "edges"}, "strategy must be one of auto, node"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        pagerank(directed(False), **options)
