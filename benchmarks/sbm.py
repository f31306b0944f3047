"""``python -m benchmarks sbm``: stochastic block models, by description length.

Five parts. *small* counts how often seeds reach the best known description length. *planted* looks
for planted blocks of bipartite graphs, and for none in random graphs. *large* fits planted graphs
of 10^4 to 10^6 edges, beside an anneal that begins with the planted blocks. *peers* scores the
partitions of igraph, scikit-network and our Leiden by the same description length, and graph-tool
where it is installed. *resolution* finds how many equal blocks the prior of bipartite graphs and
the general one keep apart. Rows are kept in a log next to the report, so that --resume goes on
where a run stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._harness import CLOCKS, RowLog, Worker, environment_facts, usable_cpus
from benchmarks._instances import select
from benchmarks._sbm_inputs import BEST_KNOWN, BlockGraph, GraphSource, facts_of, graph_sources
from benchmarks._sbm_report import write_report
from benchmarks._sbm_resolution import families
from benchmarks._sbm_solvers import EFFORTS, PACKAGES, SOLVERS, available
from benchmarks._turns import Task, Turns, add_run_options, check_run_options

KEY = ("part", "instance", "solver", "seed")
RESOLUTION = "resolution"
MODELS = ("dc", "ndc")
PARTS = {
    "small": tuple(f"partwise-{model} {effort}" for model in MODELS for effort in EFFORTS),
    "planted": ("partwise-dc", "partwise-ndc"),
    "large": ("partwise-dc", "partwise-dc from planted"),
    "peers": tuple(name for name in SOLVERS if " " not in name),
    RESOLUTION: ("partwise",),
}
SEEDS = {"small": 20, "planted": 40, RESOLUTION: 1}
"""Of the parts in which they are counted; the others have those that the user wants."""
RANDOM_SEEDS = 20  # of graphs without blocks
QUICK_SEEDS = 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks sbm", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take the networks of DIR/community and DIR/local-clustering too",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add(
        "--instances", nargs="+", metavar="PATTERN",
        help="names or families of graphs, * and ? as in a shell",
    )  # fmt: skip
    add("--solvers", nargs="+", choices=SOLVERS, metavar="NAME", help=f"of {', '.join(SOLVERS)}")
    add(
        "--seeds", type=int, default=3, metavar="N",
        help="seeds 1..N of the parts large and peers (small: 20, planted: 40, random graphs: 20)",
    )  # fmt: skip
    add("--max-edges", type=float, default=float("inf"), metavar="M", help="no larger graphs")
    add(
        "--fit-limit", type=float, default=600.0, metavar="S",
        help="seconds that our fits of the parts large and peers are given; they return the best "
        "so far then (default: %(default)g)",
    )  # fmt: skip
    add(
        "--memory-limit", type=float, default=12.0, metavar="GIB",
        help="for the process of a solver (default: %(default)g)",
    )  # fmt: skip
    add("--list", action="store_true", help="name graphs and solvers, and end")
    add("--quick", action="store_true", help="small graphs, 2 seeds")
    add_run_options(parser, "sbm", time_limit=1800.0, patience=1200.0)
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.quick:
        options.seeds = QUICK_SEEDS
    check_run_options(parser, options)
    if options.fit_limit <= 0 or options.memory_limit <= 0:
        parser.error("--fit-limit and --memory-limit must be above 0")
    try:
        sources = _chosen(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if options.list:
        for part, members in sources.items():
            print(f"{part}: {', '.join(source.name for source in members)}")
            print("  ", ", ".join(_solvers(part, options)))
        return 0
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        make_worker = partial(_worker, options.memory_limit)
        Turns(log, make_worker, options, _describe).run(rounds(sources, options))
    if log.rows:
        facts = environment_facts(PACKAGES) | {
            "clock": options.clock, "usable_cpus": usable_cpus(), "patience": options.patience,
            "time_limit": options.time_limit, "fit_limit": options.fit_limit,
            "memory_limit": options.memory_limit,
        }  # fmt: skip
        write_report(log.rows, facts, options.out, clock=CLOCKS[options.clock])
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if row["solver"].startswith("partwise")]
    return int(any(row["status"] != "ok" for row in ours))


def _chosen(options: argparse.Namespace) -> dict[str, list[Any]]:
    """Return the graphs of every part that the options name."""
    found: dict[str, list[Any]] = dict(graph_sources(options.data, quick=options.quick))
    found[RESOLUTION] = families(quick=options.quick)
    every = [source for part in options.part for source in found[part]]
    names = {source.name for source in select(every, options.instances)}
    return {
        part: [
            source
            for source in found[part]
            if source.name in names and (part == RESOLUTION or source.edges <= options.max_edges)
        ]
        for part in PARTS
        if part in options.part
    }


def _solvers(part: str, options: argparse.Namespace) -> list[str]:
    if part == RESOLUTION:
        return list(PARTS[part])
    wanted = options.solvers or SOLVERS
    return [name for name in PARTS[part] if name in wanted and available(name)]


def rounds(sources: dict[str, list[Any]], options: argparse.Namespace) -> Iterator[list[Task]]:
    """Yield tasks that take turns: the solvers of one part, for a graph and a seed."""
    for part, members in sources.items():
        names = _solvers(part, options)
        if part == RESOLUTION:
            for family in members:
                key = dict(zip(KEY, (part, family.name, names[0], 1)))
                yield [Task(key, RESOLUTION, family, (names[0], 1))]
            continue
        for source in members:
            yield from _seeds(part, source, names, options)


def _seeds(
    part: str, source: GraphSource, names: list[str], options: argparse.Namespace
) -> Iterator[list[Task]]:
    n_seeds = SEEDS.get(part, options.seeds)
    if source.family == "random":
        n_seeds = min(n_seeds, RANDOM_SEEDS)
    elif part == "planted":
        names = [name for name in names if SOLVERS[name].model == "dc"]
    problem, facts = None, {}
    for seed in range(1, (QUICK_SEEDS if options.quick else n_seeds) + 1):
        if problem is None or (source.varies and part == "planted"):
            problem = source.make(seed)
            facts = facts_of(problem, MODELS if part == "planted" else ("dc",))
        limit = options.fit_limit if part in ("large", "peers") else None
        yield [
            _task(part, problem, name, seed, facts, limit)
            for name in names
            if SOLVERS[name].takes(problem)
        ]


def _task(
    part: str,
    problem: BlockGraph,
    solver: str,
    seed: int,
    facts: dict[str, Any],
    limit: float | None,
) -> Task:
    model = SOLVERS[solver].model
    if part == "small":
        facts = facts | {"best_known": BEST_KNOWN[problem.instance.name][str(model)]}
    key = dict(zip(KEY, (part, problem.instance.name, solver, seed)))
    models = MODELS if part == "peers" or model is None else (model,)
    judge = partial(_judge, problem, solver, models)
    return Task(key, SOLVERS[solver].form, problem, (solver, seed, limit), facts, judge)


def _judge(
    problem: BlockGraph, solver: str, models: tuple[str, ...], answer: dict[str, Any]
) -> dict[str, Any]:
    """Recompute the description lengths of labels, and compare with what is claimed and planted."""
    from partwise.metrics import adjusted_rand_index

    labels: np.ndarray = answer.pop("labels")
    numbers: dict[str, Any] = {"blocks": problem.count(labels)}
    for model in models:
        numbers[f"dl_{model}"] = problem.description_length(labels, model)
    claimed = answer.pop("claimed", None)
    if claimed is not None:
        length = numbers[f"dl_{SOLVERS[solver].model}"]
        if abs(claimed - length) > 1e-8 * length:
            raise ValueError(f"a description length of {claimed} is claimed, it is {length}")
    if problem.planted is not None:
        numbers["ari"] = float(adjusted_rand_index(problem.planted, labels))
    return numbers | answer


def _worker(memory_limit: float, name: str) -> Worker:
    if name == RESOLUTION:
        return Worker("benchmarks._sbm_resolution", "ResolutionRunner")
    return Worker("benchmarks._sbm_solvers", "SbmRunner", (name, memory_limit))


def _describe(row: dict[str, Any]) -> str:
    if row["part"] == RESOLUTION:
        return f"{row['bipartite']} and {row['general']} blocks, ratio {row['ratio']:.4f}"
    lengths = "  ".join(f"{m} {row[f'dl_{m}']:.4f}" for m in MODELS if f"dl_{m}" in row)
    stopped = "" if row.get("complete", True) else "  stopped"
    blocks = "+".join(map(str, row["blocks"]))
    return f"{row['seconds']:9.4f} s  {lengths}  {blocks} blocks{stopped}"
