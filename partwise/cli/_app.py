"""The typer application: which commands there are, and what an error looks like."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from typing import Annotated, Any

import typer

from partwise._version import __version__
from partwise.cli._cluster import CLUSTER_HELP, cluster
from partwise.cli._communities import COMMUNITIES_HELP, communities
from partwise.cli._convert import CONVERT_HELP, convert
from partwise.cli._errors import UsageProblem
from partwise.cli._evaluate import EVALUATE_HELP, evaluate
from partwise.cli._info import INFO_HELP, info
from partwise.cli._local import LOCAL_HELP, local
from partwise.cli._options import Debug
from partwise.cli._partition import PARTITION_HELP, partition
from partwise.cli._sbm import SBM_HELP, sbm
from partwise.cli._signals import end_on_signals, raise_if_ended
from partwise.cli._treemap import TREEMAP_HELP, treemap
from partwise.cli._warmup import WARMUP_HELP, warmup

__all__ = ["app", "run"]

INTERRUPTED = 130
BROKEN_PIPE = 141

# The base class of what typer raises for wrong usage; typer does not export it by name.
_ClickException: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    name="partwise",
    no_args_is_help=True,
    # Boxes and colours are for terminals; a pipe gets plain text in half the time.
    rich_markup_mode="rich" if sys.stdout is not None and sys.stdout.isatty() else None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"partwise {__version__}")
        raise typer.Exit()


@app.callback(
    help="Cut graphs and netlists into balanced parts, networks into communities or blocks, "
    "points into clusters, and draw treemaps.\n\n"
    "partwise COMMAND --help explains a command. Exit codes: 0 all went well, 1 some input failed "
    "(one line each on stderr), 2 wrong usage, 130 interrupted.",
    epilog="Graphs are edge lists (any ids, # or % comments), METIS .graph, Matrix Market .mtx, "
    "scipy .npz, Parquet, GraphML, GML or hMETIS .hgr; points are CSV, TSV, .npy or Parquet; gzip "
    "or not; - is a pipe.",
)
def _global_options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", help="Show the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    debug: Debug = False,
) -> None:
    """Options that stand before the command."""


app.command(help=PARTITION_HELP)(partition)
app.command(help=COMMUNITIES_HELP)(communities)
app.command(help=LOCAL_HELP)(local)
app.command(help=SBM_HELP)(sbm)
app.command(help=CLUSTER_HELP)(cluster)
app.command(help=TREEMAP_HELP)(treemap)
app.command(help=EVALUATE_HELP)(evaluate)
app.command(help=CONVERT_HELP)(convert)
app.command(help=INFO_HELP)(info)
app.command(help=WARMUP_HELP)(warmup)


def run(words: list[str]) -> int:
    """Run the command line `words` and return the exit code; errors are printed, not raised."""
    debug = "--debug" in words
    words = _complete_json(words)
    try:
        with end_on_signals(signal.SIGINT, signal.SIGTERM):
            code = app(args=words, prog_name="partwise", standalone_mode=False)
            raise_if_ended()
            sys.stdout.flush()
            return int(code or 0)
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except BrokenPipeError:
        _silence_stdout()
        return BROKEN_PIPE
    except SystemExit as error:  # typer ends so when a pipe breaks
        if isinstance(error.__context__, BrokenPipeError):
            _silence_stdout()
            return BROKEN_PIPE
        raise
    except UsageProblem as error:
        if debug:
            traceback.print_exc()
        return _complain(_command_of(words), str(error))
    except _ClickException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            error.show()
            return 2
        if debug:
            traceback.print_exc()
        context = getattr(error, "ctx", None)
        return _complain(context.command_path if context else "partwise", error.format_message())
    except Exception as error:
        if debug:
            traceback.print_exc()
        text = " ".join(str(error).split())
        known = isinstance(error, (ImportError, OSError, ValueError))
        reason = text if known else f"internal error, {type(error).__name__}: {text}"
        print(
            f"partwise: {reason}" + ("" if debug or known else " (--debug shows where)"),
            file=sys.stderr,
        )
        return 1


def _complain(command: str, message: str) -> int:
    text = " ".join(message.split())
    if text and text[-1] not in ".?!":
        text += "."
    print(f"{command}: {text} '{command} --help' explains the options.", file=sys.stderr)
    return 2


def _command_of(words: list[str]) -> str:
    names = {command.callback.__name__ for command in app.registered_commands if command.callback}
    return " ".join(["partwise", *[word for word in words if word in names][:1]])


def _complete_json(words: list[str]) -> list[str]:
    """Let a bare ``--json``, at the end or before another option, mean standard output."""
    completed: list[str] = []
    for at, word in enumerate(words):
        completed.append(word)
        following = words[at + 1] if at + 1 < len(words) else None
        if word == "--json" and (following is None or (following[:1] == "-" and following != "-")):
            completed.append("-")
    return completed


def _silence_stdout() -> None:
    """Point stdout elsewhere, so that the flush at exit does not fail once more."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
