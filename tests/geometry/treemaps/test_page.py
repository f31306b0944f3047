"""The interactive page, its data and its behaviour in a headless Chromium."""

import base64
import json
import re

import numpy as np
import pytest

from partwise.geometry import Tree, treemap
from partwise.geometry.treemaps._names import chains_of, paths_of
from partwise.geometry.treemaps._picture import make_picture
from partwise.geometry.treemaps._treemap import METHODS
from tests.geometry.treemaps._webdriver import CHROMIUM, DRIVER, browser
from tests.oracles.trees import random_tree, recursive_tree, star

needs_browser = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="chromium and chromedriver are not installed"
)
MARGIN = 8
HOSTILE = "</script><!--<b>{{style}}\u2028&amp;\x00"


def data_of(page):
    """Return what the page's script reads."""
    return json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])


def unpacked(text, kind):
    return np.frombuffer(base64.b64decode(text), kind)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [1, 8])
def test_vertices_of_the_page_are_those_of_the_layout(method, seed):
    layout = treemap(random_tree(seed, 60), method, (0, 0, 3, 2))
    picture = make_picture(layout, size=1000, border=0.0)
    data = data_of(layout.to_html())
    parts = unpacked(data["places"], "u1").reshape(-1, 2, 3).astype(float)
    parts = parts @ [1.0, 2.0**8, 2.0**16] / (2**24 - 1)
    if picture.is_boxed:
        corners, xy = np.full(picture.n_regions, 2), picture.boxes.reshape(-1, 2)
    else:
        corners, xy = unpacked(data["corners"], "<u4"), picture.xy
    around = picture.boxes[np.maximum(picture.shown.parent, 0)].repeat(corners, axis=0)
    sides = around[:, 2:] - around[:, :2]
    np.testing.assert_allclose(around[:, :2] + parts * sides, xy, atol=1e-4)
    assert (np.abs(around[:, :2] + parts * sides - xy) <= 1e-7 * sides + 1e-12).all()
    count = unpacked(data["count"], "<u4")
    assert count.sum() == picture.n_regions - 1
    np.testing.assert_array_equal(unpacked(data["weight"], "<f8"), picture.weight)
    assert len(data["names"]) == picture.n_regions


def test_page_needs_nothing_else():
    page = treemap(star([2.0, 1.0])).to_html()
    assert not re.search(
        r"https?:|src=|@import|url\(|fetch\(|<link(?! rel=\"icon\" href=\"data:,)", page
    )


def test_names_and_title_cannot_end_an_element():
    tree = Tree.from_parents([-1, 0, 0], [0.0, 1.0, 1.0], names=[HOSTILE, "a", HOSTILE])
    page = treemap(tree).to_html(title=HOSTILE)
    assert page.count("</script>") == 2
    assert page.count("<!--") == 0
    safe = HOSTILE.replace("\x00", "\ufffd")
    assert data_of(page)["names"].count(safe) == 2


def test_file_holds_the_page_that_is_returned(tmp_path):
    page = treemap(star([2.0, 1.0])).to_html(tmp_path / "a.html", title="é水")
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == page
    assert "<title>é水</title>" in page


def test_depth_labels_and_colours_reach_the_page():
    tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 2, 3, 1.0])
    data = data_of(treemap(tree).to_html(depth=1, labels=False, colour="weight"))
    assert unpacked(data["count"], "<u4").tolist() == [2, 0, 0]
    assert data["labels"] is False
    assert data["legend"]["label"] == "weight"
    assert (data["legend"]["low"], data["legend"]["high"]) == (2, 4)
    assert len(data["legend"]["colours"]) == 9


@pytest.mark.parametrize("options", [{"depth": -1}, {"colour": "no"}, {"colour": [1.0]}])
def test_options_that_make_no_sense(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        treemap(star([2.0, 1.0])).to_html(**options)


def test_paths_are_those_of_the_tree_and_long_ones_are_shortened():
    parents = [-1, 0, 0, 1, *range(3, 43)]
    n = len(parents)
    names = ["/", "a", "b", *map(str, range(3, n))]
    tree = Tree.from_parents(parents, [0, 0, 1.0, *[0.0] * (n - 4), 1.0], names=names)
    nodes = np.arange(n, dtype=np.int32)
    found = paths_of(tree, nodes)
    assert found[:4] == ["/", "/a", "/b", "/a/3"]
    assert found[:32] == [tree.path(v) for v in range(32)]
    assert found[-1] == "/…/" + "/".join(map(str, range(n - 31, n)))
    chains = chains_of(tree, np.array([0, 1], np.int32), np.array([0, n - 1], np.int32))
    assert chains == ["/", ["a", *map(str, range(3, n))]]


@pytest.fixture(scope="module")
def window():
    """Return a window of 1000 x 700 pixels without animations, for all tests of this file."""
    with browser() as opened:
        opened.prefer(**{"prefers-reduced-motion": "reduce"})
        yield opened


class Page:
    """A page in a window, and where its regions are."""

    def __init__(self, window, layout, path, **options):
        self.window, self.layout = window, layout
        layout.to_html(path, **options)
        window.complaints()
        window.open(path.as_uri())
        self.here = layout.tree.root
        self.wait()

    def wait(self):
        self.window.wait("document.querySelector('#map').getAttribute('aria-busy') === 'false'")

    @property
    def crumbs(self):
        script = (
            "return [...document.querySelectorAll('#crumbs li')].map((e) => e.innerText.trim())"
        )
        return self.window.run(script)

    @property
    def status(self):
        return self.window.text("#status")

    @property
    def tip(self):
        hidden = self.window.run("return document.querySelector('#tip').hidden")
        return None if hidden else self.window.text("#tip").split("\n")

    def place_of(self, node):
        """Return where the middle of a node's box is while `here` fills the map."""
        box = self.window.run(
            "const b = document.querySelector('#map').getBoundingClientRect();"
            "return [b.left, b.top, b.width, b.height]"
        )
        x0, y0, x1, y1 = self.layout.boxes[self.here]
        scale = min((box[2] - 2 * MARGIN) / (x1 - x0), (box[3] - 2 * MARGIN) / (y1 - y0))
        x, y = self.layout.polygon(node).mean(axis=0)
        return (
            box[0] + 0.5 * box[2] + scale * (x - 0.5 * (x0 + x1)),
            box[1] + 0.5 * box[3] + scale * (y - 0.5 * (y0 + y1)),
        )

    def hover(self, node):
        self.window.pointer(*self.place_of(node))

    def click(self, node, then):
        self.window.pointer(*self.place_of(node), click=True)
        self.here = then
        self.wait()

    def press(self, *keys, **options):
        self.window.press(*keys, **options)
        self.wait()


NAMES = ["root", "ant", "bee", "cat", "dog", "elk", "fox"]
TREE = Tree.from_parents([-1, 0, 0, 0, 1, 1, 4], [0, 0, 500, 900, 0, 400, 1234.5], names=NAMES)


@needs_browser
@pytest.mark.parametrize("method", METHODS)
def test_hovering_shows_path_weight_and_ratio_and_a_click_zooms(window, tmp_path, method):
    layout = treemap(TREE, method, (0, 0, 3, 2))
    page = Page(window, layout, tmp_path / "a.html", title="Animals")
    assert page.crumbs == ["root"]
    page.hover(2)
    ratio = layout.aspect_ratio[2]
    path, weight, shape = page.tip
    assert (path, weight) == ("root/bee", "weight 500 (16.5% of all)")
    assert float(shape.removeprefix("aspect ratio ")) == pytest.approx(ratio, rel=1e-3)
    page.hover(6)
    assert page.tip[:2] == ["root/ant/dog/fox", "weight 1,234.5 (40.7% of all)"]
    page.click(6, then=1)
    assert page.crumbs == ["root", "ant"]
    assert page.status.startswith("ant: weight 1,634.5 (53.9% of all), aspect ratio")
    assert page.status.endswith("2 parts")
    page.click(5, then=5)
    assert page.crumbs == ["root", "ant", "elk"]
    assert page.status.endswith("no parts")
    # A click beside the region leads out of it again.
    x, y = page.window.run(
        "const b = document.querySelector('#map').getBoundingClientRect();return [b.left, b.top]"
    )
    page.window.pointer(x + 2, y + 2, click=True)
    page.wait()
    assert page.crumbs == ["root", "ant"]
    assert window.complaints() == []


@needs_browser
def test_keys_move_among_siblings_zoom_in_and_out(window, tmp_path):
    page = Page(window, treemap(TREE, "squarified", (0, 0, 3, 2)), tmp_path / "a.html")
    page.press("Tab")
    assert page.status.startswith("ant: ")  # the heaviest child
    page.press("Tab")
    assert page.status.startswith("cat: ")
    page.press("Tab", shift=True)
    assert page.status.startswith("ant: ")
    page.press("Enter")
    assert page.crumbs == ["root", "ant"]
    assert page.status.startswith("dog/fox: ")  # a chain of only children is one region
    page.press("Enter")
    assert page.crumbs == ["root", "ant", "dog/fox"]
    page.press("Escape")
    assert page.crumbs == ["root", "ant"]
    assert page.status.startswith("dog/fox: ")
    page.press("Backspace")
    assert page.crumbs == ["root"]
    assert page.status.startswith("ant: ")
    page.press("Escape", "Enter", "Enter", "Home")
    assert page.crumbs == ["root"]
    assert window.complaints() == []


@needs_browser
def test_arrows_go_to_the_neighbour_in_their_direction(window, tmp_path):
    tree = Tree.from_parents([-1, 0, 0, 0, 0], [0, 1, 1, 1, 1.0], names=["r", *"abcd"])
    layout = treemap(tree, "slice_and_dice", (0, 0, 4, 1))
    order = np.argsort(layout.boxes[1:, 0])
    assert order.tolist() == [0, 1, 2, 3]
    page = Page(window, layout, tmp_path / "a.html")
    seen = []
    for key in ["ArrowRight"] * 5 + ["ArrowUp", "ArrowLeft"]:
        page.press(key)
        seen.append(page.status[0])
    assert seen == ["a", "b", "c", "d", "d", "d", "c"]


@needs_browser
def test_tab_leaves_the_map_after_the_last_sibling(window, tmp_path):
    page = Page(window, treemap(star([2.0, 1.0])), tmp_path / "a.html")
    focused = "return document.activeElement.id"
    page.press("Tab", "Tab")
    assert window.run(focused) == "map"
    assert window.run(
        "return getComputedStyle(document.querySelector('#map')).boxShadow"
    ).startswith("rgb")
    page.press("Tab")
    assert window.run(focused) != "map"


@needs_browser
def test_the_path_above_the_map_leads_back(window, tmp_path):
    page = Page(window, treemap(TREE), tmp_path / "a.html")
    page.press("Tab", "Enter", "Enter")
    assert len(page.crumbs) == 3
    window.run("document.querySelector('#crumbs button').click()")
    page.wait()
    assert page.crumbs == ["root"]
    assert window.run("return document.activeElement.id") == "map"
    assert window.run("return document.querySelector('[aria-current]').innerText") == "root"


@needs_browser
def test_hostile_names_are_text(window, tmp_path):
    tree = Tree.from_parents([-1, 0, 0], [0.0, 3.0, 1.0], names=["r", HOSTILE, "<i>b</i>"])
    layout = treemap(tree, rect=(0, 0, 3, 2))
    page = Page(window, layout, tmp_path / "a.html", title=HOSTILE)
    page.hover(2)
    assert page.tip[0] == "r/<i>b</i>"
    page.press("Tab")
    assert page.status.startswith("</script><!--<b>{{style}}")
    assert window.run("return document.title").startswith("</script><!--<b>{{style}}")
    assert window.run("return document.querySelectorAll('b, i').length") == 0
    assert window.complaints() == []


@needs_browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pixels_of_the_map_have_the_colours_of_the_regions(window, tmp_path, scheme):
    window.prefer(**{"prefers-color-scheme": scheme, "prefers-reduced-motion": "reduce"})
    layout = treemap(star([3.0, 2.0, 1.0]), rect=(0, 0, 3, 2))
    colours = ["white", "#ff0000", "#00ff00", "#0000ff"]
    page = Page(window, layout, tmp_path / "a.html", colour=colours, labels=False)
    read = (
        "const [x, y] = arguments, c = document.querySelector('#canvas');"
        "const b = c.getBoundingClientRect(), k = c.width / b.width;"
        "return [...c.getContext('2d').getImageData((x - b.left) * k, (y - b.top) * k, 1, 1).data]"
    )
    for node, rgb in [(1, [255, 0, 0]), (2, [0, 255, 0]), (3, [0, 0, 255])]:
        assert window.run(read, *page.place_of(node))[:3] == rgb
    left, top = window.run(
        "const b = document.querySelector('#map').getBoundingClientRect(); return [b.left, b.top]"
    )
    assert (sum(window.run(read, left + 1, top + 1)[:3]) > 384) == (scheme == "light")
    window.prefer(**{"prefers-color-scheme": "light", "prefers-reduced-motion": "reduce"})


@needs_browser
def test_zooming_is_animated_unless_less_motion_is_wanted(window, tmp_path):
    page = Page(window, treemap(TREE), tmp_path / "a.html")
    count = (
        "window.frames_seen = 0; const c = document.querySelector('#canvas').getContext('2d');"
        "const draw = c.drawImage.bind(c);"
        "c.drawImage = (...a) => { window.frames_seen += 1; draw(...a); }"
    )
    window.run(count)
    page.press("Tab", "Enter")
    assert window.run("return window.frames_seen") == 1
    window.prefer(**{"prefers-reduced-motion": "no-preference"})
    page.press("Home")
    window.wait("window.frames_seen >= 4")
    page.wait()
    window.prefer(**{"prefers-reduced-motion": "reduce"})
    assert window.complaints() == []


@needs_browser
def test_a_hundred_thousand_regions_and_a_deep_path_work(window, tmp_path):
    rng = np.random.default_rng(0)
    for tree in (
        recursive_tree(rng, 80_000, 1.5, 8),
        Tree.from_parents([*range(-1, 2999), *range(3000)], [0.0] * 3000 + [1.0] * 3000),
    ):
        page = Page(window, treemap(tree, "squarified", (0, 0, 3, 2)), tmp_path / "a.html")
        page.press("Tab", "Enter", "Enter", "Enter")
        assert len(page.crumbs) == 4
        page.press(*["Enter"] * 12)
        page.press("Home")
        assert len(page.crumbs) == 1
        assert window.complaints() == []


@needs_browser
def test_headers_and_a_legend_are_shown(window, tmp_path):
    layout = treemap(TREE, "squarified", (0, 0, 900, 600), padding=4, header=20)
    page = Page(window, layout, tmp_path / "a.html", colour="weight")
    assert window.text("#legend").split() == ["weight", "400", "1,235"]
    page.hover(1)
    assert page.tip[0].startswith("root/ant")
    assert window.complaints() == []
