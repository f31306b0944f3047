"""Options that only netlists have: their names, their syntax, and for which input they stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated

import typer

from partwise.cli._convert import is_hypergraph
from partwise.cli._errors import UsageProblem, shown

__all__ = [
    "Capacity",
    "Method",
    "MethodOption",
    "Objective",
    "ObjectiveOption",
    "PersonalitiesFile",
    "Selection",
    "SelectionOption",
    "Starts",
    "StartMapping",
    "StartMappingOption",
    "Static",
    "TargetRatio",
    "check_kinds",
    "is_hypergraph",
    "parse_amounts",
    "per_resource",
]

NETLISTS = "Netlists"


class StartMapping(StrEnum):
    """How personalities are chosen before the search."""

    proportional = "proportional"
    random = "random"
    universal = "universal"
    min_variance = "min_variance"


class Selection(StrEnum):
    """Which nodes a step of the search compares."""

    affinity = "affinity"
    classic = "classic"
    most_unbalanced = "most_unbalanced"
    random_resource = "random_resource"


class Method(StrEnum):
    """Our algorithm, or the published one."""

    extended = "extended"
    klfm = "klfm"


class Objective(StrEnum):
    """What is minimised."""

    cut = "cut"
    km1 = "km1"


PersonalitiesFile = Annotated[
    str | None,
    typer.Option(
        "--personalities",
        metavar="FILE",
        help="What every node takes of every resource, in each of its implementations: CSV or "
        "JSON. Without it a node takes its weight in the netlist's file.",
        rich_help_panel=NETLISTS,
        show_default=False,
    ),
]
Capacity = Annotated[
    str | None,
    typer.Option(
        "--capacity",
        metavar="NAME=NUMBER,...",
        help="Most that every block may use of each resource, all of them named. By default "
        "blocks are balanced, in every resource, as --imbalance says.",
        rich_help_panel=NETLISTS,
        show_default=False,
    ),
]
TargetRatio = Annotated[
    str | None,
    typer.Option(
        "--target-ratio",
        metavar="NAME=NUMBER,...",
        help="Mix of resources that the whole netlist should use. By default that of --capacity, "
        "if given.",
        rich_help_panel=NETLISTS,
        show_default=False,
    ),
]
StartMappingOption = Annotated[
    StartMapping,
    typer.Option("--mapping", help="Implementations to start from.", rich_help_panel=NETLISTS),
]
SelectionOption = Annotated[
    Selection,
    typer.Option(
        "--selection", help="Nodes that a step of the search compares.", rich_help_panel=NETLISTS
    ),
]
Static = Annotated[
    bool,
    typer.Option(
        "--static",
        help="Keep the implementations of --mapping and choose blocks only.",
        rich_help_panel=NETLISTS,
    ),
]
MethodOption = Annotated[
    Method,
    typer.Option(
        "--method",
        help="extended: all that we have; klfm: the published algorithm.",
        rich_help_panel=NETLISTS,
    ),
]
Starts = Annotated[
    int | None,
    typer.Option(
        "--starts",
        min=1,
        metavar="N",
        help="Independent starts, of which the best counts. By default 50, and 10 for a netlist "
        "of more than 20,000 nodes.",
        rich_help_panel=NETLISTS,
        show_default=False,
    ),
]
ObjectiveOption = Annotated[
    Objective,
    typer.Option(
        "--objective",
        help="cut: weight of the nets in more than one block; km1: the same times the blocks "
        "touched less one.",
        rich_help_panel=NETLISTS,
    ),
]

# Parameters that one kind of input has, and for the other the reason why it has not.
_OF_GRAPHS = {
    "preset": "the effort for a netlist is set by --method and --starts",
    "trials": "a netlist has --starts",
    "weights": "the weights of a netlist are those in its files",
    "part_weights": "the blocks of a netlist are limited by --imbalance or --capacity",
    "fixed": "nodes of a netlist cannot be fixed",
    "input_partition": "a netlist is partitioned from scratch",
    "contiguous": "blocks of a netlist are not kept connected",
    "undirected": "a netlist has no directions",
    "device": "netlists are partitioned on the CPU",
    "coords": "the picture of a netlist has no coordinates",
}
_OF_NETLISTS = (
    "personalities", "capacity", "target_ratio", "mapping", "selection", "static", "method",
    "starts", "objective",
)  # fmt: skip


def check_kinds(context: typer.Context, sources: Iterable[str], format: str | None) -> None:
    """Refuse options that mean nothing for the graphs, or the netlists, among the inputs.

    Raises
    ------
    UsageProblem
        Such an option is given; or both ``--imbalance`` and ``--capacity`` are.
    """
    given = {name for name in context.params if _is_given(context, name)}
    kinds: dict[bool, str] = {}
    for source in sources:
        kinds.setdefault(is_hypergraph(source, format), source)
    for name, reason in _OF_GRAPHS.items():
        if name in given and True in kinds:
            raise UsageProblem(
                f"{_spelled(name)}: is for graphs only, {shown(kinds[True])} is a netlist; {reason}"
            )
    for name in _OF_NETLISTS:
        if name in given and False in kinds:
            raise UsageProblem(
                f"{_spelled(name)}: is for netlists only, hMETIS files by name or --format, and "
                f"{shown(kinds[False])} is a graph"
            )
    if {"imbalance", "capacity"} <= given:
        raise UsageProblem("--imbalance: has no effect beside --capacity, which limits the blocks")


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name not in ("DEFAULT", "DEFAULT_MAP")


def _spelled(name: str) -> str:
    return "--" + name.replace("_", "-")


def parse_amounts(option: str, text: str | None, *, positive: bool) -> dict[str, float] | None:
    """Read ``NAME=NUMBER,...``; numbers are positive, or at least 0 and perhaps infinite.

    >>> parse_amounts("--capacity", "LUT=7e4, DSP=120", positive=False)
    {'LUT': 70000.0, 'DSP': 120.0}
    """
    if text is None:
        return None
    amounts: dict[str, float] = {}
    for item in text.split(","):
        name, equals, word = item.rpartition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageProblem(f"{option}: needs NAME=NUMBER,..., got {item.strip()!r}")
        try:
            number = float(word)
        except ValueError:
            number = math.nan
        if not (number > 0 and math.isfinite(number) if positive else number >= 0):
            allowed = "positive" if positive else "at least 0"
            raise UsageProblem(f"{option}: {name} must be a number, {allowed}, got {word!r}")
        if name in amounts:
            raise UsageProblem(f"{option}: names {name} twice")
        amounts[name] = number
    return amounts


def per_resource(
    option: str, given: Mapping[str, float] | None, resources: Sequence[str]
) -> list[float] | None:
    """Bring the numbers of an option into the order of `resources`, each of which needs one.

    >>> per_resource("--capacity", {"DSP": 1.0, "LUT": 2.0}, ["LUT", "DSP"])
    [2.0, 1.0]
    """
    if given is None:
        return None
    missing = [name for name in resources if name not in given]
    unknown = [name for name in given if name not in resources]
    faults = [f"has no number for {', '.join(missing)}"] if missing else []
    faults += [f"names {', '.join(unknown)}, which is no resource"] if unknown else []
    if faults:
        all_names = ", ".join(resources)
        raise UsageProblem(f"{option}: {' and '.join(faults)}; the netlist has {all_names}")
    return [given[name] for name in resources]
