"""A made-up city: hills and buildings, photographed by cameras on a lawn-mower path."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np


class Scene(NamedTuple):
    points: np.ndarray  # (n, 3)
    cameras: np.ndarray  # (n_views, 3)
    visibility: np.ndarray  # (n, n_views) bool
    outliers: np.ndarray  # indices of points far above or below everything


def make_scene(
    seed=0, n_ground=3000, n_buildings=25, per_building=60, n_outliers=20, lanes=6, stops=8
):
    """Return points of a field of 400 x 250 and what cameras at height 120 see, looking down."""
    rng = np.random.default_rng(seed)
    size = np.array([400.0, 250.0])
    ground = rng.random((n_ground, 2)) * size
    parts = [np.column_stack((ground, height(ground)))]
    for corner in rng.random((n_buildings, 2)) * (size - 20):
        extent = rng.uniform(8, 20, size=2)
        walls = corner + rng.random((per_building, 2)) * extent
        tall = rng.uniform(10, 40) * rng.random(per_building)
        parts.append(np.column_stack((walls, height(walls) + tall)))
    stray = np.column_stack((rng.random((n_outliers, 2)) * size, rng.uniform(400, 900, n_outliers)))
    points = np.concatenate((*parts, stray))
    cameras = np.array(
        [
            (x, y, 120.0)
            for lane, y in enumerate(np.linspace(15, size[1] - 15, lanes))
            for x in np.linspace(15, size[0] - 15, stops)[:: -1 if lane % 2 else 1]
        ]
    )
    return Scene(
        points, cameras, frustum(points, cameras), np.arange(len(points) - n_outliers, len(points))
    )


def height(ground):
    """Return the height of the field."""
    return 6 * np.sin(ground[:, 0] / 60) * np.cos(ground[:, 1] / 45)


def frustum(points, cameras, half_width=0.45, half_height=0.35):
    """Tell which points lie in the pyramid below a camera that looks straight down."""
    across = points[:, None] - cameras[None]
    depth = -across[..., 2]
    return (
        (depth > 1)
        & (np.abs(across[..., 0]) <= half_width * depth)
        & (np.abs(across[..., 1]) <= half_height * depth)
    )


def colmap_bytes(points, tracks, colors=None, errors=None, ids=None):
    """Return what COLMAP would write: `tracks` holds (image, key point) pairs for every point."""
    out = [struct.pack("<Q", len(points))]
    for i, (point, track) in enumerate(zip(points, tracks)):
        color = (0, 0, 0) if colors is None else colors[i]
        error = -1.0 if errors is None else errors[i]
        out.append(struct.pack("<Q3d", i if ids is None else ids[i], *point))
        out.append(struct.pack("<3BdQ", *color, error, len(track)))
        out.extend(struct.pack("<2i", *pair) for pair in track)
    return b"".join(out)
