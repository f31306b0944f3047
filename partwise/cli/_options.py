"""Options that several commands share, so that they are spelled and explained once."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

__all__ = [
    "BlockOutput",
    "CommunityOutput",
    "Debug",
    "Device",
    "DeviceName",
    "Format",
    "Inputs",
    "Jobs",
    "JsonFile",
    "LabelTable",
    "MemberOutput",
    "OutDir",
    "Output",
    "Picture",
    "Quiet",
    "ReportFile",
    "Resume",
    "Retries",
    "Seed",
    "Threads",
    "Undirected",
    "Verbose",
    "Weights",
    "paragraphs",
]

BATCH = "Many inputs"
OUTPUT = "Output"
LIMITS = "Constraints"

FORMATS = "edgelist, metis, matrixmarket, npz, parquet, graphml, gml, hmetis"


def paragraphs(text: str) -> str:
    r"""Join the lines of each paragraph, for the terminal to break anew; examples stay as they are.

    >>> paragraphs("one\ntwo\n\nthree")
    'one two\n\nthree'
    """
    blocks = text.strip().split("\n\n")
    return "\n\n".join(
        block if block.startswith("\b") else " ".join(block.split()) for block in blocks
    )


Inputs = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT",
        help="Files; @list.txt names a file that lists them, one per line; - is a pipe.",
        show_default=False,
    ),
]
Format = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="F",
        help=f"Format of the input, where its suffix does not say it: {FORMATS}.",
        show_default=False,
    ),
]


def _output(what: str, default: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help=f"Where the {what} go instead of {default}; - for stdout, none for nowhere.",
        rich_help_panel=OUTPUT,
        show_default=False,
    )
    return option


Output = Annotated[str | None, _output("labels", "INPUT.part.K")]
CommunityOutput = Annotated[str | None, _output("labels", "INPUT.communities")]
BlockOutput = Annotated[str | None, _output("labels", "INPUT.sbm")]
MemberOutput = Annotated[str | None, _output("members", "INPUT.cluster")]
LabelTable = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="FILE",
        help="Also write id, tab and label, a line each, without a header.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
JsonFile = Annotated[
    str | None,
    typer.Option(
        "--json",
        metavar="FILE",
        help="Also write the report as JSON; - for stdout.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Picture = Annotated[
    str | None,
    typer.Option(
        "--plot",
        metavar="FILE",
        help="Also draw the result: .png, .svg, .pdf or .html.",
        rich_help_panel=OUTPUT,
        show_default=False,
    ),
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Same seed, same result.")]
Weights = Annotated[
    str,
    typer.Option(
        "--weights",
        metavar="auto|none|FILE",
        help="auto: the weights in the graph file; none: every edge and node counts 1; FILE: "
        "node weights, one per line in row order, beside the edge weights of the graph file.",
        rich_help_panel=LIMITS,
    ),
]
Undirected = Annotated[
    bool,
    typer.Option(
        "--undirected",
        help="Ignore the directions of a file that says it is directed.",
        rich_help_panel=LIMITS,
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        "-T",
        min=1,
        metavar="T",
        help="Threads to use. By default all processors, or one per process with --jobs. The "
        "result does not depend on the number.",
        show_default=False,
    ),
]


class DeviceName(StrEnum):
    """Where to compute."""

    cpu = "cpu"
    cuda = "cuda"
    auto = "auto"


Device = Annotated[
    DeviceName | None,
    typer.Option(
        "--device",
        help="cuda: a GPU; auto: a GPU where there is one, it can do this and it pays. By default "
        "what PARTWISE_DEVICE says, else cpu.",
        show_default=False,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="No report and no progress; errors remain.")
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say on stderr what is being done.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where an error comes from.")]
OutDir = Annotated[
    str | None,
    typer.Option(
        "--out-dir",
        metavar="DIR",
        help="Folder for all outputs, made if need be, instead of beside each input.",
        rich_help_panel=BATCH,
        show_default=False,
    ),
]
Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        metavar="N",
        help="Processes that work on inputs at the same time.",
        rich_help_panel=BATCH,
    ),
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Skip inputs that an earlier run has finished: same arguments, input size and time "
        "unchanged, outputs whole.",
        rich_help_panel=BATCH,
    ),
]
ReportFile = Annotated[
    str | None,
    typer.Option(
        "--report",
        metavar="FILE",
        help="JSON lines, one per input, as inputs finish; - for stdout.",
        rich_help_panel=BATCH,
        show_default=False,
    ),
]
Retries = Annotated[
    int,
    typer.Option(
        "--retries",
        min=0,
        metavar="N",
        help="Times to try an input again when its process died or memory or a disk failed.",
        rich_help_panel=BATCH,
    ),
]
