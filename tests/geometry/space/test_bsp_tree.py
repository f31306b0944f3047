"""BSP trees of polygons, meshes and scenes: which places are inside, what is seen, what is hit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry import BSPTree

RNG = np.random.default_rng(0)
SQUARE = [(0, 0), (2, 0), (2, 2), (0, 2)]
HOLE = [(0.5, 0.5), (1.5, 0.5), (1.5, 1.5), (0.5, 1.5)]


def star(n, rng, centre=(0.0, 0.0), radius=1.0):
    """A polygon without crossings: angles ascend, distances are any."""
    angles = np.sort(rng.random(n)) * 2 * np.pi
    radii = radius * (0.2 + 0.8 * rng.random(n))
    return np.asarray(centre) + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])


def comb(teeth):
    """A polygon with many collinear and parallel sides."""
    top = [(x, y) for i in range(teeth) for x, y in [(2 * i, 1), (2 * i, 3), (2 * i + 1, 3),
                                                     (2 * i + 1, 1)]]  # fmt: skip
    return np.array([(0, 0), *top, (2 * teeth - 1, 0)], dtype=float)


def prism(ring, low, high):
    """Polygons around what is above a ring, between two heights, seen counterclockwise."""
    ring = np.asarray(ring, dtype=float)
    walls = []
    for p, q in zip(ring, np.roll(ring, -1, axis=0)):
        walls.append(np.array([[*p, low], [*q, low], [*q, high], [*p, high]]))
    # triangles of a star around its centre (0, 0), which the ring winds around
    lids = []
    for p, q in zip(ring, np.roll(ring, -1, axis=0)):
        lids.append(np.array([[0, 0, high], [*p, high], [*q, high]]))
        lids.append(np.array([[0, 0, low], [*q, low], [*p, low]]))
    return walls + lids


def around(n, rng, radius=1.0):
    """A star in general position whose sides all pass the centre on the left."""
    angles = (np.arange(n) + 0.4 * rng.random(n)) * 2 * np.pi / n
    radii = radius * (0.4 + 0.6 * rng.random(n))
    return radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])


def hull(n, rng):
    """The triangles of the convex hull of points, seen counterclockwise."""
    spatial = pytest.importorskip("scipy.spatial")
    points = rng.normal(size=(n, 3))
    found = spatial.ConvexHull(points)
    triangles = points[found.simplices]
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    turned = (across * found.equations[:, :3]).sum(axis=1) < 0
    triangles[turned] = triangles[turned][:, ::-1]
    return triangles, found


def torus(m, n, large=2.0, small=0.7):
    """Vertices and faces of a ring of triangles."""
    u, v = np.meshgrid(np.arange(m), np.arange(n), indexing="ij")
    a, b = 2 * np.pi * u / m, 2 * np.pi * v / n
    reach = large + small * np.cos(b)
    vertices = np.stack([reach * np.cos(a), reach * np.sin(a), small * np.sin(b)], axis=-1)
    here, up = u * n + v, u * n + (v + 1) % n
    right, both = (u + 1) % m * n + v, (u + 1) % m * n + (v + 1) % n
    faces = np.stack([np.stack([here, right, both], -1), np.stack([here, both, up], -1)], 2)
    return vertices.reshape(-1, 3), faces.reshape(-1, 3)


def ring_area(ring):
    x, y = np.asarray(ring, dtype=float).T
    return 0.5 * abs((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())


def mesh_volume(triangles):
    return np.linalg.det(triangles).sum() / 6


def pieces_of(tree):
    return [tree.piece(i) for i in range(tree.n_pieces)]


def size_of(piece):
    if piece.shape[1] == 2:
        return np.linalg.norm(piece[1] - piece[0])
    a = piece - piece[0]
    return 0.5 * np.linalg.norm(sum(np.cross(a[i], a[i + 1]) for i in range(1, len(a) - 1)))


def check_tree(tree):
    """Parents come first, leaves are numbered once, pieces lie in their planes."""
    children = tree.children
    assert sorted(-1 - children[children < 0]) == list(range(tree.n_leaves if len(children) else 0))
    inner = np.sort(children[children >= 0])
    assert inner.tolist() == list(range(1, len(children)))
    parent = np.repeat(np.arange(len(children)), 2)[children.ravel() >= 0]
    assert (children[children >= 0] > parent).all()
    assert np.allclose(np.linalg.norm(tree.normals, axis=1), 1)
    assert (np.diff(tree.piece_node) >= 0).all()
    node = np.repeat(tree.piece_node, np.diff(tree.piece_ptr))
    off = (tree.normals[node] * tree.vertices).sum(axis=1) - tree.offsets[node]
    assert np.abs(off).max(initial=0) <= 2 * tree.eps


def check_cells(tree, low, high, rng):
    """Cells tile the box, are convex, and hold the places of their leaves."""
    low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    cells = tree.cells((low, high))
    whole = np.prod(high - low)
    assert cells.volumes.sum() == pytest.approx(whole, rel=1e-9)
    assert (cells.volumes > 0).all()
    assert len(set(cells.leaf.tolist())) == len(cells)
    reach = np.linalg.norm(high - low)
    for cell in range(len(cells)):
        corners = np.concatenate(cells.faces(cell))
        assert (corners >= low - 1e-12 * reach).all()
        assert (corners <= high + 1e-12 * reach).all()
        if cells.volumes[cell] > 1e-6 * whole:
            middle = corners.mean(axis=0)
            assert tree.leaf_of([middle]).tolist() == [cells.leaf[cell]]
            for face in cells.faces(cell):
                if size_of(face[:3]) > 1e-9 * reach and len(low) == 3:
                    across = np.cross(face[1] - face[0], face[2] - face[0])
                    assert ((corners - face[0]) @ across <= 1e-9 * reach**3).all()
    Q = low + rng.random((200, len(low))) * (high - low)
    assert set(tree.leaf_of(Q)) <= set(cells.leaf.tolist())
    return cells


def test_two_segments_by_hand():
    tree = BSPTree.from_segments([[(0, 0), (1, 0)], [(0, 1), (1, 2)]], random_state=0)
    # the line of the first one does not cut the second
    assert (tree.n_leaves, tree.n_pieces, tree.depth) == (3, 2, 2)
    assert tree.normals[0].tolist() == [0, -1]
    assert tree.children.tolist() == [[1, -1], [-3, -2]]
    assert tree.leaf_of([(0, -1), (1, 0.5), (0, 2)]).tolist() == [0, 1, 2]
    assert not tree.is_solid
    assert repr(tree) == "BSPTree(dimension=2, n_nodes=2, n_leaves=3, n_pieces=2)"


def test_a_segment_is_cut_by_the_line_of_another():
    # whichever comes first, it cuts the other one
    tree = BSPTree.from_segments([[(-1, 0), (1, 0)], [(0, -1), (0, 1)]], random_state=0)
    assert tree.n_pieces == 3
    assert sorted(size_of(piece) for piece in pieces_of(tree)) == [1, 1, 2]
    assert sorted(tree.piece_face.tolist()) in ([0, 0, 1], [0, 1, 1])


def test_square_with_a_hole():
    tree = BSPTree.from_rings([SQUARE, HOLE], random_state=0)
    places = [(0.25, 1), (1, 1), (3, 1), (1.75, 1.75), (-1, -1)]
    assert tree.contains(places).tolist() == [True, False, False, True, False]
    assert tree.volume() == pytest.approx(3, rel=1e-12)
    assert tree.volume(((0, 0), (1, 1))) == pytest.approx(0.75, rel=1e-12)


@pytest.mark.parametrize("n", [3, 5, 12, 60, 300])
@pytest.mark.parametrize("kind", [star, around])
def test_places_in_a_polygon_are_the_even_odd_ones(oracles, kind, n):
    ring = kind(n, np.random.default_rng(n))
    tree = BSPTree.from_rings([ring], random_state=0)
    check_tree(tree)
    Q = RNG.uniform(-1.1, 1.1, (100_000 if n == 60 else 5000, 2))
    assert np.array_equal(tree.contains(Q), oracles.space.even_odd([ring], Q))
    assert tree.volume() == pytest.approx(ring_area(ring), rel=1e-9)
    assert sum(map(size_of, pieces_of(tree))) == pytest.approx(
        np.linalg.norm(ring - np.roll(ring, 1, axis=0), axis=1).sum()
    )


def test_islands_in_lakes_on_islands(oracles):
    rings = [star(40, RNG, radius=10), around(20, RNG, 1.5), 0.3 * around(9, RNG)]
    rings += [np.add(around(7, RNG, 2), (30, 0)), np.add(0.2 * around(5, RNG), (30, 0))]
    # directions do not matter
    for turns in ([1, 1, 1, 1, 1], [1, -1, 1, -1, -1]):
        tree = BSPTree.from_rings([r[::t] for r, t in zip(rings, turns)], random_state=3)
        Q = RNG.uniform(-12, 34, (20_000, 2))
        Q[:, 1] = RNG.uniform(-12, 12, 20_000)
        Q[:5000] *= 0.1
        assert np.array_equal(tree.contains(Q), oracles.space.even_odd(rings, Q))


@given(data=st.data())
def test_places_between_the_lines_of_a_grid(oracles, data):
    """Polygons with whole coordinates: many sides are collinear or parallel."""
    n = data.draw(st.integers(3, 9))
    corner = st.tuples(st.integers(-4, 4), st.integers(-4, 4)).filter(any)
    corners = data.draw(st.lists(corner, min_size=n, max_size=n,
                                 unique_by=lambda c: np.arctan2(c[1], c[0])))  # fmt: skip
    ring = sorted(corners, key=lambda c: np.arctan2(c[1], c[0]))
    angles = np.array([np.arctan2(y, x) for x, y in ring])
    if np.diff(np.append(angles, angles[0] + 2 * np.pi)).max() >= np.pi - 1e-9:
        return  # does not go around its centre
    tree = BSPTree.from_rings([ring], n_candidates=3, random_state=0)
    check_tree(tree)
    # no place is on a line through whole coordinates
    Q = np.stack(np.meshgrid(*[np.arange(-np.sqrt(20), 5, np.pi / 5)] * 2), -1).reshape(-1, 2)
    assert np.array_equal(tree.contains(Q), oracles.space.even_odd([ring], Q))
    assert tree.volume() == pytest.approx(ring_area(ring), rel=1e-9)
    check_cells(tree, (-5, -5), (6, 5), RNG)


def test_comb(oracles):
    ring = comb(12)
    tree = BSPTree.from_rings([ring], n_candidates=99, balance=0, random_state=0)
    Q = RNG.uniform((-1, -1), (24, 4), (5000, 2))
    assert np.array_equal(tree.contains(Q), oracles.space.even_odd([ring], Q))
    # the teeth can be cut off without cutting any side
    assert tree.n_pieces == len(ring)


@pytest.mark.parametrize("turn", [1, -1])
def test_convex_hulls(turn):
    triangles, found = hull(30, np.random.default_rng(1))
    tree = BSPTree.from_polygons(triangles[:, ::turn], random_state=0)
    check_tree(tree)
    Q = RNG.normal(size=(3000, 3)) * 1.3
    inside = (Q @ found.equations[:, :3].T + found.equations[:, 3] <= 0).all(axis=1)
    # turned inside out it is the complement
    assert np.array_equal(tree.contains(Q), inside if turn == 1 else ~inside)
    assert tree.n_pieces == len(triangles)
    if turn == 1:
        assert tree.volume() == pytest.approx(found.volume, rel=1e-9)


@pytest.mark.parametrize("n", [3, 8, 20])
def test_prisms(oracles, n):
    ring = around(n, np.random.default_rng(n))
    tree = BSPTree.from_polygons(prism(ring, -1.0, 0.5), random_state=0)
    check_tree(tree)
    Q = RNG.uniform(-1.2, 1.2, (5000, 3))
    expected = oracles.space.even_odd([ring], Q[:, :2]) & (Q[:, 2] > -1) & (Q[:, 2] < 0.5)
    assert np.array_equal(tree.contains(Q), expected)
    assert tree.volume() == pytest.approx(1.5 * ring_area(ring), rel=1e-9)
    check_cells(tree, (-2, -2, -2), (2, 1, 1), RNG)


def test_a_torus(oracles):
    vertices, faces = torus(16, 9)
    tree = BSPTree.from_mesh(vertices, faces, random_state=0)
    check_tree(tree)
    assert tree.is_solid
    assert tree.volume() == pytest.approx(mesh_volume(vertices[faces]), rel=1e-9)
    # a ray crosses the surface an odd number of times from inside
    Q = RNG.uniform((-3, -3, -1), (3, 3, 1), (1500, 3))
    way = np.tile([0.31, 0.27, 0.91], (len(Q), 1))
    hits = [np.isfinite(oracles.space.lengths_to(t, Q, way)) for t in vertices[faces]]
    assert np.array_equal(tree.contains(Q), np.sum(hits, axis=0) % 2 == 1)
    assert sum(map(size_of, pieces_of(tree))) == pytest.approx(
        sum(map(size_of, vertices[faces])), rel=1e-9
    )
    check_cells(tree, *tree.bounds, RNG)


def scene(d, rng, n=12):
    """Faces in any position, which cut one another."""
    middle = rng.normal(size=(n, 1, d))
    return middle + 0.8 * rng.normal(size=(n, d, d))


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("seed", range(4))
def test_no_piece_hides_a_later_one(oracles, d, seed):
    rng = np.random.default_rng(seed)
    faces = scene(d, rng, 14 if d == 2 else 7)
    make = BSPTree.from_segments if d == 2 else BSPTree.from_polygons
    tree = make(faces, random_state=seed)
    check_tree(tree)
    pieces = pieces_of(tree)
    assert len(pieces) > len(faces)
    places = [oracles.space.places_in(piece, 15, rng) for piece in pieces]
    for eye in rng.normal(size=(12, d)) * np.tile([[0.5], [1], [9]], (4, 1)):
        order = tree.back_to_front(eye)
        assert sorted(order.tolist()) == list(range(len(pieces)))
        rank = np.argsort(order)
        for behind, targets in enumerate(places):
            eyes = np.tile(eye, (len(targets), 1))
            for before, piece in enumerate(pieces):
                # 1 is the place itself
                between = oracles.space.lengths_to(piece, eyes, targets - eyes) < 1 - 1e-7
                if before != behind and between.any():
                    assert rank[before] > rank[behind]


def test_every_piece_is_a_part_of_its_face():
    faces = scene(3, np.random.default_rng(5), 9)
    tree = BSPTree.from_polygons(faces, random_state=0)
    total = np.zeros(len(faces))
    for i, piece in enumerate(pieces_of(tree)):
        total[tree.piece_face[i]] += size_of(piece)
    assert total == pytest.approx([size_of(face) for face in faces], rel=1e-9)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("seed", range(3))
def test_rays_meet_the_nearest_face(oracles, d, seed):
    rng = np.random.default_rng(seed)
    faces = scene(d, rng, 20)
    make = BSPTree.from_segments if d == 2 else BSPTree.from_polygons
    tree = make(faces, random_state=seed)
    origins, ways = rng.normal(size=(2, 800, d))
    ways *= 10.0 ** rng.uniform(-3, 3, (800, 1))
    lengths, pieces = tree.ray_cast(origins, ways)
    every = np.array([oracles.space.lengths_to(face, origins, ways) for face in faces])
    nearest = every.min(axis=0)
    # nearer than eps to the end of a face both answers are right
    clear = np.ones(len(origins), bool)
    for face in faces:
        for grown in (1 - 1e-6, 1 + 1e-6):
            middle = face.mean(axis=0)
            other = oracles.space.lengths_to(middle + grown * (face - middle), origins, ways)
            plain = oracles.space.lengths_to(face, origins, ways)
            clear &= np.isfinite(other) == np.isfinite(plain)
    assert clear.mean() > 0.99
    assert np.array_equal(np.isfinite(lengths), np.isfinite(nearest)) or np.array_equal(
        np.isfinite(lengths[clear]), np.isfinite(nearest[clear])
    )
    hit = clear & np.isfinite(nearest)
    assert 0.2 < hit.mean() < 1
    assert np.allclose(lengths[hit], nearest[hit], rtol=1e-7)
    faces_hit = tree.piece_face[pieces[hit]]
    assert np.allclose(every[faces_hit, np.flatnonzero(hit)], nearest[hit], rtol=1e-7)
    assert (pieces[clear & ~np.isfinite(nearest)] == -1).all()


def test_rays_by_hand():
    tree = BSPTree.from_rings([SQUARE], random_state=0)
    origins = [(-1, 1), (1, 1), (-1, 3), (-1, 1), (3, 3), (5, 1)]
    ways = [(1, 0), (0, 2), (1, 0), (-1, 0), (-1, -1), (-2, 0)]
    lengths, pieces = tree.ray_cast(origins, ways)
    assert lengths.tolist() == pytest.approx([1, 0.5, np.inf, np.inf, 1, 1.5])
    assert (pieces >= 0).tolist() == [True, True, False, False, True, True]
    # a ray that starts on a face meets it
    assert tree.ray_cast([(0, 1)], [(1, 0)])[0].tolist() == [0]


class TestDegenerateFaces:
    def test_faces_without_extent_are_left_out(self):
        tree = BSPTree.from_segments([[(0, 0), (0, 0)], [(0, 0), (1, 0)]], random_state=0)
        assert tree.piece_face.tolist() == [1]
        with pytest.raises(ValueError, match="segments must hold a face with a positive length"):
            BSPTree.from_segments([[(0, 0), (0, 0)]])
        flat = [[(0, 0, 0), (1, 0, 0), (2, 0, 0)]]
        with pytest.raises(ValueError, match="polygons must hold a face with a positive length"):
            BSPTree.from_polygons(flat)

    def test_collinear_segments_share_a_node(self):
        tree = BSPTree.from_segments([[(i, i), (i + 0.5, i + 0.5)] for i in range(9)],
                                     random_state=0)  # fmt: skip
        assert (len(tree.offsets), tree.n_pieces) == (1, 9)
        assert tree.n_leaves == 2

    def test_equal_segments(self):
        tree = BSPTree.from_segments([[(0, 0), (1, 1)]] * 5, random_state=0)
        assert (len(tree.offsets), tree.piece_face.tolist()) == (1, [0, 1, 2, 3, 4])

    def test_whole_numbers_and_first_vertices_again(self):
        closed = [*SQUARE, SQUARE[0]]
        tree = BSPTree.from_rings([np.array(closed)], random_state=0)
        assert tree.volume() == pytest.approx(4)
        assert tree.n_pieces == 4

    @pytest.mark.parametrize("scale", [1e-100, 1e-9, 1e9, 1e100])
    @pytest.mark.parametrize("shift", [0, 1e3])
    def test_any_scale_and_place(self, oracles, scale, shift):
        ring = scale * (around(30, np.random.default_rng(0)) + shift)
        tree = BSPTree.from_rings([ring], random_state=0)
        Q = scale * (RNG.uniform(-1.1, 1.1, (2000, 2)) + shift)
        assert np.array_equal(tree.contains(Q), oracles.space.even_odd([ring], Q))
        assert tree.volume() == pytest.approx(ring_area(ring), rel=1e-9)

    @pytest.mark.parametrize("other", [[(2, 0), (4, 0), (4, 2), (2, 2)],
                                       [(2, 2), (4, 2), (4, 4), (2, 4)],
                                       [(2, 1), (4, 1), (4, 3), (2, 3)]])  # fmt: skip
    def test_rings_that_touch(self, oracles, other):
        Q = RNG.uniform(-0.5, 4.5, (2000, 2))
        for seed in range(5):
            tree = BSPTree.from_rings([SQUARE, other], n_candidates=1, random_state=seed)
            assert np.array_equal(tree.contains(Q), oracles.space.even_odd([SQUARE, other], Q))

    def test_solids_that_touch(self):
        cube = np.array(prism([(-1, -1), (1, -1), (1, 1), (-1, 1)], 0.0, 1.0), dtype=object)
        faces = [np.array(face, dtype=float) for face in cube]
        both = faces + [np.add(face, (0, 0, 1)) for face in faces]
        Q = RNG.uniform((-1.5, -1.5, -0.5), (1.5, 1.5, 2.5), (2000, 3))
        inside = (np.abs(Q[:, :2]) < 1).all(axis=1) & (Q[:, 2] > 0) & (Q[:, 2] < 2)
        for seed in range(5):
            tree = BSPTree.from_polygons(both, n_candidates=1, random_state=seed)
            assert np.array_equal(tree.contains(Q), inside)


def test_seeds_decide():
    ring = around(200, np.random.default_rng(0))
    trees = [BSPTree.from_rings([ring], random_state=seed) for seed in (1, 1, 2)]
    assert np.array_equal(trees[0].children, trees[1].children)
    assert np.array_equal(trees[0].vertices, trees[1].vertices)
    assert not np.array_equal(trees[0].offsets[:9], trees[2].offsets[:9])


def test_candidates_save_pieces():
    faces = scene(2, np.random.default_rng(0), 200) * 0.3
    one, many = (BSPTree.from_segments(faces, n_candidates=c, random_state=0) for c in (1, 20))
    assert many.n_pieces < one.n_pieces


def test_free_ends_bound_no_solid():
    assert not BSPTree.from_segments([[(0, 0), (1, 0)]]).is_solid
    sides = np.stack([np.array(SQUARE), np.roll(SQUARE, -1, axis=0)], axis=1)
    assert BSPTree.from_segments(sides).is_solid
    assert not BSPTree.from_segments(sides, solid=False).is_solid
    assert not BSPTree.from_segments(sides[:3]).is_solid
    triangles, _ = hull(10, np.random.default_rng(0))
    assert BSPTree.from_polygons(triangles).is_solid
    assert not BSPTree.from_polygons(triangles[1:]).is_solid


class TestBadInput:
    def test_segments(self):
        with pytest.raises(ValueError, match=r"segments must be numbers of shape \(n, 2, 2\)"):
            BSPTree.from_segments([[0, 1]])
        with pytest.raises(ValueError, match=r"segments\[0, 1, 0\] is nan"):
            BSPTree.from_segments([[(0, 0), (np.nan, 1)]])
        with pytest.raises(ValueError, match="segments must hold at least one face, got none"):
            BSPTree.from_segments(np.empty((0, 2, 2)))
        with pytest.raises(ValueError, match="solid=True needs faces that are closed"):
            BSPTree.from_segments([[(0, 0), (1, 0)]], solid=True)

    def test_rings(self):
        with pytest.raises(ValueError, match=r"rings\[1\] must have at least 3 different vertices"):
            BSPTree.from_rings([SQUARE, [(0, 0), (1, 1)]])
        with pytest.raises(ValueError, match="rings must hold at least one ring"):
            BSPTree.from_rings([])
        with pytest.raises(ValueError, match=r"rings\[0\] must have 2 columns, got 3"):
            BSPTree.from_rings([np.zeros((4, 3))])

    def test_polygons(self):
        with pytest.raises(ValueError, match=r"polygons must be numbers of shape \(n, m, 3\)"):
            BSPTree.from_polygons(np.zeros((1, 3, 2)))
        with pytest.raises(ValueError, match=r"polygons\[0\] must have at least 3 vertices, got 2"):
            BSPTree.from_polygons([[(0, 0, 0), (1, 1, 1)]])
        bent = [(0, 0, 0), (1, 0, 0), (1, 1, 0.1), (0, 1, 0)]
        with pytest.raises(ValueError, match=r"polygons\[0\] must be plane and convex"):
            BSPTree.from_polygons([bent])
        dented = [(0, 0, 0), (2, 0, 0), (0.5, 0.5, 0), (0, 2, 0)]
        with pytest.raises(ValueError, match=r"polygons\[0\] must be plane and convex"):
            BSPTree.from_polygons([dented])

    def test_meshes(self):
        with pytest.raises(ValueError, match=r"faces\[0, 2\] is 3, allowed are 0 to 2"):
            BSPTree.from_mesh(np.eye(3), [[0, 1, 3]])
        with pytest.raises(ValueError, match=r"faces must be integers of shape \(n, m\)"):
            BSPTree.from_mesh(np.eye(3), [[0.0, 1.0, 2.0]])

    def test_parameters(self):
        sides = [[(0, 0), (1, 0)]]
        with pytest.raises(ValueError, match="n_candidates must be at least 1"):
            BSPTree.from_segments(sides, n_candidates=0)
        with pytest.raises(ValueError, match="balance must be a finite number of at least 0"):
            BSPTree.from_segments(sides, balance=-1)

    def test_questions(self):
        tree = BSPTree.from_segments([[(0, 0), (1, 1)]])
        with pytest.raises(ValueError, match="contains needs a tree with a solid"):
            tree.contains([(0, 0)])
        with pytest.raises(ValueError, match="volume needs a tree with a solid"):
            tree.volume()
        with pytest.raises(ValueError, match="X must have 2 columns"):
            tree.leaf_of([(0, 0, 0)])
        with pytest.raises(ValueError, match="viewpoint must be a single place, got 2"):
            tree.back_to_front([(0, 0), (1, 1)])
        with pytest.raises(ValueError, match=r"directions\[0\] must not be zero"):
            tree.ray_cast([(0, 0)], [(0, 0)])
        with pytest.raises(ValueError, match=r"directions must have shape \(1, 2\), got \(2, 2\)"):
            tree.ray_cast([(0, 0)], [(0, 1), (1, 0)])
        with pytest.raises(IndexError, match="number must be from 0 to 0, got 1"):
            tree.piece(1)
        with pytest.raises(IndexError, match="cell must be from 0 to 1, got 2"):
            tree.cells(((0, 0), (1, 1))).faces(2)
        with pytest.raises(ValueError, match="box must be finite with low < high"):
            tree.cells(((0, 0), (0, 1)))
