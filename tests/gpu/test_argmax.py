"""``partwise.gpu.pairwise_argmax``, on the CPU and with the emulator as its GPU."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu import pairwise_argmax, pairwise_argmax_memory
from partwise.gpu._argmax_cpu import best_products
from partwise.gpu._argmax_gpu import best_products_on
from tests.gpu.emulated import Emulated

EPSILON = {np.float32: 2.0**-24, np.float64: 2.0**-53}


def products_of(x, y, x_label=None, y_label=None):
    """All products in float64, and minus infinity where two points do not go together."""
    is_one_set = y is None
    if is_one_set:
        y, y_label = x, x_label
    products = x.astype(np.float64) @ y.astype(np.float64).T
    if is_one_set:
        np.fill_diagonal(products, -np.inf)
    if x_label is not None:
        products[np.equal.outer(x_label, y_label)] = -np.inf
    return products


def best_of(products):
    index = products.argmax(axis=1)
    value = products[np.arange(len(products)), index]
    return np.where(np.isneginf(value), -1, index).tolist(), value.tolist()


@st.composite
def whole_numbers(draw, largest=150):
    """Points with many ties and exact products: (x, y, labels of both), some of them None."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, m, d = (int(rng.integers(1, most)) for most in (largest, largest, 20))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    x, y = (rng.integers(-3, 4, (size, d)).astype(dtype) for size in (n, m))
    n_labels = draw(st.sampled_from([None, 1, 2, 5]))
    labels = [None] * 2
    if n_labels is not None:
        labels = [rng.integers(0, n_labels, size).astype(np.int32) for size in (n, m)]
    if draw(st.booleans()):
        return x, None, labels[0], None
    return x, y, *labels


@given(
    problem=whole_numbers(),
    tile=st.sampled_from([1, 7, 64, 512]),
    n_jobs=st.sampled_from([1, 2, 5]),
)
def test_tiles_of_the_cpu_give_the_best_and_of_ties_the_first(problem, tile, n_jobs):
    value, index = best_products(*problem, tile=tile, n_jobs=n_jobs)
    assert (index.tolist(), value.tolist()) == best_of(products_of(*problem))
    assert value.dtype == problem[0].dtype


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(200, None, 33), (70, 300, 7), (300, 20, 64)])
def test_random_points_are_within_the_error_that_is_promised(gpu, shape, dtype, device):
    rng = np.random.default_rng(4)
    n, m, d = shape
    x = rng.standard_normal((n, d)).astype(dtype)
    y = None if m is None else rng.standard_normal((m, d)).astype(dtype)
    found = pairwise_argmax(x, y, threshold=0.5, device=device)
    others = x if y is None else y
    exact = products_of(x.astype(np.longdouble), None if y is None else y.astype(np.longdouble))
    error = d * EPSILON[dtype] * (np.abs(x) @ np.abs(others).T).max()
    rows = np.arange(n)
    assert np.abs(found.value + 0.5 - exact[rows, found.index]).max() <= error + EPSILON[dtype]
    two = np.sort(exact, axis=1)[:, -2:]
    is_clear = two[:, 1] - two[:, 0] > 2 * error
    assert is_clear.sum() > 0.9 * n
    assert found.index[is_clear].tolist() == exact.argmax(axis=1)[is_clear].tolist()
    assert (exact[rows, found.index] >= two[:, 1] - 2 * error).all()
    assert (found.device, found.value.dtype, found.index.dtype) == (device, dtype, np.int32)


@pytest.mark.parametrize("with_y", [False, True])
def test_threads_do_not_change_a_bit(with_y):
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 1700, 20))
    found = [pairwise_argmax(x, y if with_y else None, n_jobs=n_jobs) for n_jobs in (1, 2, 3)]
    assert len({one.index.tobytes() for one in found}) == 1
    assert len({one.value.tobytes() for one in found}) == 1


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_thresholds_come_off_and_do_not_choose(gpu, device):
    x = np.array([[1, 0], [1, 1], [-1, -1]])
    found = pairwise_argmax(x, threshold=1.5, device=device)
    assert found.index.tolist() == [1, 0, 0]
    assert found.value.tolist() == [-0.5, -0.5, -2.5]


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_costs_between_clusters_by_a_column_of_sizes(gpu, device):
    rng = np.random.default_rng(8)
    points, alpha = rng.integers(-2, 3, (60, 5)).astype(float), 4.0
    cluster = rng.permutation(np.arange(60) % 12)
    costs = points @ points.T - alpha
    joined = np.zeros((12, 60))
    joined[cluster, np.arange(60)] = 1
    between = joined @ costs @ joined.T
    np.fill_diagonal(between, -np.inf)
    size = np.sqrt(alpha) * joined.sum(axis=1, keepdims=True)
    x, y = np.hstack([joined @ points, size]), np.hstack([joined @ points, -size])
    found = pairwise_argmax(x, y, labels=range(12), labels_y=range(12), device=device)
    assert (found.index.tolist(), found.value.tolist()) == best_of(between)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize(
    ("x", "y", "labels", "n"),
    [
        (np.zeros((0, 3)), None, None, 0),
        (np.ones((1, 3)), None, None, 1),
        (np.ones((4, 3)), None, [7, 7, 7, 7], 4),
        (np.ones((2, 3)), np.zeros((0, 3)), None, 2),
    ],
    ids=["no points", "one point", "one label", "nothing to look at"],
)
def test_where_there_is_no_partner(gpu, x, y, labels, n, device):
    found = pairwise_argmax(x, y, labels=labels, device=device)
    assert found.index.tolist() == [-1] * n
    assert found.value.tolist() == [-np.inf] * n


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_points_without_coordinates_are_all_alike(gpu, device):
    found = pairwise_argmax(np.zeros((3, 0), np.float32), device=device)
    assert found.index.tolist() == [1, 0, 0]
    assert found.value.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [("float16", "float32"), ("int8", "float32"), ("bool", "float32"), ("int64", "float64")],
)
def test_kinds_of_numbers(given, expected):
    x = np.eye(3).astype(given)
    assert pairwise_argmax(x).value.dtype == expected
    assert pairwise_argmax(x, np.eye(3)).value.dtype == np.float64


class Frame:
    """What becomes an array when it is asked to, as a DataFrame does."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        """Return the values."""
        return self.values


def test_layouts_of_memory_and_frames(gpu):
    rng = np.random.default_rng(2)
    x, labels = rng.integers(-3, 4, (40, 6)).astype(float), rng.integers(0, 3, 40)
    expected = best_of(products_of(x, None, labels))
    for points in (np.asfortranarray(x), np.repeat(x, 2, axis=0)[::2], Frame(x)):
        for device in ("cpu", "cuda"):
            found = pairwise_argmax(points, labels=Frame(labels), device=device)
            assert (found.index.tolist(), found.value.tolist()) == expected


class OnDevice(np.ndarray):
    """What stands for an array of CuPy where the emulator stands for a GPU."""

    __cuda_array_interface__ = {"version": 3}  # noqa: RUF012


def test_arrays_of_a_device_are_used_there(gpu):
    x = np.arange(12.0).reshape(4, 3)
    found = pairwise_argmax(x.view(OnDevice), labels=np.array([0, 0, 0, 1]).view(OnDevice))
    assert (found.device, found.index.tolist()) == ("cuda", [3, 3, 3, 2])
    assert pairwise_argmax(x).device == "cpu"


def test_many_pairs_go_to_the_device(gpu, monkeypatch):
    monkeypatch.setattr("partwise.gpu._device.WORTH_MOVING", 100)
    assert pairwise_argmax(np.ones((9, 2))).device == "cpu"
    assert pairwise_argmax(np.ones((10, 2))).device == "cuda"


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "m", "d"), [(3000, None, 40), (100, 3000, 24), (300, 30, 3)])
def test_memory_is_what_was_said_at_most(n, m, d, dtype):
    class Idle(Emulated):
        def launch(self, *arguments, **options):
            """Launch nothing: only what is allocated counts."""

    rng = np.random.default_rng(0)
    best_products_on(Idle(), np.ones((2, 2), dtype))
    tracemalloc.start()
    x = rng.standard_normal((n, d)).astype(dtype)
    y = None if m is None else rng.standard_normal((m, d)).astype(dtype)
    tracemalloc.reset_peak()
    best_products_on(Idle(), x, y)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= pairwise_argmax_memory(n, d, m, dtype=dtype) <= 3 * peak + 2**23


def test_more_points_than_numbers_for_them():
    many = np.broadcast_to(np.float32(1), (2**31, 0))
    with pytest.raises(ValueError, match="X must have at most 2147483392 rows, got 2147483648"):
        pairwise_argmax(many, device="cpu")


def test_what_does_not_fit_is_refused_before_anything_is_allocated(gpu, monkeypatch):
    monkeypatch.setattr("partwise.gpu._device.available_memory", lambda: 1000)
    with pytest.raises(MemoryError, match=r"pairwise_argmax needs 0\.0\d GiB"):
        pairwise_argmax(np.ones((20, 3)), device="cuda")
    assert gpu.launched == []


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        (([1.0, 2.0],), {}, ValueError, r"X must have shape \(n, d\), got \(2,\)"),
        (([[1.0]], [1.0]), {}, ValueError, r"Y must have shape \(n, d\), got \(1,\)"),
        (([[1.0]], [[1.0, 2.0]]), {}, ValueError, "Y must have the 1 columns that X has, got 2"),
        (([[1.0, np.nan]],), {}, ValueError, "X must hold finite numbers"),
        (([[1.0]], [[-np.inf]]), {}, ValueError, "Y must hold finite numbers"),
        (([[1j]],), {}, TypeError, "X must hold real numbers, got complex128"),
        (([["a"]],), {}, TypeError, "X must hold real numbers, got <U1"),
        ((np.full((2, 2), 2e19, np.float32),), {}, ValueError, "leave the range of float32"),
        ((np.full((2, 2), 1e154),), {}, ValueError, "leave the range of float64"),
        (([[1.0]],), {"labels": [1, 2]}, ValueError, r"labels must have shape \(1,\), got \(2,\)"),
        (([[1.0]],), {"labels": [0.5]}, TypeError, "labels must be integers, got float64"),
        (([[1.0]],), {"labels": [2**31]}, ValueError, "labels must fit 32 bits, got 2147483648"),
        (([[1.0]],), {"labels_y": [1]}, ValueError, "labels_y must be given where Y and labels"),
        (([[1.0]], [[1.0]]), {"labels": [1]}, ValueError, "labels_y must be given where Y and"),
        (([[1.0]],), {"threshold": np.nan}, ValueError, "threshold must be a finite number"),
        (([[1.0]],), {"n_jobs": 0}, ValueError, "n_jobs must be None, a positive integer or -1"),
        (([[1.0]],), {"device": "tpu"}, ValueError, "device must be 'cpu', 'cuda' or 'auto'"),
    ],
)
def test_arguments_that_make_no_sense(arguments, options, error, message):
    with pytest.raises(error, match=message):
        pairwise_argmax(*arguments, **options)
