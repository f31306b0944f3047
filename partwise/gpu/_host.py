"""The CPU as a backend: NumPy, and kernels of Numba in the place of those of a device."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

from partwise.gpu._backend import BLOCK
from partwise.gpu._registry import array_type, kernel_spec, kernels
from partwise.kernels.parallel import SERIAL_BELOW, launch_on

__all__ = ["Host"]

_TWINS = "partwise.gpu._kernels"


class Host:
    """Runs twins: functions of ``partwise.gpu._kernels`` that take what a device's kernel takes.

    Parameters
    ----------
    n_jobs : int, default=1
        Threads; results do not depend on them.
    """

    is_host = True
    block = BLOCK
    xp: Any = np

    def __init__(self, n_jobs: int = 1) -> None:
        self.n_jobs = n_jobs

    def launch(
        self, name: str, n_threads: int, *arguments: Any, block: int | None = None,
        shared_bytes: int = 0,
    ) -> None:  # fmt: skip
        """Run the twin of a kernel; the shape of the launch is the twin's own affair."""
        rows = f"{name}_thread"  # of kernels for rows there are several, with one twin
        spec = kernel_spec(rows if rows in kernels() else name)
        passed = [
            value if kind.endswith("*") else array_type(kind).type(value)
            for (kind, _), value in zip(spec.signature_of(arguments), arguments, strict=True)
        ]
        module = f"{_TWINS}.{spec.file.removesuffix('.cuh')}"
        with launch_on(self.n_jobs if n_threads >= SERIAL_BELOW else 1):
            _twin(spec.twin or f"{module}:{name}")(*passed)

    def to_host(self, array: Any) -> np.ndarray:
        """Return the array: it is here."""
        found: np.ndarray = array
        return found


@cache
def _twin(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
