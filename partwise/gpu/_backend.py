"""Arrays and launches on a device, behind one face: CuPy, or what stands in for it in tests."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol

import numpy as np

from partwise.gpu._registry import SOURCES, kernels

__all__ = ["OPTIONS", "Backend", "Cuda", "cuda"]

#: What sources are compiled with beside the standard. In spmv.cuh products are rounded before they
#: are added, as on the CPU; of argmax.cuh two blocks of 256 threads fit on a multiprocessor.
OPTIONS = {"spmv.cuh": ("--fmad=false",), "argmax.cuh": ("--maxrregcount=128",)}

BLOCK = 256  # threads of a block, unless a kernel wants otherwise


class Backend(Protocol):
    """What drivers of kernels need.

    Attributes
    ----------
    xp : module
        NumPy, or what has its functions.
    """

    xp: Any

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int = BLOCK, shared_bytes: int = 0
    ) -> None:
        """Run a kernel with at least as many threads, up to some number of blocks."""

    def to_host(self, array: Any) -> np.ndarray:
        """Return a NumPy array of the same entries."""


class Cuda:
    """Kernels compiled by NVRTC, on arrays of CuPy, in its current stream."""

    _MOST_BLOCKS = 65_536

    def __init__(self) -> None:
        import cupy

        self.xp: Any = cupy
        self._numpy_types = {
            "int": np.int32, "unsigned": np.uint32, "int64": np.int64, "uint64": np.uint64,
            "float": np.float32, "double": np.float64,
        }  # fmt: skip

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int = BLOCK, shared_bytes: int = 0
    ) -> None:
        """Run a kernel; numbers are given the type that it takes."""
        spec = kernels()[name]
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
    options = ("--std=c++17", f"-I{SOURCES}", *OPTIONS.get(file, ()))
    return cupy.RawModule(code=source, options=options)


@cache
def cuda() -> Cuda:
    """Return the backend of the GPU."""
    return Cuda()
