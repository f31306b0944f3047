"""Fixtures that the whole suite shares.

The slow references under ``tests/oracles`` are loaded here and handed out as the fixture `oracles`:
tests run with ``--import-mode=importlib`` and cannot import one another.
"""

import importlib.util
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, settings

# The first example may compile a kernel, so no deadline; CI repeats the same examples every time.
settings.register_profile(
    "partwise",
    deadline=None,
    max_examples=60,
    derandomize="CI" in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("partwise")


@pytest.fixture(scope="session")
def oracles():
    """Every module of tests/oracles, as an attribute of its name."""
    found = SimpleNamespace()
    for path in sorted((Path(__file__).parent / "oracles").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"oracle_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        setattr(found, path.stem, module)
    return found
