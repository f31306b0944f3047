"""What a treemap method works on: the regions to draw, sorted, numbered level by level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from partwise.geometry._kernels.plan import by_parent, depths_of, lay_plan
from partwise.geometry._tree import Tree

__all__ = ["Plan", "make_plan"]


@dataclass(frozen=True, eq=False)
class Plan:
    """The regions of a treemap, numbered breadth-first.

    Nodes of weight 0 have no region, and an only child shares the region of its parent (unless
    the plan was made without contraction). Regions of siblings are consecutive, which makes a
    range of numbers of every list of children.

    Attributes
    ----------
    tree : Tree
    region : int32 ndarray of shape (n_nodes,)
        The region of every node of the tree, -1 for none.
    top : int32 ndarray of shape (n_regions,)
        The highest node of each region.
    first, count : int32 ndarrays of shape (n_regions,)
        The children of region ``i`` are ``first[i]``, ..., ``first[i] + count[i] - 1``.
    parent : int32 ndarray of shape (n_regions,)
        -1 for region 0, the root.
    share : float64 ndarray of shape (n_regions,)
        Weight over that of the root.
    level : int32 ndarray of shape (n_regions,)
        Edges between a region and region 0.
    height : int
        The largest level.
    """

    tree: Tree
    region: NDArray[np.int32]
    top: NDArray[np.int32]
    first: NDArray[np.int32]
    count: NDArray[np.int32]
    parent: NDArray[np.int32]
    share: NDArray[np.float64]
    level: NDArray[np.int32]
    height: int

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(self.top.size)


def make_plan(
    tree: Tree, *, by_weight: bool = True, contract: bool = True, before: Plan | None = None
) -> Plan:
    """Return the regions of `tree`.

    Parameters
    ----------
    tree : Tree
    by_weight : bool, default=True
        Sort siblings by descending weight, equal ones by number; otherwise only by number.
    contract : bool, default=True
        Let an only child share the region of its parent.

    before : Plan, optional
        Of the same tree with other weights: siblings keep their order, unless there are new ones
        among them.

    Raises
    ------
    ValueError
        All weights are 0.

    Notes
    -----
    O(n log n) time for the sort, O(n) without.
    """
    n = tree.n_nodes
    children = tree.children
    if by_weight:
        rank = -tree.weights
        if before is not None:
            new = (before.region < 0) & (tree.weights > 0.0)
            joined = np.zeros(n + 1, bool)  # the last entry is that of the root's parent, -1
            joined[tree.parents[new]] = True
            rank = np.where(joined[tree.parents], rank, before.region)
        ranked = np.argsort(rank, kind="stable")
        children = np.empty_like(children)
        by_parent(tree.parents, ranked, tree.indptr, children)
        children.flags.writeable = False
    region, top, first, count, parent = (np.empty(n, np.int32) for _ in range(5))
    share = np.empty(n)
    m = lay_plan(
        tree.root, tree.indptr, children, tree.weights, contract,
        region, top, first, count, parent, share,
    )  # fmt: skip
    if m == 0:
        raise ValueError("weights must have a positive sum, got 0 for the whole tree")
    level = np.empty(m, np.int32)
    height = depths_of(parent[:m], level)
    return Plan(
        tree, region, top[:m], first[:m], count[:m], parent[:m], share[:m], level, int(height),
    )  # fmt: skip
