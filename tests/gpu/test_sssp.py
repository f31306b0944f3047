"""``partwise.gpu.sssp``: what a user calls, on the CPU and with the emulator as its GPU."""

import networkx as nx
import numpy as np
import pytest

from partwise.gpu import _device, bfs, sssp
from partwise.gpu._advance import STRATEGIES
from partwise.graph import Graph, grid_graph


def directed(weights=True):
    rng = np.random.default_rng(4)
    edges = rng.integers(0, 120, (500, 2))
    lengths = rng.integers(0, 9, 500) / 3 if weights else None
    return Graph.from_edges(edges, lengths, n_nodes=120, directed=True)


@pytest.mark.parametrize("delta", ["auto", 0.7])
@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
def test_gpu_and_cpu_agree_with_networkx(gpu, strategy, delta):
    graph = directed()
    network = nx.DiGraph()
    network.add_nodes_from(range(120))
    network.add_weighted_edges_from(zip(*(part.tolist() for part in graph.to_edges()), strict=True))
    expected = nx.single_source_dijkstra_path_length(network, 7)
    one = sssp(graph, 7, device="cpu", return_parent=True)
    two = sssp(graph, 7, device="cuda", return_parent=True, strategy=strategy, delta=delta)
    assert gpu.launched
    assert one.distance == pytest.approx([expected.get(v, np.inf) for v in range(120)])
    assert two.distance.tolist() == one.distance.tolist()
    assert two.parent.tolist() == one.parent.tolist()
    assert (one.n_reached, one.device, two.device) == (len(expected), "cpu", "cuda")
    for v in np.flatnonzero(one.parent >= 0):
        u = int(one.parent[v])
        assert one.distance[u] + network[u][int(v)]["weight"] == one.distance[v]


def test_without_weights_distances_are_levels(gpu):
    graph = grid_graph((7, 9))
    for device in ("cpu", "cuda"):
        assert sssp(graph, 3, device=device).distance.tolist() == bfs(graph, 3).level.tolist()


def test_a_graph_that_does_not_fit_is_refused(gpu, monkeypatch):
    monkeypatch.setattr(_device, "available_memory", lambda: 10)
    with pytest.raises(MemoryError, match="sssp by 'node' needs"):
        sssp(directed(), 0, strategy="node", device="cuda")
    assert not gpu.launched


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strategy": "edges"}, "strategy must be one of auto, node"),
        ({"delta": 0}, "delta must be 'auto' or a finite number above 0, got 0"),
        ({"delta": np.inf}, "delta must be 'auto' or a finite number above 0, got inf"),
        ({"delta": "wide"}, "delta must be 'auto' or a finite number above 0, got 'wide'"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        sssp(directed(), 0, **options)


def test_negative_lengths_are_refused():
    with pytest.raises(ValueError, match="negative"):
        sssp(Graph.from_edges([(0, 1), (1, 2)], [1.0, -2.0], directed=True), 0)
