"""The kernels of the device: what they are called, what they take, and how they are launched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np

from partwise.gpu._numba.table import TABLE

__all__ = [
    "SOURCES",
    "KernelSpec",
    "array_type",
    "kernel_spec",
    "kernels",
    "numba_kernels",
]

SOURCES = Path(__file__).resolve().parent / "cuda"

#: What the types of C are in NumPy.
_DTYPES: dict[str, np.dtype[Any]] = {
    name: np.dtype(dtype)
    for name, dtype in {
        "int": "int32", "unsigned": "uint32", "int64": "int64", "uint64": "uint64",
        "float": "float32", "double": "float64", "unsigned char": "uint8",
    }.items()
}  # fmt: skip

_KERNEL = re.compile(r"^GLOBAL(_WIDE)? void (\w+)\(([^)]*)\)", re.MULTILINE)

Arguments = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KernelSpec:
    """A kernel, of CUDA C or of numba.cuda.

    Attributes
    ----------
    name : str
    kind : {"cudac", "numba"}
    file : str
        Of :data:`SOURCES`, or of the folder ``_numba``.
    signatures : tuple
        Type, in words of C, and name of each argument; of numba.cuda one for each set of types that
        the kernel is compiled for.
    twin : str, default=""
        Module and function that do the same on the CPU, ``module:function``; of numba.cuda only.
    is_wide : bool, default=False
        Whether its blocks have as many threads as there can be.
    """

    name: str
    kind: Literal["cudac", "numba"]
    file: str
    signatures: tuple[Arguments, ...]
    twin: str = ""
    is_wide: bool = False

    @property
    def arguments(self) -> Arguments:
        """Type and name of each argument, of the first signature."""
        return self.signatures[0]

    def signature_of(self, arguments: Sequence[Any]) -> Arguments:
        """Return the signature that arrays and numbers fit.

        Raises
        ------
        TypeError
            They are too few or too many, or an array has a type that the kernel is not for.
        """
        if len(arguments) != len(self.arguments):
            raise TypeError(
                f"{self.name} takes {len(self.arguments)} arguments, got {len(arguments)}"
            )
        for signature in self.signatures:
            if all(map(_fits, signature, arguments)):
                return signature
        wanted = " or ".join(
            f"({', '.join(f'{kind} {name}' for kind, name in signature)})"
            for signature in self.signatures
        )
        got = ", ".join(
            f"{value.dtype} array" if hasattr(value, "flags") else type(value).__name__
            for value in arguments
        )
        raise TypeError(f"{self.name} takes contiguous arrays and numbers {wanted}, got ({got})")


def array_type(kind: str) -> np.dtype[Any]:
    """Return the type of the entries of an argument, a number or an array of them."""
    return _DTYPES[kind.removeprefix("const ").rstrip(" *")]


def _fits(argument: tuple[str, str], value: Any) -> bool:
    """Return whether an array has the type of an argument; a number is given it later."""
    kind, _ = argument
    if not kind.endswith("*"):
        return not hasattr(value, "flags") or value.ndim == 0
    return hasattr(value, "flags") and value.dtype == array_type(kind) and value.flags.c_contiguous


@cache
def kernels() -> dict[str, KernelSpec]:
    """Return the kernels of CUDA C; they are read from the sources, so that none is forgotten."""
    found: dict[str, KernelSpec] = {}
    for path in sorted(SOURCES.glob("*.cuh")):
        for wide, name, arguments in _KERNEL.findall(path.read_text()):
            if name in found:
                raise ValueError(f"kernel {name} is in {found[name].file} and in {path.name}")
            signatures = (_split(arguments),)
            found[name] = KernelSpec(name, "cudac", path.name, signatures, is_wide=bool(wide))
    return found


@cache
def numba_kernels() -> dict[str, KernelSpec]:
    """Return the kernels of numba.cuda, which is not imported for this."""
    return {
        name: KernelSpec(name, "numba", f"{file}.py", tuple(map(_split, signatures)), twin)
        for name, (file, twin, signatures) in TABLE.items()
    }


@cache
def kernel_spec(name: str) -> KernelSpec:
    """Return what is known of a kernel of either kind.

    Raises
    ------
    KeyError
        There is none of this name.
    ValueError
        There is one of each kind.
    """
    found = [known[name] for known in (kernels(), numba_kernels()) if name in known]
    if not found:
        raise KeyError(f"there is no kernel {name!r}")
    if len(found) > 1:
        raise ValueError(f"kernel {name} is in {found[0].file} and in {found[1].file}")
    return found[0]


def _split(arguments: str) -> Arguments:
    """Return type and name of each of several arguments, written as in C."""
    pairs = (argument.strip() for argument in " ".join(arguments.split()).split(","))
    return tuple(_type_and_name(pair) for pair in pairs)


def _type_and_name(argument: str) -> tuple[str, str]:
    kind, name = re.fullmatch(r"(.+?[ *])(\w+)", argument).groups()  # type: ignore[union-attr]
    return kind.strip(), name
