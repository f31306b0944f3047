"""What estimates say that a GPU needs is what is allocated there, for every strategy."""

import tracemalloc
from functools import partial

import numpy as np
import pytest

from partwise import gpu as library
from partwise.gpu._advance import STRATEGIES, Advance
from partwise.graph import Graph, rmat_graph
from tests.gpu.emulated import Emulated

N, M = 3000, 9000
OVERHEAD = 40_000  # of Python's objects, which a device does not have


def graph_of(is_weighted):
    rng = np.random.default_rng(2)
    weights = rng.integers(1, 9, M) / 2 if is_weighted else None
    return Graph.from_edges(rng.integers(0, N, (M, 2)) ** 2 // N, weights, n_nodes=N)


CALLS = {
    "bfs": (partial(library.bfs, source=1), library.bfs_memory, False),
    "sssp": (partial(library.sssp, source=1), library.sssp_memory, True),
    "connected_components": (library.connected_components, library.components_memory, False),
    "pagerank": (partial(library.pagerank, max_iter=2), library.pagerank_memory, True),
}


@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
@pytest.mark.parametrize("name", CALLS)
def test_peaks(gpu, monkeypatch, name, strategy):
    call, memory, is_weighted = CALLS[name]
    graph = graph_of(is_weighted)
    # the arrays of the host are its own: a device would have copies
    device = Emulated()
    device.xp = _Copies()
    monkeypatch.setattr("partwise.gpu._backend.cuda", lambda: device)
    call(graph, strategy=strategy, device="cuda")  # compiles and caches
    tracemalloc.start()
    call(graph, strategy=strategy, device="cuda")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    estimate = memory(graph, strategy)
    host = _on_host(name, graph)
    assert 0.5 * estimate <= peak <= estimate + host + OVERHEAD


def _on_host(name, graph):
    """Bytes that a call takes on the host, at most."""
    n, m = graph.n_nodes, len(graph._arrays[1])
    return {"bfs": 5 * n, "sssp": 8 * m, "connected_components": 9 * n,
            "pagerank": 16 * m + 40 * n}[name]  # fmt: skip


class _Copies:
    def __getattr__(self, name):
        return np.array if name == "asarray" else getattr(np, name)


@pytest.mark.parametrize("name", CALLS)
def test_estimates_know_all_strategies_and_no_others(name):
    memory = CALLS[name][1]
    graph = rmat_graph(10, 8, random_state=0)
    least = memory(graph, "node")
    assert memory(graph, "edge") > least
    assert memory(graph, "node_splitting") > least
    for strategy in STRATEGIES:
        assert memory(graph, strategy) >= least
    with pytest.raises(ValueError, match="strategy must be one of auto, node, edge, workload_"):
        memory(graph, "twc")


@pytest.mark.parametrize("name", CALLS)
def test_a_graph_that_does_not_fit_by_one_strategy_may_fit_by_another(gpu, monkeypatch, name):
    call, memory, is_weighted = CALLS[name]
    graph = graph_of(is_weighted)
    free = memory(graph, "node")
    monkeypatch.setattr("partwise.gpu._device.available_memory", lambda: free)
    with pytest.raises(MemoryError, match=f"{name} by 'edge' needs"):
        call(graph, strategy="edge", device="cuda")
    assert not gpu.launched
    assert call(graph, strategy="node", device="cuda").strategy == "node"


def test_worklists_of_arcs_have_room_for_every_arc_once():
    graph = graph_of(False)
    indptr, indices, _, _ = graph._arrays
    indices = indices.astype(np.int32)
    advance = Advance(Emulated(), "sssp", "edge", indptr, indices)
    assert advance.new_list().nbytes == 8 * len(indices)
    assert (indptr[advance.arrays[1]] <= np.arange(len(indices))).all()
    assert (np.arange(len(indices)) < indptr[advance.arrays[1] + 1]).all()
