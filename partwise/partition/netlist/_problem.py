"""What a partition of a netlist must obey, and the netlist in the form of the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from partwise.partition.netlist._netlist import Netlist

__all__ = ["Constraint", "LevelNetlist", "constraint_of", "level_of", "target_of"]

TOLERANCE = 1e-9  # relative, of limits that are not whole numbers
_GAIN_TOTAL = 2**36  # what net weights sum to at most: a heap key holds a gain and a time stamp


class LevelNetlist(NamedTuple):
    """One level of the hierarchy: nets both ways, and the personalities of its nodes."""

    net_ptr: NDArray[np.int64]
    pins: NDArray[np.uint32]
    node_ptr: NDArray[np.int64]
    nets: NDArray[np.uint32]
    weights: NDArray[np.int64]
    pers_ptr: NDArray[np.int64]
    amounts: NDArray[np.int64]

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_ptr.size - 1)


@dataclass(frozen=True, slots=True)
class Constraint:
    """Limits of every block b in every resource r: ``base[b, r] + slope[b] * W_r``.

    ``W_r`` is what all nodes use of resource r under the personalities they have now, so that the
    balance form ``max_b W_r(b) <= (1 + balance) / k * W_r`` is covered as well as capacities.

    Attributes
    ----------
    base : float64 ndarray of shape (k, R)
    slope : float64 ndarray of shape (k,)
    """

    base: NDArray[np.float64]
    slope: NDArray[np.float64]

    @property
    def n_parts(self) -> int:
        """Number of blocks."""
        return int(self.base.shape[0])

    @property
    def is_balance(self) -> bool:
        """Whether limits follow the totals instead of being given as capacities."""
        return bool(self.slope.size) and self.slope[0] > 0

    def limits(self, totals: ArrayLike) -> NDArray[np.float64]:
        """Return the limits, shape (k, R), where all blocks together use `totals`, shape (R,)."""
        limits: NDArray[np.float64] = self.base + self.slope[:, None] * np.asarray(totals)
        return limits

    def violation(self, usage: NDArray[Any]) -> NDArray[np.float64]:
        """Return by how much `usage`, shape (k, R), exceeds the limits; 0 within the tolerance."""
        limits = self.limits(usage.sum(axis=0))
        over = usage - limits
        over[over <= TOLERANCE * limits] = 0.0
        return over

    def feasible(self, usage: NDArray[Any]) -> bool:
        """Tell whether `usage`, shape (k, R), is within the limits."""
        return not self.violation(usage).any()


def constraint_of(
    netlist: Netlist, n_parts: int, capacities: ArrayLike | None, balance: float
) -> Constraint:
    """Return the limits that the arguments ask for.

    Raises
    ------
    ValueError
        `capacities` of another shape than (R,) or (k, R), or negative or NaN; or a `balance` that
        is negative or not finite.
    """
    n_resources = netlist.n_resources
    if capacities is None:
        if not (np.isfinite(balance) and balance >= 0):
            raise ValueError(f"balance must be a finite number of at least 0, got {balance}")
        return Constraint(
            np.zeros((n_parts, n_resources)), np.full(n_parts, (1.0 + balance) / n_parts)
        )
    given = np.asarray(capacities, dtype=np.float64)
    if given.shape not in ((n_resources,), (n_parts, n_resources)):
        raise ValueError(
            f"capacities must have shape ({n_resources},), for every block, or "
            f"({n_parts}, {n_resources}), one row per block, got {given.shape}"
        )
    if not (given >= 0).all():
        at = tuple(int(i) for i in np.argwhere(~(given >= 0))[0])
        raise ValueError(f"capacities must be at least 0, got {given[at]} at position {at}")
    base = np.broadcast_to(np.minimum(given, 2.0**62), (n_parts, n_resources)).copy()
    return Constraint(base, np.zeros(n_parts))


def target_of(
    netlist: Netlist, target_ratio: ArrayLike | None, capacities: ArrayLike | None, n_parts: int
) -> NDArray[np.float64] | None:
    """Return the target shares of the resources, summing to 1, or None where there is no target.

    Raises
    ------
    ValueError
        `target_ratio` of another shape than (R,), or with a number that is not positive.
    """
    if target_ratio is None:
        if capacities is None:
            return None
        shared = np.asarray(capacities, dtype=np.float64)
        ratio = shared if shared.ndim == 1 else shared.sum(axis=0)
        if not (np.isfinite(ratio).all() and (ratio > 0).all()):
            return None
        return ratio / ratio.sum()
    ratio = np.asarray(target_ratio, dtype=np.float64)
    if ratio.shape != (netlist.n_resources,):
        raise ValueError(
            f"target_ratio must have shape ({netlist.n_resources},), one number per resource, "
            f"got {ratio.shape}"
        )
    if not (np.isfinite(ratio).all() and (ratio > 0).all()):
        at = int(np.argmin(np.isfinite(ratio) & (ratio > 0)))
        raise ValueError(f"target_ratio must be positive, got {ratio[at]} at position {at}")
    return ratio / ratio.sum()


def level_of(netlist: Netlist) -> LevelNetlist:
    """Return the finest level: nets of one pin dropped, weights as integers.

    Weights that are not whole numbers are rounded to one part in 2^36 of their sum.
    """
    hypergraph = netlist.hypergraph
    sizes = np.diff(hypergraph.net_indptr)
    weights = hypergraph.net_weights
    if weights is None:
        weights = np.ones(sizes.size, dtype=np.int64)
    kept = (sizes > 1) & (weights > 0)
    pins = hypergraph.net_pins[np.repeat(kept, sizes)].astype(np.uint32)
    net_ptr = np.zeros(int(kept.sum()) + 1, dtype=np.int64)
    np.cumsum(sizes[kept], out=net_ptr[1:])
    weights = weights[kept]
    if weights.dtype.kind == "f" or float(weights.sum()) > _GAIN_TOTAL:
        if weights.dtype.kind == "f" and np.array_equal(weights, np.rint(weights)):
            scale = min(1.0, _GAIN_TOTAL / float(weights.sum()))
        else:
            scale = _GAIN_TOTAL / float(weights.sum())
        weights = np.maximum(np.rint(weights * scale), 1.0)
    return LevelNetlist(
        net_ptr,
        pins,
        *_incidence(net_ptr, pins, netlist.n_nodes),
        weights.astype(np.int64),
        *netlist._arrays,  # writeable, as the arrays of coarser levels are: one type, compiled once
    )


def _incidence(
    net_ptr: NDArray[np.int64], pins: NDArray[np.uint32], n_nodes: int
) -> tuple[NDArray[np.int64], NDArray[np.uint32]]:
    """Return the nets of every node, ascending."""
    node_ptr = np.zeros(n_nodes + 1, dtype=np.int64)
    np.cumsum(np.bincount(pins, minlength=n_nodes), out=node_ptr[1:])
    nets = np.repeat(np.arange(net_ptr.size - 1, dtype=np.uint32), np.diff(net_ptr))
    return node_ptr, nets[np.argsort(pins, kind="stable")]
