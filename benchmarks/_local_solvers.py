"""Local clustering behind one face, for worker processes.

A solver is a function of a job that prepares what is not timed and returns the call
that is, and the function that turns its result into numbers, which is not timed either.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks._local_inputs import Data, Problem
from benchmarks._meter import Meter

__all__ = [
    "PACKAGES",
    "SOLVERS",
    "LocalRunner",
    "f_score",
    "package_of",
    "push_pagerank",
    "worker_of",
]

PACKAGES = ("partwise", "numba", "numpy", "scipy", "scikit-learn", "torch", "torch-geometric")
RETURN = 0.15  # probability of a return in a step of the lazy walk
SEEDS_PER_CLASS = 12
CLASS_MASSES = np.arange(1.5, 5.01, 0.5)  # in volumes of the class
PASSES = 50  # the protocol stops there; masses that nearly fill the graph would take for ever
CLUSTER_MASSES = np.arange(1.1, 10.11, 0.5)  # in sizes of the cluster

Numbers = Callable[[Any], dict[str, Any]]
Solver = Callable[["Job"], tuple[Callable[[], Any], Numbers]]


@dataclass(frozen=True)
class Job:
    """What a solver is to do: on which data, from which seed, for which of the known groups."""

    data: Data
    problem: Any
    seed: int
    group: int

    @property
    def graph(self) -> Any:
        """The graph of the data."""
        return self.data.graph

    @property
    def truth(self) -> np.ndarray:
        """The nodes of the group."""
        return self.data.groups[self.group]


def f_score(found: np.ndarray, truth: np.ndarray) -> float:
    """Return the harmonic mean of precision and recall of a set of nodes.

    >>> f_score(np.array([0, 1, 2]), np.array([1, 2, 3]))
    0.6666666666666666
    """
    return 2 * len(np.intersect1d(found, truth)) / (len(found) + len(truth))


def _volume(graph: Any, nodes: np.ndarray) -> int:
    return int(np.diff(graph.indptr)[nodes].sum())


# -- locality: one query ---------------------------------------------------------------------------


def _query(method: str, whole: bool = False, **how: Any) -> Solver:
    """Return a query from node 0; `whole` starts from the cluster and some nodes around it."""

    def solver(job: Job) -> Any:
        from partwise.cluster import local

        run = getattr(local, method)
        seeds = np.arange(job.problem.size + 10) if whole else 0
        return lambda: run(job.graph, seeds, **how), _effort

    return solver


def _effort(result: Any) -> dict[str, Any]:
    vector = np.concatenate((result.x_idx.astype(np.float64), result.x_val))
    return {
        "n_touched": result.n_touched, "touched_volume": float(result.touched_volume),
        "n_pushes": result.n_pushes, "size": result.size, "conductance": result.conductance,
        "digest": hashlib.sha256(vector.tobytes()).hexdigest()[:12],
    }  # fmt: skip


# -- ppr: many queries, one after the other --------------------------------------------------------


def push_pagerank(
    rows: Sequence[Sequence[int]], seed: int, alpha: float, eps: float
) -> dict[int, float]:
    """Return approximate PageRank (Andersen, Chung and Lang 2006) in plain Python.

    The same walk, threshold and order of pushes as `partwise.cluster.local.approximate_pagerank`.

    Parameters
    ----------
    rows : sequence of sequence of int
        The neighbours of every node.
    """
    p: dict[int, float] = {}
    r = {seed: 1.0}
    queue, queued = deque([seed]), {seed}
    while queue:
        node = queue.popleft()
        queued.discard(node)
        neighbours = rows[node]
        rest = r[node]
        if rest < eps * len(neighbours):
            continue
        p[node] = p.get(node, 0.0) + alpha * rest
        r[node] = (1 - alpha) * rest / 2
        share = (1 - alpha) * rest / (2 * len(neighbours))
        for other in neighbours:
            r[other] = r.get(other, 0.0) + share
            if other not in queued and r[other] >= eps * len(rows[other]):
                queue.append(other)
                queued.add(other)
        if node not in queued and r[node] >= eps * len(neighbours):
            queue.append(node)
            queued.add(node)
    return p


def _queries(graph: Any, number: int = 20) -> np.ndarray:
    """Return nodes to start from, the same for every solver."""
    rng = np.random.default_rng(1)
    able = np.flatnonzero(np.diff(graph.indptr) > 0)
    return np.sort(rng.choice(able, min(number, len(able)), replace=False))


def _vectors(mass: Sequence[float], support: Sequence[int]) -> dict[str, Any]:
    return {
        "queries": len(mass), "mass": float(np.mean(mass)), "support": float(np.mean(support)),
    }  # fmt: skip


def _partwise_pagerank(eps: float) -> Solver:
    def solver(job: Job) -> Any:
        from partwise.cluster.local import approximate_pagerank

        def call() -> list[Any]:
            return [
                approximate_pagerank(job.graph, node, alpha=RETURN, eps=eps, cluster="support")
                for node in nodes
            ]

        nodes = _queries(job.graph).tolist()
        return call, _found

    return solver


def _partwise_together(eps: float) -> Solver:
    def solver(job: Job) -> Any:
        from partwise.cluster.local import batch_local_clusters

        nodes, how = _queries(job.graph).tolist(), {"alpha": RETURN, "eps": eps}
        return lambda: batch_local_clusters(job.graph, nodes, cluster="support", **how), _found

    return solver


def _found(results: Sequence[Any]) -> dict[str, Any]:
    mass = [float(result.x_val.sum()) for result in results]
    return _vectors(mass, [len(result.x_idx) for result in results])


def _python_pagerank(eps: float) -> Solver:
    def solver(job: Job) -> Any:
        indptr, indices = job.graph.indptr, job.graph.indices
        rows = [row.tolist() for row in np.split(indices, indptr[1:-1])]
        nodes = _queries(job.graph).tolist()
        return lambda: [
            push_pagerank(rows, node, RETURN, eps) for node in nodes
        ], lambda found: _vectors([sum(p.values()) for p in found], [len(p) for p in found])

    return solver


def _torch_pagerank(eps: float) -> Solver:
    """One call for all queries: the walk is not lazy, and returns as often per step that it takes.

    Both bound the residual of a node by eps times its degree.
    """

    def solver(job: Job) -> Any:
        import torch
        from torch_geometric.utils import get_ppr

        graph = job.graph
        source = np.repeat(np.arange(graph.n_nodes), np.diff(graph.indptr))
        edges = torch.from_numpy(np.stack((source, graph.indices.astype(np.int64))))
        nodes = _queries(job.graph)
        target = torch.from_numpy(nodes)
        teleport = 2 * RETURN / (1 + RETURN)

        def call() -> Any:
            return get_ppr(edges, teleport, eps, target, graph.n_nodes)

        def numbers(found: Any) -> dict[str, Any]:
            pairs, weights = found
            row = pairs[0].numpy()
            mass = np.bincount(np.searchsorted(nodes, row), weights.numpy().astype(np.float64))
            support = np.bincount(np.searchsorted(nodes, row))
            return _vectors(mass.tolist(), support.tolist())

        return call, numbers

    return solver


# -- attributes and classes: masses chosen by conductance ------------------------------------------


def _contextual(attributed: bool) -> Solver:
    def solver(job: Job) -> Any:
        from partwise.cluster.local import WeightedFlowDiffusion

        truth, k = job.truth, job.problem.k
        model = WeightedFlowDiffusion(
            CLUSTER_MASSES * k, sink="unit", cluster="support",
            gamma=job.problem.gamma if attributed else 0.0,
        )  # fmt: skip
        start = int(np.random.default_rng(job.seed).integers(k))
        attributes = job.data.attributes if attributed else None

        def numbers(fitted: Any) -> dict[str, Any]:
            found = fitted.cluster_
            both = len(np.intersect1d(found, truth))
            return {
                "f1": f_score(found, truth), "precision": both / len(found),
                "recall": both / len(truth), "mass": fitted.source_mass_ / k,
                "edges": job.graph.n_edges,
            }  # fmt: skip

        return lambda: model.fit(job.graph, attributes, seeds=start), numbers

    return solver


def _class(cluster: str) -> Solver:
    """Return the search from the first nodes of a class, each alone."""

    def solver(job: Job) -> Any:
        from partwise.cluster.local import WeightedFlowDiffusion

        truth = job.truth
        masses = CLASS_MASSES * _volume(job.graph, truth)
        model = WeightedFlowDiffusion(
            masses, gamma=0.0, cluster=cluster, tol=1e-2,
            max_pushes=PASSES * job.graph.n_nodes * len(masses),
        )  # fmt: skip
        nodes = truth[:SEEDS_PER_CLASS].tolist()

        def numbers(found: Any) -> dict[str, Any]:
            scores = [f_score(result.cluster, truth) for result in found]
            return {
                "f1": float(np.mean(scores)), "scores": scores, "class_size": len(truth),
                "size": float(np.mean([result.size for result in found])),
                "conductance": float(np.mean([result.conductance for result in found])),
            }  # fmt: skip

        return lambda: model.fit_many(job.graph, seeds_list=nodes), numbers

    return solver


# -- batch -----------------------------------------------------------------------------------------


def _batch(method: str, n_jobs: int, **how: Any) -> Solver:
    def solver(job: Job) -> Any:
        from partwise.cluster.local import batch_local_clusters

        n = job.graph.n_nodes
        nodes = np.random.default_rng(job.seed).integers(0, n, n // 10)

        def call() -> list[Any]:
            return batch_local_clusters(
                job.graph, nodes.tolist(), method=method, n_jobs=n_jobs, **how
            )

        def numbers(found: list[Any]) -> dict[str, Any]:
            members = np.concatenate([result.cluster for result in found])
            return {
                "queries": len(found), "size": float(np.mean([r.size for r in found])),
                "digest": hashlib.sha256(members.tobytes()).hexdigest()[:12],
            }  # fmt: skip

        return call, numbers

    return solver


# -- johnshopkins: every method on known communities -----------------------------------------------


def _community(method: str, **how: Any) -> Solver:
    """Return a search from a node of the community, or from all of it if the method takes a set.

    Functions in `how` are called with the volume of the community.
    """

    def solver(job: Job) -> Any:
        from partwise.cluster import local
        from partwise.metrics import conductance

        truth = job.truth
        volume = _volume(job.graph, truth)
        chosen = {name: value(volume) if callable(value) else value for name, value in how.items()}
        member = np.zeros(job.graph.n_nodes, np.bool_)
        member[truth] = True
        seeds: Any = truth
        if method not in ("mqi", "simple_local"):
            seeds = int(np.random.default_rng(job.seed).choice(truth))

        def numbers(result: Any) -> dict[str, Any]:
            return {
                "f1": f_score(result.cluster, truth), "size": result.size,
                "conductance": result.conductance, "touched_volume": float(result.touched_volume),
                "community_size": len(truth),
                "community_conductance": float(conductance(job.graph, member)),
            }  # fmt: skip

        return lambda: getattr(local, method)(job.graph, seeds, **chosen), numbers

    return solver


def _per_volume(volume: int) -> float:
    return 1 / (10 * volume)


SOLVERS: dict[str, Solver] = {
    "partwise-flow": _query("flow_diffusion", source_mass=3300.0),
    "partwise-acl": _query("approximate_pagerank", alpha=0.2, eps=1e-4),
    "partwise-l1": _query("l1_pagerank", alpha=0.05, rho=2e-4),
    "partwise-heat": _query("heat_kernel_pagerank", t=5, eps=2e-3),
    "partwise-crd": _query("capacity_releasing_diffusion", n_rounds=7),
    "partwise-mqi": _query("mqi", True),
    **{f"partwise eps={eps:g}": _partwise_pagerank(eps) for eps in (1e-4, 1e-5, 1e-6)},
    **{f"partwise-batch eps={eps:g}": _partwise_together(eps) for eps in (1e-4, 1e-5, 1e-6)},
    **{f"python eps={eps:g}": _python_pagerank(eps) for eps in (1e-4, 1e-5, 1e-6)},
    **{f"get_ppr eps={eps:g}": _torch_pagerank(eps) for eps in (1e-4, 1e-5, 1e-6)},
    "partwise-attributes": _contextual(True),
    "partwise-plain": _contextual(False),
    "partwise-support": _class("support"),
    "partwise-sweep": _class("sweep"),
    "partwise-acl batch": _batch("approximate_pagerank", 1, eps=1e-5),
    "partwise-acl batch x2": _batch("approximate_pagerank", 2, eps=1e-5),
    "partwise-flow batch": _batch("flow_diffusion", 1, source_mass=5000.0),
    "partwise-flow batch x2": _batch("flow_diffusion", 2, source_mass=5000.0),
    "partwise-flow_diffusion": _community("flow_diffusion", source_mass=lambda v: 3.0 * v, tol=0.1),
    "partwise-approximate_pagerank": _community("approximate_pagerank", eps=_per_volume),
    "partwise-l1_pagerank": _community("l1_pagerank", rho=_per_volume),
    "partwise-heat_kernel_pagerank": _community("heat_kernel_pagerank", eps=_per_volume),
    "partwise-capacity_releasing_diffusion": _community("capacity_releasing_diffusion"),
    "partwise-mqi of the community": _community("mqi"),
    "partwise-simple_local of it": _community("simple_local"),
}


def package_of(solver: str) -> str:
    """Return the module that a solver needs."""
    return "torch_geometric" if solver.startswith("get_ppr") else "partwise"


def worker_of(solver: str) -> str:
    """Return the name of the process that a solver runs in."""
    if solver.endswith(" x2"):
        return "partwise x2"
    return "get_ppr" if solver.startswith("get_ppr") else "partwise"


class LocalRunner:
    """The solvers with their instruments, in a worker process."""

    def __init__(self) -> None:
        self._meter = Meter(watch_compiler=True)
        self._problem: Problem | None = None
        self._data: Data | None = None
        self._warm_up: dict[str, float] = {}

    def prepare(self, problem: Problem) -> None:
        """Make the next problem's data."""
        self._data = None  # not both at once
        self._data = problem.load()
        self._problem = problem

    def solve(self, name: str, seed: int, group: int) -> dict[str, Any]:
        """Return the numbers of what a solver finds, and its cost as from `Meter.run_steady`.

        ``warm_up_seconds`` are those of its first call in this process.
        """
        assert self._data is not None
        call, numbers = SOLVERS[name](Job(self._data, self._problem, seed, group))
        if name not in self._warm_up:
            start = time.perf_counter()
            call()
            self._warm_up[name] = time.perf_counter() - start
        result, cost = self._meter.run_steady(call)
        graph = self._data.graph
        row = {"n": graph.n_nodes, "m": graph.n_edges, "warm_up_seconds": self._warm_up[name]}
        return row | numbers(result) | cost
