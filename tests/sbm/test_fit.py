"""Fits: minima by brute force, published values, planted blocks, limits, bad input."""

import networkx as nx
import numpy as np
import pytest

from partwise.graph import Graph
from partwise.metrics import adjusted_rand_index, description_length
from partwise.sbm import fit_nested_sbm, fit_sbm
from partwise.sbm._problem import Model, cost_of, pose
from tests.oracles import block_models as oracle

#: Of the best known blocks, degree-corrected and not.
BEST = {
    "karate_club_graph": (222.890131, 215.329714),
    "les_miserables_graph": (698.768119, 688.716031),
}


def simple(name):
    graph = getattr(nx, name)()
    for edge in graph.edges:
        graph.edges[edge].clear()
    return graph


def growth_strings(n):
    """All partitions of n nodes: labels of which each is at most one more than those before."""
    if n == 0:
        yield []
        return
    for labels in growth_strings(n - 1):
        for label in range(max(labels, default=-1) + 2):
            yield [*labels, label]


def is_mixed(labels, types):
    """Whether a block has nodes of both types."""
    return bool(set(labels[types == 0].tolist()) & set(labels[types == 1].tolist()))


def information(shares):
    """Mutual information of the blocks of the two ends of an edge."""
    outer = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0, keepdims=True)
    return (shares * np.log(shares / outer)).sum()


def planted_bipartite(rng, half=504, ka=4, kb=6, n_edges=14_000):
    """A bipartite multigraph whose edges are dealt to pairs of blocks unequally.

    Of a hundred random deals the one that tells most is taken, as Yen and Larremore do.
    """
    deals = rng.dirichlet(np.ones(ka * kb), 100).reshape(100, ka, kb)
    shares = max(deals, key=information)
    pairs = rng.choice(ka * kb, n_edges, p=shares.ravel())
    a = rng.integers(half // ka, size=n_edges) * ka + pairs // kb
    b = rng.integers(half // kb, size=n_edges) * kb + pairs % kb
    graph = Graph.from_edges(
        np.stack((a, half + b), 1), np.ones(n_edges, np.int64), n_nodes=2 * half
    )
    labels = np.concatenate((np.arange(half) % ka, ka + np.arange(half) % kb))
    return graph, np.repeat([0, 1], half), labels


# -- minima


@pytest.mark.slow
@pytest.mark.parametrize("bipartite", [False, True])
@pytest.mark.parametrize("degree_corrected", [True, False])
def test_the_minimum_over_all_partitions_is_found(degree_corrected, bipartite):
    sizes = [4, 5, 6, 7] * 46 + [8] * 12 + [9] * 4  # of 9 nodes there are 21,147 partitions
    partitions = {n: [np.array(b, np.int32) for b in growth_strings(n)] for n in set(sizes)}
    assert len(partitions[9]) == 21_147
    hits = 0
    for seed, n in enumerate(sizes):
        rng = np.random.default_rng(seed)
        types = (np.arange(n) >= n // 2).astype(np.int64) if bipartite else None
        edges = oracle.random_multigraph(rng, n, int(rng.integers(3, 20)), types)
        src, dst, times = (np.array(x) for x in zip(*edges, strict=True))
        graph = Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)
        problem, model = pose(graph, types), Model(degree_corrected)
        apart = [b for b in partitions[n] if types is None or not is_mixed(b, types)]
        first = np.zeros(n, np.int32) if types is None else types.astype(np.int32)
        best = min(cost_of(problem, model, b) for b in apart) - cost_of(problem, model, first)
        options = {"types": types, "degree_corrected": degree_corrected}
        one = description_length(graph, first, **options)
        found = fit_sbm(graph, n_sweeps=100, random_state=seed, **options)
        assert found.description_length >= one + best - 1e-9
        hits += found.description_length <= one + best + 1e-9
    assert hits >= 0.99 * len(sizes)


@pytest.mark.parametrize("name", BEST)
@pytest.mark.parametrize("degree_corrected", [True, False])
def test_small_networks_reach_the_best_known_length(name, degree_corrected):
    best = BEST[name][0 if degree_corrected else 1]
    for seed in range(3):
        found = fit_sbm(simple(name), degree_corrected=degree_corrected, random_state=seed)
        assert found.description_length <= best + 1e-6


def test_southern_women_have_one_block_on_each_side():
    graph = nx.davis_southern_women_graph()
    types = [graph.nodes[u]["bipartite"] for u in graph]
    found = fit_sbm(graph, types=types, random_state=0)
    assert found.n_blocks_by_type == (1, 1)
    assert found.description_length == pytest.approx(192.18973645364, abs=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_random_graphs_have_one_block(seed):
    graph = nx.gnm_random_graph(500, 1250, seed=seed)
    assert fit_sbm(graph, degree_corrected="auto", n_sweeps=60, random_state=seed).n_blocks == 1
    bipartite = nx.bipartite.gnmk_random_graph(250, 250, 1250, seed=seed)
    types = np.repeat([0, 1], 250)
    found = fit_sbm(bipartite, types=types, n_sweeps=60, random_state=seed)
    assert found.n_blocks_by_type == (1, 1)


def test_bicliques_are_found_exactly():
    k, size = 4, 6
    edges = [
        (c * size + i, k * size + c * size + j)
        for c in range(k)
        for i in range(size)
        for j in range(size)
    ]
    types = np.repeat([0, 1], k * size)
    found = fit_sbm(edges, types=types, random_state=0)
    assert found.n_blocks_by_type == (k, k)
    assert found.labels.tolist() == np.repeat(np.arange(2 * k), size).tolist()


@pytest.mark.parametrize("seed", range(3))
def test_planted_bipartite_blocks_are_found(seed):
    graph, types, planted = planted_bipartite(np.random.default_rng(seed))
    found = fit_sbm(graph, types=types, n_sweeps=60, random_state=seed)
    assert found.description_length <= description_length(graph, planted, types=types) + 1e-6
    assert found.n_blocks_by_type == (4, 6)
    assert adjusted_rand_index(found.labels, planted) > 0.9


def test_the_better_of_two_models_is_taken():
    karate = simple("karate_club_graph")
    found = fit_sbm(karate, degree_corrected="auto", random_state=0)
    assert not found.degree_corrected
    assert found.description_length == pytest.approx(215.329714, abs=1e-6)


# -- the limit of resolution


def lengths_of_groups(count, half, degree, prior):
    """Description lengths with `count` groups on each side, and with neighbouring ones merged.

    Every node has `degree` edges, all of them to the nodes of the same group on the other side.
    """
    group = np.arange(half) * count // half
    first, size = np.searchsorted(group, np.arange(count)), np.bincount(group)
    i, k = np.repeat(np.arange(half), degree), np.tile(np.arange(degree), half)
    j = first[group[i]] + (i - first[group[i]] + k) % size[group[i]]
    pairs = np.stack((i, half + j), 1)
    graph = Graph.from_edges(pairs, np.ones(len(pairs), np.int64), n_nodes=2 * half)
    lengths = []
    for merged in (group, group // 2):
        labels = np.concatenate((merged, merged.max() + 1 + merged))
        types = np.repeat([0, 1], half)
        lengths.append(description_length(graph, labels, types=types, edge_prior=prior))
    return lengths


def most_groups(half, degree, prior):
    """The largest even number of groups that are better kept apart than merged in pairs."""
    low, high = 2, half // degree // 2 * 2
    while high - low > 2:
        middle = (low + high) // 4 * 2
        apart, together = lengths_of_groups(middle, half, degree, prior)
        low, high = (middle, high) if apart < together else (low, middle)
    return low


def test_the_bipartite_prior_resolves_root_two_times_as_many_groups():
    ratio = most_groups(4000, 10, "bipartite") / most_groups(4000, 10, "general")
    assert ratio == pytest.approx(2**0.5, rel=0.05)


# -- promises of the result


def test_the_result_is_recomputed_and_named_by_size():
    graph = simple("les_miserables_graph")
    found = fit_sbm(graph, n_sweeps=50, random_state=3)
    assert found.description_length == description_length(graph, found.labels)
    assert found.terms.total == found.description_length
    sizes = np.bincount(found.labels)
    assert (np.diff(sizes) <= 0).all()
    assert len(sizes) == found.n_blocks
    assert found.trace[-1] == pytest.approx(found.description_length, abs=1e-6)
    assert (np.diff(found.trace) <= 1e-9).all()
    matrix = found.block_matrix(graph)
    assert matrix.sum() == 2 * graph.number_of_edges()
    assert (matrix == matrix.T).all()
    facts = found.to_dict(labels=True)
    assert facts["labels"] == found.labels.tolist()
    assert facts["effort"]["is_complete"]


def test_the_same_seed_gives_the_same_blocks_whatever_the_threads():
    graph = simple("les_miserables_graph")
    options = {"n_sweeps": 30, "n_init": 3, "random_state": 5}
    one = fit_sbm(graph, n_jobs=1, **options)
    two = fit_sbm(graph, n_jobs=2, **options)
    assert one.labels.tobytes() == two.labels.tobytes()
    assert one.effort.moves_tried == two.effort.moves_tried


def test_a_warm_start_is_never_made_worse():
    graph = simple("les_miserables_graph")
    best = fit_sbm(graph, random_state=0)
    again = fit_sbm(graph, initial_labels=best.labels, n_sweeps=1, random_state=1)
    assert again.description_length <= best.description_length + 1e-9


def test_numbers_of_blocks_are_kept():
    graph = simple("les_miserables_graph")
    for n_blocks in (1, 2, 5, 77):
        assert fit_sbm(graph, n_blocks=n_blocks, n_sweeps=20, random_state=0).n_blocks == n_blocks
    assert fit_sbm(graph, max_blocks=3, n_sweeps=20, random_state=0).n_blocks <= 3
    assert fit_sbm(graph, min_blocks=12, n_sweeps=20, random_state=0).n_blocks >= 12
    women = nx.davis_southern_women_graph()
    types = [women.nodes[u]["bipartite"] for u in women]
    found = fit_sbm(women, types=types, n_blocks=(3, 2), n_sweeps=20, random_state=0)
    assert found.n_blocks_by_type == (3, 2)
    assert set(found.labels[np.array(types) == 0]) == {0, 1, 2}


@pytest.mark.parametrize("seed", range(3))
def test_both_types_have_blocks_where_one_split_alone_is_no_gain(seed):
    # Davis's 18 women and 14 events: from one block of each type, blocks of one type do not pay.
    graph = simple("davis_southern_women_graph")
    types = [0] * 18 + [1] * 14
    one = fit_sbm(graph, types=types, degree_corrected=False, n_blocks=(1, 1), n_sweeps=1)
    for sides in ((1, 2), (2, 1)):
        found = fit_sbm(graph, types=types, degree_corrected=False, n_blocks=sides, random_state=0)
        assert found.description_length > one.description_length - 1.0
    best = fit_sbm(graph, types=types, degree_corrected=False, n_sweeps=8000, random_state=seed)
    assert best.n_blocks_by_type == (2, 3)
    assert best.description_length == pytest.approx(183.338997, abs=1e-6)


@pytest.mark.parametrize("fit", [fit_sbm, fit_nested_sbm])
def test_a_search_that_is_stopped_while_hot_ends_greedily(fit, monkeypatch):
    graph = simple("les_miserables_graph")
    lengths = {}
    for steps in (0, 2):
        monkeypatch.setattr("partwise.sbm._search.LAST_STEPS", steps)
        monkeypatch.setattr("partwise.sbm._nested_search.LAST_STEPS", steps)
        lengths[steps] = []
        for seed in range(6):
            messages = []
            found = fit(
                graph,
                initial_labels=np.random.default_rng(seed).integers(0, 8, 77),
                random_state=seed,
                n_sweeps=10**6,
                stop=lambda told=messages: told[-1:] == ["annealing"],  # after the first sweep
                callback=lambda part, what, told=messages: told.append(what),
            )
            assert not found.effort.is_complete
            assert found.effort.sweeps < 100
            lengths[steps].append(found.description_length)
    hot, greedy = np.array(lengths[0]), np.array(lengths[2])
    assert (greedy <= hot + 1e-9).all()
    assert (greedy < hot - 1).any()


def test_a_search_that_is_stopped_returns_the_best_so_far():
    graph = nx.gnm_random_graph(200, 800, seed=0)
    one = description_length(graph, np.zeros(200, int))
    found = fit_sbm(graph, stop=lambda: True, random_state=0)
    assert not found.effort.is_complete
    assert found.description_length <= one + 1e-9
    found = fit_sbm(graph, time_limit=1e-6, min_blocks=3, random_state=0)
    assert found.n_blocks >= 3
    assert not found.effort.is_complete


def test_progress_goes_up_to_the_end():
    seen = []
    fit_sbm(
        simple("karate_club_graph"),
        n_sweeps=20,
        random_state=0,
        callback=lambda part, what: seen.append((part, what)),
    )
    parts = [part for part, _ in seen]
    assert parts == sorted(parts)
    assert 0 <= parts[0] <= parts[-1] <= 1
    assert {"annealing", "greedy moves"} <= {what for _, what in seen}


def test_graphs_without_edges_or_nodes():
    empty = Graph.from_edges(np.empty((0, 2), int), n_nodes=4)
    assert fit_sbm(empty, random_state=0).n_blocks == 1
    assert fit_sbm(empty, types=[0, 1, 1, 1], random_state=0).n_blocks_by_type == (1, 1)
    nothing = fit_sbm(Graph.from_edges(np.empty((0, 2), int), n_nodes=0))
    assert (nothing.n_blocks, nothing.description_length) == (0, 0)


# -- bad input


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"n_blocks": 0}, ValueError, "n_blocks must be at least 1"),
        ({"n_blocks": 9}, ValueError, "at least 9 blocks were asked for, but there are 4 nodes"),
        ({"n_blocks": 2, "max_blocks": 3}, ValueError, "n_blocks excludes"),
        ({"min_blocks": 3, "max_blocks": 2}, ValueError, "min_blocks must be at most max_blocks"),
        ({"n_sweeps": 0}, ValueError, "n_sweeps must be at least 1"),
        ({"n_init": 1.5}, TypeError, "n_init must be an integer"),
        ({"time_limit": 0}, ValueError, "time_limit must be positive"),
        ({"degree_corrected": "yes"}, ValueError, "degree_corrected must be True, False or"),
        ({"edge_prior": "bipartite"}, ValueError, "needs types"),
        ({"q_table": "none"}, ValueError, "q_table must be"),
        ({"initial_labels": [0, 1]}, ValueError, r"labels must have shape \(4,\)"),
        ({"initial_labels": [0, 1, 2, 2], "max_blocks": 2}, ValueError, "must have from 1 to 2"),
        ({"types": [0, 0, 1, 1]}, ValueError, r"not bipartite: edge \(0, 1\)"),
        ({"types": [0, 0, 0, 0]}, ValueError, "types must hold two different values"),
        ({"types": [0, 1, 0, 1], "n_blocks": 2}, ValueError, "n_blocks must be"),
        (
            {"types": [0, 1, 0, 1], "initial_labels": [0] * 4},
            ValueError,
            "differ between the types",
        ),
    ],
)
def test_arguments_that_make_no_sense(options, error, message):
    with pytest.raises(error, match=message):
        fit_sbm([(0, 1), (1, 2), (2, 3)], **options)


def test_weights_that_are_no_numbers_of_edges_are_refused():
    with pytest.raises(TypeError, match="edge weights must be integers"):
        fit_sbm(Graph.from_edges([(0, 1)], [0.5]))
