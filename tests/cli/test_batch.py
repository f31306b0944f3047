"""Many inputs at once: what fails alone, what is skipped, and what a kill leaves behind."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from partwise.cli._batch import BatchOptions, run_batch
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job
from partwise.cli._journal import JOURNAL_NAME
from partwise.graph import grid_graph, read_graph, write_graph

posix = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")


@pytest.fixture
def graphs(tmp_path):
    """Return a list file and the paths in it: grids of several sizes."""
    folder = tmp_path / "in"
    folder.mkdir()
    paths = []
    for side in range(5, 9):
        paths.append(folder / f"grid{side}.txt")
        write_graph(grid_graph((side, side)), paths[-1])
    (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in paths))
    return paths


def read_report(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def wait_until(condition, seconds=240):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.005)


def check_whole(out, n_nodes):
    """Every file that bears a result's name holds a whole result."""
    for path in out.iterdir():
        if path.name.startswith("."):
            continue
        if path.suffix == ".json":
            assert json.loads(path.read_text())["n_parts"] == 3
        else:
            assert len(path.read_text().splitlines()) == n_nodes[path.name.split(".")[0]]


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_bad_file_does_not_stop_the_rest(call, tmp_path, graphs, jobs):
    graphs[1].write_text("0 1\n1\n")
    out, report = tmp_path / "out", tmp_path / "report.jsonl"
    done = call(
        "partition", f"@{tmp_path}/list.txt", tmp_path / "missing", "-k", 3, "--out-dir", out,
        "--report", report, "--jobs", jobs,
    )  # fmt: skip
    assert done.code == 1
    assert sorted(line.split(": ")[0] for line in done.errors) == [
        f"{graphs[1]}:2",
        str(tmp_path / "missing"),
    ]
    good = [path for path in graphs if path != graphs[1]]
    assert sorted(path.name for path in out.iterdir()) == sorted(
        [JOURNAL_NAME, *(f"{path.name}.part.3" for path in good)]
    )
    lines = {line["input"]: line for line in read_report(report)}
    assert set(lines) == {*map(str, graphs), str(tmp_path / "missing")}
    for path in good:
        assert lines[str(path)]["status"] == "ok"
        assert lines[str(path)]["n_nodes"] == read_graph(path).n_nodes
    assert lines[str(graphs[1])]["status"] == "failed"
    assert lines[str(graphs[1])]["error"] in done.errors
    assert len(done.out.splitlines()) == len(good)


def test_more_blocks_than_nodes_fails_one_input_of_a_batch(call, tmp_path, graphs):
    done = call("partition", *graphs, "-k", 30, "--out-dir", tmp_path / "out")
    assert done.code == 1
    assert len(done.errors) == 1
    assert done.errors[0].startswith(f"{graphs[0]}: ")
    assert len(list((tmp_path / "out").glob("*.part.30"))) == 3


def test_same_results_with_any_number_of_processes(call, tmp_path, graphs):
    for jobs in (1, 2):
        code = call(
            "partition", *graphs, "-k", 3, "--out-dir", tmp_path / f"out{jobs}", "-j", jobs, "-q"
        ).code
        assert code == 0
    for path in graphs:
        name = f"{path.name}.part.3"
        one, two = (tmp_path / f"out{jobs}" / name for jobs in (1, 2))
        assert one.read_bytes() == two.read_bytes()


def test_resume_does_only_what_is_left(call, tmp_path, graphs):
    out, report = tmp_path / "out", tmp_path / "report.jsonl"

    def statuses(*more, k=3):
        words = [*graphs, "-k", k, "--out-dir", out, "--report", report, "--json", "{stem}.json"]
        assert call("partition", *words, *more).code == 0
        lines = {line["input"]: line for line in read_report(report)}
        assert all(line["cut"] > 0 for line in lines.values())
        return [lines[str(path)]["status"] for path in graphs]

    assert statuses() == ["ok"] * 4
    assert statuses("--resume") == ["skipped"] * 4
    assert statuses("--resume", "--threads", "1", "-q") == ["skipped"] * 4
    (out / "grid5.txt.part.3").unlink()
    os.truncate(out / "grid6.json", 10)
    write_graph(grid_graph((7, 8)), graphs[2])
    assert statuses("--resume") == ["ok", "ok", "ok", "skipped"]
    assert statuses("--resume", "--seed", "1") == ["ok"] * 4
    assert statuses("--resume", "--seed", "1") == ["skipped"] * 4
    assert statuses() == ["ok"] * 4


def test_failures_are_tried_again_on_resume(call, tmp_path, graphs):
    text = graphs[0].read_text()
    graphs[0].write_text("0\n")
    words = ["partition", *graphs, "-k", 3, "--out-dir", tmp_path / "out", "--resume"]
    assert call(*words).code == 1
    graphs[0].write_text(text)
    done = call(*words)
    assert done.code == 0
    assert [line.split("\t")[0] for line in done.out.splitlines()] == [str(graphs[0])]


def test_same_name_twice_is_refused_before_any_work(call, tmp_path, graphs):
    other = tmp_path / "grid5.txt"
    other.write_text("0 1\n1 2\n2 3\n")
    out = tmp_path / "out"
    done = call("partition", *graphs, other, "-k", 3, "--out-dir", out)
    assert done.code == 2
    assert f"for {graphs[0]} and for {other}" in done.errors[0]
    assert not out.exists()
    assert call("partition", *graphs, other, "-k", 3).code == 0


def test_one_name_for_many_outputs_is_refused(call, tmp_path, graphs):
    for option in ("-o", "--json", "--labels"):
        for name in ("one", "-"):
            done = call("partition", *graphs, "-k", 3, option, name)
            assert done.code == 2
            assert "several inputs cannot share" in done.errors[0]
    assert sorted(tmp_path.rglob("*")) == sorted([*graphs, tmp_path / "in", tmp_path / "list.txt"])


def test_side_files_by_template(call, tmp_path, graphs):
    for path in graphs:
        n = read_graph(path).n_nodes
        path.with_suffix(".fix").write_text("2\n" + "-1\n" * (n - 1))
    done = call(
        "partition", *graphs, "-k", 3, "--fixed", "{dir}/{stem}.fix", "--labels", "{stem}.tsv",
        "--out-dir", tmp_path / "out",
    )  # fmt: skip
    assert (done.code, done.errors) == (0, [])
    for path in graphs:
        assert (tmp_path / "out" / f"{path.stem}.tsv").read_text().startswith("0\t2\n")


def test_report_to_stdout(call, tmp_path, graphs):
    done = call("partition", *graphs, "-k", 3, "--out-dir", tmp_path / "out", "--report", "-", "-q")
    assert [json.loads(line)["status"] for line in done.out.splitlines()] == ["ok"] * 4


def test_folder_that_cannot_be_made(call, tmp_path, graphs):
    done = call("partition", *graphs, "-k", 3, "--out-dir", graphs[0])
    assert done.code == 2
    done = call("partition", *graphs, "-k", 3, "--report", tmp_path / "no" / "report")
    assert done.code == 2
    assert "--report" in done.errors[0]


# -- jobs that go wrong in worse ways --------------------------------------------------------------

TASKS = """
import os, signal, warnings

def run(job, monitor):
    source = job.source
    if source.startswith("die"):
        if source == "die-once":
            try:
                open(job.options["marker"], "x").close()
            except FileExistsError:
                return {"input": source}
        os.kill(os.getpid(), signal.SIGKILL)
    if source == "exit":
        os._exit(7)
    if source == "flaky":
        try:
            open(job.options["marker"], "x").close()
        except FileExistsError:
            return {"input": source}
        raise MemoryError
    if source == "warn":
        warnings.warn("careful")
    return {"input": source, "pid": os.getpid()}
"""


@pytest.fixture
def run_tasks(tmp_path, monkeypatch, capfd):
    """Return a function that runs made-up jobs as a batch: code, records by input, stderr lines."""
    (tmp_path / "batch_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(str(tmp_path))

    def run(sources, **options):
        jobs = [Job(s, options={"marker": str(tmp_path / f"{s}.marker")}) for s in sources]
        shown = {}
        code = run_batch(
            "batch_tasks:run",
            jobs,
            BatchOptions(several=True, quiet=True, **options),
            lambda job, record: shown.update({job.source: record}),
        )
        return code, shown, capfd.readouterr().err.splitlines()

    return run


@posix
def test_a_dying_worker_does_not_stop_the_rest(run_tasks):
    sources = ["a", "die", "b", "exit", "c", "die-once", "d", "warn"]
    code, shown, errors = run_tasks(sources, jobs=2, retries=1)
    assert code == 1
    assert set(shown) == {"a", "b", "c", "d", "die-once", "warn"}
    assert sorted(errors) == [
        "die: the worker process was killed by SIGKILL (out of memory?)",
        "exit: the worker process ended with exit code 7",
        "warn: warning: careful",
    ]


@posix
def test_no_retries_when_none_are_wanted(run_tasks):
    code, shown, errors = run_tasks(["die-once", "a"], jobs=2, retries=0)
    assert code == 1
    assert set(shown) == {"a"}
    assert len(errors) == 1


def test_work_is_done_by_other_processes(run_tasks):
    _, shown, _ = run_tasks(["a", "b", "c"], jobs=2)
    assert os.getpid() not in {record["pid"] for record in shown.values()}
    _, shown, _ = run_tasks(["a", "b", "c"], jobs=1)
    assert {record["pid"] for record in shown.values()} == {os.getpid()}


@pytest.mark.parametrize("jobs", [1, 2])
def test_lack_of_memory_is_tried_again(run_tasks, jobs):
    code, shown, errors = run_tasks(["flaky", "a"], jobs=jobs)
    assert (code, set(shown), errors) == (0, {"flaky", "a"}, [])


def test_usage_problem_of_a_single_job(tmp_path, monkeypatch):
    (tmp_path / "usage_task.py").write_text(
        "from partwise.cli._errors import UsageProblem\n"
        "def run(job, monitor):\n    raise UsageProblem('no')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    for several in (False, True):
        options = BatchOptions(several=several, quiet=True)
        if several:
            assert run_batch("usage_task:run", [Job("a")], options, lambda *_: None) == 1
        else:
            with pytest.raises(UsageProblem, match="no"):
                run_batch("usage_task:run", [Job("a")], options, lambda *_: None)


# -- killed and interrupted ------------------------------------------------------------------------


@pytest.fixture
def many(tmp_path):
    """Return a list of thirty graphs, and the number of nodes of each by its stem."""
    folder = tmp_path / "many"
    folder.mkdir()
    sizes = {}
    for number in range(30):
        graph = grid_graph((30, 20 + number))
        write_graph(graph, folder / f"g{number}.txt")
        sizes[f"g{number}"] = graph.n_nodes
    path = tmp_path / "many.txt"
    path.write_text("".join(f"{folder}/{stem}.txt\n" for stem in sizes))
    return path, sizes


def batch_words(path, out, report, jobs):
    return [
        "partition", f"@{path}", "-k", "3", "--out-dir", str(out), "--report", str(report),
        "--json", "{stem}.json", "--labels", "{stem}.tsv", "--jobs", str(jobs), "--resume",
    ]  # fmt: skip


@posix
@pytest.mark.slow
@pytest.mark.parametrize(("jobs", "done_before"), [(1, 2), (1, 9), (2, 5)])
def test_killed_at_any_moment_and_resumed(call, command, spawn, tmp_path, many, jobs, done_before):
    path, sizes = many
    out, report = tmp_path / "out", tmp_path / "report.jsonl"
    words = batch_words(path, out, report, jobs)
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: len(list(out.glob("*.json"))) >= done_before or process.poll() is not None)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    check_whole(out, sizes)
    finished = len(list(out.glob("*.json")))
    assert done_before <= finished < len(sizes)
    for line in report.read_text().splitlines():
        assert json.loads(line)["status"] == "ok"

    done = spawn(*words)
    assert done.returncode == 0, done.stderr
    check_whole(out, sizes)
    statuses = [line["status"] for line in read_report(report)]
    assert len(statuses) == len(sizes)
    assert statuses.count("skipped") >= done_before - jobs
    expected = {f"{stem}{end}" for stem in sizes for end in (".txt.part.3", ".json", ".tsv")}
    assert {entry.name for entry in out.iterdir()} == {*expected, JOURNAL_NAME}

    fresh = tmp_path / "fresh"
    assert spawn(*batch_words(path, fresh, tmp_path / "r2", 1)).returncode == 0
    for stem in sizes:
        name = f"{stem}.txt.part.3"
        assert (out / name).read_bytes() == (fresh / name).read_bytes()


@posix
@pytest.mark.parametrize(
    ("number", "code", "jobs"), [(signal.SIGINT, 130, 1), (signal.SIGINT, 130, 2),
                                 (signal.SIGTERM, 143, 2)]
)  # fmt: skip
def test_interrupted_leaves_whole_files_only(command, tmp_path, many, number, code, jobs):
    path, sizes = many
    out, report = tmp_path / "out", tmp_path / "report.jsonl"
    process = subprocess.Popen(
        [*command, *batch_words(path, out, report, jobs)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    wait_until(lambda: len(list(out.glob("*.json"))) >= 2 or process.poll() is not None)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == code
    assert "Traceback" not in errors
    check_whole(out, sizes)
    assert not [entry.name for entry in out.iterdir() if re.search(r"\.tmp$", entry.name)]
    assert len(list(out.glob("*.json"))) < len(sizes)
