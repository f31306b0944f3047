"""The colours of regions."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, TypeAlias, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._tree import Tree
from partwise.geometry.treemaps._css_colours import parse_colour
from partwise.geometry.treemaps._kernels.shown import inherit

__all__ = ["Colour", "Legend", "Shown", "as_background", "colour_regions", "dark_text", "ramp"]

ColourMode = Literal["branch", "depth", "weight", "aspect"]
Colour: TypeAlias = ColourMode | str | ArrayLike
"""What colours mean: a mode, one CSS colour, or a number or a CSS colour for each node."""

_BRANCHES = np.array(
    [
        (86, 180, 233), (230, 159, 0), (0, 158, 115), (240, 228, 66),
        (204, 121, 167), (213, 94, 0), (0, 114, 178),
    ],
    dtype=np.float64,
)  # fmt: skip
"""The palette of M. Okabe and K. Ito, "Color universal design" (2008), without black: told apart by
people with any kind of colour vision."""

_FEWEST = 3
"""Nodes of the level that branches start at."""

_ABOVE = (214, 214, 214)
_NO_VALUE = (190, 190, 190)


class Shown(NamedTuple):
    """The regions that are drawn, breadth-first.

    Attributes
    ----------
    parent : int32 ndarray of shape (k,)
        Place of the parent in this list, -1 for the first region, the root's.
    top, bottom : int32 ndarrays of shape (k,)
        The highest and the lowest node of each region.
    is_face : bool ndarray of shape (k,)
        Whether nothing is drawn inside a region.
    aspect_ratio : float64 ndarray of shape (k,)
    """

    parent: NDArray[np.int32]
    top: NDArray[np.int32]
    bottom: NDArray[np.int32]
    is_face: NDArray[np.bool_]
    aspect_ratio: NDArray[np.float64]


class Legend(NamedTuple):
    """What the ends of a colour ramp stand for."""

    label: str
    low: float
    high: float


def colour_regions(
    tree: Tree, shown: Shown, colour: Colour
) -> tuple[NDArray[np.uint8], Legend | None]:
    """Return red, green and blue of each region, shape (k, 3), and the legend of a ramp.

    Parameters
    ----------
    tree : Tree
    shown : Shown
        k regions.
    colour : {"branch", "depth", "weight", "aspect"}, CSS colour, or array-like of shape (n_nodes,)
        "branch": a hue for each node of the first level with at least three, by its number and so
        the same whatever the weights, lighter farther down. "depth", "weight", "aspect": from dark
        blue to light yellow, the last two on a logarithmic scale. An array gives a
        number (NaN: grey) or a CSS colour for each node.

    Raises
    ------
    ValueError, TypeError
        `colour` is none of these.
    """
    if isinstance(colour, str):
        if colour == "branch":
            return _by_branch(tree, shown), None
        if colour == "depth":
            return _by_value("depth", tree.depths[shown.top].astype(np.float64), shown)
        if colour == "weight":
            return _by_value("weight", tree.weights[shown.top], shown, log=True)
        if colour == "aspect":
            return _by_value("aspect ratio", shown.aspect_ratio, shown, log=True)
        rgb = parse_colour(colour)
        if rgb is None:
            modes = ", ".join(get_args(ColourMode))
            raise ValueError(
                f"colour must be one of {modes}, a CSS colour or an array, got {colour!r}"
            )
        return np.tile(np.array(rgb, np.uint8), (len(shown.top), 1)), None
    given = np.asarray(colour)
    if given.shape != (tree.n_nodes,):
        raise ValueError(
            f"colour must have shape ({tree.n_nodes},), one for each node, got {given.shape}"
        )
    if given.dtype.kind in "biuf":
        return _by_value("value", given[shown.bottom].astype(np.float64), shown)
    if given.dtype.kind in "UTO":
        return _by_name(given[shown.bottom]), None
    raise TypeError(f"colour must be numbers or CSS colours, got an array of {given.dtype}")


def as_background(background: str | None) -> tuple[int, int, int] | None:
    """Return the parsed colour of a picture's background, None for no background."""
    if background is None:
        return None
    rgb = parse_colour(background)
    if rgb is None:
        raise ValueError(f"background must be a CSS colour, got {background!r}")
    return rgb


def dark_text(rgb: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return whether black reads better than white on each colour, by WCAG's contrast ratio."""
    part = rgb / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    luminance = linear @ np.array([0.2126, 0.7152, 0.0722])
    dark: NDArray[np.bool_] = (luminance + 0.05) ** 2 > 1.05 * 0.05
    return dark


def ramp(t: ArrayLike) -> NDArray[np.uint8]:
    """Return the colours of numbers from 0 (dark blue) to 1 (light yellow), NaN is grey.

    Lightness rises evenly in Oklab (B. Ottosson, 2020), so that the order of values is seen without
    hues too.

    Examples
    --------
    >>> ramp([0.0, 0.5, 1.0]).tolist()
    [[40, 46, 104], [38, 156, 150], [241, 236, 157]]
    """
    at = np.asarray(t, np.float64)
    lightness = 0.33 + 0.6 * at
    hue = np.deg2rad(275.0 - 170.0 * at)
    chroma = 0.1 + 0.0 * at
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    lms = np.stack(
        (
            lightness + 0.3963377774 * a + 0.2158037573 * b,
            lightness - 0.1055613458 * a - 0.0638541728 * b,
            lightness - 0.0894841775 * a - 1.2914855480 * b,
        ),
        axis=-1,
    )
    to_rgb = np.array(
        [
            (4.0767416621, -3.3077115913, 0.2309699292),
            (-1.2684380046, 2.6097574011, -0.3413193965),
            (-0.0041960863, -0.7034186147, 1.7076147010),
        ]
    )
    with np.errstate(invalid="ignore"):
        linear = np.clip(lms**3 @ to_rgb.T, 0.0, 1.0)
        part = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        rgb = np.where(np.isnan(at)[..., None], _NO_VALUE, np.rint(255.0 * part))
    return rgb.astype(np.uint8)


def _by_branch(tree: Tree, shown: Shown) -> NDArray[np.uint8]:
    level = _branch_level(tree, int(tree.depths[shown.top].max()))
    # Numbers depend on the tree alone, not on weights: a folder keeps its hue as it grows.
    is_branch = (tree.depths == level) | (tree.is_leaf & (tree.depths < level))
    of_node = np.full(tree.n_nodes, -1, np.int64)
    found = tree.order[is_branch[tree.order]]
    of_node[found] = np.arange(len(found))
    inherit(tree.order, tree.parents, of_node)
    branch = of_node[shown.bottom]
    place = np.zeros(tree.n_nodes, np.int64)
    place[tree.children] = np.arange(len(tree.children)) - np.repeat(
        tree.indptr[:-1], np.diff(tree.indptr)
    )
    place = place[shown.top]
    rgb = _BRANCHES[branch % len(_BRANCHES)]
    # More branches than hues: the next ones are darker, the ones after those lighter.
    turn = (branch // len(_BRANCHES)) % 3
    rgb *= np.array([1.0, 0.68, 1.0])[turn, None]
    white = np.array([0.0, 0.0, 0.55])[turn]
    # Farther down is lighter, and siblings differ a little.
    below = tree.depths[shown.top] - level
    deeper = 0.45 * (1.0 - 0.75 ** np.maximum(below, 0))
    white = 1.0 - (1.0 - white) * (1.0 - deeper) * (1.0 - 0.06 * (place % 3) * (below > 0))
    rgb = rgb + white[:, None] * (255.0 - rgb)
    rgb[branch < 0] = _ABOVE
    return np.rint(rgb).astype(np.uint8)


def _branch_level(tree: Tree, deepest: int) -> int:
    """Return the first level that is wide enough for hues to tell something, at most `deepest`."""
    wide = np.flatnonzero(np.bincount(tree.depths) >= _FEWEST)
    first = int(wide[0]) if wide.size else 1
    return min(max(first, 1), max(deepest, 0))


def _by_value(
    label: str, values: NDArray[np.float64], shown: Shown, *, log: bool = False
) -> tuple[NDArray[np.uint8], Legend | None]:
    """Return the colours of values on a ramp between the extremes of the faces."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = np.log(values) if log else values.copy()
    scaled[~np.isfinite(scaled)] = np.nan
    seen = shown.is_face & ~np.isnan(scaled)
    if not seen.any():
        return ramp(np.full(len(values), np.nan)), None
    low, high = scaled[seen].min(), scaled[seen].max()
    at = np.clip((scaled - low) / (high - low), 0.0, 1.0) if high > low else 0.0 * scaled
    limits = values[seen]
    return ramp(at), Legend(label, float(limits.min()), float(limits.max()))


def _by_name(given: NDArray[Any]) -> NDArray[np.uint8]:
    parsed: dict[Any, tuple[int, int, int]] = {}
    for text in set(given.tolist()):
        rgb = parse_colour(text)
        if rgb is None:
            raise ValueError(f"colour must hold CSS colours, got {text!r}")
        parsed[text] = rgb
    return np.array([parsed[text] for text in given.tolist()], np.uint8)
