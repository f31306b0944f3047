"""``partwise.gpu.bfs``: what a user calls, on the CPU and with the emulator as its GPU."""

import sys

import networkx as nx
import numpy as np
import pytest

from partwise.errors import DeviceError
from partwise.gpu import _device, bfs, bfs_memory
from partwise.gpu._advance import STRATEGIES
from partwise.graph import Graph, as_graph, rmat_graph


def directed():
    rng = np.random.default_rng(3)
    return Graph.from_edges(rng.integers(0, 150, (500, 2)), n_nodes=150, directed=True)


@pytest.mark.parametrize("direction", ["auto", "push"])
@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
def test_gpu_and_cpu_agree_with_networkx(gpu, strategy, direction):
    graph = directed()
    network = nx.MultiDiGraph(np.stack(graph.to_edges()[:2], 1).tolist())
    network.add_nodes_from(range(150))
    expected = nx.single_source_shortest_path_length(network, 7)
    options = {"strategy": strategy, "direction": direction, "return_parent": True}
    one = bfs(graph, 7, device="cpu", **options)
    two = bfs(graph, 7, device="cuda", **options)
    assert gpu.launched
    assert (one.device, two.device) == ("cpu", "cuda")
    assert one.level.tolist() == [expected.get(v, -1) for v in range(150)]
    assert two.level.tolist() == one.level.tolist()
    assert two.parent.tolist() == one.parent.tolist()
    assert (one.depth, one.n_reached) == (max(expected.values()), len(expected))
    assert one.depth <= sum(one.strategies.values()) <= one.depth + 1
    assert one.depth <= sum(two.strategies.values()) <= one.depth + 1
    pushed = set(two.strategies) - {"pull"}
    assert pushed == ({"one_block"} if strategy == "auto" else {strategy})
    for v in np.flatnonzero(one.level > 0):
        u = one.parent[v]
        assert network.has_edge(u, v)
        assert one.level[u] == one.level[v] - 1


def test_a_graph_that_does_not_fit_is_refused_before_anything_is_allocated(gpu, monkeypatch):
    monkeypatch.setattr(_device, "available_memory", lambda: 1000)
    with pytest.raises(MemoryError, match=r"bfs by 'auto' needs 0\.00 GiB on the GPU"):
        bfs(directed(), 0, device="cuda")
    assert not gpu.launched


def test_worklists_of_arcs_take_more_memory():
    graph = rmat_graph(10, 8, random_state=0)
    least = bfs_memory(graph, "merge_path")
    assert bfs_memory(graph, "edge") > least
    assert bfs_memory(graph, "node_splitting") > least
    assert bfs_memory(directed()) > bfs_memory(directed(), may_pull=False)
    assert bfs_memory(graph) == bfs_memory(graph, "merge_path")
    with pytest.raises(ValueError, match="strategy must be one of auto, node, edge"):
        bfs_memory(graph, "split")


def test_without_a_gpu_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    _device.why_not_cuda.cache_clear()
    try:
        with pytest.raises(DeviceError, match=r"pip install 'partwise\[gpu\]'"):
            bfs([(0, 1)], 0, device="cuda")
        assert bfs([(0, 1)], 0, device="auto").device == "cpu"
    finally:
        _device.why_not_cuda.cache_clear()


def test_the_environment_names_the_device(gpu, monkeypatch):
    monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    assert bfs([(0, 1), (1, 2)], 0).device == "cuda"
    monkeypatch.setenv("PARTWISE_DEVICE", "tpu")
    with pytest.raises(ValueError, match="device must be 'cpu', 'cuda' or 'auto', got 'tpu'"):
        bfs([(0, 1)], 0)


@pytest.mark.parametrize(
    ("source", "options", "error", "message"),
    [
        (3, {}, IndexError, "source must be from 0 to 2, got 3"),
        (-1, {}, IndexError, "source must be from 0 to 2, got -1"),
        (0.0, {}, TypeError, "source must be the number of a node, got 0.0"),
        (True, {}, TypeError, "source must be the number of a node, got True"),
        (0, {"strategy": "twc"}, ValueError, "strategy must be one of auto, node, edge"),
        (0, {"direction": "pull"}, ValueError, "direction must be 'auto' or 'push', got 'pull'"),
    ],
)
def test_arguments_that_make_no_sense(source, options, error, message):
    with pytest.raises(error, match=message):
        bfs(as_graph([(0, 1), (1, 2)]), source, **options)
