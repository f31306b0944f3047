"""Pictures of treemaps: SVG, PNG, GeoJSON and matplotlib patches."""

import json
import re
import struct
import xml.etree.ElementTree as ET
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import Tree, treemap
from partwise.geometry.treemaps._colours import dark_text, ramp
from partwise.geometry.treemaps._font import letters, text_mask
from partwise.geometry.treemaps._kernels.coverage import paint_faces
from partwise.geometry.treemaps._kernels.room import find_rooms
from partwise.geometry.treemaps._labels import em_width, place_labels
from partwise.geometry.treemaps._picture import make_picture
from partwise.geometry.treemaps._treemap import METHODS
from tests.oracles.pictures import area_of_ring, coverage_by_samples, decode_png
from tests.oracles.trees import random_tree, star

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["r", "a&b", "<script>", "\"'", "\x00\x07\ud800", "]]>", "–—水"]


def paths_of(text):
    """Return outline and tooltip of every filled path of an SVG picture."""
    found = []
    for group in ET.fromstring(text).iter(f"{SVG}g"):
        if group.get("fill") == "none":
            continue
        for path in group.iter(f"{SVG}path"):
            found.append((corners_of(path.get("d")), path.find(f"{SVG}title").text))
    return found


def corners_of(outline):
    """Return the vertices that a path of M, H, V, z and plain pairs goes through."""
    x = y = None
    corners = []
    for letter, numbers in re.findall(r"([MHV])([^MHVz]*)", outline):
        values = list(map(float, numbers.split()))
        if letter == "H":
            x = values[0]
            corners.append((x, y))
        elif letter == "V":
            y = values[0]
            corners.append((x, y))
        else:
            corners += list(zip(values[::2], values[1::2], strict=True))
            x, y = corners[-1]
    return corners


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1, 4])
def test_svg_areas_are_in_proportion_to_areas_of_leaves(method, seed):
    tree = random_tree(seed, 40)
    layout = treemap(tree, method, (5, -3, 2, 1))
    drawn = paths_of(layout.to_svg(size=1000, border=0))
    scale = (1000 / 2) ** 2
    leaves = np.flatnonzero(tree.is_leaf & (layout.areas > 0))
    # Corners are rounded to a thousandth of a pixel.
    clear = leaves[layout.areas[leaves] * scale > 1.0]
    wanted = sorted(layout.areas[clear] * scale)
    found = sorted(area_of_ring(corners) for corners, _ in drawn)[-len(wanted) :]
    np.testing.assert_allclose(found, wanted, rtol=0.05, atol=0.02)


def test_svg_has_a_tooltip_with_path_weight_and_ratio():
    tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 6, 3, 1], names=list("rabcd"))
    layout = treemap(tree, "squarified")
    tips = [tip for _, tip in paths_of(layout.to_svg())]
    assert f"r/a/d\nweight 1 (10%)\naspect ratio {layout.aspect_ratio[4]:.4g}" in tips
    assert len(tips) == 3


def test_names_come_back_from_svg_and_geojson_without_control_characters(tmp_path):
    tree = Tree.from_parents([-1] + [0] * 6, [0.0] + [1.0] * 6, names=HOSTILE)
    layout = treemap(tree)
    safe = ["a&b", "<script>", "\"'", "���", "]]>", "–—水"]
    layout.to_svg(tmp_path / "a.svg", title="x < y & z")
    root = ET.parse(tmp_path / "a.svg").getroot()
    tips = {t.text.split("\n")[0] for t in root.iter(f"{SVG}title")}
    assert tips >= {"x < y & z"} | {f"r/{name}" for name in safe}
    written = [text.text for text in root.iter(f"{SVG}text")]
    assert written[0] == "x < y & z"
    assert set(written[1:]) == set(safe)
    layout.to_geojson(tmp_path / "a.geojson")
    features = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert {f["properties"]["name"] for f in features} == {"r", *safe}
    layout.to_png(tmp_path / "a.png", title="x < y & z")
    assert decode_png((tmp_path / "a.png").read_bytes()).shape[1] == 1000


@pytest.mark.parametrize("method", METHODS)
def test_pixels_of_a_colour_are_in_proportion_to_area(method):
    weights = np.array([50.0, 30.0, 15.0, 4.0, 1.0])
    colours = ["white", "#f00", "#0f0", "#00f", "#ff0", "black"]
    layout = treemap(star(weights), method)
    shares = layout.areas[1:]  # of slack they are not those of the weights
    data = layout.to_png(size=400, border=0, labels=False, colour=colours)
    pixels = decode_png(data)
    assert pixels.shape == (400, 400, 3)
    for share, rgb in zip(
        shares, [(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 0, 0)], strict=True
    ):
        count = np.count_nonzero((pixels == rgb).all(axis=2))
        # Pixels on an edge are mixed: fewer than 2.2 for each of the 400 rows.
        assert count == pytest.approx(400**2 * share, abs=900)
    # The sum over all pixels has no such loss.
    blue = pixels[..., 2].sum() / 255
    assert blue == pytest.approx(400**2 * shares[2], abs=40)


def test_coverage_of_pixels_equals_that_of_many_samples():
    rng = np.random.default_rng(3)
    checked = 0
    while checked < 12:
        angles = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 9)))
        if np.diff(angles, append=angles[0] + 2 * np.pi).max() >= np.pi:
            continue  # it would cross itself
        checked += 1
        radius = rng.uniform(0.5, 6.0, len(angles))  # not convex
        xy = np.stack((7 + radius * np.cos(angles), 7 + radius * np.sin(angles)), axis=1)
        canvas, cover = np.zeros((14, 14, 4), np.float32), np.zeros((14, 16))
        low, high = np.full(14, 16, np.int64), np.full(14, -1, np.int64)
        indptr = np.array([0, len(xy)], np.int64)
        paint_faces(indptr, xy, np.ones((1, 4), np.float32), canvas, cover, low, high)
        np.testing.assert_allclose(canvas[..., 0], coverage_by_samples(xy, 14), atol=0.03)
        assert canvas[..., 0].sum() == pytest.approx(area_of_ring(xy.tolist()), rel=1e-5)
        assert not cover.any()
        assert (low == 16).all()
        assert (high == -1).all()


@pytest.mark.parametrize("method", METHODS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_mean_colour_of_a_picture_is_the_mean_of_the_leaves(method, seed):
    tree = random_tree(seed, 40)
    layout = treemap(tree, method, (0, 0, 2, 1))
    value = np.random.default_rng(seed).uniform(size=tree.n_nodes)
    drawn = make_picture(layout, size=200, border=0, colour=value)
    pixels = decode_png(layout.to_png(size=200, border=0, labels=False, colour=value))
    face = drawn.is_face
    mean = (drawn.rgb[face] * drawn.area[face, None]).sum(axis=0) / drawn.area[face].sum()
    np.testing.assert_allclose(pixels.mean(axis=(0, 1)), mean, atol=1.0)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1, 4])
def test_geojson_rings_are_closed_counterclockwise_and_as_large_as_told(method, seed):
    tree = random_tree(seed, 40)
    layout = treemap(tree, method, (0, 0, 3, 2))
    features = layout.to_geojson()["features"]
    assert [f["id"] for f in features] == [
        v for v in range(tree.n_nodes) if len(layout.polygon(v)) >= 3
    ]
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        facts = feature["properties"]
        assert ring[0] == ring[-1]
        assert area_of_ring(ring[:-1]) == pytest.approx(facts["area"], rel=1e-6, abs=1e-12)
        assert facts["area"] >= 0
        assert facts["weight"] == tree.weights[feature["id"]]
        assert facts["parent"] == (None if feature["id"] == 0 else tree.parents[feature["id"]])
        assert facts["path"] == tree.path(feature["id"]) or facts["depth"] >= 32


@pytest.mark.parametrize("method", METHODS)
def test_patches_have_the_polygons_of_the_leaves(method):
    pytest.importorskip("matplotlib")
    tree = random_tree(1, 30)
    layout = treemap(tree, method)
    patches = layout.to_patches(alpha=0.5, edgecolors="black")
    leaves = [v for v in np.flatnonzero(tree.is_leaf) if layout.areas[v] > 0]
    found = sorted(area_of_ring(path.vertices[:-1].tolist()) for path in patches.get_paths())
    np.testing.assert_allclose(found, np.sort(layout.areas[leaves]), rtol=1e-9, atol=1e-15)
    assert patches.get_alpha() == 0.5
    assert patches.get_edgecolor()[0].tolist() == [0, 0, 0, 0.5]


def test_patches_take_the_place_of_matplotlibs_own_options():
    pytest.importorskip("matplotlib")
    layout = treemap(star([2.0, 1.0]))
    by_default = layout.to_patches(colour="#0000ff")
    assert by_default.get_facecolor()[:, :3].tolist() == [[0, 0, 1]] * 2
    assert layout.to_patches(facecolors="red").get_facecolor()[0, :3].tolist() == [1, 0, 0]
    assert layout.to_patches(color="red").get_edgecolor()[0, :3].tolist() == [1, 0, 0]


def test_depth_draws_that_level_and_leaves_above():
    tree = Tree.from_parents([-1, 0, 0, 1, 1, 3, 3], [0, 0, 2, 0, 3, 1, 1.0], names=list("rabcdef"))
    layout = treemap(tree)
    drawn = {
        depth: {tip.split("\n")[0] for _, tip in paths_of(layout.to_svg(depth=depth))}
        for depth in (0, 1, 2, 3, None, 99)
    }
    assert drawn[0] == {"r"}
    assert drawn[1] == {"r/a", "r/b"}
    assert drawn[2] == {"r/b", "r/a/c", "r/a/d"}
    assert drawn[3] == drawn[None] == drawn[99] == {"r/b", "r/a/d", "r/a/c/e", "r/a/c/f"}
    pytest.importorskip("matplotlib")
    assert len(layout.to_patches(depth=2).get_paths()) == 3


@pytest.mark.parametrize("method", METHODS)
def test_labels_lie_inside_their_regions_and_never_on_one_another(method):
    tree = random_tree(8, 60)
    picture = make_picture(treemap(tree, method, (0, 0, 3, 2)), size=900)
    labels = place_labels(picture)
    assert len(labels) >= 3
    boxes = []
    for label in labels:
        wide, high = em_width(label.text) * label.size / 2, 0.5 * label.size
        box = (label.x - wide, label.y - high, label.x + wide, label.y + high)
        polygon = picture.xy[picture.indptr[label.region] : picture.indptr[label.region + 1]]
        for x, y in [(box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])]:
            assert inside(x, y, polygon)
        for other in boxes:
            apart = (
                box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
            )
            assert apart
        boxes.append(box)


def inside(x, y, polygon):
    """Return whether a point is in a polygon, by the parity of the crossings to its right."""
    crossings = 0
    for (ax, ay), (bx, by) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crossings += (ay > y) != (by > y) and ax + (y - ay) * (bx - ax) / (by - ay) > x
    return crossings % 2 == 1


def test_room_of_a_slanted_square_is_known():
    # A square on its tip with half-diagonal 1 holds a square of side 1, and the L one of side 1.
    diamond = [(0, -1), (1, 0), (0, 1), (-1, 0)]
    ell = [(0, 0), (2, 0), (2, 1), (1, 1), (1, 3), (0, 3)]
    xy = np.array(diamond + ell, float)
    rooms = np.empty((3, 3))
    which = np.array([0, 1, 1])
    find_rooms(np.array([0, 4, 10]), xy, which, np.array([1.0, 2.0, 0.25]), rooms)
    np.testing.assert_allclose(rooms[0], [0, 0, 1], atol=0.04)
    assert rooms[1, 2] == pytest.approx(1.0, rel=0.03)
    assert rooms[2, 2] == pytest.approx(3.0, rel=0.03)


def test_headers_hold_the_names_of_inner_regions():
    tree = Tree.from_parents(
        [-1, 0, 0, 1, 1], [0, 0, 6, 3, 1], names=["root", "ant", "b", "c", "d"]
    )
    layout = treemap(tree, "squarified", (0, 0, 600, 400), padding=4, header=20)
    texts = [t.text for t in ET.fromstring(layout.to_svg(size=600)).iter(f"{SVG}text")]
    assert texts == ["root", "ant", "b", "c", "d"]
    plain = layout.to_svg(size=600, labels=False)
    assert not list(ET.fromstring(plain).iter(f"{SVG}text"))
    # Parents show around their children, and so are painted.
    assert {tip.split("\n")[0] for _, tip in paths_of(plain)} >= {"root", "root/ant"}


def test_padding_leaves_parents_visible_in_pixels():
    layout = treemap(star([1.0, 1.0]), "squarified", (0, 0, 100, 100), padding=10)
    colours = ["#ff0000", "#0000ff", "#0000ff"]
    pixels = decode_png(layout.to_png(size=100, border=0, labels=False, colour=colours))
    assert pixels[..., 0].sum() / 255 == pytest.approx(100**2 - layout.areas[1:].sum(), abs=20)
    assert pixels[5, 50].tolist() == [255, 0, 0]


def test_size_and_title():
    layout = treemap(star([2.0, 1.0]), rect=(0, 0, 2, 1))
    assert decode_png(layout.to_png(size=200, border=0)).shape == (100, 200, 3)
    assert decode_png(layout.to_png(size=(200, 300), title="T")).shape == (332, 200, 3)
    root = ET.fromstring(layout.to_svg(size=(200, 300), background=None))
    assert root.get("viewBox") == "0 0 200 300"
    assert root.find(f"{SVG}rect") is None
    # In the middle of a picture of another shape.
    ((corners, _), *_) = paths_of(layout.to_svg(size=(200, 300), depth=0, border=0))
    assert sorted(corners) == [(0, 100), (0, 200), (200, 100), (200, 200)]


def test_branches_keep_their_hue_when_weights_change():
    parents = [-1, 0, 0, 0, 1, 1, 2]
    light, heavy = (
        make_picture(treemap(Tree.from_parents(parents, weights)))
        for weights in ([0, 0, 0, 3, 1, 1, 1], [0, 0, 0, 1, 1, 7, 9])
    )
    for node in range(1, 7):
        a, b = (p.rgb[np.flatnonzero(p.shown.bottom == node)] for p in (light, heavy))
        np.testing.assert_array_equal(a, b)
    first = [tuple(light.rgb[light.shown.bottom == node][0]) for node in (3, 4, 6)]
    assert len(set(first)) == 3


def test_colours_of_values_rise_in_lightness_and_lack_of_value_is_grey():
    colours = ramp(np.linspace(0, 1, 50)) / 255.0
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    assert (np.diff(linear @ [0.2126, 0.7152, 0.0722]) > 0).all()
    assert ramp([np.nan]).tolist() == [[190, 190, 190]]
    assert dark_text(np.array([[255, 255, 255], [0, 0, 0]], np.uint8)).tolist() == [True, False]
    layout = treemap(star([4.0, 2.0, 1.0]))
    shown = make_picture(layout, colour=[np.nan, 1.0, 3.0, np.nan])
    by_node = dict(zip(shown.shown.bottom.tolist(), shown.rgb.tolist(), strict=True))
    assert by_node[1] == ramp([0.0])[0].tolist()
    assert by_node[2] == ramp([1.0])[0].tolist()
    assert by_node[3] == [190, 190, 190]
    assert shown.legend == ("value", 1.0, 3.0)


@pytest.mark.parametrize("colour", ["branch", "depth", "weight", "aspect", "SteelBlue"])
@pytest.mark.parametrize("n", [1, 2])
def test_every_colour_serves_the_smallest_trees(colour, n):
    tree = Tree.from_parents([-1], [1.0]) if n == 1 else star([1.0, 0.0])
    layout = treemap(tree)
    assert len(paths_of(layout.to_svg(colour=colour))) == 1
    assert decode_png(layout.to_png(size=16, colour=colour)).shape == (16, 16, 3)


@pytest.mark.parametrize("draw", ["to_svg", "to_png"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"size": 8}, "size must be from 16 to 16384 pixels, got 8"),
        ({"size": (100, 20_000)}, "size must be from 16"),
        ({"size": (1, 2, 3)}, r"size must be an integer or \(width, height\)"),
        ({"depth": -1}, "depth must be at least 0, got -1"),
        ({"border": -1.0}, "border must be from 0 to a quarter of the size"),
        ({"border": np.nan}, "border must be from 0"),
        ({"colour": "no-colour"}, "colour must be one of branch, depth, weight, aspect, a CSS"),
        ({"colour": [1.0, 2.0]}, r"colour must have shape \(3,\), one for each node, got \(2,\)"),
        ({"colour": ["red", "blue", "x"]}, "colour must hold CSS colours, got 'x'"),
        ({"background": "url(x)"}, "background must be a CSS colour, got 'url"),
    ],
)
def test_options_that_make_no_sense(draw, options, message):
    with pytest.raises(ValueError, match=message):
        getattr(treemap(star([2.0, 1.0])), draw)(**options)


def test_options_of_a_wrong_type():
    layout = treemap(star([2.0, 1.0]))
    with pytest.raises(TypeError):
        layout.to_svg(size=100.5)
    with pytest.raises(TypeError):
        layout.to_svg(depth=1.5)
    with pytest.raises(TypeError, match="colour must be numbers or CSS colours"):
        layout.to_svg(colour=np.zeros(3, complex))
    with pytest.raises(ValueError, match="background must be a CSS colour in a PNG"):
        layout.to_png(background=None)


def test_pictures_of_the_same_layout_are_the_same_bytes():
    layout = treemap(random_tree(8, 60))
    assert layout.to_png() == layout.to_png()
    assert layout.to_svg() == layout.to_svg()


def test_nothing_is_drawn_inside_a_degenerate_region():
    tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 1.0, 1e-16, 1e-16])
    layout = treemap(tree)
    assert layout.degenerate[1]
    drawn = make_picture(layout).shown
    assert drawn.bottom.tolist() == [0, 2, 1]
    assert drawn.is_face.tolist() == [False, True, True]


def test_borders_leave_thin_regions_visible_and_are_thinner_level_by_level():
    layout = treemap(star(np.ones(200)), "slice_and_dice", (0, 0, 1, 1))
    picture = make_picture(layout, size=1000, border=3.0)
    assert picture.line[0] == 3.0
    assert (picture.line[1:] > 0).all()
    assert (picture.line[1:] <= 0.25 * 997 / 200).all()
    deep = make_picture(treemap(random_tree(1, 60)), size=1000, border=3.0)
    below = deep.line[1:] <= np.where(deep.line > 0, deep.line, 3.0)[deep.shown.parent[1:]]
    assert below.all()


@pytest.mark.parametrize("method", METHODS)
def test_a_deep_path_and_tiny_leaves_are_drawn(method):
    n = 3000
    parents = [*range(-1, n - 1), *range(n - 1)]
    weights = np.concatenate((np.zeros(n - 1), [1.0], 2.0 ** -np.minimum(np.arange(n - 1.0), 900)))
    layout = treemap(Tree.from_parents(parents, weights), method)
    assert len(layout.to_svg(size=300)) < 10_000_000
    assert decode_png(layout.to_png(size=300)).shape == (300, 300, 3)


def test_letters_of_the_font():
    assert letters("é–水") == "e\x7f\x7f"
    high = text_mask("dp", 2)
    assert high.shape == (18, 22)
    assert high[:14, :10].any()
    assert not high[14:, :10].any()
    assert high[14:, 12:].any()
    masks = {text_mask(chr(code)).tobytes() for code in range(32, 128)}
    assert len(masks) == 96


def test_chunks_of_png_have_right_lengths_and_checksums():
    data = treemap(star([2.0, 1.0])).to_png(size=50)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, kinds = 8, []
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        body = data[at + 4 : at + 8 + length]
        kinds.append(body[:4])
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(body)
        at += 12 + length
    assert kinds == [b"IHDR", b"sRGB", b"IDAT", b"IEND"]
