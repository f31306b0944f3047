"""A GPU for tests: the emulated one, or the true one with ``PARTWISE_TEST_DEVICE=cuda``."""

import pytest

from partwise.gpu import _device
from tests.gpu import on_device
from tests.gpu.strict import Strict


@pytest.fixture
def gpu(monkeypatch):
    """Give a GPU; of an emulated one, a gibibyte is free."""
    if on_device.is_wanted():
        device = on_device.Recorded()
    else:
        device = Strict()
        monkeypatch.setattr(_device, "why_not_cuda", lambda: None)
        monkeypatch.setattr(_device, "available_memory", lambda: 2**30)
    monkeypatch.setattr("partwise.gpu._backend.cuda", lambda: device)
    return device
