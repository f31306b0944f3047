"""The table of docs/kernels.md: every kernel, and what has been done to test it.

``python -m tests.gpu.coverage`` runs the tests of the emulator and of the simulator, notes which of
them launches which kernel in `launches.json`, and writes the table. Compilers and devices are those
of `toolkit`; runs on a GPU are read from ``benchmarks/results/gpu-*.json``.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from partwise.gpu import _advance
from partwise.gpu._registry import kernels, numba_kernels
from tests.gpu.complete import COMMITTED, ROOT
from tests.gpu.toolkit import DEVICES

__all__ = ["PAGE", "page_with_table", "table"]

PAGE = ROOT / "docs" / "kernels.md"
BEGIN, END = "<!-- table of kernels: begin -->\n", "<!-- table of kernels: end -->\n"

#: Ways to share work, told by the ends of names of kernels.
STRATEGIES = (*_advance.STRATEGIES, "pull", "thread", "warp", "hub", "one_block")


def launches():
    """Return the test modules that launch each kernel, as they were noted."""
    found = json.loads(COMMITTED.read_text())
    return {name: sorted(modules) for name, modules in found.items()}


def device_runs():
    """Return the last run on a GPU of every kernel, in words."""
    records = []
    for path in (ROOT / "benchmarks" / "results").glob("gpu-*.json"):
        record = json.loads(path.read_text())
        if isinstance(record, dict) and "kernels" in record:
            records.append(record)
    return {
        name: f"{record['device']}, {record['date']}, {record['commit']}"
        for record in sorted(records, key=lambda record: record["date"])
        for name in record["kernels"]
    }


def strategy_of(name):
    """Return how a kernel shares its work, or a dash."""
    fitting = [strategy for strategy in STRATEGIES if name.endswith(f"_{strategy}")]
    return max(fitting, key=len, default="–").replace("_", " ")


def table():
    """Return the table, in Markdown."""
    said, run = launches(), device_runs()
    compiled = ", ".join("{}{}".format(*device) for device in DEVICES)
    lines = [
        "| kernel | source | strategy | run without a GPU by | compiled for sm | run on a GPU |",
        "|---|---|---|---|---|---|",
    ]
    for spec in (*kernels().values(), *numba_kernels().values()):
        folder = "cuda" if spec.kind == "cudac" else "_numba"
        tests = ", ".join(f"`{module.removeprefix('tests/')}`" for module in said[spec.name])
        lines.append(
            f"| `{spec.name}` | `{folder}/{spec.file}` | {strategy_of(spec.name)} | {tests} "
            f"| {compiled} | {run.get(spec.name, 'not yet')} |"
        )
    return "\n".join(lines) + "\n"


def page_with_table(text):
    """Return a page with the table between the marks for it."""
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return before + BEGIN + "\n" + table() + "\n" + END + after


def noted():
    """Run the tests; return the modules that launch each kernel."""
    found = {}
    for folder, simulate in (("tests/gpu", "0"), ("tests/gpu_simulator", "1")):
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "launches.json"
            subprocess.run(
                [sys.executable, "-m", "pytest", "-q", "-p", "tests.gpu.complete", folder,
                 "--launches", str(file), "--ignore", "tests/gpu/test_coverage.py"],
                check=True, cwd=ROOT,
                env={**os.environ, "NUMBA_ENABLE_CUDASIM": simulate, "CI": "true"},
            )  # fmt: skip
            for name, modules in json.loads(file.read_text()).items():
                found.setdefault(name, set()).update(modules)
    return {name: sorted(found[name]) for name in sorted(found)}


if __name__ == "__main__":
    COMMITTED.write_text(json.dumps(noted(), indent=1) + "\n")
    PAGE.write_text(page_with_table(PAGE.read_text()))
