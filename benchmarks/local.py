"""``python -m benchmarks local``: clusters around seeds.

Six parts. *locality* asks the same question in backgrounds of 10^4, 10^5 and 10^6 nodes. *ppr* sets
approximate PageRank beside plain Python and torch_geometric. *attributes* compares flow diffusion
with and without attributes on contextual random graphs. *labelled* looks for the classes of
supplied networks, *johnshopkins* for the communities of one, with every method. *batch* takes many
seeds on one and two threads. Rows are kept in a log next to the report, so that --resume goes on
where a run stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks._harness import CLOCKS, RowLog, Worker, environment_facts, is_installed, usable_cpus
from benchmarks._local_inputs import (
    SETTINGS,
    Background,
    Contextual,
    Grouped,
    Lfr,
    Problem,
    find_supplied,
)
from benchmarks._local_report import write_report
from benchmarks._local_solvers import PACKAGES, package_of, worker_of
from benchmarks._turns import Task, Turns, add_run_options, check_run_options

KEY = ("part", "instance", "solver", "seed")
PARTS = {
    "locality": tuple(f"partwise-{name}" for name in ("flow", "acl", "l1", "heat", "crd", "mqi")),
    "ppr": tuple(f"{who} eps={eps}" for eps in ("0.0001", "1e-05", "1e-06")
                 for who in ("partwise", "partwise-batch", "python", "get_ppr")),
    "attributes": ("partwise-attributes", "partwise-plain"),
    "labelled": ("partwise-support", "partwise-sweep"),
    "batch": ("partwise-acl batch", "partwise-acl batch x2", "partwise-flow batch",
              "partwise-flow batch x2"),
    "johnshopkins": (
        "partwise-flow_diffusion", "partwise-approximate_pagerank", "partwise-l1_pagerank",
        "partwise-heat_kernel_pagerank", "partwise-capacity_releasing_diffusion",
        "partwise-mqi of the community", "partwise-simple_local of it",
    ),
}  # fmt: skip
CLASSES = ("coauthor_cs", "amazon_photo")
FACEBOOK = "Johnshopkins55"
BACKGROUNDS = (10_000, 100_000, 1_000_000)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks local", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take the networks of DIR/local-clustering; without it labelled and johnshopkins are "
        "left out",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add("--seeds", type=int, default=9, metavar="N", help="repeats, or seeds 1..N; medians")
    add("--graphs", type=int, default=50, metavar="N", help="random graphs of the part attributes")
    add("--quick", action="store_true", help="small graphs, 2 repeats, 3 random graphs")
    add_run_options(parser, "local", time_limit=600.0, patience=300.0)
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.quick:
        options.seeds, options.graphs = 2, 3
    check_run_options(parser, options)
    if options.graphs < 1:
        parser.error("--graphs must be at least 1")
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        try:
            Turns(log, _worker, options, _describe).run(rounds(options))
        except (ValueError, OSError) as error:
            parser.error(str(error))
    if log.rows:
        facts = environment_facts(PACKAGES) | {
            "clock": options.clock, "usable_cpus": usable_cpus(), "patience": options.patience,
        }  # fmt: skip
        write_report(log.rows, facts, options.out, clock=CLOCKS[options.clock])
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if package_of(row["solver"]) == "partwise"
            and not row["solver"].startswith("python")]  # fmt: skip
    return int(any(row["status"] != "ok" for row in ours))


def rounds(options: argparse.Namespace) -> Iterator[list[Task]]:
    """Yield tasks that take turns, part by part."""
    makers = {
        "locality": _locality, "ppr": _ppr, "attributes": _attributes, "labelled": _labelled,
        "batch": _batch, "johnshopkins": _johnshopkins,
    }  # fmt: skip
    for part, make in makers.items():
        if part in options.part:
            yield from make(options)


def _tasks(
    part: str, problem: Problem, instance: str, seed: int, group: int = 0, worker: str | None = None
) -> list[Task]:
    """Return a task for every solver of a part whose package is installed."""
    return [
        Task(
            dict(zip(KEY, (part, instance, solver, seed))),
            worker or worker_of(solver),
            problem,
            (solver, seed, group),
        )
        for solver in PARTS[part]
        if is_installed(package_of(solver))
    ]


def _locality(options: argparse.Namespace) -> Iterator[list[Task]]:
    # a worker per background, so that these take turns with everything in place
    sizes = [2000, 4000] if options.quick else BACKGROUNDS
    problems = [Background(n) for n in sizes]
    for seed in range(1, options.seeds + 1):
        by_size = [
            _tasks("locality", problem, problem.name, seed, worker=f"partwise in {problem.n}")
            for problem in problems
        ]
        for same in zip(*by_size):
            yield list(same)


def _ppr(options: argparse.Namespace) -> Iterator[list[Task]]:
    problems: list[Any] = [Lfr(2000 if options.quick else 100_000)]
    if find_supplied(options.data, FACEBOOK) is not None:
        problems.append(Grouped(options.data, FACEBOOK))
    for problem in problems:
        for seed in range(1, options.seeds + 1):
            tasks = _tasks("ppr", problem, problem.name, seed)
            # plain Python needs minutes for the smallest error
            yield [t for t in tasks if not options.quick or "1e-06" not in t.key["solver"]]


def _attributes(options: argparse.Namespace) -> Iterator[list[Task]]:
    for setting in SETTINGS:
        for seed in range(1, options.graphs + 1):
            problem = Contextual(setting, seed, 1000 if options.quick else 10_000)
            yield _tasks("attributes", problem, setting, seed)


def _labelled(options: argparse.Namespace) -> Iterator[list[Task]]:
    for name in CLASSES:
        if find_supplied(options.data, name) is None:
            print(f"labelled: {name} left out, as it needs --data", file=sys.stderr)
            continue
        problem = Grouped(options.data, name)
        for group in range(len(problem.load().groups)):
            yield _tasks("labelled", problem, f"{name}, class {group + 1}", 1, group)


def _batch(options: argparse.Namespace) -> Iterator[list[Task]]:
    problem = Lfr(2000 if options.quick else 100_000)
    for seed in range(1, options.seeds + 1):
        yield _tasks("batch", problem, problem.name, seed)


def _johnshopkins(options: argparse.Namespace) -> Iterator[list[Task]]:
    if find_supplied(options.data, FACEBOOK) is None:
        print(f"johnshopkins: left out, as it needs --data with {FACEBOOK}", file=sys.stderr)
        return
    problem = Grouped(options.data, FACEBOOK)
    for group in range(len(problem.load().groups)):
        for seed in range(1, options.seeds + 1):
            yield _tasks("johnshopkins", problem, f"community {group + 1}", seed, group)


def _worker(name: str) -> Worker:
    n_threads = 2 if name.endswith(" x2") else 1
    return Worker("benchmarks._local_solvers", "LocalRunner", n_threads=n_threads)


def _describe(row: dict[str, Any]) -> str:
    names = ("f1", "conductance", "n_touched", "support", "size")
    known = [f"{name} {row[name]:.5g}" for name in names if name in row]
    return f"{row['seconds']:10.5f} s  " + "  ".join(known)
