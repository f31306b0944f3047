"""The partitioner of netlists: optima, limits, baselines, options, bad input."""

import itertools
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from partwise.errors import InfeasibleWarning
from partwise.graph import Hypergraph, grid_graph
from partwise.partition import (
    MultiPersonalityPartitioner,
    Netlist,
    exact_partition,
    partition_netlist,
    partition_static,
    partition_then_map,
    rent_netlist,
    typed_netlist,
)
from tests.oracles import netlist as oracle

METHODS = ("extended", "klfm")
MIX = (200, 74, 105)


def tiny(seed, n=6):
    rng = np.random.default_rng(seed)
    nets = [rng.choice(n, rng.integers(2, 4), replace=False).tolist() for _ in range(9)]
    personalities = [rng.integers(0, 9, size=(rng.integers(1, 3), 2)).tolist() for _ in range(n)]
    return nets, personalities


@pytest.fixture(scope="module")
def typed():
    return typed_netlist(grid_graph((20, 20)), random_state=0)


@pytest.mark.filterwarnings("ignore::partwise.errors.InfeasibleWarning")
@pytest.mark.parametrize("seed", range(8))
def test_tiny_netlists_reach_the_brute_force_optimum(seed):
    nets, personalities = tiny(seed)
    capacities = [[14, 14], [14, 14]]
    netlist = Netlist.from_arrays(6, nets, personalities)
    optimum = oracle.best_joint(nets, [1] * 9, personalities, capacities)
    result = partition_netlist(netlist, 2, capacities=capacities, random_state=0)
    if optimum is None:
        assert not result.feasible
        return
    assert result.feasible
    assert result.cut == optimum
    assert result.cut == oracle.cut_of(nets, [1] * 9, result.labels)
    expected = oracle.usage_of(personalities, result.labels, result.personality, 2)
    assert result.usage.tolist() == expected


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(4))
def test_small_netlists_come_close_to_the_proven_optimum(seed, method):
    n = 18 + 2 * seed
    netlist = typed_netlist(rent_netlist(n, random_state=seed).hypergraph, random_state=seed)
    exact = exact_partition(netlist, 2, balance=0.3)
    result = partition_netlist(netlist, 2, balance=0.3, method=method, n_starts=50, random_state=0)
    assert exact.optimal
    assert result.feasible
    assert exact.cut <= result.cut
    if method == "extended":
        assert result.cut <= max(1.1 * exact.cut, exact.cut + 1)


@pytest.mark.parametrize("method", METHODS)
def test_one_personality_each_makes_adaptive_and_static_the_same(method):
    rng = np.random.default_rng(0)
    hypergraph = rent_netlist(300, random_state=1).hypergraph
    netlist = Netlist.from_hypergraph(hypergraph, rng.integers(1, 9, (300, 1, 2)))
    options = {"balance": 0.05, "n_starts": 3, "method": method, "random_state": 5}
    adaptive, static = (
        partition_netlist(netlist, 2, **options),
        partition_static(netlist, 2, **options),
    )
    assert adaptive.labels.tolist() == static.labels.tolist()
    assert adaptive.changed.size == 0


@pytest.mark.parametrize("method", METHODS)
def test_threads_do_not_change_the_result(typed, method):
    options = {"n_starts": 5, "method": method, "target_ratio": MIX, "random_state": 2}
    one = partition_netlist(typed, 2, n_jobs=1, **options)
    two = partition_netlist(typed, 2, n_jobs=2, **options)
    assert one.labels.tolist() == two.labels.tolist()
    assert one.personality.tolist() == two.personality.tolist()
    assert partition_netlist(typed, 2, **{**options, "random_state": 3}).seed == 3


@pytest.mark.parametrize("method", METHODS)
def test_scaling_a_resource_changes_nothing(typed, method):
    # a power of two, so that the limits scale exactly
    indptr, amounts = typed.personality_indptr, typed.amounts.copy()
    amounts[:, 1] *= 4
    scaled = Netlist.from_arrays(
        400, (typed.hypergraph.net_indptr, typed.hypergraph.net_pins), (indptr, amounts)
    )
    options = {"balance": 0.5, "n_starts": 2, "method": method, "random_state": 0}
    first, second = partition_netlist(typed, 2, **options), partition_netlist(scaled, 2, **options)
    assert (first.cut, first.feasible) == (second.cut, second.feasible)
    if method == "extended":
        assert first.labels.tolist() == second.labels.tolist()


@pytest.mark.parametrize(
    ("method", "n_parts", "balance"),
    [("extended", 2, 0.01), ("extended", 3, 0.05), ("extended", 5, 0.05), ("klfm", 2, 0.1)],
)
def test_blocks_stay_within_the_balance(typed, method, n_parts, balance):
    result = partition_netlist(
        typed, n_parts, balance=balance, n_starts=4, method=method, random_state=0
    )
    assert result.feasible
    assert set(result.labels.tolist()) == set(range(n_parts))
    totals = result.usage.sum(axis=0)
    assert (result.usage <= (1 + balance) / n_parts * totals * (1 + 1e-9)).all()
    if n_parts == 2:
        assert (abs(result.usage[0] - result.usage[1]) <= balance * totals + 1e-6).all()
    assert result.cut == typed.cut(result.labels)
    assert result.connectivity == typed.connectivity(result.labels)
    assert result.utilisation.max() <= 1 + 1e-9


def test_choice_of_implementation_lowers_the_cut_and_meets_the_target(typed):
    options = {"target_ratio": MIX, "n_starts": 8, "random_state": 0}
    adaptive = partition_netlist(typed, 2, **options)
    static = partition_static(typed, 2, **options)
    after = partition_then_map(typed, 2, **options)
    assert adaptive.feasible
    assert adaptive.cut < static.cut
    assert adaptive.deviation < 0.01
    assert adaptive.deviation <= after.deviation
    assert static.changed.size == 0
    assert adaptive.changed.size > 0
    assert after.method == "post-mapping"
    total = adaptive.usage.sum()
    np.testing.assert_allclose(adaptive.target, np.array(MIX) / sum(MIX) * total)


def test_capacities_per_block_are_kept(typed):
    totals = typed.usage(np.zeros(400, int), np.zeros(400, int), 1)[0]
    capacities = np.array([0.25, 0.85])[:, None] * totals
    result = partition_netlist(typed, 2, capacities=capacities, n_starts=3, random_state=0)
    assert result.feasible
    assert (result.usage <= capacities).all()
    assert result.limits.tolist() == capacities.tolist()
    four = partition_netlist(typed, 4, capacities=0.3 * totals, n_starts=2, random_state=0)
    assert four.feasible


@pytest.mark.parametrize("objective", ["cut", "km1"])
def test_objectives_of_four_blocks(objective):
    netlist = rent_netlist(400, random_state=3)
    other = {"cut": "km1", "km1": "cut"}[objective]
    options = {"balance": 0.2, "n_starts": 6, "random_state": 0}
    mine = partition_netlist(netlist, 4, objective=objective, **options)
    theirs = partition_netlist(netlist, 4, objective=other, **options)
    worth = {"cut": lambda r: r.cut, "km1": lambda r: r.connectivity}[objective]
    assert mine.feasible
    assert worth(mine) <= 1.1 * worth(theirs)


@pytest.mark.parametrize("selection", ["affinity", "classic", "most_unbalanced", "random_resource"])
@pytest.mark.parametrize("mapping", ["proportional", "random", "universal", "min_variance"])
@pytest.mark.parametrize("method", METHODS)
def test_every_variant_gives_a_measured_partition(typed, method, mapping, selection):
    result = partition_netlist(
        typed, 2, balance=0.3, target_ratio=MIX, mapping=mapping, selection=selection,
        method=method, relaxed=mapping == "universal", n_starts=3, random_state=1,
    )  # fmt: skip
    assert result.feasible
    assert result.cut == typed.cut(result.labels) < 400
    assert result.usage.tolist() == typed.usage(result.labels, result.personality, 2).tolist()


def test_universal_mapping_takes_the_resource_by_name_or_number(typed):
    options = {"mapping": "universal", "n_starts": 1, "random_state": 0, "balance": 0.9}
    by_name = partition_static(typed, 2, universal_resource="LUT", **options)
    by_number = partition_static(typed, 2, universal_resource=0, **options)
    assert by_name.personality.tolist() == by_number.personality.tolist()
    chosen = typed.chosen(by_name.personality)
    for v in range(typed.n_nodes):
        assert chosen[v, 0] == typed.personalities_of(v)[:, 0].max()


@pytest.mark.parametrize("method", METHODS)
def test_one_block_is_a_mapping_problem(typed, method):
    result = partition_netlist(typed, 1, target_ratio=MIX, method=method, random_state=0)
    assert result.cut == 0
    assert result.feasible
    assert result.deviation < 0.01
    assert set(result.labels.tolist()) == {0}


def test_weights_of_nets_count_and_may_be_fractions():
    nets = [[0, 1], [1, 2], [2, 3], [3, 0]]
    netlist = Netlist.from_arrays(4, nets, [[[1]]] * 4, net_weights=[0.5, 2.25, 0.25, 2.5])
    result = partition_netlist(netlist, 2, balance=0.0, n_starts=5, random_state=0)
    assert result.cut == 0.75
    assert result.labels[1] == result.labels[2] != result.labels[0] == result.labels[3]


@pytest.mark.parametrize("method", METHODS)
def test_degenerate_netlists(method):
    options = {"method": method, "n_starts": 2, "random_state": 0}
    no_nets = Netlist.from_arrays(6, [], [[[1, 0]]] * 6)
    result = partition_netlist(no_nets, 2, **options)
    assert result.cut == 0
    assert result.usage.tolist() == [[3, 0], [3, 0]]
    zeros = Netlist.from_arrays(4, [[0, 1], [2, 3]], [[[0]]] * 4)
    assert partition_netlist(zeros, 2, **options).feasible
    single = Netlist.from_arrays(1, [[0]], [[[5]]])
    assert partition_netlist(single, 1, **options).labels.tolist() == [0]
    loops = Netlist.from_arrays(4, [[0], [1, 1], [0, 1, 2, 3]], [[[1]]] * 4)
    assert partition_netlist(loops, 2, **options).cut == 1
    empty = Netlist.from_arrays(0, [], [], resources=["LUT"])
    assert partition_netlist(empty, 2, **options).labels.size == 0


@pytest.mark.parametrize("method", METHODS)
def test_limits_that_cannot_be_met_are_reported_by_block_and_resource(method):
    netlist = Netlist.from_arrays(
        4, [[0, 1], [2, 3]], [[[5, 1], [1, 9]]] * 4, resources=["LUT", "DSP"]
    )
    with pytest.warns(InfeasibleWarning, match=r"block [01] uses \d+ of (LUT|DSP), allowed are"):
        result = partition_netlist(
            netlist, 2, capacities=[3, 3], method=method, n_starts=3, random_state=0
        )
    assert not result.feasible
    assert result.violation.shape == (2, 2)
    over = np.maximum(result.usage - 3, 0)
    assert result.violation.tolist() == over.tolist()
    report = result.to_dict()
    assert report["violation"][0].keys() == {"LUT", "DSP"}


def test_more_of_everything_is_never_chosen_under_capacities():
    # the second personality needs more of both resources
    netlist = Netlist.from_arrays(8, [[0, 1], [2, 3]], [[[2, 1], [3, 2]]] * 8)
    result = partition_netlist(netlist, 2, capacities=[8, 4], n_starts=5, random_state=0)
    assert result.feasible
    assert result.personality.tolist() == [0] * 8


@settings(max_examples=15)
@given(st.integers(0, 1000), st.permutations(range(12)))
def test_renumbering_nodes_keeps_optima(seed, order):
    rng = np.random.default_rng(seed)
    nets = [rng.choice(12, 3, replace=False).tolist() for _ in range(14)]
    personalities = [rng.integers(1, 5, (2, 1)).tolist() for _ in range(12)]
    position = np.argsort(order)
    netlist = Netlist.from_arrays(12, nets, personalities)
    moved = Netlist.from_arrays(
        12, [[int(position[v]) for v in net] for net in nets], [personalities[v] for v in order]
    )
    options = {"balance": 0.5, "n_starts": 12, "random_state": 0}
    first, second = partition_netlist(netlist, 2, **options), partition_netlist(moved, 2, **options)
    assert first.feasible
    assert second.feasible
    assert abs(first.cut - second.cut) <= 1


def test_hypergraphs_are_taken_as_they_are():
    hypergraph = Hypergraph.from_nets([[0, 1], [1, 2], [2, 3]], node_weights=[1, 1, 1, 1])
    result = partition_netlist(hypergraph, 2, n_starts=2, random_state=0)
    assert result.cut == 1
    assert np.isnan(result.deviation)
    assert result.to_dict()["deviation"] is None
    assert result.target is None


def test_a_time_limit_still_gives_a_whole_result(typed):
    result = partition_netlist(typed, 2, n_starts=1000, time_limit=0.05, random_state=0)
    assert 1 <= result.n_starts < 1000
    assert result.labels.size == 400


def test_progress_is_reported(typed, capsys):
    heard = []
    partition_netlist(
        typed, 2, n_starts=3, random_state=0, callback=lambda f, message: heard.append((f, message))
    )
    assert heard[-1] == (1.0, "done")
    assert [f for f, _ in heard] == sorted(f for f, _ in heard)
    partition_netlist(typed, 2, n_starts=2, random_state=0, verbose=1)
    assert "partition_netlist: 100%" in capsys.readouterr().err


BAD = [
    ({"n_parts": 0}, ValueError, "n_parts must be at least 1, got 0"),
    ({"n_parts": 5}, ValueError, "n_parts must be at most the number of nodes, 4, got 5"),
    ({"n_parts": 1.5}, TypeError, "n_parts must be an integer"),
    ({"balance": -0.1}, ValueError, "balance must be a finite number of at least 0"),
    ({"balance": float("nan")}, ValueError, "balance must be a finite number"),
    ({"capacities": [1, 2, 3]}, ValueError, r"capacities must have shape \(2,\).*got \(3,\)"),
    ({"capacities": [1, -2]}, ValueError, "capacities must be at least 0, got -2"),
    ({"capacities": [1, np.nan]}, ValueError, "capacities must be at least 0, got nan"),
    ({"target_ratio": [1]}, ValueError, r"target_ratio must have shape \(2,\)"),
    ({"target_ratio": [1, 0]}, ValueError, "target_ratio must be positive, got 0"),
    ({"mapping": "best"}, ValueError, "mapping must be one of 'proportional'"),
    ({"selection": "best"}, ValueError, "selection must be one of 'affinity'"),
    ({"method": "fm"}, ValueError, "method must be one of 'extended', 'klfm'"),
    ({"objective": "soed"}, ValueError, "objective must be one of 'cut', 'km1'"),
    ({"n_starts": 0}, ValueError, "n_starts must be at least 1"),
    ({"universal_resource": "BRAM"}, ValueError, "universal_resource must be one of 'r0', 'r1'"),
    ({"universal_resource": 2}, ValueError, "universal_resource must be a name or a number"),
    ({"time_limit": 0}, ValueError, "time_limit must be positive"),
    ({"n_jobs": 0}, ValueError, "n_jobs must be"),
    ({"random_state": -1}, ValueError, "random_state must be"),
]


@pytest.mark.parametrize(("bad", "error", "message"), BAD)
def test_bad_arguments_are_named(bad, error, message):
    netlist = Netlist.from_arrays(4, [[0, 1]], [[[1, 1]]] * 4)
    options = {"n_parts": 2, **bad}
    with pytest.raises(error, match=message):
        partition_netlist(netlist, options.pop("n_parts"), **options)


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="netlist must be a Netlist or a Hypergraph, got list"):
        partition_netlist([[0, 1]], 2)


def test_estimator_follows_the_conventions(typed):
    model = MultiPersonalityPartitioner(3, balance=0.2, n_starts=2, random_state=0)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    twin = clone(model).set_params(n_parts=2)
    assert twin.get_params()["n_parts"] == 2
    assert model.get_params()["n_parts"] == 3
    assert model.fit(typed) is model
    result = partition_netlist(typed, 3, balance=0.2, n_starts=2, random_state=0)
    assert model.labels_.tolist() == result.labels.tolist()
    assert model.personality_.tolist() == result.personality.tolist()
    assert (model.cut_, model.feasible_) == (result.cut, result.feasible)
    assert model.usage_.tolist() == result.usage.tolist()
    assert model.utilisation_.shape == model.violation_.shape == (3, 3)
    again = pickle.loads(pickle.dumps(model))
    assert again.labels_.tolist() == model.labels_.tolist()
    assert model.fit_predict(typed).tolist() == result.labels.tolist()
    indptr, amounts = typed.personality_indptr, typed.amounts
    lists = [amounts[a:b] for a, b in itertools.pairwise(indptr)]
    assert model.fit(typed.hypergraph, lists).labels_.tolist() == result.labels.tolist()
    with pytest.raises(TypeError, match="personalities go with a Hypergraph"):
        model.fit(typed, lists)
