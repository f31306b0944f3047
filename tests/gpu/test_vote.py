"""The vote of the neighbours, on the emulated device and on the CPU, against counting."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu._kernels.vote import vote
from partwise.gpu._vote import Vote, _table_size
from tests.gpu.emulated import Emulated
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


def counted(indptr, indices, weights, label):
    winner, won = [], []
    for v in range(len(indptr) - 1):
        sums = defaultdict(float)
        for arc in range(indptr[v], indptr[v + 1]):
            sums[int(label[indices[arc]])] += 1.0 if weights is None else weights[arc]
        best = min(sums, key=lambda r: (-sums[r], r), default=-1)
        winner.append(best)
        won.append(sums[best] if best >= 0 else 0.0)
    return winner, won


def on_cpu(indptr, indices, weights, label):
    winner, won = np.zeros(len(indptr) - 1, np.int32), np.zeros(len(indptr) - 1)
    vote(indptr, indices, weights, label, int(label.max()) + 1, winner, won)
    return winner.tolist(), won.tolist()


@pytest.mark.parametrize("limits", [(16, 64, 2048), (2, 2, 20), (1, 1, 1), (3, 9, 20)])
@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("graph", GRAPHS)
def test_votes_are_those_counted(graph, is_weighted, limits):
    indptr, indices = rows_of(*GRAPHS[graph])
    rng = np.random.default_rng(6)
    weights = rng.integers(1, 5, len(indices)).astype(float) if is_weighted else None
    label = rng.integers(0, 7, len(indptr) - 1).astype(np.int32)
    expected = counted(indptr, indices, weights, label)
    assert on_cpu(indptr, indices, weights, label) == expected
    device = Emulated()
    few, medium, many = limits
    votes = Vote(device, indptr, indices, weights, few=few, medium=medium, many=many)
    winner, won = votes.of(label)
    assert (winner.tolist(), won.tolist()) == expected
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
    winner, won = Vote(Emulated(seed), indptr, indices, few=3, medium=6, many=12).of(label)
    assert (winner.tolist(), won.tolist()) == counted(indptr, indices, None, label)


def test_votes_where_the_backend_has_its_arrays(gpu):
    indptr, indices = rows_of(*GRAPHS["two hubs"])
    weights, label = np.full(len(indices), 0.5), np.arange(len(indptr) - 1, dtype=np.int32) % 5
    arrays = [gpu.xp.asarray(array) for array in (indptr, indices, weights, label)]
    winner, won = Vote(gpu, *arrays[:3], many=100).of(arrays[3])
    found = gpu.to_host(winner).tolist(), gpu.to_host(won).tolist()
    assert found == counted(indptr, indices, weights, label)


def test_more_arcs_than_a_warp_can_hold_are_refused():
    with pytest.raises(ValueError, match="medium must be at most 64, got 65"):
        Vote(Emulated(), np.zeros(1, np.int64), np.zeros(0, np.int32), medium=65)


def test_tables_are_powers_of_two_and_at_most_half_full():
    for degree in range(1, 300):
        size = _table_size(degree)
        assert size & (size - 1) == 0
        assert 2 * degree <= size < 4 * degree + 2
