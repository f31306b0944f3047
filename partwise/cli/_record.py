"""What a finished job leaves behind: the record for the report, and the JSON file."""

from __future__ import annotations

import hashlib
import os
from typing import Any

from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._report import environment, peak_memory, report_json

__all__ = ["complete"]

_FILES = ("output", "labels", "medoids", "json", "plot")  # options that name what is written


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


def _digest(source: str) -> str | None:
    """Return the SHA-256 of the input as it lies on disk; None for a pipe."""
    if source == "-" or not os.path.isfile(source):
        return None
    with open(source, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
