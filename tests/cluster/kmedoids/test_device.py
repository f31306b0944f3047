"""KMedoids on a GPU, for which the emulator stands in: what it does there, and what it refuses."""

import numpy as np
import pytest

from partwise.cluster import KMedoids
from partwise.errors import DeviceError
from partwise.gpu import _device
from tests.gpu.strict import Strict


@pytest.fixture
def gpu(monkeypatch):
    """Give a GPU with a gibibyte, which the emulator stands in for."""
    device = Strict()
    monkeypatch.delenv("PARTWISE_DEVICE", raising=False)
    monkeypatch.setattr(_device, "why_not_cuda", lambda: None)
    monkeypatch.setattr(_device, "available_memory", lambda: 2**30)
    monkeypatch.setattr("partwise.gpu._backend.cuda", lambda: device)
    return device


@pytest.fixture
def no_gpu(monkeypatch):
    """Take the GPU away, if there is one."""
    monkeypatch.delenv("PARTWISE_DEVICE", raising=False)
    monkeypatch.setattr(_device, "why_not_cuda", lambda: "no GPU was found")


@pytest.fixture(scope="module")
def X():
    """Three clear clusters of whole numbers."""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.integers(0, 6, (40, 2)) + shift for shift in (0, 30, 90)])


@pytest.mark.parametrize("metric", ["euclidean", "sqeuclidean", "manhattan", "l1"])
@pytest.mark.parametrize("init", ["random", [0, 1, 2]])
def test_a_gpu_finds_what_the_cpu_finds(gpu, X, metric, init):
    options = {"metric": metric, "init": init, "random_state": 0}
    there = KMedoids(3, device="cuda", **options).fit(X)
    here = KMedoids(3, device="cpu", **options).fit(X)
    assert (there.device_, here.device_) == ("cuda", "cpu")
    assert "medoids_evaluate" in gpu.launched
    assert there.inertia_ == pytest.approx(here.inertia_, rel=0.01)
    assert there.labels_[there.medoid_indices_].tolist() == [0, 1, 2]
    assert there.cluster_centers_.tolist() == X[there.medoid_indices_].tolist()
    assert there.inertia_ == pytest.approx(there.transform(X).min(axis=1).sum(), rel=1e-6)
    assert there.distances_ == pytest.approx(there.transform(X).min(axis=1), rel=1e-6)


def test_weights_and_restarts_on_a_gpu(gpu, X):
    weights = np.random.default_rng(1).integers(0, 4, len(X))
    one = KMedoids(3, device="cuda", random_state=5).fit(X, sample_weight=weights)
    best = KMedoids(3, device="cuda", random_state=5, n_init=3).fit(X, sample_weight=weights)
    assert best.inertia_ <= one.inertia_
    assert best.inertia_ == pytest.approx(best.distances_ @ weights)


REFUSED = [
    ({"metric": "cosine"}, "needs points and a metric of euclidean, .* got metric='cosine'"),
    ({"metric": "precomputed"}, "needs points .* got metric='precomputed'"),
    ({"metric": lambda a, b: 0.0}, "needs points and a metric of"),
    ({"method": "pam"}, "does method='fasterpam' only, got method='pam'"),
    ({"method": "onebatch"}, "does method='fasterpam' only, got method='onebatch'"),
    ({"init": "build"}, "starts from init='random' or given objects, got init='build'"),
    ({"n_init": "ils"}, "takes a number of restarts, got n_init='ils'"),
    ({"coreset": 50}, "takes all points, got a coreset"),
    ({"dtype": "float64"}, "computes distances in float32, got dtype='float64'"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_a_gpu_cannot_do_is_refused_and_left_to_the_cpu_by_auto(
    gpu, monkeypatch, X, options, message
):
    data = np.abs(X[:, None] - X).sum(axis=2) if options.get("metric") == "precomputed" else X + 1
    with pytest.raises(ValueError, match=f"device='cuda' {message}"):
        KMedoids(3, device="cuda", random_state=0, **options).fit(data)
    monkeypatch.setattr(_device, "WORTH_MOVING", 1.0)
    assert KMedoids(3, device="auto", random_state=0, **options).fit(data).device_ == "cpu"
    assert gpu.launched == []


def test_the_environment_and_the_size_decide_by_default(gpu, monkeypatch, X):
    assert KMedoids(3, random_state=0).fit(X).device_ == "cpu"
    assert KMedoids(3, random_state=0, device="auto").fit(X).device_ == "cpu"  # not worth moving
    monkeypatch.setattr(_device, "WORTH_MOVING", float(len(X)) ** 2)
    assert KMedoids(3, random_state=0).fit(X).device_ == "cpu"
    assert KMedoids(3, random_state=0, device="auto").fit(X).device_ == "cuda"
    monkeypatch.setenv("PARTWISE_DEVICE", "cpu")
    assert KMedoids(3, random_state=0).fit(X).device_ == "cpu"
    monkeypatch.setenv("PARTWISE_DEVICE", "cuda")
    assert KMedoids(3, random_state=0).fit(X).device_ == "cuda"
    assert KMedoids(3, method="pam").fit(X).device_ == "cpu"


def test_without_a_gpu(no_gpu, X):
    with pytest.raises(DeviceError, match="no GPU was found"):
        KMedoids(3, device="cuda").fit(X)
    with pytest.raises(ValueError, match="device must be 'cpu', 'cuda' or 'auto', got 'tpu'"):
        KMedoids(3, device="tpu").fit(X)
    default = KMedoids(3, random_state=0).fit(X)
    assert default.device_ == "cpu"
    assert (
        default.labels_.tolist()
        == KMedoids(3, random_state=0, device="cpu").fit(X).labels_.tolist()
    )


@pytest.mark.parametrize(
    ("init", "message"),
    [([0, 1], r"init must have shape \(3,\)"), ([0, 1, 1], "holds 1 more than once")],
)
def test_bad_starts_are_refused_there_as_here(gpu, X, init, message):
    for device in ("cpu", "cuda"):
        with pytest.raises(ValueError, match=message):
            KMedoids(3, init=init, device=device).fit(X)
