"""The kernels of argmax.cuh in the emulator: exact, in any schedule, and alike to the bit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings

from partwise.gpu import _argmax_gpu
from partwise.gpu._argmax_gpu import PAD_DEPTH, best_products_on, best_rows_on
from tests.gpu.strict import Strict, there
from tests.gpu.test_argmax import best_of, products_of, whole_numbers


def bits(array):
    return Strict().to_host(array).tobytes()


@given(problem=whole_numbers(largest=300))
@settings(max_examples=30)
def test_every_kernel_gives_the_best_and_of_ties_the_first(problem):
    expected = best_of(products_of(*problem))
    for best_on in (best_products_on, best_rows_on):
        value, index = best_on(Strict(seed=len(problem[0])), *there(*problem))
        assert (index.tolist(), value.tolist()) == expected
        assert (value.dtype, index.dtype) == (problem[0].dtype, np.int32)


@pytest.mark.parametrize(
    ("dtype", "is_one_set", "kernel"),
    [
        (np.float32, True, "argmax_symmetric"),
        (np.float32, False, "argmax_rows_float"),
        (np.float64, True, "argmax_rows_double"),
        (np.float64, False, "argmax_rows_double"),
    ],
)
def test_which_kernel_runs(dtype, is_one_set, kernel):
    device, (x,) = Strict(), there(np.ones((3, 2), dtype))
    best_products_on(device, x, None if is_one_set else x)
    assert device.launched == [kernel]


@pytest.mark.parametrize("n_labels", [None, 3])
@pytest.mark.parametrize(("n", "d"), [(127, 8), (128, 9), (129, 40), (400, 3)])
def test_one_product_for_two_points_is_that_of_each_to_the_bit(n, d, n_labels):
    rng = np.random.default_rng(n)
    x = rng.standard_normal((n, d)).astype(np.float32)
    labels = None if n_labels is None else rng.integers(0, n_labels, n).astype(np.int32)
    x, labels = there(x, labels)
    value, index = best_products_on(Strict(), x, None, labels)
    row_value, row_index = best_rows_on(Strict(), x, None, labels)
    assert bits(value) == bits(row_value)
    assert index.tolist() == row_index.tolist()


@pytest.mark.parametrize("blocks", [1, 2, 7])
@pytest.mark.parametrize("seed", range(3))
def test_neither_schedules_nor_blocks_change_a_bit(seed, blocks):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((390, 11)).astype(np.float32)
    x[200:300] = x[:100]  # equal points: ties of products that are not exact
    first = best_products_on(Strict(0, most_blocks=3), *there(x))
    again = best_products_on(Strict(1000 * seed, most_blocks=blocks), *there(x))
    assert list(map(bits, first)) == list(map(bits, again))
    value, index = map(Strict().to_host, again)
    exact = products_of(x, None)
    # the second of two equal points is chosen by nobody but the first, whose own product is out
    is_second = (index >= 200) & (index < 300)
    assert is_second.any()
    assert (index - 200 == np.arange(390))[is_second].all()
    assert np.allclose(value, exact.max(axis=1), rtol=1e-5)


@pytest.mark.parametrize("n_labels", [None, 2])
@pytest.mark.parametrize("span", [1, 2, 3, 16])
def test_spans_and_splits_do_not_matter(monkeypatch, span, n_labels):
    rng = np.random.default_rng(9)
    x = rng.integers(-3, 4, (600, 4)).astype(np.float32)
    labels = None if n_labels is None else rng.integers(0, n_labels, 600).astype(np.int32)
    expected = best_of(products_of(x, None, labels))
    monkeypatch.setattr(_argmax_gpu, "_MOST_SPAN", span)
    for blocks in (1, 5 * span):  # of many tiles, and of few
        monkeypatch.setattr(_argmax_gpu, "_ENOUGH_BLOCKS", blocks)
        for best_on in (best_products_on, best_rows_on):
            for dtype in (np.float32, np.float64):
                value, index = best_on(Strict(), *there(x.astype(dtype), None, labels))
                assert (index.tolist(), value.tolist()) == expected


def test_products_are_chains_of_fused_multiply_adds_in_order():
    rng = np.random.default_rng(3)
    x = rng.standard_normal((2, 30)).astype(np.float32)
    value, _ = best_products_on(Strict(), *there(x))
    chain = np.float32(0)
    for a, b in x.T.astype(np.longdouble):
        # 48 bits of a product and 24 of a sum fit the 64 of a long double but for their distance
        chain = np.float32(a * b + np.longdouble(chain))
    assert np.finfo(np.longdouble).nmant >= 63
    assert value.tolist() == [float(chain)] * 2


def test_zeros_of_both_signs_are_equal():
    x, label = np.zeros((300, PAD_DEPTH), np.float32), np.ones(300, np.int32)
    label[[0, 2, 3, 64, 65, 66, 67]] = 0  # what the thread of (0, 1) has beside it is out
    # the last coordinate that is added, so that nothing makes +0 of what is too small and rounds
    # to -0: the product of the first two, which does not lose to those of others in other threads
    x[:2, -1] = 1e-30, -1e-30
    for best_on in (best_products_on, best_rows_on):
        value, index = best_on(Strict(), *there(x, None, label))
        assert index.tolist() == np.where(label == 0, 1, 0).tolist()
        assert value.tolist() == [0] * 300


def test_negative_and_extreme_products_are_in_order():
    scale = np.float32(math.sqrt(1e38))
    x = np.array([[1], [-scale], [-1], [-2], [-scale * 0.5]], np.float32)
    others = np.array([[scale], [2], [1e-20], [3]], np.float32)
    for y in (None, others):
        value, index = best_products_on(Strict(), *there(x, y))
        assert (index.tolist(), value.tolist()) == best_of(
            products_of(x, y).astype(np.float32).astype(np.float64)
        )
