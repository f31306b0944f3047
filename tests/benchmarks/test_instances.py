"""Partitions are judged from the labels alone; sources are found and selected by name."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks._instances import (
    Instance,
    Source,
    evaluate,
    file_sources,
    generated_sources,
    select,
)


def path_graph(n: int, weights: list[int] | None = None) -> Instance:
    """Return the path 0 - 1 - ... - n-1; `weights` are those of its edges."""
    rows = [[v for v in (u - 1, u + 1) if 0 <= v < n] for u in range(n)]
    indptr = np.cumsum([0, *map(len, rows)])
    indices = np.array([v for row in rows for v in row], dtype=np.int32)
    stored = None
    if weights is not None:
        stored = np.array([weights[min(u, v)] for u in range(n) for v in rows[u]], dtype=np.int64)
    return Instance("path", "paths", indptr, indices, stored)


def test_path_cut_by_hand() -> None:
    numbers = evaluate(path_graph(6), np.array([0, 0, 0, 1, 1, 1]), 2, 0.0)
    assert numbers == {"cut": 1, "heaviest_block": 3, "imbalance": 0.0, "feasible": True}


def test_edge_and_node_weights_count() -> None:
    instance = path_graph(4, weights=[5, 7, 11])
    instance = Instance(
        "path", "paths", instance.indptr, instance.indices, instance.weights, np.array([4, 1, 1, 2])
    )
    numbers = evaluate(instance, np.array([0, 1, 1, 0]), 2, 0.5)
    assert numbers == {"cut": 16, "heaviest_block": 6, "imbalance": 0.5, "feasible": True}
    assert not evaluate(instance, np.array([0, 1, 1, 0]), 2, 0.49)["feasible"]


@pytest.mark.parametrize(
    ("n", "k", "imbalance", "largest"),
    [
        (10, 3, 0.0, 4),  # the bound starts from the ceiling, ceil(10 / 3) = 4
        (100, 2, 0.03, 51),  # floor(51.5)
        (100, 1, 0.1, 110),
        (20, 2, 0.1, 11),  # 1.1 * 10 is 11.000000000000002 in floating point
        (200, 2, 0.15, 115),  # 1.15 * 100 is 114.99999999999999 in floating point
    ],
)
def test_bound_of_a_block(n: int, k: int, imbalance: float, largest: int) -> None:
    for size in {min(largest, n), min(largest + 1, n)}:
        labels = np.zeros(n, np.int64)
        labels[size:] = np.arange(n - size) % max(k - 1, 1) + (k > 1)
        numbers = evaluate(path_graph(n), labels, k, imbalance)
        assert numbers["heaviest_block"] == size
        assert numbers["feasible"] == (size <= largest)


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30))
def test_cut_of_a_path_counts_label_changes(labels: list[int]) -> None:
    numbers = evaluate(path_graph(len(labels)), np.array(labels), 4, 0.03)
    assert numbers["cut"] == sum(a != b for a, b in itertools.pairwise(labels))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (np.array([0, 1]), r"expected integers \(3,\)"),
        (np.array([0.0, 1.0, 1.0]), "float64"),
        (np.array([0, 1, 2]), "labels run from 0 to 2, k is 2"),
        (np.array([0, -1, 1]), "labels run from -1 to 1"),
    ],
)
def test_bad_labels_are_refused(labels: np.ndarray, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        evaluate(path_graph(3), labels, 2, 0.03)


def test_files_make_a_family_per_folder(tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "triangle.graph").write_text("3 3\n2 3\n1 3\n1 2\n")
    (tmp_path / "pair.graph").write_text("2 1\n2\n1\n")
    (tmp_path / "notes.txt").write_text("no graph")
    sources = file_sources(tmp_path)
    assert [(s.name, s.family) for s in sources] == [
        ("pair", tmp_path.name),
        ("triangle", "mesh"),
    ]
    assert file_sources(tmp_path, "small")[0].family == "small"
    instance = sources[1].load()
    assert (instance.n_nodes, instance.n_edges, instance.family) == (3, 3, "mesh")


def test_folder_without_graphs_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no \*\.graph file below"):
        file_sources(tmp_path)


def test_generated_instances_are_sound() -> None:
    names = [source.name for source in generated_sources(large=True)]
    assert len(set(names)) == len(names)
    assert "delaunay1M" in names
    for source in select(generated_sources(), ["star", "weighted"]):
        instance = source.load()
        rows = np.repeat(np.arange(instance.n_nodes), np.diff(instance.indptr))
        assert not np.any(rows == instance.indices)
        forward = np.lexsort((instance.indices, rows))
        backward = np.lexsort((rows, instance.indices))
        np.testing.assert_array_equal(rows[forward], instance.indices[backward])
        if source.family == "weighted":
            assert instance.weights is not None
            assert instance.node_weights is not None
            assert instance.weights.dtype == instance.node_weights.dtype == np.int64
            assert instance.weights.min() >= 1
            assert instance.node_weights.min() >= 1


def test_selection_by_name_and_family() -> None:
    def never() -> Instance:
        raise AssertionError("selection loads nothing")

    sources = [Source("rmat14", "rmat", never), Source("star10k", "star", never)]
    assert [s.name for s in select(sources, ["rmat*"])] == ["rmat14"]
    assert [s.name for s in select(sources, ["star", "rmat14"])] == ["rmat14", "star10k"]
    with pytest.raises(ValueError, match="'mesh' matches none of rmat14, star10k"):
        select(sources, ["mesh"])
