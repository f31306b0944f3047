"""The vote of the neighbours, on the emulated device and on the CPU, against counting."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu._host import Host
from partwise.gpu._vote import Vote, _table_size, vote_of
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


def counted(indptr, indices, weights, label, null=None):
    winner, won, kept = [], [], []
    for v in range(len(indptr) - 1):
        scores = defaultdict(float)
        for arc in range(indptr[v], indptr[v + 1]):
            if indices[arc] != v:
                scores[int(label[indices[arc]])] += 1.0 if weights is None else weights[arc]
        own = int(label[v])
        scores[own] += 0.0
        if null is not None:
            share, total, mass = null
            for r in scores:
                scores[r] -= share[v] * (total[r] - (mass[v] if r == own else 0.0))
        kept.append(scores.pop(own))
        best = min(scores, key=lambda r: (-scores[r], r), default=-1)
        winner.append(best)
        won.append(scores[best] if best >= 0 else 0.0)
    return winner, won, kept


def lists(found):
    return tuple(array.tolist() for array in found)


def null_model(rng, n, n_labels):
    """Eighths, whose products and sums are exact."""
    return tuple(rng.integers(0, 32, size) / 8.0 for size in (n, n_labels, n))


@pytest.mark.parametrize("limits", [(16, 64, 1024), (2, 2, 20), (1, 1, 1), (3, 9, 20)])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("is_penalised", [False, True])
@pytest.mark.parametrize("graph", GRAPHS)
def test_votes_are_those_counted(graph, is_penalised, is_weighted, limits):
    indptr, indices = rows_of(*GRAPHS[graph])
    rng = np.random.default_rng(6)
    n = len(indptr) - 1
    weights = rng.integers(1, 5, len(indices)).astype(float) if is_weighted else None
    label = rng.integers(0, 7, n).astype(np.int32)
    null = null_model(rng, n, 7) if is_penalised else None
    expected = counted(indptr, indices, weights, label, null)
    arcs = indptr, indices, weights
    for jobs in (1, 3):
        assert lists(vote_of(Host(jobs), *arcs, n_labels=7).of(label, null=null)) == expected
    device = Strict()
    few, medium, many = limits
    votes = Vote(device, *there(*arcs), few=few, medium=medium, many=many)
    null = None if null is None else there(*null)
    assert lists(votes.of(*there(label), null=null)) == expected
    degrees = np.diff(indptr)
    assert ("vote_hub" in device.launched) == (degrees > many).any()
    assert ("vote_block" in device.launched) == ((degrees > medium) & (degrees <= many)).any()
    assert ("vote_warp" in device.launched) == ((degrees > few) & (degrees <= medium)).any()


@given(seed=st.integers(0, 10**6), n_labels=st.sampled_from([1, 2, 5, 1000]))
def test_every_schedule_gives_the_votes_counted(seed, n_labels):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 40))
    indptr, indices = rows_of(n, rng.integers(0, n, (int(rng.integers(0, 6 * n)), 2)).tolist())
    label = rng.integers(0, n_labels, n).astype(np.int32)
    arcs = there(indptr, indices)
    votes = Vote(Strict(seed), *arcs, n_labels=n_labels, few=3, medium=6, many=12)
    found = votes.of(*there(label))
    assert lists(found) == counted(indptr, indices, None, label)


@pytest.mark.parametrize("device", [Host(), Strict()], ids=["cpu", "emulated"])
def test_only_the_nodes_asked_for_are_looked_at(device):
    indptr, indices = rows_of(*GRAPHS["two hubs"])
    label = (np.arange(300) % 5).astype(np.int32)
    nodes = np.array([150, 3, 0, 151], np.int32)
    xp = device.xp
    out = xp.full(300, -7, xp.int32), xp.full(300, -7.0), xp.full(300, -7.0)
    votes = vote_of(device, xp.asarray(indptr), xp.asarray(indices), n_labels=5)
    votes.of(xp.asarray(label), xp.asarray(nodes), out=out)
    out = map(device.to_host, out)
    expected = counted(indptr, indices, None, label)
    for found, wanted in zip(out, expected, strict=True):
        assert found[nodes].tolist() == [wanted[v] for v in nodes]
        assert (np.delete(found, nodes) == -7).all()


def test_hubs_of_few_labels_need_no_tables_in_global_memory():
    indptr, indices = rows_of(*GRAPHS["star from its centre"])
    device = Strict()
    label = (np.arange(400) % 3).astype(np.int32)
    votes = Vote(device, *there(indptr, indices), n_labels=3, few=2, medium=2, many=10)
    found = votes.of(*there(label))
    assert lists(found) == counted(indptr, indices, None, label)
    assert "vote_hub" not in device.launched


def test_votes_where_the_backend_has_its_arrays(gpu):
    indptr, indices = rows_of(*GRAPHS["two hubs"])
    weights, label = np.full(len(indices), 0.5), np.arange(len(indptr) - 1, dtype=np.int32) % 5
    arrays = [gpu.xp.asarray(array) for array in (indptr, indices, weights, label)]
    found = Vote(gpu, *arrays[:3], many=100).of(arrays[3])
    assert lists(map(gpu.to_host, found)) == counted(indptr, indices, weights, label)


@pytest.mark.parametrize(("limit", "most"), [("medium", 64), ("many", 1024)])
def test_more_arcs_than_a_warp_or_shared_memory_can_hold_are_refused(limit, most):
    arcs = there(np.zeros(1, np.int64), np.zeros(0, np.int32))
    assert Vote(Strict(), *arcs, **{limit: most}).n == 0
    with pytest.raises(ValueError, match=f"{limit} must be at most {most}, got {most + 1}"):
        Vote(Strict(), *arcs, **{limit: most + 1})


def test_tables_are_powers_of_two_and_at_most_half_full():
    for degree in range(1, 300):
        size = _table_size(degree)
        assert size & (size - 1) == 0
        assert 2 * degree <= size < 4 * degree + 2
