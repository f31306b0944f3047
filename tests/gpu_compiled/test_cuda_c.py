"""Kernels of CUDA C compile by NVRTC, as on a machine with a GPU, for every kind of device."""

import re

import pytest

from partwise.gpu._backend import nvrtc_options
from partwise.gpu._registry import SOURCES, kernels
from tests.gpu.toolkit import DEVICES

nvrtc = pytest.importorskip("cuda.bindings.nvrtc", reason="pip install 'partwise[kernels]'")

FILES = sorted({spec.file for spec in kernels().values()})


def called(function, *arguments):
    """Return what a function of NVRTC gives beside its status."""
    status, *rest = function(*arguments)
    assert status == nvrtc.nvrtcResult.NVRTC_SUCCESS, nvrtc.nvrtcGetErrorString(status)
    return rest[0] if rest else None


def ptx_of(code, options):
    """Return PTX, or the messages of the compiler."""
    program = called(nvrtc.nvrtcCreateProgram, code.encode(), b"kernels.cu", 0, [], [])
    words = [option.encode() for option in options]
    (status,) = nvrtc.nvrtcCompileProgram(program, len(words), words)
    if status != nvrtc.nvrtcResult.NVRTC_SUCCESS:
        text = b" " * called(nvrtc.nvrtcGetProgramLogSize, program)
        called(nvrtc.nvrtcGetProgramLog, program, text)
        return None, text.decode()
    text = b" " * called(nvrtc.nvrtcGetPTXSize, program)
    called(nvrtc.nvrtcGetPTX, program, text)
    return text.decode(), ""


@pytest.mark.parametrize("device", DEVICES, ids="sm_{0[0]}{0[1]}".format)
@pytest.mark.parametrize("file", FILES)
def test_sources_compile(file, device):
    name = "{}{}".format(*device)
    options = (*nvrtc_options(file), f"--gpu-architecture=compute_{name}")
    ptx, messages = ptx_of(f'#include "{file}"\n', options)
    assert not messages
    assert f".target sm_{name}\n" in ptx
    entries = set(re.findall(r"\.visible \.entry (\w+)\(", ptx))
    assert entries == {spec.name for spec in kernels().values() if spec.file == file}


def test_faults_are_told():
    code = '#include "dialect.cuh"\nGLOBAL void wrong(int* x) { x[0] = missing; }\n'
    ptx, messages = ptx_of(code, nvrtc_options("wrong.cuh"))
    assert ptx is None
    assert 'kernels.cu(2): error: identifier "missing" is undefined' in messages


def test_every_source_has_kernels_or_is_included_by_one_that_has():
    included = set()
    for file in FILES:
        included |= set(re.findall(r'#include "(\w+\.cuh)"', (SOURCES / file).read_text()))
    assert {path.name for path in SOURCES.glob("*.cuh")} == included | set(FILES)
