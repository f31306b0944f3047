"""How the arcs of a frontier are shared among threads: launches of one kernel of several."""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["ADVANCES", "Advance"]

ADVANCES = ("node", "workload_decomposition", "hierarchical", "merge_path")

_MERGE_ITEMS = 8  # rows and arcs of a thread on the merge path
_MOST_ARCS = 64  # of a node in a sub-round of the hierarchical strategy


class Advance:
    """Launches of the kernels of one name, by one strategy.

    Parameters
    ----------
    backend : Backend
    name : str
        Of the kernels, without the strategy.
    strategy : str
        Of :data:`ADVANCES`.
    indptr, indices
        The arcs.
    """

    def __init__(
        self, backend: Backend, name: str, strategy: str, indptr: Any, indices: Any
    ) -> None:
        xp = backend.xp
        self.backend, self.name, self.strategy = backend, name, strategy
        self.indptr, self.indices = indptr, indices
        self.degrees = xp.diff(indptr)
        self.offsets = xp.zeros(indptr.shape[0], xp.int64)

    def weigh(self, frontier: Any, size: int) -> int:
        """Sum up the degrees of a frontier, and return how many arcs it has."""
        if size == 0:
            return 0
        xp = self.backend.xp
        xp.cumsum(self.degrees[frontier[:size]], out=self.offsets[1 : size + 1])
        return int(self.offsets[size])

    def go(
        self, frontier: Any, size: int, arcs: int, head: tuple[Any, ...], tail: tuple[Any, ...]
    ) -> None:
        """Visit all arcs of a frontier that has been weighed.

        Parameters
        ----------
        arcs : int
            What :meth:`weigh` returned.
        head, tail : tuple
            Arguments of the kernel before the frontier and in the end.
        """
        name = f"{self.name}_{self.strategy}"
        start = (self.indptr, self.indices, *head)
        launch = self.backend.launch
        if self.strategy == "node":
            launch(name, size, *start, frontier, size, *tail)
        elif self.strategy == "workload_decomposition":
            launch(name, arcs, *start, frontier, size, self.offsets, *tail)
        elif self.strategy == "merge_path":
            threads = -(-(size + arcs) // _MERGE_ITEMS)
            launch(name, threads, *start, frontier, size, self.offsets, _MERGE_ITEMS, *tail)
        else:
            self._some_by_some(name, start, frontier, size, tail)

    def _some_by_some(
        self, name: str, start: tuple[Any, ...], nodes: Any, size: int, tail: tuple[Any, ...]
    ) -> None:
        xp, done = self.backend.xp, 0
        n_rest = xp.zeros(1, xp.int32)
        while size > 0:
            rest = xp.empty(size, xp.int32)
            n_rest[0] = 0
            self.backend.launch(
                name, size, *start, nodes, size, done, _MOST_ARCS, rest, n_rest, *tail
            )
            nodes, size, done = rest, int(n_rest[0]), done + _MOST_ARCS
