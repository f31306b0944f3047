"""Numbers on their way to a reader: plain digits for people and scripts, JSON for programs."""

from __future__ import annotations

import json
import math
import platform
import sys
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

__all__ = ["environment", "flat", "format_lines", "peak_memory", "plain", "report_json"]


def plain(value: Any) -> str:
    """Return `value` without exponents, separators or colours; what it says exactly.

    >>> plain(0.00001), plain(1e22), plain(12), plain(True), plain(float("inf"))
    ('0.00001', '10000000000000000000000', '12', 'true', 'inf')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and math.isfinite(value):
        return format(Decimal(repr(value)), "f")
    if value is None:
        return "none"
    return str(value)


def format_lines(values: Mapping[str, Any]) -> str:
    """Return a line ``name value`` for each entry."""
    return "\n".join(f"{name} {plain(value)}" for name, value in values.items())


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the numbers of nested mappings, named by the way to them; other lists are left out.

    >>> flat({"cut": 2, "usage": [{"LUT": 7}, {"LUT": 5}], "sizes": [1, 2]})
    {'cut': 2, 'usage.0.LUT': 7, 'usage.1.LUT': 5}
    """
    lines: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            lines |= flat(value, f"{name}.")
        elif isinstance(value, list):
            for number, item in enumerate(value):
                if isinstance(item, Mapping):
                    lines |= flat(item, f"{name}.{number}.")
        else:
            lines[name] = value
    return lines


def report_json(values: Mapping[str, Any]) -> str:
    """Return `values` as indented JSON in which a number that JSON lacks is null."""
    return json.dumps(_finite(values), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def environment() -> dict[str, str]:
    """Return the versions that a result may depend on."""
    from partwise._version import __version__

    versions = {"partwise": __version__, "python": platform.python_version()}
    for name in ("numpy", "scipy", "numba"):
        if name in sys.modules:
            versions[name] = str(sys.modules[name].__version__)
    return versions


def peak_memory() -> int | None:
    """Return the largest resident size of this process so far, in bytes; None where unknown."""
    try:
        import resource
    except ImportError:
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size if sys.platform == "darwin" else 1024 * size
