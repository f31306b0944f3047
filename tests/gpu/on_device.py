"""Tests on a GPU, and a note of which test module launched which kernel.

With ``PARTWISE_TEST_DEVICE=cuda`` what would run on the emulator runs on the GPU: arrays of NumPy
are copied there before a kernel and back after it, and public functions get the true backend.
"""

import os
from collections import defaultdict

import numpy as np

from partwise.gpu._backend import Cuda
from partwise.gpu._registry import kernel_spec

#: Test modules by kernel.
LAUNCHED = defaultdict(set)


def note(name):
    """Remember that the test that is running has launched a kernel."""
    module = os.environ.get("PYTEST_CURRENT_TEST", "").split("::")[0]
    if module:
        LAUNCHED[name].add(module)


def is_wanted():
    """Return whether kernels are to run on a GPU."""
    where = os.environ.get("PARTWISE_TEST_DEVICE", "emulator")
    if where not in ("emulator", "cuda"):
        raise ValueError(f"PARTWISE_TEST_DEVICE must be 'emulator' or 'cuda', got {where!r}")
    return where == "cuda"


def run(name, grid, block, arguments, shared_bytes=0):
    """Run a kernel on the GPU on arrays of NumPy; those that it may write to are copied back."""
    signature = kernel_spec(name).signature_of(arguments)
    backend, there = Cuda(), {}
    passed = []
    for (kind, _), value in zip(signature, arguments, strict=True):
        if kind.endswith("*"):  # an array that is given twice is one array there, too
            key = value.ctypes.data, value.shape
            value = there.setdefault(key, (backend.xp.asarray(value), value, []))
            value[2].append(kind)
            value = value[0]
        passed.append(value)
    backend.run(name, grid, block, *passed, shared_bytes=shared_bytes)
    for copy, original, kinds in there.values():
        if not all(kind.startswith("const ") for kind in kinds):
            np.copyto(original, backend.to_host(copy))


class Recorded(Cuda):
    """The backend of the GPU, with a list of what was launched."""

    def __init__(self):
        super().__init__()
        self.launched = []

    def run(self, name, grid, block, *arguments, shared_bytes=0):
        """Run a kernel."""
        self.launched.append(name)
        note(name)
        super().run(name, grid, block, *arguments, shared_bytes=shared_bytes)
