"""Arrays and launches on a device, behind one face: CuPy, or what stands in for it in tests."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np

from partwise.gpu._registry import SOURCES, array_type, kernel_spec

__all__ = ["Backend", "Cuda", "cuda", "nvrtc_options"]

#: What sources are compiled with beside the standard. In some, products are rounded before they are
#: added, as on the CPU; of argmax.cuh two blocks of 256 threads fit on a multiprocessor.
_OPTIONS = {
    "spmv.cuh": ("--fmad=false",),
    "vote.cuh": ("--fmad=false",),
    "argmax.cuh": ("--maxrregcount=128",),
}

BLOCK = 256  # threads of a block, unless a launch wants otherwise
WIDE_BLOCK = 1024  # of kernels that are wide


class Backend(Protocol):
    """What drivers of kernels need.

    Attributes
    ----------
    xp : module
        NumPy, or what has its functions.
    block : int
        Threads of a block, unless a launch wants otherwise.
    is_host : bool
        Whether kernels are twins on the CPU, which serve rows of all lengths alike.
    """

    xp: Any
    block: int
    is_host: bool

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int | None = None,
        shared_bytes: int = 0,
    ) -> None:  # fmt: skip
        """Run a kernel with at least as many threads, up to some number of blocks."""

    def to_host(self, array: Any) -> np.ndarray:
        """Return a NumPy array of the same entries."""


class Cuda:
    """Kernels compiled by NVRTC or by numba.cuda, on arrays of CuPy, in its current stream."""

    is_host = False

    _MOST_BLOCKS = 65_536

    def __init__(self) -> None:
        import cupy

        self.xp: Any = cupy
        self.block = BLOCK

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int | None = None,
        shared_bytes: int = 0,
    ) -> None:  # fmt: skip
        """Run a kernel; numbers are given the type that it takes."""
        block = block or (WIDE_BLOCK if kernel_spec(name).is_wide else BLOCK)
        grid = min(max(1, -(-n_threads // block)), self._MOST_BLOCKS)
        self.run(name, grid, block, *arguments, shared_bytes=shared_bytes)

    def run(self, name: str, grid: int, block: int, *arguments: Any, shared_bytes: int = 0) -> None:
        """Run a kernel on so many blocks of so many threads."""
        spec = kernel_spec(name)
        passed = tuple(
            value if kind.endswith("*") else array_type(kind).type(value)
            for (kind, _), value in zip(spec.signature_of(arguments), arguments, strict=True)
        )
        if spec.kind == "cudac":
            function = _compiled(spec.file).get_function(name)
            function((grid,), (block,), passed, shared_mem=shared_bytes)
        else:
            from partwise.gpu._numba.launch import launch

            stream = self.xp.cuda.get_current_stream().ptr
            launch(spec, grid, block, passed, stream, shared_bytes)

    def to_host(self, array: Any) -> np.ndarray:
        """Copy an array from the device."""
        found: np.ndarray = self.xp.asnumpy(array)
        return found


@cache
def _compiled(file: str) -> Any:
    """Return the module of a source; it is compiled once for each kind of device."""
    import cupy

    return cupy.RawModule(code=f'#include "{file}"\n', options=nvrtc_options(file))


def nvrtc_options(file: str) -> tuple[str, ...]:
    """Return what a source is compiled with, by nvcc as well."""
    return ("--std=c++17", f"-I{SOURCES}", *_OPTIONS.get(file, ()))


@cache
def cuda() -> Cuda:
    """Return the backend of the GPU."""
    return Cuda()
