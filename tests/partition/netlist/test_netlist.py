import copy
import itertools
import json
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph import Hypergraph
from partwise.partition.netlist._netlist import Netlist

NETS = [[0, 1, 2], [2, 3], [0, 3]]
CHOICES = [[[7, 0]], [[0, 1], [90, 0]], [[5, 0], [0, 2]], [[0, 0]]]


def hand_case(**options):
    return Netlist.from_arrays(4, NETS, CHOICES, resources=["LUT", "DSP"], **options)


@st.composite
def cases(draw):
    """A netlist as plain lists, with a choice of blocks and personalities."""
    n = draw(st.integers(1, 7))
    n_resources = draw(st.integers(1, 3))
    nets = draw(st.lists(st.lists(st.integers(0, n - 1), max_size=5), max_size=8))
    weights = draw(
        st.none()
        | st.lists(st.integers(0, 9), min_size=len(nets), max_size=len(nets))
        | st.lists(st.integers(0, 40).map(lambda x: x / 4), min_size=len(nets), max_size=len(nets))
    )
    vector = st.lists(st.integers(0, 50), min_size=n_resources, max_size=n_resources)
    choices = draw(st.lists(st.lists(vector, min_size=1, max_size=4), min_size=n, max_size=n))
    k = draw(st.integers(1, 4))
    labels = draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n))
    personality = [draw(st.integers(0, len(own) - 1)) for own in choices]
    return n, nets, weights, choices, k, labels, personality


def test_hand_case():
    netlist = hand_case()
    assert (netlist.n_nodes, netlist.n_nets, netlist.n_pins) == (4, 3, 7)
    assert (netlist.n_resources, netlist.n_personalities) == (2, 6)
    assert netlist.personality_indptr.tolist() == [0, 1, 3, 5, 6]
    assert netlist.amounts.tolist() == [[7, 0], [0, 1], [90, 0], [5, 0], [0, 2], [0, 0]]
    assert netlist.personalities_of(2).tolist() == [[5, 0], [0, 2]]
    assert netlist.chosen([0, 1, 1, 0]).tolist() == [[7, 0], [90, 0], [0, 2], [0, 0]]
    assert netlist.usage([0, 0, 1, 1], [0, 1, 1, 0], 3).tolist() == [[97, 0], [0, 2], [0, 0]]
    assert netlist.cut([0, 0, 1, 1]) == 2
    assert netlist.cut([0, 0, 0, 0]) == 0
    assert netlist.connectivity([0, 1, 2, 2]) == 3
    weighted = hand_case(net_weights=[5, 3, 2])
    assert weighted.cut([0, 0, 1, 1]) == 7
    assert weighted.connectivity([0, 1, 2, 2]) == 2 * 5 + 2
    assert type(weighted.cut([0, 0, 1, 1])) is type(netlist.connectivity([0, 0, 1, 1])) is int


@given(cases())
def test_numbers_equal_those_of_plain_python(case):
    n, nets, weights, choices, k, labels, personality = case
    netlist = Netlist.from_arrays(n, nets, choices, net_weights=weights)
    w = [Fraction(1)] * len(nets) if weights is None else [Fraction(x) for x in weights]
    spans = [len({labels[v] for v in net}) for net in nets]
    assert netlist.cut(labels) == sum(x for x, s in zip(w, spans) if s > 1)
    assert netlist.connectivity(labels) == sum(x * max(s - 1, 0) for x, s in zip(w, spans))
    usage = [[0] * netlist.n_resources for _ in range(k)]
    for v, block in enumerate(labels):
        for r, amount in enumerate(choices[v][personality[v]]):
            usage[block][r] += amount
    assert netlist.usage(labels, personality, k).tolist() == usage
    assert netlist.chosen(personality).tolist() == [own[j] for own, j in zip(choices, personality)]
    assert [netlist.personalities_of(v).tolist() for v in range(n)] == choices


@given(cases())
def test_every_way_to_build_gives_the_same_netlist(case):
    n, nets, weights, choices, *_ = case
    netlist = Netlist.from_arrays(n, nets, choices, net_weights=weights)
    h, indptr, amounts = netlist.hypergraph, netlist.personality_indptr, netlist.amounts
    arrays = [np.array(own) for own in choices]
    floats = [[[float(x) for x in vector] for vector in own] for own in choices]
    tuples = tuple(map(tuple, choices))
    others = [
        Netlist(h, indptr, amounts),
        Netlist(h, indptr, amounts.astype(np.float32)),
        Netlist(h, indptr, np.asfortranarray(amounts.astype(np.uint8))),
        Netlist.from_hypergraph(h, arrays),
        Netlist.from_hypergraph(h, floats),
        Netlist.from_hypergraph(h, list(tuples)),
        Netlist.from_arrays(
            n, (h.net_indptr, h.net_pins), (indptr, amounts), net_weights=h.net_weights
        ),
    ]
    for other in others:
        assert other.equals(netlist)
        assert other.amounts.dtype == np.int64
        assert other.amounts.flags.c_contiguous


@given(cases())
def test_relabelling_blocks_changes_no_cut(case):
    n, nets, weights, choices, _, labels, _ = case
    netlist = Netlist.from_arrays(n, nets, choices, net_weights=weights)
    other = 7 - 2 * np.array(labels)
    assert netlist.cut(other) == netlist.cut(labels)
    assert netlist.connectivity(other) == netlist.connectivity(labels)


@given(cases())
def test_copies_and_pickles(case):
    n, nets, weights, choices, *_ = case
    netlist = Netlist.from_arrays(n, nets, choices, net_weights=weights, names=range(10, 10 + n))
    for other in (copy.deepcopy(netlist), pickle.loads(pickle.dumps(netlist))):
        assert other.equals(netlist)
        assert not other.amounts.flags.writeable
        assert other.hypergraph.names.tolist() == list(range(10, 10 + n))


def test_equality_needs_everything_to_be_equal():
    netlist = hand_case()
    swapped = [*CHOICES[:1], CHOICES[1][::-1], *CHOICES[2:]]
    others = [
        hand_case(net_weights=[1, 1, 1]),
        hand_case(names="abcd"),
        Netlist.from_arrays(4, NETS, CHOICES),
        Netlist.from_arrays(4, NETS[::-1], CHOICES, resources=["LUT", "DSP"]),
        Netlist.from_arrays(4, NETS, swapped, resources=["LUT", "DSP"]),
        netlist.hypergraph,
    ]
    assert netlist.equals(hand_case())
    for other in others:
        assert not netlist.equals(other)


def test_it_never_changes():
    netlist = hand_case()
    for name in ("amounts", "resources", "hypergraph", "anything"):
        with pytest.raises(AttributeError, match="frozen"):
            setattr(netlist, name, None)
    with pytest.raises(AttributeError, match="frozen, cannot delete"):
        del netlist.amounts
    for array in (netlist.amounts, netlist.personality_indptr, netlist.personalities_of(1)):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    chosen = netlist.chosen([0, 0, 0, 0])
    chosen[:] = -1
    assert netlist.equals(hand_case())


def test_the_arrays_of_the_caller_are_copied():
    indptr, amounts = np.arange(5), np.arange(4).reshape(4, 1)
    netlist = Netlist.from_arrays(4, NETS, (indptr, amounts))
    indptr[:] = 0
    amounts[:] = 0
    assert netlist.amounts.ravel().tolist() == [0, 1, 2, 3]
    assert netlist.personality_indptr.tolist() == [0, 1, 2, 3, 4]


def test_numbers_and_text():
    netlist = hand_case(net_weights=[1, 2, 3], names="abcd")
    numbers = netlist.to_dict()
    assert json.loads(json.dumps(numbers)) == numbers
    assert numbers == {
        "n_nodes": 4,
        "n_nets": 3,
        "n_pins": 7,
        "net_weighted": True,
        "n_resources": 2,
        "named": True,
        "max_net_size": 3,
        "max_degree": 2,
        "n_isolated": 0,
        "resources": ["LUT", "DSP"],
        "n_personalities": 6,
        "max_personalities": 2,
        "n_flexible": 2,
    }
    assert repr(netlist) == (
        "Netlist(n_nodes=4, n_nets=3, n_pins=7, n_personalities=6, resources=LUT,DSP, net weights, "
        "named)"
    )
    assert Netlist.from_arrays(4, NETS, CHOICES).resources == ("r0", "r1")


def test_a_hypergraph_alone_gives_one_personality_per_node():
    plain = Hypergraph.from_nets(NETS)
    ones = Netlist.from_hypergraph(plain)
    assert ones.amounts.tolist() == [[1]] * 4
    assert ones.resources == ("weight",)
    weighted = Hypergraph.from_nets(NETS, node_weights=[4.0, 3.0, 2.0, 1.0])
    netlist = Netlist.from_hypergraph(weighted)
    assert netlist.amounts.tolist() == [[4], [3], [2], [1]]
    assert netlist.hypergraph.equals(plain)  # weights are amounts now
    several = Hypergraph.from_nets(NETS, node_weights=np.arange(8).reshape(4, 2))
    netlist = Netlist.from_hypergraph(several)
    assert netlist.amounts.tolist() == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert netlist.resources == ("r0", "r1")
    named = Netlist.from_hypergraph(several, resources=iter(["LUT", "FF"]))
    assert named.resources == ("LUT", "FF")
    fractions = Hypergraph.from_nets(NETS, node_weights=[1, 2, 2.5, 3])
    with pytest.raises(ValueError, match=r"personalities\[2\]\[0\] holds 2.5 of resource 0"):
        Netlist.from_hypergraph(fractions)


def test_nothing_at_all():
    for n_resources in (1, 3):
        names = [f"r{r}" for r in range(n_resources)]
        empty = Netlist.from_arrays(0, [], [], resources=names)
        assert (empty.n_nodes, empty.n_personalities, empty.n_resources) == (0, 0, n_resources)
        assert empty.usage([], [], 2).tolist() == [[0] * n_resources] * 2
        assert empty.chosen([]).shape == (0, n_resources)
        assert empty.cut([]) == empty.connectivity([]) == 0
        assert empty.to_dict()["max_personalities"] == 0
    assert Netlist.from_hypergraph(Hypergraph.from_nets([])).resources == ("weight",)
    netless = Netlist.from_arrays(2, [], [[[1]], [[2]]])
    assert netless.cut([0, 1]) == netless.connectivity([0, 1]) == 0
    pinless = Netlist.from_arrays(2, [[], [0, 1], []], [[[1]], [[2]]], net_weights=[5, 6, 7])
    assert pinless.cut([0, 1]) == pinless.connectivity([0, 1]) == 6
    floats = Netlist.from_arrays(1, [[0]], [[[1]]], net_weights=[0.5])
    assert type(floats.cut([0])) is type(floats.connectivity([0])) is float


def test_large_integers_are_exact():
    big = 2**60 + 1
    amounts = [[[big]], [[2 * big - 3]], [[7]]]
    netlist = Netlist.from_arrays(3, [[0, 1, 2], [1, 2]], amounts, net_weights=[2**61 + 1, 1])
    assert netlist.usage([0, 0, 1], [0, 0, 0], 2).tolist() == [[3 * big - 3], [7]]
    assert netlist.cut([0, 1, 2]) == 2**61 + 2
    assert netlist.connectivity([0, 1, 2]) == 2 * (2**61 + 1) + 1
    most = Netlist.from_arrays(2, [], [[[2**62 - 1]], [[0]]])
    assert most.usage([0, 0], [0, 0], 1).tolist() == [[2**62 - 1]]
    many = Netlist.from_arrays(5, [range(5)], [[[0]]] * 5, net_weights=[2**62 - 1])
    assert many.connectivity(range(5)) == 4 * (2**62 - 1)


def test_labels_may_have_gaps():
    netlist = hand_case()
    assert netlist.connectivity([0, 10**6, 2 * 10**9, 5]) == netlist.connectivity([0, 1, 2, 3])


VECTORS = [[[1, 2]], [[3, 4], [5, 6]]]


@pytest.mark.parametrize(
    ("personalities", "error", "message"),
    [
        ([], ValueError, r"personalities must hold 2 lists, one per node, got 0"),
        (VECTORS + VECTORS, ValueError, r"personalities must hold 2 lists, one per node, got 4"),
        (
            [[[1]], []],
            ValueError,
            r"personalities\[1\] is empty; every node needs at least one",
        ),
        ([[], [[1], [2, 3]]], ValueError, r"personalities\[0\] is empty"),
        ([[[1]], 5], TypeError, r"personalities\[1\] must be a list of vectors, got int"),
        ([[1], [2]], ValueError, r"personalities\[0\]\[0\] must be a vector.*got 1"),
        ([[[1]], [[[1]]]], ValueError, r"personalities\[1\]\[0\] must be a vector.*\(1, 1\)"),
        (
            [[[1, 2]], [[3, 4], [5]]],
            ValueError,
            r"personalities\[1\]\[1\] has 1 amounts, personalities\[0\]\[0\] has 2; all must be",
        ),
        (
            [[[1, 2]], [[3, 4], [5, -6]]],
            ValueError,
            r"personalities\[1\]\[1\] holds -6 of resource 1, allowed are integers from 0 to",
        ),
        ([[[1]], [[0.5]]], ValueError, r"personalities\[1\]\[0\] holds 0.5 of resource 0"),
        ([[[1]], [[np.nan]]], ValueError, r"personalities\[1\]\[0\] holds nan of resource 0"),
        ([[[1]], [[np.inf]]], ValueError, r"personalities\[1\]\[0\] holds inf of resource 0"),
        ([[[2.0**60]], [[1]]], ValueError, r"\[0\]\[0\] holds 1.15.*e\+18.*to 2\*\*53 as floats"),
        ([[[2**62]], [[1]]], ValueError, r"personalities\[0\]\[0\] holds 4611686018427387904"),
        (
            [[[2**63]], [[1]]],
            ValueError,
            r"personalities\[0\]\[0\] holds 9.22.*e\+18 of resource 0",
        ),
        ([[[2**70]], [[1]]], ValueError, r"personalities\[0\]\[0\] is .*below 2\*\*62"),
        ([[["a"]], [["b"]]], TypeError, r"personalities\[0\]\[0\] must hold integers, got.*<U1"),
        ([[[1]], [[None]]], TypeError, r"personalities\[1\]\[0\] must hold integers, got.*object"),
        ([[[True]], [[False]]], TypeError, r"personalities\[0\]\[0\] must hold integers.*bool"),
        ([[[]], [[]]], ValueError, r"amounts must have at least one column"),
        (
            [[[2**61]], [[2**61]]],
            ValueError,
            r"resource 0 sum to 4.61e\+18, allowed.*below 2\*\*62",
        ),
        ("ab", TypeError, r"personalities must be a sequence of one list.*got str"),
        (iter(VECTORS), TypeError, r"personalities must be a sequence of one list"),
        (7, TypeError, r"personalities must be a sequence of one list.*got int"),
        (([0, 1, 2],), ValueError, r"a tuple \(personality_indptr, amounts\), got a tuple of 1"),
        (([0, 1], [[1]]), ValueError, r"personality_indptr must have shape \(3,\)"),
        (([0, 1, 2], [1, 2]), ValueError, r"amounts must have shape \(n_personalities, n_res"),
        (([0, 1, 3], [[1], [2]]), ValueError, r"start with 0 and end with len\(amounts\)=2.*and 3"),
        (([1, 1, 2], [[1], [2]]), ValueError, r"start with 0 and end with.*got 1 and 2"),
        (([0, 3, 2], [[1], [2]]), ValueError, r"must not decrease, got 2 at position 2"),
        (([0, 0, 2], [[1], [2]]), ValueError, r"personalities\[0\] is empty"),
        (([0, 1, 3], [[1], [2], [-3]]), ValueError, r"personalities\[1\]\[1\] holds -3"),
        (([0.0, 1.0, 2.0], [[1], [2]]), TypeError, r"personality_indptr must hold integers"),
        (([0, 1, 2], [["a"], ["b"]]), TypeError, r"amounts must hold integers, got dtype <U1"),
        (([0, 1, 2], [[True], [False]]), TypeError, r"amounts must hold integers, got dtype bool"),
    ],
)
def test_bad_personalities(personalities, error, message):
    with pytest.raises(error, match=message):
        Netlist.from_arrays(2, [[0, 1]], personalities)


@pytest.mark.parametrize(
    ("resources", "error", "message"),
    [
        (["LUT"], ValueError, r"resources must hold 2 names, one per column of amounts, got 1"),
        (["LUT", "LUT"], ValueError, r"resources\[1\] is 'LUT', which is there already"),
        (["LUT", 3], TypeError, r"resources\[1\] must be text, got int"),
        (["LUT", ""], ValueError, r"resources\[1\] is '', allowed is printable text"),
        ([" LUT", "DSP"], ValueError, r"resources\[0\] is ' LUT', allowed is printable text"),
        (["LUT", "a\nb"], ValueError, r"resources\[1\] is 'a\\nb', allowed is printable text"),
        ("LD", TypeError, r"resources must be a sequence of names, got the text 'LD'"),
    ],
)
def test_bad_resources(resources, error, message):
    with pytest.raises(error, match=message):
        Netlist.from_arrays(2, [[0, 1]], VECTORS, resources=resources)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: x.chosen([0, 0, 0]), ValueError, r"personality must have shape \(4,\)"),
        (
            lambda x: x.chosen([0, 2, 0, 0]),
            ValueError,
            r"personality\[1\] is 2, allowed are 0 to 1",
        ),
        (
            lambda x: x.chosen([0, 0, 0, -1]),
            ValueError,
            r"personality\[3\] is -1, allowed.* 0 to 0",
        ),
        (lambda x: x.chosen([0.0] * 4), TypeError, r"personality must hold integers"),
        (lambda x: x.usage([0, 0, 0, 2], [0] * 4, 2), ValueError, r"labels holds 2 at position 3"),
        (lambda x: x.usage([0] * 4, [0] * 4, 0), ValueError, r"n_parts must be from 1"),
        (lambda x: x.cut([0, 0, 0]), ValueError, r"labels must have shape \(4,\)"),
        (lambda x: x.connectivity([0, 0, 0, -1]), ValueError, r"labels holds -1 at position 3"),
        (lambda x: x.personalities_of(4), ValueError, r"node must be from 0 to 3, got 4"),
        (lambda x: x.personalities_of(-1), ValueError, r"node must be from 0 to 3, got -1"),
        (lambda x: x.personalities_of(0.5), TypeError, r"integer"),
    ],
)
def test_bad_choices(call, error, message):
    with pytest.raises(error, match=message):
        call(hand_case())


def test_bad_hypergraphs():
    for build in (
        lambda: Netlist.from_hypergraph(NETS),
        lambda: Netlist(NETS, [0], np.zeros((0, 1))),
    ):
        with pytest.raises(TypeError, match="hypergraph must be a Hypergraph, got list"):
            build()
    with pytest.raises(ValueError, match=r"net_pins\[1\] is 4"):
        Netlist.from_arrays(4, [[0, 4]], CHOICES)
    with pytest.raises(ValueError, match=r"net_weights must have shape \(3,\)"):
        hand_case(net_weights=[1])


def test_every_choice_of_a_small_netlist():
    netlist = hand_case()
    for personality in itertools.product(*(range(len(own)) for own in CHOICES)):
        total = netlist.usage([0] * 4, personality, 1)
        assert total.tolist() == [netlist.chosen(personality).sum(axis=0).tolist()]
