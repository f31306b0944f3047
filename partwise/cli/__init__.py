"""The ``partwise`` command.

:func:`main` is the console script. It answers ``--version`` by itself; everything else, typer
included, is imported when it is needed, so that help and usage errors stay quick.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from partwise._version import __version__

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``partwise``; by default those of this process.

    Returns
    -------
    int
        0: all went well; 1: some input failed, each with a line on stderr; 2: wrong usage;
        130: interrupted; 141: the reader of a pipe went away.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]):
        print(f"partwise {__version__}")
        return 0
    from partwise.cli._app import run

    return run(words)
