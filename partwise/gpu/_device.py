"""Where to compute: on the CPU, or on a GPU that is asked whether it is there."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from typing import Any, Literal, get_args

from partwise.errors import DeviceError

__all__ = [
    "Device", "available_memory", "device_for", "has_cuda", "needs_memory", "resolve_device",
]  # fmt: skip

Device = Literal["cpu", "cuda", "auto"]

#: Arcs from which "auto" moves a graph to the GPU: below, launches take longer than the work.
WORTH_MOVING = 1e7

_HINT = "install it with: pip install 'partwise[gpu]'"


def resolve_device(device: str | None = None, *, given: Any = None, work: float = 0.0) -> str:
    """Return ``"cpu"`` or ``"cuda"``.

    Parameters
    ----------
    device : {"cpu", "cuda", "auto"}, optional
        By default what the environment variable ``PARTWISE_DEVICE`` says, else "auto".
    given : object, optional
        Input; "auto" stays where it is.
    work : float, default=0
        Arcs or entries to read; "auto" moves to a GPU only from :data:`WORTH_MOVING` on.

    Raises
    ------
    ValueError
        There is no such device.
    DeviceError
        A GPU is asked for and there is none, or a package that it needs is not installed.
    """
    if device is None:
        device = os.environ.get("PARTWISE_DEVICE", "auto")
    if device not in get_args(Device):
        raise ValueError(f"device must be 'cpu', 'cuda' or 'auto', got {device!r}")
    if device == "auto":
        on_device = hasattr(given, "__cuda_array_interface__")
        return "cuda" if on_device or (work >= WORTH_MOVING and has_cuda()) else "cpu"
    if device == "cuda":
        reason = why_not_cuda()
        if reason is not None:
            raise DeviceError(f"device='cuda' was asked for, but {reason}")
    return device


def device_for(device: str | None, *, why_not: str | None, by_default: bool, work: float) -> str:
    """Return ``"cpu"`` or ``"cuda"`` for something that a GPU can do, or not with these options.

    Parameters
    ----------
    device : {"cpu", "cuda", "auto"}, optional
        As for :func:`resolve_device`.
    why_not : str or None
        What a GPU cannot do; only an explicit ``"cuda"`` is refused for it, else it is the CPU.
    by_default : bool
        Whether to think of a GPU where neither `device` nor the environment names one.
    work : float
        As for :func:`resolve_device`.

    Raises
    ------
    ValueError
        A GPU is asked for and cannot do it.
    DeviceError
        A GPU is asked for and there is none.
    """
    if device is None and "PARTWISE_DEVICE" not in os.environ and not by_default:
        return "cpu"
    where = resolve_device(device, work=work)
    if where == "cpu" or why_not is None:
        return where
    if device == "cuda":
        raise ValueError(f"device='cuda' {why_not}")
    return "cpu"


def has_cuda() -> bool:
    """Return whether there is a GPU that can be used."""
    return why_not_cuda() is None


@cache
def why_not_cuda() -> str | None:
    """Return what is missing for a GPU to be used, or None."""
    try:
        import cupy
    except ImportError:
        return f"the package cupy is not installed; {_HINT}"
    # cupy imports without a driver, and fails only when it is used
    if not cupy.cuda.is_available():
        return "no NVIDIA GPU, or no driver for it, was found"
    if importlib.util.find_spec("numba_cuda") is None:
        return f"the package numba-cuda is not installed; {_HINT}"
    return None


def available_memory() -> int:
    """Return the bytes of memory that are free on the current GPU, those of the pool included."""
    import cupy

    free, _ = cupy.cuda.runtime.memGetInfo()
    return int(free) + int(cupy.get_default_memory_pool().free_bytes())


def needs_memory(n_bytes: int, what: str, *, free: int | None = None) -> None:
    """Raise if something would not fit, before any of it is allocated.

    Raises
    ------
    MemoryError
        The message has what is needed and what there is.
    """
    free = available_memory() if free is None else free
    if n_bytes > free:
        raise MemoryError(
            f"{what} needs {n_bytes / 2**30:.2f} GiB on the GPU, {free / 2**30:.2f} GiB are free; "
            "device='cpu' does without"
        )
