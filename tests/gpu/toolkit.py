"""Where the programs of the CUDA toolkit are: on the path, or in packages of the extra kernels."""

import importlib.util
import os
import shutil
from pathlib import Path

import pytest

#: Devices that kernels are compiled for, as compute capabilities.
DEVICES = ((7, 5), (8, 0), (9, 0), (10, 0))


def program(name):
    """Return the path of ``nvcc`` or ``ptxas``; skip the test where there is none."""
    found = shutil.which(name) or _in_packages(name)
    if found is None:
        pytest.skip(f"there is no {name}; pip install 'partwise[kernels]'")
    return found


def _in_packages(name):
    spec = importlib.util.find_spec("nvidia")
    for folder in spec.submodule_search_locations or () if spec else ():
        path = Path(folder) / "cu13" / "bin" / name
        if os.access(path, os.X_OK):
            return str(path)
    return None
