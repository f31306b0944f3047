"""``python -m benchmarks kmedoids``: k-medoids beside its peers and known optima.

Five parts. *speed* runs FasterPAM beside that of the package kmedoids from the same medoids. *pam*
sets it beside the original PAM. *orlib* measures gaps to the optima of the OR-Library's p-median
problems (with --data only). *large* has many points and no matrix of distances. *peers* runs
BanditPAM where it is installed. Solvers take turns on each problem. Rows are kept in a log next to
the report, so that --resume goes on where a run stopped.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks._harness import (
    CLOCKS,
    RowLog,
    Worker,
    WorkerError,
    environment_facts,
    is_installed,
    rotated,
    usable_cpus,
)
from benchmarks._kmedoids_inputs import Cloud, Network, network_medoids, networks, optima
from benchmarks._kmedoids_report import write_report
from benchmarks._kmedoids_solvers import PACKAGES, REFERENCES, SOLVERS, package_of

KEY = ("part", "instance", "n", "k", "seed", "solver", "repeat")
PARTS = {
    "speed": ("stream", "fasterpam", "kmedoids", "fasterpam x2"),
    "pam": ("build", "pam iteration", "fastpam1 from build", "fasterpam from build"),
    "orlib": (*REFERENCES, "iterated, 1 T", "iterated, 4 T"),
    "large": (
        "fasterpam on a subset", "fasterclara", "fasterclarans", "onebatch", "coreset", "k-means",
        "mini-batch k-means",
    ),
    "peers": ("fasterpam on points", "banditpam"),
}  # fmt: skip
BUDGETS = {"iterated, 1 T": 1.0, "iterated, 4 T": 4.0}  # in multiples of the reference's time
DIMENSIONS = 8
MANY_DIMENSIONS = 32


@dataclass(frozen=True)
class Sizes:
    """How large the problems of each part are."""

    speed: Sequence[int] = (900, 2000, 5000, 10_000)
    speed_k: Sequence[int] = (10, 100, 500)
    pam: int = 5000
    pam_k: Sequence[int] = (100, 200)
    orlib: int = 1000  # most objects
    large: int = 1_000_000
    large_k: int = 100
    peers: Sequence[int] = (1000, 5000)
    peers_k: int = 10


FULL = Sizes()
QUICK = Sizes((300, 900), (10, 100), 500, (10, 20), 100, 20_000, 20, (500,), 5)


@dataclass(frozen=True)
class Task:
    """A run of one solver, and facts for its row."""

    part: str
    problem: Cloud | Network
    k: int
    seed: int
    solver: str
    repeat: int = 0
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> dict[str, Any]:
        """What makes its row unique."""
        values = (self.part, self.problem.name, self.problem.n, self.k, self.seed, self.solver)
        return dict(zip(KEY, (*values, self.repeat)))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks kmedoids", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take DIR/k-medoids/pmed/*.txt; without it the part orlib is left out",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add("--seeds", type=int, default=3, metavar="N", help="of orlib, large and peers: 1..N")
    add(
        "--repeats", type=int, default=5, metavar="N",
        help="of speed (3 at most from 10 000 objects on) and pam; medians",
    )  # fmt: skip
    add("--quick", action="store_true", help="small problems, 2 seeds, 2 repeats")
    add(
        "--clock", choices=CLOCKS, default="wall",
        help="what tables and time budgets count: wall-clock or processor time",
    )  # fmt: skip
    add("--time-limit", type=float, default=3600.0, metavar="S", help="per call of a solver")
    add("--stop-after", type=float, metavar="S", help="begin no run after this many seconds")
    add("--resume", action="store_true", help="keep what went well in an earlier call")
    add("--report-only", action="store_true", help="write the report of the log")
    add(
        "--out", type=Path, default=Path("benchmarks/results/kmedoids.json"),
        metavar="FILE.json", help="tables (.md) and log (.rows.jsonl) get its name",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.out.suffix != ".json":
        parser.error(f"--out: {options.out} must end in .json")
    if options.quick:
        options.seeds, options.repeats = 2, 2
    if min(options.seeds, options.repeats) < 1:
        parser.error("--seeds and --repeats must be at least 1")
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        try:
            _Run(options, log).all()
        except (ValueError, OSError) as error:
            parser.error(str(error))
    if log.rows:
        facts = environment_facts(PACKAGES) | {"clock": options.clock, "usable_cpus": usable_cpus()}
        write_report(log.rows, facts, options.out, clock=CLOCKS[options.clock])
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if package_of(row["solver"]) == "partwise"]
    return int(any(row["status"] != "ok" for row in ours))


def turns(options: argparse.Namespace) -> Iterator[list[Task]]:
    """Yield tasks on one problem that take turns, in the order in which they are to run."""
    makers = {"speed": _speed, "pam": _pam, "orlib": _orlib, "large": _large, "peers": _peers}
    sizes = QUICK if options.quick else FULL
    for part in PARTS:
        if part in options.part:
            for turn, tasks in enumerate(makers[part](options, sizes)):
                ready = [task for task in tasks if is_installed(package_of(task.solver))]
                yield rotated(ready, turn)


def _speed(options: argparse.Namespace, sizes: Sizes) -> Iterator[list[Task]]:
    for kind in ("uniform", "blobs"):
        for n in sizes.speed:
            problem = Cloud(kind, n, DIMENSIONS)
            for k in [k for k in sizes.speed_k if 2 * k < n]:
                for repeat in range(options.repeats if n < 10_000 else min(3, options.repeats)):
                    yield [
                        Task("speed", problem, k, 1, solver, repeat) for solver in PARTS["speed"]
                    ]


def _pam(options: argparse.Namespace, sizes: Sizes) -> Iterator[list[Task]]:
    problem = Cloud("blobs", sizes.pam, DIMENSIONS)
    for k in sizes.pam_k:
        yield [Task("pam", problem, k, 1, solver) for solver in PARTS["pam"][:2]]
        for repeat in range(options.repeats):
            yield [Task("pam", problem, k, 1, solver, repeat) for solver in PARTS["pam"][2:]]


def _orlib(options: argparse.Namespace, sizes: Sizes) -> Iterator[list[Task]]:
    if options.data is None:
        print("orlib: left out, as it needs --data", file=sys.stderr)
        return
    paths = networks(options.data)
    best = optima(paths[0].with_name("pmedopt.txt"))
    for path in paths:
        problem = Network(path)
        if problem.n > sizes.orlib:
            continue
        k, known = network_medoids(path), {"optimum": best[problem.name]}
        for seed in range(1, options.seeds + 1):
            # those with a budget come after those that set it
            for solvers in (PARTS["orlib"][:2], PARTS["orlib"][2:]):
                yield [Task("orlib", problem, k, seed, solver, 0, known) for solver in solvers]


def _large(options: argparse.Namespace, sizes: Sizes) -> Iterator[list[Task]]:
    problem = Cloud("blobs", sizes.large, MANY_DIMENSIONS)
    for seed in range(1, options.seeds + 1):
        yield [Task("large", problem, sizes.large_k, seed, solver) for solver in PARTS["large"]]


def _peers(options: argparse.Namespace, sizes: Sizes) -> Iterator[list[Task]]:
    if not is_installed("banditpam"):
        print("peers: left out, as banditpam is not installed", file=sys.stderr)
        return
    for n in sizes.peers:
        problem = Cloud("blobs", n, DIMENSIONS)
        for seed in range(1, options.seeds + 1):
            yield [Task("peers", problem, sizes.peers_k, seed, solver) for solver in PARTS["peers"]]


class _Run:
    """One call of the suite: the workers, and what they hold."""

    def __init__(self, options: argparse.Namespace, log: RowLog) -> None:
        self._options = options
        self._log = log
        self._workers: dict[str, Worker] = {}
        self._holds: dict[str, Cloud | Network] = {}
        self._warm: set[tuple[str, str, str]] = set()
        self._warm_up_seconds: dict[tuple[str, str, str], float] = {}

    def all(self) -> None:
        limit = self._options.stop_after
        started = time.monotonic()
        done = {self._log.key_of(row) for row in self._log.rows if row["status"] == "ok"}
        try:
            for tasks in turns(self._options):
                for task in tasks:
                    if self._log.key_of(task.key) in done:
                        continue
                    if limit is not None and time.monotonic() - started > limit:
                        return
                    row = self._row(task)
                    self._log.append(row)
                    _progress(row)
        finally:
            for worker in self._workers.values():
                worker.stop()

    def _row(self, task: Task) -> dict[str, Any]:
        row = task.key | task.known
        name = SOLVERS[task.solver][0]
        try:
            factor = BUDGETS.get(task.solver)
            seconds = None if factor is None else factor * self._reference_time(task)
            warm_up = self._load(name, task)
            answer = self._workers[name].call(
                "solve", task.solver, task.k, task.seed, seconds, timeout=self._options.time_limit
            )
        except WorkerError as error:
            return row | {"status": error.status, "reason": error.reason}
        return row | {"status": "ok"} | answer | {"warm_up_seconds": warm_up}

    def _reference_time(self, task: Task) -> float:
        """Return the seconds of ten starts: of kmedoids, and of ours where it is not installed."""
        reference = next(name for name in REFERENCES if is_installed(package_of(name)))
        key = task.key | {"solver": reference}
        for row in self._log.rows:
            if row["status"] == "ok" and all(row[name] == key[name] for name in KEY):
                return float(row[CLOCKS[self._options.clock]])
        raise WorkerError("error", f"{reference} has no time to keep to")

    def _load(self, name: str, task: Task) -> float:
        """Give the worker the problem, warm the solver up, and return the seconds of the latter."""
        if name not in self._workers:
            self._workers[name] = Worker(
                "benchmarks._kmedoids_solvers",
                "KMedoidsRunner",
                (package_of(task.solver), self._options.clock),
                n_threads=2 if name.endswith(" x2") else 1,
            )
        worker = self._workers[name]
        if not worker.alive:  # new, or a new one after a crash
            self._holds.pop(name, None)
            self._warm = {key for key in self._warm if key[0] != name}
        key = name, task.part, task.solver
        if key not in self._warm:
            seconds = worker.call("warm_up", task.problem, task.k, task.solver, timeout=1800)
            self._warm_up_seconds[key] = max(seconds, self._warm_up_seconds.get(key, 0.0))
            self._warm.add(key)
        if self._holds.get(name) != task.problem:
            self._holds.pop(name, None)
            worker.call("prepare", task.problem, timeout=1800)
            self._holds[name] = task.problem
        return self._warm_up_seconds[key]


def _progress(row: dict[str, Any]) -> None:
    head = f"{row['part']:6}{row['instance']:16}{row['n']:>8} k {row['k']:<4} "
    head += f"seed {row['seed']}.{row['repeat']} {row['solver']:22}"
    if row["status"] != "ok":
        print(f"{head}{row['status']}: {row['reason']}", file=sys.stderr, flush=True)
        return
    loss = f"  loss {row['loss']:.9g}" if "loss" in row else ""
    print(f"{head}{row['seconds']:9.4f} s{loss}", file=sys.stderr, flush=True)
