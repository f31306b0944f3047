"""``python -m benchmarks read``: reading edge lists beside polars, pandas, pyarrow, networkx.

Writes random edge lists of a stated size (integer ids, integer ids with weights, words), reads each
with every reader in a process of its own, in turns, several times, from a warm file cache, and
reports medians. By default every reader may use all cores.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks._harness import Worker, WorkerError, environment_facts, rotated
from benchmarks._readers import PACKAGES, READERS, installed_readers
from benchmarks._tables import markdown_table

KINDS = {"integers": 2, "weighted": 3, "words": 2}
NETWORKX_LIMIT = 1_000_000  # beyond it, its dictionaries take minutes and gigabytes
WARM_UP_EDGES = 300_000  # enough for the parallel kernels
_BLOCK = 1_000_000


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks read",
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--edges", type=int, default=10_000_000, metavar="N", help="lines of each file")
    add("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS), help="of file")
    add("--readers", nargs="+", choices=list(READERS), help="default: those installed")
    add("--repeats", type=int, default=5, metavar="N", help="reads of each file; medians")
    add("--threads", type=int, metavar="N", help="per reader; default: all cores")
    add("--quick", action="store_true", help="200 000 lines, 3 repeats")
    add(
        "--data", type=Path, metavar="DIR",
        help="where to write the files, which then stay; default: a temporary folder",
    )  # fmt: skip
    add("--time-limit", type=float, default=300.0, metavar="S", help="per read")
    add(
        "--out", type=Path, default=Path("benchmarks/results/read.json"), metavar="FILE.json",
        help="the table gets its name with .md",
    )  # fmt: skip
    return parser


def main(argv: list[str]) -> int:
    """Run the suite; exit code 2 for a usage error, 1 when partwise failed to read a file."""
    parser = _parser()
    options = parser.parse_args(argv)
    if options.quick:
        options.edges, options.repeats = 200_000, 3
    if options.edges < 1 or options.repeats < 1 or (options.threads or 1) < 1:
        parser.error("--edges, --repeats and --threads must be at least 1")
    if options.out.suffix != ".json":
        parser.error(f"--out: {options.out} must end in .json")
    readers = options.readers or installed_readers()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        rows = _measure(options, readers, folder)
    facts = environment_facts(PACKAGES) | {
        "threads": options.threads,
        "edges": options.edges,
        "repeats": options.repeats,
    }
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps({"facts": facts, "rows": rows}, indent=1) + "\n")
    options.out.with_suffix(".md").write_text(_markdown(facts, rows))
    print(f"report: {options.out}, {options.out.with_suffix('.md')}", file=sys.stderr)
    return int(any(row["status"] != "ok" for row in rows if row["reader"].startswith("partwise")))


def _measure(options: argparse.Namespace, readers: list[str], folder: Path) -> list[dict[str, Any]]:
    workers = {
        name: Worker("benchmarks._readers", "ReaderRunner", (name,), n_threads=options.threads)
        for name in readers
    }
    rows = []
    try:
        for kind in options.kinds:
            small = write_edges(folder / f"{kind}-{WARM_UP_EDGES}.txt", kind, WARM_UP_EDGES)
            path = write_edges(folder / f"{kind}-{options.edges}.txt", kind, options.edges)
            active = [n for n in readers if n != "networkx" or options.edges <= NETWORKX_LIMIT]
            if kind == "words":
                active = [name for name in active if name != "partwise-columns"]
            answers: dict[str, list[dict[str, Any]]] = defaultdict(list)
            failed: dict[str, WorkerError] = {}
            warm: dict[str, float] = {}
            for turn in range(options.repeats):
                for name in rotated([n for n in active if n not in failed], turn):
                    try:
                        if name not in warm:
                            warm[name] = workers[name].call("warm_up", small, KINDS[kind])
                        answer = workers[name].call(
                            "read", path, KINDS[kind], timeout=options.time_limit
                        )
                    except WorkerError as error:
                        failed[name] = error
                        continue
                    answers[name].append(answer)
                    print(f"{kind:10}{name:18}{answer['seconds']:8.3f} s", file=sys.stderr)
            for name in active:
                row = {"kind": kind, "reader": name, "file_bytes": path.stat().st_size}
                if name in failed:
                    why = failed[name]
                    rows.append(row | {"status": why.status, "reason": why.reason})
                else:
                    rows.append(row | _medians(answers[name]) | {"warm_up_seconds": warm[name]})
    finally:
        for worker in workers.values():
            worker.stop()
    return rows


def _medians(answers: list[dict[str, Any]]) -> dict[str, Any]:
    peaks = [answer["peak_bytes"] for answer in answers if answer["peak_bytes"] is not None]
    return {
        "status": "ok",
        "edges": answers[0]["edges"],
        "seconds": median(answer["seconds"] for answer in answers),
        "fastest": min(answer["seconds"] for answer in answers),
        "cpu_seconds": median(answer["cpu_seconds"] for answer in answers),
        # a pool that keeps what it once had does not grow again
        "peak_bytes": max(peaks) if peaks else None,
        "graph_bytes": answers[0]["graph_bytes"],
    }


def write_edges(path: Path, kind: str, n_edges: int, *, seed: int = 20) -> Path:
    """Write a random edge list unless `path` is there already, and return `path`.

    Parameters
    ----------
    path : Path
    kind : {"integers", "weighted", "words"}
        Ids below n_edges / 8 as digits, the same with a weight of three decimals, or as words.
    n_edges : int
        Number of lines.
    seed : int
        Of the random ids and weights.
    """
    if path.exists():
        return path
    rng = np.random.default_rng(seed)
    n_nodes = max(2, n_edges // 8)
    unfinished = path.with_suffix(".part")
    with unfinished.open("w", encoding="ascii") as file:
        for start in range(0, n_edges, _BLOCK):
            size = min(_BLOCK, n_edges - start)
            source, target = rng.integers(0, n_nodes, (2, size)).tolist()
            if kind == "weighted":
                weights = rng.integers(1, 100_000, size).tolist()
                lines = [f"{u} {v} {w / 1000}\n" for u, v, w in zip(source, target, weights)]
            elif kind == "words":
                lines = [f"node{u:x} node{v:x}\n" for u, v in zip(source, target)]
            else:
                lines = [f"{u} {v}\n" for u, v in zip(source, target)]
            file.writelines(lines)
    return unfinished.replace(path)


def _markdown(facts: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    packages = ", ".join(f"{name} {version}" for name, version in facts["packages"].items())
    threads = "all cores" if facts["threads"] is None else f"{facts['threads']} thread(s)"
    parts = [
        "# Reading edge lists",
        "Made by `python -m benchmarks read`; do not edit.",
        f"{facts['date']}, {facts['cpu']}, {facts['cpu_count']} cores, {facts['system']}, Python "
        f"{facts['python']}; {packages}. {facts['edges']} lines per file, {threads}, "
        f"median of {facts['repeats']} reads from a warm file cache, after warm-up. `partwise` "
        "ends with a graph: nodes numbered, rows sorted, both directions stored, duplicates "
        "merged. `partwise-columns` ends with columns of numbers, as the table readers do. Peak "
        "memory is the growth of the resident set during the call, the largest of the reads.",
    ]
    header = ["reader", "s", "processor s", "MB/s", "peak MiB", "peak / (2 graph + file)"]
    for kind in dict.fromkeys(row["kind"] for row in rows):
        lines = [_line(row) for row in rows if row["kind"] == kind]
        parts.append(f"## {kind.capitalize()}\n\n" + markdown_table(header, lines))
    return "\n\n".join(parts) + "\n"


def _line(row: dict[str, Any]) -> list[Any]:
    if row["status"] != "ok":
        return [f"{row['reader']} ({row['status']}: {row['reason']})", *[None] * 5]
    peak = row["peak_bytes"]
    bound = None
    if peak is not None and row["graph_bytes"] is not None:
        bound = peak / (2 * row["graph_bytes"] + row["file_bytes"])
    return [
        row["reader"],
        row["seconds"],
        row["cpu_seconds"],
        row["file_bytes"] / row["seconds"] / 1e6,
        None if peak is None else peak / 2**20,
        bound,
    ]
