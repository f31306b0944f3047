"""Tests on a GPU: what is copied there and back, with a copying stand-in for the GPU."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest

from partwise.gpu._registry import kernel_spec
from tests.gpu import emulated, on_device


class Copying:
    """Keeps arrays of its own, as a GPU does; runs twins."""

    xp = SimpleNamespace(asarray=np.array)
    given: list = []  # noqa: RUF012

    def run(self, name, grid, block, *arguments, shared_bytes=0):
        """Run the twin of a kernel."""
        self.given.append((name, grid, block, shared_bytes))
        emulated.run_twin(kernel_spec(name), arguments)

    def to_host(self, array):
        """Return a copy."""
        return array.copy()


@pytest.fixture
def copying(monkeypatch):
    """Run tests on the stand-in."""
    monkeypatch.setenv("PARTWISE_TEST_DEVICE", "cuda")
    monkeypatch.setattr(on_device, "Cuda", Copying)
    monkeypatch.setattr(on_device, "LAUNCHED", defaultdict(set))  # this is no launch
    monkeypatch.setattr(Copying, "given", [])


def test_what_a_kernel_writes_comes_back(copying):
    best, found = np.array([1, 0, -1], np.int32), np.zeros(3, np.int32)
    emulated.Emulated(most_blocks=2).launch("handshake", 3, best, 3, found, block=64)
    assert found.tolist() == [0, 0, 2]
    assert Copying.given == [("handshake", 1, 64, 0)]


def test_an_array_that_is_given_twice_is_one(copying):
    both = np.array([1, 0, 3, 2], np.int32)
    on_device.run("handshake", 1, 32, (both, 4, both))
    assert both.tolist() == [0, 1, 2, 3]  # of two arrays it would be 0, 0, 2, 2


def test_devices_that_are_none(monkeypatch):
    monkeypatch.setenv("PARTWISE_TEST_DEVICE", "tpu")
    with pytest.raises(ValueError, match="PARTWISE_TEST_DEVICE must be 'emulator' or 'cuda'"):
        on_device.is_wanted()
