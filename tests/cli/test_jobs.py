"""Names of inputs and outputs, and the lines by which a batch remembers."""

import json

import pytest

from partwise.cli._errors import UsageProblem, describe
from partwise.cli._jobs import Job, check_jobs, expand_inputs, fill, place
from partwise.cli._journal import (
    Journal,
    append_line,
    fingerprint,
    read_lines,
    remove_leftovers,
)
from partwise.errors import GraphFormatError


@pytest.mark.parametrize(
    ("template", "source", "filled"),
    [
        ("{stem}.json", "a/roads.txt", "roads.json"),
        ("{stem}.json", "roads.v2.txt.gz", "roads.v2.json"),
        ("{dir}/{name}.w", "a/b/roads.txt.gz", "a/b/roads.txt.gz.w"),
        ("{dir}/{stem}", "roads", "./roads"),
        ("{name}", "-", "stdin"),
        ("no braces {at} all", "x", "no braces {at} all"),
    ],
)
def test_fill(template, source, filled):
    assert fill(template, source) == filled


def test_place():
    assert place("-o", None, "d/g.txt", default="{name}.part.2") == "d/g.txt.part.2"
    assert place("-o", None, "d/g.txt", default="{name}.part.2", out_dir="o") == "o/g.txt.part.2"
    assert place("-o", None, "-", default="{name}.part.2") == "-"
    assert place("-o", None, "-", default="{name}.part.2", out_dir="o") == "o/stdin.part.2"
    assert place("-o", None, "g") is None
    assert place("-o", "none", "g", default="x") is None
    assert place("-o", "{stem}.x", "d/g.txt", several=True) == "g.x"
    assert place("-o", "/abs/{stem}.x", "d/g.txt", out_dir="o", several=True) == "/abs/g.x"
    for shared in ("one", "-"):
        with pytest.raises(UsageProblem, match="several inputs cannot share"):
            place("-o", shared, "g", several=True)


def test_lists(tmp_path):
    (tmp_path / "list").write_text("# graphs\n\n a.txt \nb c.txt\n")
    assert expand_inputs([f"@{tmp_path}/list", "d"]) == (["a.txt", "b c.txt", "d"], True)
    assert expand_inputs(["d"]) == (["d"], False)
    assert expand_inputs(["-"]) == (["-"], False)
    (tmp_path / "empty").write_text("# nothing\n")
    for words, about in (
        ([f"@{tmp_path}/empty"], "no input"),
        ([f"@{tmp_path}/missing"], "cannot read the list of inputs: No such file"),
        (["-", "a"], "only input"),
    ):
        with pytest.raises(UsageProblem, match=about):
            expand_inputs(words)


def test_outputs_must_not_clash(tmp_path):
    check_jobs([Job("a", ("x", "y")), Job("b", ("z",))])
    with pytest.raises(UsageProblem, match="for a and for b"):
        check_jobs([Job("a", ("x",)), Job("b", ("./x",))])
    with pytest.raises(UsageProblem, match="twice"):
        check_jobs([Job("a", ("x", "x"))])
    with pytest.raises(UsageProblem, match="b: is an input"):
        check_jobs([Job("a", ("b",)), Job("b", ("c",))])
    with pytest.raises(UsageProblem, match="w: is an input"):
        check_jobs([Job("a", ("w",), reads=("w",))])
    with pytest.raises(UsageProblem, match="is a folder"):
        check_jobs([Job("a", (str(tmp_path),))])


def test_torn_line_is_no_record(tmp_path):
    path = str(tmp_path / "lines")
    append_line(path, {"a": 1})
    with open(path, "ab") as file:
        file.write(b'{"b": ')
    append_line(path, {"c": 3})
    assert read_lines(path) == [{"a": 1}, {"c": 3}]
    assert read_lines(str(tmp_path / "missing")) == []


@pytest.fixture
def finished(tmp_path):
    """A job that has been done and recorded."""
    (tmp_path / "in").write_text("input")
    (tmp_path / "side").write_text("side")
    (tmp_path / "out").write_text("output")
    job = Job(str(tmp_path / "in"), (str(tmp_path / "out"),), (str(tmp_path / "side"),), {"k": 2})
    Journal().record(job, fingerprint("task", job), {"cut": 5})
    return tmp_path, job


def kept(job, task="task"):
    return Journal().finished(job, fingerprint(task, job))


def test_finished_work_is_recognised(finished):
    assert kept(finished[1]) == {"cut": 5}


@pytest.mark.parametrize("changed", ["in", "side", "out"])
def test_changed_files_are_not(finished, changed):
    folder, job = finished
    (folder / changed).write_text("something else")
    assert kept(job) is None
    (folder / changed).unlink()
    assert kept(job) is None


def test_other_arguments_commands_or_outputs_are_not(finished):
    folder, job = finished
    assert kept(job, "other") is None
    assert kept(Job(job.source, job.outputs, job.reads, {"k": 3})) is None
    assert kept(Job(job.source, (str(folder / "new"),), job.reads, job.options)) is None
    assert kept(Job(job.source, (), job.reads, job.options)) is None


def test_the_last_line_about_an_output_counts(finished):
    _, job = finished
    other = Job(job.source, job.outputs, job.reads, {"k": 3})
    Journal().record(other, fingerprint("task", other), {"cut": 7})
    assert kept(job) is None
    assert kept(other) == {"cut": 7}


def test_leftovers_of_these_outputs_only(tmp_path):
    names = [".out.abcd1234.tmp", ".outer.abcd1234.tmp", ".out.tmp", "out", ".out.abcd1234.tmpx"]
    for name in names:
        (tmp_path / name).touch()
    remove_leftovers([str(tmp_path / "out"), str(tmp_path / "no" / "out")])
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(names[1:])


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (GraphFormatError("g.txt", 3, "bad\nid"), "g.txt:3: bad id"),
        (GraphFormatError("side", 3, "bad"), "g.txt: side:3: bad"),
        (FileNotFoundError(2, "No such file", "g.txt"), "g.txt: No such file"),
        (FileNotFoundError(2, "No such file", "side"), "g.txt: side: No such file"),
        (ValueError("two\nlines"), "g.txt: two lines"),
        (MemoryError(), "g.txt: not enough memory"),
        (ZeroDivisionError("x"), "g.txt: internal error, ZeroDivisionError: x (--debug shows"),
    ],
)
def test_errors_are_one_line(error, line):
    assert describe("g.txt", error).startswith(line)
    assert "\n" not in describe("g.txt", error)


def test_standard_input_has_a_name():
    assert describe("-", GraphFormatError("<stdin>", 1, "bad")) == "<stdin>:1: bad"
    assert json.dumps(describe("-", ValueError("bad"))) == '"<stdin>: bad"'
