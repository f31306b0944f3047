import math

import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Graph, Hypergraph, as_graph
from partwise.graph.generators import grid_graph
from partwise.partition.netlist._generators import rent_netlist, typed_netlist
from partwise.partition.netlist._netlist import Netlist

LUT, DSP, BRAM = range(3)
GRID = grid_graph((120, 120))


def terminals(netlist, size):
    """Mean number of nets that leave a block of `size` consecutive nodes."""
    labels = np.arange(netlist.n_nodes) // size
    return (netlist.cut(labels) + netlist.connectivity(labels)) / (netlist.n_nodes / size)


def first_rows(netlist):
    """What each node takes with its first personality."""
    return netlist.chosen(np.zeros(netlist.n_nodes, int))


def types_of(netlist):
    return np.argmax(first_rows(netlist) > 0, axis=1)


def second_rows(netlist, nodes):
    """What those of `nodes` with two personalities take with the second one, and which they are."""
    two = nodes[np.diff(netlist.personality_indptr)[nodes] == 2]
    return netlist.amounts[netlist.personality_indptr[two] + 1], two


def same_type_edges(netlist, types, r):
    """The share of the pins next to a pin of type `r`, among nets of two pins, that are so too."""
    pins = types[netlist.hypergraph.net_pins].reshape(-1, 2) == r
    return pins.all(axis=1).sum() * 2 / pins.sum()


# -- Rent's rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.5, 0.65, 0.75])
@pytest.mark.parametrize("open_probability", [0.35, 0.6])
def test_terminals_follow_rents_rule(exponent, open_probability):
    netlist = rent_netlist(
        2**13, rent_exponent=exponent, open_probability=open_probability, random_state=1
    )
    sizes = 2 ** np.arange(3, 11)
    counts = np.array([terminals(netlist, size) for size in sizes])
    slope = np.polyfit(np.log(sizes), np.log(counts), 1)[0]
    assert abs(slope - exponent) < 0.03
    np.testing.assert_allclose(counts, 3.0 * sizes**exponent, rtol=0.1)


@pytest.mark.parametrize("n", [1000, 1500, 2**14])
def test_net_degrees(n):
    netlist = rent_netlist(n, random_state=2)
    degrees = np.diff(netlist.hypergraph.net_indptr)
    assert degrees.min() == 2
    assert 3.0 < degrees.mean() < 4.0
    assert np.median(degrees) < 4
    assert 10 < degrees.max() < n / 10
    share = netlist.n_pins / n
    assert 2.8 < share < 3.2


@pytest.mark.parametrize("q", [0.0, 0.35, 0.5, 0.6])
def test_mean_degree_is_what_the_documentation_says(q):
    netlist = rent_netlist(2**15, rent_exponent=0.5, open_probability=q, random_state=3)
    assert netlist.n_pins / netlist.n_nets == pytest.approx((2 - q) / (1 - q), rel=0.03)


def test_pins_are_poisson():
    netlist = rent_netlist(2**14, pins_per_node=2.0, random_state=4)
    pins = np.diff(netlist.hypergraph.node_indptr)
    shares = np.bincount(pins, minlength=12)[:12] / netlist.n_nodes
    expected = np.array([math.exp(-2.0) * 2.0**i / math.factorial(i) for i in range(12)])
    np.testing.assert_allclose(shares, expected, atol=0.015)


@given(
    st.integers(0, 70),
    st.floats(0.01, 6.0),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
    st.integers(0, 2**63 - 1),
)
def test_any_parameters_give_nets(n, pins, exponent, q, seed):
    netlist = rent_netlist(
        n,
        pins_per_node=pins,
        rent_exponent=exponent,
        open_probability=q,
        random_state=seed,
    )
    assert netlist.n_nodes == n
    assert netlist.resources == ("LUT", "FF", "DSP", "BRAM")
    assert np.diff(netlist.hypergraph.net_indptr).min(initial=2) >= 2
    h = netlist.hypergraph
    assert Netlist.from_arrays(
        n,
        (h.net_indptr, h.net_pins),
        (netlist.personality_indptr, netlist.amounts),
        resources=netlist.resources,
    ).equals(netlist)


def test_implementations_of_a_heterogeneous_netlist():
    netlist = rent_netlist(2**14, random_state=5)
    counts = np.diff(netlist.personality_indptr)
    first = first_rows(netlist)
    kinds = {
        "logic": counts == 1,
        "memory": counts == 3,
        "multiplier": (counts == 2) & (first[:, 2] == 1),
        "shift": (counts == 2) & (first[:, 2] == 0) & (first[:, 1] == 0),
        "machine": (counts == 2) & (first[:, 1] > 0),
    }
    shares = {"logic": 0.70, "shift": 0.08, "machine": 0.06, "multiplier": 0.09, "memory": 0.07}
    for kind, nodes in kinds.items():
        assert nodes.mean() == pytest.approx(shares[kind], abs=0.01)
    rows = {
        kind: [netlist.personalities_of(v).tolist() for v in np.flatnonzero(nodes)]
        for kind, nodes in kinds.items()
    }
    assert {lut for [[lut, _, _, _]] in rows["logic"]} == set(range(5, 16))
    assert {ff for [[_, ff, _, _]] in rows["logic"]} == set(range(17))
    lengths = {second[1] for _, second in rows["shift"]}
    assert lengths <= set(range(16, 129))
    assert len(lengths) > 100
    for first_row, second in rows["shift"]:
        assert (first_row, second) == ([math.ceil(second[1] / 32), 0, 0, 0], [0, second[1], 0, 0])
    assert {row[0][0] for row in rows["machine"]} == set(range(10, 61))
    assert {row[0][1] for row in rows["machine"]} == set(range(3, 9))
    assert all(row[1] == [0, 0, 0, 1] for row in rows["machine"])
    for first_row, second in rows["multiplier"]:
        bits = second[1] // 2
        assert 8 <= bits <= 18
        assert first_row == [0, 0, 1, 0]
        assert second == [math.ceil(70 * bits / 8), 2 * bits, 0, 0]
    assert {row[2][1] for row in rows["memory"]} == {2**x for x in range(9, 17)}
    for first_row, second, third in rows["memory"]:
        size = third[1]
        assert first_row == [0, 0, 0, math.ceil(size / 18432)]
        assert (second, third) == ([size // 64, 0, 0, 0], [0, size, 0, 0])


def test_a_homogeneous_netlist_is_plain_logic():
    netlist = rent_netlist(500, heterogeneous=False, random_state=6)
    assert netlist.n_personalities == 500
    assert netlist.amounts[:, 2:].max() == 0
    assert netlist.hypergraph.equals(rent_netlist(500, random_state=6).hypergraph)


def test_memories_come_in_clusters():
    netlist = rent_netlist(2**14, random_state=7)
    memory = np.diff(netlist.personality_indptr) == 3
    labels = np.arange(netlist.n_nodes) // 16
    counts = np.bincount(labels, weights=memory)
    # As independent draws the counts would have about the variance of their mean.
    assert counts.var() > 1.5 * counts.mean()


@pytest.mark.parametrize("make", [rent_netlist, lambda n, **o: typed_netlist(GRID, **o)])
def test_the_seed_decides(make):
    netlist = make(500, random_state=8)
    assert netlist.equals(make(500, random_state=8))
    assert not netlist.equals(make(500, random_state=9))
    drawn = [make(500, random_state=np.random.default_rng(1)) for _ in range(2)]
    assert drawn[0].equals(drawn[1])
    assert not make(500).equals(make(500))


@pytest.mark.parametrize(
    ("n", "options", "error", "message"),
    [
        (-1, {}, ValueError, r"n_nodes must be from 0 to 2147483647, got -1"),
        (2.5, {}, TypeError, r"n_nodes must be an integer, got float"),
        (5, {"pins_per_node": 0}, ValueError, r"pins_per_node must be above 0, at most 100, got 0"),
        (5, {"pins_per_node": 101}, ValueError, r"pins_per_node .* got 101"),
        (5, {"pins_per_node": math.nan}, ValueError, r"pins_per_node .* got nan"),
        (5, {"rent_exponent": 1.1}, ValueError, r"rent_exponent must be from 0 to 1, got 1.1"),
        (5, {"open_probability": -0.1}, ValueError, r"open_probability must be from 0 to 1"),
        (5, {"random_state": "a"}, TypeError, r"random_state must be None, .* got str"),
    ],
)
def test_bad_rent_parameters(n, options, error, message):
    with pytest.raises(error, match=message):
        rent_netlist(n, **options)


# -- typed nodes -----------------------------------------------------------------------------------


def test_types_amounts_and_alternatives():
    netlist = typed_netlist(GRID, random_state=0)
    types, first = types_of(netlist), first_rows(netlist)
    assert netlist.resources == ("LUT", "DSP", "BRAM")
    for r, share in ((LUT, 0.84), (DSP, 0.09), (BRAM, 0.07)):
        assert (types == r).mean() == pytest.approx(share, abs=0.01)
    assert (np.count_nonzero(netlist.amounts, axis=1) == 1).all()
    for r, low, high in ((LUT, 5, 15), (DSP, 170, 370), (BRAM, 230, 630)):
        own = first[types == r, r]
        assert low <= own.min() <= low + 5
        assert high - 5 <= own.max() <= high
        assert own.mean() == pytest.approx((low + high) / 2, rel=0.03)
    assert set(first[types == LUT, LUT]) == set(range(5, 16))
    assert (np.diff(netlist.personality_indptr)[types == LUT] == 1).all()
    for r, share, high in ((DSP, 0.98, 3.0), (BRAM, 0.95, 2.0)):
        nodes = np.flatnonzero(types == r)
        second, two = second_rows(netlist, nodes)
        assert len(two) / len(nodes) == pytest.approx(share, abs=0.02)
        assert (second[:, [DSP, BRAM]] == 0).all()
        ratio = second[:, LUT] / first[two, r]
        assert 0.1 <= ratio.min() < 0.2
        assert high - 0.1 < ratio.max() <= high + 1 / 170
        assert ratio.mean() == pytest.approx((0.1 + high) / 2, abs=0.08)


def test_types_come_in_clusters():
    clustered, loose = (
        typed_netlist(GRID, clustering=c, random_state=1) for c in ((0, 0.7, 0.9), (0, 0, 0))
    )
    a, b = types_of(clustered), types_of(loose)
    for r, share in ((DSP, 0.09), (BRAM, 0.07)):
        assert same_type_edges(loose, b, r) == pytest.approx(share, abs=0.03)
        assert same_type_edges(clustered, a, r) > 3 * share
    assert same_type_edges(clustered, a, BRAM) > same_type_edges(clustered, a, DSP)


def test_a_type_that_always_clusters_makes_large_pieces():
    pieces = []
    for share in (0, 1):
        netlist = typed_netlist(
            GRID, probabilities=(0.9, 0, 0.1), clustering=(0, 0, share), random_state=2
        )
        memories = np.flatnonzero(types_of(netlist) == BRAM)
        pieces.append(
            nx.number_connected_components(GRID.to_networkx().subgraph(memories.tolist()))
            / len(memories)
        )
    assert pieces[0] > 0.7
    assert pieces[1] < 0.3


def test_neighbours_are_those_of_the_nets():
    # Ten nets of 30 nodes each that share no node: a type that always clusters fills whole nets.
    nets = np.arange(300).reshape(10, 30).tolist()
    netlist = typed_netlist(
        Hypergraph.from_nets(nets),
        probabilities=(0, 0.5, 0.5),
        clustering=(0, 1, 1),
        random_state=3,
    )
    memories = (types_of(netlist) == BRAM).reshape(10, 30).sum(axis=1)
    assert np.count_nonzero((memories > 0) & (memories < 30)) < 10
    loose = typed_netlist(
        Hypergraph.from_nets(nets),
        probabilities=(0, 0.5, 0.5),
        clustering=(0, 0, 0),
        random_state=3,
    )
    mixed = (types_of(loose) == BRAM).reshape(10, 30).sum(axis=1)
    assert memories.std() > 2 * mixed.std()


def test_parameters_of_the_types():
    netlist = typed_netlist(
        GRID,
        probabilities=(0, 1, 0),
        amounts=((1, 1), (10, 10), (1, 1)),
        alternatives=(1, 0),
        factors=((0.25, 0.25), (1, 1)),
        random_state=0,
    )
    assert np.unique(netlist.amounts, axis=0).tolist() == [[0, 10, 0], [3, 0, 0]]
    assert np.diff(netlist.personality_indptr).tolist() == [2] * GRID.n_nodes


def test_every_container_gives_the_same_netlist():
    edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)]
    graph = Graph.from_edges(edges)
    netlist = typed_netlist(graph, random_state=1)
    pins = netlist.hypergraph.net_pins.reshape(-1, 2).tolist()
    assert pins == [[0, 1], [0, 2], [1, 2], [2, 3], [3, 4]]
    assert netlist.hypergraph.net_weights is None
    for other in (edges, graph.to_scipy(bool), netlist.hypergraph):
        assert typed_netlist(other, random_state=1).equals(netlist)


def test_weights_names_loops_and_directions():
    weighted = nx.Graph([("a", "b", {"weight": 2.5}), ("b", "c", {"weight": 1}), ("c", "c")])
    netlist = typed_netlist(weighted, random_state=0)
    h = netlist.hypergraph
    assert h.names.tolist() == ["a", "b", "c"]
    assert h.net_pins.reshape(-1, 2).tolist() == [[0, 1], [1, 2]]
    assert h.net_weights.tolist() == [2.5, 1.0]
    arcs = sp.csr_array(np.array([[1, 2, 0], [3, 0, 0], [0, 4, 0]]))
    assert as_graph(arcs).directed
    h = typed_netlist(arcs, random_state=0).hypergraph
    assert h.net_pins.reshape(-1, 2).tolist() == [[0, 1], [0, 1], [1, 2]]
    assert h.net_weights.tolist() == [2, 3, 4]
    nets = Hypergraph.from_nets([[0, 1, 2]], net_weights=[7], node_weights=[1, 2, 3], names="xyz")
    h = typed_netlist(nets, random_state=0).hypergraph
    assert h.equals(Hypergraph.from_nets([[0, 1, 2]], net_weights=[7], names="xyz"))


def test_nothing_to_type():
    assert typed_netlist(Hypergraph.from_nets([])).n_nodes == 0
    assert typed_netlist(Graph.from_edges([], n_nodes=3)).n_nodes == 3
    assert rent_netlist(0).n_nodes == 0
    assert rent_netlist(1).n_nets == 0


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"probabilities": (0.5, 0.5)}, ValueError, r"probabilities must hold 3 numbers, got 2"),
        ({"probabilities": (0.5, 0.4, 0.2)}, ValueError, r"probabilities must sum to 1, got 1.1"),
        ({"probabilities": (1.5, -0.5, 0)}, ValueError, r"probabilities\[0\] must be from 0 to 1"),
        ({"clustering": (0, 0, 2)}, ValueError, r"clustering\[2\] must be from 0 to 1, got 2"),
        ({"alternatives": (1,)}, ValueError, r"alternatives must hold 2 numbers, got 1"),
        ({"amounts": ((1, 2), (3, 4))}, ValueError, r"amounts must hold 3 pairs \(low, high\)"),
        ({"amounts": ((1, 2), (3, 4), (6, 5))}, ValueError, r"amounts\[2\]\[1\] must be from 6 to"),
        ({"amounts": ((-1, 2), (3, 4), (5, 6))}, ValueError, r"amounts\[0\]\[0\] .* got -1"),
        ({"amounts": ((0.5, 2), (3, 4), (5, 6))}, TypeError, r"amounts\[0\]\[0\] must be an int"),
        ({"factors": ((0.1, 3), (2, 1))}, ValueError, r"factors\[1\] must be two ascending"),
        ({"factors": ((0.1, math.inf), (2, 1))}, ValueError, r"factors\[0\] must be two ascending"),
        ({"factors": ((0.1, 3, 4), (2, 1))}, ValueError, r"factors must hold 2 pairs"),
        ({"random_state": -1}, ValueError, r"random_state must be None, .* got -1"),
    ],
)
def test_bad_type_parameters(options, error, message):
    with pytest.raises(error, match=message):
        typed_netlist(GRID, **options)
