"""The k-medoids solvers behind one face, for worker processes.

A solver is a function of (data, k, seed, budget) that prepares what is not timed and returns the
call that is.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._kmedoids_inputs import Cloud, Data, Network
from benchmarks._meter import Meter

__all__ = [
    "PACKAGES",
    "REFERENCES",
    "SOLVERS",
    "KMedoidsRunner",
    "coreset_size",
    "package_of",
    "subset_size",
]

PACKAGES = ("partwise", "numba", "numpy", "scipy", "kmedoids", "scikit-learn", "banditpam")
RESTARTS = 10
REFERENCES = ("kmedoids, 10 starts", "fasterpam, 10 starts")  # the first installed one sets T
PATIENCE = 300.0  # an iteration of PAM that takes longer is measured in part
NO_LIMIT = 1_000_000  # iterations
_CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Found:
    """What a solver found.

    Parameters
    ----------
    medoids : ndarray of int or None
    centres : ndarray of shape (k, d) or None
        Of k-means, which has no medoids.
    labels : ndarray of int or None
    n_iter, n_swap : int or None
    share : float
        Which part of the work was done.
    more : dict
        Further facts for the row.
    """

    medoids: np.ndarray | None = None
    centres: np.ndarray | None = None
    labels: np.ndarray | None = None
    n_iter: int | None = None
    n_swap: int | None = None
    share: float = 1.0
    more: dict[str, Any] | None = None


@dataclass(frozen=True)
class Job:
    """A problem for a solver: data, k, seed, and the seconds that it may take, by a clock."""

    data: Data
    k: int
    seed: int
    budget: float | None
    clock: Callable[[], float]


Call = Callable[[], Any]
Solver = Callable[[Job], Call]


def subset_size(n: int) -> int:
    """Return how many of `n` points FasterPAM gets."""
    return min(20_000, n // 5)


def coreset_size(n: int) -> int:
    """Return the size of the coreset of `n` points."""
    return min(10_000, n // 10)


# -- on a matrix -----------------------------------------------------------------------------------


def _stream(job: Job) -> Call:
    """Read the matrix once: a product with itself, for which memory is the limit."""
    flat = job.data.matrix.reshape(-1)

    def call() -> Found:
        np.dot(flat, flat)
        return Found()

    return call


def _fasterpam(n_jobs: int) -> Solver:
    def solver(job: Job) -> Call:
        from partwise.cluster import fasterpam

        matrix, start = job.data.matrix, job.data.start(job.k, job.seed)
        return lambda: fasterpam(matrix, start, n_jobs=n_jobs)

    return solver


def _peer(job: Job) -> Call:
    import kmedoids

    matrix, start = job.data.matrix, job.data.start(job.k, job.seed).astype(np.uint64)
    return lambda: kmedoids.fasterpam(matrix, start, n_cpu=1)


def _fasterpam_restarts(job: Job) -> Call:
    from partwise.cluster import fasterpam

    matrix, k = job.data.matrix, job.k
    return lambda: _best(fasterpam(matrix, k, random_state=seed) for seed in _seeds(job, RESTARTS))


def _peer_restarts(job: Job) -> Call:
    import kmedoids

    def run(seed: int) -> Any:
        return kmedoids.fasterpam(matrix, k, init="random", random_state=seed, n_cpu=1)

    matrix, k = job.data.matrix, job.k
    return lambda: _best(map(run, _seeds(job, RESTARTS)))


def _iterated(job: Job) -> Call:
    from partwise.cluster import iterated_fasterpam

    matrix = job.data.matrix

    def call() -> Found:
        result = iterated_fasterpam(
            matrix, job.k, time_limit=job.budget, random_state=1000 * job.seed
        )
        return _found(result, rounds=int(result.n_iter), budget=job.budget)

    return call


def _seeds(job: Job, number: int) -> range:
    return range(1000 * job.seed, 1000 * job.seed + number)


def _best(results: Any) -> Any:
    return min(results, key=lambda result: result.loss)


# -- from BUILD ------------------------------------------------------------------------------------


def _build(job: Job) -> Call:
    from partwise.cluster import pam_build

    matrix = job.data.matrix
    return lambda: Found(pam_build(matrix, job.k))


def _start_of(job: Job) -> np.ndarray:
    """Return the medoids of BUILD, which are kept with the data."""
    if job.k not in job.data.built:
        from partwise.cluster import pam_build

        job.data.built[job.k] = pam_build(job.data.matrix, job.k)
    return job.data.built[job.k]


def _from_build(name: str) -> Solver:
    def solver(job: Job) -> Call:
        from partwise import cluster

        search, matrix, start = getattr(cluster, name), job.data.matrix, _start_of(job)
        return lambda: search(matrix, start, max_iter=NO_LIMIT)

    return solver


def _pam_iteration(job: Job) -> Call:
    """Do one iteration of PAM, or a part of it when a trial says that it takes too long."""
    from partwise.cluster import fastpam1, pam
    from partwise.cluster.kmedoids._input import farthest
    from partwise.cluster.kmedoids._kernels.nearest import assign
    from partwise.cluster.kmedoids._kernels.pam import pam_iteration

    matrix, start = job.data.matrix, _start_of(job)
    near, both = assign(matrix, start, farthest(matrix.dtype))[4:6]
    is_medoid = np.zeros(job.data.n, dtype=np.bool_)
    is_medoid[start] = True

    def part(candidates: int) -> Found:
        some = slice(0, candidates)
        pam_iteration(matrix[some], None, is_medoid[some], near, both, job.k)
        return Found(share=candidates / job.data.n)

    trial = max(1, job.data.n // 100)
    part(1)  # compiled
    started = job.clock()
    part(trial)
    estimate = (job.clock() - started) * job.data.n / trial
    if estimate > PATIENCE:
        return lambda: part(max(trial, int(job.data.n * PATIENCE / estimate)))
    first = np.asarray(fastpam1(matrix, start, max_iter=1).medoids)

    def call() -> Found:
        result = pam(matrix, start, max_iter=1)
        return _found(result, same_exchange=np.array_equal(result.medoids, first))

    return call


# -- on points -------------------------------------------------------------------------------------


def _estimator(**options: Any) -> Solver:
    def solver(job: Job) -> Call:
        from partwise.cluster import KMedoids

        given = options
        if "coreset" in options:
            given = options | {"coreset": max(coreset_size(job.data.n), job.k)}

        def call() -> Found:
            model = KMedoids(job.k, random_state=job.seed, **given).fit(job.data.points)
            return Found(model.medoid_indices_, n_iter=model.n_iter_, n_swap=model.n_swaps_)

        return call

    return solver


def _subset(job: Job) -> Call:
    from partwise.cluster import KMedoids

    n = job.data.n
    rows = np.random.default_rng((2, job.seed)).choice(n, subset_size(n), replace=False)

    def call() -> Found:
        model = KMedoids(job.k, random_state=job.seed).fit(job.data.points[rows])
        return Found(rows[model.medoid_indices_], n_iter=model.n_iter_, n_swap=model.n_swaps_)

    return call


def _kmeans(name: str) -> Solver:
    def solver(job: Job) -> Call:
        from sklearn import cluster

        def call() -> Found:
            model = getattr(cluster, name)(job.k, n_init=1, random_state=job.seed)
            model.fit(job.data.points)
            return Found(centres=model.cluster_centers_, n_iter=int(model.n_iter_))

        return call

    return solver


def _banditpam(job: Job) -> Call:
    import banditpam

    points = job.data.points.astype(np.float64)

    def call() -> Found:
        model = banditpam.KMedoids(n_medoids=job.k, algorithm="BanditPAM")
        model.seed = job.seed
        model.fit(points, "L2")
        return Found(np.asarray(model.medoids, dtype=np.int64))

    return call


#: Package, which is also the worker, and solver; names with "x2" have two threads.
SOLVERS: dict[str, tuple[str, Solver]] = {
    "stream": ("partwise", _stream),
    "fasterpam": ("partwise", _fasterpam(1)),
    "fasterpam x2": ("partwise x2", _fasterpam(2)),
    "kmedoids": ("kmedoids", _peer),
    "build": ("partwise", _build),
    "fastpam1 from build": ("partwise", _from_build("fastpam1")),
    "fasterpam from build": ("partwise", _from_build("fasterpam")),
    "pam iteration": ("partwise", _pam_iteration),
    "kmedoids, 10 starts": ("kmedoids", _peer_restarts),
    "fasterpam, 10 starts": ("partwise", _fasterpam_restarts),
    "iterated, 1 T": ("partwise", _iterated),
    "iterated, 4 T": ("partwise", _iterated),
    "fasterpam on a subset": ("partwise", _subset),
    "fasterclara": ("partwise", _estimator(method="fasterclara")),
    "fasterclarans": ("partwise", _estimator(method="fasterclarans")),
    "onebatch": ("partwise", _estimator(method="onebatch")),
    "coreset": ("partwise", _estimator(coreset=True)),
    "k-means": ("sklearn", _kmeans("KMeans")),
    "mini-batch k-means": ("sklearn", _kmeans("MiniBatchKMeans")),
    "fasterpam on points": ("partwise", _estimator()),
    "banditpam": ("banditpam", _banditpam),
}


def package_of(solver: str) -> str:
    """Return the package of a solver, as it is imported."""
    return SOLVERS[solver][0].removesuffix(" x2")


class KMedoidsRunner:
    """The solvers of one package with their instruments, in a worker process.

    Parameters
    ----------
    package : str
        As :func:`package_of` says it.
    clock : {"wall", "cpu"}
        By which time budgets are kept.
    """

    def __init__(self, package: str, clock: str) -> None:
        self._meter = Meter(watch_compiler=package == "partwise")
        self._clock = _CLOCKS[clock]
        self._data: Data | None = None

    def warm_up(self, problem: Cloud | Network, k: int, solver: str) -> float:
        """Solve a small problem and return the seconds: compilation, loading, first call."""
        data = problem.tiny().load()
        started = time.perf_counter()
        SOLVERS[solver][1](Job(data, min(k, data.n // 10), 0, 0.05, self._clock))()
        return time.perf_counter() - started

    def prepare(self, problem: Cloud | Network) -> None:
        """Make the next problem's data."""
        self._data = None  # not both at once
        self._data = problem.load()

    def solve(self, solver: str, k: int, seed: int, budget: float | None) -> dict[str, Any]:
        """Return the numbers of what `solver` finds, and its cost as from `Meter.run_steady`."""
        assert self._data is not None
        call = SOLVERS[solver][1](Job(self._data, k, seed, budget, self._clock))
        answer, cost = self._meter.run_steady(call)
        found = answer if isinstance(answer, Found) else _found(answer)
        return self._numbers(found) | {"share": found.share} | (found.more or {}) | cost

    def _numbers(self, found: Found) -> dict[str, Any]:
        assert self._data is not None
        row: dict[str, Any] = {"n_iter": found.n_iter, "n_swap": found.n_swap}
        if found.centres is not None:
            from benchmarks._kmedoids_inputs import summed_distance

            points = self._data.points
            loss, nearest = summed_distance(points, found.centres)
            snapped, _ = summed_distance(points, points[nearest])
            row |= {"loss": loss, "snapped_loss": snapped}
        if found.medoids is not None:
            row["loss"] = self._data.loss(found.medoids)
            row["medoids"] = _digest(np.sort(found.medoids))
            if found.labels is not None:
                row["result"] = _digest(np.concatenate((found.medoids, found.labels)))
        return row


def _found(result: Any, **more: Any) -> Found:
    """Take the result of partwise or of kmedoids, whose names are the same."""
    if isinstance(result, Found):
        return result
    return Found(
        np.asarray(result.medoids, dtype=np.int64),
        labels=np.asarray(result.labels, dtype=np.int64),
        n_iter=int(result.n_iter),
        n_swap=int(result.n_swap),
        more=more,
    )


def _digest(array: np.ndarray) -> str:
    """Return a few letters that differ where arrays do."""
    whole = np.ascontiguousarray(array, dtype=np.int64)
    return hashlib.sha256(whole.tobytes()).hexdigest()[:16]
