"""The kernels of the device: what they are called, what they take, and how they are launched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["SOURCES", "Kernel", "kernels"]

SOURCES = Path(__file__).resolve().parent / "cuda"

_KERNEL = re.compile(r"^GLOBAL(_WIDE)? void (\w+)\(([^)]*)\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel of CUDA C.

    Attributes
    ----------
    name : str
    file : str
        Of :data:`SOURCES`.
    arguments : tuple of (str, str)
        Type and name of each.
    is_wide : bool
        Whether its blocks have as many threads as there can be.
    """

    name: str
    file: str
    arguments: tuple[tuple[str, str], ...]
    is_wide: bool = False


@cache
def kernels() -> dict[str, Kernel]:
    """Return all kernels by name; they are read from the sources, so that none is forgotten."""
    found: dict[str, Kernel] = {}
    for path in sorted(SOURCES.glob("*.cuh")):
        for wide, name, arguments in _KERNEL.findall(path.read_text()):
            pairs = (argument.strip() for argument in " ".join(arguments.split()).split(","))
            split = tuple(_type_and_name(pair) for pair in pairs)
            if name in found:
                raise ValueError(f"kernel {name} is in {found[name].file} and in {path.name}")
            found[name] = Kernel(name, path.name, split, bool(wide))
    return found


def _type_and_name(argument: str) -> tuple[str, str]:
    kind, name = re.fullmatch(r"(.+?[ *])(\w+)", argument).groups()  # type: ignore[union-attr]
    return kind.strip(), name
