"""Samples of the posterior: as frequent as the model says, and named alike."""

from collections import Counter
from itertools import product
from math import exp, factorial

import numpy as np
import pytest

from partwise.graph import Graph, planted_partition_graph
from partwise.kernels.rng import seed_state
from partwise.metrics import description_length
from partwise.sbm import fit_sbm, sample_posterior
from partwise.sbm._kernels.gains import total_cost
from partwise.sbm._kernels.sampling import sample, split_or_merge
from partwise.sbm._posterior import align
from partwise.sbm._problem import Model, make_blocks, pose
from tests.oracles import block_models as oracle


def first_names(labels):
    names = {}
    return tuple(names.setdefault(label, len(names)) for label in labels)


def weights_of_partitions(graph, n, types, degree_corrected):
    """The probability of every partition, in proportion: namings times exp(-description length)."""
    weights = {}
    for labels in product(range(n), repeat=n):
        if types is not None:
            sides = [
                {b for b, t in zip(labels, types, strict=True) if t == kind} for kind in (0, 1)
            ]
            if sides[0] & sides[1]:
                continue
            namings = factorial(len(sides[0])) * factorial(len(sides[1]))
        else:
            namings = factorial(len(set(labels)))
        key = first_names(labels)
        if key not in weights:
            length = description_length(graph, key, types=types, degree_corrected=degree_corrected)
            weights[key] = namings * exp(-length)
    return weights


@pytest.mark.parametrize(
    ("sweeps", "tries", "fresh"), [(1, 0, 0.2), (0, 4, 0.2), (1, 1, 0.1)],
    ids=["moves", "splits and merges", "both"],
)  # fmt: skip
@pytest.mark.parametrize("bipartite", [False, True])
@pytest.mark.parametrize("degree_corrected", [False, True])
def test_partitions_come_up_as_often_as_they_are_probable(
    sweeps, tries, fresh, bipartite, degree_corrected
):
    types = [0, 0, 1, 1, 1] if bipartite else None
    n = 5 if bipartite else 4
    rng = np.random.default_rng(7)
    edges = oracle.random_multigraph(rng, n, 6, types)
    src, dst, times = (np.array(x) for x in zip(*edges, strict=True))
    graph = Graph.from_edges(np.stack((src, dst), 1), times, n_nodes=n)
    weights = weights_of_partitions(graph, n, types, degree_corrected)
    start = np.array(types if bipartite else [0] * n, np.int32)
    blocks = make_blocks(pose(graph, types), Model(degree_corrected), start, n)
    state, order = seed_state(3), np.arange(n, dtype=np.int32)
    work, tally = np.zeros((3, n), np.int32), np.zeros(2, np.int64)
    batches, size = 40, 500
    cost, change = total_cost(blocks), 0.0
    counts = []
    for _ in range(batches):
        seen = Counter()
        for _ in range(size):
            if sweeps:
                change += sample(blocks, state, sweeps, tries, 2, 1.0, fresh, order, work, tally)
            else:
                for _ in range(tries):
                    change += split_or_merge(blocks, state, 2, work[0], work[1], work[2])
            seen[first_names(blocks.label.tolist())] += 1
        counts.append(seen)
    assert total_cost(blocks) == pytest.approx(cost + change, abs=1e-6)
    whole = sum(weights.values())
    for partition, weight in weights.items():
        # batch means: their spread has the correlation of the samples in it
        shares = np.array([seen[partition] / size for seen in counts])
        error = max(shares.std(ddof=1) / np.sqrt(batches), 1e-3)
        assert shares.mean() == pytest.approx(weight / whole, abs=5 * error)


def test_marginals_of_clear_blocks_are_near_to_one():
    graph = planted_partition_graph(3, 20, 0.6, 0.02, random_state=0)
    best = fit_sbm(graph, random_state=0)
    found = sample_posterior(graph, best.labels, n_samples=30, thin=2, random_state=1)
    assert found.marginals.sum(axis=1) == pytest.approx(1)
    assert found.marginals.max(axis=1).mean() > 0.95
    assert (found.labels == found.marginals.argmax(axis=1)).all()
    for labels, length in zip(found.samples, found.description_lengths, strict=True):
        assert length == pytest.approx(description_length(graph, labels), abs=1e-6)
    assert found.description_lengths.min() >= best.description_length - 1e-9
    assert found.together(0, 0) == 1
    assert found.together([0, 0], [1, 59]).tolist() == pytest.approx([1, 0], abs=0.1)
    assert found.to_dict()["n_samples"] == 30


def test_names_of_samples_agree():
    start = np.array([0, 0, 0, 1, 1, 1], np.int32)
    samples = np.array([[1, 1, 1, 0, 0, 0], [5, 5, 5, 2, 2, 2], [0, 0, 1, 1, 1, 1]], np.int32)
    named, marginals = align(samples, start)
    assert named[0].tolist() == named[1].tolist() == [0, 0, 0, 1, 1, 1]
    assert named[2].tolist() == [0, 0, 1, 1, 1, 1]
    assert marginals[:, 0] == pytest.approx([1, 1, 2 / 3, 0, 0, 0])


def test_the_same_seed_gives_the_same_samples():
    graph = planted_partition_graph(2, 10, 0.6, 0.1, random_state=0)
    labels = np.repeat([0, 1], 10)
    first, second = (sample_posterior(graph, labels, n_samples=5, random_state=4) for _ in range(2))
    assert first.samples.tobytes() == second.samples.tobytes()


def test_sampling_can_be_stopped():
    graph = planted_partition_graph(2, 10, 0.6, 0.1, random_state=0)
    found = sample_posterior(graph, np.repeat([0, 1], 10), stop=lambda: True, random_state=0)
    assert len(found.samples) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_samples": 0}, "n_samples must be at least 1"),
        ({"thin": 0}, "thin must be at least 1"),
        ({"burn_in": -1}, "burn_in must be at least 1"),
        ({"labels": [0]}, r"labels must have shape \(3,\)"),
    ],
)
def test_arguments_that_make_no_sense(options, message):
    arguments = {"labels": [0, 0, 1], **options}
    with pytest.raises(ValueError, match=message):
        sample_posterior([(0, 1), (1, 2)], **arguments)
