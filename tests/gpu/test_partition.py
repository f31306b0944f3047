"""``partition_graph(device=...)``: the same partition from the CPU and from a (emulated) GPU."""

import numpy as np
import pytest

from partwise.errors import DeviceError
from partwise.gpu import _device
from partwise.graph import Graph, grid_graph, rmat_graph
from partwise.partition import GraphPartitioner, partition_graph, refine_partition


def weighted():
    rng = np.random.default_rng(2)
    graph = rmat_graph(7, 5, random_state=3)
    src, dst, _ = graph.to_edges()
    return Graph.from_edges(
        np.stack([src, dst], 1), weights=rng.integers(1, 9, len(src)), n_nodes=graph.n_nodes,
        node_weights=rng.integers(1, 4, graph.n_nodes),
    )  # fmt: skip


@pytest.fixture
def small_levels(monkeypatch):
    """Coarsen down to a few nodes, so that small graphs have several levels."""
    monkeypatch.setattr("partwise.partition._jet.solver._COARSEST", 40)


@pytest.mark.parametrize("k", [2, 7])
@pytest.mark.parametrize("graph", [grid_graph((15, 20)), weighted()], ids=["grid", "weighted"])
def test_both_devices_find_the_same_partition(gpu, small_levels, graph, k):
    options = {"imbalance": 0.05, "random_state": 4}
    fixed = np.full(graph.n_nodes, -1)
    fixed[[0, 100, 101]] = 0, 1, 1
    for more in ({}, {"fixed": fixed}, {"n_trials": 2}):
        one = partition_graph(graph, k, preset="jet", device="cpu", **more, **options)
        two = partition_graph(graph, k, preset="jet", device="cuda", **more, **options)
        three = partition_graph(graph, k, preset="jet", device="cpu", n_jobs=2, **more, **options)
        assert two.labels.tolist() == one.labels.tolist() == three.labels.tolist()
        assert (one.device, two.device) == ("cpu", "cuda")
        assert (one.preset, two.preset) == ("jet", "jet")
        assert one.feasible
        assert one.n_levels == two.n_levels > 1
    assert {"matching_prefer_thread", "jet_gain_thread", "vote_thread"} <= set(gpu.launched)


def test_a_start_is_improved_and_never_lost(gpu, small_levels):
    graph = grid_graph((16, 16))
    start = np.arange(256) % 16 // 4
    rng = np.random.default_rng(1)
    start[rng.random(256) < 0.1] = 2
    found = [
        refine_partition(
            graph, start, 4, imbalance=0.1, preset="jet", device=device, random_state=1
        )
        for device in ("cpu", "cuda")
    ]
    assert found[0].labels.tolist() == found[1].labels.tolist()
    best = partition_graph(graph, 4, preset="quality", imbalance=0.1, random_state=0)
    again = refine_partition(
        graph, best.labels, imbalance=0.1, preset="jet", device="cuda", random_state=1
    )
    assert again.cut <= best.cut
    assert again.feasible


def test_the_default_preset_is_jet_on_a_gpu_only(gpu, monkeypatch):
    graph = grid_graph((6, 6))
    assert partition_graph(graph, 2).preset == "default"
    assert partition_graph(graph, 2, device="auto").preset == "default"
    found = partition_graph(graph, 2, device="cuda")
    assert (found.preset, found.device) == ("jet", "cuda")
    assert found.to_dict()["device"] == "cuda"
    with pytest.raises(ValueError, match="device='cuda' has preset='jet' only, got preset='fast'"):
        partition_graph(graph, 2, device="cuda", preset="fast")
    monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    assert partition_graph(graph, 2).device == "cuda"
    assert partition_graph(graph, 2, preset="quality").device == "cpu"
    estimator = GraphPartitioner(2, preset="jet", random_state=0).fit(graph)
    assert estimator.device_ == "cuda"


def test_without_a_gpu_there_is_an_error_that_says_so(monkeypatch):
    monkeypatch.setattr(_device, "why_not_cuda", lambda: "no NVIDIA GPU was found")
    with pytest.raises(DeviceError, match="no NVIDIA GPU was found"):
        partition_graph(grid_graph((6, 6)), 2, device="cuda")
    assert partition_graph(grid_graph((6, 6)), 2, device="auto", preset="jet").device == "cpu"


def test_what_does_not_fit_is_refused_before_anything_is_moved(gpu, monkeypatch):
    monkeypatch.setattr(_device, "available_memory", lambda: 1000)
    with pytest.raises(MemoryError, match="a partition by preset='jet' needs"):
        partition_graph(grid_graph((60, 60)), 2, device="cuda")
    assert not gpu.launched


def test_weights_whose_sums_are_not_exact_are_refused():
    graph = Graph.from_edges([(0, 1), (1, 2)], weights=[1, 2**54])
    with pytest.raises(ValueError, match=r"edge weights must sum to less than 2\^53"):
        partition_graph(graph, 2, preset="jet")


def test_nodes_without_weight_go_anywhere_and_count_nothing(gpu, small_levels):
    rng = np.random.default_rng(0)
    src, dst, _ = grid_graph((16, 20)).to_edges()
    weights = rng.integers(0, 3, 320)
    graph = Graph.from_edges(np.stack([src, dst], 1), node_weights=weights)
    one, two = (
        partition_graph(graph, 5, preset="jet", device=device, random_state=1)
        for device in ("cpu", "cuda")
    )
    assert two.labels.tolist() == one.labels.tolist()
    assert one.feasible
    assert one.block_weights.tolist() == np.bincount(one.labels, weights).tolist()
