"""How the arcs of a frontier are shared among threads: launches of one kernel of several."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np

from partwise.gpu._backend import BLOCK, Backend
from partwise.gpu._splitting import most_arcs, n_parts, split_nodes

__all__ = ["STRATEGIES", "Advance", "Strategy", "advance_memory", "check_strategy"]

Strategy = Literal[
    "auto", "node", "edge", "workload_decomposition", "node_splitting", "hierarchical",
    "merge_path", "block",
]  # fmt: skip
#: All of them but "auto", which is no way of its own.
STRATEGIES = get_args(Strategy)[1:]

#: Of the thread of a block that shares arcs; the constant of worklist.cuh.
ITEMS = 4

_MOST_ARCS = 64  # of a node in a sub-round of the hierarchical strategy
_WAVE = 32_768  # nodes; when fewer are left, they are finished in one go
_LARGE = 32 * BLOCK  # arcs of a node that is too much for one block
_BY_OFFSETS = ("auto", "workload_decomposition", "hierarchical", "merge_path", "block")


def check_strategy(strategy: str) -> None:
    """Raise if there is no such strategy.

    Raises
    ------
    ValueError
        The message has all that there are.
    """
    names = get_args(Strategy)
    if strategy not in names:
        raise ValueError(f"strategy must be one of {', '.join(names)}, got {strategy!r}")


class Advance:
    """Launches of the kernels of one name, by one strategy.

    A frontier is a list of nodes; with "edge" it has the numbers of their arcs, and with
    "node_splitting" those of their parts.

    Parameters
    ----------
    backend : Backend
    name : str
        Of the kernels, without the strategy.
    strategy : str
        "auto" has lists of nodes, and every launch is told what to do.
    indptr, indices
        The arcs.
    both_ends : bool, default=True
        Whether kernels want to know the first node of an arc too.
    in_order : bool, default=False
        Whether one thread is to visit all arcs of a node, one after another, where the strategy
        has them visited so.

    Attributes
    ----------
    kind : {"nodes", "arcs", "parts"}
        What is in lists.
    room : tuple of arrays
        What kernels need to append nodes to lists.
    """

    def __init__(
        self, backend: Backend, name: str, strategy: str, indptr: Any, indices: Any, *,
        both_ends: bool = True, in_order: bool = False,
    ) -> None:  # fmt: skip
        xp = backend.xp
        self.backend, self.name, self.strategy = backend, name, strategy
        self.indptr, self.indices, self.in_order = indptr, indices, in_order
        self.n, self.n_arcs = int(indptr.shape[0]) - 1, int(indices.shape[0])
        self.wave, self.large = _WAVE, _LARGE
        self.kind, self.capacity = "nodes", self.n
        self.room: tuple[Any, ...] = ()
        self.arrays: tuple[Any, ...] = (indptr, indices)
        if strategy == "edge":
            self.kind, self.capacity, self.room = "arcs", self.n_arcs, (indptr,)
            self.arrays = (indices, *((self._sources(),) if both_ends else ()))
        elif strategy == "node_splitting":
            self.parts = split_nodes(backend, indptr, most_arcs(xp, xp.diff(indptr)))
            self.kind, self.capacity = "parts", self.parts.n_parts
            self.room = (self.parts.first_part,)
            self.arrays = (self.parts.indptr, indices, *((self.parts.owner,) if both_ends else ()))
        if strategy in _BY_OFFSETS:
            self.degrees = xp.diff(indptr)
            self.offsets = xp.zeros(self.n + 1, xp.int64)
        if strategy in ("hierarchical", "block"):
            self.largest = int(self.degrees.max()) if self.n > 0 else 0

    def _sources(self) -> Any:
        """Return the first node of every arc."""
        row = self.backend.xp.empty(self.n_arcs, self.backend.xp.int32)
        if self.n_arcs > 0:
            self.backend.launch("rows_of_arcs", self.n_arcs, self.indptr, self.n, row)
        return row

    def new_list(self) -> Any:
        """Return a list with room for whatever a round may find."""
        xp = self.backend.xp
        return xp.empty(self.capacity, xp.int64 if self.kind == "arcs" else xp.int32)

    def begin(self, node: int, frontier: Any) -> tuple[int, int]:
        """Write a frontier of one node, and return its entries and its arcs."""
        xp, get = self.backend.xp, self.backend.to_host
        first, last = (int(end) for end in get(self.indptr[node : node + 2]))
        if self.kind == "nodes":
            frontier[0] = node
            return 1, last - first
        if self.kind == "arcs":
            frontier[: last - first] = xp.arange(first, last)
            return last - first, last - first
        low, high = (int(end) for end in get(self.parts.first_part[node : node + 2]))
        frontier[: high - low] = xp.arange(low, high)
        return high - low, last - first

    def go(
        self, frontier: Any, size: int, arcs: int, head: tuple[Any, ...], tail: tuple[Any, ...],
        strategy: str | None = None,
    ) -> None:  # fmt: skip
        """Visit all arcs of a frontier.

        Parameters
        ----------
        size, arcs : int
            Entries and arcs of the frontier.
        head, tail : tuple
            Arguments of the kernel before the frontier and in the end.
        strategy : str, optional
            Where that of the instance is "auto".
        """
        strategy = strategy or self.strategy
        if arcs == 0:
            return
        start, launch = (*self.arrays, *head), self.backend.launch
        if strategy in ("node", "edge", "node_splitting"):
            launch(f"{self.name}_{strategy}", size, *start, frontier, size, *tail)
        elif strategy == "hierarchical":
            self._some_by_some(start, frontier, size, tail)
        elif strategy == "block":
            self._by_blocks(start, frontier, size, tail)
        else:
            self.backend.xp.cumsum(self.degrees[frontier[:size]], out=self.offsets[1 : size + 1])
            self._by_offsets(strategy, start, frontier, size, arcs, self.offsets, tail)

    def go_everywhere(self, head: tuple[Any, ...], tail: tuple[Any, ...]) -> None:
        """Visit all arcs of the graph; there, "edge" needs no list of them."""
        if self.n_arcs == 0:
            return
        start = (*self.arrays, *head)
        if self.strategy == "edge":
            self.backend.launch(f"{self.name}_edge", self.n_arcs, *start, self.n_arcs, *tail)
            return
        everyone = self.backend.xp.arange(self.capacity, dtype=self.backend.xp.int32)
        if self.strategy in ("workload_decomposition", "merge_path"):
            # sums of the degrees of all nodes are there already
            self._by_offsets(self.strategy, start, everyone, self.n, self.n_arcs, self.indptr, tail)
        else:
            self.go(everyone, self.capacity, self.n_arcs, head, tail)

    def _by_offsets(
        self, strategy: str, start: tuple[Any, ...], nodes: Any, size: int, arcs: int, offsets: Any,
        tail: tuple[Any, ...],
    ) -> None:  # fmt: skip
        work = arcs + size if strategy == "merge_path" else arcs
        self.backend.launch(
            f"{self.name}_{strategy}", -(-work // ITEMS), *start, nodes, size, offsets, *tail
        )

    def _finish(self, start: tuple[Any, ...], nodes: Any, size: int, done: int, tail: Any) -> None:
        """Visit what is left of some nodes, after so many arcs of each of them."""
        xp = self.backend.xp
        xp.cumsum(self.degrees[nodes[:size]] - done, out=self.offsets[1 : size + 1])
        arcs = int(self.backend.to_host(self.offsets[size : size + 1])[0])
        shifted = (self.indptr + done, *start[1:])
        self._by_offsets("workload_decomposition", shifted, nodes, size, arcs, self.offsets, tail)

    def _some_by_some(
        self, start: tuple[Any, ...], nodes: Any, size: int, tail: tuple[Any, ...]
    ) -> None:
        xp, done = self.backend.xp, 0
        name, n_rest = f"{self.name}_hierarchical", xp.zeros(1, xp.int32)
        while size > 0:
            if done > 0 and size < self.wave and not self.in_order:
                self._finish(start, nodes, size, done, tail)
                return
            rest = xp.empty(size, xp.int32)
            n_rest.fill(0)
            self.backend.launch(
                name, size, *start, nodes, size, done, _MOST_ARCS, rest, n_rest, *tail
            )
            nodes, done = rest, done + _MOST_ARCS
            size = int(self.backend.to_host(n_rest)[0]) if done < self.largest else 0

    def _by_blocks(
        self, start: tuple[Any, ...], nodes: Any, size: int, tail: tuple[Any, ...]
    ) -> None:
        xp, has_large = self.backend.xp, self.largest > self.large
        rest, n_rest = xp.empty(size if has_large else 1, xp.int32), xp.zeros(1, xp.int32)
        name = f"{self.name}_block"
        self.backend.launch(name, size, *start, nodes, size, self.large, rest, n_rest, *tail)
        left = int(self.backend.to_host(n_rest)[0]) if has_large else 0
        if left > 0:
            self._finish(start, rest, left, 0, tail)


def advance_memory(indptr: np.ndarray, strategy: str, *, lists: int, both_ends: bool = True) -> int:
    """Return the bytes that an :class:`Advance` takes, with some lists of frontiers.

    Parameters
    ----------
    indptr : int64 array of shape (n + 1,)
        On the host.
    strategy : str
    lists : int
        How many are made by :meth:`Advance.new_list`; 0 where all arcs are visited at once.
    both_ends : bool, default=True
    """
    n, m = len(indptr) - 1, int(indptr[-1])
    if strategy == "edge":
        return 8 * m * lists + (4 * m if both_ends else 0)
    if strategy == "node_splitting":
        parts = n_parts(np, np.diff(indptr))
        # where parts begin, whose they are, and lists; while they are made, their numbers twice
        return (12 + 4 * max(lists, 1)) * parts + 4 * (n + 1) + 40 * (n + 1)
    shared = 4 * max(lists, 1) * n
    if strategy in _BY_OFFSETS:
        # degrees and their sums, and those of the frontier while they are summed up
        shared += 16 * n + 8 * (n + 1)
    if strategy in ("hierarchical", "block"):
        shared += 8 * n + 16 * (n + 1)  # nodes with arcs left, and where these begin
    return shared
