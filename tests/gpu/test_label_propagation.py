"""``label_propagation(device=...)``: the same labels from the CPU and from a (emulated) GPU."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.cluster import LabelPropagation, label_propagation
from partwise.cluster.communities import _parallel_propagation as parallel
from partwise.cluster.communities._label_propagation import _colours
from partwise.cluster.communities._problem import as_problem
from partwise.errors import DeviceError
from partwise.gpu import _device
from partwise.gpu._exact import as_whole
from partwise.gpu._host import Host
from partwise.graph import Graph, lfr_graph, planted_partition_graph
from tests.gpu.strict import Strict


def weighted():
    rng = np.random.default_rng(3)
    edges = rng.integers(0, 90, (400, 2))
    return Graph.from_edges(edges, rng.random(400) + 0.1, n_nodes=95, directed=True)


@pytest.mark.parametrize("method", ["semi-synchronous", "parallel"])
@pytest.mark.parametrize(
    "graph", [weighted(), planted_partition_graph(6, 25, 0.4, 0.02, random_state=1)]
)
def test_labels_do_not_depend_on_the_device(gpu, method, graph):
    fixed = np.full(graph.n_nodes, -1)
    fixed[:3] = 5, 5, 7
    for held in (None, fixed):
        options = {"method": method, "fixed": held, "random_state": 3}
        one = label_propagation(graph, device="cpu", **options)
        two = label_propagation(graph, device="cuda", **options)
        three = label_propagation(graph, device="cpu", n_jobs=2, **options)
        assert two.labels.tolist() == one.labels.tolist() == three.labels.tolist()
        assert (one.n_iter, one.converged) == (two.n_iter, two.converged)
        assert (one.device, two.device) == ("cpu", "cuda")
    assert "vote_thread" in gpu.launched


@given(seed=st.integers(0, 10**6))
def test_schedules_do_not_change_labels(seed):
    graph = weighted()
    csr = as_problem(graph, "cpm", 1.0, None).csr
    n = graph.n_nodes
    start = np.arange(n, dtype=np.uint32)
    free = np.zeros(n, np.uint8)
    for solve in (
        lambda backend: parallel.in_parallel(backend, csr, start, free, 50, seed),
        lambda backend: parallel.by_classes(backend, csr, start, free, _colours(csr), 50),
    ):
        one, two = solve(Host()), solve(Strict(seed))
        assert one[0].tolist() == two[0].tolist()
        assert one[1:] == two[1:]


def test_the_parallel_method_finds_as_good_communities_as_the_queue():
    values = {}
    for method in ("queue", "parallel"):
        values[method] = [
            label_propagation(
                lfr_graph(3000, mixing=0.3, mean_degree=15, random_state=s)[0],
                method=method,
                random_state=s,
            ).quality
            for s in range(4)
        ]
    assert np.mean(values["parallel"]) >= 0.99 * np.mean(values["queue"])


def test_methods_and_devices_that_go_together(gpu, monkeypatch):
    graph = planted_partition_graph(3, 10, 0.9, 0.0, random_state=1)
    assert label_propagation(graph).method == "queue"
    found = label_propagation(graph, device="cuda")
    assert (found.method, found.device, found.n_communities) == ("parallel", "cuda", 3)
    assert LabelPropagation(device="cuda").fit(graph).device_ == "cuda"
    with pytest.raises(
        ValueError,
        match="device='cuda' has method='semi-synchronous' or 'parallel' only, got method='queue'",
    ):
        label_propagation(graph, method="queue", device="cuda")
    assert label_propagation(graph, method="queue", device="auto").device == "cpu"
    monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    assert label_propagation(graph).device == "cuda"
    assert label_propagation(graph, method="asynchronous").device == "cpu"
    monkeypatch.setattr(_device, "available_memory", lambda: 100)
    with pytest.raises(MemoryError, match="label propagation needs"):
        label_propagation(graph)


def test_without_a_gpu_there_is_an_error_that_says_so(monkeypatch):
    monkeypatch.setattr(_device, "why_not_cuda", lambda: "no NVIDIA GPU was found")
    with pytest.raises(DeviceError, match="no NVIDIA GPU was found"):
        label_propagation([(0, 1)], device="cuda")


@pytest.mark.parametrize("n", [1, 2, 7, 100, 1009])
def test_orders_are_permutations_and_have_inverses(n):
    label = np.arange(n, dtype=np.int32)
    orders = [parallel._Order(n, seed) for seed in range(5)] + [parallel._Backwards(n)]
    for order in orders:
        rank = order.rank(np, label)
        assert sorted(rank.tolist()) == label.tolist()
        assert order.label(np, rank).tolist() == label.tolist()
    assert orders[-1].rank(np, label).tolist() == label[::-1].tolist()


def test_whole_numbers_stay_and_others_keep_their_proportions():
    whole, scale = as_whole(np.array([3.0, 0.0, 12.0]))
    assert (whole.tolist(), scale) == ([3.0, 0.0, 12.0], 1.0)
    parts, scale = as_whole(np.array([0.1, 0.25, 1e-3]))
    assert parts.tolist() == np.rint(parts).tolist()
    assert parts / scale == pytest.approx([0.1, 0.25, 1e-3], rel=1e-12)
    large, scale = as_whole(np.array([2.0**60, 2.0**59]))
    assert large[0] == pytest.approx(2 * large[1], abs=1.0)
    assert large.sum() == pytest.approx(2.0**50)
