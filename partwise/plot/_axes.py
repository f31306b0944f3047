"""What every picture needs: matplotlib, axes to draw on, a colour for every block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["block_colors", "new_axes", "new_figure", "require_matplotlib"]


def require_matplotlib() -> Any:
    """Import matplotlib, or say which extra brings it."""
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError("drawing needs matplotlib: pip install 'partwise[plot]'") from error
    return matplotlib


def new_axes(ax: Axes | None) -> Axes:
    """Return `ax`, or the axes of a new figure of the current backend."""
    require_matplotlib()
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(7, 7), layout="constrained")[1]


def new_figure(figure: Figure | None, width: float, height: float) -> Figure:
    """Return `figure`, or a new one of the current backend, in inches."""
    require_matplotlib()
    if figure is not None:
        return figure
    import matplotlib.pyplot as plt

    return plt.figure(figsize=(width, height), layout="constrained")


def block_colors(n_parts: int) -> NDArray[np.float64]:
    """Return a colour for every block, shape (n_parts, 3).

    Up to ten blocks take matplotlib's categorical colours. More are spread over the hues in steps
    of the golden ratio, which keeps consecutive blocks far apart, on three levels of brightness.
    """
    from matplotlib import colormaps
    from matplotlib.colors import hsv_to_rgb

    if n_parts <= 10:
        return np.asarray(colormaps["tab10"](np.arange(n_parts)))[:, :3]
    block = np.arange(n_parts)
    hue = (block * 0.6180339887498949) % 1.0
    saturation = np.array([0.85, 0.55, 0.75])[block % 3]
    value = np.array([0.85, 0.95, 0.65])[block % 3]
    return hsv_to_rgb(np.column_stack([hue, saturation, value]))
