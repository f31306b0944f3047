"""Partitions of a box of R^d into fat boxes, one for each node of a tree, with slack in volume."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.geometry._plan import make_plan
from partwise.geometry._tree import Tree
from partwise.geometry.boxes._kernels.split import slack_boxes

__all__ = ["BoxPartition", "check_eps", "slack_partition"]


@dataclass(frozen=True, eq=False)
class BoxPartition:
    """A box of R^d for every node of a tree, inside that of its parent.

    Returned by :func:`slack_partition`. Nodes of weight 0, or so little that their part of the
    root's underflows, have no box: NaN.

    Attributes
    ----------
    tree : Tree
    dim : int
    eps : float
        A child has at least ``1 - eps`` of its part of the volume of its parent's box.
    trim : bool
        Whether boxes that had more than their share were shrunk to it.
    bound : float
        Proven for the ratio of sides of every box: the larger of the root's and ``1 / eps``.
    lower, upper : float64 ndarrays of shape (n_nodes, dim)
        The corners. Untrimmed boxes of siblings share coordinates to the bit.
    sides : float64 ndarray of shape (n_nodes, dim)
        ``upper - lower``, with all digits also where a box is small against its coordinates.
    """

    tree: Tree
    dim: int
    eps: float
    trim: bool
    bound: float
    lower: NDArray[np.float64] = field(repr=False)
    upper: NDArray[np.float64] = field(repr=False)
    sides: NDArray[np.float64] = field(repr=False)

    @cached_property
    def volumes(self) -> NDArray[np.float64]:
        """Volume of the box of each node, shape (n_nodes,); 0 without a box."""
        volumes: NDArray[np.float64] = np.nan_to_num(np.prod(self.sides, axis=1))
        return volumes

    @cached_property
    def shares(self) -> NDArray[np.float64]:
        """Weight of each node over that of the root, shape (n_nodes,)."""
        shares: NDArray[np.float64] = self.tree.weights / self.tree.weights[self.tree.root]
        return shares

    @cached_property
    def ratios(self) -> NDArray[np.float64]:
        """Longest over shortest side of each box, shape (n_nodes,).

        NaN without a box, and where a side is below 1e-300 and counts as 0.
        """
        shortest = self.sides.min(axis=1)
        shortest[shortest == 0.0] = np.nan
        ratios: NDArray[np.float64] = self.sides.max(axis=1) / shortest
        return ratios

    @property
    def lost_volume(self) -> float:
        """What leaves lack of their exact volumes, added up; at most the root's volume.

        Untrimmed, other leaves have it; trimmed, it belongs to nobody.
        """
        leaves = self.tree.is_leaf
        whole = self.volumes[self.tree.root]
        lack = self.shares[leaves] * whole - self.volumes[leaves]
        return float(np.maximum(lack, 0.0).sum())

    @cached_property
    def degenerate(self) -> NDArray[np.bool_]:
        """Whether a side of the box is below 1e-7 of the root's longest, shape (n_nodes,).

        There corners are too coarse for volumes and ratios; `sides` still are right.
        """
        small: NDArray[np.bool_] = self.sides.min(axis=1) < 1e-7 * self.sides[self.tree.root].max()
        return small

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers of the partition as plain Python values, ready for JSON."""
        whole = float(self.volumes[self.tree.root])
        return {
            "n_nodes": self.tree.n_nodes,
            "n_leaves": self.tree.n_leaves,
            "depth": self.tree.depth,
            "dim": self.dim,
            "eps": self.eps,
            "trim": self.trim,
            "bound": self.bound,
            "max_ratio": float(np.nanmax(self.ratios)),
            "volume": whole,
            "lost_volume": self.lost_volume,
            "lost_fraction": self.lost_volume / whole,
            "n_degenerate": int(np.count_nonzero(self.degenerate)),
        }


def slack_partition(
    tree: Tree,
    dim: int,
    eps: float | Literal["depth"] = 1 / 3,
    box: ArrayLike | None = None,
    trim: bool = False,
) -> BoxPartition:
    """Give every node of `tree` a box of R^d whose sides differ by a bounded factor.

    Boxes of exact volume cannot be fat: two children of weights 1 and n force a ratio of n. Here a
    child may have up to a part `eps` less than its part of its parent's box, and then no ratio
    exceeds the larger of the root's and ``1 / eps``.

    Parameters
    ----------
    tree : Tree
    dim : int
        Dimension d of the space, at least 1.
    eps : float or "depth", default=1/3
        Above 0, at most 1/3. "depth" is ``1 / max(3, depth)``, with which every leaf keeps at least
        8/27 of its exact volume.
    box : array-like of shape (2, dim), optional
        Lower and upper corner of the root's box, by default the unit cube.
    trim : bool, default=False
        What one child lacks, its siblings have too much. False leaves it to them, and children tile
        their parent; True shrinks about its centre every box that has more than its exact volume,
        and leaves gaps.

    Returns
    -------
    BoxPartition

    Raises
    ------
    ValueError
        An `eps` or a `box` out of range, or a tree without weight.
    TypeError
        `tree` is no Tree, or `dim` no integer.

    Notes
    -----
    The children of a node are cut off in turn, always across the longest side (of several that
    agree to 1e-12 the first): the heaviest if it has at least a third of what is left, at its
    fraction of the volume but at most ``1 - eps``; otherwise all are dealt out, heaviest first, to
    two groups, each time to the lighter, and each group has a third at least. So both pieces of a
    cut have a fraction of at least `eps`, which bounds the ratio, and only a child with more than
    ``1 - eps`` of its group lacks volume: a leaf has at least ``(1 - eps) ** depth`` of its exact
    volume. Equal weights keep the order of their numbers.

    The method, with its constants, reconstructs the theorem of the paper on hyper-rectangular
    partitions with slack; it is not the paper's text. O(n log n) time to sort siblings, and
    O(dim + log(W / w)) for a node of weight w among siblings of weight W; nothing recurses.

    References
    ----------
    M. de Berg, K. Onak, A. Sidiropoulos, "Fat polygonal partitions with applications to
    visualization and embeddings", Journal of Computational Geometry 4(1), 2013, arXiv 1009.1866.

    Examples
    --------
    >>> from partwise.geometry import Tree, slack_partition
    >>> tree = Tree.from_parents([-1, 0, 0], [0, 7, 1])
    >>> boxes = slack_partition(tree, 2, eps=0.25)
    >>> boxes.upper.tolist()
    [[1.0, 1.0], [0.75, 1.0], [1.0, 1.0]]
    >>> float(boxes.ratios.max()), boxes.bound, boxes.lost_volume
    (4.0, 4.0, 0.125)
    """
    if not isinstance(tree, Tree):
        raise TypeError(f"tree must be a Tree, got {type(tree).__name__}")
    dim = check_count("dim", dim)
    slack = 1 / max(3, tree.depth) if isinstance(eps, str) and eps == "depth" else check_eps(eps)
    corners = _as_box(box, dim)
    plan = make_plan(tree)
    shape = (plan.n_regions, dim)
    lower, upper, sides = np.empty(shape), np.empty(shape), np.empty(shape)
    lower[0], upper[0], sides[0] = corners[0], corners[1], corners[1] - corners[0]
    weights = tree.weights[plan.top]
    slack_boxes(plan.first, plan.count, weights, slack, bool(trim), lower, upper, sides)
    bound = max(float(sides[0].max() / sides[0].min()), 1.0 / slack)
    of_nodes = [_per_node(rows, plan.region) for rows in (lower, upper, sides)]
    return BoxPartition(tree, dim, slack, bool(trim), bound, *of_nodes)


def check_eps(eps: Any) -> float:
    """Return `eps` as a number above 0 and at most 1/3."""
    if isinstance(eps, str):
        raise ValueError(f"eps must be a number or 'depth', got {eps!r}")
    number = float(eps)
    if not 0.0 < number <= 1 / 3:
        raise ValueError(f"eps must be above 0 and at most 1/3, got {eps}")
    return number


def _as_box(box: ArrayLike | None, dim: int) -> NDArray[np.float64]:
    if box is None:
        return np.stack((np.zeros(dim), np.ones(dim)))
    corners = np.asarray(box, np.float64)
    if corners.shape != (2, dim):
        raise ValueError(
            f"box must be its lower and its upper corner, of shape (2, {dim}), got {corners.shape}"
        )
    if not (np.isfinite(corners).all() and (corners[0] < corners[1]).all()):
        raise ValueError(
            f"box must be finite and have sides above 0, got {corners[0]} to {corners[1]}"
        )
    return corners


def _per_node(rows: NDArray[np.float64], region: NDArray[np.int32]) -> NDArray[np.float64]:
    """Spread rows of regions over the nodes of the tree, NaN where there is none."""
    spread = rows[region]
    spread[region < 0] = np.nan
    spread.flags.writeable = False
    return spread
