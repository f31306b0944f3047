"""The simulated device as a backend; kernels of CUDA C run on the emulator."""

import random

import numpy as np

from partwise.gpu._numba.launch import function_of
from partwise.gpu._registry import kernel_spec
from tests.gpu import on_device
from tests.gpu.emulated import Emulated, numbers_typed
from tests.gpu_simulator.blocks import Block


class Simulated(Emulated):
    """Runs few blocks of few warps, so that every warp has several turns."""

    def launch(self, name, n_threads, *arguments, block=None, shared_bytes=0):
        """Run a kernel."""
        spec = kernel_spec(name)
        if spec.kind == "cudac":
            super().launch(name, n_threads, *arguments, block=block, shared_bytes=shared_bytes)
            return
        self.launched.append(name)
        on_device.note(name)
        grid = min(max(1, -(-n_threads // self.block)), self.most_blocks)
        passed = numbers_typed(spec, arguments)
        Block.order = random.Random(self.seed)
        self.seed += 1
        with np.errstate(over="raise"):
            function_of(spec)[grid, self.block, 0, shared_bytes](*passed)
