"""Distances in blocks: against scipy, where cancellation bites, within the memory promised."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from partwise.cluster.kmedoids import _distances as module
from partwise.cluster.kmedoids._distances import (
    as_measure,
    blocks,
    check_points,
    distance_block,
    nearest_medoid,
    pairwise_matrix,
)
from partwise.cluster.kmedoids._kernels import distances as code

PRODUCTS = ("euclidean", "sqeuclidean", "cosine")
OWN = (*PRODUCTS, "manhattan", "cityblock", "chebyshev", "l1", "l2")
SCIPY = (
    "braycurtis", "canberra", "correlation", "jensenshannon", "minkowski", "seuclidean",
    "mahalanobis", "hamming",
)  # fmt: skip
BOOLEAN = ("jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath", "yule")
NAME = {"manhattan": "cityblock", "l1": "cityblock", "l2": "euclidean"}


def normal(seed, n, d, dtype=np.float64):
    return np.random.default_rng(seed).normal(size=(n, d)).astype(dtype)


def exact(X, Y, metric):
    """Return distances in float64, for the cosine in extended precision."""
    if metric != "cosine":
        return cdist(X.astype(float), Y.astype(float), NAME.get(metric, metric))
    X, Y = X.astype(np.longdouble), Y.astype(np.longdouble)
    X = X / np.sqrt((X * X).sum(axis=1))[:, None]
    Y = Y / np.sqrt((Y * Y).sum(axis=1))[:, None]
    return np.array([((x - Y) ** 2).sum(axis=1) / 2 for x in X]).astype(float)


def lopsided(x, y):
    """A function of two rows that is not symmetric."""
    return float(np.maximum(x - y, 0).sum() + 2 * np.maximum(y - x, 0).sum())


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("euclidean", [[5.0, 0.0], [0.0, 5.0]]),
        ("sqeuclidean", [[25.0, 0.0], [0.0, 25.0]]),
        ("manhattan", [[7.0, 0.0], [0.0, 7.0]]),
        ("chebyshev", [[4.0, 0.0], [0.0, 4.0]]),
        ("cosine", [[1 - 11 / np.sqrt(2 * 61), 0.0], [0.0, 1 - 11 / np.sqrt(2 * 61)]]),
    ],
)
def test_two_points_by_hand(metric, expected):
    X = [[1.0, 1.0], [4.0, 5.0]] if metric != "cosine" else [[1.0, 1.0], [5.0, 6.0]]
    found = distance_block(X, X[::-1], metric)
    assert found == pytest.approx(np.array(expected), rel=1e-12, abs=0)
    assert (found[np.array(expected) == 0] == 0).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("metric", OWN)
@pytest.mark.parametrize("d", [1, 3, 32, 70])
def test_own_metrics_against_scipy(metric, dtype, d):
    X, Y = normal(0, 37, d, dtype), normal(1, 300, d, dtype)
    found = distance_block(X, Y, metric)
    assert found.dtype == dtype
    expected = exact(X, Y, metric)
    limit = 1e-4 if dtype == np.float32 else 1e-11
    np.testing.assert_allclose(found, expected, rtol=limit, atol=1e-14)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("metric", [*SCIPY, *BOOLEAN])
def test_other_metrics_are_those_of_scipy(metric, dtype):
    X = abs(normal(0, 40, 5))
    if metric in BOOLEAN or metric == "hamming":
        X = (X > 0.3).astype(float)
        X[:, 0] = 1
    X = X.astype(dtype)
    params = {"p": 3} if metric == "minkowski" else {}
    expected_params = dict(params)
    if metric == "seuclidean":
        expected_params["V"] = X.var(axis=0, ddof=1, dtype=float)
    if metric == "mahalanobis":
        expected_params["VI"] = np.linalg.inv(np.cov(X.astype(float), rowvar=False))
    X64 = X.astype(float)
    expected = cdist(X64, X64[:7], metric, **expected_params)
    # sets are compared with that of all rows, not with that of the block
    measure = as_measure(metric, check_points(X), dtype=dtype, params=params)
    found = distance_block(X, X[:7], measure)
    assert found.dtype == dtype
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-7)
    full = pairwise_matrix(X, measure)
    assert (full == full.T).all()
    assert (np.diag(full) == 0).all()
    labels, distances = nearest_medoid(X, X[:7], measure, max_bytes=2000)
    assert distances == pytest.approx(expected.min(axis=1), rel=1e-6, abs=1e-12)
    assert expected[np.arange(40), labels] == pytest.approx(expected.min(axis=1), abs=1e-6)


def test_parameters_of_scipy_reach_it():
    X = normal(0, 20, 4)
    assert distance_block(X, X[:3], "minkowski", params={"p": 1}) == pytest.approx(
        cdist(X, X[:3], "cityblock")
    )
    V = np.arange(1.0, 5.0)
    assert distance_block(X, X[:3], "seuclidean", params={"V": V}) == pytest.approx(
        cdist(X, X[:3], "seuclidean", V=V)
    )


def clouds(kind, d, seed=0, n=120):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, d))
    if kind == "far":  # far from the origin
        X += 1e4
    elif kind == "tight":  # two tight clusters far apart: the mean is near none
        X = X * 1e-3 + np.where(rng.random((n, 1)) < 0.5, 1e3, -1e3)
    elif kind == "mixed":  # one far point among near ones
        X[0] = 1e5
    elif kind == "tiny":
        X *= 1e-22
    elif kind == "huge":
        X *= 1e20
    X[5] = X[6]
    return X


@pytest.mark.parametrize("kind", ["plain", "far", "tight", "mixed", "tiny", "huge"])
@pytest.mark.parametrize("d", [1, 2, 32, 1000])
def test_euclidean_distances_keep_their_accuracy(kind, d):
    X = clouds(kind, d)
    for dtype, rows, limit in [
        (np.float32, X.astype(np.float32), 1e-4),
        (np.float32, X, 1e-4),
        (np.float64, X, 1e-12),
    ]:
        found = distance_block(rows, rows[:40], dtype=dtype)
        expected = exact(rows, rows[:40], "euclidean")
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, rtol=limit, atol=0)


@pytest.mark.parametrize("kind", ["plain", "far", "tight", "mixed"])
def test_square_and_cosine_distances_keep_their_accuracy(kind):
    X = clouds(kind, 16).astype(np.float32)
    for metric in ("sqeuclidean", "cosine"):
        found = distance_block(X, X[:40], metric)
        np.testing.assert_allclose(found, exact(X, X[:40], metric), rtol=2e-4, atol=1e-14)


@pytest.mark.parametrize("metric", OWN)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equal_rows_are_at_distance_zero(metric, dtype):
    X = np.repeat(clouds("tight", 9, n=30), 3, axis=0).astype(dtype)
    found = distance_block(X, X[::-1].copy(), metric)
    same = (X[:, None] == X[None, ::-1]).all(axis=2)
    assert (found[same] == 0).all()
    if metric != "cosine":
        assert (found[~same] > 0).all()


@pytest.mark.parametrize("metric", OWN)
@pytest.mark.parametrize("n", [1, 5, 511, 530])
def test_square_matrix_is_symmetric_and_that_of_blocks(metric, n):
    X = normal(2, n, 5, np.float32)
    found = pairwise_matrix(X, metric)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert (found == found.T).all()
    assert (np.diag(found) == 0).all()
    np.testing.assert_allclose(found, exact(X, X, metric), rtol=2e-4, atol=1e-6)


def test_square_matrix_of_a_function_is_not_mirrored():
    X = normal(0, 9, 3)
    found = pairwise_matrix(X, lopsided)
    assert found == pytest.approx(np.array([[lopsided(x, y) for y in X] for x in X]))
    measure = as_measure(lopsided, X)
    rows = np.full((4, 10), -1.0)
    measure.write_rows(measure.load(X[:3]), measure.load(X), rows, 1, 1)
    assert (rows[1:, 1:] == found[:, :3].T).all()
    assert (rows[0] == -1).all()
    assert (rows[:, 0] == -1).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "canberra", lopsided])
def test_blocks_put_together_are_the_whole(metric):
    X, Y = normal(0, 101, 4), normal(1, 13, 4)
    whole = distance_block(X, Y, metric)
    rows = []
    for part, block in blocks(X, Y, metric, 3000):
        assert block.shape == (part.stop - part.start, 13)
        assert block.nbytes <= 3000
        assert block == pytest.approx(whole[part], rel=1e-12)
        rows += range(part.start, part.stop)
    assert rows == list(range(101))


def test_a_block_has_at_least_one_row():
    assert [b.shape for _, b in blocks(np.eye(3), np.eye(3), max_bytes=1)] == [(1, 3)] * 3


@pytest.mark.parametrize("metric", [*OWN, "canberra", "correlation", lopsided])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nearest_medoid_against_the_whole_block(metric, dtype):
    X = normal(3, 203, 6, dtype)
    Y = X[::20].copy()
    if metric in OWN:
        whole = exact(X, Y, metric)
    else:
        whole = cdist(X.astype(float), Y.astype(float), metric)
    labels, distances = nearest_medoid(X, Y, metric, max_bytes=4000)
    assert labels.dtype == np.int32
    assert distances.dtype == np.float64
    assert distances == pytest.approx(whole[np.arange(203), labels], rel=1e-6, abs=1e-14)
    assert distances == pytest.approx(whole.min(axis=1), rel=1e-4, abs=1e-7)
    if metric in ("euclidean", "manhattan"):  # the distance is exact, whatever chose the label
        assert distances == pytest.approx(whole[np.arange(203), labels], rel=1e-14, abs=0)


def test_nearest_of_equal_medoids_is_the_first():
    labels, distances = nearest_medoid([[1.0], [2.0]], [[2.0], [2.0], [1.0], [1.0]])
    assert labels.tolist() == [2, 0]
    assert distances.tolist() == [0, 0]


@pytest.mark.parametrize("metric", ["euclidean", "manhattan", "canberra"])
def test_results_do_not_depend_on_the_number_of_threads(metric):
    X = normal(0, 1100, 8, np.float32)
    Y = X[:40]
    assert (pairwise_matrix(X, metric) == pairwise_matrix(X, metric, n_jobs=2)).all()
    one = nearest_medoid(X, Y, metric, max_bytes=2**14)
    two = nearest_medoid(X, Y, metric, max_bytes=2**14, n_jobs=2)
    assert (one[0] == two[0]).all()
    assert (one[1] == two[1]).all()
    assert (distance_block(X, Y, metric) == distance_block(X, Y, metric, n_jobs=3)).all()


@pytest.mark.parametrize("metric", ["euclidean", "cosine", "manhattan", "canberra"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nearest_medoid_keeps_to_its_memory(metric, dtype):
    n, k, d = 20_000, 50, 10
    X = normal(0, n, d, dtype)
    Y = X[:k].copy()
    measure = as_measure(metric, X, dtype=np.float32)
    nearest_medoid(X[:100], Y, measure)  # compiled before memory is watched
    for limit in (2**17, 2**19):
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        result = nearest_medoid(X, Y, measure, max_bytes=limit)
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
        output = sum(part.nbytes for part in result)
        assert peak <= output + limit + 2**16


def test_square_matrix_takes_little_more_than_itself():
    X = normal(0, 1500, 8, np.float32)
    pairwise_matrix(X[:10])
    tracemalloc.start()
    found = pairwise_matrix(X)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak <= found.nbytes + 2 * X.nbytes + 2**17


@given(
    st.integers(1, 12), st.integers(1, 12), st.integers(1, 5), st.integers(-3, 6),
    st.integers(0, 10_000),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_shift_and_scale(a, b, d, exponent, seed):
    rng = np.random.default_rng(seed)
    X, Y = rng.integers(-9, 10, (a, d)) * 1.0, rng.integers(-9, 10, (b, d)) * 1.0
    scale, shift = 2.0**exponent, rng.integers(-99, 100, d)
    for metric in ("euclidean", "manhattan", "chebyshev"):
        plain = distance_block(X, Y, metric)
        moved = distance_block(X * scale + shift, Y * scale + shift, metric)
        assert moved == pytest.approx(plain * scale, rel=1e-12, abs=0)
        back = distance_block(Y, X, metric).T
        assert back == pytest.approx(plain, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    "make",
    [
        np.asfortranarray,
        lambda X: X[::-1][::-1],
        lambda X: np.repeat(X, 2, axis=1)[:, ::2],
        lambda X: X.tolist(),
        lambda X: X.astype(np.int64),
        lambda X: X.astype(np.int8),
        lambda X: X.astype(">f8"),
        lambda X: X.astype(np.float16),
    ],
    ids=["fortran", "negative", "strided", "list", "int64", "int8", "swapped", "float16"],
)
def test_layouts_and_types(make):
    X = np.random.default_rng(0).integers(-9, 10, (30, 4)).astype(float)
    for metric in ("euclidean", "manhattan"):
        expected = distance_block(X, X[:5], metric)
        found = distance_block(make(X), make(X[:5]), metric)
        assert found == pytest.approx(expected, rel=1e-4)
        assert pairwise_matrix(make(X), metric)[:, :5] == pytest.approx(expected, rel=1e-4)
        _, distances = nearest_medoid(make(X), make(X[:5]), metric)
        assert distances == pytest.approx(expected.min(axis=1))


def test_read_only_rows_are_taken():
    X = normal(0, 20, 3)
    X.flags.writeable = False
    assert pairwise_matrix(X, "euclidean")[0, 1] == pytest.approx(np.linalg.norm(X[0] - X[1]))
    assert nearest_medoid(X, X[:2])[1][0] == 0


@pytest.mark.parametrize(
    ("X", "options", "error", "message"),
    [
        ([[0.0, np.nan]], {}, ValueError, "finite numbers, got nan in row 0, column 1"),
        ([[0.0], [np.inf]], {}, ValueError, "finite numbers, got inf in row 1, column 0"),
        ([[0.0], [-np.inf], [np.inf]], {}, ValueError, "got -inf in row 1, column 0"),
        ([1.0, 2.0], {}, ValueError, r"two dimensions, rows and columns, got shape \(2,\)"),
        (np.zeros((0, 2)), {}, ValueError, r"at least one row and one column, got shape \(0, 2\)"),
        (np.zeros((2, 0)), {}, ValueError, r"at least one row and one column, got shape \(2, 0\)"),
        ([["a", "b"]], {}, TypeError, "real numbers, got dtype"),
        ([[1j]], {}, TypeError, "real numbers, got dtype complex128"),
        ([[1.0, 2.0]], {"metric": "euclidian"}, ValueError, "metric must be one of .*'euclidian'"),
        ([[1.0, 2.0]], {"metric": 3}, TypeError, "a name or a callable, got int"),
        ([[1.0, 2.0]], {"params": {"p": 3}}, ValueError, r"takes no parameters, got \['p'\]"),
        ([[1.0], [0.0]], {"metric": "cosine"}, ValueError, "rows of zeros: row 1 is one"),
        ([[1.0], [0.0]], {"dtype": "int32"}, ValueError, "dtype must be float32 or float64"),
        ([[1e30], [0.0]], {"metric": "sqeuclidean", "dtype": "f4"}, ValueError, "beyond float32"),
        ([[1e200], [0.0]], {}, ValueError, "too large for squares"),
        ([[1.0, 2.0], [1.0, 3.0]], {"metric": "seuclidean"}, ValueError, "column 0 of X is const"),
        ([[1.0, 2.0]], {"metric": "mahalanobis"}, ValueError, "1 rows of 2 columns"),
        ([[1.0, 1.0], [1.0, 2.0]], {"metric": "correlation"}, ValueError, "'correlation' gives"),
        ([[1.0], [2.0]], {"metric": lambda x, y: -1.0}, ValueError, "gives -1.0 for"),
    ],
)
def test_bad_input_is_refused_with_reasons(X, options, error, message):
    with pytest.raises(error, match=message):
        pairwise_matrix(X, **{"metric": "euclidean", **options})


def test_sparse_and_uneven_sets_are_refused():
    from scipy.sparse import csr_array

    with pytest.raises(TypeError, match=r"X must be a dense matrix.*X\.toarray\(\)"):
        pairwise_matrix(csr_array(np.eye(3)))
    with pytest.raises(ValueError, match="same number of columns, got 2 and 3"):
        distance_block(np.eye(2), np.eye(3))
    with pytest.raises(ValueError, match="medoid_points must have at least one row"):
        nearest_medoid(np.eye(2), np.zeros((0, 2)))
    with pytest.raises(TypeError, match="Y must hold real numbers"):
        distance_block(np.eye(2), [["a", "b"]])


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 70, 2), (33, 65, 40), (2, 600, 3)])
@pytest.mark.parametrize("chebyshev", [True, False])
def test_direct_kernel_writes_its_place_only(shape, chebyshev):
    a, b, d = shape
    X, Y = normal(0, a, d, np.float32), normal(1, b, d, np.float32)
    out = np.full((a + 2, b + 3), -1, dtype=np.float64)
    code.direct(X, Y, out, 1, 2, chebyshev)
    expected = exact(X, Y, "chebyshev" if chebyshev else "cityblock")
    assert out[1:-1, 2:-1] == pytest.approx(expected, rel=1e-5)
    edge = np.ones(out.shape, dtype=bool)
    edge[1:-1, 2:-1] = False
    assert (out[edge] == -1).all()


@pytest.mark.parametrize("n", [1, 31, 32, 33, 100])
def test_mirror_and_diagonal(n):
    rng = np.random.default_rng(n)
    out = rng.random((2 * n + 1, 2 * n + 1))
    before = out.copy()
    code.mirror(out, 1, n + 1, n, n)
    assert (out[n + 1 :, 1 : n + 1] == before[1 : n + 1, n + 1 :].T).all()
    code.clear_diagonal(out, 0, n)
    assert (out[:n, :n] == out[:n, :n].T).all()
    assert (np.diag(out)[:n] == 0).all()
    assert (np.triu(out[:n, :n], 1) == np.triu(before[:n, :n], 1)).all()


def test_the_sum_of_columns_decides_what_is_finite(monkeypatch):
    X = normal(0, 50, 3)
    X[37, 2] = np.nan
    monkeypatch.setattr(module, "_RANGE_NUMBERS", 30)
    with pytest.raises(ValueError, match="got nan in row 37, column 2"):
        pairwise_matrix(X)
