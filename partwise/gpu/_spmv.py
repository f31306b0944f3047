"""Sums over the rows of a graph on a device, for power iterations."""

from __future__ import annotations

from typing import Any

from partwise.gpu._advance import ITEMS, Advance
from partwise.gpu._backend import Backend

__all__ = ["RowSums"]


class RowSums:
    """Multiplication of the matrix of a graph by vectors.

    Parameters
    ----------
    backend : Backend
    strategy : str
        Of :data:`partwise.gpu._advance.STRATEGIES`. With "node" and "hierarchical" sums are those
        of the CPU; with "node_splitting" and "merge_path" they do not depend on schedules; with
        the others, which add terms as they come, they differ in their last bits.
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
        given = xp.zeros(1, xp.float64) if weights is None else weights
        self.matrix = (given, int(weights is not None))
        self.n = int(indptr.shape[0]) - 1
        if strategy == "merge_path":
            self.tiles = -(-(self.n + int(indices.shape[0])) // (ITEMS * backend.block))
            self.carry = xp.empty(self.tiles, xp.int32), xp.empty(self.tiles, xp.float64)
        elif strategy != "node":
            self.advance = Advance(backend, "spmv", strategy, indptr, indices, in_order=True)
        if strategy == "node_splitting":
            self.part_sum = xp.empty(self.advance.parts.n_parts, xp.float64)

    def of(self, x: Any) -> Any:
        """Return the sums for a vector x, float64 of shape (n,)."""
        out = self.backend.xp.zeros(self.n, self.backend.xp.float64)
        if self.n == 0:
            return out
        start, launch = (self.indptr, self.indices, *self.matrix, x), self.backend.launch
        if self.strategy == "node":
            launch("spmv_node", self.n, *start, self.n, out)
        elif self.strategy == "node_splitting":
            parts = self.advance.parts
            launch("spmv_node", parts.n_parts, parts.indptr, *start[1:], parts.n_parts,
                   self.part_sum)  # fmt: skip
            launch("spmv_parts", self.n, parts.first_part, self.part_sum, self.n, out)
        elif self.strategy == "merge_path":
            launch("spmv_merge_path", self.tiles * self.backend.block, *start, self.n, *self.carry,
                   out)  # fmt: skip
            launch("spmv_carry", self.tiles, *self.carry, self.tiles, out)
        else:
            self.advance.go_everywhere((*self.matrix, x), (out,))
        return out
