"""Sums over the rows of a graph on a device, for power iterations."""

from __future__ import annotations

from typing import Any

from partwise.gpu._advance import Advance
from partwise.gpu._backend import Backend

__all__ = ["RowSums"]

_ITEMS = 8  # rows and arcs of a piece of the merge path


class RowSums:
    """Multiplication of the matrix of a graph by vectors.

    Parameters
    ----------
    backend : Backend
    strategy : str
        Of :data:`partwise.gpu._advance.ADVANCES`. Sums do not depend on schedules, but with
        "workload_decomposition"; with "node" and "hierarchical" they are those of the CPU.
    indptr, indices : arrays
        Arcs in rows.
    weights : float64 array of shape (m,), or None
        By default 1 each.
    """

    def __init__(
        self, backend: Backend, strategy: str, indptr: Any, indices: Any, weights: Any = None
    ) -> None:
        xp = backend.xp
        self.backend, self.strategy = backend, strategy
        self.indptr, self.indices = indptr, indices
        self.is_weighted = int(weights is not None)
        self.weights = xp.zeros(1, xp.float64) if weights is None else weights
        self.n = int(indptr.shape[0]) - 1
        if strategy == "merge_path":
            self.pieces = -(-(self.n + int(indices.shape[0])) // _ITEMS)
            self.carry_row = xp.empty(self.pieces, xp.int32)
            self.carry_sum = xp.empty(self.pieces, xp.float64)
        else:
            self.advance = Advance(backend, "spmv", strategy, indptr, indices)
            self.nodes = xp.arange(self.n, dtype=xp.int32)
            self.arcs = self.advance.weigh(self.nodes, self.n)

    def of(self, x: Any) -> Any:
        """Return the sums for a vector x, float64 of shape (n,)."""
        xp, launch = self.backend.xp, self.backend.launch
        out = xp.zeros(self.n, xp.float64)
        if self.n == 0:
            return out
        matrix = (self.weights, self.is_weighted)
        if self.strategy == "merge_path":
            launch(
                "spmv_merge_path", self.pieces, self.indptr, self.indices, *matrix, x, self.n,
                _ITEMS, self.carry_row, self.carry_sum, out,
            )  # fmt: skip
            launch("spmv_carry", self.pieces, self.carry_row, self.carry_sum, self.pieces, out)
        else:
            self.advance.go(self.nodes, self.n, self.arcs, (*matrix, x), (out,))
        return out
