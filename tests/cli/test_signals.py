"""Signals that arrive where Python drops what is raised."""

import signal
import subprocess
import sys
import threading

import pytest

from partwise.cli._signals import stop_on_interrupt

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


@pytest.fixture
def heeded_interrupts():
    """Undo that a shell's job in the background ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heeded_interrupts")
def test_a_first_interrupt_is_told_and_a_second_one_is_raised(capfd):
    with stop_on_interrupt("said at once") as asked:
        assert not asked()
        signal.raise_signal(signal.SIGINT)
        assert asked()
        assert capfd.readouterr().err == "said at once\n"
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ignored_interrupts_stay_ignored():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with stop_on_interrupt("never") as asked:
            signal.raise_signal(signal.SIGINT)
            assert not asked()
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_are_never_asked():
    answers = []

    def work():
        with stop_on_interrupt("never") as asked:
            answers.append(asked())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == [False]
