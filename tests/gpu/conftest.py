"""The emulated device in the place of a GPU."""

import pytest

from partwise.gpu import _device
from tests.gpu.emulated import Emulated


@pytest.fixture
def gpu(monkeypatch):
    """Give a GPU with a gibibyte, which the emulator stands in for."""
    device = Emulated()
    monkeypatch.setattr(_device, "why_not_cuda", lambda: None)
    monkeypatch.setattr(_device, "available_memory", lambda: 2**30)
    monkeypatch.setattr("partwise.gpu._backend.cuda", lambda: device)
    return device
