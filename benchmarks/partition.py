"""``python -m benchmarks partition``: balanced k-way partitioning beside METIS, KaHIP, Mt-KaHyPar.

Every solver runs with one thread in its own process. For each graph, k and seed the solvers take
turns, and the one that goes first changes. Cuts and balance are recomputed from the labels. Rows
are kept in a log next to the report, so that ``--resume`` goes on where a run stopped; several
short calls with ``--instances`` or ``--k`` build up one report.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks._harness import RowLog, Worker, WorkerError, environment_facts, rotated
from benchmarks._instances import (
    Instance,
    Source,
    evaluate,
    file_sources,
    generated_sources,
    select,
)
from benchmarks._peers import PACKAGES, SOLVERS, installed_solvers
from benchmarks._report import write_report

KEY = ("instance", "k", "imbalance", "seed", "solver")
QUICK_SOLVERS = ("partwise-fast", "partwise-default", "metis", "mtkahypar-default")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks partition", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    inputs = parser.add_argument_group("inputs")
    inputs.add_argument("--data", type=Path, metavar="DIR", help="take every *.graph below DIR")
    inputs.add_argument(
        "--family", metavar="NAME", help="what to call the files in DIR itself; default: as DIR"
    )
    inputs.add_argument("--no-generated", action="store_true", help="only the files of --data")
    inputs.add_argument("--large", action="store_true", help="also generated 10^6-node graphs")
    inputs.add_argument(
        "--instances", nargs="+", metavar="PATTERN", help="names or families, * and ? as in a shell"
    )
    inputs.add_argument("--list", action="store_true", help="name instances and solvers, and end")
    work = parser.add_argument_group("work")
    work.add_argument("--solvers", nargs="+", metavar="NAME", help=f"of {', '.join(SOLVERS)}")
    work.add_argument("--k", nargs="+", type=int, default=[2, 4, 8, 16, 32, 64], metavar="K")
    work.add_argument("--seeds", type=int, default=3, metavar="N", help="seeds 1..N; medians")
    work.add_argument("--imbalance", type=float, default=0.03)
    work.add_argument(
        "--quick", action="store_true", help="k = 4 and 32, one seed, four solvers, small graphs"
    )
    work.add_argument(
        "--time-limit", type=float, default=600.0, metavar="S", help="per call of a solver"
    )
    work.add_argument(
        "--stop-after", type=float, metavar="S", help="start nothing new after S seconds"
    )
    work.add_argument("--resume", action="store_true", help="keep the rows of an earlier call")
    work.add_argument(
        "--redo", nargs="+", default=[], metavar="NAME", help="with --resume: measure these anew"
    )
    report = parser.add_argument_group("report")
    report.add_argument(
        "--out", type=Path, default=Path("benchmarks/results/partition.json"), metavar="FILE.json",
        help="tables (.md), profile (.svg) and log (.rows.jsonl) get its name",
    )  # fmt: skip
    report.add_argument("--report-only", action="store_true", help="write the report of the log")
    report.add_argument(
        "--clock", choices=["wall", "cpu"], default="wall",
        help="time of the tables; cpu is steadier on a busy machine (all solvers have one thread)",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when a run of partwise failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.out.suffix != ".json":
        parser.error(f"--out: {options.out} must end in .json")
    if options.seeds < 1 or min(options.k) < 1 or options.imbalance < 0:
        parser.error("--seeds and --k must be at least 1, --imbalance at least 0")
    if options.quick:
        options.k, options.seeds = [4, 32], 1
        options.solvers = options.solvers or [s for s in QUICK_SOLVERS if s in installed_solvers()]
    solvers = options.solvers or installed_solvers()
    if unknown := {*solvers, *options.redo} - set(SOLVERS):
        parser.error(f"no solver {', '.join(sorted(unknown))}; there are {', '.join(SOLVERS)}")
    try:
        sources = [] if options.data is None else file_sources(options.data, options.family)
        if not options.no_generated:
            sources += generated_sources(large=options.large)
        sources = select(sources, options.instances)
    except (ValueError, OSError) as error:
        parser.error(str(error))
    if options.list:
        print("\n".join(f"{source.name}\t{source.family}" for source in sources))
        print("solvers:", ", ".join(solvers))
        return 0

    resume = options.resume or options.report_only
    log = RowLog(options.out.with_suffix(".rows.jsonl"), KEY, resume=resume)
    if other := {row["imbalance"] for row in log.rows} - {options.imbalance}:
        parser.error(f"--imbalance: {options.out} holds runs at {min(other):g}; use another --out")
    if not options.report_only:
        _Run(options, solvers, log).all(sources)
    if log.rows:
        facts = environment_facts(PACKAGES)
        write_report(log.rows, facts, options.out, clock=options.clock)
        print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    ours = [row for row in log.rows if row["solver"].startswith("partwise")]
    return int(any(row["status"] != "ok" for row in ours))


class _Run:
    """One call of the suite: the workers, and the loop over instances, k and seeds."""

    def __init__(self, options: argparse.Namespace, solvers: list[str], log: RowLog) -> None:
        self._options = options
        self._solvers = solvers
        self._log = log
        self._redo = set(options.redo)
        self._turn = 0
        self._end = time.monotonic() + (options.stop_after or float("inf"))
        self._workers = {
            name: Worker("benchmarks._peers", "Runner", (name,), n_threads=1) for name in solvers
        }
        self._warm_up: dict[str, float] = {}
        self._holds: dict[str, Instance] = {}

    def all(self, sources: list[Source]) -> None:
        try:
            for source in sources:
                if time.monotonic() < self._end:
                    self._instance(source)
        finally:
            for worker in self._workers.values():
                worker.stop()

    def _instance(self, source: Source) -> None:
        # not from 0: the C library's generator, which METIS uses, takes the seed 0 for 1
        seeds = range(1, self._options.seeds + 1)
        todo = [(k, s) for k in self._options.k for s in seeds if self._missing(source, k, s)]
        if not todo:
            return
        try:
            instance = source.load()
        except (ValueError, OSError) as error:
            print(f"{source.name}: left out: {type(error).__name__}: {error}", file=sys.stderr)
            return
        if self._options.quick and instance.n_edges > 300_000:
            return
        print(f"{source.name}: {instance.n_nodes} nodes, {instance.n_edges} edges", file=sys.stderr)
        for k, seed in todo:
            if k > instance.n_nodes:
                continue
            for name in rotated(self._missing(source, k, seed), self._turn):
                if time.monotonic() > self._end:
                    return
                row = self._row(name, instance, k, seed)
                self._log.append(row)
                _progress(row)
            self._turn += 1

    def _missing(self, source: Source, k: int, seed: int) -> list[str]:
        """Return the solvers that still have to run on this instance with this k and seed."""
        keys = {
            name: {
                "instance": source.name, "k": k, "imbalance": self._options.imbalance,
                "seed": seed, "solver": name,
            }
            for name in self._solvers
        }  # fmt: skip
        return [n for n, key in keys.items() if n in self._redo or key not in self._log]

    def _row(self, name: str, instance: Instance, k: int, seed: int) -> dict[str, Any]:
        row: dict[str, Any] = {
            "instance": instance.name,
            "family": instance.family,
            "n": instance.n_nodes,
            "m": instance.n_edges,
            "k": k,
            "imbalance": self._options.imbalance,
            "seed": seed,
            "solver": name,
        }
        limit = self._options.time_limit
        try:
            self._load(name, instance)
            answer = self._workers[name].call(
                "solve", k, self._options.imbalance, seed, timeout=limit
            )
            labels = answer.pop("labels")
            numbers = evaluate(instance, labels, k, self._options.imbalance)
        except (WorkerError, ValueError) as error:
            status = error.status if isinstance(error, WorkerError) else "invalid"
            return row | {"status": status, "reason": str(error)}
        numbers["reached_imbalance"] = numbers.pop("imbalance")
        return row | {"status": "ok", **numbers, **answer, "warm_up_seconds": self._warm_up[name]}

    def _load(self, name: str, instance: Instance) -> None:
        """Give `instance` to the worker, which may be a new one after a crash."""
        worker = self._workers[name]
        if not worker.alive:
            self._holds.pop(name, None)
            self._warm_up[name] = worker.call("warm_up", _warm_up_instances(), timeout=1800)
        if self._holds.get(name) is not instance:
            self._holds.pop(name, None)
            worker.call("prepare", instance, timeout=1800)
            self._holds[name] = instance


def _warm_up_instances() -> list[Instance]:
    """Return small grids with every combination of weights that the suite knows."""
    side = 24
    node = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.stack([node[:, :-1].ravel(), node[:, 1:].ravel()], axis=1),
            np.stack([node[:-1].ravel(), node[1:].ravel()], axis=1),
        ]
    )
    arcs = np.concatenate([pairs, pairs[:, ::-1]])
    arcs = arcs[np.lexsort((arcs[:, 1], arcs[:, 0]))]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(arcs[:, 0]))])
    edge_weights = 1 + (arcs[:, 0] + arcs[:, 1]) % 7
    node_weights = 1 + np.arange(side * side) % 5
    return [
        Instance("grid", "warm-up", indptr, arcs[:, 1].astype(np.int32), weights, sizes)
        for weights in (None, edge_weights)
        for sizes in (None, node_weights)
    ]


def _progress(row: dict[str, Any]) -> None:
    head = f"  k={row['k']:<3} seed={row['seed']} {row['solver']:18}"
    if row["status"] != "ok":
        print(f"{head} {row['status']}: {row['reason']}", file=sys.stderr, flush=True)
        return
    note = "" if row["feasible"] else f"  infeasible ({row['reached_imbalance']:.4f})"
    text = f"{head} cut {row['cut']:>9}  {row['seconds']:8.3f} s{note}"
    print(text, file=sys.stderr, flush=True)
