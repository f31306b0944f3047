"""The netlist type: a hypergraph whose nodes can be implemented in one of several ways."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._build import as_index_vector
from partwise.graph._graph import _read_only
from partwise.graph._hypergraph import Hypergraph
from partwise.graph._labels import check_labels

__all__ = ["Netlist"]

_LIMIT = 2**62
_EXACT = 2**53  # floats beyond it are not every integer

Nets = Sequence[ArrayLike] | tuple[ArrayLike, ArrayLike]
Personalities = Sequence[Any] | tuple[ArrayLike, ArrayLike] | NDArray[Any]


class Netlist:
    """A hypergraph whose nodes have one or more personalities; it never changes.

    A *personality* of a node is one way to implement it: how much of each resource (LUT, DSP, ...)
    it then takes. :meth:`from_arrays` and :meth:`from_hypergraph` are what you usually want; the
    class itself takes the compressed arrays.

    Parameters
    ----------
    hypergraph : Hypergraph
        Nets, net weights and names. Its node weights are left out: what a node takes is in
        `amounts`.
    personality_indptr : array-like of int, shape (n_nodes + 1,)
        The personalities of node ``v`` are the rows ``personality_indptr[v]`` to
        ``personality_indptr[v + 1] - 1`` of `amounts`; each node has at least one.
    amounts : array-like of int, shape (n_personalities, n_resources)
        Non-negative; whole floats are taken. The total of each column must be below 2**62.
    resources : sequence of str, optional
        Different, printable names, default ``"r0", "r1", ...``.

    Attributes
    ----------
    hypergraph : Hypergraph
        Without node weights.
    personality_indptr : ndarray of shape (n_nodes + 1,), int64
    amounts : ndarray of shape (n_personalities, n_resources), int64
        In C order.
    resources : tuple of str

    Raises
    ------
    ValueError
        A node without a personality, a negative or fractional amount, vectors of different
        lengths, wrong numbers of anything. The message names the node.
    TypeError
        Amounts that are no numbers, names that are no text.

    Notes
    -----
    All arrays are the netlist's own and marked read-only. Building takes O(pins + amounts) time.

    Examples
    --------
    >>> netlist = Netlist.from_arrays(
    ...     3,
    ...     [[0, 1], [1, 2]],
    ...     [[[7, 0]], [[0, 1], [90, 0]], [[5, 0]]],
    ...     resources=["LUT", "DSP"],
    ... )
    >>> netlist
    Netlist(n_nodes=3, n_nets=2, n_pins=4, n_personalities=4, resources=LUT,DSP)
    >>> netlist.usage([0, 0, 1], [0, 1, 0], 2).tolist()
    [[97, 0], [5, 0]]
    >>> netlist.cut([0, 0, 1])
    1
    """

    __slots__ = (
        "__weakref__",
        "_arrays",
        "amounts",
        "hypergraph",
        "personality_indptr",
        "resources",
    )

    hypergraph: Hypergraph
    personality_indptr: NDArray[np.int64]
    amounts: NDArray[np.int64]
    resources: tuple[str, ...]
    _arrays: tuple[NDArray[np.int64], NDArray[np.int64]]

    def __init__(
        self,
        hypergraph: Hypergraph,
        personality_indptr: ArrayLike,
        amounts: ArrayLike,
        *,
        resources: Iterable[str] | None = None,
    ) -> None:
        if not isinstance(hypergraph, Hypergraph):
            raise TypeError(f"hypergraph must be a Hypergraph, got {type(hypergraph).__name__}")
        n = hypergraph.n_nodes
        indptr = as_index_vector(personality_indptr, "personality_indptr").astype(np.int64)
        if len(indptr) != n + 1:
            raise ValueError(
                f"personality_indptr must have shape ({n + 1},), one more than n_nodes={n}, got "
                f"({len(indptr)},)"
            )
        array = np.asarray(amounts)
        if array.ndim != 2:
            raise ValueError(
                f"amounts must have shape (n_personalities, n_resources), got shape {array.shape}"
            )
        if indptr[0] != 0 or indptr[-1] != len(array):
            raise ValueError(
                f"personality_indptr must start with 0 and end with len(amounts)={len(array)}, "
                f"got {indptr[0]} and {indptr[-1]}"
            )
        counts = np.diff(indptr)
        if (counts < 0).any():
            at = int(np.argmax(counts < 0)) + 1
            raise ValueError(
                f"personality_indptr must not decrease, got {indptr[at]} at position {at}"
            )
        _check_counts(counts)
        checked = _as_amounts(array, indptr)
        names = _as_resources(resources, checked.shape[1])
        if hypergraph.node_weights is not None:
            *parts, _, labels = hypergraph._arrays
            hypergraph = Hypergraph._trusted(*parts, None, labels)
        self._fill(hypergraph, indptr, checked, names)

    def _fill(
        self,
        hypergraph: Hypergraph,
        indptr: NDArray[np.int64],
        amounts: NDArray[np.int64],
        resources: tuple[str, ...],
    ) -> None:
        put = object.__setattr__
        put(self, "hypergraph", hypergraph)
        put(self, "_arrays", (indptr, amounts))
        put(self, "personality_indptr", _read_only(indptr))
        put(self, "amounts", _read_only(amounts))
        put(self, "resources", resources)

    @classmethod
    def _trusted(
        cls,
        hypergraph: Hypergraph,
        indptr: NDArray[np.int64],
        amounts: NDArray[np.int64],
        resources: tuple[str, ...],
    ) -> Netlist:
        """Wrap checked arrays without a check or a copy; they become the netlist's.

        Kernels take them as ``netlist._arrays`` = (personality_indptr, amounts), which are not
        marked read-only: Numba compiles a kernel once more for read-only arguments.
        """
        netlist = cls.__new__(cls)
        netlist._fill(hypergraph, indptr, amounts, resources)
        return netlist

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a Netlist is frozen, cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Netlist is frozen, cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Netlist._trusted, (self.hypergraph, *self._arrays, self.resources)

    # -- constructors ------------------------------------------------------------------------------

    @classmethod
    def from_arrays(
        cls,
        n_nodes: int,
        nets: Nets,
        personalities: Personalities,
        *,
        net_weights: ArrayLike | None = None,
        resources: Iterable[str] | None = None,
        names: ArrayLike | None = None,
    ) -> Netlist:
        """Build a netlist from its nets and what each node may take.

        Parameters
        ----------
        n_nodes : int
        nets : list of array-likes of int, or a tuple (net_indptr, net_pins)
            A list holds the nodes of each net; a tuple is always the pair of arrays.
        personalities : sequence of n_nodes array-likes, or a tuple (personality_indptr, amounts)
            A sequence holds the vectors of each node, of shape (n_personalities, n_resources); a
            tuple is always the pair of arrays.
        net_weights, names
            As for :class:`partwise.graph.Hypergraph`.
        resources
            As for the class.
        """
        hypergraph = Hypergraph.from_nets(
            nets, n_nodes=n_nodes, net_weights=net_weights, names=names
        )
        return cls.from_hypergraph(hypergraph, personalities, resources=resources)

    @classmethod
    def from_hypergraph(
        cls,
        hypergraph: Hypergraph,
        personalities: Personalities | None = None,
        *,
        resources: Iterable[str] | None = None,
    ) -> Netlist:
        """Build a netlist from a hypergraph and what each of its nodes may take.

        Parameters
        ----------
        hypergraph : Hypergraph
        personalities : sequence of n_nodes array-likes, or a tuple (personality_indptr, amounts)
            As for :meth:`from_arrays`. Default: one personality for each node, its weights, which
            must be whole numbers, or 1 where the hypergraph has none.
        resources
            As for the class. Default: ``"weight"`` where there is a single one and `personalities`
            is not given.
        """
        if not isinstance(hypergraph, Hypergraph):
            raise TypeError(f"hypergraph must be a Hypergraph, got {type(hypergraph).__name__}")
        n = hypergraph.n_nodes
        if resources is not None and not isinstance(resources, str):
            resources = tuple(resources)
        if personalities is None:
            weights: Any = hypergraph.node_weights
            amounts = np.ones((n, 1), np.int64) if weights is None else weights
            amounts = amounts[:, np.newaxis] if amounts.ndim == 1 else amounts
            if resources is None and amounts.shape[1] == 1:
                resources = ("weight",)
            return cls(hypergraph, np.arange(n + 1), amounts, resources=resources)
        if isinstance(personalities, tuple):
            if len(personalities) != 2:
                raise ValueError(
                    "personalities must be a sequence of one list of vectors per node or a tuple "
                    f"(personality_indptr, amounts), got a tuple of {len(personalities)}"
                )
            indptr, amounts = personalities[0], np.asarray(personalities[1])
        else:
            width = 1 if resources is None else len(resources)
            indptr, amounts = _flatten(personalities, n, width)
        return cls(hypergraph, indptr, amounts, resources=resources)

    # -- sizes -------------------------------------------------------------------------------------

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return self.hypergraph.n_nodes

    @property
    def n_nets(self) -> int:
        """Number of nets."""
        return self.hypergraph.n_nets

    @property
    def n_pins(self) -> int:
        """Number of (net, node) pairs."""
        return self.hypergraph.n_pins

    @property
    def n_resources(self) -> int:
        """Number of resources."""
        return self.amounts.shape[1]

    @property
    def n_personalities(self) -> int:
        """Number of personalities of all nodes together."""
        return len(self.amounts)

    # -- what a choice amounts to ------------------------------------------------------------------

    def personalities_of(self, node: int) -> NDArray[np.int64]:
        """Return the personalities of `node`, of shape (p, n_resources); a read-only view."""
        v = operator.index(node)
        if not 0 <= v < self.n_nodes:
            raise ValueError(f"node must be from 0 to {self.n_nodes - 1}, got {v}")
        return self.amounts[self.personality_indptr[v] : self.personality_indptr[v + 1]]

    def chosen(self, personality: ArrayLike) -> NDArray[np.int64]:
        """Return what each node takes.

        Parameters
        ----------
        personality : array-like of int, shape (n_nodes,)
            Index of the chosen personality in each node's own list, from 0 on.

        Returns
        -------
        ndarray of shape (n_nodes, n_resources), int64

        Raises
        ------
        ValueError
            Wrong shape, or an index that the node does not have.
        TypeError
            The indices are not integers.
        """
        array = np.asarray(personality)
        n = self.n_nodes
        if array.shape != (n,):
            raise ValueError(
                f"personality must have shape ({n},), one index per node, got {array.shape}"
            )
        if n == 0:
            return np.zeros((0, self.n_resources), np.int64)
        if array.dtype.kind not in "iu":
            raise TypeError(f"personality must hold integers, got dtype {array.dtype}")
        counts = np.diff(self.personality_indptr)
        bad = (array < 0) | (array >= counts)
        if bad.any():
            at = int(np.argmax(bad))
            raise ValueError(f"personality[{at}] is {array[at]}, allowed are 0 to {counts[at] - 1}")
        rows = self.personality_indptr[:-1] + array.astype(np.int64)
        return np.take(self.amounts, rows, axis=0)

    def usage(self, labels: ArrayLike, personality: ArrayLike, n_parts: int) -> NDArray[np.int64]:
        """Return how much of each resource each block takes.

        Parameters
        ----------
        labels : array-like of int, shape (n_nodes,)
            Block of each node, from 0 to n_parts - 1.
        personality : array-like of int, shape (n_nodes,)
            As for :meth:`chosen`.
        n_parts : int
            Number of blocks.

        Returns
        -------
        ndarray of shape (n_parts, n_resources), int64
        """
        part, k = check_labels(labels, self.n_nodes, n_parts)
        rows = self.chosen(personality)
        usage = np.zeros((self.n_resources, k), np.int64)
        for r in range(self.n_resources):
            np.add.at(usage[r], part, rows[:, r])
        return usage.T.copy()

    def cut(self, labels: ArrayLike) -> int | float:
        """Return the summed weight of the nets that touch more than one block.

        Parameters
        ----------
        labels : array-like of int, shape (n_nodes,)
            Block of each node, from 0 on.

        Returns
        -------
        int or float
            Exact if the net weights are integers. O(pins) time.
        """
        part, _ = check_labels(labels, self.n_nodes)
        pins = part[self.hypergraph.net_pins]
        filled = np.flatnonzero(np.diff(self.hypergraph.net_indptr))
        if len(filled) == 0:
            return self._weight_of(filled)
        starts = self.hypergraph.net_indptr[filled]
        lowest, highest = np.minimum.reduceat(pins, starts), np.maximum.reduceat(pins, starts)
        return self._weight_of(filled[lowest != highest])

    def connectivity(self, labels: ArrayLike) -> int | float:
        """Return the sum over all nets of weight times (blocks touched - 1).

        Parameters
        ----------
        labels : array-like of int, shape (n_nodes,)
            Block of each node, from 0 on.

        Returns
        -------
        int or float
            Exact if the net weights are integers. O(pins log(pins)) time.
        """
        part, k = check_labels(labels, self.n_nodes)
        sizes = np.diff(self.hypergraph.net_indptr)
        keys = np.repeat(np.arange(self.n_nets, dtype=np.int64) * k, sizes)
        keys += part[self.hypergraph.net_pins]
        keys.sort()
        first = np.ones(len(keys), np.bool_)
        first[1:] = keys[1:] != keys[:-1]
        spans = np.bincount(keys[first] // max(k, 1), minlength=self.n_nets)
        weights = self.hypergraph.net_weights
        if weights is None:
            return int(spans.sum() - np.count_nonzero(spans))
        # The weights of one span stay below 2**62; Python's integers cannot overflow after that.
        totals = np.zeros(int(spans.max(initial=0)) + 1, weights.dtype)
        np.add.at(totals, spans, weights)
        return sum((s * w for s, w in enumerate(totals[1:].tolist())), totals.dtype.type(0).item())

    def _weight_of(self, nets: NDArray[np.int64]) -> int | float:
        weights = self.hypergraph.net_weights
        if weights is None:
            return len(nets)
        total: int | float = weights[nets].sum().item()
        return total

    # -- the rest ----------------------------------------------------------------------------------

    def equals(self, other: object) -> bool:
        """Tell whether `other` has the same nets, personalities, in the same order, and names."""
        return (
            isinstance(other, Netlist)
            and self.resources == other.resources
            and np.array_equal(self.personality_indptr, other.personality_indptr)
            and np.array_equal(self.amounts, other.amounts)
            and self.hypergraph.equals(other.hypergraph)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers that describe the netlist, ready for JSON."""
        counts = np.diff(self.personality_indptr)
        return self.hypergraph.to_dict() | {
            "n_resources": self.n_resources,
            "resources": list(self.resources),
            "n_personalities": self.n_personalities,
            "max_personalities": int(counts.max(initial=0)),
            "n_flexible": int(np.count_nonzero(counts > 1)),
        }

    def __repr__(self) -> str:
        facts = [f"n_nodes={self.n_nodes}", f"n_nets={self.n_nets}", f"n_pins={self.n_pins}"]
        facts += [f"n_personalities={self.n_personalities}"]
        facts += [f"resources={','.join(self.resources)}"]
        facts += ["net weights"] if self.hypergraph.net_weights is not None else []
        facts += ["named"] if self.hypergraph.names is not None else []
        return f"Netlist({', '.join(facts)})"


def _check_counts(counts: NDArray[np.int64]) -> None:
    if (counts == 0).any():
        at = int(np.argmax(counts == 0))
        raise ValueError(f"personalities[{at}] is empty; every node needs at least one")


def _flatten(
    personalities: Any, n_nodes: int, width: int
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return (indptr, amounts) of one list of vectors per node; `width` is that of no vectors."""
    if isinstance(personalities, (str, bytes)) or not hasattr(personalities, "__len__"):
        raise TypeError(
            "personalities must be a sequence of one list of vectors per node, got "
            f"{type(personalities).__name__}"
        )
    if len(personalities) != n_nodes:
        raise ValueError(
            f"personalities must hold {n_nodes} lists, one per node, got {len(personalities)}"
        )
    indptr = np.zeros(n_nodes + 1, np.int64)
    try:
        np.cumsum(np.fromiter(map(len, personalities), np.int64, n_nodes), out=indptr[1:])
        amounts = np.array(list(chain.from_iterable(personalities)))
    except (TypeError, ValueError):
        raise _fault(personalities) from None
    if n_nodes > 0:
        _check_counts(np.diff(indptr))
    elif amounts.size == 0:
        amounts = np.zeros((0, width), np.int64)
    if amounts.ndim != 2 or amounts.dtype.kind not in "iuf":
        raise _fault(personalities)
    return indptr, amounts


def _fault(personalities: Any) -> ValueError | TypeError:
    """Describe the first node whose personalities are no vectors, or not of the first's length."""
    width = -1
    for v, vectors in enumerate(personalities):
        if not hasattr(vectors, "__len__"):
            return TypeError(
                f"personalities[{v}] must be a list of vectors, got {type(vectors).__name__}"
            )
        if len(vectors) == 0:
            return ValueError(f"personalities[{v}] is empty; every node needs at least one")
        for j, vector in enumerate(vectors):
            where = f"personalities[{v}][{j}]"
            try:
                row = np.asarray(vector)
            except ValueError:
                row = np.zeros((0, 0))
            if row.ndim != 1:
                found = f"shape {row.shape}" if row.ndim else repr(vector)
                return ValueError(
                    f"{where} must be a vector of amounts, one per resource, got {found}"
                )
            if width < 0:
                width = len(row)
            if len(row) != width:
                return ValueError(
                    f"{where} has {len(row)} amounts, personalities[0][0] has {width}; all must "
                    "be equally long"
                )
            if row.size and row.dtype.kind == "O" and all(isinstance(x, int) for x in row):
                return ValueError(f"{where} is {list(row)}, allowed are amounts below 2**62")
            if row.size and row.dtype.kind not in "iuf":
                return TypeError(f"{where} must hold integers, got dtype {row.dtype}")
    return ValueError("personalities must hold vectors of non-negative integers")


def _as_amounts(array: NDArray[Any], indptr: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return checked amounts as a new C-ordered int64 array."""
    kind = array.dtype.kind
    if kind not in "iuf" and array.size:
        raise TypeError(f"amounts must hold integers, got dtype {array.dtype}")
    if array.shape[1] == 0:
        raise ValueError("amounts must have at least one column, one per resource, got none")
    if array.size == 0:
        return np.zeros(array.shape, np.int64)
    # A NaN makes the first comparison false, so passes without temporaries settle it.
    high = _EXACT if kind == "f" else _LIMIT - 1
    in_range = bool(array.min() >= 0 and array.max() <= high)
    if not in_range or (kind == "f" and bool((array != np.floor(array)).any())):
        good = (array >= 0) & (array <= high)
        if kind == "f":
            good &= array == np.floor(array)
        p, r = divmod(int(np.argmin(good)), array.shape[1])
        v = int(np.searchsorted(indptr, p, side="right")) - 1
        limit = "2**53 as floats" if kind == "f" and array[p, r] > high else "2**62"
        raise ValueError(
            f"personalities[{v}][{p - indptr[v]}] holds {array[p, r]} of resource {r}, allowed are "
            f"integers from 0 to {limit}"
        )
    result = array.astype(np.int64, order="C")
    if _first_overflow(result) is not None:
        totals = result.sum(axis=0, dtype=np.float64)
        r = int(np.argmax(totals))
        raise ValueError(
            f"the amounts of resource {r} sum to {totals[r]:.3g}, allowed are sums below 2**62"
        )
    return result


def _first_overflow(amounts: NDArray[np.int64]) -> int | None:
    """Return the first row by which the sum of a column reaches 2**62, if any does."""
    if amounts.size == 0 or int(amounts.max()) <= (_LIMIT - 1) // len(amounts):
        return None
    # Sums may wrap around later on, but not before they reach 2**62 for the first time.
    over = (np.cumsum(amounts, axis=0) >= _LIMIT).any(axis=1)
    return int(np.argmax(over)) if over.any() else None


def _as_resources(resources: Iterable[str] | None, n_resources: int | None) -> tuple[str, ...]:
    """Check names, and how many there are unless `n_resources` is None."""
    if resources is None:
        assert n_resources is not None
        return tuple(f"r{r}" for r in range(n_resources))
    if isinstance(resources, str):
        raise TypeError(f"resources must be a sequence of names, got the text {resources!r}")
    names = tuple(resources)
    for r, name in enumerate(names):
        if not isinstance(name, str):
            raise TypeError(f"resources[{r}] must be text, got {type(name).__name__}")
        if not name or not name.isprintable() or name != name.strip():
            raise ValueError(
                f"resources[{r}] is {name!r}, allowed is printable text that neither starts nor "
                "ends with a blank"
            )
        if name in names[:r]:
            raise ValueError(f"resources[{r}] is {name!r}, which is there already")
    if n_resources is not None and len(names) != n_resources:
        raise ValueError(
            f"resources must hold {n_resources} names, one per column of amounts, got {len(names)}"
        )
    return names
