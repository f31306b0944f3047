"""The vote of the neighbours: on a device by kernels for nodes of few, of more and of many arcs.

A thread serves a node of few arcs, a warp one of up to 64, a block one whose labels fit in a table
in shared memory, and a block with a table in global memory the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from partwise.gpu._backend import Backend
from partwise.gpu._host import Host
from partwise.kernels.parallel import deal

__all__ = ["Vote", "vote_of"]

_FEW, _MANY = 16, 1024  # arcs up to which a thread, and a block with its shared memory, will do
_WARP, _MOST_OF_WARP = 32, 64  # lanes, and arcs up to which they will do
_BLOCK = 128
_SLOT_BYTES = 12
_WORTH_THREADS = 20_000  # nodes from which starting threads pays


def vote_of(
    backend: Backend, indptr: Any, indices: Any, weights: Any = None, *, n_labels: int | None = None
) -> Vote | HostVote:
    """Prepare votes where the backend has its arrays.

    Parameters
    ----------
    backend : Backend
    indptr, indices : int64 array of shape (n + 1,), int32 array of shape (m,)
        Arcs in rows; self-loops do not vote.
    weights : float64 array of shape (m,), or None
        By default 1 each.
    n_labels : int, optional
        Labels are below it; by default below n.
    """
    kind = HostVote if isinstance(backend, Host) else Vote
    return kind(backend, indptr, indices, weights, n_labels=n_labels)  # type: ignore[arg-type]


class Vote:
    """Votes on a device, of nodes that are sorted out by their degrees once.

    Parameters
    ----------
    backend, indptr, indices, weights, n_labels
        As for :func:`vote_of`.
    few, medium, many : int
        Arcs up to which a thread, a warp, and a table in shared memory serve a node; `medium` is
        at most 64, and where it is not above `few` no warps are used; `many` is at most 1024.

    Raises
    ------
    ValueError
        `medium` or `many` is too large.
    """

    def __init__(
        self,
        backend: Backend,
        indptr: Any,
        indices: Any,
        weights: Any = None,
        *,
        n_labels: int | None = None,
        few: int = _FEW,
        medium: int = _MOST_OF_WARP,
        many: int = _MANY,
    ) -> None:
        for name, value, most in (("medium", medium, _MOST_OF_WARP), ("many", many, _MANY)):
            if value > most:
                raise ValueError(f"{name} must be at most {most}, got {value}")
        xp = backend.xp
        self.backend = backend
        self.no_numbers = xp.zeros(1, xp.float64)
        given = self.no_numbers if weights is None else weights
        self.arcs = (indptr, indices, given, int(weights is not None))
        self.n = int(indptr.shape[0]) - 1
        # a table has room for twice the labels that may come
        most = self.n if n_labels is None else n_labels
        degrees = xp.diff(indptr)
        needed = xp.minimum(degrees, most)
        # kind 0 is for threads, 1 for warps, the last one for tables in global memory, others for
        # tables in shared memory of the sizes that are listed
        self.sizes = [0, 0, 2 * _table_size(max(few, medium))]
        while self.sizes[-1] < _table_size(many):
            self.sizes.append(min(4 * self.sizes[-1], _table_size(many)))
        hub = len(self.sizes)
        self.kind = xp.full(self.n, 2, xp.int8)
        for size in self.sizes[2:-1]:
            self.kind += 2 * needed > size
        self.kind[needed > many] = hub
        self.kind[degrees <= max(few, medium)] = 1
        self.kind[degrees <= few] = 0
        self.kinds = [int(kind) for kind in xp.unique(self.kind).tolist()]
        self.whole = {
            kind: xp.flatnonzero(self.kind == kind).astype(xp.int32) for kind in self.kinds
        }
        self.place = self.slots = None
        if hub in self.kinds:
            hubs = self.whole[hub]
            sizes = [_table_size(int(d)) for d in needed[hubs].tolist()]
            self.slots = xp.zeros(self.n, xp.int32)
            self.slots[hubs] = xp.asarray(sizes, dtype=xp.int32)
            self.place = xp.zeros(self.n, xp.int64)
            ends = np.cumsum(sizes, dtype=np.int64)
            self.place[hubs] = xp.asarray(ends - np.asarray(sizes))
            self.tables = xp.empty(int(ends[-1]), xp.int32), xp.empty(int(ends[-1]), xp.float64)

    def of(
        self, label: Any, nodes: Any = None, null: Any = None, out: Any = None
    ) -> tuple[Any, Any, Any]:
        """Return the best label but its own of each node, its score, and the score of its own.

        Parameters
        ----------
        label : int32 array of shape (n,)
            Not negative.
        nodes : int32 array, optional
            The nodes to look at, each once; by default all.
        null : (share, total, mass), optional
            Float64 arrays by node, by label and by node: a label r is worth ``share[v] * total[r]``
            less than the sum of the weights, a node's own ``share[v] * (total[r] - mass[v])`` less.
        out : (winner, won, kept), optional
            Arrays to write to.

        Returns
        -------
        winner : int32 array of shape (n,)
            Of several best labels the smallest; -1 where there is no other.
        won, kept : float64 array of shape (n,)
        """
        xp, launch = self.backend.xp, self.backend.launch
        if out is None:
            out = xp.full(self.n, -1, xp.int32), xp.zeros(self.n), xp.zeros(self.n)
        some = (self.no_numbers,) * 3 if null is None else null
        head = (*self.arcs, label, int(null is not None), *some)
        for kind in self.kinds:
            chosen = self.whole[kind] if nodes is None else nodes[self.kind[nodes] == kind]
            size = int(chosen.shape[0])
            if size == 0:
                continue
            if kind == 0:
                launch("vote_thread", size, *head, chosen, size, *out)
            elif kind == 1:
                launch("vote_warp", size * _WARP, *head, chosen, size, *out, block=_BLOCK)
            elif kind < len(self.sizes):
                slots = self.sizes[kind]
                launch(
                    "vote_block", size * _BLOCK, *head, chosen, size, slots, *out, block=_BLOCK,
                    shared_bytes=_SLOT_BYTES * slots,
                )  # fmt: skip
            else:
                assert self.place is not None
                assert self.slots is not None
                launch(
                    "vote_hub", size * _BLOCK, *head, chosen, size, self.place[chosen],
                    self.slots[chosen], *self.tables, *out, block=_BLOCK,
                )  # fmt: skip
        return out


class HostVote:
    """Votes on the CPU; see :class:`Vote`."""

    def __init__(
        self, backend: Host, indptr: Any, indices: Any, weights: Any = None, *,
        n_labels: int | None = None,
    ) -> None:  # fmt: skip
        self.arcs = (indptr, indices, weights)
        self.n = len(indptr) - 1
        self.n_jobs = backend.n_jobs
        n_labels = self.n if n_labels is None else n_labels
        self.sums = np.zeros((self.n_jobs, n_labels))
        self.is_there = np.zeros((self.n_jobs, n_labels), np.uint8)

    def of(
        self, label: Any, nodes: Any = None, null: Any = None, out: Any = None
    ) -> tuple[Any, Any, Any]:
        """Return the best label but its own of each node, its score, and the score of its own."""
        from partwise.gpu._kernels.vote import vote

        if out is None:
            out = np.full(self.n, -1, np.int32), np.zeros(self.n), np.zeros(self.n)
        chosen = np.arange(self.n, dtype=np.int32) if nodes is None else nodes
        share, total, mass = (None, None, None) if null is None else null

        def work(job: int, n_jobs: int) -> None:
            """Look at every n_jobs-th node."""
            vote(
                *self.arcs, label, share, total, mass, chosen, job, n_jobs, self.sums[job],
                self.is_there[job], *out,
            )  # fmt: skip

        deal(work, self.n_jobs if len(chosen) >= _WORTH_THREADS else 1, max(len(chosen), 1))
        return out


def _table_size(degree: int) -> int:
    """Return the least power of two that is at least twice the degree."""
    return 1 << max(1, 2 * degree - 1).bit_length()
