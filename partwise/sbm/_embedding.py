"""Small blocks of a large graph to begin with: groups of nodes in a spectral embedding.

To begin with a block for every node takes a matrix of n rows, or sparse rows, and sweeps at that
level lose more than they find: a node has too few edges to each block. The dominant eigenvectors
(by absolute value) of the degree-normalised adjacency matrix tell blocks apart almost down to
where they cannot be told apart at all, assortative or not, in a few dozen passes over the edges.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from partwise.sbm._problem import Problem, compact

__all__ = ["embed", "small_blocks"]

_DIMENSIONS = 32  # a random view of more eigenvectors, if there are more blocks
_ROUNDS = 5  # of two multiplications, after which points are made orthonormal
_LLOYD = 4  # improvements of the centres
_NEGLIGIBLE = 1e-10  # squared length of a column, of the longest one


def embed(problem: Problem, rng: NDArray[np.uint64]) -> NDArray[np.float32]:
    """Return a point for each node, of length 1, or 0 without edges.

    The points span the space of the eigenvectors of S A S, with S = (D + mean degree)^(-1/2), of
    the largest squared eigenvalues, found by subspace iteration and weighted with these. Squares
    treat nodes that are linked to each other and nodes linked to the same ones alike, and in a
    bipartite graph they leave the types apart. O((n d + m) d) time for d dimensions.

    References
    ----------
    T. Qin, K. Rohe, "Regularized spectral clustering under the degree-corrected stochastic
    blockmodel", Advances in Neural Information Processing Systems 26, 2013, arXiv:1309.4111
    """
    from partwise.sbm._kernels.embedding import draw_signs, gram, normalise, smooth, turn

    n, d = problem.n_nodes, min(_DIMENSIONS, problem.n_nodes)
    arcs = problem.indptr, problem.indices, problem.times
    mean = max(1.0, float(problem.degree.mean()))
    scale = (1.0 / np.sqrt(problem.degree + mean)).astype(np.float32)
    points, other = np.empty((2, n, d), np.float32)
    products = np.empty((d, d))
    draw_signs(rng, points)
    for step in range(_ROUNDS + 1):
        smooth(*arcs, scale, points, other)
        smooth(*arcs, scale, other, points)
        if step < _ROUNDS:
            gram(points, products)
            lengths, directions = np.linalg.eigh(products)
            lengths = np.maximum(lengths, max(_NEGLIGIBLE * lengths[-1], 1e-30))
            turn(points, (directions / np.sqrt(lengths)).astype(np.float32))
    normalise(points)
    return points


def small_blocks(
    problem: Problem, wanted: int, least: NDArray[np.int64], rng: NDArray[np.uint64]
) -> NDArray[np.int32]:
    """Return labels of about `wanted` blocks, of neither type fewer than `least`.

    Parameters
    ----------
    least : int64 ndarray of shape (2,)
    """
    points = embed(problem, rng)
    labels = np.zeros(problem.n_nodes, np.int32)
    used = 0
    for kind in range(1 + problem.is_bipartite):
        nodes = np.flatnonzero(problem.types == kind)
        if len(nodes) == 0:
            continue
        share = int(np.ceil(wanted * len(nodes) / problem.n_nodes))
        groups = compact(_group(points, nodes, min(len(nodes), max(share, int(least[kind]))), rng))
        _raise_number(groups, int(least[kind]))
        labels[nodes] = groups + used
        used += int(groups.max()) + 1
    return labels


def _group(
    points: NDArray[np.float32], nodes: NDArray[np.int64], k: int, rng: NDArray[np.uint64]
) -> NDArray[np.int32]:
    """Group nodes by the directions of their points, in k groups of which some may be empty.

    Half of the centres are random nodes, the others nodes that are far from these; then Lloyd's
    method.
    """
    from partwise.sbm._kernels.embedding import add_up, nearest, normalise

    group = np.empty(len(nodes), np.int32)
    closeness = np.empty(len(nodes), np.float32)
    centres = points[nodes[_draw(np.ones(len(nodes)), (k + 1) // 2, rng)]]
    if k > len(centres):
        nearest(points, np.ascontiguousarray(centres.T), nodes, group, closeness)
        far = np.maximum(1.0 - closeness.astype(np.float64), 0.0) + 1e-6
        centres = np.concatenate((centres, points[nodes[_draw(far, k - len(centres), rng)]]))
    sums = np.empty(centres.shape)
    for step in range(_LLOYD + 1):
        nearest(points, np.ascontiguousarray(centres.T), nodes, group, closeness)
        if step < _LLOYD:
            add_up(points, nodes, group, sums)
            centres = sums.astype(np.float32)
            normalise(centres)
    return group


def _draw(chances: NDArray[np.float64], k: int, rng: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return k places, drawn in proportion to their chances and evenly spread over their sum."""
    from partwise.kernels.rng import next_float

    total = np.cumsum(chances)
    at = (np.arange(k) + next_float(rng)) * (total[-1] / k)
    return np.minimum(np.searchsorted(total, at, side="right"), len(chances) - 1)


def _raise_number(groups: NDArray[np.int32], least: int) -> None:
    """Give nodes groups of their own, in place, until there are `least`."""
    n_groups = int(groups.max()) + 1
    if n_groups < least:
        first = np.unique(groups, return_index=True)[1]
        spare = np.delete(np.arange(len(groups)), first)[: least - n_groups]
        groups[spare] = np.arange(n_groups, n_groups + len(spare))
