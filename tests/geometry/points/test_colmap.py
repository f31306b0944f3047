"""Bytes as COLMAP writes them, whole and damaged."""

import numpy as np
import pytest

from partwise.errors import FormatError, TableFormatError
from partwise.geometry.points import read_colmap_points, scene_blocks


@pytest.fixture
def write(tmp_path):
    """Return a function that writes bytes and returns the path."""

    def to_file(data):
        path = tmp_path / "points3D.bin"
        path.write_bytes(data)
        return path

    return to_file


def test_two_points_by_hand(oracles, write):
    data = oracles.aerial_scene.colmap_bytes(
        [(1.5, -2.0, 3.25), (0.0, 1e9, -1.0)],
        [[(7, 0), (2, 5)], [(7, 1), (7, 9)]],
        colors=[(1, 2, 3), (255, 0, 128)],
        errors=[0.5, -1.0],
        ids=[2**63 + 1, 4],
    )
    assert len(data) == 8 + 2 * 51 + 4 * 8
    scene = read_colmap_points(write(data))
    assert scene.points.tolist() == [[1.5, -2.0, 3.25], [0.0, 1e9, -1.0]]
    assert scene.colors.tolist() == [[1, 2, 3], [255, 0, 128]]
    assert scene.errors.tolist() == [0.5, -1.0]
    assert scene.point_ids.tolist() == [2**63 + 1, 4]
    assert scene.image_ids.tolist() == [2, 7]
    assert scene.visibility.toarray().tolist() == [[True, True], [False, True]]
    assert scene.visibility.nnz == 3
    assert scene.to_dict()["box"] == [[0.0, -2.0, -1.0], [1.5, 1e9, 3.25]]
    assert repr(scene) == "ColmapPoints(n_points=2, n_views=2, observations=3)"


def test_scene_comes_back(oracles, write):
    scene = oracles.aerial_scene.make_scene(3, n_ground=400, n_buildings=4)
    tracks = [[(10 + view, 3) for view in np.flatnonzero(row)] for row in scene.visibility]
    read = read_colmap_points(write(oracles.aerial_scene.colmap_bytes(scene.points, tracks)).parent)
    assert (read.points == scene.points).all()
    seen = scene.visibility.any(axis=0)
    assert read.image_ids.tolist() == (10 + np.flatnonzero(seen)).tolist()
    assert (read.visibility.toarray() == scene.visibility[:, seen]).all()
    layout = scene_blocks(read.points, visibility=read.visibility, max_points=200)
    assert layout.views.shape == (layout.n_blocks, seen.sum())


def test_no_points(write):
    scene = read_colmap_points(write(bytes(8)))
    assert scene.points.shape == (0, 3)
    assert scene.visibility.shape == (0, 0)
    assert scene.to_dict()["box"] is None


def test_every_truncation_is_an_error(oracles, write):
    data = oracles.aerial_scene.colmap_bytes(
        [(1, 2, 3), (4, 5, 6), (7, 8, 9)], [[(1, 0)], [], [(2, 0), (3, 1)]]
    )
    ends = [8, 8 + 59, 8 + 59 + 51]
    for size in range(len(data)):
        with pytest.raises(TableFormatError) as caught:
            read_colmap_points(write(data[:size]))
        if size < 8:
            assert "eight bytes" in str(caught.value)
            continue
        point = sum(end <= size for end in ends) - 1
        assert f"within point {point}, which starts at byte {ends[point]}" in str(caught.value)
    assert len(read_colmap_points(write(data)).points) == 3


@pytest.mark.parametrize(
    ("position", "value", "message"),
    [
        (0, 2**64 - 1, "says 18446744073709551615 points and ends at byte 67, within point 1"),
        (0, 0, "says 0 points, which end at byte 8 of 67"),
        (8 + 43, 2**61 + 1, "ends at byte 67, within point 0, which starts at byte 8"),
        (8 + 43, 0, "says 1 points, which end at byte 59 of 67"),
        (8 + 8, np.array(np.nan).view(np.uint64), r"point 0 at byte 8 is \[nan, 2.0, 3.0\]"),
    ],
)
def test_damaged_numbers_are_errors(oracles, write, position, value, message):
    data = bytearray(oracles.aerial_scene.colmap_bytes([(1, 2, 3)], [[(1, 0)]]))
    data[position : position + 8] = int(value).to_bytes(8, "little")
    with pytest.raises(FormatError, match=message):
        read_colmap_points(write(bytes(data)))


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_colmap_points(tmp_path)
