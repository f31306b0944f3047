"""``partwise.gpu.k_medoids``, on the CPU and with the emulator as its GPU."""

import numpy as np
import pytest
from sklearn.datasets import make_blobs

from partwise.cluster import fasterpam
from partwise.gpu import _device, k_medoids, kmedoids_memory
from tests.gpu.test_medoids_kernels import distances, loss, whole_numbers

BOTH = pytest.mark.parametrize("device", ["cpu", "cuda"])


def best_exchange(D, medoids, weights=None):
    """Return the least loss that any single exchange leads to, by trying all."""
    least = np.inf
    for slot in range(len(medoids)):
        others = D[:, np.delete(medoids, slot)].min(axis=1, initial=np.inf)
        after = np.minimum(others[:, None], D)
        least = min(
            least, float((after if weights is None else after * weights[:, None]).sum(0).min())
        )
    return least


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan"])
@pytest.mark.parametrize(
    ("n", "d", "k"), [(130, 3, 5), (65, 1, 4), (40, 20, 1), (30, 2, 30), (90, 2, 70), (1, 1, 1)]
)
@BOTH
def test_no_exchange_improves_the_result(gpu, device, n, d, k, metric):
    X = np.random.default_rng(n).normal(size=(n, d))
    found = k_medoids(X, np.arange(k), metric=metric, random_state=3, device=device)
    D = distances(X, metric)
    assert found.device == device
    assert (device == "cuda") == ("medoids_evaluate" in gpu.launched)
    assert len(set(found.medoids.tolist())) == k
    assert found.loss == pytest.approx(loss(D, found.medoids), rel=1e-12)
    assert found.distances == pytest.approx(D[:, found.medoids].min(axis=1), abs=1e-12)
    served = D[np.arange(n), found.medoids[found.labels]]
    assert served == pytest.approx(found.distances, abs=1e-12)
    assert found.labels[found.medoids].tolist() == list(range(k))
    assert best_exchange(D, found.medoids) >= found.loss * (1 - 1e-6)


@pytest.mark.parametrize("metric", ["sqeuclidean", "manhattan"])
@pytest.mark.parametrize("seed", range(3))
def test_devices_agree_to_the_bit_on_whole_numbers(gpu, metric, seed):
    X = whole_numbers(150, 2, seed)
    weights = np.random.default_rng(seed).integers(1, 4, 150) if seed == 2 else None
    options = {"metric": metric, "random_state": seed, "sample_weight": weights}
    cpu = k_medoids(X, np.arange(8), device="cpu", n_jobs=2, **options)
    cuda = k_medoids(X, np.arange(8), device="cuda", **options)
    assert cpu.n_swap > 0
    for name in ("loss", "n_iter", "n_swap"):
        assert getattr(cpu, name) == getattr(cuda, name)
    for name in ("labels", "distances", "medoids"):
        assert getattr(cpu, name).tolist() == getattr(cuda, name).tolist()
    D = distances(X, metric)
    assert cuda.loss == loss(D, cuda.medoids, weights)
    assert best_exchange(D, cuda.medoids, weights) >= cuda.loss  # exactly


def test_the_result_does_not_depend_on_schedules_and_runs(gpu):
    X = np.random.default_rng(0).random((200, 4))
    runs = []
    for seed in (3, 1000, 77):
        gpu.seed = seed
        runs.append(k_medoids(X, np.arange(6), random_state=1, device="cuda"))
    assert len({(run.loss, *run.medoids.tolist()) for run in runs}) == 1
    assert len({run.labels.tobytes() for run in runs}) == 1


def data(name, seed):
    rng = np.random.default_rng(seed)
    if name == "uniform":
        return rng.random((1500, 5))
    if name == "blobs":
        return make_blobs(1500, 4, centers=15, random_state=seed)[0]
    return np.exp(rng.normal(size=(1500, 3)))


@pytest.mark.parametrize("name", ["uniform", "blobs", "lognormal"])
def test_results_are_as_good_as_those_of_fasterpam(name):
    ratios = []
    for seed in range(5):
        X = data(name, seed)
        D = distances(X, "euclidean")
        start = np.random.default_rng(seed).permutation(len(X))[:40]
        ours = k_medoids(X, start, random_state=seed, device="cpu")
        ratios.append(ours.loss / fasterpam(D, start, random_state=seed).loss)
    assert np.mean(ratios) < 1.01


@BOTH
def test_copies_of_few_points(gpu, device):
    same = k_medoids(np.full((100, 3), 7.5), [4, 90, 30], random_state=0, device=device)
    assert (same.loss, same.n_swap, same.medoids.tolist()) == (0.0, 0, [4, 90, 30])
    assert same.labels[[4, 90, 30]].tolist() == [0, 1, 2]
    three = np.repeat([[0.0, 1.0], [5.0, 2.0], [9.0, 9.0]], 40, axis=0)
    found = k_medoids(three, [0, 1, 2], random_state=0, device=device)
    assert found.loss == 0.0
    assert sorted(found.medoids // 40) == [0, 1, 2]


@BOTH
@pytest.mark.parametrize("factor", [1e-150, 1.0, 1e120])
@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_scale_and_place_of_the_data_do_not_matter(gpu, device, factor, shift):
    X = np.random.default_rng(2).normal(size=(80, 2))
    moved = (X + shift) * factor
    found = k_medoids(moved, np.arange(4), random_state=0, device=device)
    D = distances((moved - moved[0]) / factor, "euclidean")
    assert found.loss / factor == pytest.approx(loss(D, found.medoids), rel=1e-7)
    assert best_exchange(D, found.medoids) >= loss(D, found.medoids) * (1 - 1e-6)


def test_outliers_take_nothing_of_the_resolution():
    X = np.random.default_rng(2).normal(size=(300, 2)).astype(np.float32)
    X[17] = 1e9
    found = k_medoids(X, np.arange(5), random_state=0, device="cpu")
    D = distances(X, "euclidean")
    assert 17 in found.medoids
    assert best_exchange(D, found.medoids) >= found.loss * (1 - 1e-6)


def test_max_iter_ends_a_search_early(gpu):
    X = np.random.default_rng(1).random((2000, 3))
    one = k_medoids(X, np.arange(30), max_iter=1, random_state=0, device="cpu")
    all_ = k_medoids(X, np.arange(30), random_state=0, device="cpu")
    assert one.n_iter == 1 < all_.n_iter
    assert all_.loss < one.loss < loss(distances(X, "euclidean"), np.arange(30))


BAD = [
    ({"X": np.zeros(3)}, ValueError, r"X must be a matrix .* got shape \(3,\)"),
    ({"X": np.zeros((0, 3))}, ValueError, r"X must be a matrix .* got shape \(0, 3\)"),
    ({"X": [["a"]]}, TypeError, "X must hold real numbers"),
    ({"X": [[0.0], [np.nan], [1.0]]}, ValueError, "X must hold finite numbers, got nan in row 1"),
    ({"X": [[0.0], [1e308], [1e308]]}, ValueError, "X must hold numbers whose sum is finite"),
    ({"medoids": []}, TypeError, "medoids must be a non-empty vector of integers"),
    ({"medoids": [0.5]}, TypeError, "medoids must be a non-empty vector of integers"),
    ({"medoids": [0, 3]}, ValueError, r"medoids\[1\] is 3, allowed are 0 to 2"),
    ({"medoids": [1, 1]}, ValueError, "medoids holds 1 more than once"),
    ({"metric": "cosine"}, ValueError, "metric must be one of 'euclidean', .* got 'cosine'"),
    ({"max_iter": 0}, ValueError, "max_iter must be at least 1"),
    ({"sample_weight": [1.0]}, ValueError, r"sample_weight must have shape \(3,\)"),
    ({"sample_weight": [1.0, -1, 0]}, ValueError, r"sample_weight\[1\] is -1.0"),
    ({"sample_weight": [0.0, 0, 0]}, ValueError, "sample_weight must have a positive entry"),
    ({"device": "tpu"}, ValueError, "device must be 'cpu', 'cuda' or 'auto', got 'tpu'"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_arguments_are_named(options, error, message):
    arguments = {"X": [[0.0], [1.0], [2.0]], "medoids": [0], "device": "cpu", **options}
    with pytest.raises(error, match=message):
        k_medoids(arguments.pop("X"), arguments.pop("medoids"), **arguments)


def test_memory_is_estimated_and_refused_before_anything_is_allocated(gpu, monkeypatch):
    X = np.random.default_rng(0).random((500, 3))
    needed = kmedoids_memory(500, 3, 4)
    monkeypatch.setattr(_device, "available_memory", lambda: needed - 1)
    with pytest.raises(MemoryError, match=r"k_medoids of 500 points needs .* on the GPU"):
        k_medoids(X, np.arange(4), device="cuda")
    assert gpu.launched == []
    monkeypatch.setattr(_device, "available_memory", lambda: needed)
    assert k_medoids(X, np.arange(4), max_iter=1, device="cuda").device == "cuda"
    assert kmedoids_memory(10**6, 32, 100) < 10 * 4 * 32 * 10**6 < 4 * 10**12  # no matrix
