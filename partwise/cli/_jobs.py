"""What a batch consists of: inputs, the files made from each, and what keeps them apart."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from partwise.cli._errors import UsageProblem

__all__ = ["Job", "check_jobs", "expand_inputs", "fill", "place", "place_all"]

_SUFFIXES = (".gz", ".bz2", ".xz", ".zst")


@dataclass(frozen=True)
class Job:
    """One input and what is to be made of it.

    Parameters
    ----------
    source : str
        The input as the user named it, ``"-"`` for standard input.
    outputs : tuple of str
        Files that the job writes. The first one names the job in the journal.
    reads : tuple of str
        Further files that decide the result, such as node weights.
    options : dict
        Everything else that decides the result, in values that JSON keeps.
    settings : dict
        What does not decide the result: threads, verbosity.
    """

    source: str
    outputs: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)


def expand_inputs(words: Sequence[str]) -> tuple[list[str], bool]:
    """Replace every ``@list.txt`` by the files that it names, one a line.

    Blank lines and lines that begin with ``#`` are skipped; ``@-`` reads the list from standard
    input. A file whose own name begins with ``@`` is written ``./@name``.

    Returns
    -------
    inputs : list of str
    several : bool
        Whether this is a batch: more than one input, or a list (of any length).
    """
    inputs: list[str] = []
    listed = False
    for word in words:
        if word.startswith("@"):
            listed = True
            inputs.extend(_read_list(word))
        else:
            inputs.append(word)
    if not inputs:
        raise UsageProblem("no input: the list names no file")
    several = listed or len(inputs) > 1
    if several and "-" in inputs:
        raise UsageProblem("'-' (standard input) must be the only input")
    return inputs, several


def _read_list(word: str) -> list[str]:
    try:
        if word == "@-":
            text = sys.stdin.read()
        else:
            with open(word[1:], encoding="utf-8") as file:
                text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not valid UTF-8 text"
        raise UsageProblem(f"{word}: cannot read the list of inputs: {reason}") from error
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def fill(template: str, source: str) -> str:
    """Put the parts of an input's path into ``{dir}``, ``{name}`` and ``{stem}`` of `template`.

    >>> fill("{stem}.json", "data/roads.txt.gz"), fill("{dir}/{name}.fix", "data/roads.txt.gz")
    ('roads.json', 'data/roads.txt.gz.fix')
    """
    folder, name = os.path.split("stdin" if source == "-" else source)
    stem = name
    for suffix in _SUFFIXES:
        stem = stem.removesuffix(suffix)
    stem = os.path.splitext(stem)[0]
    for key, value in (("{dir}", folder or "."), ("{name}", name), ("{stem}", stem)):
        template = template.replace(key, value)
    return template


def place(
    option: str,
    template: str | None,
    source: str,
    *,
    default: str | None = None,
    out_dir: str | None = None,
    several: bool = False,
) -> str | None:
    """Return the path of one output of one input, or None where none is wanted.

    Parameters
    ----------
    option : str
        The option's name, for errors.
    template : str or None
        What the user gave. ``"-"`` is standard output, ``"none"`` no output.
    source : str
        The input.
    default : str, optional
        Template that serves when the user gave none; a bare name lies beside the input.
    out_dir : str, optional
        Folder for outputs; an absolute path given by the user is left alone.
    several : bool
        Whether one file name would have to serve several inputs, which is refused.
    """
    if template is None:
        if default is None:
            return None
        if source == "-" and out_dir is None:
            return "-"
        name = fill(default, source)
        return os.path.join(os.path.dirname(source) if out_dir is None else out_dir, name)
    if template == "none":
        return None
    filled = fill(template, source)
    if several and filled == template:
        what = "standard output" if template == "-" else f"the one file {template!r}"
        raise UsageProblem(
            f"{option}: several inputs cannot share {what}; "
            f"put {{name}} or {{stem}} into it, as in '{{name}}.out'"
        )
    if template == "-" or out_dir is None:
        return filled
    return os.path.join(out_dir, filled)


def place_all(
    templates: dict[str, str | None], source: str, *, default: str, **where: Any
) -> tuple[dict[str, str | None], tuple[str, ...]]:
    """Return the paths of all outputs of one input, and those of them that are files.

    Parameters
    ----------
    templates : dict
        What the user gave for each option, by the option's name without dashes.
    source : str
        The input.
    default : str
        Template for the option ``output``.
    **where
        `out_dir` and `several`, see :func:`place`.

    Raises
    ------
    UsageProblem
        Two outputs on standard output, or what :func:`place` refuses.
    """
    made = {
        key: place(
            f"--{key}", template, source, default=default if key == "output" else None, **where
        )
        for key, template in templates.items()
    }
    streams = [key for key, path in made.items() if path == "-"]
    if len(streams) > 1:
        raise UsageProblem(
            f"--{streams[0]} and --{streams[1]}: only one of them can go to standard output"
        )
    return made, tuple(path for path in made.values() if path is not None and path != "-")


def check_jobs(jobs: Iterable[Job]) -> None:
    """Refuse outputs that overwrite one another, or any input, before any work is done."""
    jobs = list(jobs)
    readers: dict[str, str] = {}
    for job in jobs:
        for path in (job.source, *job.reads):
            if path != "-":
                readers.setdefault(os.path.realpath(path), path)
    writers: dict[str, Job] = {}
    for job in jobs:
        for path in job.outputs:
            real = os.path.realpath(path)
            if real in readers:
                raise UsageProblem(f"{path}: is an input and would be overwritten")
            if real in writers:
                other = writers[real].source
                whose = "twice" if other == job.source else f"for {other} and for {job.source}"
                raise UsageProblem(f"{path}: would be written {whose}")
            if os.path.isdir(real):
                raise UsageProblem(f"{path}: is a folder, not a file that can be written")
            writers[real] = job
