"""``python -m benchmarks multipersonality``: netlists whose nodes have several implementations.

Four parts. *plan* repeats the published comparison: netlists with LUT, DSP and BRAM nodes, adaptive
personalities beside static ones and beside a mapping after partitioning. *small* sets the solvers
beside proven optima (with --data only). *single* has one resource and one personality, beside
Mt-KaHyPar and the best known cuts. *scale* times a large netlist. Solvers take turns for each
instance and seed. Rows are kept in a log next to the report, so that --resume goes on where a run
stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from benchmarks._harness import (
    RowLog,
    Worker,
    WorkerError,
    environment_facts,
    is_installed,
    rotated,
)
from benchmarks._instances import select
from benchmarks._netlist_report import write_report
from benchmarks._netlist_solvers import METHODS, PACKAGES, package_of
from benchmarks._netlist_summary import PLAN_SOLVERS
from benchmarks._netlists import (
    RATIO,
    Problem,
    evaluate_netlist,
    leaderboard,
    plan_sources,
    scale_source,
    single_sources,
    small_problems,
    warm_up_problems,
)

KEY = ("part", "instance", "imbalance", "seed", "solver", "method", "starts")
PARTS = ("plan", "small", "single", "scale")
REFERENCE = "mtkahypar-default"
SINGLE_IMBALANCES = (0.02, 0.10)
PLAN_IMBALANCE = 0.01


@dataclass(frozen=True)
class Job:
    """A problem, and the (solver, method, starts) that are to run on it with one seed."""

    part: str
    instance: str
    family: str
    seed: int
    problem: Problem
    runs: Sequence[tuple[str, str, int | None]]
    known: dict[str, Any]

    def key(self, run: tuple[str, str, int | None]) -> dict[str, Any]:
        """Return what makes a row unique."""
        values = (self.part, self.instance, self.problem.balance, self.seed, *run)
        return dict(zip(KEY, values))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks multipersonality", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take DIR/walshaw/graphs/*.graph and DIR/netlists/*; default: generated netlists",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add(
        "--instances", nargs="+", metavar="PATTERN", help="names or families, * and ? as in a shell"
    )
    add("--methods", nargs="+", choices=METHODS, default=list(METHODS), help="default: both")
    add("--starts", type=int, default=20, metavar="N", help="per call; the best counts")
    add("--seeds", type=int, default=5, metavar="N", help="weight seeds 1..N")
    add("--scale-nodes", type=int, default=100_000, metavar="N", help="of the part scale")
    add("--quick", action="store_true", help="few instances, 4 starts, 2 seeds, scale of 10 000")
    add("--time-limit", type=float, default=3600.0, metavar="S", help="per call of a solver")
    add("--resume", action="store_true", help="keep the rows of an earlier call")
    add("--report-only", action="store_true", help="write the report of the log")
    add(
        "--out", type=Path, default=Path("benchmarks/results/multipersonality.json"),
        metavar="FILE.json", help="tables (.md) and log (.rows.jsonl) get its name",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.out.suffix != ".json":
        parser.error(f"--out: {options.out} must end in .json")
    if min(options.starts, options.seeds, options.scale_nodes) < 1:
        parser.error("--starts, --seeds and --scale-nodes must be at least 1")
    if options.quick:
        options.starts, options.seeds, options.scale_nodes = 4, 2, 10_000
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        try:
            _Run(options, log).all()
        except (ValueError, OSError) as error:
            parser.error(str(error))
    if log.rows:
        write_report(log.rows, environment_facts(PACKAGES), options.out, reference=REFERENCE)
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if package_of(row["solver"]) == "partwise"]
    return int(any(row["status"] != "ok" for row in ours))


def jobs(options: argparse.Namespace) -> Iterator[Job]:
    """Yield what the options ask for; netlists are made when their turn comes."""
    makers = {"plan": _plan, "small": _small, "single": _single, "scale": _scale}
    for part in PARTS:
        if part in options.part:
            yield from makers[part](options)


def _chosen(sources: list[Any], options: argparse.Namespace) -> list[Any]:
    return cast("list[Any]", select(sources, options.instances))


def _plan(options: argparse.Namespace) -> Iterator[Job]:
    runs = [
        (solver, method, options.starts) for method in options.methods for solver in PLAN_SOLVERS
    ]
    for source in _chosen(plan_sources(options.data, quick=options.quick), options):
        for seed in range(1, options.seeds + 1):
            problem = Problem(source.load(seed), 2, None, PLAN_IMBALANCE, RATIO)
            yield Job("plan", source.name, source.family, seed, problem, runs, {})


def _small(options: argparse.Namespace) -> Iterator[Job]:
    path = options.data / "netlists" / "mp_small_exact.json" if options.data else None
    if path is None or not path.exists():
        print("small: left out, as it needs --data with the solved instances", file=sys.stderr)
        return
    for problem, known in small_problems(path):
        for seed in range(1, options.seeds + 1):
            runs: list[tuple[str, str, int | None]] = [
                (solver, method, options.starts)
                for method in options.methods
                for solver in ("adaptive", "static")
            ]
            if seed == 1:
                runs.append(("exact", "-", None))
            yield Job("small", known["instance"], "small", seed, problem, runs, known)


def _single(options: argparse.Namespace) -> Iterator[Job]:
    runs: list[tuple[str, str, int | None]] = [
        ("adaptive", "extended", starts) for starts in dict.fromkeys((1, options.starts))
    ]
    if is_installed("mtkahypar"):
        runs.append((REFERENCE, "-", None))
    best = leaderboard(options.data / "netlists" / "ispd98_titan23_leaderboard.csv") \
        if options.data else {}  # fmt: skip
    for source in _chosen(single_sources(options.data, quick=options.quick), options):
        netlist = source.load(0)
        for seed in range(1, options.seeds + 1):
            for imbalance in SINGLE_IMBALANCES:
                known = {"best_known": best.get((source.name, imbalance))}
                problem = Problem(netlist, 2, None, imbalance)
                yield Job("single", source.name, source.family, seed, problem, runs, known)


def _scale(options: argparse.Namespace) -> Iterator[Job]:
    source = scale_source(options.scale_nodes)
    runs = [("adaptive", method, 1) for method in options.methods]
    problem = Problem(source.load(1), 2, None, PLAN_IMBALANCE)
    yield Job("scale", source.name, source.family, 1, problem, runs, {})


class _Run:
    """One call of the suite: the workers, and what they hold."""

    def __init__(self, options: argparse.Namespace, log: RowLog) -> None:
        self._options = options
        self._log = log
        self._workers = {
            name: Worker("benchmarks._netlist_solvers", "NetlistRunner", (name,), n_threads=1)
            for name in ("partwise", "mtkahypar")
        }
        self._holds: dict[str, Problem] = {}

    def all(self) -> None:
        try:
            for turn, job in enumerate(jobs(self._options)):
                missing = [run for run in job.runs if job.key(run) not in self._log]
                for run in rotated(missing, turn):
                    row = self._row(job, run)
                    self._log.append(row)
                    _progress(row)
        finally:
            for worker in self._workers.values():
                worker.stop()

    def _row(self, job: Job, run: tuple[str, str, int | None]) -> dict[str, Any]:
        solver, method, starts = run
        netlist = job.problem.netlist
        row = job.key(run) | {
            "family": job.family, "n": netlist.n_nodes, "nets": netlist.n_nets, "k": 2,
        } | job.known  # fmt: skip
        if "joint_optimum" in job.known:
            row["optimum"] = job.known["static_optimum" if solver == "static" else "joint_optimum"]
        try:
            package = package_of(solver)
            self._load(package, job.problem)
            answer = self._workers[package].call(
                "solve", solver, method, starts, job.seed, timeout=self._options.time_limit
            )
            labels, personality = answer.pop("labels"), answer.pop("personality")
            numbers = evaluate_netlist(job.problem, labels, personality)
        except (WorkerError, ValueError) as error:
            status = error.status if isinstance(error, WorkerError) else "invalid"
            return row | {"status": status, "reason": str(error)}
        return row | {"status": "ok", **numbers, **answer}

    def _load(self, package: str, problem: Problem) -> None:
        """Give `problem` to the worker, which may be a new one after a crash."""
        worker = self._workers[package]
        if not worker.alive:
            self._holds.pop(package, None)
            problems = warm_up_problems(single=package == "mtkahypar")
            worker.call("warm_up", problems, self._options.methods, timeout=1800)
        if self._holds.get(package) is not problem:
            self._holds.pop(package, None)
            worker.call("prepare", problem, timeout=1800)
            self._holds[package] = problem


def _progress(row: dict[str, Any]) -> None:
    head = f"{row['part']:7}{row['instance']:20} seed {row['seed']} {row['imbalance']:<5g}"
    head += f"{row['solver']:18}{row['method']:10}{row['starts'] or '':<4}"
    if row["status"] != "ok":
        print(f"{head} {row['status']}: {row['reason']}", file=sys.stderr, flush=True)
        return
    note = "" if row["feasible"] else f"  infeasible ({row['violation']:.2g})"
    deviation = "" if row["deviation"] is None else f"  deviation {row['deviation']:.4f}"
    text = f"{head} cut {row['cut']:>8}  {row['seconds']:8.3f} s{deviation}{note}"
    print(text, file=sys.stderr, flush=True)
