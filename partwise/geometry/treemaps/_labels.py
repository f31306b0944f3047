"""Where the names of regions are written, and how large."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.treemaps._kernels.room import find_rooms
from partwise.geometry.treemaps._picture import Picture

__all__ = ["Label", "em_width", "place_labels"]

#: Of the height of letters: what a line of text takes.
LINE = 1.25

_NARROW = re.compile(r"[ !'(),./:;I\[\]\\`fijlrt|]")
_BROAD = re.compile("[%@MWmw&—…]")
_CAPITAL = re.compile("[A-HJ-LN-VX-Z0-9_#$+=<>~]")
_SHARES = (1.0, 0.75, 0.5, 0.3, 0.2)
_SHORTEST = 6

_SMALLEST_HEADER = 7.0

_HIDES = 0.1
"""The part of an inner region that its name may lie over."""

_FEWEST_LINES = 8
"""Lines of text that an inner region must have room for, or its name is not written."""

_PLACES = ((0, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1), (-1, 0), (1, 0))
"""Where a label is tried: the middle, then the sides and corners of the room."""


class Label(NamedTuple):
    """A text, the middle of its line and the height of its letters, in pixels.

    Attributes
    ----------
    region : int
        In the picture's numbers.
    text : str
    x, y : float
    size : float
    over : bool
        Whether it lies over the children of its region, and so needs a halo.
    """

    region: int
    text: str
    x: float
    y: float
    size: float
    over: bool = False


def em_width(text: str) -> float:
    """Return about how wide `text` is in a usual sans-serif font, in heights of its letters.

    Rather too wide than too narrow.

    Examples
    --------
    >>> round(em_width("ill"), 2), round(em_width("mmm"), 2), em_width("水")
    (1.2, 3.0, 1.0)
    """
    narrow = len(_NARROW.findall(text))
    broad = len(_BROAD.findall(text))
    capital = len(_CAPITAL.findall(text))
    width = 0.62 * len(text) - 0.22 * narrow + 0.38 * broad + 0.1 * capital
    if not text.isascii():
        width += 0.38 * sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return width


def place_labels(
    picture: Picture,
    *,
    smallest: float = 9.0,
    largest: float = 28.0,
    width_of: Callable[[str], float] = em_width,
) -> list[Label]:
    """Return the labels that fit into a picture.

    Parameters
    ----------
    picture : Picture
    smallest, largest : float
        Heights of letters in pixels.
    width_of : callable, default=em_width
        The width of a text, in heights of its letters.

    Returns
    -------
    list of Label
        None overlaps another. Inner regions come first, from the root's children down: in their
        headers, if the layout has some, otherwise over their children where that hides little of
        them. Faces follow. A label is in the middle of the largest rectangle of its shape inside
        the region, or at a side of it where the middle is taken. Names for which there is too
        little room are cut off, or left out if fewer than six letters would remain.

    Notes
    -----
    Only regions that could hold a letter are looked at, so there are at most about as many as fit
    on the picture.
    """
    x0, y0, x1, y1 = picture.boxes.T
    with np.errstate(invalid="ignore"):
        roomy = (x1 - x0 >= 2 * smallest) & (y1 - y0 >= LINE * smallest)
    side = np.sqrt(np.maximum(picture.area, 0.0))
    taken = _Taken(picture)
    if picture.layout.header > 0.0:
        labels = _headers(picture, smallest, width_of)
    else:
        # The root's name says little, and would be the largest.
        inner = np.flatnonzero(roomy & ~picture.is_face & (side >= _FEWEST_LINES * smallest))
        inner = inner[inner > 0]
        sizes = np.clip(side / _FEWEST_LINES / 1.5, smallest, largest)
        labels = _inside(picture, inner, sizes, smallest, width_of, taken, over=True)
    faces = np.flatnonzero(roomy & picture.is_face)
    # Larger regions have larger letters, but not as large as they could.
    sizes = np.clip(side / 9.0, smallest, largest)
    return labels + _inside(picture, faces, sizes, smallest, width_of, taken, over=False)


class _Taken:
    """Which squares of four pixels labels lie on."""

    def __init__(self, picture: Picture) -> None:
        self._grid = np.zeros((picture.height // 4 + 1, picture.width // 4 + 1), bool)

    def take(self, x: float, y: float, wide: float, high: float) -> bool:
        """Take a rectangle with the given middle, if it is free."""
        left, top = max(int((x - wide / 2) // 4), 0), max(int((y - high / 2) // 4), 0)
        part = self._grid[top : int((y + high / 2) // 4) + 1, left : int((x + wide / 2) // 4) + 1]
        if part.any():
            return False
        part[...] = True
        return True


def _inside(
    picture: Picture,
    regions: NDArray[np.int64],
    sizes: NDArray[np.float64],
    smallest: float,
    width_of: Callable[[str], float],
    taken: _Taken,
    *,
    over: bool,
) -> list[Label]:
    """Return labels inside some regions, in the order of the regions."""
    waiting, names = regions, picture.names_of(regions)
    found: list[tuple[int, str, float, float, float]] = []
    for share in _SHARES:
        texts = [_cut(name, share) for name in names]
        shapes = np.array([(width_of(text) + 0.5) / LINE for text in texts], np.float64)
        rooms = np.empty((len(waiting), 3))
        find_rooms(picture.indptr, picture.xy, waiting, np.maximum(shapes, 0.5), rooms)
        fits = rooms[:, 2] >= LINE * smallest
        if over:
            area = (LINE * smallest) ** 2 * shapes
            fits &= area <= _HIDES * picture.area[waiting]
        for at in np.flatnonzero(fits & np.array(list(map(bool, texts)), bool)).tolist():
            found.append((int(waiting[at]), texts[at], *rooms[at].tolist()))
        names = [name for name, done in zip(names, fits.tolist()) if not done]
        waiting = waiting[~fits]
    found.sort()
    labels = []
    for region, text, x, y, room in found:
        size = min(room / LINE, float(sizes[region]))
        em = width_of(text) + 0.5
        if over:
            size = max(min(size, (_HIDES * picture.area[region] / em / LINE) ** 0.5), smallest)
        wide, high = em * size, LINE * size
        free_x, free_y = 0.5 * (em / LINE * room - wide), 0.5 * (room - high)
        for right, down in _PLACES:
            middle, line = x + right * free_x, y + down * free_y
            if taken.take(middle, line, wide, high):
                labels.append(Label(region, text, middle, line, size, over))
                break
    return labels


def _cut(name: str, share: float) -> str:
    """Return the beginning of a name, and nothing if little is left of it."""
    keep = int(len(name) * share)
    if keep >= len(name):
        return name
    return name[: keep - 1].rstrip() + "…" if keep >= _SHORTEST else ""


def _headers(picture: Picture, smallest: float, width_of: Callable[[str], float]) -> list[Label]:
    """Return the labels of inner regions in the strips that the layout leaves at their tops."""
    layout = picture.layout
    strip = layout.header * picture.scale
    size = min(0.85 * strip, 14.0)
    if size < min(smallest, _SMALLEST_HEADER):
        return []
    found = []
    margin = layout.padding * picture.scale
    roomy = ~picture.is_face & (picture.boxes[:, 2] - picture.boxes[:, 0] >= 2.0 * size)
    inner = np.flatnonzero(roomy)
    for i, name in zip(inner.tolist(), picture.names_of(inner)):
        x0, y0, x1, y1 = picture.boxes[i].tolist()
        free = (x1 - x0 - 2.0 * margin) / size - 0.5
        if y1 - y0 < strip + margin:
            continue
        for share in _SHARES:
            text = _cut(name, share)
            if text and width_of(text) <= free:
                found.append(Label(i, text, 0.5 * (x0 + x1), y0 + margin + 0.5 * strip, size))
                break
    return found
