"""Label propagation by many nodes at a time, on the CPU or on a GPU."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.gpu._backend import Backend
from partwise.gpu._chance import half
from partwise.gpu._device import needs_memory
from partwise.gpu._exact import as_whole
from partwise.gpu._host import Host
from partwise.gpu._neighbours import Neighbours
from partwise.gpu._vote import HostVote, Vote, vote_of

__all__ = ["backend_for", "by_classes", "in_parallel"]

_FEW = 1 / 16  # share of the nodes
_NEAR = 1.0 - 1e-12  # as on one thread: labels as heavy as this times the heaviest are ties


def backend_for(where: str, csr: Any, n_jobs: int = 1) -> Backend:
    """Return the backend of a device.

    Raises
    ------
    MemoryError
        The graph does not fit on the GPU.
    """
    if where == "cpu":
        return Host(n_jobs)
    from partwise.gpu import _backend

    n, m = len(csr[0]) - 1, len(csr[1])
    arcs = 4 if csr[2] is None else 12
    hubs = 24 * m  # tables of the nodes of most arcs, at worst
    needs_memory(arcs * m + hubs + 80 * n, "label propagation")
    return _backend.cuda()


def _graph_on(backend: Backend, csr: Any) -> tuple[Any, Any, Any]:
    xp = backend.xp
    indptr, indices, weights = csr
    given = None if weights is None else xp.asarray(as_whole(weights)[0])
    return xp.asarray(indptr.view(np.int64)), xp.asarray(indices.view(np.int32)), given


def in_parallel(
    backend: Backend,
    csr: Any,
    labels: NDArray[np.uint32],
    pinned: NDArray[np.uint8],
    rounds: int,
    seed: int,
) -> tuple[NDArray[np.uint32], int, bool]:
    """Let half of the waiting nodes, drawn anew every round, update all at once.

    Whoever has a heaviest label keeps it, others take the heaviest that comes first in an order
    that is drawn anew as long as many wait. Nodes wait until they have been looked at, and again
    when the label of a neighbour changes.

    Parameters
    ----------
    csr : (indptr, indices, weights)
        Without self-loops.
    labels : uint32 ndarray of shape (n,)
        Below n.
    pinned : uint8 ndarray of shape (n,)
        1 for nodes that keep their label.
    rounds : int
        As many visits for every node, at most.

    Returns
    -------
    labels : uint32 ndarray
    n_iter : int
        Visits, in passes over all nodes.
    converged : bool
    """
    xp, n = backend.xp, len(labels)
    indptr, indices, weights = _graph_on(backend, csr)
    vote = vote_of(backend, indptr, indices, weights)
    beside = Neighbours(backend, indptr, indices)
    is_free = xp.asarray(pinned == 0)
    waiting, is_waiting = xp.flatnonzero(is_free).astype(xp.int32), is_free.copy()
    label, order, out = xp.asarray(labels.astype(np.int32)), _Order(n, None), None
    visits, round_ = 0, 0
    while visits < rounds * n and waiting.shape[0] > 0:
        round_ += 1
        if waiting.shape[0] > _FEW * n:  # else a new order would take longer than the round
            after = _Order(n, seed + round_)
            label, order = after.rank(xp, order.label(xp, label)), after
        is_drawn = half(waiting, seed + round_)
        active, waiting = waiting[is_drawn], waiting[~is_drawn]
        if active.shape[0] == 0:
            continue
        is_waiting[active] = False
        visits += int(active.shape[0])
        changed, out = _update(vote, label, active, out, xp)
        if changed.shape[0] > 0:
            touched = beside.of(changed)
            touched = touched[is_free[touched] & ~is_waiting[touched]]
            is_waiting[touched] = True
            waiting = xp.concatenate([waiting, touched])
    found: NDArray[np.uint32] = backend.to_host(order.label(xp, label)).astype(np.uint32)
    return found, min(rounds, -(-visits // max(n, 1))), bool(waiting.shape[0] == 0)


class _Order:
    """An order of labels: label r has rank ``(a * r + b) % n``, without a seed r."""

    def __init__(self, n: int, seed: int | None) -> None:
        self.n, self.factor, self.shift, self.inverse = n, 1, 0, 1
        if seed is None or n < 2:
            return
        chance = np.random.default_rng(seed)
        for _ in range(64):
            factor = int(chance.integers(1, n))
            if math.gcd(factor, n) == 1:
                self.factor = factor
                break
        self.shift = int(chance.integers(0, n))
        self.inverse = pow(self.factor, -1, n)

    def rank(self, xp: Any, label: Any) -> Any:
        """Return the rank of every label, int32."""
        return ((label.astype(xp.int64) * self.factor + self.shift) % self.n).astype(xp.int32)

    def label(self, xp: Any, rank: Any) -> Any:
        """Return the label of every rank, int32."""
        back = rank.astype(xp.int64) + (self.n - self.shift)
        return (back * self.inverse % self.n).astype(xp.int32)


def _update(vote: Vote | HostVote, label: Any, nodes: Any, out: Any, xp: Any) -> tuple[Any, Any]:
    """Give nodes the smallest heaviest label, and return those that had none, and room for more."""
    out = vote.of(label, nodes, out=out)
    winner, won, kept = (array[nodes] for array in out)
    moves = xp.flatnonzero((winner >= 0) & (kept < won * _NEAR))
    changed = nodes[moves]
    label[changed] = winner[moves]
    return changed, out


class _Backwards(_Order):
    """The order in which the largest label comes first."""

    def __init__(self, n: int) -> None:
        self.n, self.factor, self.shift, self.inverse = n, n - 1, n - 1, n - 1


def by_classes(
    backend: Backend,
    csr: Any,
    labels: NDArray[np.uint32],
    pinned: NDArray[np.uint8],
    colour: NDArray[np.int32],
    rounds: int,
) -> tuple[NDArray[np.uint32], int, bool]:
    """Update the classes of a colouring one after the other, the nodes of each all at once.

    The result is that of updating one node after the other.

    Parameters
    ----------
    csr, labels, pinned
        As for :func:`in_parallel`.
    colour : int32 ndarray of shape (n,)
        Of nodes that are not neighbours if they have the same.
    rounds : int
        Rounds over all nodes, at most.
    """
    xp = backend.xp
    indptr, indices, weights = _graph_on(backend, csr)
    vote, order, out = vote_of(backend, indptr, indices, weights), _Backwards(len(labels)), None
    label = order.rank(xp, xp.asarray(labels.astype(np.int32)))
    free = np.flatnonzero(pinned == 0)
    free = free[np.argsort(colour[free], kind="stable")]
    ends = np.flatnonzero(np.diff(colour[free])) + 1
    classes = [xp.asarray(nodes.astype(np.int32)) for nodes in np.split(free, ends)]
    n_iter, n_changed = 0, 1
    while n_changed > 0 and n_iter < rounds:
        n_iter, n_changed = n_iter + 1, 0
        for nodes in classes:
            changed, out = _update(vote, label, nodes, out, xp)
            n_changed += int(changed.shape[0])
    found: NDArray[np.uint32] = backend.to_host(order.label(xp, label)).astype(np.uint32)
    return found, n_iter, n_changed == 0
