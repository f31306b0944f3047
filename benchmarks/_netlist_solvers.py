"""The partitioners of netlists behind one face, for worker processes."""

from __future__ import annotations

import time
import warnings
from typing import Any, Protocol

import numpy as np

from benchmarks._meter import Meter
from benchmarks._netlist_summary import PLAN_SOLVERS
from benchmarks._netlists import Problem
from partwise.errors import InfeasibleWarning

__all__ = ["METHODS", "PACKAGES", "SOLVERS", "NetlistRunner", "package_of"]

METHODS = ("klfm", "extended")
SOLVERS = (*PLAN_SOLVERS, "exact", "mtkahypar-default")
PACKAGES = ("partwise", "numba", "numpy", "scipy", "mtkahypar")

Answer = tuple[Any, np.ndarray | None]


class NetlistSolver(Protocol):
    """A partitioner of netlists."""

    def prepare(self, problem: Problem) -> None:
        """Convert the netlist to the package's own format and keep it."""
        ...

    def solve(self, problem: Problem, solver: str, method: str, starts: int, seed: int) -> Answer:
        """Return labels and personalities, None where every node has one."""
        ...


class Partwise:
    """The partitioners of partwise, by name."""

    def prepare(self, problem: Problem) -> None:
        """Nothing is to be converted."""

    def solve(self, problem: Problem, solver: str, method: str, starts: int, seed: int) -> Answer:
        from partwise.partition import netlist as room

        if solver == "exact":
            result = room.exact_partition(problem.netlist, problem.n_parts, **problem.arguments)
        else:
            calls = {
                "adaptive": room.partition_netlist,
                "static": room.partition_static,
                "post-mapping": room.partition_then_map,
                "post-mapping-lp": room.partition_then_map,
            }
            result = calls[solver](
                problem.netlist,
                problem.n_parts,
                n_starts=starts,
                method=method,
                n_jobs=1,
                random_state=seed,
                **problem.arguments,
            )
        if solver == "post-mapping-lp":
            return result.labels, _mapped_by_program(problem, result)
        return result.labels, result.personality


def _mapped_by_program(problem: Problem, result: Any) -> np.ndarray:
    """Return the personalities that linear programming finds for the blocks of `result`."""
    from partwise.partition.netlist._problem import constraint_of
    from partwise.partition.netlist._remap import best_mapping

    netlist, arguments = problem.netlist, problem.arguments
    limits = constraint_of(
        netlist, problem.n_parts, arguments.get("capacities"), arguments.get("balance", 0.0)
    )
    ratio = None if problem.target_ratio is None else np.asarray(problem.target_ratio)
    return best_mapping(
        netlist.personality_indptr,
        netlist.amounts,
        result.labels,
        result.personality,
        limits.base,
        limits.slope,
        ratio,
    )


class MtKaHyPar:
    """Mt-KaHyPar with its default preset and one thread, for one resource."""

    def __init__(self) -> None:
        import mtkahypar

        self._library = mtkahypar.initialize(1)
        self._context = self._library.context_from_preset(mtkahypar.PresetType.DEFAULT)
        self._context.logging = False

    def prepare(self, problem: Problem) -> None:
        hypergraph = problem.netlist.hypergraph
        bounds, pins = hypergraph.net_indptr.tolist(), hypergraph.net_pins.tolist()
        kept = np.flatnonzero(np.diff(hypergraph.net_indptr) > 1).tolist()
        nets = [pins[bounds[e] : bounds[e + 1]] for e in kept]
        weights = hypergraph.net_weights
        ones = np.ones(hypergraph.n_nets, np.int64)
        self._hypergraph = self._library.create_hypergraph(
            self._context,
            hypergraph.n_nodes,
            len(nets),
            nets,
            problem.netlist.amounts[:, 0].tolist(),
            (ones if weights is None else weights)[kept].tolist(),
        )

    def solve(self, problem: Problem, solver: str, method: str, starts: int, seed: int) -> Answer:
        import mtkahypar

        total = int(problem.netlist.amounts.sum())
        imbalance = imbalance_for_ceiling(total, problem.n_parts, problem.balance)
        mtkahypar.set_seed(seed)
        self._context.set_partitioning_parameters(
            problem.n_parts, imbalance, mtkahypar.Objective.CUT
        )
        return self._hypergraph.partition(self._context).get_partition(), None


def imbalance_for_ceiling(total: int, n_parts: int, balance: float) -> float:
    """Return the imbalance x with which ``floor((1 + x) ceil(total / n_parts))`` is our limit.

    That limit is ``floor((1 + balance) total / n_parts)``, of the total not rounded up.

    >>> x = imbalance_for_ceiling(101, 2, 0.03)
    >>> int((1 + x) * 51), int((1 + 0.03) * 51)
    (52, 52)
    """
    allowed = int((1 + balance) * total / n_parts + 1e-9)
    return max((allowed + 1e-6) / -(-total // n_parts) - 1, 0.0)


def package_of(solver: str) -> str:
    """Return the package of a solver, which is also the worker that runs it."""
    return "mtkahypar" if solver.startswith("mtkahypar") else "partwise"


class NetlistRunner:
    """The solvers of one package with their instruments, in a worker process.

    Parameters
    ----------
    package : {"partwise", "mtkahypar"}
    """

    def __init__(self, package: str) -> None:
        self._solver: NetlistSolver = Partwise() if package == "partwise" else MtKaHyPar()
        self._package = package
        self._meter = Meter(watch_compiler=package == "partwise")
        self._problem: Problem | None = None

    def warm_up(self, problems: list[Problem], methods: list[str]) -> float:
        """Solve small problems and return the seconds: compilation, loading, first calls."""
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InfeasibleWarning)
            for problem in problems:
                self._solver.prepare(problem)
                for solver, method in self._warm_up_calls(problem, methods):
                    self._solver.solve(problem, solver, method, 2, 1)
        return time.perf_counter() - start

    def _warm_up_calls(self, problem: Problem, methods: list[str]) -> list[tuple[str, str]]:
        if self._package == "mtkahypar":
            return [("mtkahypar-default", "-")]
        if problem.netlist.n_nodes < 10:
            return [("exact", "-")]
        single = problem.netlist.n_resources == 1
        solvers = SOLVERS[:1] if single else PLAN_SOLVERS
        return [(solver, method) for method in methods for solver in solvers]

    def prepare(self, problem: Problem) -> None:
        """Take the next problem."""
        self._problem = problem
        self._solver.prepare(problem)

    def solve(self, solver: str, method: str, starts: int, seed: int) -> dict[str, Any]:
        """Return labels, personalities, and the cost as :meth:`Meter.run` gives it."""
        problem = self._problem
        assert problem is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InfeasibleWarning)  # the tables say it
            (labels, personality), cost = self._meter.run(
                lambda: self._solver.solve(problem, solver, method, starts, seed)
            )
        return {"labels": np.asarray(labels, np.int32), "personality": personality} | cost
