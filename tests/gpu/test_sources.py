"""The sources of kernels: none is forgotten, and all can be compiled for devices."""

import re
import subprocess
import sys

import pytest

from partwise.gpu import _advance, _backend, _near_far, _vote
from partwise.gpu._backend import nvrtc_options
from partwise.gpu._registry import SOURCES, kernel_spec, kernels, numba_kernels
from tests.gpu.toolkit import program

FILES = sorted(path.name for path in SOURCES.glob("*.cuh"))
LIMITS = {"registers": 64, "spilled bytes": 0}
#: Bytes of shared memory of a block that a launch gets without asking for more, and those that
#: are given to kernels at launch at most.
MOST_SHARED = 48 * 1024
DYNAMIC = {"vote_block": _vote._SLOT_BYTES * _vote._table_size(_vote._MANY)}
# tiles of pairs in registers: three blocks of 256 threads fit all the same, or two of them
WIDER = {
    "medoids_assign": 80, "medoids_evaluate": 80,
    "argmax_symmetric": 128, "argmax_rows_float": 128, "argmax_rows_double": 128,
}  # fmt: skip


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
    source = tmp_path / "kernels.cu"
    source.write_text(f'#include "{file}"\n')
    done = subprocess.run(
        [program("nvcc"), *nvrtc_options(file), "-arch=sm_90", "-cubin", "-Xptxas", "-v",
         "-Werror", "all-warnings", "-diag-suppress", "177", str(source),
         "-o", str(tmp_path / "k.cubin")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    used = re.findall(
        r"Compiling entry function '(\w+)'.*?Used (\d+) registers(.*?)$", done.stderr, re.S | re.M
    )
    assert {name for name, *_ in used} == {
        spec.name for spec in kernels().values() if spec.file == file
    }
    spills = [int(number) for number in re.findall(r"(\d+) bytes spill", done.stderr)]
    for name, registers, rest in used:
        assert int(registers) <= WIDER.get(name, LIMITS["registers"]), name
        shared = int("".join(re.findall(r"(\d+) bytes smem", rest)) or 0)
        assert shared + DYNAMIC.get(name, 0) <= MOST_SHARED, name
    assert max(spills, default=0) <= LIMITS["spilled bytes"]


def test_cuda_is_not_imported_before_a_kernel_is_launched():
    code = (
        "import sys; from partwise.gpu import bfs; from partwise.gpu import _backend, _vote; "
        "from partwise.gpu._registry import kernel_spec; kernel_spec('vote_warp'); "
        "print(sorted({'cupy', 'numba.cuda.dispatcher'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_kernels_are_found_by_name_whatever_their_kind():
    assert kernel_spec("vote_hub").kind == "cudac"
    assert kernel_spec("vote_warp").kind == "numba"
    with pytest.raises(KeyError, match="there is no kernel 'vote_wave'"):
        kernel_spec("vote_wave")
    assert not set(kernels()) & set(numba_kernels())
