"""Union, intersection and difference of solids by merging their trees."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.space._bsp_cells import box_faces
from partwise.geometry.space._input import Floats
from partwise.geometry.space._kernels.bsp_merge import IN, OUT, boundary, merge_equal, trim

__all__ = ["Merged", "Operation", "merge"]

Operation = Literal["union", "intersection", "difference"]

#: What a leaf of the first tree must be for the second to matter, and what a leaf is otherwise.
_OPEN = {"union": OUT, "intersection": IN, "difference": IN}


class Merged(NamedTuple):
    """A tree, its leaves numbered, and the faces of its boundary."""

    normals: Floats
    offsets: Floats
    children: NDArray[np.int32]
    inside: NDArray[np.int8]
    V: Floats
    ptr: NDArray[np.int64]
    owner: NDArray[np.int32]


def merge(
    operation: Operation,
    first: tuple[Floats, Floats, NDArray[np.int32], NDArray[np.int8]],
    second: tuple[Floats, Floats, NDArray[np.int32], NDArray[np.int8]],
    low: Floats,
    high: Floats,
    eps: float,
    slack: float,
) -> Merged:
    """Put the second tree under those leaves of the first where it matters, and trim the result.

    Parameters
    ----------
    operation : {"union", "intersection", "difference"}
    first, second : (normals, offsets, children, inside)
    low, high : float64 ndarrays of shape (d,)
        A box with both solids in its interior.
    eps, slack : float
        As for the kernels.
    """
    n = len(first[1])
    mark = np.where(second[3] == 1, IN, OUT).astype(np.int32)
    if operation == "difference":
        mark = np.where(mark == IN, OUT, IN).astype(np.int32)
    below = np.where(second[2] >= 0, second[2] + n, mark[-1 - np.minimum(second[2], -1)])
    entry = n if len(second[1]) else int(mark[0])
    own = np.where(first[3] == 1, IN, OUT).astype(np.int32)
    own = np.where(own == _OPEN[operation], entry, own)
    above = np.where(first[2] >= 0, first[2], own[-1 - np.minimum(first[2], -1)])
    root = 0 if n else int(own[0])
    normals = np.concatenate([first[0], second[0]])
    offsets = np.concatenate([first[1], second[1]])
    children = np.concatenate([above, below]).astype(np.int32)

    box, box_ptr = box_faces(low, high)
    name, kids, V, ptr = trim(normals, offsets, children, root, box, box_ptr, eps, slack)
    keep = np.empty(len(name), np.bool_)
    if len(name):
        whole = int(merge_equal(kids, keep))
    else:
        whole = _leaf_at(normals, offsets, children, root, 0.5 * (low + high))
    if whole < 0:
        keep[:] = False
    number = (np.cumsum(keep) - 1).astype(np.int32)
    kids = kids[keep]
    kids = np.where(kids >= 0, number[np.maximum(kids, 0)] if len(number) else kids, kids)
    V, ptr = _rows(V, ptr, keep)
    name = name[keep]
    faces, face_ptr, owner = boundary(normals[name], offsets[name], kids, V, ptr, eps)
    kids, inside = _number_leaves(kids, whole)
    return Merged(normals[name], offsets[name], kids, inside, faces, face_ptr, owner)


def _leaf_at(
    normals: Floats, offsets: Floats, children: NDArray[np.int32], root: int, place: Floats
) -> int:
    """Return OUT or IN where no plane cuts the box: what its centre is in."""
    node = root
    while node >= 0:
        node = int(children[node, int(normals[node] @ place > offsets[node])])
    return node


def _rows(V: Floats, ptr: NDArray[np.int64], keep: NDArray[np.bool_]) -> tuple[Floats, NDArray]:
    sizes = np.diff(ptr)
    return V[np.repeat(keep, sizes)], np.append(0, np.cumsum(sizes[keep])).astype(np.int64)


def _number_leaves(
    kids: NDArray[np.int32], whole: int
) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
    """Return (children with leaves numbered, whether each is inside)."""
    if len(kids) == 0:
        return kids.astype(np.int32), np.array([whole == IN], np.int8)
    leaves = kids < 0
    inside = (kids[leaves] == IN).astype(np.int8)
    children = kids.astype(np.int32)
    children[leaves] = -1 - np.arange(inside.size, dtype=np.int32)
    return children, inside
