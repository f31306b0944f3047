"""Leiden: communities that are guaranteed to hang together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from numpy.typing import ArrayLike

from partwise._random import RandomState
from partwise.cluster.communities._result import CommunityResult
from partwise.cluster.communities._search import Options, find_communities
from partwise.gpu._device import Device

__all__ = ["leiden"]

Quality = Literal["modularity", "cpm", "rb_er", "barber"]
Algorithm = Literal["auto", "sequential", "parallel", "free"]


def leiden(
    graph: Any,
    *,
    quality: Quality = "modularity",
    resolution: float = 1.0,
    n_iterations: int = 3,
    theta: float = 0.0,
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
    r"""Find communities that maximise a quality function, by the Leiden algorithm.

    Parameters
    ----------
    graph : graph-like
        A graph of n nodes and m edges, whatever :func:`partwise.graph.as_graph` takes. Weights
        are positive. An undirected self-loop counts once inside its community and twice in the
        degree.
    quality : {"modularity", "cpm", "rb_er", "barber"}, default="modularity"
        With the weight :math:`e_c` inside community c, its summed degree :math:`K_c`, its summed
        node weight :math:`n_c` (its number of nodes without node weights) and the total weight m:

        - ``"modularity"``: :math:`\frac1m \sum_c [e_c - \gamma K_c^2 / (4m)]`, of a directed graph
          :math:`\frac1m \sum_c [e_c - \gamma K_c^{out} K_c^{in} / m]`;
        - ``"cpm"``, the constant Potts model: :math:`\sum_c [e_c - \gamma n_c (n_c - 1) / 2]`;
        - ``"rb_er"``: the same with :math:`\gamma` times the density of the graph;
        - ``"barber"``, of a bipartite graph: :math:`\frac1m \sum_c [e_c - \gamma R_c B_c / m]`,
          with the summed degrees of the two sides.
    resolution : float, default=1.0
        :math:`\gamma`: larger values give more and smaller communities.
    n_iterations : int, default=3
        Runs through all levels, each from the result of the one before; -1: until one changes
        nothing.
    theta : float, default=0.0
        Randomness of the refinement: a node joins one of the pieces that do not lower the quality
        with probability proportional to exp(gain / theta), in units of edge weight. 0 takes the
        best piece; 0.01 is what the paper used.
    initial_labels : array-like of int, shape (n,), optional
        A partition to start from (warm start); the quality does not fall below its own.
    fixed : array-like of int, shape (n,), optional
        Labels that nodes must keep, -1 for free nodes. The time then depends on the edges of the
        free nodes.
    min_size : int, optional
        Communities of fewer nodes join a neighbouring one in the end, where there is one.
    max_size : int, optional
        Most nodes of a community.
    sides : array-like of shape (n,), optional
        For ``"barber"``: two different values that say which side a node is on. By default found
        by two colours if the edges form one component.
    consensus : int, optional
        Number of runs with different seeds, which are made to agree: see Notes.
    algorithm : {"auto", "sequential", "parallel", "free"}, default="auto"
        ``"sequential"`` moves one node after the other; with several threads only the other steps
        use them. ``"parallel"`` decides about many nodes at a time, and its result, another one,
        does not depend on the number of threads. ``"free"`` lets threads race: its result depends
        on chance even with a seed. ``"auto"`` is sequential for ``n_jobs=1``, else parallel. Small
        graphs are done sequentially in any case. ``"free"`` with a size limit is ``"parallel"``.
    n_jobs : int, optional
        Threads: None for 1, -1 for all processors.
    device : {"cpu", "cuda", "auto"}, optional
        ``"cuda"`` is a GPU, where many nodes move at a time, whatever the `algorithm`: see Notes.
        By default the environment variable ``PARTWISE_DEVICE``, else ``"cpu"``.
    random_state : int, Generator, RandomState or None
        The seed; None draws one, which the result reports.
    verbose : int, default=0
        From 1 on progress is written to stderr.
    callback : callable, optional
        Called with (fraction done, message) before every iteration.

    Returns
    -------
    CommunityResult
        Labels, quality, number of communities, the partition of every level.

    Raises
    ------
    ValueError
        Unknown quality function or algorithm, negative or NaN resolution or weights, labels of a
        wrong length or range, a graph that is not bipartite for ``"barber"``, `min_size` above
        `max_size`, or a start that `max_size` does not allow.
    TypeError
        `graph` is no graph, or an argument has the wrong type.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    See Also
    --------
    louvain : without the refinement.
    partwise.metrics.community_report : what the communities are worth.
    Leiden : the same as a scikit-learn estimator.

    Notes
    -----
    Nodes are taken from a queue and move to the neighbouring community, or an empty one, that gains
    most; neighbours of what moved are queued again. Other than in [1]_, nodes with more than eight
    times the mean degree wait there until all others have come to rest, and for the next iteration
    once few nodes move. Every community is then rebuilt from single nodes, joining only pieces that
    are well connected to the rest of it; the pieces become the nodes of the next level, which
    starts from the communities. Every community comes out connected (with fixed labels, but for
    what they tie together). Once an iteration changes nothing, no two of them could be merged with
    gain, and no node could move. With `theta` = 0 the refinement is greedy, which is at least as
    good in few iterations; that iterating forever would make all subsets optimal is proved only for
    `theta` > 0.

    About O(m) time an iteration in practice; memory about three times the CSR arrays.

    On a GPU half of the nodes, drawn every round, move at a time, and pieces grow in the same way
    (a reconstruction of ours); from levels of fewer than 10^6 arcs on, the CPU goes on. Of the
    quality functions there are those of undirected graphs but ``"barber"``, and no `fixed`,
    `min_size`, `max_size`, `consensus` or positive `theta`. A seed gives the same result on every
    GPU, but another than on the CPU.

    `consensus` weighs every edge by the share of runs that have both its ends in one community,
    searches again on these weights, and so on until all runs agree: a variation of [2]_ and [3]_,
    which also weigh pairs of nodes without an edge. The stability of a node is the mean
    Jaccard index of its community in the result and in the runs on the graph itself.

    References
    ----------
    .. [1] V. A. Traag, L. Waltman, N. J. van Eck, "From Louvain to Leiden: guaranteeing
       well-connected communities", Scientific Reports 9, 2019, doi:10.1038/s41598-019-41695-z.
    .. [2] A. Lancichinetti, S. Fortunato, "Consensus clustering in complex networks", Scientific
       Reports 2, 2012, doi:10.1038/srep00336.
    .. [3] A. Tandon, A. Albeshri, V. Thayananthan, W. Alhalabi, S. Fortunato, "Fast consensus
       clustering in complex networks", Physical Review E 99, 2019,
       doi:10.1103/PhysRevE.99.042301.

    Examples
    --------
    >>> from partwise.graph import planted_partition_graph
    >>> graph = planted_partition_graph(4, 25, 0.5, 0.01, random_state=0)
    >>> result = leiden(graph, random_state=0)
    >>> result.n_communities, result.sizes.tolist()
    (4, [25, 25, 25, 25])
    >>> leiden([(0, 1), (1, 2), (2, 0), (3, 4)], fixed=[5, -1, -1, 0, -1], random_state=0).labels
    array([5, 5, 5, 0, 0], dtype=int32)
    """
    return find_communities(
        graph,
        Options(
            name="leiden",
            refine=True,
            theta=theta,
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
