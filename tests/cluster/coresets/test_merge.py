"""Unions, coresets of coresets, and streams."""

import dataclasses
import itertools
import math
import pickle

import numpy as np
import pytest

from partwise.cluster.coresets._coreset import coreset, coreset_distortion, merge_coresets
from partwise.cluster.coresets._solver import child_seed
from partwise.cluster.coresets._stream import CoresetStream


def cost(small, C):
    nearest = np.sqrt(((small.points[:, None] - C[None]) ** 2).sum(axis=2)).min(axis=1)
    return float((small.weights * nearest**small.z).sum())


def line(n=1200, seed=0):
    return np.random.default_rng(seed).standard_cauchy((n, 1))


def centres_for(X, k, t=300, seed=0):
    rng = np.random.default_rng(seed)
    near = X[rng.integers(0, len(X), size=(t, k))]
    wide = rng.uniform(X.min(axis=0), X.max(axis=0), size=(t, k, X.shape[1]))
    close = X[rng.integers(0, len(X), size=(t, 1))] + 0.1 * rng.normal(size=(t, k, X.shape[1]))
    return np.concatenate([near, wide, close])


@pytest.mark.parametrize("method", ["sensitivity", "lightweight", "uniform", "grid"])
def test_a_union_costs_what_its_parts_cost(method):
    X = np.random.default_rng(0).normal(size=(900, 2))
    parts = [
        coreset(X[i::3], 2, method=method, size=60, row_ids=np.arange(900)[i::3], random_state=i)
        for i in range(3)
    ]
    whole = merge_coresets(parts)
    assert whole.size == sum(part.size for part in parts)
    assert whole.weights.sum() == pytest.approx(sum(part.weights.sum() for part in parts))
    assert whole.n_points == 900
    for C in centres_for(X, 2, t=5):
        assert cost(whole, C) == pytest.approx(sum(cost(part, C) for part in parts))
    kept = whole.indices >= 0
    assert X[whole.indices[kept]].tolist() == whole.points[kept].tolist()
    if method != "grid":
        assert kept.all()
        assert whole.eps is None
    else:
        assert whole.eps == max(part.eps for part in parts)


def test_points_that_parts_share_become_one():
    one = coreset([[0.0], [1.0]], 1, method="interval1d", eps=0, row_ids=[5, 6])
    two = coreset([[1.0], [2.0]], 1, method="interval1d", eps=0, row_ids=[3, -1])
    whole = merge_coresets([one, two])
    assert whole.points.tolist() == [[0.0], [1.0], [2.0]]
    assert whole.weights.tolist() == [1.0, 2.0, 1.0]
    assert whole.indices.tolist() == [5, 3, -1]
    assert merge_coresets([one]).points.tolist() == one.points.tolist()
    assert whole.cost_bounds is None


def test_a_union_of_exact_coresets_is_exact():
    X = np.random.default_rng(0).integers(0, 9, size=(300, 2)).astype(float)
    parts = [coreset(X[i::3], 2, method="grid", eps=0) for i in range(3)]
    whole, direct = merge_coresets(parts), coreset(X, 2, method="grid", eps=0)
    assert whole.points.tolist() == direct.points.tolist()
    assert whole.weights.tolist() == direct.weights.tolist()
    assert whole.eps == 0.0


@pytest.mark.parametrize("k", [1, 3])
def test_the_bound_of_a_coreset_of_a_union_holds(k):
    X = line()
    parts = [coreset(X[i::4], k, method="interval1d", eps=0.1) for i in range(4)]
    whole = merge_coresets(parts)
    small = merge_coresets(parts, eps=0.2)
    assert whole.eps <= 0.1
    assert small.eps <= 1.1 * 1.2 - 1
    assert small.size < whole.size
    assert small.weights.sum() == len(X)
    C = centres_for(X, k)
    assert coreset_distortion(X, whole, C).max() <= 1 + whole.eps * (1 + 1e-9)
    assert coreset_distortion(X, small, C).max() <= 1 + small.eps * (1 + 1e-9)
    optimum = coreset(X, k, method="interval1d", eps=0.5).cost_bounds
    for merged in (whole, small):
        low, high = merged.cost_bounds
        assert low <= optimum[0] * (1 + 1e-9)
        assert optimum[1] <= high * (1 + 1e-9)


def test_one_median_stays_one_sided():
    X = line()
    parts = [coreset(X[i::4], 1, method="interval1d", eps=0.1) for i in range(4)]
    small = merge_coresets(parts, eps=0.1)
    for C in centres_for(X, 1):
        assert cost(small, C) <= abs(X - C).sum() * (1 + 1e-12)


def test_reducing_a_sample_keeps_rows_and_weight():
    X = np.random.default_rng(0).normal(size=(5000, 3))
    ids = 10**12 + np.arange(5000)
    parts = [coreset(X[i::5], 4, size=200, row_ids=ids[i::5], random_state=i) for i in range(5)]
    small = merge_coresets(parts, size=150, random_state=9)
    assert small.size <= 150
    assert small.weights.sum() == pytest.approx(5000, rel=1e-12)
    assert X[small.indices - 10**12].tolist() == small.points.tolist()
    assert small.eps is None
    same = merge_coresets(parts, size=150, random_state=9)
    assert same.points.tolist() == small.points.tolist()
    assert small.seed == 9


def test_parts_of_several_kinds():
    X = np.random.default_rng(0).normal(size=(500, 2))
    parts = [
        coreset(X[:250], 2, size=50, random_state=0),
        coreset(X[250:], 2, method="grid", eps=0.5),
    ]
    whole = merge_coresets(parts)
    assert whole.method == "union"
    assert whole.eps is None
    with pytest.raises(ValueError, match=r"method must be given .*: grid, sensitivity"):
        merge_coresets(parts, size=40)
    assert merge_coresets(parts, size=40, method="uniform").method == "uniform"
    assert merge_coresets([whole], eps=0.5, method="grid").eps is None


def test_what_cannot_be_merged():
    X = np.random.default_rng(0).normal(size=(100, 2))
    one = coreset(X, 2, size=20, random_state=0)
    with pytest.raises(ValueError, match="at least one coreset"):
        merge_coresets([])
    with pytest.raises(TypeError, match="Coreset objects, got ndarray"):
        merge_coresets([one, X])
    with pytest.raises(ValueError, match=r"agree in n_clusters, got \[2, 3\]"):
        merge_coresets([one, coreset(X, 3, size=20)])
    with pytest.raises(ValueError, match=r"agree in z, got \[1.0, 2.0\]"):
        merge_coresets([one, coreset(X, 2, size=20, z=2)])
    with pytest.raises(ValueError, match=r"dimension, got \[1, 2\]"):
        merge_coresets([one, coreset(X[:, :1], 2, size=20)])
    with pytest.raises(ValueError, match="either eps or size"):
        merge_coresets([one], eps=0.1, size=3)
    with pytest.raises(ValueError, match="'interval1d' is for points on a line"):
        merge_coresets([one], eps=0.1, method="interval1d")


@pytest.mark.parametrize("method", ["interval1d", "grid"])
@pytest.mark.parametrize("k", [1, 3])
@pytest.mark.parametrize("chunk_size", [50, 97, 1000])
def test_a_stream_keeps_the_same_bound(method, k, chunk_size):
    X, eps = line(), 0.4
    stream = CoresetStream(k, eps=eps, method=method, chunk_size=chunk_size)
    for start in range(0, len(X), 130):
        stream.add(X[start : start + 130])
    small = stream.result()
    assert small.eps <= eps
    assert small.weights.sum() == len(X)
    assert small.n_points == len(X)
    assert small.seed is None
    assert coreset_distortion(X, small, centres_for(X, k)).max() <= 1 + small.eps * (1 + 1e-9)
    kept = small.indices >= 0
    assert X[small.indices[kept]].tolist() == small.points[kept].tolist()


def test_a_stream_of_a_plane_keeps_the_same_bound():
    X = np.random.default_rng(0).normal(size=(2000, 2))
    stream = CoresetStream(2, eps=0.8, method="grid", chunk_size=300).add(X)
    small = stream.result()
    assert small.eps <= 0.8
    assert small.size < 2000
    assert coreset_distortion(X, small, centres_for(X, 2)).max() <= 1 + small.eps


@pytest.mark.parametrize("method", ["sensitivity", "lightweight", "uniform"])
def test_a_stream_of_samples(method):
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(size=(n, 3)) + 30 * i for i, n in enumerate((4000, 900, 100))])
    X = X[rng.permutation(5000)]
    stream = CoresetStream(3, size=200, method=method, chunk_size=500, random_state=1)
    for start in range(0, 5000, 333):
        stream.add(X[start : start + 333])
    small = stream.result()
    assert small.size <= 200
    assert small.seed == 1
    assert X[small.indices].tolist() == small.points.tolist()
    exact = method != "lightweight"
    assert small.weights.sum() == pytest.approx(5000, rel=1e-9 if exact else 0.3)
    if method == "sensitivity":
        assert coreset_distortion(X, small, centres_for(X, 3, t=20)).max() < 1.25


def test_costs_of_a_stream_are_right_on_average():
    X = np.random.default_rng(0).normal(size=(640, 2)) ** 3
    C = X[:3]
    whole = cost(coreset(X, 3, size=640), C)
    found = [
        cost(
            CoresetStream(3, size=40, augment=False, chunk_size=80, random_state=seed)
            .add(X)
            .result(),
            C,
        )
        for seed in range(300)
    ]
    error = np.std(found, ddof=1) / math.sqrt(300)
    assert abs(np.mean(found) - whole) <= 5 * error


@pytest.mark.parametrize("method", ["sensitivity", "interval1d"])
def test_how_a_stream_is_cut_does_not_matter(method):
    X, w = line(), np.random.default_rng(1).random(1200)

    def run(*lengths):
        stream = CoresetStream(2, size=30, method=method, chunk_size=100, random_state=4)
        start = 0
        for length in itertools.cycle(lengths):
            stream.add(X[start : start + length], w[start : start + length])
            start += length
            if start >= 1200:
                return stream.result()

    expected = run(1200)
    for lengths in ((1,), (7, 0, 93), (100,), (450, 13)):
        found = run(*lengths)
        assert found.points.tolist() == expected.points.tolist()
        assert found.weights.tolist() == expected.weights.tolist()
        assert found.indices.tolist() == expected.indices.tolist()


def test_a_result_does_not_disturb_the_stream():
    X = line()
    one, two = (CoresetStream(2, size=30, chunk_size=100, random_state=4) for _ in range(2))
    for start in range(0, 1200, 150):
        one.add(X[start : start + 150])
        two.add(X[start : start + 150])
        first, again = one.result(), one.result()
        assert first.points.tolist() == again.points.tolist()
    two = pickle.loads(pickle.dumps(two))
    assert one.result().points.tolist() == two.result().points.tolist()
    assert one.result().weights.tolist() == two.result().weights.tolist()


def test_a_stream_owns_what_it_was_given():
    X = line(n=60)
    stream = CoresetStream(1, size=100, random_state=0)
    buffer = X.copy()
    stream.add(buffer)
    buffer[:] = 7
    assert stream.result().points[:, 0].tolist() == np.sort(X[:, 0]).tolist()


def test_a_stream_that_fits_is_the_coreset_of_its_rows():
    X = line()
    small = CoresetStream(3, eps=0.1, method="interval1d").add(X).result()
    direct = coreset(X, 3, eps=0.1, method="interval1d")
    assert small.points.tolist() == direct.points.tolist()
    assert small.eps == direct.eps
    sampled = CoresetStream(3, size=50, random_state=5).add(X).result()
    direct = coreset(X, 3, size=50, random_state=child_seed(5, 0))
    assert sampled.points.tolist() == direct.points.tolist()


def test_few_coresets_are_kept():
    stream = CoresetStream(2, size=10, method="uniform", chunk_size=10, random_state=0)
    for i in range(1, 70):
        stream.add(np.random.default_rng(i).normal(size=(10, 2)))
        levels = [level is not None for level in stream._levels]
        assert sum(have << j for j, have in enumerate(levels)) == i  # a binary counter


def test_chunks_without_weight_and_rows_of_one_s_own():
    X = line(n=200)
    stream = CoresetStream(1, size=50, method="uniform", chunk_size=50, random_state=0)
    with pytest.raises(ValueError, match="no row of positive weight"):
        stream.result()
    stream.add(X[:100], np.zeros(100))
    with pytest.raises(ValueError, match="no row of positive weight"):
        stream.result()
    stream.add(X[100:120], row_ids=np.arange(900, 920))
    small = stream.result()
    assert small.n_points == 120
    assert small.weights.tolist() == [1.0] * 20
    assert sorted(small.indices.tolist()) == list(range(900, 920))


def test_what_a_stream_refuses():
    with pytest.raises(ValueError, match="chunk_size must be at least 1, got 0"):
        CoresetStream(2, chunk_size=0)
    with pytest.raises(ValueError, match="method must be one of"):
        CoresetStream(2, method="random")
    stream = CoresetStream(2, size=10).add(np.ones((3, 2)))
    with pytest.raises(ValueError, match="X must have 2 columns as before, got 3"):
        stream.add(np.ones((3, 3)))
    with pytest.raises(ValueError, match="row 1 is"):
        stream.add([[1.0, 2.0], [np.nan, 1.0]])
    with pytest.raises(ValueError, match="at most 3 dimensions"):
        CoresetStream(2, method="grid").add(np.ones((3, 4)))
    assert stream.result().n_points == 3


def test_seeds_of_chunks_differ_and_repeat():
    seeds = [child_seed(3, i) for i in range(1000)]
    assert len(set(seeds)) == 1000
    assert seeds == [child_seed(3, i) for i in range(1000)]
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_results_are_frozen():
    small = coreset(line(), 1, method="interval1d")
    with pytest.raises(dataclasses.FrozenInstanceError):
        small.eps = 0.0
