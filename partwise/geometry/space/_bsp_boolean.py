"""Union, intersection and difference of solids by merging their trees."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from partwise.geometry.space._bsp_cells import box_faces
from partwise.geometry.space._bsp_queries import SLACK, BSPQueries, TreeArrays, eps_of
from partwise.geometry.space._input import Floats
from partwise.geometry.space._kernels.bsp_merge import IN, OUT, boundary, merge_equal, trim

__all__ = ["Operation", "merge"]

Operation = Literal["union", "intersection", "difference"]

#: What a leaf of the first tree must be for the second to matter, and what a leaf is otherwise.
_OPEN = {"union": OUT, "intersection": IN, "difference": IN}


def merge(operation: Operation, first: BSPQueries, second: BSPQueries) -> TreeArrays:
    """Put the second tree under those leaves of the first where it matters, and trim the result."""
    low = np.minimum(first.bounds[0], second.bounds[0])
    high = np.maximum(first.bounds[1], second.bounds[1])
    diagonal = float(np.linalg.norm(high - low))
    eps = max(first.eps, second.eps, eps_of(low, high))
    normals, offsets, children, root = _graft(operation, first, second)
    # room around, so that planes of faces at the border cut the box
    box, box_ptr = box_faces(low - diagonal, high + diagonal)
    name, kids, V, ptr = trim(normals, offsets, children, root, box, box_ptr, eps,
                              SLACK * diagonal)  # fmt: skip
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
    normals, offsets = normals[name[keep]], offsets[name[keep]]
    vertices, piece_ptr, owner = boundary(normals, offsets, kids, V, ptr, eps)
    children, inside = _number_leaves(kids, whole)
    return TreeArrays(
        normals=normals,
        offsets=offsets,
        children=children,
        inside=inside,
        vertices=vertices,
        piece_ptr=piece_ptr,
        piece_node=owner,
        piece_face=np.full(owner.size, -1, np.int32),
        bounds=(low, high),
        eps=eps,
    )


def _graft(
    operation: Operation, first: BSPQueries, second: BSPQueries
) -> tuple[Floats, Floats, NDArray[np.int32], int]:
    """Return (normals, offsets, children, root) of both trees as one, leaves being IN or OUT.

    All leaves of the first tree where the second matters lead to one and the same second tree.
    """
    n = len(first.offsets)
    mark = np.where(second.inside == 1, IN, OUT).astype(np.int32)
    if operation == "difference":
        mark = np.where(mark == IN, OUT, IN).astype(np.int32)
    below = np.where(second.children >= 0, second.children + n,
                     mark[-1 - np.minimum(second.children, -1)])  # fmt: skip
    entry = n if len(second.offsets) else int(mark[0])
    own = np.where(first.inside == 1, IN, OUT).astype(np.int32)
    own = np.where(own == _OPEN[operation], entry, own)
    above = np.where(first.children >= 0, first.children,
                     own[-1 - np.minimum(first.children, -1)])  # fmt: skip
    children = np.concatenate([above, below]).astype(np.int32)
    normals = np.concatenate([first.normals, second.normals])
    offsets = np.concatenate([first.offsets, second.offsets])
    return normals, offsets, children, 0 if n else int(own[0])


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
