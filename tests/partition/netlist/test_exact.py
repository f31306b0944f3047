"""The integer program against brute force, and what its optima must obey."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.graph import Hypergraph
from partwise.partition.netlist import _exact
from partwise.partition.netlist._exact import exact_partition
from partwise.partition.netlist._netlist import Netlist

FEW = settings(max_examples=40)


@st.composite
def problems(draw, *, max_nodes=6, max_parts=3, weights=("none", "int", "float")):
    """Return a tiny netlist, a number of blocks and limits of either form."""
    n = draw(st.integers(1, max_nodes))
    n_resources = draw(st.integers(1, 3))
    counts = [draw(st.integers(1, 3 if v < 4 else 1)) for v in range(n)]
    vector = st.lists(st.integers(0, 6), min_size=n_resources, max_size=n_resources)
    personalities = [[draw(vector) for _ in range(count)] for count in counts]
    nets = draw(st.lists(st.lists(st.integers(0, n - 1), max_size=4), max_size=8))
    kind = draw(st.sampled_from(weights))
    net_weights = None
    if kind == "int":
        net_weights = [draw(st.integers(0, 2000)) for _ in nets]
    elif kind == "float":
        net_weights = np.array([draw(st.integers(0, 50)) / 7 for _ in nets])
    k = draw(st.integers(1, min(n, max_parts)))
    netlist = Netlist.from_arrays(n, nets, personalities, net_weights=net_weights)
    form = draw(st.sampled_from(["balance", "capacities", "per block"]))
    if form == "balance":
        return netlist, k, {"balance": draw(st.sampled_from([0, 0.01, 0.1, 0.35, 0.9]))}
    rows = 1 if form == "capacities" else k
    capacities = [[draw(st.integers(0, 16)) for _ in range(n_resources)] for _ in range(rows)]
    return netlist, k, {"capacities": capacities if rows > 1 else capacities[0]}


def every_assignment(netlist, k):
    """Return labels and personalities, of shape (N, n) each, of all assignments there are."""
    counts = np.diff(netlist.personality_indptr)
    labels = list(itertools.product(range(k), repeat=netlist.n_nodes))
    choices = list(itertools.product(*map(range, counts)))
    return (
        np.repeat(np.array(labels), len(choices), axis=0),
        np.tile(np.array(choices), (len(labels), 1)),
    )


def brute_force(netlist, k, limits, objective="cut"):
    """Return the least objective within the limits; None if nothing meets them."""
    labels, choices = every_assignment(netlist, k)
    amounts = netlist.amounts[netlist.personality_indptr[:-1] + choices]
    usage = np.stack([(amounts * (labels == b)[..., None]).sum(axis=1) for b in range(k)], axis=1)
    if "capacities" in limits:
        allowed = np.asarray(limits["capacities"], dtype=float)
    else:
        allowed = (1 + limits["balance"]) / k * usage.sum(axis=1, keepdims=True)
    fits = (usage <= allowed * (1 + 1e-9)).all(axis=(1, 2))
    if not fits.any():
        return None
    hypergraph = netlist.hypergraph
    weights = hypergraph.net_weights
    total = np.zeros(len(labels))
    for e, (a, b) in enumerate(itertools.pairwise(hypergraph.net_indptr)):
        inside = labels[:, hypergraph.net_pins[a:b]]
        touched = sum((inside == block).any(axis=1).astype(int) for block in range(k))
        spread = np.maximum(touched - 1, 0)
        spread = np.minimum(spread, 1) if objective == "cut" else spread
        total += spread * (1 if weights is None else weights[e])
    return total[fits].min()


def optimum(netlist, k, limits, objective="cut"):
    """Return the optimal objective by the integer program; None if nothing meets the limits."""
    try:
        result = exact_partition(netlist, k, objective=objective, **limits)
    except ValueError as error:
        if "no assignment meets the limits" not in str(error):
            raise
        return None
    assert result.feasible
    assert result.optimal
    assert result.method == "exact"
    value = result.cut if objective == "cut" else result.connectivity
    assert result.lower_bound == value
    return value


@FEW
@given(problems(), st.sampled_from(["cut", "km1"]))
def test_optimum_is_that_of_brute_force(problem, objective):
    expected = brute_force(*problem, objective)
    found = optimum(*problem, objective)
    if expected is None:
        assert found is None
    else:
        assert found == pytest.approx(expected, abs=1e-9)


@FEW
@given(problems(max_parts=2), st.data())
def test_another_personality_never_harms(problem, data):
    netlist, k, limits = problem
    v = data.draw(st.integers(0, netlist.n_nodes - 1))
    row = data.draw(
        st.lists(st.integers(0, 6), min_size=netlist.n_resources, max_size=netlist.n_resources)
    )
    lists = [netlist.personalities_of(u).tolist() for u in range(netlist.n_nodes)]
    lists[v].append(row)
    richer = Netlist.from_hypergraph(netlist.hypergraph, lists)
    before, after = optimum(netlist, k, limits), optimum(richer, k, limits)
    if before is not None:
        assert after is not None
        assert after <= before + 1e-9


@FEW
@given(problems(), st.data())
def test_a_duplicate_personality_changes_nothing(problem, data):
    netlist, k, limits = problem
    v = data.draw(st.integers(0, netlist.n_nodes - 1))
    lists = [netlist.personalities_of(u).tolist() for u in range(netlist.n_nodes)]
    lists[v].append(lists[v][data.draw(st.integers(0, len(lists[v]) - 1))])
    same = Netlist.from_hypergraph(netlist.hypergraph, lists)
    assert optimum(same, k, limits) == pytest.approx(optimum(netlist, k, limits), abs=1e-9)


@FEW
@given(problems(), st.data())
def test_joint_optimum_is_at_most_the_static_one(problem, data):
    netlist, k, limits = problem
    counts = np.diff(netlist.personality_indptr)
    chosen = [data.draw(st.integers(0, int(count) - 1)) for count in counts]
    rows = netlist.amounts[netlist.personality_indptr[:-1] + chosen]
    static = Netlist.from_hypergraph(netlist.hypergraph, [[row] for row in rows])
    fixed = optimum(static, k, limits)
    if fixed is not None:
        assert optimum(netlist, k, limits) <= fixed + 1e-9


@FEW
@given(problems(weights=("none", "int")), st.sampled_from([3, 1000, 10**6]))
def test_scaling_one_resource_changes_nothing(problem, factor):
    netlist, k, limits = problem
    amounts = netlist.amounts.copy()
    amounts[:, 0] *= factor
    scaled = Netlist(netlist.hypergraph, netlist.personality_indptr, amounts)
    if "capacities" in limits:
        capacities = np.array(limits["capacities"], dtype=float)
        capacities[..., 0] *= factor
        assert optimum(scaled, k, {"capacities": capacities}) == optimum(netlist, k, limits)
    else:
        assert optimum(scaled, k, limits) == optimum(netlist, k, limits)


def rent_like(n, seed):
    rng = np.random.default_rng(seed)
    nets = [rng.choice(n, rng.integers(2, 5), replace=False) for _ in range(2 * n)]
    lists = [[[int(rng.integers(5, 16)), 0]] for _ in range(n)]
    for v in rng.choice(n, n // 4, replace=False):
        lists[v] = [[0, int(rng.integers(1, 4))], [int(rng.integers(50, 200)), 0]]
    return Netlist.from_arrays(n, nets, lists)


def test_one_unit_of_millions_too_much_is_too_much():
    million = 10**6
    netlist = Netlist.from_arrays(3, [[0, 1], [1, 2]], [[[million]], [[1]], [[million + 1]]])
    fits = exact_partition(netlist, 2, capacities=[million + 1])
    assert fits.usage.tolist() == [[million + 1], [million + 1]]
    with pytest.raises(ValueError, match=r"no assignment meets the limits; .*r0 by 1$"):
        exact_partition(netlist, 2, capacities=[million])


def test_two_blocks_have_one_objective():
    netlist = rent_like(14, 0)
    cut, km1 = (
        exact_partition(netlist, 2, balance=0.2, objective=objective)
        for objective in ("cut", "km1")
    )
    assert cut.cut == cut.connectivity == km1.cut > 0
    assert cut.changed.size == 0


def test_a_hypergraph_has_its_weights_for_personalities():
    hypergraph = Hypergraph.from_nets([[0, 1], [1, 2]], node_weights=[2, 1, 1], net_weights=[5, 3])
    result = exact_partition(hypergraph, 2, balance=0.0)
    assert (result.cut, result.resources) == (5, ("weight",))


def test_infinite_capacities_leave_one_block():
    result = exact_partition(rent_like(12, 1), 3, capacities=[np.inf, np.inf])
    assert result.cut == 0
    assert result.target is None


def test_deviation_is_measured_against_the_target():
    netlist = Netlist.from_arrays(2, [[0, 1]], [[[2, 1]], [[2, 1]]])
    assert exact_partition(netlist, 2, target_ratio=[2, 1]).deviation == 0
    assert exact_partition(netlist, 2, target_ratio=[1, 1]).deviation == pytest.approx(1 / 3)
    assert exact_partition(netlist, 2, capacities=[4, 2]).deviation == 0


def test_one_block_is_a_mapping_problem():
    lists = [[[9, 0], [0, 1]], [[9, 0], [0, 1]], [[3, 0]]]
    netlist = Netlist.from_arrays(3, [[0, 1, 2]], lists)
    result = exact_partition(netlist, 1, capacities=[12, 1])
    assert result.labels.tolist() == [0, 0, 0]
    assert sorted(result.personality[:2]) == [0, 1]
    assert result.cut == 0


def test_no_nodes_and_no_nets():
    empty = Netlist.from_arrays(0, [], [], resources=["LUT"])
    assert exact_partition(empty, 2).optimal
    loose = Netlist.from_arrays(3, [[0], []], [[[1]], [[2]], [[0]]])
    result = exact_partition(loose, 2, balance=0.5)
    assert (result.cut, result.lower_bound, result.feasible) == (0, 0.0, True)


def test_a_resource_that_nothing_uses_binds_nothing():
    netlist = Netlist.from_arrays(2, [[0, 1]], [[[3, 0]], [[3, 0]]])
    assert exact_partition(netlist, 2, balance=0.0).cut == 1
    assert exact_partition(netlist, 2, capacities=[6, 0]).cut == 0


def test_what_does_not_fit_is_named():
    lists = [[[4, 0], [0, 2]], [[4, 0], [0, 3]], [[1, 0]]]
    netlist = Netlist.from_arrays(3, [[0, 1, 2]], lists, resources=["LUT", "DSP"])
    assert exact_partition(netlist, 2, capacities=[5, 2]).feasible
    with pytest.raises(ValueError, match=r"exceeds those of (LUT by 1|DSP by 1)$"):
        exact_partition(netlist, 2, capacities=[3, 2])
    with pytest.raises(ValueError, match=r"no assignment meets the limits; .*LUT"):
        exact_partition(Netlist.from_arrays(1, [], [[[5]]], resources=["LUT"]), 1, capacities=[4])


def test_the_time_limit_without_an_assignment_is_an_error():
    with pytest.raises(TimeoutError, match="no assignment that meets the limits was found"):
        exact_partition(rent_like(60, 3), 3, balance=0.05, time_limit=1e-9)


@pytest.mark.parametrize(
    ("bound", "lower_bound", "optimal"),
    [(-np.inf, 0.0, False), (None, 0.0, False), ("0.3", 1.0, False), ("1.3", 2.0, True)],
)
def test_the_time_limit_leaves_a_bound(monkeypatch, bound, lower_bound, optimal):
    # a path of two nets, both cut; a bound given as text is one of the cut, not of the program
    netlist = Netlist.from_arrays(3, [[0, 1], [1, 2]], [[[2]], [[1]], [[2]]])
    whole = _exact._milp

    def interrupted(cost, *rest):
        answer = whole(cost, *rest)
        answer.status = 1
        answer.mip_dual_bound = float(bound) - 2 if isinstance(bound, str) else bound
        return answer

    monkeypatch.setattr(_exact, "_milp", interrupted)
    result = exact_partition(netlist, 3, capacities=[2], time_limit=100)
    assert (result.cut, result.lower_bound, result.optimal) == (2, lower_bound, optimal)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_parts": 0}, ValueError, "n_parts must be at least 1, got 0"),
        ({"n_parts": 4}, ValueError, "n_parts must be at most the number of nodes, 3, got 4"),
        ({"n_parts": 2.0}, TypeError, "n_parts must be an integer"),
        ({"objective": "soed"}, ValueError, "objective must be 'cut' or 'km1', got 'soed'"),
        ({"time_limit": 0}, ValueError, "time_limit must be positive seconds, got 0"),
        ({"balance": -1}, ValueError, "balance must be a finite number of at least 0"),
        ({"capacities": [1, 2]}, ValueError, r"capacities must have shape \(1,\)"),
        ({"target_ratio": [1, 2]}, ValueError, r"target_ratio must have shape \(1,\)"),
        ({"netlist": [[0, 1]]}, TypeError, "netlist must be a Netlist or a Hypergraph, got list"),
    ],
)
def test_bad_input(options, error, message):
    netlist = Netlist.from_arrays(3, [[0, 1]], [[[1]], [[1]], [[1]]])
    with pytest.raises(error, match=message):
        exact_partition(**({"netlist": netlist, "n_parts": 2} | options))
