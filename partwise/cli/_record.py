"""What a finished job leaves behind: its record, the JSON file, what is said on stdout."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from typing import Any

from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._report import environment, format_lines, peak_memory, plain, report_json

__all__ = ["complete", "line_of", "lines_of"]

_FILES = ("output", "labels", "medoids", "json", "plot")  # options that name what is written
_SHARED = ("n_parts", "n_clusters")  # the same for all inputs of a command


def complete(
    job: Job,
    record: dict[str, Any],
    times: dict[str, float],
    monitor: Monitor,
    details: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Add to a record what any result's has, and write ``--json``, with `details` if given."""
    options = job.options
    made = [key for key in _FILES if key in options]
    record = {
        **record,
        "times": times,
        "outputs": {key: options[key] for key in made if options[key] not in (None, "-")},
        "options": {key: value for key, value in options.items() if key not in made},
        "peak_memory": peak_memory(),
        "versions": environment(),
    }
    if options["json"] == "-":
        record |= details or {}
    elif options["json"] is not None:
        from partwise.graph.io import atomic_write

        record["input_sha256"] = _digest(job.source)
        with atomic_write(options["json"], "w") as file:
            file.write(report_json(record | (details or {})) + "\n")
    monitor.stage(1.0, "done")
    return record


def lines_of(job: Job, record: dict[str, Any], keys: Sequence[str]) -> str | None:
    """Return the report of a single input: a line with name and value for every key that has one.

    Nothing is said where stdout holds an output, and all as JSON where that is the report.
    """
    options = job.options
    if options["json"] == "-":
        return report_json(record)
    if job.settings["quiet"] or "-" in (options.get(key) for key in _FILES):
        return None
    shown = {key: record[key] for key in keys if record[key] is not None}
    return format_lines(shown | record["outputs"])


def line_of(job: Job, record: dict[str, Any], keys: Sequence[str]) -> str | None:
    """Return the line of one input among several; they share the number of parts."""
    if job.settings["quiet"]:
        return None
    shown = [key for key in keys if key not in _SHARED and record[key] is not None]
    return "\t".join([job.source, *(f"{key}={plain(record[key])}" for key in shown)])


def _digest(source: str) -> str | None:
    """Return the SHA-256 of the input as it lies on disk; None for a pipe."""
    if source == "-" or not os.path.isfile(source):
        return None
    with open(source, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
