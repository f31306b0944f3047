"""Union, intersection and difference: a place is in the result if it should be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import BSPTree

RNG = np.random.default_rng(0)
OPERATIONS = {
    "union": np.logical_or,
    "intersection": np.logical_and,
    "difference": lambda a, b: a & ~b,
}


def around(n, rng, radius=1.0):
    """A star of n corners around the origin."""
    angles = (np.arange(n) + 0.4 * rng.random(n)) * 2 * np.pi / n
    radii = radius * (0.4 + 0.6 * rng.random(n))
    return radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])


def rectangle(x, y, width, height, seed=0):
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (width, height) + (x, y)
    return BSPTree.from_rings([corners], random_state=seed)


def box(low, high, seed=0):
    """A box of six rectangles, seen counterclockwise from outside."""
    faces = []
    for axis in range(3):
        for end in (0, 1):
            face = np.zeros((4, 3))
            face[:, axis] = end
            face[:, [(axis + 1) % 3, (axis + 2) % 3]] = [(0, 0), (1, 0), (1, 1), (0, 1)]
            faces.append(face if end else face[::-1])
    faces = np.array(faces) * np.subtract(high, low) + low
    return BSPTree.from_polygons(faces, random_state=seed)


def tetrahedron(rng):
    corners = rng.normal(size=(4, 3))
    if np.linalg.det(corners[1:] - corners[0]) < 0:
        corners = corners[[1, 0, 2, 3]]
    return BSPTree.from_polygons(
        corners[[[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]], random_state=0
    )


def boundary_volume(tree):
    """The volume within the pieces, by the divergence theorem."""
    total = 0.0
    for i in range(tree.n_pieces):
        piece = tree.piece(i)
        if tree.dimension == 2:
            (ax, ay), (bx, by) = piece
            total += 0.5 * (ax * by - ay * bx)
        else:
            fan = [[piece[0], piece[j], piece[j + 1]] for j in range(1, len(piece) - 1)]
            total += np.linalg.det(fan).sum() / 6
    return total


def boundary_size(tree):
    if tree.dimension == 2:
        return sum(np.linalg.norm(np.subtract(*tree.piece(i))) for i in range(tree.n_pieces))
    total = 0.0
    for i in range(tree.n_pieces):
        a = tree.piece(i) - tree.piece(i)[0]
        total += 0.5 * np.linalg.norm(sum(np.cross(a[j], a[j + 1]) for j in range(1, len(a) - 1)))
    return total


def assert_operations_agree(a, b, places):
    volumes = {}
    for name, both in OPERATIONS.items():
        result = getattr(a, name)(b)
        assert result.is_solid
        assert np.array_equal(result.contains(places), both(a.contains(places), b.contains(places)))
        volumes[name] = result.volume() if result.n_pieces else 0.0
        size = np.prod(np.subtract(*result.bounds[::-1]))
        assert boundary_volume(result) == pytest.approx(volumes[name], rel=1e-9, abs=1e-9 * size)
        # a piece has the inside behind it and the outside in front
        for i in range(result.n_pieces):
            middle, normal = result.piece(i).mean(axis=0), result.normals[result.piece_node[i]]
            step = 1e-7 * np.linalg.norm(np.subtract(*result.bounds))
            sides = result.contains([middle - step * normal, middle + step * normal])
            assert sides[0] != sides[1]
    assert volumes["union"] + volumes["intersection"] == pytest.approx(
        a.volume() + b.volume(), rel=1e-9
    )
    assert volumes["difference"] + volumes["intersection"] == pytest.approx(a.volume(), rel=1e-9)


def test_two_squares_by_hand():
    a, b = rectangle(0, 0, 2, 2), rectangle(1, 1, 2, 2)
    assert (a | b).volume() == pytest.approx(7)
    assert (a & b).volume() == pytest.approx(1)
    assert (a - b).volume() == pytest.approx(3)
    assert [boundary_size(r) for r in (a | b, a & b, a - b)] == pytest.approx([12, 4, 8])
    assert (a | b).piece_face.tolist() == [-1] * (a | b).n_pieces
    assert_operations_agree(a, b, RNG.uniform(-1, 4, (2000, 2)))


def test_squares_side_by_side_become_one_rectangle():
    a, b = rectangle(0, 0, 1, 2), rectangle(1, 0, 3, 2)
    both = a | b
    assert both.volume() == pytest.approx(8)
    assert boundary_size(both) == pytest.approx(12)  # nothing between them
    assert (a & b).n_pieces == 0
    assert not (a & b).contains([(1, 1), (0.5, 0.5), (2, 1)]).any()
    assert boundary_size(a - b) == pytest.approx(6)
    assert_operations_agree(a, b, RNG.uniform(-1, 5, (2000, 2)))


@pytest.mark.parametrize("make", [lambda: rectangle(1, 2, 3, 4),
                                  lambda: BSPTree.from_rings([around(15, RNG)], random_state=0),
                                  lambda: box((0, 0, 0), (1, 2, 3)),
                                  lambda: tetrahedron(RNG)])  # fmt: skip
def test_a_solid_and_itself(make):
    a = make()
    assert (a | a).volume() == pytest.approx(a.volume(), rel=1e-9)
    assert (a & a).volume() == pytest.approx(a.volume(), rel=1e-9)
    nothing = a - a
    assert (nothing.n_pieces, nothing.n_leaves, nothing.inside.tolist()) == (0, 1, [0])
    assert boundary_size(a | a) == pytest.approx(boundary_size(a))
    # and nothing is a solid like any other
    assert (nothing | a).volume() == pytest.approx(a.volume(), rel=1e-9)
    assert (a - nothing).volume() == pytest.approx(a.volume(), rel=1e-9)
    assert (a & nothing).n_pieces == (nothing - a).n_pieces == 0


def test_apart_and_nested():
    far, large, small = rectangle(9, 9, 1, 1), rectangle(0, 0, 4, 4), rectangle(1, 1, 2, 2)
    for a, b in [(far, large), (large, far), (large, small), (small, large)]:
        assert_operations_agree(a, b, RNG.uniform(-1, 11, (3000, 2)))
    assert boundary_size(large - small) == pytest.approx(24)
    assert (small - large).n_pieces == 0


@pytest.mark.parametrize("seed", range(6))
def test_stars(seed):
    rng = np.random.default_rng(seed)
    a = BSPTree.from_rings([around(20 + seed, rng), 0.3 * around(7, rng)], random_state=seed)
    b = BSPTree.from_rings([around(13, rng) + rng.normal(size=2) * 0.4], random_state=seed)
    assert_operations_agree(a, b, rng.uniform(-2, 2, (4000, 2)))


@given(data=st.data())
def test_rectangles_of_whole_numbers(data):
    """Sides that lie on one another in all ways."""
    number, size = st.integers(0, 4), st.integers(1, 3)
    made = [rectangle(*data.draw(st.tuples(number, number, size, size)), seed=s) for s in range(4)]
    grid = np.stack(np.meshgrid(*[np.arange(-0.5, 8)] * 2), -1).reshape(-1, 2)
    solid, expected = made[0], made[0].contains(grid)
    for other in made[1:]:
        name = data.draw(st.sampled_from(list(OPERATIONS)))
        solid = getattr(solid, name)(other)
        expected = OPERATIONS[name](expected, other.contains(grid))
        assert np.array_equal(solid.contains(grid), expected)
    # cells of the grid are whole inside or whole outside
    assert boundary_volume(solid) == pytest.approx(expected.sum(), abs=1e-9)
    whole = ((-1, -1), (9, 9))
    assert solid.volume(whole) == pytest.approx(expected.sum(), abs=1e-9)
    edges = np.zeros((10, 10), int)
    edges[:9, :9] = expected.reshape(9, 9)
    perimeter = sum(np.abs(np.diff(edges, axis=axis)).sum() for axis in (0, 1))
    assert boundary_size(solid) == pytest.approx(perimeter, abs=1e-9)


@given(data=st.data())
def test_boxes_of_whole_numbers(data):
    number, size = st.integers(0, 2), st.integers(1, 2)
    low = [np.array(data.draw(st.tuples(number, number, number))) for _ in range(3)]
    span = [np.array(data.draw(st.tuples(size, size, size))) for _ in range(3)]
    made = [box(a, a + s) for a, s in zip(low, span)]
    grid = np.stack(np.meshgrid(*[np.arange(-0.5, 5)] * 3, indexing="ij"), -1).reshape(-1, 3)
    solid, expected = made[0], made[0].contains(grid)
    for other in made[1:]:
        name = data.draw(st.sampled_from(list(OPERATIONS)))
        solid = getattr(solid, name)(other)
        expected = OPERATIONS[name](expected, other.contains(grid))
    assert np.array_equal(solid.contains(grid), expected)
    assert solid.volume(((-1, -1, -1), (5, 5, 5))) == pytest.approx(expected.sum(), abs=1e-9)
    assert boundary_volume(solid) == pytest.approx(expected.sum(), abs=1e-9)
    cells = np.zeros((7, 7, 7), int)
    cells[:6, :6, :6] = expected.reshape(6, 6, 6)
    surface = sum(np.abs(np.diff(cells, axis=axis)).sum() for axis in range(3))
    assert boundary_size(solid) == pytest.approx(surface, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_tetrahedra(seed):
    rng = np.random.default_rng(seed)
    a, b = tetrahedron(rng), tetrahedron(rng)
    assert_operations_agree(a, b, rng.normal(size=(4000, 3)))
    assert_operations_agree(a | b, tetrahedron(rng), rng.normal(size=(4000, 3)))


def test_many_discs_are_cut_from_one():
    rng = np.random.default_rng(0)
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    disc = np.column_stack([np.cos(turn), np.sin(turn)])
    solid = BSPTree.from_rings([10 * disc], random_state=0)
    Q = rng.uniform(-11, 11, (5000, 2))
    expected = solid.contains(Q)
    for seed in range(25):
        other = BSPTree.from_rings([rng.uniform(-9, 9, 2) + 1.5 * disc], random_state=seed)
        solid = solid - other
        expected &= ~other.contains(Q)
    assert np.array_equal(solid.contains(Q), expected)
    assert boundary_volume(solid) == pytest.approx(solid.volume(), rel=1e-9)


def test_results_are_painted_and_hit():
    a, b = rectangle(0, 0, 2, 2), rectangle(1, 1, 2, 2)
    found = a - b
    lengths, pieces = found.ray_cast([(-1, 1.5), (1.5, 3), (0.5, 0.5)], [(1, 0), (0, -1), (1, 1)])
    assert lengths.tolist() == pytest.approx([1, 2, 0.5])
    assert (pieces >= 0).all()
    order = found.back_to_front((-5, 1.5))
    assert sorted(order.tolist()) == list(range(found.n_pieces))


def test_operations_are_determined():
    rng = np.random.default_rng(0)
    a = BSPTree.from_rings([around(40, rng)], random_state=0)
    b = BSPTree.from_rings([around(40, rng)], random_state=0)
    one, two = a | b, a | b
    assert np.array_equal(one.vertices, two.vertices)
    assert np.array_equal(one.children, two.children)


class TestBadInput:
    def test_no_solid(self):
        solid, scene = rectangle(0, 0, 1, 1), BSPTree.from_segments([[(0, 0), (1, 1)]])
        for a, b in [(solid, scene), (scene, solid)]:
            with pytest.raises(ValueError, match="union needs a tree with a solid"):
                a | b

    def test_two_dimensions(self):
        with pytest.raises(ValueError, match="difference needs solids of one dimension, got 2 and"):
            rectangle(0, 0, 1, 1) - box((0, 0, 0), (1, 1, 1))

    def test_something_else(self):
        with pytest.raises(TypeError, match="unsupported operand"):
            rectangle(0, 0, 1, 1) & 3
