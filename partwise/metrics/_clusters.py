"""Labels of clusters, noise included, and the sums that the quality of a clustering is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.graph._graph import Graph

__all__ = ["NOISE", "ClusterSums", "check_noise", "cluster_labels", "cluster_sums"]

#: What can be done with the label -1.
NOISE = ("cluster", "exclude", "singletons")


def check_noise(noise: Any) -> None:
    """Refuse what is no way to treat noise."""
    if noise not in NOISE:
        raise ValueError(f"noise must be one of {', '.join(NOISE)}, got {noise!r}")


def cluster_labels(
    labels: ArrayLike, n_nodes: int, noise: str, *, compact: bool = True
) -> tuple[NDArray[np.int32], int]:
    """Check the labels of a clustering and give noise labels of its own.

    Parameters
    ----------
    labels : array-like of int, shape (n_nodes,)
        Cluster of each node, from 0 on, and -1 for noise.
    n_nodes : int
    noise : {"cluster", "exclude", "singletons"}
    compact : bool, default=True
        Whether labels that leave large gaps may be renumbered, in ascending order, so that nothing
        takes memory in proportion to the largest label.

    Returns
    -------
    part : int32 ndarray of shape (n_nodes,)
        Labels from 0 on. Excluded nodes have the label K.
    n_clusters : int
        K, one more than the largest of these labels, excluded nodes aside. Some clusters may be
        empty.

    Raises
    ------
    ValueError, TypeError
        A wrong length, dtype or value.
    """
    check_noise(noise)
    array: NDArray[Any] = np.asarray(labels)
    if array.shape != (n_nodes,):
        raise ValueError(
            f"labels must have shape ({n_nodes},), one label per node, got {array.shape}"
        )
    if n_nodes == 0:
        return np.zeros(0, np.int32), 0
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels must hold integers, got dtype {array.dtype}")
    limit = 2**31 - 1 - n_nodes
    bad = (array < -1) | (array >= limit)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"labels holds {array[at]} at position {at}, allowed are labels from 0 to {limit - 1} "
            "and -1 for noise"
        )
    part = np.array(array, dtype=np.int32, order="C")
    noisy = part == -1
    if compact and int(part.max()) >= 2 * n_nodes:
        part[~noisy] = np.unique(part[~noisy], return_inverse=True)[1]
    k = int(part.max()) + 1
    n_noisy = int(np.count_nonzero(noisy))
    if n_noisy == 0:
        return part, k
    if noise == "singletons":
        part[noisy] = np.arange(k, k + n_noisy, dtype=np.int32)
        return part, k + n_noisy
    part[noisy] = k
    return part, k + 1 if noise == "cluster" else k


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Sums of edge weights, one entry per cluster, and over the whole graph.

    Attributes
    ----------
    internal : ndarray of shape (K,), int64 or float64
        Weight of the edges inside, each once, self-loops included.
    loops : ndarray of shape (K,)
        Weight of the self-loops.
    leaving, entering : ndarray of shape (K,)
        Weight of the arcs to and from other clusters, excluded nodes among them; the same for an
        undirected graph.
    total : int or float
        Weight of all edges of the graph.
    total_volume : float
        Volume of all nodes of the graph.
    directed : bool
    """

    internal: NDArray[Any]
    loops: NDArray[Any]
    leaving: NDArray[Any]
    entering: NDArray[Any]
    total: int | float
    total_volume: float
    directed: bool

    @property
    def cut(self) -> NDArray[Any]:
        """Weight of the edges with one end in the cluster."""
        return self.leaving + self.entering if self.directed else self.leaving

    @property
    def degree(self) -> NDArray[Any]:
        """Sum of the degrees, in which a self-loop counts twice: the ends of the edges."""
        return 2 * self.internal + self.cut

    @property
    def volume(self) -> NDArray[Any]:
        """Sum of the degrees, in which a self-loop counts once, as in the sums of matrix rows.

        In a directed graph these are the rows of A + A^T, where a self-loop is there twice.
        """
        return self.degree if self.directed else self.degree - self.loops


def cluster_sums(graph: Graph, part: NDArray[np.int32], n_clusters: int) -> ClusterSums:
    """Sum the edge weights of `graph` by cluster; nodes with the label `n_clusters` have none."""
    from partwise.metrics._kernels.label_sums import add_label_sums

    indptr, indices, weights, _ = graph._arrays
    zero = np.int64(0) if weights is None else weights.dtype.type(0)
    sums = np.zeros((4, n_clusters + 1), zero.dtype)
    inside, loops, leaving, entering = sums
    add_label_sums(indptr, indices, weights, part, graph.directed, zero, *sums)
    between = leaving.sum()
    if not graph.directed:
        # Both directions of every edge are in the sums, so integers halve without a remainder.
        inside, between = (_half(x) for x in (inside, between))
        entering = leaving
    internal = inside + loops
    total = (internal.sum() + between).item()
    everybody = ClusterSums(internal, loops, leaving, entering, total, 0.0, graph.directed)
    kept = slice(n_clusters)
    return ClusterSums(
        internal[kept],
        loops[kept],
        leaving[kept],
        entering[kept],
        total,
        float(everybody.volume.sum()),
        graph.directed,
    )


def _half(doubled: Any) -> Any:
    return doubled // 2 if doubled.dtype.kind == "i" else doubled / 2
