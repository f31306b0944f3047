"""Space-filling curves; what all partitioners share is in test_partitioners.py."""

import itertools

import numpy as np
import pytest

from partwise.geometry import chains_on_chains, curve_partition, hilbert_key, morton_key
from partwise.geometry.points._hilbert import hilbert_table

RNG = np.random.default_rng(0)
GRIDS = [(1, 5), *((2, b) for b in range(1, 7)), *((3, b) for b in range(1, 5)), (4, 2), (5, 2)]


def cells_of(d, bits):
    return np.array(list(itertools.product(range(2**bits), repeat=d)))


def key_of(function, cells, bits):
    return function(cells, bits, lower=np.zeros(cells.shape[1]), side=2.0**bits)


def test_the_curve_of_two_bits():
    keys = key_of(hilbert_key, cells_of(2, 2), 2).reshape(4, 4)
    assert keys.tolist() == [[0, 3, 4, 5], [1, 2, 7, 6], [14, 13, 8, 9], [15, 12, 11, 10]]


@pytest.mark.parametrize(("d", "bits"), GRIDS)
def test_hilbert_s_curve_visits_every_cell_and_then_a_neighbour(d, bits):
    cells = cells_of(d, bits)
    keys = key_of(hilbert_key, cells, bits)
    assert keys.dtype == np.uint64
    assert sorted(keys.tolist()) == list(range(2 ** (d * bits)))
    walk = cells[np.argsort(keys)]
    assert (np.abs(np.diff(walk, axis=0)).sum(axis=1) == 1).all()


@pytest.mark.parametrize(("d", "bits"), GRIDS)
def test_keys_are_the_oracle_s(oracles, d, bits):
    cells = cells_of(d, bits)
    some = cells[RNG.permutation(len(cells))[:500]]
    for function, oracle in [
        (hilbert_key, oracles.points.hilbert),
        (morton_key, oracles.points.morton),
    ]:
        expected = [oracle([int(x) for x in cell], bits) for cell in some]
        assert key_of(function, some, bits).tolist() == expected


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7, 10, 31, 63])
def test_keys_of_all_bits_are_the_oracle_s(oracles, d):
    bits = 63 // d
    cells = RNG.integers(0, 2 ** min(bits, 52), (200, d)).astype(float)
    if bits > 52:
        cells *= 2.0 ** (bits - 52)
    for function, oracle in [
        (hilbert_key, oracles.points.hilbert),
        (morton_key, oracles.points.morton),
    ]:
        expected = [oracle([int(x) for x in cell], bits) for cell in cells]
        assert key_of(function, cells, bits).tolist() == expected


@pytest.mark.parametrize(("d", "n_states"), [(2, 8), (3, 48)])
def test_the_automaton_is_closed(d, n_states):
    table = hilbert_table(d)
    assert table.shape == (n_states << d,)
    assert (table >> d).max() == n_states - 1
    digits = np.sort((table & (2**d - 1)).reshape(n_states, -1), axis=1)
    assert (digits == np.arange(2**d)).all()


def test_the_grid_is_not_stretched():
    X = RNG.random((300, 2)) * [1, 0.01]
    keys = morton_key(X, 3)
    expected = morton_key(X, 3, lower=X.min(axis=0), side=np.ptp(X[:, 0]))
    assert keys.tolist() == expected.tolist()
    assert len(np.unique(keys)) == 8  # one row of cells


def test_points_outside_belong_to_the_outermost_cells():
    keys = hilbert_key([[-5], [0], [3.9], [4], [99], [1e150]], 2, lower=[0], side=4)
    assert keys.tolist() == [0, 0, 3, 3, 3, 3]


def test_a_point_without_extent_has_key_zero():
    assert hilbert_key([[7.0, 3.0]] * 3).tolist() == [0, 0, 0]
    assert hilbert_key([[0.0], [1e-300]], 4).tolist() == [0, 15]


@pytest.mark.parametrize("curve", ["hilbert", "morton"])
@pytest.mark.parametrize("chain", ["greedy", "optimal"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("targets", [None, [3, 1, 2, 2, 1]])
def test_parts_are_chains_of_the_sorted_keys(oracles, curve, chain, weighted, targets):
    X = RNG.integers(0, 8, (400, 2)).astype(float)
    X[0], X[1] = 0, 8  # the bounding cube
    weight = RNG.integers(0, 9, 400).astype(float) if weighted else np.ones(400)
    found = curve_partition(X, 5, sample_weight=weight, targets=targets, curve=curve, chain=chain)
    oracle = getattr(oracles.points, curve)
    # 31 bits per axis: a cell is 8 / 2**31 wide
    keys = [oracle([int(min(x * 2**28, 2**31 - 1)) for x in point], 31) for point in X]
    order = np.argsort(np.array(keys, dtype=np.uint64), kind="stable")
    starts = chains_on_chains(weight[order], 5, targets, chain)
    expected = np.empty(400, int)
    expected[order] = np.repeat(np.arange(5), np.diff(starts))
    assert found.labels.tolist() == expected.tolist()


def test_hilbert_parts_of_a_grid_are_connected():
    X = cells_of(2, 5)
    labels = curve_partition(X, 11).labels.reshape(32, 32)
    for part in range(11):
        cells = {tuple(c) for c in np.argwhere(labels == part)}
        waiting = [cells.pop()]
        while waiting:
            x, y = waiting.pop()
            for other in [(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)]:
                if other in cells:
                    cells.remove(other)
                    waiting.append(other)
        assert not cells


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"bits": 0}, ValueError, "bits must be at least 1"),
        ({"bits": 32}, ValueError, r"bits must be at most 63 // 2 = 31, got 32"),
        ({"bits": 1.5}, TypeError, "bits must be an integer"),
        ({"lower": [0]}, ValueError, "lower must be 2 finite numbers"),
        ({"lower": [0, np.nan]}, ValueError, "lower must be 2 finite numbers"),
        ({"side": 0}, ValueError, "side must be positive and finite"),
        ({"side": np.inf}, ValueError, "side must be positive and finite"),
    ],
)
@pytest.mark.parametrize("function", [hilbert_key, morton_key])
def test_bad_grids(function, options, error, message):
    with pytest.raises(error, match=message):
        function([[0.0, 1.0]], **options)


def test_too_many_columns():
    with pytest.raises(ValueError, match="at most 63 columns"):
        curve_partition(np.eye(64), 2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"curve": "peano"}, "curve must be 'hilbert' or 'morton', got 'peano'"),
        ({"chain": "best"}, "chain must be 'greedy' or 'optimal', got 'best'"),
    ],
)
def test_bad_names(options, message):
    with pytest.raises(ValueError, match=message):
        curve_partition(np.eye(4), 2, **options)
