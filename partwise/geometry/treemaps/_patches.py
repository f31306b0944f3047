"""A treemap as a collection of matplotlib."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from partwise.geometry.treemaps._colours import Colour
from partwise.geometry.treemaps._picture import make_picture

if TYPE_CHECKING:
    from matplotlib.collections import PatchCollection

    from partwise.geometry.treemaps._layout import TreemapLayout

__all__ = ["draw_patches"]


def draw_patches(
    layout: TreemapLayout,
    *,
    depth: int | None = None,
    colour: Colour = "branch",
    **options: Any,
) -> PatchCollection:
    """Return the regions of the leaves as a PatchCollection in the units of the layout.

    Parameters
    ----------
    layout : TreemapLayout
    depth : int, optional
        Take the regions of this level, and of leaves above it, in the place of the leaves.
    colour : optional
        As in :func:`partwise.geometry.treemaps.draw_svg`.
    **options
        Passed on to :class:`matplotlib.collections.PatchCollection`; they win over `colour` and
        over the white edges, 0.5 points wide.

    Raises
    ------
    ImportError
        matplotlib is missing.

    Notes
    -----
    About 20 microseconds for a patch. Axes draw y upwards, the other pictures downwards:
    ``axes.invert_yaxis()`` makes them alike.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> from partwise.geometry import Tree, treemap
    >>> tree = Tree.from_parents([-1, 0, 0], [0, 3, 1])
    >>> patches = treemap(tree, "squarified").to_patches(edgecolors="black")
    >>> len(patches.get_paths())
    2
    >>> _ = Figure().add_subplot().add_collection(patches)
    """
    try:
        from matplotlib.collections import PatchCollection
        from matplotlib.patches import Polygon
    except ImportError as error:
        raise ImportError("drawing needs matplotlib: pip install 'partwise[plot]'") from error
    picture = make_picture(layout, depth=depth, colour=colour)
    cells, region = layout._drawn.cells, layout._plan.region
    faces = np.flatnonzero(picture.is_face)
    taken = region[picture.shown.top[faces]].tolist()
    patches = [Polygon(cells.polygon(i), closed=True) for i in taken]
    if not {"facecolor", "facecolors", "color", "match_original"} & set(options):
        options["facecolors"] = picture.rgb[faces] / 255.0
    if not {"edgecolor", "edgecolors", "color", "match_original"} & set(options):
        options["edgecolors"] = "white"
    if not {"linewidth", "linewidths", "lw"} & set(options):
        options["linewidths"] = 0.5
    return PatchCollection(patches, **options)
