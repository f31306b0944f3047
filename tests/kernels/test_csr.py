"""The CSR builder against a dictionary, and against itself on other numbers of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.kernels import csr, csr_packed, csr_wide
from partwise.kernels.csr import DUPLICATES, csr_from_edges

COMBINE = {"sum": sum, "first": lambda w: w[0], "max": max, "min": min}


def by_dictionary(n, src, dst, weights, symmetrize, rule):
    """Build the same arrays one edge at a time."""
    entries = {}
    for e, (u, v) in enumerate(zip(src.tolist(), dst.tolist())):
        w = 1 if weights is None else weights[e].item()
        if w == 0:
            continue
        for arc in {(u, v), (v, u)} if symmetrize else {(u, v)}:
            entries.setdefault(arc, []).append(w)
    arcs = sorted(entries)
    indptr = np.zeros(n + 1, np.int64)
    for u, _ in arcs:
        indptr[u + 1] += 1
    indices = np.array([v for _, v in arcs], np.int32)
    if weights is None:
        return np.cumsum(indptr), indices, None
    data = [COMBINE[rule](entries[arc]) for arc in arcs]
    return np.cumsum(indptr), indices, np.array(data, weights.dtype)


def assert_same(found, expected):
    for a, b in zip(found, expected):
        if b is None:
            assert a is None
        else:
            assert a.dtype == b.dtype
            np.testing.assert_array_equal(a, b)


@pytest.fixture
def parallel(monkeypatch):
    """Let the parallel kernels, with many buckets, take inputs of any size."""
    monkeypatch.setattr(csr, "SERIAL_BELOW", 0)
    monkeypatch.setattr(csr, "_BUCKET_ARCS", 16)


@pytest.fixture(params=["packed", "wide"])
def keys(request, monkeypatch):
    """Let arcs without weights be sorted as 32-bit keys, or as 64-bit ones like weighted arcs."""
    if request.param == "wide":
        monkeypatch.setattr(csr_packed, "MAX_EDGES", -1)
    return request.param


@pytest.fixture
def route(monkeypatch):
    """The names of the modules that sorted arcs, in a list that grows."""
    seen = []
    for module in (csr_packed, csr_wide):

        def fill_rows(*args, name=module.__name__, real=module.fill_rows):
            seen.append(name.removeprefix("partwise.kernels.csr_"))
            return real(*args)

        monkeypatch.setattr(module, "fill_rows", fill_rows)
    return seen


def test_by_hand():
    src, dst = np.array([2, 0, 1, 1]), np.array([0, 2, 1, 0])
    weights = np.array([5, 7, 3, 0])
    indptr, indices, data = csr_from_edges(4, src, dst, weights, True, DUPLICATES["sum"])
    assert indptr.tolist() == [0, 1, 2, 3, 3]
    assert indices.tolist() == [2, 1, 0]
    assert data.tolist() == [12, 3, 12]
    indptr, indices, data = csr_from_edges(4, src, dst, None, False, DUPLICATES["sum"])
    assert indptr.tolist() == [0, 1, 3, 4, 4]
    assert indices.tolist() == [2, 0, 1, 0]
    assert data is None


edge_lists = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.just(n),
        st.lists(
            st.tuples(st.integers(0, n - 1), st.integers(0, n - 1), st.integers(0, 4)), max_size=60
        ),
    )
)


@settings(max_examples=150, deadline=None)
@given(
    edges=edge_lists,
    dtype=st.sampled_from([None, np.int64, np.float64]),
    symmetrize=st.booleans(),
    rule=st.sampled_from(["sum", "first", "max", "min"]),
    in_parallel=st.booleans(),
    wide=st.booleans(),
)
def test_equals_a_dictionary(edges, dtype, symmetrize, rule, in_parallel, wide):
    n, triples = edges
    table = np.array(triples, np.int64).reshape(-1, 3)
    src, dst = table[:, 0], table[:, 1]
    weights = None if dtype is None else table[:, 2].astype(dtype)
    with pytest.MonkeyPatch.context() as patch:
        if in_parallel:
            patch.setattr(csr, "SERIAL_BELOW", 0)
            patch.setattr(csr, "_BUCKET_ARCS", 16)
        if wide:
            patch.setattr(csr_packed, "MAX_EDGES", -1)
        found = csr_from_edges(n, src, dst, weights, symmetrize, DUPLICATES[rule])
    assert_same(found, by_dictionary(n, src, dst, weights, symmetrize, rule))


@pytest.mark.usefixtures("parallel", "keys")
@pytest.mark.parametrize("hub", [10, 48, 49, 300])
def test_short_and_long_rows(hub):
    # Rows of 64-bit keys are sorted by ranks up to a length, and by digits beyond it.
    rng = np.random.default_rng(hub)
    dst = rng.integers(0, 1000, hub).astype(np.int32)
    src = np.full(hub, 7, np.int32)
    for weights in (None, rng.integers(1, 9, hub), rng.integers(1, 9, hub).astype(float)):
        found = csr_from_edges(1000, src, dst, weights, True, DUPLICATES["sum"])
        assert_same(found, by_dictionary(1000, src, dst, weights, True, "sum"))


@pytest.mark.parametrize("in_parallel", [False, True])
@pytest.mark.parametrize("symmetrize", [False, True])
def test_packed_keys_give_what_wide_ones_do(monkeypatch, route, in_parallel, symmetrize):
    # Weights make the keys wide. Squares make some rows long and repetitions frequent.
    if in_parallel:
        monkeypatch.setattr(csr, "SERIAL_BELOW", 0)
        monkeypatch.setattr(csr, "_BUCKET_ARCS", 500)
    rng = np.random.default_rng(5)
    src, dst = (rng.random((2, 30_000)) ** 2 * 5000).astype(np.int32)
    ones = np.ones(len(src), np.int64)
    packed = csr_from_edges(5000, src, dst, None, symmetrize, DUPLICATES["sum"])
    wide = csr_from_edges(5000, src, dst, ones, symmetrize, DUPLICATES["sum"])
    assert route == ["packed", "wide"]
    assert_same(packed[:2], wide[:2])


# 32 bits hold the largest neighbour and the largest row of its bucket, of which there are
# 1 in a serial run and here at most 4 in a parallel one; the self-loop of the last node then is
# a key of ones only.
@pytest.mark.parametrize(
    ("serial_below", "n", "expected"),
    [
        (10**6, 2**16, "packed"),
        (10**6, 2**16 + 1, "wide"),
        (0, 2**17, "packed"),
        (0, 2**17 + 1, "wide"),
    ],
)
def test_the_limit_of_packed_keys(monkeypatch, route, serial_below, n, expected):
    monkeypatch.setattr(csr, "SERIAL_BELOW", serial_below)
    monkeypatch.setattr(csr, "_MAX_PACKED_BUCKETS", 4)
    ends = np.array([0, 1, n // 2 - 1, n // 2, n - 2, n - 1], np.int32)
    src, dst = np.tile(ends, 12), np.repeat(ends, 12)
    found = csr_from_edges(n, src, dst, None, True, DUPLICATES["sum"])
    assert route == [expected]
    assert_same(found, by_dictionary(n, src, dst, None, True, "sum"))


def test_packed_keys_are_for_as_many_edges_as_their_counters_count(monkeypatch, route):
    src, dst = np.array([2, 0, 1, 1]), np.array([0, 2, 1, 0])
    monkeypatch.setattr(csr_packed, "MAX_EDGES", 4)
    within = csr_from_edges(3, src, dst, None, True, DUPLICATES["sum"])
    monkeypatch.setattr(csr_packed, "MAX_EDGES", 3)
    beyond = csr_from_edges(3, src, dst, None, True, DUPLICATES["sum"])
    assert route == ["packed", "wide"]
    assert_same(within, beyond)


@pytest.mark.usefixtures("parallel")
@pytest.mark.parametrize("weighted", [False, True])
def test_independent_of_the_number_of_threads(weighted):
    rng = np.random.default_rng(0)
    src, dst = rng.integers(0, 300, (2, 20_000)).astype(np.int32)
    weights = rng.random(20_000) if weighted else None
    before = numba.get_num_threads()
    results = []
    try:
        for n_threads in {1, before}:
            numba.set_num_threads(n_threads)
            results.append(csr_from_edges(300, src, dst, weights, True, DUPLICATES["sum"]))
    finally:
        numba.set_num_threads(before)
    assert_same(results[0], results[-1])


def test_both_directions_get_the_same_float_sum():
    # 0.1 + 0.2 + 0.3 depends on the order.
    src, dst = np.array([0, 1, 0]), np.array([1, 0, 1])
    _, _, data = csr_from_edges(2, src, dst, np.array([0.1, 0.2, 0.3]), True, DUPLICATES["sum"])
    assert data.tolist() == [0.1 + 0.2 + 0.3] * 2


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("in_parallel", [False, True])
@pytest.mark.parametrize("weights", [None, np.array([1, 2, 3, 4])])
def test_error_names_the_repeated_edge(monkeypatch, in_parallel, weights):
    if in_parallel:
        monkeypatch.setattr(csr, "SERIAL_BELOW", 0)
    src, dst = np.array([3, 1, 0, 2]), np.array([4, 2, 5, 1])
    with pytest.raises(ValueError, match=r"edge \(1, 2\) occurs more than once"):
        csr_from_edges(6, src, dst, weights, True, DUPLICATES["error"])
    csr_from_edges(6, src, dst, weights, False, DUPLICATES["error"])


@pytest.mark.usefixtures("parallel", "keys")
@pytest.mark.parametrize("n", [6, 1000])
@pytest.mark.parametrize("weighted", [False, True])
def test_error_names_the_first_of_several_repeated_edges(n, weighted):
    # The hub makes a row that is too long to be sorted by ranks, where n allows it.
    hub = np.arange(6, n, dtype=np.int32)
    src = np.concatenate([[5, 5, 3, 4], np.full_like(hub, 2)])
    dst = np.concatenate([[4, 1, 5, 5], hub])
    src, dst = np.append(src, [1, 5]), np.append(dst, [5, 3])
    weights = np.ones(len(src)) if weighted else None
    with pytest.raises(ValueError, match=r"edge \(1, 5\) occurs more than once"):
        csr_from_edges(n, src, dst, weights, True, DUPLICATES["error"])


def test_zero_weights_are_no_edges_for_any_rule():
    src, dst, weights = np.array([0, 0]), np.array([1, 1]), np.array([0, 4])
    for rule in DUPLICATES:
        _, _, data = csr_from_edges(2, src, dst, weights, False, DUPLICATES[rule])
        assert data.tolist() == [4], rule


def test_cancelling_weights_leave_no_edge():
    src, dst, weights = np.array([0, 1]), np.array([1, 0]), np.array([2.5, -2.5])
    indptr, indices, data = csr_from_edges(2, src, dst, weights, True, DUPLICATES["sum"])
    assert indptr.tolist() == [0, 0, 0]
    assert len(indices) == len(data) == 0


@pytest.mark.parametrize("n", [0, 1, 5])
def test_without_edges(n):
    empty = np.zeros(0, np.int32)
    indptr, indices, data = csr_from_edges(n, empty, empty, np.zeros(0), True, 0)
    assert indptr.tolist() == [0] * (n + 1)
    assert indices.dtype == np.int32
    assert data.dtype == np.float64


def test_integer_sums_that_overflow_are_refused():
    src, dst = np.array([0, 0]), np.array([1, 1])
    with pytest.raises(ValueError, match=r"integer weights sum to 9.*below 2\*\*62"):
        csr_from_edges(2, src, dst, np.array([2**62, 2**62]), True, DUPLICATES["sum"])


@pytest.mark.parametrize("rule", ["sum", "first", "max", "min"])
@pytest.mark.parametrize("symmetrize", [True, False])
def test_the_route_for_wide_ids(rule, symmetrize):
    # Ids past 2**31 take another route, which is tried here on small ones.
    rng = np.random.default_rng(3)
    src, dst = rng.integers(0, 20, (2, 200))
    weights = rng.integers(1, 6, 200)
    code = DUPLICATES[rule]
    found = csr._csr_by_comparison(20, src, dst, weights, symmetrize, code)
    assert_same(found, csr_from_edges(20, src, dst, weights, symmetrize, code))
