"""What a partitioner of netlists returns."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from partwise.partition.netlist._netlist import Netlist
    from partwise.partition.netlist._problem import Constraint

__all__ = ["NetlistPartition", "deviation_of", "make_result"]


@dataclass(frozen=True, slots=True)
class NetlistPartition:
    """Block and personality of every node of a netlist, with the numbers a user asks next.

    The numbers are computed from labels, personalities and the netlist as given, not taken from
    the solver.

    Attributes
    ----------
    labels : int32 ndarray of shape (n,)
        Block of every node, in ``range(n_parts)``.
    personality : int32 ndarray of shape (n,)
        Which of its own personalities every node has.
    initial_personality : int32 ndarray of shape (n,)
        The static mapping that the search started from.
    n_parts : int
        Number of blocks asked for.
    resources : tuple of str
        Names of the resources.
    cut : int or float
        Summed weight of the nets with pins in more than one block.
    connectivity : int or float
        Sum over nets of weight times (number of blocks touched - 1), also called km1.
    usage : int64 ndarray of shape (k, R)
        What the nodes of every block use of every resource.
    limits : float64 ndarray of shape (k, R)
        What they may use: the capacities, or what the balance allows of the present totals.
    violation : float64 ndarray of shape (k, R)
        By how much usage exceeds the limits; 0 where it does not.
    feasible : bool
        Whether all limits hold.
    target : float64 ndarray of shape (R,) or None
        Target amounts ``T_r``: the target ratio times the summed usage. None without a target.
    deviation : float
        Root mean square over the resources of ``(W_r - T_r) / T_r``; NaN without a target.
    method : str
        What made the partition.
    n_starts : int
        Starts that were run.
    optimal : bool or None
        Whether the cut is proven to be the smallest possible; None if that was not asked.
    lower_bound : float or None
        Proven lower bound of the objective, where one is known.
    seconds : float
        Wall time of the call.
    seed : int
        Seed with which the call can be repeated.
    """

    labels: NDArray[np.int32] = field(repr=False)
    personality: NDArray[np.int32] = field(repr=False)
    initial_personality: NDArray[np.int32] = field(repr=False)
    n_parts: int
    resources: tuple[str, ...]
    cut: int | float
    connectivity: int | float
    usage: NDArray[np.int64] = field(repr=False)
    limits: NDArray[np.float64] = field(repr=False)
    violation: NDArray[np.float64] = field(repr=False)
    feasible: bool
    target: NDArray[np.float64] | None = field(repr=False)
    deviation: float
    method: str
    n_starts: int
    optimal: bool | None
    lower_bound: float | None
    seconds: float
    seed: int

    @property
    def utilisation(self) -> NDArray[np.float64]:
        """``usage / limits``, shape (k, R): 1 is full, 0 is unused whatever the limit."""
        used = self.usage > 0
        result = np.zeros(self.usage.shape)
        with np.errstate(divide="ignore"):
            np.divide(self.usage, self.limits, out=result, where=used)
        return result

    @property
    def changed(self) -> NDArray[np.int64]:
        """Nodes whose personality is another than in the mapping the search started from."""
        return np.flatnonzero(self.personality != self.initial_personality)

    def to_dict(self, *, labels: bool = False) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON.

        Parameters
        ----------
        labels : bool, default=False
            Whether to include the labels and the personalities, as lists.
        """

        def by_block(table: NDArray[Any]) -> list[dict[str, Any]]:
            return [dict(zip(self.resources, row)) for row in table.tolist()]

        result: dict[str, Any] = {
            "n_parts": self.n_parts,
            "cut": self.cut,
            "connectivity": self.connectivity,
            "feasible": self.feasible,
            "usage": by_block(self.usage),
            "limits": by_block(self.limits),
            "utilisation": by_block(self.utilisation),
            "violation": by_block(self.violation),
            "target": None
            if self.target is None
            else dict(zip(self.resources, self.target.tolist())),
            "deviation": None if math.isnan(self.deviation) else self.deviation,
            "n_changed": int(self.changed.size),
            "method": self.method,
            "n_starts": self.n_starts,
            "optimal": self.optimal,
            "lower_bound": self.lower_bound,
            "seconds": self.seconds,
            "seed": self.seed,
        }
        if labels:
            result["labels"] = self.labels.tolist()
            result["personality"] = self.personality.tolist()
        return result


def deviation_of(totals: NDArray[Any], ratio: NDArray[np.float64] | None) -> float:
    """Return the root mean square over r of ``(W_r - T_r) / T_r``, ``T_r = ratio_r * sum W``."""
    if ratio is None:
        return math.nan
    target = ratio * totals.sum()
    if not target.all():
        return 0.0 if not totals.any() else math.inf
    return float(np.sqrt(np.mean(((totals - target) / target) ** 2)))


def make_result(
    netlist: Netlist,
    labels: NDArray[np.int32],
    personality: NDArray[np.int32],
    *,
    constraint: Constraint,
    target_ratio: NDArray[np.float64] | None,
    initial_personality: NDArray[np.int32],
    method: str,
    n_starts: int,
    started: float,
    seed: int,
    optimal: bool | None = None,
    lower_bound: float | None = None,
) -> NetlistPartition:
    """Measure labels and personalities against the netlist as given.

    Parameters
    ----------
    target_ratio : float64 ndarray of shape (R,) or None
        Target shares, summing to 1.
    started : float
        ``time.perf_counter()`` when the call began.
    """
    usage = netlist.usage(labels, personality, constraint.n_parts)
    totals = usage.sum(axis=0)
    violation = constraint.violation(usage)
    return NetlistPartition(
        labels=labels,
        personality=personality,
        initial_personality=initial_personality,
        n_parts=constraint.n_parts,
        resources=netlist.resources,
        cut=netlist.cut(labels),
        connectivity=netlist.connectivity(labels),
        usage=usage,
        limits=constraint.limits(totals),
        violation=violation,
        feasible=not violation.any(),
        target=None if target_ratio is None else target_ratio * totals.sum(),
        deviation=deviation_of(totals, target_ratio),
        method=method,
        n_starts=n_starts,
        optimal=optimal,
        lower_bound=lower_bound,
        seconds=time.perf_counter() - started,
        seed=seed,
    )
