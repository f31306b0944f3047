"""``python -m benchmarks treemaps``: treemaps, and partitions of points by their coordinates.

Four parts. *speed* lays out trees of 10^3 to 10^6 leaves by every method, beside squarify. *skew*
measures aspect ratios while weights become more and more unequal. *supplied* does so for a listing
of folders and for the classes of Flare, whose layout by d3 is compared too. *points* cuts points
into 64 parts, beside k-means, the leaves of a kd-tree, and partitioners that see the graph. Rows
are kept in a log next to the report, so that --resume goes on where a run stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._harness import CLOCKS, RowLog, Worker, environment_facts, is_installed, usable_cpus
from benchmarks._treemap_inputs import (
    SUPPLIED,
    Mesh,
    Nested,
    Problem,
    Star,
    Supplied,
    d3_layouts,
    find_tree,
)
from benchmarks._treemap_report import write_report
from benchmarks._treemap_solvers import METHODS, PACKAGES, package_of
from benchmarks._turns import Task, Turns, add_run_options, check_run_options

KEY = ("part", "instance", "solver", "seed")
TREEMAPS = tuple(f"partwise-{method}" for method in METHODS)
#: squarify knows one level only, and rows that strive for squares.
ONE_LEVEL = ("squarify", "partwise-squarified-1")
PARTS = {
    "speed": (*TREEMAPS, *ONE_LEVEL),
    "skew": (*TREEMAPS, *ONE_LEVEL),
    "supplied": TREEMAPS,
    "points": (
        "partwise-rcb", "partwise-rib", "partwise-hilbert", "partwise-morton",
        "partwise-multijagged", "partwise-capacitated", "scipy-kdtree", "sklearn-kmeans",
        "partwise-multilevel", "pymetis",
    ),
}  # fmt: skip
SIZES = (1000, 10_000, 100_000, 1_000_000)
SIGMAS = (0.0, 1.0, 2.0, 3.0, 4.0)
SLOW = {"squarify": 100_000, "partwise-voronoi": 10_000, "partwise-capacitated": 100_000}
GRAPHS = ("partwise-multilevel", "pymetis")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks treemaps", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take the trees of DIR/polygon-treemaps; without it the part supplied is left out",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add("--seeds", type=int, default=5, metavar="N", help="repeats; medians")
    add("--quick", action="store_true", help="small inputs, 2 repeats")
    add_run_options(parser, "treemaps", time_limit=600.0, patience=60.0)
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.quick:
        options.seeds = 2
    check_run_options(parser, options)
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        try:
            Turns(log, _worker, options, _describe).run(rounds(options))
            compare_with_d3(options, log)
        except (ValueError, OSError) as error:
            parser.error(str(error))
    if log.rows:
        facts = environment_facts(PACKAGES) | {
            "clock": options.clock, "usable_cpus": usable_cpus(), "patience": options.patience,
        }  # fmt: skip
        write_report(log.rows, facts, options.out, clock=CLOCKS[options.clock])
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if package_of(row["solver"]) == "partwise"]
    return int(any(row["status"] != "ok" for row in ours))


def rounds(options: argparse.Namespace) -> Iterator[list[Task]]:
    """Yield tasks that take turns, part by part."""
    makers = {"speed": _speed, "skew": _skew, "supplied": _supplied, "points": _points}
    for part, make in makers.items():
        if part in options.part:
            yield from make(options)


def _tasks(
    part: str, problem: Problem, n: int, seed: int, leave_out: Sequence[str] = ()
) -> list[Task]:
    """Return a task for every solver of a part that is installed and up to `n` leaves or points."""
    return [
        Task(
            dict(zip(KEY, (part, problem.name, solver, seed))),
            package_of(solver),
            problem,
            (solver, seed),
            {"n": n},
        )
        for solver in PARTS[part]
        if is_installed(package_of(solver)) and n <= SLOW.get(solver, n) and solver not in leave_out
    ]


def _speed(options: argparse.Namespace) -> Iterator[list[Task]]:
    for n in SIZES[:2] if options.quick else SIZES:
        for problem in (Star(n), Nested(n)):
            leave_out = () if isinstance(problem, Star) else ONE_LEVEL
            for seed in range(1, options.seeds + 1):
                yield _tasks("speed", problem, n, seed, leave_out)


def _skew(options: argparse.Namespace) -> Iterator[list[Task]]:
    n = 500 if options.quick else 5000
    for make in (Star, Nested):
        leave_out = () if make is Star else ONE_LEVEL
        for sigma in SIGMAS:
            yield _tasks("skew", make(n, sigma), n, 1, leave_out)


def _supplied(options: argparse.Namespace) -> Iterator[list[Task]]:
    for name in SUPPLIED:
        path = find_tree(options.data, name)
        if path is None:
            print(f"supplied: {name} left out, as it needs --data", file=sys.stderr)
            continue
        problem = Supplied(path, name)
        for seed in range(1, options.seeds + 1):
            yield _tasks("supplied", problem, 0, seed)


def _points(options: argparse.Namespace) -> Iterator[list[Task]]:
    n = 4000 if options.quick else 100_000
    problems = [Mesh("mesh", n), Mesh("grid", n), Mesh("clusters", n), Mesh("mesh", n // 5, 3)]
    if not options.quick:
        problems.append(Mesh("cloud", 1_000_000, 3))
    for problem in problems:
        leave_out = GRAPHS if problem.kind == "cloud" else ()
        for seed in range(1, options.seeds + 1):
            yield _tasks("points", problem, problem.n, seed, leave_out)


def compare_with_d3(options: argparse.Namespace, log: RowLog) -> None:
    """Log how far squarified layouts of Flare are from those that d3 makes."""
    path = find_tree(options.data, "flare")
    if path is None or "supplied" not in options.part:
        return
    from partwise.geometry import treemap

    tree = Supplied(path, "flare").load()
    for ratio, rows in d3_layouts(options.data).items():
        layout = treemap(tree, "squarified", (0, 0, 960, 500), ratio)
        theirs: dict[str, list[Any]] = {}
        for where, x, y, dx, dy in rows:
            theirs.setdefault(where, []).append((x, y, x + dx, y + dy))
        far = 0.0
        for node in range(tree.n_nodes):
            # names may come twice among siblings
            boxes = np.array(theirs[tree.path(node)])
            far = max(far, float(np.abs(boxes - layout.boxes[node]).max(axis=1).min()))
        key = dict(zip(KEY, ("d3", f"flare, ratio {ratio:.3f}", "partwise-squarified", 1)))
        log.append(key | {"status": "ok", "nodes": tree.n_nodes, "difference": far})


def _worker(name: str) -> Worker:
    return Worker("benchmarks._treemap_solvers", "TreemapRunner")


def _describe(row: dict[str, Any]) -> str:
    names = ("max_square", "max_diameter", "bound", "cut", "imbalance")
    known = [f"{name} {row[name]:.5g}" for name in names if row.get(name) is not None]
    return f"{row['seconds']:10.5f} s  " + "  ".join(known)
