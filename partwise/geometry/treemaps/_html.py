"""A treemap as a page of its own that zooms."""

from __future__ import annotations

import base64
import json
import os
import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._colours import Colour, Legend, ramp
from partwise.geometry.treemaps._names import as_text, chains_of
from partwise.geometry.treemaps._picture import Picture, make_picture

if TYPE_CHECKING:
    from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["draw_html"]

_SCRIPTS = ("regions.js", "view.js", "drawing.js", "labels.js", "main.js")
_SIZE = 1000
_FINEST = 2**24 - 1
"""Vertices are whole multiples of this part of their parent's box."""


def draw_html(
    layout: TreemapLayout,
    path: str | os.PathLike[str] | None = None,
    *,
    depth: int | None = None,
    labels: bool = True,
    colour: Colour = "branch",
    title: str = "Treemap",
) -> str:
    """Return a layout as an interactive page, and write it to a file if `path` is given.

    The page needs nothing else, no network either. A click or Enter zooms into a region, a click
    outside, Escape or Backspace out of it, Home to the root; Tab and the arrow keys move among
    siblings. The region under the pointer is described by its path in the tree, weight and aspect
    ratio; what keys choose is read out by screen readers. Colours follow the system's light or dark
    mode, and nothing moves for users who want less motion.

    Parameters
    ----------
    layout : TreemapLayout
    path : str or path-like, optional
        Written atomically; compressed if it ends with ``.gz``.
    depth, labels, colour
        As in :func:`partwise.geometry.treemaps.draw_svg`.
    title : str, default="Treemap"

    Returns
    -------
    str

    Raises
    ------
    ValueError, TypeError
        An argument that makes no sense.

    Notes
    -----
    O(n) time; about 90 bytes for a region, and its name. Vertices are rounded to 2**-24 of their
    parent's box, so that deep regions are exact when they fill the window.

    Examples
    --------
    >>> from partwise.geometry import Tree, treemap
    >>> tree = Tree.from_parents([-1, 0, 0], [0, 3, 1], names=["r", "a", "</script>"])
    >>> page = treemap(tree).to_html(title="Two parts")
    >>> page.count("</script>"), "Two parts" in page
    (2, True)
    """
    picture = make_picture(layout, size=_SIZE, depth=depth, colour=colour, border=0.0)
    fields = {
        "title": escape(as_text(title)),
        "style": _resource("page.css"),
        "data": _as_json(_data(picture, labels=bool(labels))),
        "script": "".join(map(_resource, _SCRIPTS)),
    }
    # In one pass: what the user's text holds is never taken for a field.
    page = re.sub(r"\{\{(\w+)\}\}", lambda field: fields[field[1]], _resource("page.html"))
    if path is not None:
        from partwise.graph.io._source import open_output

        with open_output(path) as file:
            file.write(page.encode())
    return page


@cache
def _resource(name: str) -> str:
    return (files("partwise.geometry.treemaps") / "page" / name).read_text(encoding="utf-8")


def _data(picture: Picture, *, labels: bool) -> dict[str, Any]:
    """Return what the page's script reads; see page/regions.js."""
    layout, shown = picture.layout, picture.shown
    data = {
        "names": chains_of(layout.tree, shown.top, shown.bottom),
        "count": _packed(picture.count, "<u4"),
        "weight": _packed(picture.weight, "<f8"),
        "ratio": _packed(shown.aspect_ratio, "<f4"),
        "rgb": _packed(picture.rgb, "u1"),
        "places": _places(picture),
        "box": picture.boxes[0].tolist(),
        "tiled": picture.is_tiled,
        "labels": labels,
        "header": layout.header * picture.scale,
        "padding": layout.padding * picture.scale,
        "legend": None if picture.legend is None else _legend(picture.legend),
    }
    if not picture.is_boxed:
        data["corners"] = _packed(np.diff(picture.indptr), "<u4")
    return data


def _places(picture: Picture) -> str:
    """Return the corners of regions as parts of their parents' boxes, in 24 bits each."""
    if picture.is_boxed:
        xy, corners = picture.boxes.reshape(-1, 2), np.full(picture.n_regions, 2)
    else:
        xy, corners = picture.xy, np.diff(picture.indptr)
    parent = np.maximum(picture.shown.parent, 0)
    around = np.repeat(picture.boxes[parent], corners, axis=0)
    sides = around[:, 2:] - around[:, :2]
    part = np.divide(xy - around[:, :2], sides, out=np.zeros_like(xy), where=sides > 0.0)
    whole = np.rint(np.clip(part, 0.0, 1.0) * _FINEST)
    return _packed(whole.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3], "u1")


def _packed(values: NDArray[Any], kind: str) -> str:
    with np.errstate(over="ignore"):
        return base64.b64encode(values.astype(kind).tobytes()).decode()


def _legend(legend: Legend) -> dict[str, Any]:
    colours = [f"#{bytes(rgb).hex()}" for rgb in ramp(np.linspace(0.0, 1.0, 9))]
    return {"label": legend.label, "low": legend.low, "high": legend.high, "colours": colours}


def _as_json(data: dict[str, Any]) -> str:
    """Return JSON that can stand inside an element of a page: no name can end the element."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
