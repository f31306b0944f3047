"""``leiden(device="cuda")``, emulated and with its twin, against the CPU's Leiden."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.cluster import Leiden, leiden, louvain
from partwise.cluster.communities import _parallel_leiden as parallel
from partwise.cluster.communities._problem import as_problem
from partwise.errors import DeviceError
from partwise.gpu import _device
from partwise.gpu._host import Host
from partwise.graph import Graph, as_graph, lfr_graph, planted_partition_graph
from partwise.metrics import cpm_score, modularity
from tests.gpu.strict import Strict


@pytest.fixture(autouse=True)
def no_graph_is_small(monkeypatch):
    """Let the device do all levels."""
    monkeypatch.setattr(parallel, "_FEW_ARCS", 0)


def weighted(seed=3):
    rng = np.random.default_rng(seed)
    edges = rng.integers(0, 60, (220, 2))
    return Graph.from_edges(edges, rng.random(220) + 0.1, n_nodes=63)


def karate():
    return as_graph(nx.karate_club_graph())


def solve(backend, graph, quality="modularity", resolution=1.0, seed=0, refine=True, n=2):
    problem = as_problem(graph, quality, resolution, None)
    start = np.arange(graph.n_nodes, dtype=np.uint32)
    return problem, parallel.leiden_in_parallel(backend, problem, start, n, refine, seed)


@pytest.mark.parametrize("refine", [True, False])
@pytest.mark.parametrize("quality", ["modularity", "cpm", "rb_er"])
@given(seed=st.integers(0, 10**6))
@settings(max_examples=8)
def test_devices_and_schedules_do_not_change_labels(quality, refine, seed):
    graph = weighted(seed)
    options = {"quality": quality, "resolution": 0.5, "seed": seed, "refine": refine}
    one = solve(Host(), graph, **options)[1]
    two = solve(Strict(seed), graph, **options)[1]
    three = solve(Host(2), graph, **options)[1]
    for other in (two, three):
        assert [level.tolist() for level in other.levels] == [
            level.tolist() for level in one.levels
        ]
        assert (other.n_moves, other.connected) == (one.n_moves, one.connected)


@pytest.mark.parametrize("seed", range(3))
def test_quality_is_that_of_the_cpu_within_a_percent(seed):
    graph, _ = lfr_graph(3000, mixing=0.35, mean_degree=15, random_state=seed)
    _, found = solve(Host(2), graph, seed=seed, n=3)
    best = leiden(graph, random_state=seed).quality
    assert modularity(graph, found.labels) >= 0.99 * best


def test_the_optimum_of_the_karate_club_is_found(gpu):
    values = [leiden(karate(), device="cuda", random_state=s, n_iterations=-1) for s in range(10)]
    assert max(found.quality for found in values) == pytest.approx(0.44490, abs=1e-5)
    assert all(found.quality > 0.42 for found in values)
    assert all(found.converged for found in values)
    assert "vote_thread" in gpu.launched


def test_a_start_never_gets_worse(gpu):
    graph, truth = (
        planted_partition_graph(5, 20, 0.5, 0.05, random_state=2),
        np.repeat(range(5), 20),
    )
    rng = np.random.default_rng(0)
    for start in (truth, rng.integers(0, 30, 100), np.zeros(100, int)):
        found = leiden(graph, device="cuda", initial_labels=start, random_state=1)
        assert found.quality >= modularity(graph, start) - 1e-12
    assert louvain(graph, device="cuda", random_state=1).quality > 0.4


@pytest.mark.parametrize("quality", ["modularity", "cpm"])
def test_pieces_are_connected_well(quality):
    graph, _ = lfr_graph(400, mixing=0.5, mean_degree=8, random_state=1)
    problem = as_problem(graph, quality, 0.05 if quality == "cpm" else 1.0, None)
    level = parallel._on(Host(), problem)
    rng = np.random.default_rng(3)
    communities = rng.integers(0, 6, 400).astype(np.int32)
    piece = parallel._pieces(level, communities, seed=5)
    network = graph.to_networkx()
    assert len(set(piece.tolist())) < 400
    for r in np.unique(piece):
        members = np.flatnonzero(piece == r)
        assert r in members
        assert len(set(communities[members].tolist())) == 1
        assert nx.is_connected(network.subgraph(members.tolist()))


def test_communities_hang_together(gpu):
    graph, _ = lfr_graph(300, mixing=0.5, mean_degree=6, random_state=4)
    found = leiden(graph, device="cuda", random_state=0)
    network = graph.to_networkx()
    for c in range(found.n_communities):
        assert nx.is_connected(network.subgraph(np.flatnonzero(found.labels == c).tolist()))


def test_cpm_of_a_clique_chain(gpu):
    cliques = [(u, v) for c in range(6) for u in range(5 * c, 5 * c + 5) for v in range(5 * c, u)]
    chain = cliques + [(5 * c, 5 * c + 5) for c in range(5)]
    found = leiden(chain, quality="cpm", resolution=0.5, device="cuda", random_state=0)
    assert found.sizes.tolist() == [5] * 6
    assert found.quality == cpm_score(as_graph(chain), found.labels, resolution=0.5)


def test_nothing_to_move(gpu):
    empty = Graph.from_edges(np.zeros((0, 2), np.int64), n_nodes=4)
    assert leiden(empty, device="cuda", random_state=0).labels.tolist() == [0, 1, 2, 3]
    nothing = Graph.from_edges(np.zeros((0, 2), np.int64), n_nodes=0)
    assert leiden(nothing, device="cuda", random_state=0).n_communities == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"theta": 0.1}, "theta must be 0, got 0.1"),
        ({"fixed": [0] + [-1] * 33}, "fixed must be None"),
        ({"max_size": 9}, "min_size and max_size must be None"),
        ({"consensus": 3}, "consensus must be None or 1, got 3"),
    ],
)
def test_what_a_gpu_cannot_do_is_refused_or_done_on_the_cpu(gpu, options, message):
    with pytest.raises(ValueError, match=message):
        leiden(karate(), device="cuda", random_state=0, **options)
    assert leiden(karate(), device="auto", random_state=0, **options).device == "cpu"
    directed = as_graph(nx.gnp_random_graph(10, 0.3, directed=True, seed=1))
    with pytest.raises(ValueError, match="no quality with two values for a node"):
        leiden(directed, device="cuda")


def test_devices(gpu, monkeypatch):
    assert leiden(karate()).device == "cpu"
    assert Leiden(device="cuda", random_state=0).fit(karate()).device_ == "cuda"
    monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    assert leiden(karate()).to_dict()["device"] == "cuda"
    monkeypatch.setattr(_device, "available_memory", lambda: 100)
    with pytest.raises(MemoryError, match="Leiden needs"):
        leiden(karate())
    monkeypatch.setattr(_device, "why_not_cuda", lambda: "no NVIDIA GPU was found")
    with pytest.raises(DeviceError, match="no NVIDIA GPU was found"):
        leiden(karate())


@pytest.mark.parametrize("few_arcs", [300, 10**9])
def test_the_cpu_goes_on_from_small_graphs(gpu, monkeypatch, few_arcs):
    monkeypatch.setattr(parallel, "_FEW_ARCS", few_arcs)
    graph, _ = lfr_graph(300, mixing=0.3, mean_degree=8, random_state=2)
    found = leiden(graph, device="cuda", random_state=3)
    assert found.quality >= 0.99 * leiden(graph, random_state=3).quality
    problem = as_problem(graph, "modularity", 1.0, None)
    start = np.arange(graph.n_nodes, dtype=np.uint32)
    twins = [parallel.leiden_in_parallel(Host(jobs), problem, start, 3, True, 3) for jobs in (1, 2)]
    for twin in twins:
        assert [level.tolist() for level in twin.levels] == [
            level.tolist() for level in twins[0].levels
        ]
        assert len(set(zip(twin.labels.tolist(), found.labels.tolist()))) == found.n_communities
    assert ("vote_thread" in gpu.launched) == (few_arcs == 300)
