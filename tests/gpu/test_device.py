"""What is said where a GPU cannot be used."""

import importlib.util
import sys
from types import SimpleNamespace

import pytest

from partwise.gpu import _device


@pytest.mark.parametrize(
    ("has_cupy", "has_gpu", "has_numba", "reason"),
    [
        (False, True, True, "the package cupy is not installed; install it with: pip install"),
        (True, False, True, "no NVIDIA GPU, or no driver for it, was found"),
        (True, True, False, "the package numba-cuda is not installed; install it with: pip"),
        (True, True, True, None),
    ],
)
def test_reasons(has_cupy, has_gpu, has_numba, reason, monkeypatch):
    cupy = SimpleNamespace(cuda=SimpleNamespace(is_available=lambda: has_gpu))
    monkeypatch.setitem(sys.modules, "cupy", cupy if has_cupy else None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name if has_numba else None)
    _device.why_not_cuda.cache_clear()
    try:
        found = _device.why_not_cuda()
    finally:
        _device.why_not_cuda.cache_clear()
    if reason is None:
        assert found is None
    else:
        assert found.startswith(reason)
