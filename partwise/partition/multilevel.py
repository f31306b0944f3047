"""Balanced k-way graph partitioning by the multilevel method."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import (
    check_count,
    check_deadline,
    check_imbalance,
    check_jobs,
    check_n_parts,
    progress_printer,
)
from partwise._random import RandomState, check_seed
from partwise.errors import InfeasibleWarning
from partwise.gpu._device import Device
from partwise.graph import Graph, as_graph
from partwise.partition._presets import find_preset
from partwise.partition._result import PartitionResult

__all__ = ["partition_graph", "refine_partition"]

PresetName = Literal["fast", "default", "quality", "jet"]


def partition_graph(
    graph: Any,
    n_parts: int,
    *,
    imbalance: float = 0.03,
    preset: PresetName = "default",
    target_weights: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    init: ArrayLike | None = None,
    contiguous: bool = False,
    n_trials: int = 1,
    n_jobs: int | None = None,
    time_limit: float | None = None,
    device: Device | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
    callback: Callable[[float, str], None] | None = None,
) -> PartitionResult:
    """Cut a graph into `n_parts` blocks of about equal weight, with few edges between them.

    Parameters
    ----------
    graph : graph-like
        An undirected graph of n nodes and m edges, whatever
        :func:`partwise.graph.as_graph` takes. Edge weights are positive; self-loops are ignored.
    n_parts : int
        Number of blocks k, ``1 <= k <= n``.
    imbalance : float, default=0.03
        By how much a block may exceed its share, as a fraction: no block b is to weigh more than
        ``floor((1 + imbalance) * ceil(t_b * c(V)))``.
    preset : {"fast", "default", "quality", "jet"}, default="default"
        ``"fast"`` takes about METIS' time; ``"default"`` a few times that for a better cut;
        ``"quality"`` computes several partitions and combines them. ``"jet"`` works on many nodes
        at a time, on GPUs and on threads, with the same result everywhere.
    target_weights : array-like of shape (n_parts,), optional
        Share t_b of every block, positive; divided by their sum. Default: 1 / k each.
    fixed : array-like of int, shape (n,), optional
        Block of each node that must not move, -1 for the others.
    init : array-like of int, shape (n,), optional
        A partition to start from instead of computing one (warm start). If it is feasible the
        result is and does not cut more.
    contiguous : bool, default=False
        Whether every block must be connected. Balance comes second then.
    n_trials : int, default=1
        Partitions computed from scratch and combined; the preset's own number where that is larger.
    n_jobs : int, optional
        Threads over which trials are spread, with ``"jet"`` the nodes: None for 1, -1 for all
        processors. The result does not depend on it.
    time_limit : float, optional
        Seconds after which nothing more is begun that is not needed for a whole result. With it the
        result depends on the machine's speed.
    device : {"cpu", "cuda", "auto"}, optional
        ``"cuda"`` is a GPU, which ``"jet"`` runs on; ``"default"`` is ``"jet"`` there. By default
        the environment variable ``PARTWISE_DEVICE``; else ``"auto"`` for ``"jet"``, which takes a
        GPU for graphs of 5 million edges or more, if there is one, and the CPU for other presets.
    random_state : int, Generator, RandomState or None
        The seed; None draws one, which the result reports.
    verbose : int, default=0
        From 1 on progress is written to stderr.
    callback : callable, optional
        Called now and then as ``callback(fraction, message)``, 0 <= fraction <= 1.

    Returns
    -------
    PartitionResult
        Its labels, cut, imbalance, block weights and whether it is feasible.

    Raises
    ------
    ValueError
        `n_parts` is below 1 or above n, `imbalance` is negative or not finite, the graph is not
        symmetric or has a negative or NaN weight, or another argument is out of its range, such as
        a preset that GPUs do not have.
    TypeError
        `graph` is no graph, or an argument has the wrong type.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    Warns
    -----
    InfeasibleWarning
        No partition within the limits was found (a single node may be heavier than a block), or
        `contiguous` cannot be met.

    See Also
    --------
    refine_partition : improve a partition that is there already.
    GraphPartitioner : the same as a scikit-learn estimator.

    Notes
    -----
    Clusters of nodes are contracted level by level, the coarsest graph is partitioned by recursive
    bisection, and on the way back every level is refined by label propagation and localized
    Fiduccia-Mattheyses searches that may overfill blocks at a price [1]_ [2]_ [3]_. All work is
    sequential and in integers: a seed gives one result on any machine. Weights that are whole
    numbers are taken exactly whatever their dtype; others are rounded to one part in 2^50 of their
    sum.

    ``"jet"`` contracts a heavy-edge matching, and pairs at two hops where that leaves many nodes,
    partitions the coarsest graph of some thousand nodes as above, on the CPU, and refines by moving
    many nodes at once [4]_. Sums are exact there, too, so that GPUs and any number of threads find
    the same partition.

    About O((n + m) log k) time in practice; memory about three times the CSR arrays.

    References
    ----------
    .. [1] G. Karypis, V. Kumar, "A fast and high quality multilevel scheme for partitioning
       irregular graphs", SIAM J. Sci. Comput. 20(1), 1998, doi:10.1137/S1064827595287997.
    .. [2] P. Sanders, C. Schulz, "Engineering multilevel graph partitioning algorithms", ESA 2011,
       arXiv:1012.0006.
    .. [3] N. Maas, L. Gottesbueren, D. Seemaier, "Parallel unconstrained local search for
       partitioning irregular graphs", ALENEX 2024, doi:10.1137/1.9781611977929.3.
    .. [4] M. S. Gilbert, K. Madduri, E. G. Boman, S. Rajamanickam, "Jet: multilevel graph
       partitioning on graphics processing units", SIAM J. Sci. Comput. 46(5), 2024,
       arXiv:2304.13194.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> result = partition_graph(grid_graph((8, 8)), 2, random_state=0)
    >>> result.cut, result.feasible, result.block_weights.tolist()
    (8, True, [32, 32])
    """
    started = time.perf_counter()
    graph = as_graph(graph, directed=False)
    n_parts = check_n_parts(n_parts, graph.n_nodes)
    check_imbalance(imbalance)
    preset, where = _preset_and_device(preset, device, graph)
    effort = find_preset(preset)
    n_trials = max(check_count("n_trials", n_trials), effort.trials)
    n_threads = check_jobs(n_jobs)
    seed = check_seed(random_state)
    deadline = check_deadline(time_limit, started)
    report = callback
    if report is None and verbose > 0:
        report = progress_printer("partition_graph")

    from partwise.partition._problem import pose

    problem = pose(graph, n_parts, imbalance, target_weights, fixed)
    labels = np.zeros(graph.n_nodes, dtype=np.int32)
    n_levels, done = 1, 0
    start = None
    if init is not None:
        from partwise.graph._labels import check_labels

        start = check_labels(init, graph.n_nodes, n_parts)[0]
        if problem.fixed.size:
            start = np.where(problem.fixed >= 0, problem.fixed, start).astype(np.int32)
    if n_parts > 1 and graph.n_nodes > 0:
        from partwise.partition._finish import all_labels, connect_blocks
        from partwise.partition._solver import Clock, solve

        inner = None if start is None else problem.inner(start)
        clock = Clock(deadline, report)
        if preset == "jet":
            from partwise.partition._jet.solver import backend_for, solve_with_jet

            best, done = solve_with_jet(
                problem, effort, backend=backend_for(where, problem, n_threads), init=inner,
                n_trials=n_trials, seed=seed, clock=clock,
            )  # fmt: skip
        else:
            best, done = solve(
                problem, effort, init=inner, n_trials=n_trials, n_jobs=n_threads, seed=seed,
                clock=clock,
            )  # fmt: skip
        n_levels = best.n_levels
        labels = all_labels(problem, best.labels)
        if contiguous and not connect_blocks(problem, labels):
            warnings.warn(
                "contiguous blocks are impossible: the graph has more connected components than "
                "can be joined",
                InfeasibleWarning,
                stacklevel=2,
            )
    if report is not None:
        report(1.0, "done")
    return _result(
        graph, labels, n_parts, imbalance, target_weights, preset, where, n_levels, done, started,
        seed,
    )  # fmt: skip


def _preset_and_device(
    preset: PresetName, device: Device | None, graph: Graph
) -> tuple[PresetName, str]:
    """Return the preset that is to run, and ``"cpu"`` or ``"cuda"``."""
    from partwise.gpu._device import device_for

    find_preset(preset)
    why_not = None
    if preset not in ("default", "jet"):
        why_not = f"has preset='jet' only, got preset={preset!r}"
    where = device_for(device, why_not=why_not, by_default=preset == "jet", work=len(graph.indices))
    return "jet" if where == "cuda" else preset, where


def refine_partition(
    graph: Any,
    labels: ArrayLike,
    n_parts: int | None = None,
    *,
    imbalance: float = 0.03,
    preset: PresetName = "default",
    target_weights: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    time_limit: float | None = None,
    device: Device | None = None,
    random_state: RandomState = None,
) -> PartitionResult:
    """Improve a partition: the same as ``partition_graph(..., init=labels)``.

    The graph is coarsened along the given blocks only, so that the partition survives down to the
    coarsest level and every level can improve it. A feasible partition never gets worse; an
    infeasible one is balanced first.

    Parameters
    ----------
    graph : graph-like
        An undirected graph of n nodes.
    labels : array-like of int, shape (n,)
        The partition, with blocks from 0 on.
    n_parts : int, optional
        Number of blocks; by default one more than the largest label.
    imbalance, preset, target_weights, fixed, time_limit, device, random_state
        As in :func:`partition_graph`.

    Returns
    -------
    PartitionResult

    Raises
    ------
    ValueError, TypeError
        As :func:`partition_graph`; also for labels of a wrong length, dtype or range.

    Examples
    --------
    >>> from partwise.graph import grid_graph
    >>> stripes = [column % 2 for row in range(6) for column in range(6)]
    >>> refine_partition(grid_graph((6, 6)), stripes, random_state=0).cut
    6
    """
    from partwise.graph._labels import check_labels

    graph = as_graph(graph, directed=False)
    part, n_parts = check_labels(labels, graph.n_nodes, n_parts)
    return partition_graph(
        graph,
        max(n_parts, 1),
        imbalance=imbalance,
        preset=preset,
        target_weights=target_weights,
        fixed=fixed,
        init=part,
        time_limit=time_limit,
        device=device,
        random_state=random_state,
    )


def _result(
    graph: Graph,
    labels: NDArray[np.int32],
    n_parts: int,
    imbalance: float,
    target_weights: ArrayLike | None,
    preset: str,
    device: str,
    n_levels: int,
    n_trials: int,
    started: float,
    seed: int,
) -> PartitionResult:
    """Measure the labels against the graph as given, and warn if they are not what was asked."""
    from partwise.metrics import block_weights, edge_cut
    from partwise.metrics import imbalance as measure_imbalance
    from partwise.partition._problem import block_limits

    weights = block_weights(graph, labels, n_parts)
    node_weights = graph.node_weights
    limits = block_limits(graph, n_parts, imbalance, target_weights)
    tolerance = 0.0 if limits.dtype.kind == "i" else 1e-9  # of sums of floats
    feasible = bool(np.all(weights <= limits * (1.0 + tolerance)))
    if not feasible:
        worst = int(np.argmax(weights - limits))
        message = f"block {worst} weighs {weights[worst]:g}, allowed are {limits[worst]:g}"
        if node_weights is not None and node_weights.max() > limits.max():
            message += f"; a single node weighs {node_weights.max():g}"
        warnings.warn(message, InfeasibleWarning, stacklevel=3)
    return PartitionResult(
        labels=labels,
        n_parts=n_parts,
        cut=edge_cut(graph, labels),
        imbalance=measure_imbalance(graph, labels, n_parts, target_weights),
        block_weights=weights,
        max_block_weights=limits,
        feasible=feasible,
        preset=preset,
        device=device,
        n_levels=n_levels,
        n_trials=n_trials,
        seconds=time.perf_counter() - started,
        seed=seed,
    )
