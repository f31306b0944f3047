"""KMedoids as an estimator: conventions of scikit-learn, and what it adds to the functions."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris, make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from partwise.cluster import KMedoids, fasterpam

PAIRWISE = KMedoids(3, metric="precomputed")


def expected_failures(estimator):
    if estimator.metric == "precomputed":
        return {"check_clustering": "feeds points; precomputed takes dissimilarities"}
    return {
        "check_sample_weight_equivalence_on_dense_data": "random starts, and the order in which "
        "objects are tried, differ between objects and their copies"
    }


@parametrize_with_checks(
    [KMedoids(3, random_state=0), PAIRWISE], expected_failed_checks=expected_failures
)
def test_scikit_learn_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def blobs():
    return make_blobs(400, centers=5, n_features=3, cluster_std=0.5, random_state=0)


@pytest.mark.parametrize("method", ["fasterpam", "fastpam1", "pam", "alternating"])
@pytest.mark.parametrize("init", ["random", "build", "lab", "k-medoids++", [0, 1, 2, 3, 4]])
def test_points_and_their_distances_give_the_same(blobs, method, init):
    X = blobs[0][:150]
    D = np.sqrt(((X[:, None] - X) ** 2).sum(axis=2))
    options = {"method": method, "init": init, "random_state": 0, "dtype": "float64"}
    points = KMedoids(5, **options).fit(X)
    given = KMedoids(5, metric="precomputed", **options).fit(D)
    assert points.medoid_indices_.tolist() == given.medoid_indices_.tolist()
    assert points.inertia_ == pytest.approx(given.inertia_)
    assert points.inertia_ == pytest.approx(D[:, points.medoid_indices_].min(axis=1).sum())
    assert points.cluster_centers_.tolist() == X[points.medoid_indices_].tolist()
    assert given.cluster_centers_ is None
    np.testing.assert_allclose(points.distances_, given.distances_, atol=1e-9)


@pytest.mark.parametrize("method", ["fasterpam", "ils", "fasterclara", "fasterclarans", "onebatch"])
def test_every_method_finds_clear_clusters(blobs, method):
    X, truth = blobs
    model = KMedoids(5, method=method, n_init=3, random_state=0).fit(X)
    assert adjusted_rand_score(truth, model.labels_) > 0.95
    assert model.labels_[model.medoid_indices_].tolist() == list(range(5))
    distances = np.sqrt(((X[:, None] - model.cluster_centers_) ** 2).sum(axis=2))
    assert model.inertia_ == pytest.approx(distances.min(axis=1).sum(), rel=1e-5)
    assert model.predict(X).tolist() == distances.argmin(axis=1).tolist()
    np.testing.assert_allclose(model.transform(X), distances, atol=1e-4)
    assert model.score(X) == pytest.approx(-model.inertia_, rel=1e-5)
    again = KMedoids(5, method=method, n_init=3, random_state=0, n_jobs=2).fit(X)
    assert again.medoid_indices_.tolist() == model.medoid_indices_.tolist()


def test_restarts_and_iterated_search_only_help(blobs):
    X = np.random.default_rng(0).random((300, 2))
    one = KMedoids(20, random_state=0).fit(X)
    ten = KMedoids(20, n_init=10, random_state=0, n_jobs=2).fit(X)
    iterated = KMedoids(20, n_init="ils", random_state=0).fit(X)
    assert ten.inertia_ <= one.inertia_
    assert iterated.inertia_ <= one.inertia_


def test_a_coreset_stands_for_the_points(blobs):
    from partwise.cluster import coreset

    X, truth = blobs
    full = KMedoids(5, n_init=3, random_state=0).fit(X)
    small = KMedoids(5, coreset=150, n_init=3, random_state=0).fit(X)
    assert small.inertia_ <= 1.2 * full.inertia_
    assert adjusted_rand_score(truth, small.labels_) > 0.9
    assert len(small.labels_) == 400
    ready = coreset(X, 5, size=150, random_state=1, augment=False)
    assert KMedoids(5, coreset=ready, random_state=0).fit(X).inertia_ <= 1.3 * full.inertia_
    with pytest.raises(ValueError, match="coreset must consist of at least n_clusters=5 rows"):
        KMedoids(5, coreset=coreset(X[:, :1], 5, method="interval1d", eps=0.5)).fit(X)


def test_weights_pull_medoids():
    X = np.array([[0.0], [1.0], [2.0], [10.0]])
    assert KMedoids(1).fit(X).cluster_centers_.tolist() == [[1.0]]
    heavy = KMedoids(1).fit(X, sample_weight=[1, 1, 1, 9])
    assert heavy.cluster_centers_.tolist() == [[10.0]]
    assert heavy.inertia_ == 27


@pytest.mark.parametrize("metric", ["manhattan", "cosine", "chebyshev", "sqeuclidean"])
def test_metrics_by_name_and_by_function(metric):
    from scipy.spatial.distance import cdist

    X = load_iris().data[:60] + 0.1
    name = "cityblock" if metric == "manhattan" else metric
    D = cdist(X, X, name)
    by_name = KMedoids(3, metric=metric, random_state=0, dtype="float64").fit(X)
    assert by_name.inertia_ == pytest.approx(fasterpam(D, 3, random_state=0).loss, rel=0.2)
    assert by_name.inertia_ == pytest.approx(D[:, by_name.medoid_indices_].min(axis=1).sum())
    by_function = KMedoids(
        3, metric=lambda a, b: cdist([a], [b], name)[0, 0], random_state=0, dtype="float64"
    ).fit(X)
    assert by_function.inertia_ == pytest.approx(by_name.inertia_)


def test_precomputed_predicts_from_columns():
    D = np.abs(np.arange(20.0)[:, None] - np.arange(20.0))
    model = KMedoids(2, metric="precomputed", random_state=0).fit(D)
    assert model.predict(D[:3]).tolist() == model.labels_[:3].tolist()
    assert model.transform(D).tolist() == D[:, model.medoid_indices_].tolist()
    assert pickle.loads(pickle.dumps(model)).inertia_ == model.inertia_
    assert clone(model).get_params() == model.get_params()


BAD = [
    ({"n_clusters": 0}, ValueError, "n_clusters must be at least 1"),
    ({"n_clusters": 30}, ValueError, "n_clusters must be at most n_samples=20, got 30"),
    ({"method": "kmeans"}, ValueError, "method must be one of 'fasterpam'"),
    ({"init": "best"}, ValueError, "init must be one of 'random'"),
    ({"init": [0]}, ValueError, r"init must have shape \(2,\)"),
    ({"n_init": 0}, ValueError, "n_init must be at least 1"),
    ({"n_init": "many"}, ValueError, "n_init must be a positive integer or 'ils'"),
    ({"metric": "precomputed", "method": "onebatch"}, ValueError, "needs points"),
    ({"metric": "precomputed", "coreset": 5}, ValueError, "coreset needs points"),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD)
def test_bad_arguments_are_named(options, error, message):
    X = np.abs(np.arange(20.0)[:, None] - np.arange(20.0))
    with pytest.raises(error, match=message):
        KMedoids(**{"n_clusters": 2, **options}).fit(X)


def test_iterated_runs_in_parallel_are_those_in_turn():
    X = np.random.default_rng(5).random((150, 3))
    options = {"method": "ils", "random_state": 2}
    alone = KMedoids(12, **options).fit(X)
    same = KMedoids(12, n_init="ils", random_state=2).fit(X)
    assert same.medoid_indices_.tolist() == alone.medoid_indices_.tolist()
    runs = [KMedoids(12, n_init=4, n_jobs=jobs, **options).fit(X) for jobs in (1, 2)]
    assert runs[0].medoid_indices_.tolist() == runs[1].medoid_indices_.tolist()
    assert runs[0].inertia_ <= alone.inertia_ * (1 + 1e-6)  # chosen by distances in float32
