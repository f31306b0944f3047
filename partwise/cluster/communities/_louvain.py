"""Louvain: Leiden's predecessor, whose communities may fall apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.typing import ArrayLike

from partwise._random import RandomState
from partwise.cluster.communities._leiden import Algorithm, Quality
from partwise.cluster.communities._result import CommunityResult
from partwise.cluster.communities._search import Options, find_communities
from partwise.gpu._device import Device

__all__ = ["louvain"]


def louvain(
    graph: Any,
    *,
    quality: Quality = "modularity",
    resolution: float = 1.0,
    n_iterations: int = 1,
    initial_labels: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    min_size: int | None = None,
    max_size: int | None = None,
    sides: ArrayLike | None = None,
    consensus: int | None = None,
    algorithm: Algorithm = "auto",
    n_jobs: int | None = 1,
    device: Device | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
    callback: Callable[[float, str], None] | None = None,
) -> CommunityResult:
    """Find communities that maximise a quality function, by the Louvain algorithm.

    Communities may be disconnected, and :func:`leiden` is as fast and finds better ones; this is
    here for those who need the method itself.

    Parameters
    ----------
    graph, quality, resolution, initial_labels, fixed, min_size, max_size, sides
        As for :func:`leiden`.
    n_iterations : int, default=1
        Runs through all levels, each from the result of the one before; -1: until one changes
        nothing.
    consensus, algorithm, n_jobs, device, random_state, verbose, callback
        As for :func:`leiden`.

    Returns
    -------
    CommunityResult

    Raises
    ------
    ValueError, TypeError
        As :func:`leiden`.

    Notes
    -----
    Nodes move to the community that gains most until none gains, the communities become the nodes
    of a smaller graph, and so on until nothing moves. Moves go through a queue, which visits a node
    again only when a neighbour moved, instead of sweeps over all nodes; ties keep the node where it
    is. About O(m) time in practice.

    References
    ----------
    V. D. Blondel, J.-L. Guillaume, R. Lambiotte, E. Lefebvre, "Fast unfolding of communities in
    large networks", Journal of Statistical Mechanics P10008, 2008,
    doi:10.1088/1742-5468/2008/10/P10008.

    Examples
    --------
    >>> louvain([(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)], random_state=0).labels
    array([0, 0, 0, 1, 1, 1], dtype=int32)
    """
    return find_communities(
        graph,
        Options(
            name="louvain",
            refine=False,
            theta=0.0,
            quality=quality,
            resolution=resolution,
            n_iterations=n_iterations,
            initial_labels=initial_labels,
            fixed=fixed,
            min_size=min_size,
            max_size=max_size,
            sides=sides,
            consensus=consensus,
            algorithm=algorithm,
            n_jobs=n_jobs,
            device=device,
            random_state=random_state,
            verbose=verbose,
            callback=callback,
        ),
    )
