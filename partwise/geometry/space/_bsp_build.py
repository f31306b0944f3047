"""Building BSP trees: along faces, or through the cells of an arrangement that hold points."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.geometry.space._bsp_cells import box_faces
from partwise.geometry.space._bsp_faces import Faces
from partwise.geometry.space._bsp_queries import NO_LABEL, SLACK, TreeArrays, eps_of
from partwise.geometry.space._hyperplanes import sides_of
from partwise.geometry.space._input import Floats
from partwise.geometry.space._kernels.arrangement import separate
from partwise.geometry.space._kernels.bsp_build import auto_partition
from partwise.geometry.space._kernels.bsp_cells import clip_planes
from partwise.kernels.rng import stream_state

__all__ = ["Choice", "check_choice", "clip_to_box", "grow", "tell_apart"]

Bounds = tuple[Floats, Floats]


class Choice(NamedTuple):
    """How the cut of a node is chosen.

    Attributes
    ----------
    n_candidates : int
        Cuts that are tried.
    balance : float
        What unequal sides cost beside a face that is cut.
    state : uint64 ndarray of shape (1,)
        State of the draws.
    """

    n_candidates: int
    balance: float
    state: NDArray[np.uint64]


def check_choice(n_candidates: int, balance: float, random_state: RandomState) -> Choice:
    """Return the arguments that all ways of building share, checked."""
    state = stream_state(check_seed(random_state), 0)
    most = check_count("n_candidates", n_candidates)
    if not (np.isfinite(balance) and balance >= 0):
        raise ValueError(f"balance must be a finite number of at least 0, got {balance}")
    return Choice(most, float(balance), state)


def grow(faces: Faces, solid: bool, bounds: Bounds, choice: Choice) -> TreeArrays:
    """Return the tree along the planes of faces."""
    eps = eps_of(*bounds)
    plane, children, inside, V, begin, size, source, owner = auto_partition(
        faces.V, faces.ptr, faces.normals, faces.offsets, solid, choice.n_candidates,
        choice.balance, eps, choice.state,
    )  # fmt: skip
    order = np.argsort(owner, kind="stable")
    order = order[np.searchsorted(owner[order], 0) :]
    ptr = np.append(0, np.cumsum(size[order])).astype(np.int64)
    rows = np.arange(ptr[-1]) + np.repeat(begin[order] - ptr[:-1], size[order])
    return TreeArrays(
        normals=faces.normals[plane],
        offsets=faces.offsets[plane],
        children=children,
        inside=inside,
        vertices=V[rows],
        piece_ptr=ptr,
        piece_node=owner[order],
        piece_face=faces.name[source[order]],
        bounds=bounds,
        eps=eps,
    )


def clip_to_box(normals: Floats, offsets: Floats, bounds: Bounds) -> Faces:
    """Return the parts of hyperplanes within a box as faces, those that miss it left out."""
    walls, wall_ptr = box_faces(*bounds)
    slack = SLACK * float(np.linalg.norm(bounds[1] - bounds[0]))
    V, ptr, kept = clip_planes(normals, offsets, walls, wall_ptr, eps_of(*bounds), slack)
    sizes = np.diff(ptr)
    whole = sizes >= normals.shape[1]  # none is lost but where it only touches a corner
    V, kept = V[np.repeat(whole, sizes)], kept[whole]
    ptr = np.append(0, np.cumsum(sizes[whole]))
    return Faces(V, ptr, normals[kept], offsets[kept], kept.astype(np.int32), False)


def tell_apart(
    X: Floats, normals: Floats, offsets: Floats, bounds: Bounds, choice: Choice
) -> TreeArrays:
    """Return the tree whose leaves are the cells with points."""
    words = sides_of(X, normals, offsets).words
    plane = np.empty(len(words) - 1, np.int32)
    children = np.empty((len(words) - 1, 2), np.int32)
    separate(words, len(offsets), choice.n_candidates, choice.state, plane, children)
    return TreeArrays(
        normals=normals[plane],
        offsets=offsets[plane],
        children=children,
        inside=np.full(len(words), NO_LABEL, np.int8),
        vertices=np.empty((0, X.shape[1])),
        piece_ptr=np.zeros(1, np.int64),
        piece_node=np.empty(0, np.int32),
        piece_face=np.empty(0, np.int32),
        bounds=bounds,
        eps=eps_of(*bounds),
    )
