"""``partwise treemap``: pictures, report, and what it refuses."""

import json
import struct

import numpy as np
import pytest

from partwise.geometry import read_tree, treemap

LISTING = "30\tp/a/x\n10\tp/a/y\n40\tp/a\n20\tp/b\n60\tp\n"


@pytest.fixture
def listing(tmp_path):
    """Return the path of a listing by du: p has a (x 30, y 10) and b (20)."""
    path = tmp_path / "sizes.du"
    path.write_text(LISTING)
    return path


def values(out):
    return dict(line.split(" ", 1) for line in out.splitlines())


def test_a_picture_and_the_numbers_that_matter(call, listing):
    done = call("treemap", listing, "--format", "du")
    assert (done.code, done.errors) == (0, [])
    found = values(done.out)
    assert (found["n_nodes"], found["n_leaves"], found["depth"]) == ("5", "3", "2")
    assert found["aspect_kind"] == "diameter"
    assert float(found["max_aspect_ratio"]) < float(found["bound"])
    picture = (listing.parent / "sizes.du.svg").read_text()
    assert picture.startswith("<")
    assert "</svg>" in picture


@pytest.mark.parametrize("suffix", ["svg", "png", "html", "geojson"])
def test_every_kind_of_picture(call, listing, suffix):
    out = listing.parent / f"picture.{suffix}"
    words = ["--format", "du", "--out", out, "--depth", 1, "--no-labels", "--colour", "weight",
             "--size", "300x200", "--method", "squarified"]  # fmt: skip
    done = call("treemap", listing, *words)
    assert (done.code, done.errors) == (0, [])
    data = out.read_bytes()
    if suffix == "png":
        assert struct.unpack(">II", data[16:24]) == (300, 200)
    elif suffix == "geojson":
        features = json.loads(data)["features"]
        assert len(features) == 5
    else:
        assert (b'"names":["p","a","b"]' if suffix == "html" else b"p/a") in data


def test_same_as_the_function(call, listing):
    words = ["--format", "du", "--method", "squarified", "--ratio", 1, "--size", "60x60", "--json",
             "--out", "none"]  # fmt: skip
    facts = json.loads(call("treemap", listing, *words).out)
    layout = treemap(read_tree(listing, "du"), "squarified", (0, 0, 60, 60), 1.0)
    for key, value in layout.to_dict().items():
        assert facts[key] == value, key
    assert not list(listing.parent.glob("*.svg"))


def test_a_pipe_gives_svg_on_stdout(spawn):
    done = spawn("treemap", "-", "--format", "du", "--out", "-", stdin=LISTING.encode())
    assert done.returncode == 0
    assert done.stdout.rstrip().endswith(b"</svg>")


@pytest.mark.parametrize(
    "words",
    [["--method", "slack", "--eps", 0.25], ["--method", "pivot", "--pivot", "size"],
     ["--method", "strip", "--padding", 2, "--header", 10], ["--method", "orthoconvex"],
     ["--method", "l_shape"], ["--method", "voronoi", "--seed", 3], ["--method", "greedy_safe"]],
)  # fmt: skip
def test_options_of_methods(call, listing, words):
    done = call("treemap", listing, "--format", "du", "--validate", *words)
    assert (done.code, done.errors) == (0, [])
    assert values(done.out)["n_degenerate"] == "0"


def test_many_inputs(call, tmp_path):
    for name in "abc":
        (tmp_path / f"{name}.tsv").write_text(f"p/{name}\t3\np/z\t1\n")
    (tmp_path / "d.tsv").write_text("p/a\tx\np/b\ty\n")
    out = tmp_path / "out"
    done = call("treemap", *sorted(tmp_path.glob("*.tsv")), "--out-dir", out, "--report", "-")
    assert done.code == 1
    assert len(done.errors) == 1
    assert "d.tsv" in done.errors[0]
    assert sorted(path.name for path in out.glob("*.svg")) == [
        "a.tsv.svg",
        "b.tsv.svg",
        "c.tsv.svg",
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "round"], "--method: must be one of convex, angular"),
        (["--eps", 0.2], "--eps: is for --method slack, not convex"),
        (["--method", "slack", "--eps", 0.5], "--eps: must be above 0 and at most 1/3, got 0.5"),
        (["--method", "squarified", "--ratio", 0.5], "--ratio: must be a finite number at least 1"),
        (["--padding", 1], "--padding: is for --method squarified, slice_and_dice, strip, pivot"),
        (["--out", "x.pdf"], "--out: must end with one of .svg, .png, .html, .geojson"),
        (["--size", "12"], "--size: must be WIDTHxHEIGHT in pixels"),
        (["--format", "xml"], "--format: must be one of du, find"),
    ],
)
def test_wrong_usage(call, listing, words, message):
    done = call("treemap", listing, *words)
    assert done.code == 2
    assert message in done.errors[0]


def test_weights_that_make_no_sense_name_the_line(call, tmp_path):
    path = tmp_path / "bad.du"
    path.write_text("10\tp/a\n-3\tp/b\n7\tp\n")
    done = call("treemap", path, "--format", "du")
    assert done.code == 1
    assert "bad.du:2" in done.errors[0]
    assert not (tmp_path / "bad.du.svg").exists()


def test_the_layout_does_not_depend_on_the_size_of_the_picture(call, listing):
    areas = []
    for size in ("100x100", "400x400"):
        words = ["--format", "du", "--out", listing.parent / f"{size}.geojson", "--size", size]
        assert call("treemap", listing, *words).code == 0
        features = json.loads((listing.parent / f"{size}.geojson").read_text())["features"]
        areas.append(sorted(feature["properties"]["area"] for feature in features))
    np.testing.assert_allclose(np.array(areas[1]), 16 * np.array(areas[0]))
