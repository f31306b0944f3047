"""The emulated device as a backend: NumPy and the emulator in the place of CuPy and a GPU."""

import numpy as np

from partwise.gpu._registry import kernels
from tests.gpu.emulator import launch


class Emulated:
    """Runs few blocks of few threads, so that every thread has several turns."""

    xp = np

    def __init__(self, seed=0, most_blocks=3, block=32):
        self.seed, self.most_blocks, self.block = seed, most_blocks, block
        self.launched = []
        self.reads = 0

    def launch(self, name, n_threads, *arguments, block=None, shared_bytes=0):
        """Run a kernel of the emulator."""
        self.seed += 1
        self.launched.append(name)
        block = block or self.block * (2 if kernels()[name].is_wide else 1)
        grid = min(max(1, -(-n_threads // block)), self.most_blocks)
        launch(name, grid, block, *arguments, seed=self.seed, shared_bytes=shared_bytes)

    def to_host(self, array):
        """Return a copy, as a device would, and count it."""
        self.reads += 1
        return np.array(array)
