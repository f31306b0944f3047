"""Block models and community methods behind one face, for worker processes.

A package is a form: it converts a graph to its own format, which is not timed. A solver is a form
and a call, which is timed, and which returns labels, of whatever kind the package has them.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks._community_solvers import FORMS as COMMUNITY_FORMS
from benchmarks._harness import is_installed
from benchmarks._instances import Instance
from benchmarks._meter import Meter
from benchmarks._sbm_inputs import BlockGraph, by_type, planted_bipartite, planted_blocks

__all__ = ["FORMS", "PACKAGES", "SOLVERS", "SbmRunner", "Solver", "available"]

PACKAGES = (
    "partwise", "numba", "numpy", "scipy", "networkx", "igraph", "scikit-network", "graph-tool",
)  # fmt: skip
EFFORTS = {"short": 1000, "long": 8000}
"""Sweeps of the annealing, which take small graphs at most 0.3 s and 2 s on an idle processor."""


@dataclass(frozen=True, eq=False)
class Job:
    """A graph in the format of a package, and what belongs to it."""

    data: Any
    problem: BlockGraph
    time_limit: float | None = None


@dataclass(frozen=True)
class Answer:
    """Labels, and more fields of the row."""

    labels: Any
    facts: dict[str, Any] = field(default_factory=dict)


# -- forms -----------------------------------------------------------------------------------------


def _community(name: str) -> Callable[[BlockGraph], Any]:
    """Return the conversion that the suite of communities has for a package."""

    def convert(problem: BlockGraph) -> Any:
        """Return the graph in the format of the package."""
        return COMMUNITY_FORMS[name]().convert(problem.instance)

    return convert


def _graph_tool(problem: BlockGraph) -> Any:
    import graph_tool.all as gt

    instance = problem.instance
    gt.openmp_set_num_threads(1)
    graph = gt.Graph(directed=False)
    graph.add_vertex(instance.n_nodes)
    rows, columns = _edges(instance)
    graph.add_edge_list(np.column_stack((rows, columns)))
    types = None
    if problem.types is not None:
        types = graph.new_vertex_property("int", vals=problem.types)
    return graph, types


def _edges(instance: Instance) -> tuple[np.ndarray, np.ndarray]:
    """Return every edge once."""
    rows = np.repeat(np.arange(instance.n_nodes), np.diff(instance.indptr))
    once = rows < instance.indices
    return rows[once], instance.indices[once].astype(np.int64)


FORMS: dict[str, Callable[[BlockGraph], Any]] = {
    "partwise": _community("partwise"),
    "igraph": _community("igraph"),
    "scikit-network": _community("scikit-network"),
    "graph-tool": _graph_tool,
}


# -- calls -----------------------------------------------------------------------------------------


def _fit(
    model: str, n_sweeps: int | None = None, *, from_planted: bool = False
) -> Callable[[Job, int], Answer]:
    options: dict[str, Any] = {"degree_corrected": model == "dc"}
    if n_sweeps is not None:
        options["n_sweeps"] = n_sweeps

    def call(job: Job, seed: int) -> Answer:
        """Return the labels that the method finds."""
        from partwise.sbm import fit_sbm

        found = fit_sbm(
            job.data,
            types=job.problem.types,
            initial_labels=job.problem.planted if from_planted else None,
            time_limit=job.time_limit,
            random_state=seed,
            **options,
        )
        effort = found.effort
        facts = {
            "claimed": found.description_length, "complete": effort.is_complete,
            "sweeps": effort.sweeps, "acceptance": effort.acceptance,
        }  # fmt: skip
        return Answer(found.labels, facts)

    return call


def _leiden(job: Job, seed: int) -> Answer:
    from partwise.cluster.communities import leiden

    return Answer(leiden(job.data, random_state=seed).labels)


def _igraph(method: str, **options: Any) -> Callable[[Job, int], Answer]:
    def call(job: Job, seed: int) -> Answer:
        """Return the labels that the method finds."""
        graph, _ = job.data
        random.seed(seed)  # igraph draws from Python's generator
        return Answer(getattr(graph, method)(**options).membership)

    return call


def _louvain(job: Job, seed: int) -> Answer:
    from sknetwork.clustering import Louvain

    found = Louvain(shuffle_nodes=True, random_state=seed).fit(job.data)
    return Answer(found.labels_)


def _bilouvain(job: Job, seed: int) -> Answer:
    """Louvain on the matrix of the edges from one type to the other; communities have both."""
    from sknetwork.clustering import Louvain

    types = job.problem.types
    assert types is not None
    rows, columns = np.flatnonzero(types == 0), np.flatnonzero(types == 1)
    found = Louvain(shuffle_nodes=True, random_state=seed).fit(
        job.data[rows][:, columns], force_bipartite=True
    )
    labels = np.empty(len(types), np.int64)
    labels[rows], labels[columns] = found.labels_row_, found.labels_col_
    return Answer(labels)


def _minimize(model: str, *, is_nested: bool) -> Callable[[Job, int], Answer]:
    def call(job: Job, seed: int) -> Answer:
        """Return the labels that the method finds."""
        import graph_tool.all as gt

        graph, types = job.data
        gt.seed_rng(seed)
        np.random.seed(seed)  # noqa: NPY002  (graph-tool draws from it too)
        options: dict[str, Any] = {"deg_corr": model == "dc"}
        if types is not None:
            options["pclabel"] = types
        if is_nested:
            found = gt.minimize_nested_blockmodel_dl(graph, state_args=options)
            lowest = found.get_levels()[0]
        else:
            found = lowest = gt.minimize_blockmodel_dl(graph, state_args=options)
        return Answer(np.array(lowest.get_blocks().a), {"own": float(found.entropy())})

    return call


@dataclass(frozen=True)
class Solver:
    """A call, the form that it takes, and the module that it needs.

    Parameters
    ----------
    form : str
        A key of :data:`FORMS`; solvers with the same form share a process.
    call : callable
        Of (job, seed).
    module : str
        What must be importable.
    model : {"dc", "ndc", None}
        What it minimises the description length of.
    sides : {1, 2, None}
        It is for graphs without types, or with them; None for both.
    needs_planted : bool
    """

    form: str
    call: Callable[[Job, int], Answer]
    module: str
    model: str | None = None
    sides: int | None = None
    needs_planted: bool = False

    def takes(self, problem: BlockGraph) -> bool:
        """Whether the solver is for a graph."""
        sides = 1 if problem.types is None else 2
        return self.sides in (None, sides) and (
            problem.planted is not None or not self.needs_planted
        )


def _ours(model: str) -> dict[str, Solver]:
    name = f"partwise-{model}"
    return {
        name: Solver("partwise", _fit(model), "partwise", model),
        **{
            f"{name} {effort}": Solver("partwise", _fit(model, n), "partwise", model)
            for effort, n in EFFORTS.items()
        },
        f"{name} from planted": Solver(
            "partwise", _fit(model, from_planted=True), "partwise", model, needs_planted=True
        ),
    }


SOLVERS: dict[str, Solver] = {
    **_ours("dc"),
    **_ours("ndc"),
    "partwise-leiden": Solver("partwise", _leiden, "partwise"),
    "igraph-leiden": Solver(
        "igraph", _igraph("community_leiden", objective_function="modularity"), "igraph"
    ),
    "igraph-infomap": Solver("igraph", _igraph("community_infomap"), "igraph"),
    "igraph-labels": Solver("igraph", _igraph("community_label_propagation"), "igraph"),
    "sknetwork-louvain": Solver("scikit-network", _louvain, "sknetwork"),
    "sknetwork-bilouvain": Solver("scikit-network", _bilouvain, "sknetwork", sides=2),
    **{
        f"graph-tool-{kind}{model}": Solver(
            "graph-tool", _minimize(model, is_nested=bool(kind)), "graph_tool", model
        )
        for kind in ("", "nested-")
        for model in ("dc", "ndc")
    },
}


def available(name: str) -> bool:
    """Tell whether the package of a solver is installed."""
    return is_installed(SOLVERS[name].module)


class SbmRunner:
    """The solvers of one form with their instruments, in a worker process.

    Parameters
    ----------
    form : str
        A key of :data:`FORMS`.
    memory_limit : float, optional
        GiB of addresses that the process may use; more is a MemoryError. Where the system has such
        limits.
    """

    def __init__(self, form: str, memory_limit: float | None = None) -> None:
        if memory_limit is not None:
            _limit_memory(memory_limit)
        self._convert = FORMS[form]
        self._meter = Meter(watch_compiler=form == "partwise")
        self._job: Job | None = None
        self._warm_up: dict[tuple[str, bool], float] = {}

    def prepare(self, problem: BlockGraph) -> None:
        """Convert the graph to the form of the package."""
        self._job = None  # not two at once
        self._job = Job(self._convert(problem), problem)

    def solve(self, name: str, seed: int, time_limit: float | None = None) -> dict[str, Any]:
        """Return the labels that a solver finds, and its cost as from `Meter.run_steady`.

        ``warm_up_seconds`` are those of its first call in this process, on a small planted graph.
        Labels of the two types are made to differ. `time_limit` is what solvers are told that can
        stop by themselves.
        """
        assert self._job is not None
        problem = self._job.problem
        job = Job(self._job.data, problem, time_limit)
        call = SOLVERS[name].call
        key = name, problem.types is not None
        if key not in self._warm_up:
            small = _small_graph(problem.types is not None)
            start = time.perf_counter()
            call(Job(self._convert(small), small), 0)
            self._warm_up[key] = time.perf_counter() - start
        answer, cost = self._meter.run_steady(lambda: call(job, seed))
        labels = by_type(np.asarray(answer.labels), problem.types)
        return {"labels": labels, "warm_up_seconds": self._warm_up[key]} | answer.facts | cost


def _small_graph(is_bipartite: bool) -> BlockGraph:
    if is_bipartite:
        return planted_bipartite("warm-up", 60, (2, 2), 400, 0)
    return planted_blocks("warm-up", "assortative", 600, 3, 0)


def _limit_memory(gib: float) -> None:
    try:
        import resource
    except ImportError:  # there are no such limits on Windows
        return
    most = int(gib * 2**30)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
