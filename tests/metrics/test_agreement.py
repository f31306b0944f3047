"""Agreement of two labelings: by hand, against scikit-learn, invariants."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as peer

from partwise.metrics import (
    _agreement,
    adjusted_mutual_information,
    adjusted_rand_index,
    contingency_table,
    hungarian_accuracy,
    normalized_mutual_information,
    rand_index,
    v_measure,
)

SCORES = (
    adjusted_mutual_information,
    adjusted_rand_index,
    hungarian_accuracy,
    normalized_mutual_information,
    rand_index,
    v_measure,
)


@st.composite
def two_labelings(draw, max_items=25, max_clusters=5):
    n = draw(st.integers(1, max_items))
    label = st.integers(0, draw(st.integers(0, max_clusters - 1)))
    items = st.lists(label, min_size=n, max_size=n)
    return draw(items), draw(items)


def test_by_hand():
    a, b = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2]
    table = contingency_table(a, b)
    assert (
        table.to_array().tolist() == table.to_scipy().toarray().tolist() == [[2, 1, 0], [0, 1, 2]]
    )
    assert (table.shape, table.n_items, table.is_bijection) == ((2, 3), 6, False)
    # 15 pairs: 6 together in a, 3 in b, 2 in both.
    assert rand_index(a, b) == (15 + 4 - 9) / 15
    assert adjusted_rand_index(a, b) == pytest.approx((2 - 18 / 15) / (4.5 - 18 / 15))
    assert hungarian_accuracy(a, b) == 4 / 6
    # I = H(a) - H(a | b) = log 2 - log 2 / 3, H(a) = log 2, H(b) = log 3.
    information = math.log(2) * 2 / 3
    mean = (math.log(2) + math.log(3)) / 2
    assert normalized_mutual_information(a, b) == pytest.approx(information / mean)
    assert v_measure(a, b) == pytest.approx(information / mean)


def test_expected_information_is_the_mean_over_all_permutations():

    a, b = [0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 1, 1]

    def information(x):
        table = contingency_table(x, b)
        return _agreement._information(table)

    values = [information(x) for x in itertools.permutations(a)]
    expected = float(np.mean(values))
    h = (_agreement._entropy(np.array([3, 2, 1])) + _agreement._entropy(np.array([2, 4]))) / 2
    found = adjusted_mutual_information(a, b)
    assert found == pytest.approx((information(a) - expected) / (h - expected), abs=1e-12)


@given(two_labelings())
def test_equal_to_scikit_learn(case):
    a, b = case
    for ours, theirs in (
        (rand_index, peer.rand_score),
        (adjusted_rand_index, peer.adjusted_rand_score),
        (normalized_mutual_information, peer.normalized_mutual_info_score),
        (v_measure, peer.v_measure_score),
    ):
        assert ours(a, b) == pytest.approx(theirs(a, b), abs=1e-12)
    assert v_measure(a, b, beta=0.4) == pytest.approx(peer.v_measure_score(a, b, beta=0.4))
    table = contingency_table(a, b)
    assert np.array_equal(table.to_array(), peer.cluster.contingency_matrix(a, b))


@given(two_labelings())
def test_adjusted_mutual_information_equals_scikit_learn(case):
    a, b = case
    theirs = peer.adjusted_mutual_info_score(a, b)
    assert adjusted_mutual_information(a, b) == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize(("n", "k", "l"), [(1000, 7, 30), (5000, 300, 2000), (20_000, 2, 3)])
def test_larger_labelings_equal_scikit_learn(n, k, l):  # noqa: E741
    generator = np.random.default_rng(n)
    a = generator.integers(0, k, n)
    b = np.where(generator.random(n) < 0.5, a % l, generator.integers(0, l, n))
    for ours, theirs in (
        (adjusted_rand_index, peer.adjusted_rand_score),
        (normalized_mutual_information, peer.normalized_mutual_info_score),
        (adjusted_mutual_information, peer.adjusted_mutual_info_score),
    ):
        assert ours(a, b) == pytest.approx(theirs(a, b), abs=1e-8)


@given(two_labelings(max_clusters=4))
def test_accuracy_is_that_of_the_best_of_all_renamings(oracles, case):
    a, b = case
    assert hungarian_accuracy(a, b) == oracles.communities.best_renaming(a, b) / len(a)


@given(two_labelings())
def test_the_sparse_matching_is_as_good_as_the_dense_one(case):
    table = contingency_table(*case)
    dense = _agreement._best_matching(table)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_agreement, "_LARGEST_MATCHING", 0)
        assert _agreement._best_matching(table) == dense


@given(two_labelings(), st.permutations(range(5)), st.randoms(use_true_random=False))
def test_names_order_and_side_do_not_matter(case, names, random):
    a, b = case
    order = random.sample(range(len(a)), len(a))
    moved = [names[a[i]] for i in order]
    text = [f"cluster {b[i]}" for i in order]
    for score in SCORES:
        value = score(a, b)
        assert score(moved, text) == pytest.approx(value, abs=1e-12)
        assert score(b, a) == pytest.approx(value, abs=1e-12)


@given(two_labelings())
def test_one_exactly_for_equal_groupings(case):
    a, b = case
    equal = contingency_table(a, b).is_bijection
    for score in (adjusted_rand_index, rand_index, hungarian_accuracy):
        assert (score(a, b) == 1.0) == equal
    for score in SCORES:
        assert score(a, [x + 3 for x in a]) == 1.0


def test_constant_labels():
    assert normalized_mutual_information([0] * 4, [0, 1, 2, 3]) == 0.0
    assert adjusted_mutual_information([0] * 4, [0, 1, 2, 3]) == 0.0
    assert adjusted_rand_index([0] * 4, [0, 1, 2, 3]) == 0.0
    for score in SCORES:
        assert score([2, 2, 2], [5, 5, 5]) == 1.0
        assert score([], []) == 1.0
        assert score([4], [1]) == 1.0


def test_noise():
    a, b = [0, 0, 1, 1, -1, -1], [0, 0, 1, 1, 1, 0]
    assert hungarian_accuracy(a, b) == 4 / 6
    assert adjusted_rand_index(a, b, noise="exclude") == 1.0
    split = [0, 0, 1, 1, 2, 3]
    for score in SCORES:
        assert score(a, b, noise="singletons") == pytest.approx(score(split, b))
        assert score(a, b) == pytest.approx(score([0, 0, 1, 1, 2, 2], b))
    assert contingency_table(a, b, noise="singletons").row_labels.tolist() == [0, 1, -1, -1]


def test_many_labels_stay_sparse():
    n = 200_000
    a = np.arange(n)
    b = np.roll(np.arange(n), 1) // 2
    table = contingency_table(a * 10**9, b)
    assert len(table.counts) == n
    assert hungarian_accuracy(a[:6000], b[:6000] % 3000) == pytest.approx(0.5, abs=1e-3)
    assert adjusted_rand_index(a, b) == 0.0


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: rand_index([0, 1], [0]), ValueError, "equally long, got 2 and 1"),
        (lambda: rand_index([[0, 1]], [0]), ValueError, "labels_a must be one-dimensional"),
        (lambda: rand_index([0, 1], [0.5, 1]), TypeError, "labels_b.*float64"),
        (lambda: rand_index([0], [0], noise="x"), ValueError, "noise must be one of"),
        (lambda: v_measure([0], [0], beta=0), ValueError, "beta must be finite and positive"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
