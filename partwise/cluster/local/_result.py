"""What a local clustering returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["LocalCluster"]


@dataclass(frozen=True, slots=True)
class LocalCluster:
    """A cluster around some seeds, the vector it was rounded from, and what finding it took.

    Attributes
    ----------
    cluster : int64 ndarray
        Nodes of the cluster, ascending. Never empty.
    x_idx : int64 ndarray
        Nodes where the method's vector is not zero, ascending.
    x_val : float64 ndarray as long as `x_idx`
        The vector there.
    conductance : float
        Weight of the edges that leave the cluster, over the smaller of its volume and that of the
        rest, recomputed from the graph. 1 where one of the two has no volume.
    n_touched : int
        Nodes that the method has met: those whose neighbours it has read, and these neighbours.
    touched_volume : int or float
        Summed degrees of the nodes whose neighbours it has read.
    n_pushes : int
        Elementary steps of the method; its documentation says which.
    converged : bool
        False if it stopped early: at a limit, or because the problem has no solution.
    weighted_conductance : float or None
        With attributes: weight that leaves the cluster over the weight at its nodes, both with the
        edge weights that were made from the attributes.
    """

    cluster: NDArray[np.int64] = field(repr=False)
    x_idx: NDArray[np.int64] = field(repr=False)
    x_val: NDArray[np.float64] = field(repr=False)
    conductance: float
    n_touched: int
    touched_volume: int | float
    n_pushes: int
    converged: bool
    weighted_conductance: float | None = None

    @property
    def size(self) -> int:
        """Number of nodes in the cluster."""
        return int(self.cluster.size)

    def to_dict(self, *, vector: bool = False) -> dict[str, Any]:
        """Return the result as plain Python values, ready for JSON.

        Parameters
        ----------
        vector : bool, default=False
            Whether to include `x_idx` and `x_val`, as lists.
        """
        result: dict[str, Any] = {
            "cluster": self.cluster.tolist(),
            "size": self.size,
            "conductance": self.conductance,
            "weighted_conductance": self.weighted_conductance,
            "n_touched": self.n_touched,
            "touched_volume": self.touched_volume,
            "n_pushes": self.n_pushes,
            "converged": self.converged,
        }
        if vector:
            result["x_idx"] = self.x_idx.tolist()
            result["x_val"] = self.x_val.tolist()
        return result
