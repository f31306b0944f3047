import copy
import itertools
import json
import pickle

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Hypergraph


@st.composite
def net_lists(draw):
    n = draw(st.integers(1, 8))
    return n, draw(st.lists(st.lists(st.integers(0, n - 1), max_size=6), max_size=10))


def rows(indptr, entries):
    return [entries[a:b].tolist() for a, b in itertools.pairwise(indptr)]


@given(net_lists())
def test_both_ways_hold_the_same_pins(case):
    n, nets = case
    hypergraph = Hypergraph.from_nets(nets, n_nodes=n)
    assert rows(hypergraph.net_indptr, hypergraph.net_pins) == [sorted(set(net)) for net in nets]
    assert rows(hypergraph.node_indptr, hypergraph.node_nets) == [
        [e for e, net in enumerate(nets) if v in net] for v in range(n)
    ]
    assert (hypergraph.n_nodes, hypergraph.n_nets) == (n, len(nets))
    assert hypergraph.n_pins == sum(len(set(net)) for net in nets)
    assert hypergraph.net_indptr.dtype == hypergraph.node_indptr.dtype == np.int64
    assert hypergraph.net_pins.dtype == hypergraph.node_nets.dtype == np.int32


@given(net_lists())
def test_scipy_round_trip(case):
    n, nets = case
    hypergraph = Hypergraph.from_nets(nets, n_nodes=n)
    incidence = hypergraph.to_scipy()
    assert incidence.shape == (n, len(nets))
    for matrix in (incidence, sp.csc_matrix(incidence), incidence.astype(float).tocoo()):
        assert Hypergraph.from_scipy(matrix).equals(hypergraph)


def test_columns_are_nets_and_zeros_are_no_pins():
    matrix = sp.csr_array(np.array([[1.5, 0], [-2, 3], [0, 4]]))
    matrix.data[matrix.data == 4] = 0
    assert rows(*_nets(Hypergraph.from_scipy(matrix))) == [[0, 1], [1]]
    assert rows(*_nets(Hypergraph.from_scipy(matrix.T))) == [[0], [0, 1], []]


def _nets(hypergraph):
    return hypergraph.net_indptr, hypergraph.net_pins


def test_a_tuple_is_a_pair_of_arrays():
    nets = [[0, 1, 2], [], [2, 3]]
    arrays = (np.array([0, 3, 3, 5]), np.array([0, 1, 2, 2, 3]))
    assert Hypergraph.from_nets(arrays).equals(Hypergraph.from_nets(nets))
    assert Hypergraph(*arrays).equals(Hypergraph.from_nets(nets))


def test_weights_and_resources():
    plain = Hypergraph.from_nets([[0, 1], [1, 2]])
    weighted = Hypergraph.from_nets(
        [[0, 1], [1, 2]], net_weights=[2, 0], node_weights=np.array([[1, 2], [3, 4], [5, 6]])
    )
    assert weighted.net_weights.tolist() == [2, 0]
    assert weighted.node_weights.shape == (3, 2)
    assert weighted.node_weights.dtype == np.int64
    assert weighted.node_weights.flags.c_contiguous
    assert not weighted.equals(plain)
    assert weighted.to_dict()["n_resources"] == 2
    floats = Hypergraph.from_nets([[0, 1]], node_weights=np.ones((2, 3), np.float32))
    assert floats.node_weights.dtype == np.float64


def test_copies_pickles_and_numbers():
    hypergraph = Hypergraph.from_nets([[0, 1, 3], [1]], net_weights=[1, 2], names="abcde")
    for other in (copy.deepcopy(hypergraph), pickle.loads(pickle.dumps(hypergraph))):
        assert other.equals(hypergraph)
    numbers = hypergraph.to_dict()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers == {
        "n_nodes": 5,
        "n_nets": 2,
        "n_pins": 4,
        "net_weighted": True,
        "n_resources": 0,
        "named": True,
        "max_net_size": 3,
        "max_degree": 2,
        "n_isolated": 2,
    }
    assert repr(hypergraph) == "Hypergraph(n_nodes=5, n_nets=2, n_pins=4, net weights, named)"
    with pytest.raises(AttributeError, match="frozen"):
        hypergraph.names = None
    with pytest.raises(ValueError, match="read-only"):
        hypergraph.net_pins[0] = 1


def test_nothing_at_all():
    for empty in (Hypergraph.from_nets([]), Hypergraph.from_scipy(sp.csr_array((0, 0)))):
        assert (empty.n_nodes, empty.n_nets, empty.n_pins) == (0, 0, 0)
        assert empty.to_dict()["max_degree"] == 0
    assert Hypergraph.from_nets([[], []], n_nodes=3).to_dict()["n_isolated"] == 3


@pytest.mark.parametrize(
    ("nets", "options", "error", "message"),
    [
        ([[0, -1]], {}, ValueError, r"net_pins\[1\] is -1, allowed are node numbers from 0 to 0"),
        ([[0], [4]], {"n_nodes": 3}, ValueError, r"net_pins\[1\] is 4, allowed.*from 0 to 2"),
        ([[0]], {"n_nodes": 0}, ValueError, r"net_pins\[0\] is 0, allowed are no pins"),
        ([[0.5]], {}, TypeError, r"nets\[0\] must hold integers, got dtype float64"),
        (([1, 1], [0]), {}, ValueError, r"net_indptr must start with 0 and end with"),
        (([0, 2, 1, 2], [0, 1]), {}, ValueError, r"net_indptr must not decrease, got 1"),
        (([], []), {}, ValueError, r"net_indptr must have shape \(n_nets \+ 1,\)"),
        (([0], [0], [0]), {}, ValueError, r"got a tuple of 3"),
        ([[0]], {"net_weights": [1, 2]}, ValueError, r"net_weights must have shape \(1,\)"),
        ([[0]], {"net_weights": [-1]}, ValueError, r"net_weights.*got -1.* at position 0"),
        ([[0, 1]], {"node_weights": [1, np.nan]}, ValueError, r"node_weights.*nan.*position 1"),
        ([[0]], {"node_weights": [[1, -1]]}, ValueError, r"node_weights\[:, 1\].*got -1"),
        ([[0]], {"names": ["a", "b"], "n_nodes": 1}, ValueError, r"names must have shape \(1,\)"),
    ],
)
def test_bad_input(nets, options, error, message):
    with pytest.raises(error, match=message):
        Hypergraph.from_nets(nets, **options)
