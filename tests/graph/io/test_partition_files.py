"""Partition files, label tables, fixed blocks, node weights."""

from __future__ import annotations

import io

import numpy as np
import pytest

from partwise.errors import GraphFormatError
from partwise.graph import (
    read_fixed,
    read_labels,
    read_node_weights,
    read_partition,
    write_labels,
    write_partition,
)


def stream(text):
    return io.BytesIO(text.encode())


def test_partition_round_trip(tmp_path):
    labels = np.array([3, 0, 0, 17, 2**31 - 1])
    for name in ("p.part.4", "p.gz"):
        write_partition(labels, tmp_path / name)
        found = read_partition(tmp_path / name, 5)
        assert found.dtype == np.int32
        assert found.tolist() == labels.tolist()
    assert (tmp_path / "p.part.4").read_text() == "3\n0\n0\n17\n2147483647\n"
    write_partition([], tmp_path / "empty")
    assert read_partition(tmp_path / "empty").tolist() == []


def test_partition_with_comments():
    assert read_partition(stream("% c\n0\n\n 1 \r\n# d\n1")).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("0\n-1\n", 2, "block -1, allowed are 0"),
        ("0\nx\n", 2, "found 'x'"),
        ("0\n1 2\n", 2, "2 numbers, expected one"),
        (f"{2**31}\n", 1, "block 2147483648"),
        ("0\n0\n0\n", 3, "expected 2 lines, one per node, found 3"),
        ("0\n", 1, "expected 2 lines, one per node, found 1"),
    ],
)
def test_partition_faults(text, line, reason):
    with pytest.raises(GraphFormatError, match=reason) as error:
        read_partition(stream(text), 2)
    assert error.value.line == line


def test_fixed_blocks():
    assert read_fixed(stream("-1\n2\n"), 2).tolist() == [-1, 2]
    with pytest.raises(GraphFormatError, match="block -2, allowed are -1"):
        read_fixed(stream("-2\n"))


@pytest.mark.parametrize(
    ("labels", "error", "reason"),
    [
        ([[0]], ValueError, "one-dimensional"),
        ([0.5], TypeError, "integers"),
        ([-2], ValueError, "holds -2"),
        ([2**31], ValueError, "holds 2147483648"),
    ],
)
def test_bad_labels_to_write(tmp_path, labels, error, reason):
    with pytest.raises(error, match=reason):
        write_partition(labels, tmp_path / "p")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "ids", [None, [5, -7, 2**40], ["a", "b c", "ä"], ["1", "02", "3"], ["1", "x", "y"]]
)
def test_label_tables(ids):
    file = io.BytesIO()
    write_labels(ids, [1, 0, 1], file)
    found, labels = read_labels(io.BytesIO(file.getvalue()))
    assert found.tolist() == ([0, 1, 2] if ids is None else ids)
    assert labels.tolist() == [1, 0, 1]
    assert labels.dtype == np.int32


def test_label_table_text():
    file = io.BytesIO()
    write_labels(["x", "y"], [4, 0], file)
    assert file.getvalue() == b"x\t4\ny\t0\n"
    ids, labels = read_labels(stream("7\t1\r\n\r\n8\t-1"))
    assert ids.dtype == np.int64
    assert (ids.tolist(), labels.tolist()) == ([7, 8], [1, -1])
    assert len(read_labels(stream(""))[0]) == 0


@pytest.mark.parametrize(
    ("text", "line"), [("a 1\n", 1), ("a\t1\nb\tx\n", 2), ("a\t\n", 1), (f"a\t{2**40}\n", 1)]
)
def test_label_table_faults(text, line):
    with pytest.raises(GraphFormatError) as error:
        read_labels(stream(text))
    assert error.value.line == line


def test_label_tables_that_cannot_be_written():
    with pytest.raises(ValueError, match="3 entries, one per label, got 1"):
        write_labels(["a"], [1, 2, 3], io.BytesIO())
    for name in ("a\tb", "a\n", ""):
        with pytest.raises(ValueError, match="ids holds"):
            write_labels([name], [1], io.BytesIO())


def test_node_weights():
    found = read_node_weights(stream("1\n% c\n\n 20 \r\n0"), 3)
    assert found.dtype == np.int64
    assert found.tolist() == [1, 20, 0]
    found = read_node_weights(stream("1\n2.5e0\n"))
    assert found.dtype == np.float64
    assert found.tolist() == [1.0, 2.5]


@pytest.mark.parametrize(
    ("text", "line"),
    [("1\n-1\n", 2), ("1\nnan\n", 2), ("1\ninf\n", 2), ("1\nx\n", 2), ("1 2\n", 1), ("1_0\n", 1)],
)
def test_node_weight_faults(text, line):
    with pytest.raises(GraphFormatError, match="finite number >= 0") as error:
        read_node_weights(stream(text))
    assert error.value.line == line


def test_node_weights_have_64_bits():
    with pytest.raises(GraphFormatError, match="finite number >= 0"):
        read_node_weights(stream(f"{2**63}\n"))


def test_number_of_node_weights():
    with pytest.raises(GraphFormatError, match="expected 3 weights, one per node, found 1"):
        read_node_weights(stream("1\n"), 3)
