"""Workers answer, fail, hang and die without taking the run along; logs survive a kill."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks._harness import RowLog, Worker, WorkerError, environment_facts, rotated
from benchmarks._memory import PeakMemory, peak_is_known

HANDLER = """
import os, signal, time

class Handler:
    def __init__(self, start):
        self.count = start

    def add(self, number):
        self.count += number
        return self.count

    def fail(self):
        raise ValueError("no such  graph")

    def hang(self):
        time.sleep(60)

    def die(self):
        os.kill(os.getpid(), signal.SIGSEGV)

    def leave(self):
        os._exit(3)

    def shout(self):
        os.write(1, b"noise of a C library")
        return "quiet"

    def threads(self):
        return os.environ["OMP_NUM_THREADS"]
"""


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    (tmp_path / "benchmark_handler.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(tmp_path)
    worker = Worker("benchmark_handler", "Handler", (10,), n_threads=1)
    yield worker
    worker.stop()


def test_worker_keeps_its_object(worker: Worker) -> None:
    assert worker.call("add", 1) == 11
    assert worker.call("add", 1) == 12
    assert worker.call("threads") == "1"


def test_exception_is_an_error_and_the_worker_lives(worker: Worker) -> None:
    with pytest.raises(WorkerError, match="ValueError: no such graph") as caught:
        worker.call("fail")
    assert caught.value.status == "error"
    assert worker.call("add", 1) == 11


@pytest.mark.parametrize(("method", "reason"), [("die", "SIGSEGV"), ("leave", "exit code 3")])
def test_death_is_reported_and_the_next_call_starts_anew(
    worker: Worker, method: str, reason: str
) -> None:
    worker.call("add", 5)
    with pytest.raises(WorkerError, match=reason) as caught:
        worker.call(method)
    assert caught.value.status == "crash"
    assert worker.call("add", 1) == 11


def test_hanging_call_times_out(worker: Worker) -> None:
    worker.call("add", 0)
    with pytest.raises(WorkerError, match=r"no answer in 0\.2 s") as caught:
        worker.call("hang", timeout=0.2)
    assert caught.value.status == "timeout"
    assert not worker.alive


def test_output_of_a_worker_does_not_reach_ours(
    worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    assert worker.call("shout") == "quiet"
    assert capfd.readouterr().out == ""


def test_log_resumes_after_a_half_written_line(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = RowLog(path, ["graph", "k"], resume=False)
    log.append({"graph": "a", "k": 2, "cut": 7})
    log.append({"graph": "a", "k": 4, "cut": 9})
    with path.open("a") as file:
        file.write('{"graph": "b", "k"')
    again = RowLog(path, ["graph", "k"], resume=True)
    assert {"graph": "a", "k": 4} in again
    assert {"graph": "b", "k": 2} not in again
    again.append({"graph": "a", "k": 2, "cut": 6})
    assert RowLog(path, ["graph", "k"], resume=True).rows == [
        {"graph": "a", "k": 2, "cut": 6},
        {"graph": "a", "k": 4, "cut": 9},
    ]
    assert RowLog(path, ["graph", "k"], resume=False).rows == []


def test_rotation_keeps_everybody() -> None:
    assert rotated(["a", "b", "c"], 4) == ["b", "c", "a"]
    assert rotated([], 3) == []


def test_facts_list_installed_packages_only() -> None:
    facts = environment_facts(["numpy", "no-such-package"])
    assert list(facts["packages"]) == ["numpy"]
    assert facts["cpu_count"] >= 1


@pytest.mark.skipif(not peak_is_known(), reason="the system keeps no high-water mark")
def test_peak_counts_what_was_freed_again() -> None:
    size = 64 * 2**20
    with PeakMemory() as small:
        pass
    with PeakMemory() as large:
        block = bytearray(b"x" * size)
        del block
    assert small.bytes is not None
    assert large.bytes is not None
    assert small.bytes < size // 4
    # the constant and its copy exist at once
    assert size <= large.bytes <= 3 * size
