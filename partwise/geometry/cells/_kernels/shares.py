"""A polygon divided among shares in one compiled call, because trees have very many small nodes."""

from __future__ import annotations

import numpy as np

from partwise.geometry.cells._kernels.clip import diagram
from partwise.geometry.cells._kernels.newton import prepare, relax, settle
from partwise.geometry.cells._kernels.seeding import bisection_sites
from partwise.geometry.cells._kernels.weld import weld
from partwise.kernels.jit import kernel
from partwise.kernels.rng import shuffle, stream_state

__all__ = ["compact_cells", "divide"]


@kernel
def compact_cells(areas, domain, scale, state, still, rounds, tol, max_iter, shortest):
    """Return (indptr, xy, across, sites, worst relative error of an area) for positive areas.

    ``across`` is the cell beyond an edge, ``-1 - side`` on a side of the domain; the areas sum up
    to that of the domain.
    """
    n = areas.size
    sites, sequence = np.empty((n, 2)), np.arange(n)
    shuffle(state, sequence)
    bisection_sites(areas, sequence, domain, sites)
    weights = areas / np.pi
    relax(sites, weights, areas, domain, scale, still, rounds)
    settle(sites, weights, areas, domain, scale, tol, max_iter, np.empty((n, 2)))
    order, placed, levels, boxes = prepare(sites)
    _complete, ptr, tags, x, y, _areas, _centroids = diagram(
        placed, weights[order], order, levels, boxes, domain, scale, -1.0
    )
    indptr, xy, across, found, _middles = weld(
        ptr, tags, x, y, placed, order, domain, scale, shortest
    )
    worst = 0.0
    for i in range(n):
        worst = max(worst, abs(found[i] - areas[i]) / areas[i])
    return indptr, xy, across, sites, worst


@kernel
def divide(targets, domain, scale, seed, still, rounds, tol, max_iter):
    """Return (indptr, xy, worst relative error) of cells with the areas `targets`, 0 for none."""
    n = targets.size
    there = np.flatnonzero(targets > 0.0)
    indptr = np.zeros(n + 1, np.int64)
    if there.size == 1:
        indptr[there[0] + 1 :] = domain.shape[0]
        return indptr, domain.copy(), 0.0
    few, xy, _across, _sites, worst = compact_cells(
        targets[there],
        domain,
        scale,
        stream_state(seed, 0),
        still,
        rounds,
        tol,
        max_iter,
        0.0,
    )
    for i in range(there.size):
        indptr[there[i] + 1] = few[i + 1] - few[i]
    for i in range(n):
        indptr[i + 1] += indptr[i]
    return indptr, xy, worst
