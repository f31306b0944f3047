"""Kernels of CUDA C on the CPU: built with g++ for the emulator, called with NumPy arrays."""

from __future__ import annotations

import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from partwise.gpu._registry import SOURCES, kernels
from tests.gpu import on_device

__all__ = ["KernelFault", "build", "launch"]

HERE = Path(__file__).resolve().parent
DTYPES = {
    "int": np.int32, "unsigned": np.uint32, "int64": np.int64, "uint64": np.uint64,
    "float": np.float32, "double": np.float64, "unsigned char": np.uint8,
}  # fmt: skip


class KernelFault(RuntimeError):
    """What a device would leave undefined, or what a kernel refused."""


def launch(name, grid, block, *arguments, seed=0, shared_bytes=0):
    """Run a kernel on `grid` blocks of `block` threads, in an order drawn from `seed`.

    Arguments are C-contiguous arrays of the type that the kernel has, and numbers. Where tests are
    to run on a GPU, this runs there.
    """
    on_device.note(name)
    if on_device.is_wanted():
        return on_device.run(name, grid, block, arguments, shared_bytes)
    spec = kernels()[name]
    if len(arguments) != len(spec.arguments):
        raise TypeError(f"{name} takes {len(spec.arguments)} arguments, got {len(arguments)}")
    passed = [
        _passed(name, kind, argument, value)
        for (kind, argument), value in zip(spec.arguments, arguments, strict=True)
    ]
    library = _library()
    head = (ctypes.c_uint(grid), ctypes.c_uint(block), ctypes.c_size_t(shared_bytes))
    ok = getattr(library, f"run_{name}")(*head, ctypes.c_uint64(seed), *passed)
    if not ok:
        raise KernelFault(f"{name}: {library.failure().decode()}")


def _passed(kernel, kind, argument, value):
    dtype = np.dtype(DTYPES[kind.removeprefix("const ").rstrip(" *")])
    if not kind.endswith("*"):
        return np.ctypeslib.as_ctypes_type(dtype)(value)
    if not (isinstance(value, np.ndarray) and value.dtype == dtype and value.flags.c_contiguous):
        raise TypeError(f"{kernel}: {argument} must be a C-contiguous array of {dtype}")
    return ctypes.c_void_p(value.ctypes.data)


def build(code, folder):
    """Compile kernels for the emulator, and return the path of the library.

    Where there is no C++ compiler, the test is skipped.
    """
    compiler = os.environ.get("CXX", "g++")
    if shutil.which(compiler) is None:
        pytest.skip(f"the emulator needs a C++ compiler; there is no {compiler!r}")
    source, built = folder / "main.cpp", folder / "kernels.so"
    source.write_text(code)
    subprocess.run(
        [compiler, "-std=c++17", "-O1", "-g", "-shared", "-fPIC", "-Wall", "-Werror",
         "-Wno-unused-function", "-Wno-unknown-pragmas", "-DPARTWISE_EMULATOR", f"-I{SOURCES}",
         f"-I{HERE}", str(source), "-o", str(built)],
        check=True,
    )  # fmt: skip
    return built


@cache
def _library():
    """Build the library once for each state of the sources."""
    code = _main()
    digest = hashlib.sha1(code.encode(), usedforsecurity=False)
    for path in sorted([*SOURCES.glob("*.cuh"), HERE / "emulator.hpp"]):
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"partwise-emulator-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{digest.hexdigest()[:16]}.so"
    if not target.exists():
        with tempfile.TemporaryDirectory() as scratch:
            built = build(code, Path(scratch))
            moved = folder / f"{target.name}.{os.getpid()}"
            shutil.copyfile(built, moved)
            moved.replace(target)
    library = ctypes.CDLL(str(target))
    library.failure.restype = ctypes.c_char_p
    for name in kernels():
        getattr(library, f"run_{name}").restype = ctypes.c_bool
    return library


def _main():
    """Return the source that includes all kernels and has a function to run each."""
    lines = [f'#include "{path.name}"' for path in sorted(SOURCES.glob("*.cuh"))]
    lines.append('extern "C" const char* failure() { return emulator::failure.c_str(); }')
    for spec in kernels().values():
        taken = "".join(f", {kind} {name}" for kind, name in spec.arguments)
        given = ", ".join(name for _, name in spec.arguments)
        lines.append(
            f'extern "C" bool run_{spec.name}(unsigned grid_, unsigned block_, size_t bytes_, '
            f"uint64_t seed_{taken}) {{ return emulator::launch(grid_, block_, bytes_, seed_, "
            f"[=] {{ {spec.name}({given}); }}); }}"
        )
    return "\n".join(lines) + "\n"
