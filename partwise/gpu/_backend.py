"""Arrays and launches on a device, behind one face: CuPy, or what stands in for it in tests."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np

from partwise.gpu._registry import SOURCES, kernels

__all__ = ["Backend", "Cuda", "cuda"]

#: Sources whose products are rounded before they are added, as on the CPU.
_ROUNDED = frozenset({"spmv.cuh"})

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
    """

    xp: Any
    block: int

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int | None = None,
        shared_bytes: int = 0,
    ) -> None:  # fmt: skip
        """Run a kernel with at least as many threads, up to some number of blocks."""

    def to_host(self, array: Any) -> np.ndarray:
        """Return a NumPy array of the same entries."""


class Cuda:
    """Kernels compiled by NVRTC, on arrays of CuPy, in its current stream."""

    _MOST_BLOCKS = 65_536

    def __init__(self) -> None:
        import cupy

        self.xp: Any = cupy
        self.block = BLOCK
        self._numpy_types = {
            "int": np.int32, "unsigned": np.uint32, "int64": np.int64, "uint64": np.uint64,
            "float": np.float32, "double": np.float64,
        }  # fmt: skip

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int | None = None,
        shared_bytes: int = 0,
    ) -> None:  # fmt: skip
        """Run a kernel; numbers are given the type that it takes."""
        spec = kernels()[name]
        block = block or (WIDE_BLOCK if spec.is_wide else BLOCK)
        grid = min(max(1, -(-n_threads // block)), self._MOST_BLOCKS)
        passed = tuple(
            value if kind.endswith("*") else self._numpy_types[kind](value)
            for (kind, _), value in zip(spec.arguments, arguments, strict=True)
        )
        _compiled(spec.file).get_function(name)((grid,), (block,), passed, shared_mem=shared_bytes)

    def to_host(self, array: Any) -> np.ndarray:
        """Copy an array from the device."""
        found: np.ndarray = self.xp.asnumpy(array)
        return found


@cache
def _compiled(file: str) -> Any:
    """Return the module of a source; it is compiled once for each kind of device."""
    import cupy

    source = f'#include "{file}"\n'
    options = ["--std=c++17", f"-I{SOURCES}"]
    if file in _ROUNDED:
        options.append("--fmad=false")
    return cupy.RawModule(code=source, options=tuple(options))


@cache
def cuda() -> Cuda:
    """Return the backend of the GPU."""
    return Cuda()
