"""Shortest paths on the emulated device and on the CPU, against SciPy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra as oracle

from partwise.gpu import _sssp
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._kernels.sssp import dijkstra, find_parents
from partwise.gpu._near_far import distances, width
from partwise.gpu._sssp import distances_on_cpu
from partwise.gpu._traversal import DeviceGraph
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


def weighted(indptr, indices, kind, seed=0):
    """Weights of the arcs: the same in both directions."""
    rows = np.repeat(np.arange(len(indptr) - 1), np.diff(indptr))
    low, high = np.minimum(rows, indices), np.maximum(rows, indices)
    mixed = (low * 7919 + high * 104729 + seed * 31) % 97
    return {"unit": mixed * 0.0 + 1, "whole": mixed + 1.0, "real": mixed / 7 + 0.1,
            "zeros": np.maximum(mixed - 48.0, 0)}[kind]  # fmt: skip


def expected(indptr, indices, weights):
    """SciPy knows neither parallel arcs nor weights of 0: it gets the least, and a tiny one."""
    n = len(indptr) - 1
    rows = np.repeat(np.arange(n), np.diff(indptr))
    order = np.lexsort((weights, indices, rows))
    pairs = rows[order] * n + indices[order]
    first = np.concatenate(([True], np.diff(pairs) > 0)) if len(pairs) else np.zeros(0, bool)
    kept = order[first]
    data = np.where(weights[kept] == 0, 1e-14, weights[kept])
    return oracle(csr_array((data, (rows[kept], indices[kept])), shape=(n, n)), indices=0)


def on_cpu(indptr, indices, weights):
    distance = np.full(len(indptr) - 1, np.inf)
    dijkstra(indptr, indices, weights, 0, distance)
    assert distances_on_cpu(indptr, indices, weights, 0)[0].tolist() == distance.tolist()
    return distance


def on_device(indptr, indices, weights, strategy, delta, seed=0):
    indptr, indices, weights = there(indptr, indices, weights)
    graph, device = DeviceGraph(indptr, indices, indptr, indices), Strict(seed)
    return device.to_host(distances(device, graph, weights, 0, strategy, delta)[0])


@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
@pytest.mark.parametrize("kind", ["unit", "whole", "real", "zeros"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_distances(graph, kind, strategy):
    indptr, indices = rows_of(*GRAPHS[graph])
    weights = weighted(indptr, indices, kind)
    mean = weights.mean() if len(weights) else 1.0
    delta = width(mean, len(indices) / (len(indptr) - 1)) or 1.0
    one = on_cpu(indptr, indices, weights)
    assert one == pytest.approx(expected(indptr, indices, weights), rel=1e-12, abs=1e-11)
    two = on_device(indptr, indices, weights, strategy, delta)
    assert two.tolist() == one.tolist()


@given(
    seed=st.integers(0, 10**6),
    strategy=st.sampled_from(["auto", *STRATEGIES]),
    delta=st.sampled_from([1e-3, 0.5, 3.0, 50.0, 1e9]),
)
def test_distances_are_the_same_to_the_bit_whatever_the_width_and_the_schedule(
    seed, strategy, delta
):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    indptr, indices = rows_of(n, rng.integers(0, n, (int(rng.integers(0, 3 * n)), 2)).tolist())
    weights = weighted(indptr, indices, str(rng.choice(["whole", "real", "zeros"])), seed)
    found = on_device(indptr, indices, weights, strategy, delta, seed)
    assert found.tolist() == on_cpu(indptr, indices, weights).tolist()


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["unit", "real", "zeros"]))
def test_parents_lead_back_to_the_source(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    indptr, indices = rows_of(n, rng.integers(0, n, (2 * n, 2)).tolist())
    weights = weighted(indptr, indices, kind, seed)
    distance = on_cpu(indptr, indices, weights)
    parent = np.full(n, -1, np.int32)
    find_parents(indptr, indices, weights, 0, distance, parent)
    for v in range(n):
        if v == 0 or np.isinf(distance[v]):
            assert parent[v] == -1
            continue
        row = slice(indptr[v], indptr[v + 1])
        least = weights[row][indices[row] == parent[v]].min()
        assert distance[parent[v]] + least == distance[v]
        steps = 0
        while v != 0:
            v, steps = parent[v], steps + 1
            assert steps <= n


@given(seed=st.integers(0, 10**6), kind=st.sampled_from(["whole", "real", "equal", "wide"]))
def test_buckets_and_heap_find_the_same_to_the_bit(seed, kind):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    indptr, indices = rows_of(n, rng.integers(0, n, (int(rng.integers(0, 5 * n)), 2)).tolist())
    m = len(indices)
    weights = {
        "whole": rng.integers(0, 9, m).astype(float),
        "real": rng.random(m),
        "equal": np.ones(m),
        "wide": 10.0 ** rng.integers(-9, 9, m),
    }[kind]
    distance = np.full(n, np.inf)
    dijkstra(indptr, indices, weights, 0, distance)
    found, used = distances_on_cpu(indptr, indices, weights, 0)
    assert found.tolist() == distance.tolist()
    if kind == "equal" and m > 0:
        assert used == "buckets"


@pytest.mark.parametrize("heavy", [0.0, 1e9])
def test_weights_that_are_no_good_for_buckets(heavy):
    indptr, indices = rows_of(2001, [(0, v) for v in range(1, 2001)])
    weights = np.full(4000, 0.0 if heavy == 0.0 else 1.0)
    weights[[0, 2000]] = heavy
    found, used = distances_on_cpu(indptr, indices, weights, 0)
    assert used == "dijkstra"
    assert found.tolist() == [0.0, heavy, *weights[1:2000]]


def test_nodes_that_come_back_too_often_go_to_the_heap(monkeypatch):
    indptr, indices = rows_of(*GRAPHS["dense"])
    weights = np.random.default_rng(0).random(len(indices))
    monkeypatch.setattr(_sssp, "_OFTEN", 0)
    monkeypatch.setattr(_sssp, "_SPARE", 20)
    found, used = distances_on_cpu(indptr, indices, weights, 0)
    assert used == "dijkstra"
    distance = np.full(len(indptr) - 1, np.inf)
    dijkstra(indptr, indices, weights, 0, distance)
    assert found.tolist() == distance.tolist()
