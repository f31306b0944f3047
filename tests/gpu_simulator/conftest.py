"""Numba reads ``NUMBA_ENABLE_CUDASIM`` when it is imported: these tests need their own process."""

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
IS_SIMULATED = os.environ.get("NUMBA_ENABLE_CUDASIM") == "1"

if IS_SIMULATED:
    from tests.gpu_simulator import warps

    warps.install()


def pytest_collection_modifyitems(items):
    """Skip the tests of this folder, and say so, in a process without the simulator."""
    if IS_SIMULATED:
        return
    reason = "needs a process of its own with NUMBA_ENABLE_CUDASIM=1: make test-kernels"
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.skip(reason=reason))
