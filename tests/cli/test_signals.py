"""Signals that arrive where Python drops what is raised."""

import subprocess
import sys

import pytest

IN_A_FINALISER = """
import os, signal, time
from partwise.cli._signals import end_on_signals

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        for _ in range(1000):
            pass

with end_on_signals(signal.SIGTERM):
    finalised = Finalised()
    del finalised
    time.sleep({seconds})
print("went on")
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process there at once")
def test_signal_in_a_finaliser_ends_the_process_without_a_word():
    done = run(IN_A_FINALISER.format(seconds=30))
    assert done.returncode == 143
    assert done.stdout == done.stderr == ""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM ends a process there at once")
def test_no_signal_is_sent_once_the_work_is_over():
    done = run(IN_A_FINALISER.format(seconds=0) + "time.sleep(0.5)")
    assert done.returncode == 0
    assert done.stdout == "went on\n"
