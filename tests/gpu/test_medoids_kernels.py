"""Each step of k-medoids on the emulated device and on the CPU, against sums over all pairs."""

import numpy as np
import pytest

from partwise.gpu._kernels.medoids import TILE
from partwise.gpu._medoid_search import improve, tiles_at_once
from partwise.gpu._medoid_state import METRICS, load, sort_by_medoid
from partwise.gpu._medoid_steps import OnCPU, OnDevice
from tests.gpu.emulated import Emulated
from tests.gpu.strict import Strict

# n, d, k: one row, tiles that are not full, one dimension, more of them than a chunk has, one
# medoid, every row a medoid, more medoids than a tile of pairs has
SHAPES = [(1, 1, 1), (64, 3, 2), (65, 1, 7), (150, 19, 4), (90, 33, 1), (70, 2, 70), (200, 2, 90)]
WAYS = ["cpu", 0, 1]  # the CPU, and schedules of the device


def whole_numbers(n, d, seed=0, most=6):
    """Return points with many ties and copies, whose distances float32 holds exactly."""
    return np.random.default_rng(seed).integers(1, most, (n, d)).astype(np.float32)


def distances(X, metric):
    gaps = X[:, None, :].astype(np.float64) - X[None]
    if metric == "manhattan":
        return abs(gaps).sum(axis=2)
    squares = (gaps**2).sum(axis=2)
    return np.sqrt(squares) if metric == "euclidean" else squares


def loss(D, medoids, weights=None):
    nearest = D[:, medoids].min(axis=1)
    return float(nearest.sum() if weights is None else nearest @ weights)


def started(way, X, k, metric, weights=None, seed=1, kind=Emulated):
    start = np.random.default_rng(seed).permutation(len(X))[:k]
    device = None if way == "cpu" else kind(way)
    state = load(device.xp if device else np, X, start, METRICS[metric], weights)
    size = tiles_at_once(len(X), k)
    steps = OnDevice(device, state, size) if device else OnCPU(state, size, 2)
    steps.assign()
    return state, steps, start


def unit(state, X, metric):
    """Return how many quanta a unit of the given data has; points were scaled by a power of two."""
    at, t = np.argwhere(X[state.ids[: len(X)]])[0]
    shrunk = float(state.points[t, at] / X[state.ids[at], t])
    return float(state.scale[0]) * shrunk ** (2 if metric == "sqeuclidean" else 1)


@pytest.mark.parametrize("metric", ["sqeuclidean", "manhattan"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", WAYS)
def test_two_nearest_medoids_removal_losses_and_loss(way, shape, metric):
    n, d, k = shape
    X = whole_numbers(n, d)
    state, _, start = started(way, X, k, metric)
    D = distances(X, metric)[:, start]
    order = np.argsort(D, axis=1, kind="stable")  # ties to the medoid that comes first
    assert state.near[:n].tolist() == order[:, 0].tolist()
    quanta = unit(state, X, metric)
    assert state.total[0] == loss(D, np.arange(k)) * quanta
    if k == 1:
        assert state.second[:n].tolist() == [-1] * n
        assert (state.d2[:n] > state.d1[:n]).all()
        return
    assert state.second[:n].tolist() == order[:, 1].tolist()
    for slot in range(k):
        others = np.delete(np.arange(k), slot)
        assert state.losses[slot] == (loss(D, others) - loss(D, np.arange(k))) * quanta


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("metric", ["sqeuclidean", "manhattan"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("way", WAYS)
def test_changes_are_those_of_all_exchanges_of_a_candidate(way, shape, metric, is_weighted):
    n, d, k = shape
    X = whole_numbers(n, d)
    weights = None
    if is_weighted:
        weights = np.random.default_rng(3).integers(0, 5, n).astype(float)
        weights[0] = 8.0
    state, steps, start = started(way, X, k, metric, weights)
    sort_by_medoid(np, state)
    assert sorted(state.ids[:n].tolist()) == list(range(n))
    tiles = np.arange(state.n_tiles, dtype=np.int32)[::-1].copy()
    changes = steps.evaluate(tiles)
    D = distances(X, metric)
    quanta = unit(state, X, metric) / (1.0 if weights is None else weights.max())
    expected = np.zeros(len(tiles) * TILE)
    for i, tile in enumerate(tiles):
        for c in range(min(TILE, n - tile * TILE)):
            candidate = state.ids[tile * TILE + c]
            after = [
                loss(D, np.append(np.delete(start, slot), candidate), weights) for slot in range(k)
            ]
            expected[i * TILE + c] = min(0.0, min(after) - loss(D, start, weights))
    assert changes.tolist() == (expected * quanta).tolist()


@pytest.mark.parametrize("metric", ["sqeuclidean", "manhattan", "euclidean"])
@pytest.mark.parametrize("way", WAYS)
def test_after_exchanges_all_is_as_if_assigned_anew(way, metric):
    X = whole_numbers(180, 2, most=12)
    state, steps, _ = started(way, X, 12, metric)
    sort_by_medoid(np, state)
    done = steps.exchange(np.arange(0, 180, 9, dtype=np.int32))
    assert done > 0
    assert len(set(state.medoids.tolist())) == 12
    names = ("near", "second", "d1", "d2", "losses", "total", "scale")
    kept = {name: getattr(state, name).copy() for name in names}
    assert kept["total"][0] > 0
    steps.assign()
    for name in names:
        assert getattr(state, name).tolist() == kept[name].tolist(), name


@pytest.mark.parametrize("way", WAYS)
def test_an_exchange_changes_the_loss_by_what_was_said(way):
    X = np.random.default_rng(4).normal(size=(200, 5)).astype(np.float32)
    state, steps, _ = started(way, X, 6, "euclidean")
    sort_by_medoid(np, state)
    changes = steps.evaluate(np.arange(state.n_tiles, dtype=np.int32)).copy()
    before, scale = int(state.total[0]), float(state.scale[0])
    best = int(changes.argmin())
    assert changes[best] < 0
    assert steps.exchange(np.array([best], np.int32)) == 1
    after = int(state.total[0]) * (scale / float(state.scale[0]))
    # each row is rounded to quanta anew if these have changed
    tolerance = 0.0 if scale == float(state.scale[0]) else 200.0
    assert abs(after - (before + int(changes[best]))) <= tolerance


@pytest.mark.parametrize("way", WAYS)
def test_tiles_out_of_reach_are_left_out_and_nothing_changes(way):
    rng = np.random.default_rng(5)
    clusters = 1000.0 * np.arange(4)[:, None, None] + rng.random((4, 70, 2))
    X = clusters.reshape(-1, 2).astype(np.float32)
    state, steps, _ = started(way, X, 8, "euclidean")
    sort_by_medoid(np, state)
    tiles = np.arange(state.n_tiles, dtype=np.int32)
    pruned = steps.evaluate(tiles).copy()
    reach = state.radius[: state.n_tiles].copy()
    state.slack = np.float32(1.0)  # no distance exceeds 0 times anything
    assert steps.evaluate(tiles).tolist() == pruned.tolist()
    D = distances(state.points[:, : len(X)].T, "euclidean")
    centres = state.centres[:, : state.n_tiles].T
    apart = np.sqrt(((centres[:, None] - state.points.T[None]) ** 2).sum(axis=2))
    assert (apart > reach[:, None]).any()  # there was something to leave out
    assert D.max() < 1.0


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan"])
def test_every_schedule_takes_the_steps_of_the_cpu(metric):
    X = np.random.default_rng(6).normal(size=(130, 3)).astype(np.float32)
    found = []
    for way in WAYS:
        state, steps, _ = started(way, X, 5, metric, kind=Strict)
        rounds, swaps = improve(steps, state, seed=2, max_iter=50)
        found.append((rounds, swaps, state.medoids.tolist(), state.total.tolist()))
        assert swaps > 0
    assert all(other == found[0] for other in found)


def test_batches_are_large_enough_and_fit():
    assert tiles_at_once(100, 5) == 2  # all there are
    assert tiles_at_once(10**6, 100) == 4
    assert tiles_at_once(10**6, 10**6) == 1
    for k in (1, 50, 3000):
        assert 8 * 64 * k * tiles_at_once(10**5, k) <= 2**28
