"""``python -m benchmarks gpu``: GPU kernels beside their twins on the CPU, in under eight minutes.

Six parts. *checks* compares every driver on the device with its twin on the CPU, by every strategy;
a difference is a failure of the run. *traversal* times searches, shortest paths, components and
sums over rows by every strategy: billions of arcs per second, and for a push the bytes that it must
read against those that a copy on the device moves. *peers* sets the twins on the CPU beside scipy,
igraph and networkit. *graphs* times partitions, Leiden and label propagation, *points* k-medoids
and the arg-max of inner products, beside the CPU with two threads; on a GPU also the partition of a
graph of 10^8 edges, transfers included. *memory* compares what functions say that they need with
what was allocated. Inputs are generated. Whatever cannot be run, such as all of a device that is
not there, is in the report with the reason.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks._gpu_threads import THREADS  # isort: skip  # before what has threads is loaded
from benchmarks._gpu_applications import (
    LARGE_EDGES,
    time_graph_work,
    time_large_partition,
    time_memory,
    time_point_work,
)
from benchmarks._gpu_checks import checks
from benchmarks._gpu_inputs import Case, cases, large_case, to_graph
from benchmarks._gpu_peers import time_peers
from benchmarks._gpu_report import write_report
from benchmarks._gpu_run import Bench, Row, copy_speed
from benchmarks._gpu_traversal import time_traversals
from benchmarks._harness import environment_facts
from partwise.gpu._backend import Backend
from partwise.gpu._device import why_not_cuda
from partwise.gpu._host import Host

PARTS = ("checks", "traversal", "peers", "graphs", "points", "memory")
PACKAGES = (
    "partwise", "numba", "numba-cuda", "cupy-cuda13x", "numpy", "scipy", "igraph", "networkit",
)  # fmt: skip
RESULTS = Path(__file__).parent / "results"
_TRAVERSALS = 0.6  # share of the time at which they end
SIZES = {
    False: {"cpu": {"medoids": 10_000, "products": 20_000},
            "cuda": {"medoids": 200_000, "products": 1_000_000}},
    True: {"cpu": {"medoids": 100, "products": 100}, "cuda": {"medoids": 150, "products": 150}},
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks gpu", description=__doc__, allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, metavar="FILE",
        help="JSON report; a table goes beside it (default: benchmarks/results/gpu-DEVICE.json)",
    )  # fmt: skip
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument(
        "--time-limit", type=float, default=400.0, metavar="S",
        help="seconds after which nothing more is begun (default: %(default)g)",
    )  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="tiny inputs")
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when something failed."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.time_limit <= 0:
        parser.error("--time-limit must be above 0")
    reason = why_not_cuda()
    device: Backend | None = None
    if reason is None:
        from partwise.gpu._backend import cuda

        device = cuda()
    bench = Bench(options.time_limit, lambda line: print(line, file=sys.stderr, flush=True))
    facts = _facts(device, reason)
    _run(bench, options, device, reason, facts)
    out = options.out or RESULTS / f"gpu-{facts['slug']}.json"
    write_report(bench.rows, facts, out)
    print(f"report: {out}, {out.with_suffix('.md')}", file=sys.stderr)
    return int(any(row["status"] == "failed" for row in bench.rows))


def _facts(device: Backend | None, reason: str | None) -> Row:
    facts = environment_facts(PACKAGES) | {
        "threads": THREADS, "commit": _commit(), "device": None,
        "why_no_device": reason, "slug": "none", "copy_bytes_per_second": None,
    }  # fmt: skip
    return facts if device is None else facts | _device_facts(device)


def _device_facts(device: Backend) -> Row:
    properties = device.xp.cuda.runtime.getDeviceProperties(0)
    name = properties["name"].decode()
    return {
        "device": name,
        "slug": name.lower().replace(" ", "-"),
        "device_memory": properties["totalGlobalMem"],
        "driver": device.xp.cuda.runtime.driverGetVersion(),
        "copy_bytes_per_second": copy_speed(device),
    }


def _commit() -> str:
    words = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(words, cwd=Path(__file__).parent, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def _run(
    bench: Bench, options: argparse.Namespace, device: Backend | None, reason: str | None,
    facts: Row,
) -> None:  # fmt: skip
    host = Host(THREADS)
    on_cpu = cases(on_gpu=False, quick=options.quick)
    parts: dict[str, Callable[[], Any]] = {
        "checks": lambda: _check(bench, device, reason, on_cpu),
        "traversal": lambda: _traverse(bench, options.quick, device, reason, host, facts),
        "peers": lambda: _peers(bench, host, on_cpu),
        "graphs": lambda: _graphs(bench, options.quick, device, reason, host, on_cpu),
        "points": lambda: time_point_work(
            bench, {"cpu": None, "cuda": reason}, SIZES[options.quick]
        ),
        "memory": lambda: time_memory(
            bench, reason, to_graph(host, on_cpu[-1].make(host)), on_cpu[-1].name
        ),
    }
    for name in options.part:
        # traversals leave time for what comes after them
        bench.limit = options.time_limit * (_TRAVERSALS if name == "traversal" else 1.0)
        parts[name]()


def _check(bench: Bench, device: Backend | None, reason: str | None, graphs: list[Case]) -> None:
    for case in graphs:
        key = {"part": "checks", "graph": case.name}
        if device is None:
            bench.skip(key | {"what": "all drivers"}, str(reason))
            continue
        for what, strategy, compare in checks(device, case, THREADS):
            bench.run(key | {"what": what, "strategy": strategy}, compare)


def _traverse(
    bench: Bench, quick: bool, device: Backend | None, reason: str | None, host: Host, facts: Row
) -> None:
    for case in cases(on_gpu=False, quick=quick):
        time_traversals(bench, host, case, None)
    for case in cases(on_gpu=True, quick=quick):
        if device is None:
            key = {"part": "traversal", "graph": case.name, "device": "cuda"}
            bench.skip(key | {"what": "all traversals"}, str(reason))
        else:
            time_traversals(bench, device, case, facts["copy_bytes_per_second"])


def _peers(bench: Bench, host: Host, graphs: list[Case]) -> None:
    for case in graphs:
        time_peers(bench, to_graph(host, case.make(host)), case.name)


def _graphs(
    bench: Bench, quick: bool, device: Backend | None, reason: str | None, host: Host,
    graphs: list[Case],
) -> None:  # fmt: skip
    for case in (graphs[0], graphs[-1]):
        graph = to_graph(host, case.make(host))
        time_graph_work(bench, {"cpu": None, "cuda": reason}, graph, case.name)
    for family in ("road", "R-MAT"):
        case = large_case(family, 1000 if quick else LARGE_EDGES)
        if device is None:
            key = {"part": "graphs", "graph": case.name, "device": "cuda"}
            bench.skip(key | {"what": "partition, jet"}, str(reason))
        else:
            time_large_partition(bench, device, case)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
