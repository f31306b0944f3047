"""Checks of options that need no input file."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable

from partwise.cli._errors import UsageProblem, shown

__all__ = [
    "check_format",
    "check_numbers",
    "check_picture",
    "check_range",
    "read_part_weights",
    "refuse_netlists",
]

_PICTURES = (".png", ".svg", ".pdf", ".html")


def check_numbers(parts: int, imbalance: float, time_limit: float | None) -> None:
    """Refuse numbers that no partition can have."""
    if parts < 1:
        raise UsageProblem(f"-k: must be at least 1, got {parts}")
    if not (math.isfinite(imbalance) and imbalance >= 0):
        raise UsageProblem(f"--imbalance: must be a finite number of at least 0, got {imbalance}")
    if time_limit is not None and not time_limit > 0:
        raise UsageProblem(f"--time-limit: must be positive seconds, got {time_limit}")


def check_range(
    option: str, value: float | None, low: float = 0.0, high: float = math.inf, *, open: bool = True
) -> None:
    """Refuse a number that is not finite and between `low` and `high` (`open`: or equals one)."""
    if value is None:
        return
    inside = low < value < high if open else low <= value <= high
    if inside and math.isfinite(value):
        return
    start = f"above {low:g}" if open else f"at least {low:g}"
    end = f" and {'below' if open else 'at most'} {high:g}" if high < math.inf else ""
    raise UsageProblem(f"{option}: must be a finite number {start}{end}, got {value:g}")


def refuse_netlists(sources: Iterable[str], format: str | None) -> None:
    """Refuse hMETIS files where only graphs make sense."""
    from partwise.cli._convert import is_hypergraph

    for source in sources:
        if is_hypergraph(source, format):
            raise UsageProblem(f"{shown(source)}: is a netlist, this command takes graphs")


def check_format(format: str | None) -> None:
    """Refuse an unknown format."""
    if format is None:
        return
    from partwise.graph.io._format import GRAPH_FORMATS

    formats = (*GRAPH_FORMATS, "hmetis")
    if format not in formats:
        allowed = ", ".join(formats)
        raise UsageProblem(f"--format: must be one of {allowed}, got {format!r}")


def check_picture(plot: str | None) -> None:
    """Refuse a picture that cannot be drawn."""
    if plot in (None, "none"):
        return
    if os.path.splitext(plot)[1].lower() not in _PICTURES:
        raise UsageProblem(f"--plot: must end with one of {', '.join(_PICTURES)}, got {plot!r}")
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise UsageProblem("--plot: needs matplotlib; pip install 'partwise[plot]'")


def read_part_weights(text: str | None, parts: int) -> list[float] | None:
    """Return the shares of the blocks, given as a list or as a file that holds one."""
    if text is None:
        return None
    words = text.replace(",", " ").split()
    try:
        shares = [float(word) for word in words]
    except ValueError:
        try:
            with open(text, encoding="utf-8") as file:
                shares = [float(word) for line in file for word in line.replace(",", " ").split()]
        except OSError as error:
            raise UsageProblem(f"--part-weights: {text}: {error.strerror}") from error
        except ValueError as error:
            raise UsageProblem(f"--part-weights: {text}: {error}") from error
    if len(shares) != parts:
        raise UsageProblem(
            f"--part-weights: needs {parts} numbers, one per block, got {len(shares)}"
        )
    for share in shares:
        if not (math.isfinite(share) and share > 0):
            raise UsageProblem(f"--part-weights: must be finite and positive, got {share}")
    return shares
