"""Some nodes and their neighbours, in time that depends on these alone if they are few."""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend
from partwise.gpu._rows import Rows

__all__ = ["Neighbours"]

_FEW = 1 / 8  # share of the nodes; with fewer arcs than that, arcs are listed and sorted


class Neighbours:
    """Neighbours of changing sets of nodes.

    Parameters
    ----------
    backend : Backend
    indptr, indices : int64 array of shape (n + 1,), int32 array of shape (m,)
        Arcs in rows.
    """

    def __init__(self, backend: Backend, indptr: Any, indices: Any) -> None:
        self.backend, self.indptr, self.indices = backend, indptr, indices
        self.n = int(indptr.shape[0]) - 1
        self.rows: Rows | None = None
        self.marks: Any = None

    def of(self, nodes: Any) -> Any:
        """Return some nodes and their neighbours, each once and in order, int32.

        Parameters
        ----------
        nodes : int32 array
            Each once.
        """
        xp = self.backend.xp
        first = self.indptr[nodes]
        degrees = self.indptr[nodes + 1] - first
        ends = xp.cumsum(degrees)
        n_arcs = int(ends[-1]) if nodes.shape[0] > 0 else 0
        if n_arcs > _FEW * self.n:
            return self._marked(nodes)
        place = xp.arange(n_arcs, dtype=xp.int64)
        of_node = xp.searchsorted(ends, place, side="right")
        arcs = (first - ends + degrees)[of_node] + place
        return _distinct(xp, xp.concatenate([nodes, self.indices[arcs]]))

    def _marked(self, nodes: Any) -> Any:
        """Mark them, and look through all nodes."""
        xp = self.backend.xp
        if self.rows is None:
            self.rows, self.marks = Rows(self.backend, self.indptr), xp.zeros(self.n, xp.int32)
        self.rows.launch("mark", (self.indptr, self.indices), nodes, (self.marks,))
        found = xp.flatnonzero(self.marks).astype(xp.int32)
        self.marks[found] = 0
        return found


def _distinct(xp: Any, values: Any) -> Any:
    """Return every value once, in order; NumPy's own way, by a table, is slower."""
    values = xp.sort(values)
    is_first = xp.ones(values.shape[0], bool)
    is_first[1:] = values[1:] != values[:-1]
    return values[is_first]
