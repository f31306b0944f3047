"""``python -m benchmarks communities``: Leiden and Louvain beside their peers.

Four parts. *graphs* sets partwise beside igraph, leidenalg, networkit, scikit-network and networkx
on supplied and generated networks, one thread each. *small* looks for the best known modularity.
*iterations* compares numbers of iterations of Leiden. *threads* sets two threads beside one on
large networks. Solvers take turns for each network and seed; modularity and connectedness are
recomputed from the labels. Rows are kept in a log next to the report, so that --resume goes on
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

from benchmarks._community_inputs import (
    BEST_KNOWN,
    Network,
    NetworkSource,
    evaluate_communities,
    network_sources,
)
from benchmarks._community_report import write_report
from benchmarks._community_solvers import ITERATIONS, PACKAGES, SOLVERS, available
from benchmarks._harness import CLOCKS, RowLog, Worker, environment_facts, usable_cpus
from benchmarks._instances import select
from benchmarks._turns import Task, Turns, add_run_options, check_run_options

KEY = ("part", "instance", "solver", "seed")
_ALL = (
    "partwise-leiden", "partwise-louvain", "igraph-leiden", "igraph-multilevel", "leidenalg",
    "networkit-leiden", "networkit-plm", "sknetwork-louvain", "sknetwork-leiden",
    "networkx-louvain",
)  # fmt: skip
PARTS = {
    "graphs": (*_ALL[:1], "partwise-parallel", "partwise-free", *_ALL[1:], "partwise-labels",
               "igraph-labels", "networkit-labels"),
    "small": _ALL,
    "iterations": tuple(f"partwise-leiden it={n}" for n in ITERATIONS),
    "threads": (
        "partwise-leiden", "partwise-leiden x2", "partwise-parallel", "partwise-parallel x2",
        "partwise-free", "partwise-free x2", "networkit-leiden", "networkit-leiden x2",
        "networkit-plm", "networkit-plm x2",
    ),
}  # fmt: skip
SMALL_SEEDS = 10  # the best of which counts


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks communities", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    add = parser.add_argument
    add(
        "--data", type=Path, metavar="DIR",
        help="take the networks of DIR/community and DIR/local-clustering",
    )  # fmt: skip
    add("--part", nargs="+", choices=PARTS, default=list(PARTS), help="default: all")
    add(
        "--instances", nargs="+", metavar="PATTERN", help="names or families, * and ? as in a shell"
    )
    add("--solvers", nargs="+", choices=SOLVERS, metavar="NAME", help=f"of {', '.join(SOLVERS)}")
    add("--seeds", type=int, default=9, metavar="N", help="seeds 1..N (small: 10 always); medians")
    add("--max-edges", type=float, default=float("inf"), metavar="M", help="no larger networks")
    add("--list", action="store_true", help="name networks and solvers, and end")
    add("--quick", action="store_true", help="small generated networks, 2 seeds")
    add_run_options(parser, "communities", time_limit=1800.0, patience=600.0)
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.quick:
        options.seeds = 2
    check_run_options(parser, options)
    try:
        sources = _chosen(options)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    solvers = options.solvers or list(SOLVERS)
    if options.list:
        for part, members in sources.items():
            print(f"{part}: {', '.join(source.name for source in members)}")
            print("  ", ", ".join(s for s in PARTS[part] if s in solvers and available(s)))
        return 0
    log = RowLog(
        options.out.with_suffix(".rows.jsonl"), KEY, resume=options.resume or options.report_only
    )
    if not options.report_only:
        Turns(log, _worker, options, _describe).run(rounds(sources, solvers, options))
    if log.rows:
        facts = environment_facts(PACKAGES) | {
            "clock": options.clock, "usable_cpus": usable_cpus(), "patience": options.patience,
        }  # fmt: skip
        write_report(log.rows, facts, options.out, clock=CLOCKS[options.clock])
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if row["solver"].startswith("partwise")]
    return int(any(row["status"] != "ok" for row in ours))


def _chosen(options: argparse.Namespace) -> dict[str, list[NetworkSource]]:
    """Return the networks of every part that the options name."""
    found = network_sources(options.data, quick=options.quick)
    found["iterations"] = found["graphs"]
    every: list[Any] = [source for part in options.part for source in found[part]]
    names = {source.name for source in select(every, options.instances)}
    return {
        part: [s for s in found[part] if s.name in names and s.edges <= options.max_edges]
        for part in PARTS
        if part in options.part
    }


def rounds(
    sources: dict[str, list[NetworkSource]], solvers: list[str], options: argparse.Namespace
) -> Iterator[list[Task]]:
    """Yield tasks that take turns: the solvers of one part, for a network and a seed."""
    for part, members in sources.items():
        names = [name for name in PARTS[part] if name in solvers and available(name)]
        for source in members:
            network = source.load()
            fit = [n for n in names if network.instance.n_edges <= SOLVERS[n].most_edges]
            for seed in range(1, (SMALL_SEEDS if part == "small" else options.seeds) + 1):
                yield [_task(part, network, name, seed) for name in fit]


def _task(part: str, network: Network, solver: str, seed: int) -> Task:
    instance = network.instance
    facts: dict[str, Any] = {
        "family": instance.family, "n": instance.n_nodes, "m": instance.n_edges,
    }  # fmt: skip
    if part == "small":
        facts["best_known"] = BEST_KNOWN[instance.name]
    key = dict(zip(KEY, (part, instance.name, solver, seed)))
    judge = partial(_judge, network)
    return Task(key, SOLVERS[solver].worker, instance, (solver, seed), facts, judge)


def _judge(network: Network, answer: dict[str, Any]) -> dict[str, Any]:
    labels: np.ndarray = answer.pop("labels")
    return evaluate_communities(network, labels) | answer


def _worker(name: str) -> Worker:
    form, _, threads = name.partition(" x")
    return Worker(
        "benchmarks._community_solvers", "CommunityRunner", (form,), n_threads=int(threads or 1)
    )


def _describe(row: dict[str, Any]) -> str:
    note = f"  {row['disconnected']} disconnected" if row["disconnected"] else ""
    return (
        f"{row['seconds']:9.4f} s  modularity {row['modularity']:.5f}  "
        f"{row['communities']} communities{note}"
    )
