"""Boolean operations: one tree under the leaves of another, without what is out of reach.

Leaves carry no numbers here but what they are: ``OUT`` or ``IN``.
"""

from __future__ import annotations

import numpy as np

from partwise.geometry.space._kernels.bsp_cells import cut_cell, sides_of_cell
from partwise.geometry.space._kernels.bsp_pieces import BACK, FRONT, SPLIT, side_of, split_piece
from partwise.geometry.space._kernels.room import room_for
from partwise.kernels.jit import kernel

__all__ = ["IN", "OUT", "boundary", "merge_equal", "trim"]

OUT, IN = -1, -2


@kernel
def trim(normals, offsets, children, root, box, box_ptr, eps, slack):
    """Return the tree that is reached from `root` when every node that cuts no cell is left out.

    Several nodes may share a child: each gets a copy of it, with the cuts that matter to its cell.

    Parameters
    ----------
    normals, offsets, children, box, box_ptr, eps, slack
        As for :func:`~partwise.geometry.space._kernels.bsp_cells.leaf_cells`.
    root : int
        A node, or OUT or IN.

    Returns
    -------
    name : int32 ndarray of shape (n,)
        The node of which each new node is a copy; a parent comes before its children.
    kids : int32 ndarray of shape (n, 2)
    V : float64 ndarray of shape (n_vertices, d)
    ptr : int64 ndarray of shape (n + 1,)
        The part of a node's plane within its cell.
    """
    d = box.shape[1]
    n_faces, rows = box_ptr.size - 1, box.shape[0]
    here, here_ptr = box.copy(), box_ptr.copy()
    front, back, cap = np.empty((64, d)), np.empty((64, d)), np.empty((64, d))
    front_ptr, back_ptr = np.empty(16, np.int64), np.empty(16, np.int64)
    wait, wait_size = np.empty((64, d)), np.empty(64, np.int64)
    tasks = np.empty((64, 3), np.int64)
    wait_rows = wait_faces = top = 0
    name, kids = np.empty(64, np.int32), np.empty((64, 2), np.int32)
    V, ptr = np.empty((64, d)), np.zeros(64, np.int64)
    count = used = 0
    node, parent, side = np.int64(root), -1, 0
    while True:
        while node >= 0:
            code = sides_of_cell(here, rows, normals, offsets, node, eps)
            if code != FRONT | BACK:
                node = np.int64(children[node, 1 if code == FRONT else 0])
                continue
            front, back = room_for(front, 0, 3 * rows + 8), room_for(back, 0, 3 * rows + 8)
            cap = room_for(cap, 0, 3 * rows + 8)
            front_ptr, back_ptr = (room_for(front_ptr, 0, n_faces + 2),
                                   room_for(back_ptr, 0, n_faces + 2))  # fmt: skip
            n_front, n_back, n_cap = cut_cell(here, here_ptr, n_faces, normals, offsets, node,
                                              slack, front, front_ptr, back, back_ptr,
                                              cap)  # fmt: skip
            new = count
            count += 1
            name, kids = room_for(name, new, count), room_for(kids, new, count)
            ptr, V = room_for(ptr, count, count + 1), room_for(V, used, used + n_cap)
            name[new] = node
            V[used : used + n_cap] = cap[:n_cap]
            used += n_cap
            ptr[count] = used
            if parent >= 0:
                kids[parent, side] = new
            more = front_ptr[n_front]
            wait = room_for(wait, wait_rows, wait_rows + more)
            wait[wait_rows : wait_rows + more] = front[:more]
            wait_size = room_for(wait_size, wait_faces, wait_faces + n_front)
            for f in range(n_front):
                wait_size[wait_faces + f] = front_ptr[f + 1] - front_ptr[f]
            wait_rows += more
            wait_faces += n_front
            tasks = room_for(tasks, top, top + 1)
            tasks[top, 0], tasks[top, 1], tasks[top, 2] = children[node, 1], n_front, new
            top += 1
            here, back, here_ptr, back_ptr = back, here, back_ptr, here_ptr
            n_faces, rows = n_back, here_ptr[n_back]
            node, parent, side = np.int64(children[node, 0]), new, 0
        if parent >= 0:
            kids[parent, side] = node
        if top == 0:
            break
        top -= 1
        node, n_faces, parent, side = tasks[top, 0], tasks[top, 1], tasks[top, 2], 1
        wait_faces -= n_faces
        here_ptr = room_for(here_ptr, 0, n_faces + 2)
        here_ptr[0] = 0
        for f in range(n_faces):
            here_ptr[f + 1] = here_ptr[f] + wait_size[wait_faces + f]
        rows = here_ptr[n_faces]
        wait_rows -= rows
        here = room_for(here, 0, rows)
        here[:rows] = wait[wait_rows : wait_rows + rows]
    return name[:count].copy(), kids[:count].copy(), V[:used].copy(), ptr[: count + 1].copy()


@kernel
def merge_equal(kids, keep):
    """Turn nodes into leaves, from below, where both sides are alike; tell which nodes remain.

    Returns what the root has become, 0 if it is still a node. `kids` and the bool array `keep` are
    updated.
    """
    for node in range(kids.shape[0] - 1, -1, -1):
        for side in range(2):
            child = kids[node, side]
            # a child that became a leaf has twice the same below it
            if child >= 0 and not keep[child]:
                kids[node, side] = kids[child, 0]
        keep[node] = kids[node, 0] >= 0 or kids[node, 0] != kids[node, 1]
    if kids.shape[0] and not keep[0]:
        return np.int64(kids[0, 0])
    return 0


@kernel
def boundary(normals, offsets, children, V, ptr, eps):
    """Return the parts of planes that have the inside on one side and the outside on the other.

    The part of a node's plane within its cell goes down the tree behind it, and what arrives at a
    leaf down the tree in front of it.

    Parameters
    ----------
    normals, offsets, children
        The tree, leaves being IN or OUT.
    V, ptr
        The part of every node's plane within its cell.
    eps : float

    Returns
    -------
    faces : float64 ndarray of shape (n_vertices, d)
        Vertices of pieces, so ordered that the outside is in front.
    face_ptr : int64 ndarray of shape (n_pieces + 1,)
    owner : int32 ndarray of shape (n_pieces,)
        The node in whose plane a piece lies, ascending.
    """
    d = V.shape[1]
    here, front, back = np.empty((64, d)), np.empty((64, d)), np.empty((64, d))
    wait, wait_rows = np.empty((64, d)), 0
    tasks, top = np.empty((64, 3), np.int64), 0
    faces, face_ptr, owner = np.empty((64, d)), np.zeros(64, np.int64), np.empty(64, np.int32)
    used = count = 0
    for root in range(children.shape[0]):
        rows = ptr[root + 1] - ptr[root]
        if rows < d:
            continue
        here = room_for(here, 0, rows)
        here[:rows] = V[ptr[root] : ptr[root + 1]]
        # behind is 0 until it is known what is behind the piece
        node, behind = np.int64(children[root, 0]), 0
        while True:
            while node >= 0:
                code = side_of(here, 0, rows, normals, offsets, node, eps)
                if code == SPLIT:
                    front = room_for(front, 0, 2 * rows + 2)
                    back = room_for(back, 0, 2 * rows + 2)
                    n_front, n_back = split_piece(here, 0, rows, normals, offsets, node, eps, front,
                                                  back)  # fmt: skip
                    wait = room_for(wait, wait_rows, wait_rows + n_front)
                    wait[wait_rows : wait_rows + n_front] = front[:n_front]
                    wait_rows += n_front
                    tasks = room_for(tasks, top, top + 1)
                    tasks[top, 0], tasks[top, 1], tasks[top, 2] = children[node, 1], n_front, behind
                    top += 1
                    here, back = back, here
                    rows = n_back
                    side = 0
                elif code == 0:
                    # just behind the root's plane, or just in front of it
                    along = 0.0
                    for c in range(d):
                        along += normals[node, c] * normals[root, c]
                    side = np.int64((along > 0.0) == (behind != 0))
                else:
                    side = np.int64(code == FRONT)
                node = np.int64(children[node, side])
            if behind == 0:
                node, behind = np.int64(children[root, 1]), node
                continue
            if node != behind:
                faces = room_for(faces, used, used + rows)
                for i in range(rows):
                    faces[used + i] = here[i if behind == IN else rows - 1 - i]
                used += rows
                owner = room_for(owner, count, count + 1)
                owner[count] = root
                count += 1
                face_ptr = room_for(face_ptr, count, count + 1)
                face_ptr[count] = used
            if top == 0:
                break
            top -= 1
            node, rows, behind = tasks[top, 0], tasks[top, 1], tasks[top, 2]
            wait_rows -= rows
            here = room_for(here, 0, rows)
            here[:rows] = wait[wait_rows : wait_rows + rows]
    return faces[:used].copy(), face_ptr[: count + 1].copy(), owner[:count].copy()
