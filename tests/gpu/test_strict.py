"""The strict stand-in refuses what CuPy refuses, and what it would do otherwise than NumPy."""

import numpy as np
import pytest

from tests.gpu.device_array import Array, Race
from tests.gpu.strict import Strict, there

XP = Strict.xp
HOST = np.arange(6)


def device():
    """Return 0 to 5 on the device."""
    return there(HOST)[0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: np.asarray(a), "Implicit conversion"),
        (lambda a: np.diff(a), "no implementation found"),
        (lambda a: a + HOST, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda a: HOST + a, "Unsupported type <class 'numpy.ndarray'>"),
        (lambda a: a == HOST, "Unsupported type"),
        (lambda a: a[HOST], "Unsupported type"),
        (lambda a: a.__setitem__(slice(3), HOST[:3]), "Unsupported type"),
        (lambda a: XP.add(a, HOST), "Unsupported type"),
        (lambda a: XP.bincount(HOST), "Unsupported type"),
        (lambda a: XP.concatenate([a, HOST]), "Unsupported type"),
        (lambda a: XP.where(True, a, 0), "condition must be an array"),
        (lambda a: XP.lexsort((a, a)), "keys must be one array"),
        (lambda a: XP.sum(a, initial=3), "initial"),
        (lambda a: a.max(initial=0), "initial"),
        (lambda a: XP.asarray(a, like=a), "like"),
        (lambda a: a[: a[2]], "slice indices must be integers"),
        (lambda a: range(a[2]), "cannot be interpreted as an integer"),
        (lambda a: iter(a.sum()), "iteration over a 0-d array"),
    ],
)
def test_types_and_parameters_that_cupy_does_not_take(call, message):
    with pytest.raises(TypeError, match=message):
        call(device())


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda a: XP.interpolate(a), AttributeError),
        (lambda a: XP.argsort(a, kind="quicksort"), ValueError),
        (lambda a: a[::2].sort(), NotImplementedError),
        (lambda a: a.reshape(2, 3)[a[:2] > 5, a[:3] > 5], NotImplementedError),
        (lambda a: XP.searchsorted(a, [1, 2]), NotImplementedError),
        (lambda a: XP.asarray(["a"]), ValueError),
        (lambda a: bool(a > 2), ValueError),
    ],
)
def test_what_else_cupy_lacks(call, error):
    with pytest.raises(error):
        call(device())


def test_entries_that_are_assigned_twice_must_agree():
    a, (twice,) = device(), there(np.array([1, 4, 1]))
    a[twice] = there(np.array([7, 8, 7]))[0]
    assert Strict().to_host(a).tolist() == [0, 7, 2, 3, 8, 5]
    with pytest.raises(Race, match="an entry is assigned two values"):
        a[twice] = there(np.array([7, 8, 9]))[0]


@pytest.mark.parametrize(
    "call",
    [
        lambda a: (a / 0.0).astype(np.int64),
        lambda a: (a - 1.5).astype(np.uint64),
        lambda a: a << 64,
        lambda a: XP.cumsum(a, out=XP.zeros(6, np.float32)),
    ],
)
def test_what_c_leaves_undefined(call):
    with pytest.raises(Race):
        call(device())


@pytest.mark.parametrize(
    ("read", "reads"),
    [
        (lambda a: a[2], 0), (lambda a: a.sum() * 2, 0), (lambda a: list(a), 0),
        (lambda a: a[there(np.array([0, 3]))[0]], 0), (lambda a: int(a[2]), 1),
        (lambda a: float(a.max()), 1), (lambda a: bool((a > 2).any()), 1),
        (lambda a: a[a > 2], 1), (lambda a: a.tolist(), 1), (lambda a: XP.flatnonzero(a), 1),
        (lambda a: XP.bincount(a), 2), (lambda a: Strict().to_host(a), 1),
    ],
)  # fmt: skip
def test_reads_are_counted(read, reads):
    a = device()
    before = Array.reads
    read(a)
    assert Array.reads - before == reads


def test_entries_are_views_numbers_keep_their_type_and_memory_is_garbage():
    a = device()
    entry = a[2]
    a[2] = 9
    assert int(entry) == 9
    assert (entry.shape, (a.astype(np.uint32) ^ 0x80000000).dtype) == ((), np.uint32)
    assert (np.uint64(3) * a.astype(np.uint64)).dtype == np.uint64
    assert not bool((XP.empty(3, np.int64) == 0).any())


def test_real_numbers_are_added_in_another_order():
    values = np.random.default_rng(0).normal(size=1000) ** 9
    (a,) = there(values)
    assert float(a.sum()) != values.sum()
    assert float(a.sum()) == pytest.approx(values.sum(), rel=1e-9)
    sums = Strict().to_host(XP.cumsum(a))
    assert sums == pytest.approx(np.cumsum(values), rel=1e-9, abs=1e-6)
    assert sums.tolist() != np.cumsum(values).tolist()


def test_kernels_take_arrays_of_the_device_and_numbers_of_the_host():
    best, found = there(np.array([1, 0], np.int32), np.zeros(2, np.int32))
    gpu = Strict()
    gpu.launch("handshake", 2, best, 2, found)
    assert gpu.to_host(found).tolist() == [0, 0]
    with pytest.raises(TypeError, match="Unsupported type"):
        gpu.launch("handshake", 2, np.array([1, 0], np.int32), 2, found)
    with pytest.raises(TypeError, match="handshake: size must be a number, got an array"):
        gpu.launch("handshake", 2, best, found[0], found)
    with pytest.raises(TypeError, match="Unsupported type"):
        gpu.to_host(np.zeros(2))
