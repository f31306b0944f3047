"""Leiden by moves of many nodes at a time, for GPUs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.cluster.communities._problem import Problem
from partwise.cluster.communities._solver import Solution
from partwise.gpu._backend import Backend
from partwise.gpu._chance import half
from partwise.gpu._contraction import contracted, first_nodes
from partwise.gpu._device import needs_memory
from partwise.gpu._exact import as_whole
from partwise.gpu._rows import Rows
from partwise.gpu._vote import vote_of
from partwise.kernels.rng import seed_state

__all__ = ["gpu_for", "leiden_in_parallel", "why_not_on_gpu"]

_FEW_ARCS = 1_000_000  # below, the CPU goes on: it does so better, and as fast as many launches
_MOST_LEVELS = 64
_MOST_ROUNDS = 40
_REST = 0.001  # share of the nodes; local moving ends with a round that moves fewer
_PIECE_ROUNDS = 12
_CLOSE = 1e-12  # relative; less is no gain, but rounding


def why_not_on_gpu(problem: Problem, theta: float, n_runs: int) -> str | None:
    """Return what a GPU cannot do of this, as the rest of a sentence, or None."""
    if problem.b is not None:
        return "has no quality with two values for a node (directed modularity, 'barber')"
    if problem.pinned is not None:
        return "knows no fixed labels; fixed must be None"
    if problem.bulk is not None:
        return "knows no limits of size; min_size and max_size must be None"
    if theta > 0:
        return f"refines without randomness; theta must be 0, got {theta:g}"
    if n_runs > 1:
        return f"makes one run; consensus must be None or 1, got {n_runs}"
    return None


def gpu_for(problem: Problem) -> Backend:
    """Return the GPU.

    Raises
    ------
    MemoryError
        The problem does not fit on it.
    """
    from partwise.gpu import _backend

    n, m = problem.n, len(problem.indices)
    arcs = 4 if problem.weights is None else 12
    # twice the arcs for pieces and levels, sorts of 64 bits, tables of hubs
    needs_memory((2 * arcs + 24 + 40) * m + 200 * n, "Leiden")
    return _backend.cuda()


@dataclass(frozen=True)
class _Level:
    """A graph on a backend; weights and masses are whole numbers."""

    backend: Backend
    indptr: Any
    indices: Any
    weights: Any
    mass: Any
    coefficient: float

    @property
    def n(self) -> int:
        """Number of nodes."""
        return int(self.mass.shape[0])

    def sums(self, label: Any, values: Any) -> Any:
        """Sum values up by label, float64 of shape (n,)."""
        xp = self.backend.xp
        return xp.bincount(label, values, self.n).astype(xp.float64)

    def weight(self, which: Any) -> Any:
        """Return the weights of some arcs."""
        xp = self.backend.xp
        return xp.ones(int(which.sum())) if self.weights is None else self.weights[which]

    def value(self, label: Any) -> float:
        """Return the quality of a partition, up to a constant and a factor."""
        xp = self.backend.xp
        source = first_nodes(xp, self.indptr, int(self.indices.shape[0]))
        inside = float(self.weight(label[source] == label[self.indices]).sum())
        # squares are not exact: they are added on the host, in one order
        total = self.backend.to_host(self.sums(label, self.mass))
        return inside - self.coefficient * float((total * total).sum())


def leiden_in_parallel(
    backend: Backend,
    problem: Problem,
    start: NDArray[np.uint32],
    n_iterations: int,
    refine: bool,
    seed: int,
    report: Callable[[float, str], None] | None = None,
) -> Solution:
    """Improve a partition, iteration by iteration.

    Half of the nodes, drawn anew every round, move at a time, each to the community that it gains
    most by joining; all sums are exact, so that results depend neither on the device nor on its
    schedule. From graphs of few arcs on, the CPU goes on as ever. In the refinement, single nodes
    that are drawn join pieces that are not, so that a piece never loses the nodes by which it hangs
    together. The algorithm is that of [1]_; what is done at a time is our choice, after [2]_.

    Parameters
    ----------
    problem : Problem
        See :func:`why_not_on_gpu`.
    start : uint32 ndarray of shape (n,)
        Labels below n.
    n_iterations : int
        -1: until one moves nothing.
    refine : bool
        Leiden, else Louvain.
    seed : int

    References
    ----------
    .. [1] V. A. Traag, L. Waltman, N. J. van Eck, "From Louvain to Leiden: guaranteeing
       well-connected communities", Scientific Reports 9, 2019, doi:10.1038/s41598-019-41695-z.
    .. [2] M. Naim, F. Manne, M. Halappanavar, A. Tumeo, "Community detection on the GPU", IPDPS
       2017, doi:10.1109/IPDPS.2017.16.
    """
    finest = _on(backend, problem)
    xp = backend.xp
    labels = xp.asarray(start.astype(np.int32))
    levels: tuple[NDArray[np.uint32], ...] = (start,)
    n_moves, done, converged, connected = 0, 0, False, True
    while done != n_iterations and not converged:
        if report is not None:
            report(done / n_iterations if n_iterations > 0 else 0.0, f"iteration {done + 1}")
        found, moved, connected = _iteration(finest, labels, refine, seed + 7919 * done)
        done += 1
        n_moves += moved
        converged = moved == 0
        labels = found[-1]
        levels = tuple(backend.to_host(level).astype(np.uint32) for level in found)
    return Solution(levels[-1], levels, done, n_moves, converged, connected)


def _on(backend: Backend, problem: Problem) -> _Level:
    xp = backend.xp
    weights, scale = None, 1.0
    if problem.weights is not None:
        whole, scale = as_whole(problem.weights)
        weights = xp.asarray(whole)
    mass, mass_scale = as_whole(problem.a)
    return _Level(
        backend,
        xp.asarray(problem.indptr.view(np.int64)),
        xp.asarray(problem.indices.view(np.int32)),
        weights,
        xp.asarray(mass),
        problem.coefficient * scale / mass_scale**2,
    )


def _iteration(level: _Level, labels: Any, refine: bool, seed: int) -> tuple[list[Any], int, bool]:
    """Go through all levels once.

    Returns
    -------
    levels : list of int32 arrays of shape (n,)
        Labels of the nodes of the first level after the moves of every level.
    n_moves : int
    connected : bool
    """
    xp = level.backend.xp
    node_of = xp.arange(level.n, dtype=xp.int32)
    levels: list[Any] = []
    n_moves = 0
    while True:
        if level.indices.shape[0] < _FEW_ARCS:
            found, moved, connected = _finish(level, labels, refine, seed)
            levels += [xp.asarray(row)[node_of] for row in found]
            return levels, n_moves + moved, connected
        labels, moved = _move(level, labels, seed + len(levels))
        n_moves += moved
        labels, n_communities = _compact(xp, labels, level.n)
        levels.append(labels[node_of])
        if n_communities == level.n:
            return levels, n_moves, True
        piece = _pieces(level, labels, seed + len(levels)) if refine else labels
        piece, n_pieces = _compact(xp, piece, level.n)
        if n_pieces == level.n:
            return levels, n_moves, False
        communities = xp.empty(n_pieces, xp.int32)
        communities[piece] = labels
        indptr, indices, weights = contracted(
            level.backend, level.indptr, level.indices, level.weights, piece, n_pieces
        )
        mass = xp.bincount(piece, level.mass, n_pieces)
        node_of, labels = piece[node_of], communities
        level = _Level(level.backend, indptr, indices, weights, mass, level.coefficient)


def _finish(
    level: _Level, labels: Any, refine: bool, seed: int
) -> tuple[NDArray[np.int32], int, bool]:
    """Go through the levels from a small graph on, one node after the other on the CPU.

    Rows are sorted, so that the graph is the same from every device.

    Returns
    -------
    levels : int32 ndarray of shape (n_levels, n)
    n_moves : int
    connected : bool
    """
    from partwise.cluster.communities._kernels.levels import serial_iteration

    take, n = level.backend.to_host, level.n
    indptr, indices = take(level.indptr), take(level.indices)
    order = np.lexsort((indices, np.repeat(np.arange(n), np.diff(indptr))))
    weights = None if level.weights is None else take(level.weights)[order]
    csr = indptr.view(np.uint64), indices[order].view(np.uint32), weights
    room = np.empty((_MOST_LEVELS, n), np.uint32)
    everyone = np.arange(n, dtype=np.uint32)
    n_levels, moved, connected = serial_iteration(
        csr, (take(level.mass), None, level.coefficient), np.zeros(n, np.uint8), None, 0,
        take(labels).astype(np.uint32), refine, 0.0, seed_state(seed % 2**63), everyone, room,
    )  # fmt: skip
    return room[: min(n_levels, _MOST_LEVELS)].view(np.int32), int(moved), bool(connected)


def _compact(xp: Any, labels: Any, n: int) -> tuple[Any, int]:
    """Give the labels that occur numbers in order, and count them."""
    occurs = xp.bincount(labels, minlength=n) > 0
    number = xp.cumsum(occurs, dtype=xp.int64) - 1
    return number[labels].astype(xp.int32), int(occurs.sum())


def _move(level: _Level, labels: Any, seed: int) -> tuple[Any, int]:
    """Return labels after local moves, and how many moves there were; they are never worse."""
    backend, n = level.backend, level.n
    xp = backend.xp
    before = labels
    labels = labels.copy()
    vote, rows = vote_of(backend, level.indptr, level.indices, level.weights), None
    waiting, everyone = xp.ones(n, xp.int32), xp.arange(n)
    share = level.coefficient * level.mass
    n_moves = quiet = 0
    for round_ in range(_MOST_ROUNDS):
        drawn = half(everyone, 1000 * seed + round_)
        nodes = xp.flatnonzero((waiting > 0) & drawn).astype(xp.int32)
        waiting[nodes] = 0
        members = xp.bincount(labels, minlength=n)
        null = share, level.sums(labels, level.mass), level.mass
        winner, won, kept = vote.of(labels, nodes, null)
        winner, won, kept = winner[nodes], won[nodes], kept[nodes]
        own = labels[nodes]
        is_alone = members[own] == 1
        gains = (winner >= 0) & (won > kept + _CLOSE * (xp.abs(won) + xp.abs(kept)))
        # two nodes that are alone do not change places: the one of the larger label stays
        swaps = is_alone & (members[winner] == 1) & (winner > own)
        leaves = ~is_alone & (kept < 0) & ~(gains & (won >= 0))
        goes = gains & ~swaps & ~leaves
        waiting[nodes[gains & swaps]] = 1
        leaving = nodes[leaves]
        if leaving.shape[0] > 0:
            _leave(xp, labels, leaving, members)
        going = xp.flatnonzero(goes)
        labels[nodes[going]] = winner[going]
        moved = nodes[goes | leaves]
        if moved.shape[0] > 0:
            rows = Rows(backend, level.indptr) if rows is None else rows
            rows.launch("mark", (level.indptr, level.indices), moved, (waiting,))
        n_moves += int(moved.shape[0])
        quiet = quiet + 1 if moved.shape[0] <= _REST * n else 0
        if quiet == 2 or not bool(waiting.any()):
            break
    if n_moves > 0 and level.value(labels) <= level.value(before):
        return before, 0
    return labels, n_moves


def _leave(xp: Any, labels: Any, nodes: Any, members: Any) -> None:
    """Give each of the nodes a label of its own, as far as there are unused ones."""
    unused = xp.flatnonzero(members == 0)[: nodes.shape[0]].astype(xp.int32)
    labels[nodes[: unused.shape[0]]] = unused


def _pieces(level: _Level, communities: Any, seed: int) -> Any:
    """Split communities into pieces that are connected well: a node of each is its label."""
    backend, n = level.backend, level.n
    xp = backend.xp
    source = first_nodes(xp, level.indptr, int(level.indices.shape[0]))
    inside = communities[source] == communities[level.indices]
    source, indices = source[inside], level.indices[inside]
    weights = level.weight(inside)
    indptr = xp.zeros(n + 1, xp.int64)
    xp.cumsum(xp.bincount(source, minlength=n), out=indptr[1:])
    vote = vote_of(backend, indptr, indices, None if level.weights is None else weights)
    total = level.sums(communities, level.mass)[communities]
    share = level.coefficient * level.mass
    piece = xp.arange(n, dtype=xp.int32)
    # nodes that stay with their community by a good part of their weight may join a piece
    is_bound = level.sums(source, weights) >= share * (total - level.mass)
    joined, everyone = True, xp.arange(n)
    for round_ in range(_PIECE_ROUNDS):
        drawn = half(everyone, 1000 * seed + 500 + round_)
        alone = xp.bincount(piece, minlength=n)[piece] == 1
        mass = level.sums(piece, level.mass)
        crosses = xp.flatnonzero(piece[source] != piece[indices])
        leaving = level.sums(piece[source[crosses]], weights[crosses])
        # piece r is worth joining if it is bound to the rest of its community, too
        is_open = leaving >= level.coefficient * mass * (total - mass)
        is_open &= ~(alone & drawn)
        nodes = xp.flatnonzero(alone & drawn & is_bound).astype(xp.int32)
        closed = xp.where(is_open, mass, xp.inf)
        winner, won, _ = vote.of(piece, nodes, (share, closed, level.mass))
        winner, won = winner[nodes], won[nodes]
        joins = xp.flatnonzero((winner >= 0) & (won >= 0) & is_open[winner])
        piece[nodes[joins]] = winner[joins]
        before, joined = joined, joins.shape[0] > 0
        if not (before or joined):
            break
    return piece
