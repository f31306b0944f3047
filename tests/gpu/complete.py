"""A plugin of pytest for runs that must be whole: ``-p tests.gpu.complete``.

Such a run fails if a test is skipped, if fewer pass than ``--least``, and if a kernel of the kind
``--kernels`` is launched by no test, or not by one that `launches.json` says launches it.
``--launches FILE`` writes what launched what, and ``--device-record FILE`` which kernels have run
on a GPU, if all tests have passed there.
"""

import json
import subprocess
import time
from pathlib import Path

import pytest

from partwise.gpu._registry import kernels, numba_kernels
from tests.gpu import on_device

COMMITTED = Path(__file__).parent / "launches.json"
ROOT = Path(__file__).resolve().parents[2]

faults = []


def pytest_addoption(parser):
    """Add the options."""
    group = parser.getgroup("complete")
    group.addoption("--least", type=int, default=1, help="tests that must pass")
    group.addoption("--kernels", choices=("cudac", "numba"), help="kind of which all must run")
    group.addoption("--launches", type=Path, help="write kernels and the tests that launch them")
    group.addoption("--device-record", type=Path, help="write kernels that have run on a GPU")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session, exitstatus):
    """Fail a run that is not whole; write what is asked for."""
    config = session.config
    launched = {name: sorted(modules) for name, modules in sorted(on_device.LAUNCHED.items())}
    if config.option.launches is not None:
        config.option.launches.write_text(json.dumps(launched))
        return
    stats = config.pluginmanager.get_plugin("terminalreporter").stats
    faults.extend(missing(stats, config.option.least, config.option.kernels, launched))
    if faults:
        session.exitstatus = max(int(exitstatus), int(pytest.ExitCode.TESTS_FAILED))
    elif exitstatus == 0 and config.option.device_record is not None:
        config.option.device_record.write_text(json.dumps(device_facts(launched), indent=1) + "\n")


def pytest_terminal_summary(terminalreporter):
    """Tell why a run is not whole."""
    for fault in faults:
        terminalreporter.write_line(f"INCOMPLETE {fault}", red=True)


def missing(stats, least, kind, launched):
    """Return what a run lacks.

    Parameters
    ----------
    stats : dict of list
        Reports by outcome.
    least : int
    kind : {"cudac", "numba"}, or None
    launched : dict of list of str
        Test modules by kernel.
    """
    found = [f"{name} was skipped" for name in map(_name_of, stats.get("skipped", []))]
    passed = len(stats.get("passed", []))
    if passed < least:
        found.append(f"{passed} tests passed, at least {least} are wanted")
    if kind is None:
        return found
    said = json.loads(COMMITTED.read_text())
    folder = "tests/gpu/" if kind == "cudac" else "tests/gpu_simulator/"
    for name in kernels() if kind == "cudac" else numba_kernels():
        if name not in launched:
            found.append(f"no test has launched {name}")
            continue
        for module in said.get(name, []):
            if module.startswith(folder) and module not in launched[name]:
                found.append(f"{module} does not launch {name}: python -m tests.gpu.coverage")
    return found


def _name_of(report):
    return report.nodeid or str(report.fspath)


def device_facts(launched):
    """Return what was run, where, when, and at which commit."""
    import cupy

    words = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    return {
        "device": cupy.cuda.runtime.getDeviceProperties(0)["name"].decode(),
        "date": time.strftime("%Y-%m-%d"),
        "commit": done.stdout.strip() or "unknown",
        "kernels": list(launched),
    }
