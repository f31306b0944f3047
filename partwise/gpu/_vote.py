"""The vote of the neighbours on a device, by kernels for nodes of few, of more and of many arcs.

A thread serves a node of few arcs, a warp one of up to 64, a block one whose labels fit in a table
in shared memory, and a block with a table in global memory the rest.
"""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["Vote"]

_FEW, _MANY = 16, 1024  # arcs up to which a thread, and a block with its shared memory, will do
_WARP, _MOST_OF_WARP = 32, 64  # lanes, and arcs up to which they will do
_BLOCK = 128
_SLOT_BYTES = 12


class Vote:
    """Nodes by their degrees, sorted out once for all rounds.

    Parameters
    ----------
    backend : Backend
    indptr, indices : arrays
        Arcs in rows.
    weights : float64 array of shape (m,), or None
        By default 1 each.
    few, medium, many : int
        Arcs up to which a thread, a warp, and a table in shared memory serve a node; `medium` is
        at most 64 and no more than `many`, and where it is not above `few` no warps are used.

    Raises
    ------
    ValueError
        `medium` is too large.
    """

    def __init__(
        self,
        backend: Backend,
        indptr: Any,
        indices: Any,
        weights: Any = None,
        *,
        few: int = _FEW,
        medium: int = _MOST_OF_WARP,
        many: int = _MANY,
    ) -> None:
        if medium > _MOST_OF_WARP:
            raise ValueError(f"medium must be at most {_MOST_OF_WARP}, got {medium}")
        medium = max(few, min(medium, many))
        xp = backend.xp
        self.backend = backend
        is_weighted = int(weights is not None)
        given = xp.zeros(1, xp.float64) if weights is None else weights
        self.arcs = (indptr, indices, given, is_weighted)
        self.n = int(indptr.shape[0]) - 1
        degrees = xp.diff(indptr)
        self.few = self._nodes(degrees <= few)
        self.warps = self._nodes((degrees > few) & (degrees <= medium))
        self.blocks = []
        low = medium
        while low < many:
            high = min(4 * low, many)
            nodes = self._nodes((degrees > low) & (degrees <= high))
            if nodes.shape[0] > 0:
                self.blocks.append((nodes, _table_size(high)))
            low = high
        self.hubs = self._nodes(degrees > max(few, many))
        if self.hubs.shape[0] > 0:
            sizes = [_table_size(int(d)) for d in degrees[self.hubs].tolist()]
            self.place = xp.zeros(len(sizes) + 1, xp.int64)
            xp.cumsum(xp.asarray(sizes, dtype=xp.int64), out=self.place[1:])
            total = sum(sizes)
            self.tables = xp.empty(total, xp.int32), xp.empty(total, xp.float64)

    def _nodes(self, which: Any) -> Any:
        xp = self.backend.xp
        return xp.flatnonzero(which).astype(xp.int32)

    def of(self, label: Any) -> tuple[Any, Any]:
        """Return the label that wins at each node, int32, and its sum of weights, float64.

        Parameters
        ----------
        label : int32 array of shape (n,)
            Not negative.
        """
        xp, launch = self.backend.xp, self.backend.launch
        winner, won = xp.full(self.n, -1, xp.int32), xp.zeros(self.n, xp.float64)
        out = (winner, won)
        size = int(self.few.shape[0])
        if size > 0:
            launch("vote_thread", size, *self.arcs, label, self.few, size, *out)
        size = int(self.warps.shape[0])
        if size > 0:
            launch(
                "vote_warp", size * _WARP, *self.arcs, label, self.warps, size, *out, block=_BLOCK
            )
        for nodes, slots in self.blocks:
            size = int(nodes.shape[0])
            launch(
                "vote_block", size * _BLOCK, *self.arcs, label, nodes, size, slots, *out,
                block=_BLOCK, shared_bytes=_SLOT_BYTES * slots,
            )  # fmt: skip
        size = int(self.hubs.shape[0])
        if size > 0:
            launch(
                "vote_hub", size * _BLOCK, *self.arcs, label, self.hubs, size, self.place,
                *self.tables, *out, block=_BLOCK,
            )  # fmt: skip
        return out


def _table_size(degree: int) -> int:
    """Return the least power of two that is at least twice the degree."""
    return 1 << max(1, 2 * degree - 1).bit_length()
