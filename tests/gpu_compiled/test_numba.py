"""Kernels of numba.cuda compile for every kind of device, without one, and are all in the table."""

import ast
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

import partwise.gpu._numba
from partwise.gpu._numba.launch import function_of
from partwise.gpu._registry import array_type, numba_kernels
from tests.gpu.toolkit import DEVICES, program

cuda = pytest.importorskip("numba.cuda")
if getattr(cuda, "implementation", "") != "NVIDIA":
    pytest.skip("there is no numba-cuda: pip install 'partwise[kernels]'", allow_module_level=True)

from numba import from_dtype, types  # noqa: E402
from numba.core.errors import TypingError  # noqa: E402

#: Registers of a thread; a kernel that needs more stands here by its name.
REGISTERS = {"": 64}

CASES = [
    pytest.param(spec, signature, id=f"{spec.name}-{signature[0][0].removeprefix('const ')}")
    for spec in numba_kernels().values()
    for signature in spec.signatures
]


def types_of(signature):
    """Return numba's types of arguments."""
    found = []
    for kind, _ in signature:
        scalar = from_dtype(array_type(kind))
        found.append(types.Array(scalar, 1, "C") if kind.endswith("*") else scalar)
    return tuple(found)


@pytest.fixture
def ptx_of(monkeypatch):
    """Return a function that gives PTX and what a kernel returns."""

    def compiled(spec, argument_types, device):
        """Compile; functions that a kernel calls would else ask the driver what device there is."""
        there = SimpleNamespace(compute_capability=device)
        monkeypatch.setattr("numba.cuda.dispatcher.get_current_device", lambda: there)
        return cuda.compile_ptx(function_of(spec).py_func, argument_types, cc=device)

    return compiled


@pytest.mark.parametrize("device", DEVICES, ids="sm_{0[0]}{0[1]}".format)
@pytest.mark.parametrize(("spec", "signature"), CASES)
def test_kernels_compile(spec, signature, device, ptx_of):
    ptx, returned = ptx_of(spec, types_of(signature), device)
    assert returned == types.void
    assert ".target sm_{}{}\n".format(*device) in ptx
    (entry,) = re.findall(r"\.visible \.entry (\w+)\(", ptx)
    assert spec.name in entry


@pytest.mark.parametrize(("spec", "signature"), CASES)
def test_kernels_take_few_registers_and_spill_nothing(spec, signature, tmp_path, ptx_of):
    source = tmp_path / "kernel.ptx"
    source.write_text(ptx_of(spec, types_of(signature), (9, 0))[0])
    done = subprocess.run(
        [program("ptxas"), "-arch=sm_90", "-v", str(source), "-o", str(tmp_path / "kernel.cubin")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (registers,) = map(int, re.findall(r"Used (\d+) registers", done.stderr))
    assert registers <= REGISTERS.get(spec.name, REGISTERS[""])
    assert {int(number) for number in re.findall(r"(\d+) bytes spill", done.stderr)} == {0}


def test_types_that_a_kernel_is_not_for_are_refused(ptx_of):
    with pytest.raises(TypingError):
        ptx_of(numba_kernels()["handshake"], (types.int32,) * 3, (9, 0))


def decorated(path):
    """Names and arguments of functions under ``cuda.jit``, but for those that kernels call."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef):
            continue
        for word in map(ast.unparse, node.decorator_list):
            if word.startswith("cuda.jit") and "device=True" not in word:
                yield node.name, [argument.arg for argument in node.args.args]


def test_every_kernel_is_in_the_table_with_its_arguments():
    root = Path(partwise.gpu._numba.__file__).parents[2]
    written = {}
    for path in sorted(root.rglob("*.py")):
        for name, arguments in decorated(path):
            written[name] = path.relative_to(root).as_posix(), arguments
    assert written == {
        spec.name: (f"gpu/_numba/{spec.file}", [name for _, name in spec.arguments])
        for spec in numba_kernels().values()
    }
