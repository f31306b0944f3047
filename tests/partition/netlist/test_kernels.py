"""The netlist kernels against recomputation from scratch."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.kernels.rng import next_below, seed_state
from partwise.partition.netlist._kernels.agglomeration import agglomerate
from partwise.partition.netlist._kernels.balance import (
    limit_scale,
    overload,
    pressure,
    rebalance_personalities,
)
from partwise.partition.netlist._kernels.candidates import (
    AFFINITY,
    CLASSIC,
    MOST_UNBALANCED,
    RANDOM_RESOURCE,
    gather,
)
from partwise.partition.netlist._kernels.clustering import cluster_nodes
from partwise.partition.netlist._kernels.contraction import (
    cluster_members,
    contract_nets,
    node_incidence,
)
from partwise.partition.netlist._kernels.klfm import klfm
from partwise.partition.netlist._kernels.mapping import (
    map_least_variance,
    map_proportional,
    map_universal,
)
from partwise.partition.netlist._kernels.moves import (
    TIME_BITS,
    affinity_entries,
    clear_queues,
    count_pins,
    cut_of,
    enqueue,
    leave_queues,
    move,
    node_gains,
    usage_of,
)
from partwise.partition.netlist._kernels.personalities import (
    adopt,
    combine_fronts,
    combine_sampled,
    only_current,
)
from partwise.partition.netlist._kernels.restriction import restrict_nets
from partwise.partition.netlist._kernels.search import search
from partwise.partition.netlist._kernels.switching import switch_pairs
from partwise.partition.netlist._netlist import Netlist
from partwise.partition.netlist._problem import constraint_of, level_of
from tests.oracles import netlist as oracle

SEEDS = range(6)


def random_netlist(seed, n=18, n_nets=30, n_resources=3, most=3):
    """Return a small netlist with some flexible nodes, weighted nets and a node of zeros."""
    rng = np.random.default_rng(seed)
    nets = [
        rng.choice(n, size=rng.integers(2, min(6, n) + 1), replace=False).tolist()
        for _ in range(n_nets)
    ]
    personalities = [
        rng.integers(0, 20, size=(rng.integers(1, most + 1), n_resources)).tolist()
        for _ in range(n)
    ]
    personalities[0] = [[0] * n_resources]
    weights = rng.integers(1, 5, size=n_nets)
    return Netlist.from_arrays(n, nets, personalities, net_weights=weights)


def parts_of(level):
    """Return a level as lists: nets, weights, personalities."""
    nets = [level.pins[a:b].tolist() for a, b in itertools.pairwise(level.net_ptr)]
    personalities = [level.amounts[a:b].tolist() for a, b in itertools.pairwise(level.pers_ptr)]
    return nets, level.weights.tolist(), personalities


def halves(netlist, balance=0.1):
    """Return (base, slope), both (2, R), of an even bisection."""
    constraint = constraint_of(netlist, 2, None, balance)
    return constraint.base, np.repeat(constraint.slope[:, None], netlist.n_resources, axis=1)


def check_heaps(keys, queue, where, sizes, side, gain, locked, entry_ptr, entry_resource):
    """Every heap is a heap, holds the right nodes with the right gains, and `where` points back."""
    width = where.shape[0]
    for h in range(2 * width):
        s, r = divmod(h, width)
        for i in range(sizes[h]):
            v = queue[h, i]
            assert side[v] == s
            assert not locked[v]
            assert where[r, v] == i
            assert keys[h, i] >> TIME_BITS == gain[v]
            assert i == 0 or keys[h, (i - 1) // 2] >= keys[h, i]
            assert r in entry_resource[entry_ptr[v] : entry_ptr[v + 1]]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("adaptive", [True, False])
def test_gains_counts_and_queues_are_true_after_every_move(seed, adaptive):
    netlist = random_netlist(seed)
    level = level_of(netlist)
    nets, weights, _ = parts_of(level)
    rng = np.random.default_rng(seed)
    n, width = level.n_nodes, netlist.n_resources
    side = rng.integers(0, 2, n).astype(np.uint8)
    current = level.pers_ptr[:-1].copy()
    count = count_pins(level.net_ptr, level.pins, side)
    gain, border = np.empty(n, np.int64), np.empty(n, np.bool_)
    node_gains(level.node_ptr, level.nets, level.weights, side, count, gain, border)
    entries = affinity_entries(level.pers_ptr, level.amounts, current, np.ones(width), adaptive)
    keys = np.empty((2 * width, n), np.int64)
    queue = np.empty((2 * width, n), np.uint32)
    where = np.full((width, n), -1, np.int32)
    sizes, clock = np.zeros(2 * width, np.int64), np.zeros(1, np.int64)
    locked = np.zeros(n, np.bool_)
    for v in range(0, n, 2):
        enqueue(*entries, keys, queue, where, sizes, clock, side, gain, v)
    cut = cut_of(count, level.weights)
    for v in rng.permutation(n):
        if where[entries[1][entries[0][v]], v] >= 0:
            leave_queues(*entries, keys, queue, where, sizes, side, v)
        locked[v] = True
        cut -= gain[v]
        move(
            level.net_ptr, level.pins, level.node_ptr, level.nets, level.weights, *entries, keys,
            queue, where, sizes, clock, side, count, gain, locked, True, v,
        )  # fmt: skip
        assert cut == oracle.cut_of(nets, weights, side)
        assert gain.tolist() == [oracle.gain_of(nets, weights, side, u) for u in range(n)]
        for e, net in enumerate(nets):
            assert count[e].tolist() == [sum(side[u] == s for u in net) for s in (0, 1)]
        check_heaps(keys, queue, where, sizes, side, gain, locked, *entries)
    clear_queues(queue, where, sizes)
    assert sizes.sum() == 0
    assert (where == -1).all()


def test_a_node_waits_by_the_resource_that_each_personality_needs_most_of():
    pers_ptr = np.array([0, 2, 3, 6])
    amounts = np.array([[9, 0, 0], [0, 1, 0], [0, 0, 0], [5, 0, 0], [6, 0, 1], [0, 0, 3]])
    current = np.array([0, 2, 5])
    ptr, resources = affinity_entries(pers_ptr, amounts, current, np.ones(3), True)
    lists = [resources[a:b].tolist() for a, b in itertools.pairwise(ptr)]
    assert lists == [[0, 1], [0], [0, 2]]
    ptr, resources = affinity_entries(pers_ptr, amounts, current, np.ones(3), False)
    assert [resources[a:b].tolist() for a, b in itertools.pairwise(ptr)] == [[0], [0], [2]]
    # a limit of a hundredth makes resource 2 the scarce one
    ptr, resources = affinity_entries(pers_ptr, amounts, current, np.array([1, 1, 100.0]), True)
    assert [resources[a:b].tolist() for a, b in itertools.pairwise(ptr)] == [[0, 1], [0], [0, 2]]


def test_candidates_are_the_top_of_the_heaps_of_the_policy():
    n, width = 40, 2
    rng = np.random.default_rng(0)
    side = (np.arange(n) % 2).astype(np.uint8)
    gain = rng.permutation(n)
    resource = rng.integers(0, width, n)
    entries = (np.arange(n + 1), resource)
    keys = np.empty((2 * width, n), np.int64)
    queue = np.empty((2 * width, n), np.uint32)
    where = np.full((width, n), -1, np.int32)
    sizes, clock = np.zeros(2 * width, np.int64), np.zeros(1, np.int64)
    for v in range(n):
        enqueue(*entries, keys, queue, where, sizes, clock, side, gain, v)

    def found(policy, depth, x=(0.0, 1.0)):
        out, places = np.empty(4 * depth + 2, np.int64), np.empty(depth + 2, np.int64)
        count = gather(policy, depth, keys, queue, sizes, np.array(x), places, out, seed_state(0))
        return sorted(out[:count].tolist())

    def top(members, depth):
        return sorted(members, key=lambda v: -gain[v])[:depth]

    groups = {
        (s, r): [v for v in range(n) if side[v] == s and resource[v] == r]
        for s in (0, 1)
        for r in range(width)
    }
    for depth in (1, 3, 5):
        assert found(AFFINITY, depth) == sorted(
            v for members in groups.values() for v in top(members, depth)
        )
        assert found(MOST_UNBALANCED, depth) == sorted(
            top(groups[0, 1], depth) + top(groups[1, 1], depth)
        )
    assert found(CLASSIC, 3) == sorted(top(groups[s, 0] + groups[s, 1], 1)[0] for s in (0, 1))
    options = [sorted(top(groups[0, r], 3) + top(groups[1, r], 3)) for r in range(width)]
    assert found(RANDOM_RESOURCE, 3) in options


@pytest.mark.parametrize("seed", SEEDS)
def test_a_contraction_keeps_the_cut_of_every_coarse_partition(seed):
    level = level_of(random_netlist(seed, n=20, n_nets=60))
    nets, weights, _ = parts_of(level)
    rng = np.random.default_rng(seed)
    count = 7
    cluster = rng.integers(0, count, level.n_nodes).astype(np.uint32)
    net_ptr, pins, coarse_weights = contract_nets(
        level.net_ptr, level.pins, level.weights, cluster, count
    )
    coarse = [pins[a:b].tolist() for a, b in itertools.pairwise(net_ptr)]
    for net in coarse:
        assert len(net) == len(set(net)) >= 2
    assert len({frozenset(net) for net in coarse}) == len(coarse)
    for labels in itertools.product((0, 1), repeat=count):
        fine = [labels[c] for c in cluster]
        assert oracle.cut_of(coarse, coarse_weights, labels) == oracle.cut_of(nets, weights, fine)
    node_ptr, node_nets = node_incidence(net_ptr, pins, count)
    for v in range(count):
        assert node_nets[node_ptr[v] : node_ptr[v + 1]].tolist() == [
            e for e, net in enumerate(coarse) if v in net
        ]


@pytest.mark.parametrize("keep_split", [True, False])
def test_restriction_keeps_what_is_left_of_the_nets(keep_split):
    level = level_of(random_netlist(3))
    nets, weights, _ = parts_of(level)
    nodes = np.array([1, 2, 5, 6, 7, 11, 13, 17])
    net_ptr, pins, new_weights = restrict_nets(*level[:5], nodes, keep_split)
    found = [
        (nodes[pins[a:b]].tolist(), w)
        for (a, b), w in zip(itertools.pairwise(net_ptr), new_weights)
    ]
    inside = set(nodes.tolist())
    expected = [
        ([v for v in net if v in inside], w)
        for net, w in zip(nets, weights)
        if len(inside.intersection(net)) > 1 and (keep_split or inside.issuperset(net))
    ]
    assert found == expected


def test_clusters_respect_shares_and_confinement():
    level = level_of(random_netlist(4, n=60, n_nets=120))
    share = np.full(60, 1.0)
    confine = (np.arange(60) % 2).astype(np.uint8)
    cluster, count = cluster_nodes(*level[:5], share, 4.0, confine, 15, seed_state(0))
    assert sorted(set(cluster.tolist())) == list(range(count))
    assert 15 <= count < 60
    assert np.bincount(cluster).max() <= 4
    for c in range(count):
        assert len(set(confine[cluster == c].tolist())) == 1


def test_agglomeration_joins_what_hangs_together():
    netlist = Netlist.from_arrays(
        8,
        [[0, 1], [1, 2], [2, 3], [0, 3], [4, 5], [5, 6], [6, 7], [4, 7], [3, 4]],
        [[[1]]] * 8,
        net_weights=[9, 9, 9, 9, 9, 9, 9, 9, 1],
    )
    cluster, count = agglomerate(*level_of(netlist)[:5], 4)
    assert count == 2
    assert len(set(cluster[:4].tolist())) == len(set(cluster[4:].tolist())) == 1
    single, count = agglomerate(*level_of(netlist)[:5], 1)
    assert count == 8
    assert single.tolist() == list(range(8))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("how", ["fronts", "fronts monotone", "sampled", "current"])
def test_personalities_of_clusters_are_exact_sums_of_their_members(seed, how):
    level = level_of(random_netlist(seed, n=24, n_nets=10, most=4))
    rng = np.random.default_rng(seed)
    count, cap = 4, 16
    cluster = np.append(np.arange(count), rng.integers(0, count, 20)).astype(np.uint32)
    member_ptr, members = cluster_members(cluster, count)
    sizes = np.diff(level.pers_ptr)
    current = level.pers_ptr[:-1] + rng.integers(0, sizes)
    given = (member_ptr, members, level.pers_ptr, level.amounts, current)
    ratio = np.array([0.5, 0.3, 0.2])
    if how == "current":
        result = only_current(*given)
    elif how == "sampled":
        result = combine_sampled(*given, cap, ratio, seed_state(seed))
    else:
        result = combine_fronts(*given, cap, np.ones(3) / 100, ratio, how.endswith("monotone"))
    coarse_ptr, amounts, picks, coarse_current = result
    assert (np.diff(coarse_ptr) >= 1).all()
    assert (np.diff(coarse_ptr) <= cap).all()
    for c in range(count):
        mine = members[member_ptr[c] : member_ptr[c + 1]]
        assert amounts[coarse_current[c]].tolist() == level.amounts[current[mine]].sum(0).tolist()
    # whatever personality every cluster takes, its members' ones sum up to it
    for _ in range(20):
        chosen = coarse_ptr[:-1] + rng.integers(0, np.diff(coarse_ptr))
        own = adopt(member_ptr, members, level.pers_ptr, coarse_ptr, picks, chosen)
        assert ((own >= level.pers_ptr[:-1]) & (own < level.pers_ptr[1:])).all()
        for c in range(count):
            total = level.amounts[own[cluster == c]].sum(axis=0)
            assert total.tolist() == amounts[chosen[c]].tolist()
    if how in ("fronts", "sampled"):
        # the heaviest combination in every resource survives
        for c in range(count):
            rows = amounts[coarse_ptr[c] : coarse_ptr[c + 1]]
            for r in range(3):
                heaviest = sum(
                    level.amounts[level.pers_ptr[v] : level.pers_ptr[v + 1], r].max()
                    for v in members[member_ptr[c] : member_ptr[c + 1]]
                )
                assert rows[:, r].max() == heaviest


def test_few_combinations_are_all_kept_by_either_way():
    # 2 * 3 * 1 combinations, all different
    pers_ptr = np.array([0, 2, 5, 6])
    amounts = np.array([[1, 0], [0, 2], [10, 0], [0, 20], [30, 30], [100, 100]])
    current = np.array([1, 4, 5])
    given = (*cluster_members(np.zeros(3, np.uint32), 1), pers_ptr, amounts, current)
    expected = {
        tuple((amounts[a] + amounts[b] + amounts[5]).tolist()) for a in (0, 1) for b in (2, 3, 4)
    }
    for result in (
        combine_fronts(*given, 16, np.ones(2), np.empty(0), False),
        combine_sampled(*given, 16, np.empty(0), seed_state(0)),
    ):
        assert {tuple(row) for row in result[1].tolist()} == expected
        assert len(result[1]) == 6


@settings(max_examples=30)
@given(
    seed=st.integers(0, 10**6),
    policy=st.sampled_from([AFFINITY, CLASSIC, MOST_UNBALANCED, RANDOM_RESOURCE]),
    adaptive=st.booleans(),
    balance=st.sampled_from([0.0, 0.05, 0.3]),
    kernel=st.sampled_from([search, klfm]),
)
def test_a_search_reports_the_truth_and_never_ends_worse(seed, policy, adaptive, balance, kernel):
    netlist = random_netlist(seed, n=16, n_nets=24)
    level = level_of(netlist)
    nets, weights, personalities = parts_of(level)
    base, slope = halves(netlist, balance)
    rng = np.random.default_rng(seed)
    side = rng.integers(0, 2, level.n_nodes).astype(np.uint8)
    current = level.pers_ptr[:-1] + rng.integers(0, np.diff(level.pers_ptr))
    start_current = current.copy()
    active = np.ones(3, np.bool_)
    usage = usage_of(side, current, level.amounts)
    scale = limit_scale(usage, base, slope)
    over_before, _ = overload(usage, base, slope, scale, active)
    cut_before = oracle.cut_of(nets, weights, side)
    options = (adaptive, policy, 3, 10)
    if kernel is search:
        options += (50,)
    over, cut, _ = kernel(
        *level, side, current, base, slope, active, np.array([0.5, 0.3, 0.2]), *options,
        seed_state(seed),
    )  # fmt: skip
    assert cut == oracle.cut_of(nets, weights, side)
    chosen = current - level.pers_ptr[:-1]
    after = oracle.usage_of(personalities, side, chosen, 2)
    assert over == pytest.approx(overload(np.array(after), base, slope, scale, active)[0])
    assert (over, cut) <= (over_before + 1e-12, cut_before) or over < over_before
    if not adaptive:
        assert (current == start_current).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_rebalancing_and_pair_switches_only_improve(seed):
    netlist = random_netlist(seed, n=40)
    level = level_of(netlist)
    base, slope = halves(netlist, 0.02)
    rng = np.random.default_rng(seed)
    part = rng.integers(0, 2, 40).astype(np.int32)
    current = level.pers_ptr[:-1] + rng.integers(0, np.diff(level.pers_ptr))
    flexible = np.flatnonzero(np.diff(level.pers_ptr) > 1)
    active, ratio = np.ones(3, np.bool_), np.array([0.5, 0.3, 0.2])
    usage = usage_of(part, current, level.amounts)
    x = np.empty(3)

    def power_of(usage):
        pressure(usage, base, slope, active, x)
        off = (usage.sum(0) / (ratio * usage.sum()) - 1) ** 2
        return (x[x > 0.8] ** 2).sum() + off.sum() / 10

    before = power_of(usage)
    switches = rebalance_personalities(
        level.pers_ptr, level.amounts, flexible, part, current, usage, base, slope, active, ratio,
        True, True, 5, seed_state(seed),
    )  # fmt: skip
    assert switches > 0
    assert usage.tolist() == usage_of(part, current, level.amounts).tolist()
    assert power_of(usage) < before
    scale = limit_scale(usage, base, slope)
    over, _ = overload(usage, base, slope, scale, active)
    switch_pairs(
        level.pers_ptr, level.amounts, flexible, part, current, usage, base, slope, active, ratio,
        2000, seed_state(seed),
    )  # fmt: skip
    assert usage.tolist() == usage_of(part, current, level.amounts).tolist()
    assert overload(usage, base, slope, scale, active)[0] <= over


def test_pressure_is_the_published_measure_for_two_blocks():
    usage = np.array([[60, 5, 0], [40, 5, 0]])
    eps = 0.1
    base, slope = np.zeros((2, 3)), np.full((2, 3), (1 + eps) / 2)
    x = np.empty(3)
    pressure(usage, base, slope, np.ones(3, np.bool_), x)
    # |60 - 40| / (0.1 * 100); even; a resource that nobody uses
    assert x.tolist() == pytest.approx([2.0, 0.0, 0.0])
    pressure(usage, base, slope, np.array([False, True, True]), x)
    assert x[0] == 0.0


def test_mappings_by_hand():
    # one fixed node of 8 LUT, then three that can be 10 LUT or 1 DSP
    pers_ptr = np.array([0, 1, 3, 5, 7])
    amounts = np.array([[8, 0], [10, 0], [0, 1], [10, 0], [0, 1], [10, 0], [0, 1]])
    order = np.arange(4)
    # fractions left of (40 LUT, 2 DSP): DSP (1.0 > 0.8), LUT (0.8 > 0.5), then 0.55 > 0.5 again
    current = map_proportional(pers_ptr, amounts, np.array([40.0, 2.0]), False, order)
    assert current.tolist() == [0, 2, 3, 5]
    # with the 8 LUT taken off first all is free, the first resource wins, then DSP, then 22/32 left
    current = map_proportional(pers_ptr, amounts, np.array([40.0, 2.0]), True, order)
    assert current.tolist() == [0, 1, 4, 5]
    assert map_universal(pers_ptr, amounts, 1).tolist() == [0, 2, 4, 6]
    assert map_universal(pers_ptr, amounts, 0).tolist() == [0, 1, 3, 5]
    # 8 of 40 used: a DSP of 4 is 0.25, which is nearer to 0.2 than 18 of 40 beside none
    current = map_least_variance(pers_ptr, amounts, np.array([40.0, 4.0]), order)
    assert current.tolist() == [0, 2, 3, 6]


def test_random_numbers_of_a_mapping_stay_in_the_node_s_list():
    from partwise.partition.netlist._kernels.mapping import map_random

    pers_ptr = np.array([0, 1, 3, 7])
    seen = [set(), set(), set()]
    state = seed_state(1)
    for _ in range(200):
        for v, p in enumerate(map_random(pers_ptr, state).tolist()):
            seen[v].add(p)
    assert seen == [{0}, {1, 2}, {3, 4, 5, 6}]
    assert next_below(state, 1) == 0
