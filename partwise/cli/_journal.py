"""What a batch remembers: the report for the user, and the journal by which ``--resume`` skips.

Both are files of JSON lines to which each line is added by one write, so that a process killed at
any moment leaves at most one torn last line; a torn line is never read as a record, and the next
line added begins on a line of its own.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from partwise._version import __version__
from partwise.cli._jobs import Job

__all__ = [
    "JOURNAL_NAME",
    "Journal",
    "Report",
    "append_line",
    "fingerprint",
    "read_lines",
    "remove_leftovers",
]

JOURNAL_NAME = ".partwise-batch.jsonl"
_TEMPORARY = re.compile(r"\.(.{1,100})\.[a-z0-9_]{8}\.tmp")  # what atomic_write makes


def append_line(path: str, record: dict[str, Any]) -> None:
    """Add `record` to a file of JSON lines with a single write at its end."""
    data = json.dumps(record).encode() + b"\n"
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, 0o666)
    try:
        if os.lseek(handle, 0, os.SEEK_END) > 0:
            os.lseek(handle, -1, os.SEEK_END)
            if os.read(handle, 1) != b"\n":
                data = b"\n" + data
        written = os.write(handle, data)
        while written < len(data):  # a disk that is nearly full takes a part
            written += os.write(handle, data[written:])
    finally:
        os.close(handle)


def read_lines(path: str) -> list[dict[str, Any]]:
    """Return the whole records of a file of JSON lines; a missing file has none."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except FileNotFoundError:
        return []
    records = []
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except ValueError:  # the line that was being written when the process was killed
            continue
        if isinstance(record, dict):
            records.append(record)
    return records


def fingerprint(task: str, job: Job) -> dict[str, Any] | None:
    """Return what must be unchanged for a finished job to be skipped; None if it cannot be told.

    That is the command and the version, the path, size and time of the input and of every further
    file that is read, and the options that decide the result.
    """
    if job.source == "-":
        return None
    files = []
    for path in (job.source, *job.reads):
        state = _file_state(path)
        if state is None:
            return None
        files.append([os.path.realpath(path), *state])
    made = {"task": task, "version": __version__, "files": files, "options": job.options}
    return json.loads(json.dumps(made))


def remove_leftovers(outputs: Iterable[str]) -> None:
    """Delete the temporary files that a killed run left of these outputs.

    They are never mistaken for results, but nobody else would tidy them away.
    """
    names: dict[str, set[str]] = {}
    for path in outputs:
        folder, name = os.path.split(os.path.realpath(path))
        names.setdefault(folder, set()).add(name[:100])
    for folder, known in names.items():
        if not os.path.isdir(folder):
            continue
        for entry in os.scandir(folder):
            match = _TEMPORARY.fullmatch(entry.name)
            if match and match[1] in known and entry.is_file(follow_symlinks=False):
                os.unlink(entry.path)


def _file_state(path: str) -> list[int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns]


class Journal:
    """The finished jobs of every folder into which a batch writes.

    Each folder has one file, ``.partwise-batch.jsonl``; of several lines about the same output the
    last one counts. A job is named by its first output.
    """

    def __init__(self) -> None:
        self._folders: dict[str, dict[str, dict[str, Any]]] = {}

    def finished(self, job: Job, mark: dict[str, Any] | None) -> dict[str, Any] | None:
        """Return the recorded result of `job` if its `mark` matches and its outputs are whole."""
        if mark is None or not job.outputs:
            return None
        folder, name = os.path.split(job.outputs[0])
        if folder not in self._folders:
            entries = read_lines(os.path.join(folder, JOURNAL_NAME))
            self._folders[folder] = {e["name"]: e for e in entries if "name" in e}
        entry = self._folders[folder].get(name)
        if entry is None or entry.get("mark") != mark:
            return None
        if entry.get("outputs") != [[path, _file_state(path)] for path in _absolute(job)]:
            return None
        record = entry.get("record")
        return record if isinstance(record, dict) else None

    def record(self, job: Job, mark: dict[str, Any] | None, record: dict[str, Any]) -> None:
        """Remember that `job` has finished with `record`."""
        if mark is None or not job.outputs:
            return
        folder, name = os.path.split(job.outputs[0])
        outputs = [[path, _file_state(path)] for path in _absolute(job)]
        entry = {"name": name, "mark": mark, "outputs": outputs, "record": record}
        append_line(os.path.join(folder, JOURNAL_NAME), entry)


def _absolute(job: Job) -> list[str]:
    return [os.path.abspath(path) for path in job.outputs]


class Report:
    """A file of JSON lines, one per input, that grows as inputs finish; ``"-"`` is stdout."""

    def __init__(self, path: str | None) -> None:
        self._path = path

    def start(self, records: Iterable[dict[str, Any]] = ()) -> None:
        """Replace an older report by one that holds `records`."""
        if self._path in (None, "-"):
            for record in records:
                self.add(record)
            return
        from partwise.graph.io import atomic_write

        with atomic_write(self._path) as file:
            file.writelines(json.dumps(record).encode() + b"\n" for record in records)

    def add(self, record: dict[str, Any]) -> None:
        """Add the line of one input."""
        if self._path == "-":
            sys.stdout.write(json.dumps(record) + "\n")
            sys.stdout.flush()
        elif self._path is not None:
            append_line(self._path, record)
