"""The hypergraph type: nets and nodes in compressed rows, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._build import as_index_vector, as_names, as_weight_vector, index_dtype
from partwise.graph._graph import _node_count, _read_only, _same

if TYPE_CHECKING:
    from scipy.sparse import csr_array

__all__ = ["Hypergraph"]


class Hypergraph:
    """Nets (hyperedges) over nodes, with optional weights; it never changes.

    Parameters
    ----------
    net_indptr : array-like of int, shape (n_nets + 1,)
        The pins of net ``e`` are ``net_pins[net_indptr[e]:net_indptr[e + 1]]``.
    net_pins : array-like of int, shape (n_pins,)
        Node numbers, in any order. A node that a net lists twice is one pin. Nets may have a single
        pin or none.
    n_nodes : int, optional
        Default: the number of node weights or names, if given, else one more than the largest pin.
    net_weights : array-like of shape (n_nets,), optional
        Finite, non-negative. A net of weight 0 stays.
    node_weights : array-like of shape (n_nodes,) or (n_nodes, n_resources), optional
        Finite, non-negative; several columns are several resources to balance.
    names : array-like of shape (n_nodes,), optional

    Attributes
    ----------
    net_indptr : ndarray of shape (n_nets + 1,), int64
    net_pins : ndarray of shape (n_pins,), int32 (int64 if n_nodes >= 2**31)
        Ascending in each net, without repetitions.
    node_indptr : ndarray of shape (n_nodes + 1,), int64
        The nets of node ``v`` are ``node_nets[node_indptr[v]:node_indptr[v + 1]]``.
    node_nets : ndarray of shape (n_pins,), int32 (int64 if n_nets >= 2**31)
        Ascending for each node.
    net_weights : None or ndarray of shape (n_nets,), int64 or float64
    node_weights : None or ndarray of shape (n_nodes,) or (n_nodes, n_resources)
    names : None or ndarray of shape (n_nodes,), int64 or object

    Raises
    ------
    ValueError, TypeError
        As for :class:`Graph`.

    Notes
    -----
    All arrays are the hypergraph's own and marked read-only. O(n_nodes + n_nets + n_pins) time.

    Examples
    --------
    >>> hypergraph = Hypergraph.from_nets([[0, 1, 2], [2, 3]])
    >>> hypergraph
    Hypergraph(n_nodes=4, n_nets=2, n_pins=5)
    >>> hypergraph.node_nets[hypergraph.node_indptr[2] : hypergraph.node_indptr[3]].tolist()
    [0, 1]
    """

    __slots__ = (
        "__weakref__",
        "_arrays",
        "names",
        "net_indptr",
        "net_pins",
        "net_weights",
        "node_indptr",
        "node_nets",
        "node_weights",
    )

    net_indptr: NDArray[np.int64]
    net_pins: NDArray[Any]
    node_indptr: NDArray[np.int64]
    node_nets: NDArray[Any]
    net_weights: NDArray[Any] | None
    node_weights: NDArray[Any] | None
    names: NDArray[Any] | None
    _arrays: tuple[NDArray[Any] | None, ...]

    def __init__(
        self,
        net_indptr: ArrayLike,
        net_pins: ArrayLike,
        *,
        n_nodes: int | None = None,
        net_weights: ArrayLike | None = None,
        node_weights: ArrayLike | None = None,
        names: ArrayLike | None = None,
    ) -> None:
        pointers = as_index_vector(net_indptr, "net_indptr").astype(np.int64)
        pins = as_index_vector(net_pins, "net_pins")
        if len(pointers) == 0:
            raise ValueError("net_indptr must have shape (n_nets + 1,), got an empty array")
        if pointers[0] != 0 or pointers[-1] != len(pins):
            raise ValueError(
                f"net_indptr must start with 0 and end with len(net_pins)={len(pins)}, got "
                f"{pointers[0]} and {pointers[-1]}"
            )
        sizes = np.diff(pointers)
        if (sizes < 0).any():
            at = int(np.argmax(sizes < 0)) + 1
            raise ValueError(f"net_indptr must not decrease, got {pointers[at]} at position {at}")
        if n_nodes is None:
            given = node_weights if node_weights is not None else names
            n_nodes = int(pins.max(initial=-1)) + 1 if given is None else len(given)  # type: ignore[arg-type]
        n = _node_count(n_nodes)
        outside = (pins < 0) | (pins >= n)
        if outside.any():
            at = int(np.argmax(outside))
            allowed = f"node numbers from 0 to {n - 1}" if n else "no pins, as n_nodes is 0"
            raise ValueError(f"net_pins[{at}] is {pins[at]}, allowed are {allowed}")

        n_nets = len(sizes)
        nets = np.repeat(np.arange(n_nets, dtype=index_dtype(n_nets)), sizes)
        checked_nets = None
        if net_weights is not None:
            checked_nets = as_weight_vector(net_weights, "net_weights", n_nets, "net")
        self._fill(
            *_rows_both_ways(nets, pins, n_nets, n),
            checked_nets,
            _as_resources(node_weights, n),
            as_names(names, n),
        )

    def _fill(self, *arrays: NDArray[Any] | None) -> None:
        put = object.__setattr__
        put(self, "_arrays", arrays)
        fields = (
            "net_indptr",
            "net_pins",
            "node_indptr",
            "node_nets",
            "net_weights",
            "node_weights",
            "names",
        )
        for field, array in zip(fields, arrays):
            put(self, field, None if array is None else _read_only(array))

    @classmethod
    def _trusted(cls, *arrays: NDArray[Any] | None) -> Hypergraph:
        """Wrap canonical arrays, in the order of ``_fill``, without a check or a copy."""
        hypergraph = cls.__new__(cls)
        hypergraph._fill(*arrays)
        return hypergraph

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a Hypergraph is frozen, cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a Hypergraph is frozen, cannot delete {name!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Hypergraph._trusted, self._arrays

    @classmethod
    def from_nets(
        cls,
        nets: Sequence[ArrayLike] | tuple[ArrayLike, ArrayLike],
        *,
        n_nodes: int | None = None,
        net_weights: ArrayLike | None = None,
        node_weights: ArrayLike | None = None,
        names: ArrayLike | None = None,
    ) -> Hypergraph:
        """Build a hypergraph from its nets.

        Parameters
        ----------
        nets : list of array-likes of int, or a tuple (net_indptr, net_pins)
            A list holds the pins of each net; a tuple is always the pair of arrays.
        n_nodes, net_weights, node_weights, names
            As for the class.
        """
        if isinstance(nets, tuple):
            if len(nets) != 2:
                raise ValueError(
                    f"nets must be a list of nets or a tuple (net_indptr, net_pins), got a tuple "
                    f"of {len(nets)}"
                )
            indptr, pins = nets
        else:
            rows = [as_index_vector(net, f"nets[{e}]") for e, net in enumerate(nets)]
            indptr = np.zeros(len(rows) + 1, np.int64)
            np.cumsum([len(row) for row in rows], out=indptr[1:])
            pins = np.concatenate(rows) if rows else np.zeros(0, np.int64)
        return cls(
            indptr,
            pins,
            n_nodes=n_nodes,
            net_weights=net_weights,
            node_weights=node_weights,
            names=names,
        )

    @classmethod
    def from_scipy(
        cls,
        matrix: Any,
        *,
        net_weights: ArrayLike | None = None,
        node_weights: ArrayLike | None = None,
        names: ArrayLike | None = None,
    ) -> Hypergraph:
        """Build the column-net hypergraph of a sparse matrix.

        Parameters
        ----------
        matrix : sparse array or matrix of shape (n_nodes, n_nets)
            Rows are nodes, columns are nets; an entry that is not zero is a pin, its value does not
            matter otherwise. Pass the transpose for the row-net hypergraph.
        net_weights, node_weights, names
            As for the class.
        """
        if not hasattr(matrix, "tocoo"):
            raise TypeError(f"expected a scipy sparse array or matrix, got {type(matrix).__name__}")
        entries = matrix.tocoo()
        n_nodes, n_nets = matrix.shape
        present = entries.data != 0
        nets, pins = entries.col[present], entries.row[present]
        order = np.argsort(nets, kind="stable")
        indptr = np.zeros(n_nets + 1, np.int64)
        np.cumsum(np.bincount(nets, minlength=n_nets), out=indptr[1:])
        return cls(
            indptr,
            pins[order],
            n_nodes=n_nodes,
            net_weights=net_weights,
            node_weights=node_weights,
            names=names,
        )

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_indptr) - 1

    @property
    def n_nets(self) -> int:
        """Number of nets."""
        return len(self.net_indptr) - 1

    @property
    def n_pins(self) -> int:
        """Number of (net, node) pairs."""
        return len(self.net_pins)

    def to_scipy(self, dtype: Any = bool) -> csr_array:
        """Return the incidence matrix, of shape (n_nodes, n_nets), as a scipy ``csr_array``."""
        from scipy.sparse import csr_array

        wide = self.n_pins >= 2**31 or self.node_nets.dtype == np.int64
        index = np.int64 if wide else np.int32
        parts = (
            np.ones(self.n_pins, dtype),
            self.node_nets.astype(index),
            self.node_indptr.astype(index),
        )
        return csr_array(parts, shape=(self.n_nodes, self.n_nets))

    def equals(self, other: object) -> bool:
        """Tell whether `other` has the same nets, in the same order, weights and names."""
        fields = ("net_indptr", "net_pins", "node_indptr", "net_weights", "node_weights", "names")
        return isinstance(other, Hypergraph) and all(
            _same(getattr(self, field), getattr(other, field)) for field in fields
        )

    def to_dict(self) -> dict[str, int | bool]:
        """Return the numbers that describe the hypergraph, ready for JSON."""
        sizes, degrees = np.diff(self.net_indptr), np.diff(self.node_indptr)
        resources = 0 if self.node_weights is None else self.node_weights[:1].reshape(1, -1).size
        if self.n_nodes == 0:
            resources = 0
        return {
            "n_nodes": self.n_nodes,
            "n_nets": self.n_nets,
            "n_pins": self.n_pins,
            "net_weighted": self.net_weights is not None,
            "n_resources": int(resources),
            "named": self.names is not None,
            "max_net_size": int(sizes.max(initial=0)),
            "max_degree": int(degrees.max(initial=0)),
            "n_isolated": int(np.count_nonzero(degrees == 0)),
        }

    def __repr__(self) -> str:
        facts = [f"n_nodes={self.n_nodes}", f"n_nets={self.n_nets}", f"n_pins={self.n_pins}"]
        facts += ["net weights"] if self.net_weights is not None else []
        facts += ["node weights"] if self.node_weights is not None else []
        facts += ["named"] if self.names is not None else []
        return f"Hypergraph({', '.join(facts)})"


def _rows_both_ways(
    nets: NDArray[Any], pins: NDArray[Any], n_nets: int, n_nodes: int
) -> tuple[NDArray[Any], ...]:
    """Sort the pins by net and by node, repeated ones taken once."""
    from partwise.kernels.csr import csr_from_edges

    # The builder makes square matrices: rows beyond the shorter side stay empty and are cut off.
    size = max(n_nets, n_nodes)
    net_indptr, net_pins, _ = csr_from_edges(size, nets, pins, None, False, 0)
    net_indptr = net_indptr[: n_nets + 1].copy()
    rows = np.repeat(np.arange(n_nets, dtype=index_dtype(n_nets)), np.diff(net_indptr))
    node_indptr, node_nets, _ = csr_from_edges(size, net_pins, rows, None, False, 0)
    return net_indptr, net_pins, node_indptr[: n_nodes + 1].copy(), node_nets


def _as_resources(node_weights: ArrayLike | None, n_nodes: int) -> NDArray[Any] | None:
    if node_weights is None:
        return None
    array = np.asarray(node_weights)
    if array.ndim != 2:
        return as_weight_vector(array, "node_weights", n_nodes, "node")
    if len(array) != n_nodes:
        raise ValueError(f"node_weights must have {n_nodes} rows, one per node, got {len(array)}")
    columns = [
        as_weight_vector(array[:, r], f"node_weights[:, {r}]", n_nodes, "node")
        for r in range(array.shape[1])
    ]
    dtype = np.float64 if array.dtype.kind == "f" else np.int64
    return np.stack(columns, axis=1).copy(order="C") if columns else np.zeros((n_nodes, 0), dtype)
