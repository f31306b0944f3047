"""The rooted tree with weights on its leaves that treemaps and embeddings are made of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Literal, NoReturn, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.geometry._kernels.tree import breadth_first, group_children, sum_up
from partwise.geometry._tree_sources import TreeSources

__all__ = ["Internal", "NodeError", "Tree", "path_of", "shown_path"]

Internal = Literal["error", "add_leaf", "ignore"]
"""What happens to the own weight of a node that has children."""

_SELF = "."
"""The name of a leaf that stands for its parent's own weight."""

_LONGEST_PATH = 200
"""Characters of a path that a message shows."""


class NodeError(ValueError):
    """A node that cannot be in a tree, and its number, so that a reader can tell the line."""

    def __init__(self, node: int, reason: str) -> None:
        self.node = node
        self.reason = reason
        super().__init__(node, reason)

    def __str__(self) -> str:
        return self.reason


class Tree(TreeSources):
    """A rooted tree with weights on its leaves; it never changes.

    Made by :meth:`from_parents`, :meth:`from_paths`, :meth:`from_nested`, :meth:`from_newick`,
    :meth:`from_networkx` or :meth:`from_linkage`, or read from a file by
    :func:`partwise.geometry.read_tree`.

    Attributes
    ----------
    parents : int32 ndarray of shape (n_nodes,)
        The parent of each node, -1 for the root.
    weights : float64 ndarray of shape (n_nodes,)
        Of a leaf its weight, of another node the sum over its children.
    names : None or object ndarray of shape (n_nodes,)
        What the user calls the nodes.
    root : int
    indptr : int64 ndarray of shape (n_nodes + 1,)
    children : int32 ndarray of shape (n_nodes - 1,)
        The children of `v` are ``children[indptr[v]:indptr[v + 1]]``, ascending.
    order : int32 ndarray of shape (n_nodes,)
        Breadth-first: parents before their children, level by level.
    depths : int32 ndarray of shape (n_nodes,)
        Edges between a node and the root.

    Notes
    -----
    All arrays are the tree's own and marked read-only. Building takes O(n) time and no recursion,
    so a path of a million nodes is fine.

    Examples
    --------
    >>> tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 6, 3, 1], names=list("rabcd"))
    >>> tree
    Tree(n_nodes=5, n_leaves=3, depth=2)
    >>> tree.weights.tolist()
    [10.0, 4.0, 6.0, 3.0, 1.0]
    >>> tree.path(4)
    'r/a/d'
    """

    __slots__ = (
        "__dict__",
        "__weakref__",
        "children",
        "depths",
        "indptr",
        "names",
        "order",
        "parents",
        "root",
        "weights",
    )

    parents: NDArray[np.int32]
    weights: NDArray[np.float64]
    names: NDArray[Any] | None
    root: int
    indptr: NDArray[np.int64]
    children: NDArray[np.int32]
    order: NDArray[np.int32]
    depths: NDArray[np.int32]

    def __init__(
        self,
        parents: ArrayLike,
        weights: ArrayLike,
        names: Sequence[Any] | NDArray[Any] | None = None,
        *,
        internal: Internal = "error",
    ) -> None:
        if internal not in get_args(Internal):
            raise ValueError(f"internal must be one of {get_args(Internal)}, got {internal!r}")
        up = _as_parents(parents)
        own = _as_weights(weights, up.size)
        called = _as_names(names, up.size)
        indptr, children = _children_of(up)
        has_own = np.flatnonzero((np.diff(indptr) > 0) & (own != 0.0))
        if has_own.size and internal == "add_leaf":
            if np.isfinite(own).all() and (own >= 0.0).all():
                up = np.concatenate((up, has_own.astype(np.int32)))
                own = np.concatenate((own, own[has_own]))
                own[has_own] = 0.0
                if called is not None:
                    called = np.concatenate((called, np.full(has_own.size, _SELF, object)))
                indptr, children = _children_of(up)
        elif internal == "ignore":
            own = own.copy()
            own[has_own] = 0.0
        n = up.size
        order, depths = np.empty(n, np.int32), np.full(n, -1, np.int32)
        root = _root_of(up)
        if breadth_first(root, indptr, children, order, depths) < n:
            lost = int(np.flatnonzero(depths < 0)[0])
            raise NodeError(*_cycle_of(up, called, lost))
        for name, array in (
            ("parents", up), ("names", called), ("indptr", indptr), ("children", children),
            ("order", order), ("depths", depths),
        ):  # fmt: skip
            self._put(name, array)
        object.__setattr__(self, "root", root)
        wrong = np.flatnonzero(~(np.isfinite(own) & (own >= 0.0)))
        if wrong.size:
            raise NodeError(
                int(wrong[0]),
                f"weights must be finite and at least 0, got {own[wrong[0]]} for node "
                f"{self._called(wrong[0])}",
            )
        if has_own.size and internal == "error":
            raise NodeError(
                int(has_own[0]),
                f"weights must be on leaves, got {own[has_own[0]]} for node "
                f"{self._called(has_own[0])}, which has children; internal='add_leaf' keeps such a "
                "weight as a leaf of its own, internal='ignore' drops it",
            )
        total = own.copy()
        if not sum_up(up, order, total):
            raise NodeError(root, "weights must have a finite sum, got infinity")
        self._put("weights", total)

    def _put(self, name: str, array: NDArray[Any] | None) -> None:
        if array is not None:
            array.flags.writeable = False
        object.__setattr__(self, name, array)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"a Tree never changes; {name!r} cannot be set")

    @classmethod
    def from_parents(
        cls,
        parents: ArrayLike,
        weights: ArrayLike,
        names: Sequence[Any] | NDArray[Any] | None = None,
        *,
        internal: Internal = "error",
    ) -> Tree:
        """Return the tree in which ``parents[i]`` is the parent of node ``i``.

        Parameters
        ----------
        parents : array-like of int, shape (n,)
            -1 for the root, of which there is one.
        weights : array-like of float, shape (n,)
            Finite and at least 0; 0 for nodes that have children, unless `internal` says more.
        names : sequence of shape (n,), optional
        internal : {"error", "add_leaf", "ignore"}, default="error"
            For a node with children and a weight of its own: refuse it, keep the weight as one
            more child, or drop it. Added leaves are numbered from n, and named ``"."``.

        Raises
        ------
        ValueError
            No tree (no root or several, a cycle, a number that is no node), or a weight that is
            negative, NaN or infinite; the message gives the path of the node.
        TypeError
            Parents that are no integers, or weights that are no numbers.
        """
        return cls(parents, weights, names, internal=internal)

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.parents.size)

    @property
    def n_leaves(self) -> int:
        """Number of nodes without children."""
        return int(np.count_nonzero(self.is_leaf))

    @cached_property
    def is_leaf(self) -> NDArray[np.bool_]:
        """Whether each node has no children, shape (n_nodes,)."""
        leaf: NDArray[np.bool_] = np.diff(self.indptr) == 0
        return leaf

    @property
    def depth(self) -> int:
        """Edges between the root and the deepest node."""
        return int(self.depths[self.order[-1]])

    def path(self, node: int, separator: str = "/") -> str:
        """Return the names of the nodes from the root to `node`, or their numbers.

        After a root that is called like the separator, as that of absolute paths, comes no other.
        """
        return path_of(self.parents, self.names, node, separator)

    def children_of(self, node: int) -> NDArray[np.int32]:
        """Return the children of `node`, ascending."""
        return self.children[self.indptr[node] : self.indptr[node + 1]]

    def __repr__(self) -> str:
        return f"Tree(n_nodes={self.n_nodes}, n_leaves={self.n_leaves}, depth={self.depth})"

    def __reduce__(self) -> tuple[Any, ...]:
        own = np.where(self.is_leaf, self.weights, 0.0)
        return type(self), (self.parents, own, self.names)

    def _called(self, node: int) -> str:
        """Return how a message speaks of a node."""
        if self.names is None:
            return f"{node}"
        return f"{node} ({shown_path(self.parents, self.names, node)})"


def path_of(
    parents: NDArray[Any], names: Sequence[Any] | NDArray[Any] | None, node: int, separator: str
) -> str:
    """Return the names of the nodes from the root to `node`; see :meth:`Tree.path`.

    What is no tree yet may have cycles: the way up has no more steps than there are nodes.
    """
    steps: list[str] = []
    at = int(node)
    while at >= 0 and len(steps) < len(parents):
        steps.append(str(at if names is None else names[at]))
        at = int(parents[at])
    start = steps.pop() if len(steps) > 1 and steps[-1] == separator else ""
    return start + separator.join(reversed(steps))


def shown_path(parents: NDArray[Any], names: Sequence[Any] | NDArray[Any] | None, node: int) -> str:
    """Return the path of a node as messages show it: in quotes, of a readable length."""
    path = path_of(parents, names, node, "/")
    if len(path) > _LONGEST_PATH:
        path = f"{path[: _LONGEST_PATH // 2]}...{path[-_LONGEST_PATH // 2 :]}"
    return repr(path)


def _as_parents(parents: ArrayLike) -> NDArray[np.int32]:
    given = np.asarray(parents)
    if given.ndim != 1 or given.size == 0:
        raise ValueError(f"parents must be a sequence of at least one node, got {given.shape}")
    if given.dtype.kind not in "iu":
        raise TypeError(f"parents must be integers, got {given.dtype}")
    if given.size >= 2**31:
        raise ValueError(f"parents must have less than 2^31 nodes, got {given.size}")
    wrong = np.flatnonzero((given < -1) | (given >= given.size))
    if wrong.size:
        raise ValueError(
            f"parents must be -1 or nodes below {given.size}, got {given[wrong[0]]} for node "
            f"{wrong[0]}"
        )
    return given.astype(np.int32)


def _as_weights(weights: ArrayLike, n: int) -> NDArray[np.float64]:
    given = np.asarray(weights)
    if given.dtype.kind not in "iufb":
        raise TypeError(f"weights must be numbers, got {given.dtype}")
    if given.shape != (n,):
        raise ValueError(f"weights must have shape ({n},), one for each node, got {given.shape}")
    return given.astype(np.float64)


def _as_names(names: Sequence[Any] | NDArray[Any] | None, n: int) -> NDArray[Any] | None:
    if names is None:
        return None
    if len(names) != n:
        raise ValueError(f"names must be {n}, one for each node, got {len(names)}")
    return np.fromiter(names, object, n)  # unlike an assignment, this takes tuples as names


def _children_of(parents: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    indptr = np.zeros(parents.size + 1, np.int64)
    children = np.empty(int(np.count_nonzero(parents >= 0)), np.int32)
    group_children(parents, indptr, children)
    return indptr, children


def _root_of(parents: NDArray[np.int32]) -> int:
    roots = np.flatnonzero(parents < 0)
    if roots.size == 0:
        raise ValueError("parents must have one root (-1), got none")
    if roots.size > 1:
        raise ValueError(
            f"parents must have one root (-1), got {roots.size}: nodes {roots[0]}, {roots[1]}"
            + (", ..." if roots.size > 2 else "")
        )
    return int(roots[0])


def _cycle_of(parents: NDArray[np.int32], names: NDArray[Any] | None, node: int) -> tuple[int, str]:
    """Return a node of the cycle that `node` leads up to, and a description."""
    seen: dict[int, int] = {}
    while node not in seen:
        seen[node] = len(seen)
        node = int(parents[node])
    steps = list(seen)[seen[node] :]
    shown = [str(step if names is None else names[step]) for step in steps[:6]]
    if len(steps) > 6:
        shown.append("...")
    return node, (
        f"parents must form a tree, node {node} is its own ancestor: "
        f"{' < '.join(shown)} < {shown[0]}"
    )
