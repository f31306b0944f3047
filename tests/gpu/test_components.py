"""``partwise.gpu.connected_components``, on the CPU and with the emulator as its GPU."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csgraph

from partwise.gpu import connected_components
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._components import least_nodes_on
from partwise.gpu._traversal import DeviceGraph
from partwise.graph import Graph, grid_graph
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


def in_order(labels):
    """Number components in the order of their least nodes."""
    _, first, found = np.unique(labels, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[found].tolist()


@pytest.mark.parametrize("strategy", ["auto", *STRATEGIES])
@pytest.mark.parametrize("graph", GRAPHS)
def test_components_are_those_of_scipy(gpu, graph, strategy):
    n, edges = GRAPHS[graph]
    graph = Graph.from_edges(np.array(edges, np.int64).reshape(-1, 2), n_nodes=n)
    number, labels = csgraph.connected_components(graph.to_scipy())
    for device in ("cpu", "cuda"):
        found = connected_components(graph, strategy=strategy, device=device)
        assert found.n_components == number
        assert found.labels.tolist() == in_order(labels)
        assert found.device == device
    assert gpu.launched[-1] == "components_flatten"


@given(seed=st.integers(0, 10**6), strategy=st.sampled_from(STRATEGIES))
def test_whatever_the_schedule_roots_are_the_least_nodes(seed, strategy):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 150))
    indptr, indices = rows_of(n, rng.integers(0, n, (int(rng.integers(0, n)), 2)).tolist())
    device, arcs = Strict(seed), there(indptr, indices)
    least = device.to_host(least_nodes_on(device, DeviceGraph(*arcs, *arcs), strategy))
    from scipy.sparse import csr_array

    matrix = csr_array((np.ones(len(indices)), indices.copy(), indptr.copy()), shape=(n, n))
    labels = csgraph.connected_components(matrix)[1]
    for component in range(labels.max() + 1):
        members = np.flatnonzero(labels == component)
        assert (least[members] == members[0]).all()


def test_directions_do_not_count(gpu):
    graph = Graph.from_edges([(4, 1), (2, 3), (0, 3)], n_nodes=5, directed=True)
    for device in ("cpu", "cuda"):
        found = connected_components(graph, device=device)
        assert found.labels.tolist() == [0, 1, 0, 0, 1]


def test_no_nodes_and_no_edges(gpu):
    for device in ("cpu", "cuda"):
        assert connected_components(grid_graph((0, 0)), device=device).n_components == 0
        empty = Graph.from_edges(np.zeros((0, 2), np.int64), n_nodes=3)
        assert connected_components(empty, device=device).labels.tolist() == [0, 1, 2]


def test_strategies_that_are_none():
    with pytest.raises(ValueError, match="strategy must be one of auto, node"):
        connected_components([(0, 1)], strategy="edges")
