"""Kernels of numba.cuda in the simulator, against their twins on the CPU and against counting."""

import copy
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.gpu._backend import Cuda
from partwise.gpu._matching import match_handshakes
from partwise.gpu._registry import kernel_spec, numba_kernels
from partwise.gpu._segments import segment_sums
from partwise.gpu._vote import Vote
from tests.gpu.emulated import Emulated, run_twin
from tests.gpu.test_bfs_kernels import rows_of
from tests.gpu.test_matching import paired
from tests.gpu.test_segments import numbers, summed
from tests.gpu.test_vote import counted, lists, null_model
from tests.gpu_simulator.simulated import Simulated

few_examples = settings(max_examples=8, deadline=None)


def rows_of_degrees(degrees, rng):
    """Arcs of the first nodes, to any."""
    indptr = np.concatenate(([0], np.cumsum(degrees))).astype(np.int64)
    return indptr, rng.integers(0, len(degrees), indptr[-1]).astype(np.int32)


def vote_arguments(rng, is_weighted, is_penalised, n_labels):
    degrees = [0, 1, 2, 31, 32, 33, 63, 64, int(rng.integers(0, 65)), 40]
    indptr, indices = rows_of_degrees(degrees, rng)
    n = len(degrees)
    weights = rng.random(len(indices)) - 0.5 if is_weighted else np.zeros(1)
    label = rng.integers(0, n_labels, n).astype(np.int32)
    nodes = rng.permutation(n).astype(np.int32)
    null = rng.random(n), rng.random(n_labels), rng.random(n)
    out = np.full(n, -7, np.int32), np.full(n, -7.0), np.full(n, -7.0)
    arcs = [indptr, indices, weights, int(is_weighted)]
    return [*arcs, label, int(is_penalised), *null, nodes, n, *out]


def sums_arguments(rng, dtype):
    lengths = np.append(rng.integers(0, 70, 20), [0, 1, 32, 33, 300])
    starts = np.concatenate(([0], np.cumsum(lengths)))
    return numbers(rng, starts[-1], dtype), starts, lengths


def arguments_of(name, rng):
    """Sets of arguments of a kernel; what it writes comes last."""
    if name == "vote_warp":
        flags = [(w, p) for w in (False, True) for p in (False, True)]
        return [vote_arguments(rng, *given, k) for given in flags for k in (1, 3, 100)]
    if name.startswith("segment_sums"):
        found = []
        for dtype in ("int64", "float64"):
            values, starts, lengths = sums_arguments(rng, dtype)
            sums = np.full(len(lengths), -7, values.dtype)
            if name.endswith("thread"):
                found.append([values, starts, len(lengths), 32, sums])
            else:
                runs = np.flatnonzero(lengths > 32).astype(np.int32)
                found.append([values, starts, runs, len(runs), sums])
        return found
    if name == "handshake":
        best = rng.integers(-1, 9, 100).astype(np.int32)
        best[:50] = np.arange(50) ^ 1
        return [[best, 100, np.full(100, -7, np.int32)]]
    raise KeyError(f"there are no arguments to try {name} on")


@pytest.mark.parametrize("blocks", [1, 3])
@pytest.mark.parametrize("name", numba_kernels())
def test_a_kernel_does_to_the_bit_what_its_twin_does(name, blocks):
    for arguments in arguments_of(name, np.random.default_rng(len(name))):
        twin = copy.deepcopy(arguments)
        run_twin(kernel_spec(name), twin)
        before = copy.deepcopy(arguments)
        Simulated(most_blocks=blocks, block=64).launch(name, 4096, *arguments)
        assert any(np.any(one != two) for one, two in zip(arguments, before))
        for one, two in zip(arguments, twin, strict=True):
            assert np.array_equal(one, two)


@pytest.mark.parametrize("name", numba_kernels())
def test_arrays_of_other_types_are_refused(name):
    arguments = arguments_of(name, np.random.default_rng(0))[0]
    arguments[0] = arguments[0].astype(np.float16)
    with pytest.raises(TypeError, match=f"{name} takes contiguous arrays and numbers .*float16"):
        Simulated().launch(name, 32, *arguments)


@few_examples
@given(
    seed=st.integers(0, 10**6),
    n_labels=st.sampled_from([1, 4, 50]),
    is_weighted=st.booleans(),
    is_penalised=st.booleans(),
)
def test_votes_by_threads_warps_blocks_and_hubs(seed, n_labels, is_weighted, is_penalised):
    rng = np.random.default_rng(seed)
    n = 24
    indptr, indices = rows_of(n, (n * rng.random((150, 2)) ** 3).astype(int).tolist())
    weights = rng.integers(-3, 9, len(indices)) / 2 if is_weighted else None
    label = rng.integers(0, n_labels, n).astype(np.int32)
    null = null_model(rng, n, n_labels) if is_penalised else None
    device = Simulated(seed)
    found = Vote(device, indptr, indices, weights, few=4, medium=40, many=90).of(label, null=null)
    assert "vote_warp" in device.launched or (np.diff(indptr) <= 4).all()
    assert lists(found) == counted(indptr, indices, weights, label, null)


@few_examples
@given(seed=st.integers(0, 10**6), dtype=st.sampled_from(["int64", "float64"]))
def test_sums_of_runs(seed, dtype):
    values, starts, _ = sums_arguments(np.random.default_rng(seed), dtype)
    found = segment_sums(Simulated(), values, starts)
    assert found == pytest.approx(summed(values, starts), rel=1e-13)
    assert found.tolist() == segment_sums(Emulated(), values, starts).tolist()


@few_examples
@given(
    st.sampled_from([1, 31, 33, 96]).flatmap(
        lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)
    )
)
def test_handshakes(best):
    found = match_handshakes(Simulated(), np.array(best, np.int32))
    assert found.tolist() == paired(best)


def test_the_backend_of_the_gpu_launches_kernels_of_numba():
    backend = object.__new__(Cuda)  # without CuPy, which it takes arrays and the stream from
    backend.xp = SimpleNamespace(
        cuda=SimpleNamespace(get_current_stream=lambda: SimpleNamespace(ptr=0))
    )
    best, found = np.array([1, 0, 0, -1], np.int32), np.zeros(4, np.int32)
    backend.launch("handshake", 4, best, 4, found, block=32)
    assert found.tolist() == [0, 0, 2, 3]
    with pytest.raises(TypeError, match="handshake takes 3 arguments, got 2"):
        backend.launch("handshake", 4, best, 4)
