"""The sources of kernels: none is forgotten, and all can be compiled for devices."""

import re
import shutil
import subprocess

import pytest

from partwise.gpu import _advance, _backend, _near_far
from partwise.gpu._registry import SOURCES, kernels

FILES = sorted(path.name for path in SOURCES.glob("*.cuh"))
LIMITS = {"registers": 64, "spilled bytes": 0}


def test_every_kernel_of_every_source_is_known():
    written = {
        name
        for path in SOURCES.glob("*.cuh")
        for name in re.findall(r"GLOBAL(?:_WIDE)?\s+\w[\w\s*]*?(\w+)\s*\(", path.read_text())
    }
    assert written == set(kernels())
    for spec in kernels().values():
        assert spec.file in FILES
        for kind, name in spec.arguments:
            assert re.fullmatch(r"(const )?(int|unsigned|int64|uint64|float|double)\*?", kind), name


def test_constants_that_the_host_must_know_are_those_of_the_sources():
    text = "".join(path.read_text() for path in SOURCES.glob("*.cuh"))
    numbers = {name: int(value) for name, value in re.findall(r"\b([A-Z_]+) = (\d+)\b", text)}
    assert numbers["ITEMS"] == _advance.ITEMS
    assert numbers["THREADS_OF_TILE"] == _backend.BLOCK
    assert numbers["MOST_THREADS"] == _backend.WIDE_BLOCK
    assert (numbers["LEAST"], numbers["LIMIT"]) == (_near_far._LEAST, _near_far._LIMIT)


@pytest.mark.parametrize("file", FILES)
def test_kernels_compile_for_a_device_and_spill_nothing(file, tmp_path):
    if shutil.which("nvcc") is None:
        pytest.skip("there is no nvcc")
    source = tmp_path / "kernels.cu"
    source.write_text(f'#include "{file}"\n')
    done = subprocess.run(
        ["nvcc", "-std=c++17", "-arch=sm_90", "-cubin", "-Xptxas", "-v", "-Werror", "all-warnings",
         "-diag-suppress", "177", f"-I{SOURCES}", str(source), "-o", str(tmp_path / "k.cubin")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    names = set(re.findall(r"Compiling entry function '(\w+)'", done.stderr))
    assert names == {spec.name for spec in kernels().values() if spec.file == file}
    registers = [int(number) for number in re.findall(r"Used (\d+) registers", done.stderr)]
    spills = [int(number) for number in re.findall(r"(\d+) bytes spill", done.stderr)]
    assert max(registers, default=0) <= LIMITS["registers"]
    assert max(spills, default=0) <= LIMITS["spilled bytes"]
