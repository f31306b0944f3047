"""Launching kernels of numba.cuda on arrays of CuPy, in its stream and without copies."""

from __future__ import annotations

import importlib
import warnings
from typing import Any

from partwise.gpu._registry import KernelSpec

__all__ = ["function_of", "launch"]


def function_of(spec: KernelSpec) -> Any:
    """Return what numba.cuda made of a kernel; it is compiled when it is first launched."""
    module = importlib.import_module(f"partwise.gpu._numba.{spec.file.removesuffix('.py')}")
    return getattr(module, spec.name)


def launch(
    spec: KernelSpec, grid: int, block: int, arguments: tuple[Any, ...], stream: int,
    shared_bytes: int = 0,
) -> None:  # fmt: skip
    """Run a kernel.

    Parameters
    ----------
    spec : KernelSpec
    grid, block : int
        Blocks, and threads of each.
    arguments : tuple
        Arrays of CuPy and NumPy's numbers, of the types of one signature.
    stream : int
        Address of the stream that the arrays are used in, 0 for the default one.
    shared_bytes : int, default=0
    """
    from numba import cuda

    # Without `sync`, or the host would wait for the stream at every array: it is the same stream.
    passed = [
        cuda.as_cuda_array(value, sync=False)
        if hasattr(value, "__cuda_array_interface__")
        else value
        for value in arguments
    ]
    its_stream = cuda.external_stream(stream) if stream else 0
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Grid size")  # few blocks are right for small graphs
        configured = function_of(spec)[grid, block, its_stream, shared_bytes]
    configured(*passed)
