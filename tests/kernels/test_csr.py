"""The CSR builder against a dictionary, and against itself on other numbers of threads."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.kernels import csr
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
)
def test_equals_a_dictionary(edges, dtype, symmetrize, rule, in_parallel):
    n, triples = edges
    table = np.array(triples, np.int64).reshape(-1, 3)
    src, dst = table[:, 0], table[:, 1]
    weights = None if dtype is None else table[:, 2].astype(dtype)
    with pytest.MonkeyPatch.context() as patch:
        if in_parallel:
            patch.setattr(csr, "SERIAL_BELOW", 0)
            patch.setattr(csr, "_BUCKET_ARCS", 16)
        found = csr_from_edges(n, src, dst, weights, symmetrize, DUPLICATES[rule])
    assert_same(found, by_dictionary(n, src, dst, weights, symmetrize, rule))


@pytest.mark.usefixtures("parallel")
@pytest.mark.parametrize("hub", [10, 48, 49, 300])
def test_short_and_long_rows(hub):
    # Rows are sorted by ranks up to a length, and by digits beyond it.
    rng = np.random.default_rng(hub)
    dst = rng.integers(0, 1000, hub).astype(np.int32)
    src = np.full(hub, 7, np.int32)
    for weights in (None, rng.integers(1, 9, hub), rng.integers(1, 9, hub).astype(float)):
        found = csr_from_edges(1000, src, dst, weights, True, DUPLICATES["sum"])
        assert_same(found, by_dictionary(1000, src, dst, weights, True, "sum"))


@pytest.mark.usefixtures("parallel")
def test_independent_of_the_number_of_threads():
    rng = np.random.default_rng(0)
    src, dst = rng.integers(0, 300, (2, 20_000)).astype(np.int32)
    weights = rng.random(20_000)
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


@pytest.mark.parametrize("in_parallel", [False, True])
@pytest.mark.parametrize("weights", [None, np.array([1, 2, 3, 4])])
def test_error_names_the_repeated_edge(monkeypatch, in_parallel, weights):
    if in_parallel:
        monkeypatch.setattr(csr, "SERIAL_BELOW", 0)
    src, dst = np.array([3, 1, 0, 2]), np.array([4, 2, 5, 1])
    with pytest.raises(ValueError, match=r"edge \(1, 2\) occurs more than once"):
        csr_from_edges(6, src, dst, weights, True, DUPLICATES["error"])
    csr_from_edges(6, src, dst, weights, False, DUPLICATES["error"])


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
