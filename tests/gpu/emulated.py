"""The emulated device as a backend: NumPy and the emulator in the place of CuPy and a GPU."""

import importlib

import numpy as np

from partwise.gpu._registry import array_type, kernel_spec
from tests.gpu import on_device
from tests.gpu.emulator import launch


class Emulated:
    """Runs few blocks of few threads, so that every thread has several turns.

    Kernels of CUDA C run on the emulator. In the place of kernels of numba.cuda their twins run
    here; `tests/gpu_simulator` runs the kernels themselves.
    """

    xp = np
    is_host = False

    def __init__(self, seed=0, most_blocks=3, block=32):
        self.seed, self.most_blocks, self.block = seed, most_blocks, block
        self.launched = []
        self.reads = 0

    def launch(self, name, n_threads, *arguments, block=None, shared_bytes=0):
        """Run a kernel of the emulator, or the twin of one of numba.cuda."""
        self.seed += 1
        self.launched.append(name)
        block = block or self.block * (2 if kernel_spec(name).is_wide else 1)
        grid = min(max(1, -(-n_threads // block)), self.most_blocks)
        spec = kernel_spec(name)
        if spec.kind == "cudac":
            launch(name, grid, block, *arguments, seed=self.seed, shared_bytes=shared_bytes)
        elif on_device.is_wanted():
            on_device.note(name)
            on_device.run(name, grid, block, arguments, shared_bytes)
        else:
            run_twin(spec, arguments)

    def to_host(self, array):
        """Return a copy, as a device would, and count it."""
        self.reads += 1
        return np.array(array)


def run_twin(spec, arguments):
    """Do on the CPU what a kernel of numba.cuda does."""
    module, function = spec.twin.split(":")
    getattr(importlib.import_module(module), function)(*numbers_typed(spec, arguments))


def numbers_typed(spec, arguments):
    """Give numbers the type that a kernel takes, and refuse arrays of others."""
    return [
        value if kind.endswith("*") else array_type(kind).type(value)
        for (kind, _), value in zip(spec.signature_of(arguments), arguments, strict=True)
    ]
