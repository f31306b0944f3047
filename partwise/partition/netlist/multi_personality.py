"""Multi-personality partitioning: block and implementation of every node, chosen together."""

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
    check_jobs,
    check_n_parts,
    progress_printer,
)
from partwise._random import RandomState, check_seed
from partwise.errors import InfeasibleWarning
from partwise.graph import Hypergraph
from partwise.partition.netlist._exact import exact_partition
from partwise.partition.netlist._netlist import Netlist
from partwise.partition.netlist._problem import Constraint, constraint_of, level_of, target_of
from partwise.partition.netlist._result import NetlistPartition, make_result

__all__ = [
    "exact_partition",
    "partition_netlist",
    "partition_static",
    "partition_then_map",
]

Mapping = Literal["proportional", "random", "universal", "min_variance"]
Selection = Literal["affinity", "classic", "most_unbalanced", "random_resource"]
Method = Literal["extended", "klfm"]
Objective = Literal["cut", "km1"]

_SELECTIONS = ("affinity", "classic", "most_unbalanced", "random_resource")


def partition_netlist(
    netlist: Netlist | Hypergraph,
    n_parts: int,
    *,
    capacities: ArrayLike | None = None,
    balance: float = 0.01,
    target_ratio: ArrayLike | None = None,
    mapping: Mapping = "proportional",
    selection: Selection = "affinity",
    adaptive: bool = True,
    relaxed: bool = False,
    n_starts: int = 50,
    method: Method = "extended",
    objective: Objective = "cut",
    universal_resource: int | str = 0,
    max_personalities: int = 16,
    search_depth: int = 3,
    max_passes: int = 30,
    n_jobs: int | None = None,
    time_limit: float | None = None,
    random_state: RandomState = None,
    verbose: int = 0,
    callback: Callable[[float, str], None] | None = None,
) -> NetlistPartition:
    """Partition a netlist whose nodes can be implemented in several ways.

    Every node gets a block and one of its personalities, so that few nets are cut and no block
    needs more of any resource than it may.

    Parameters
    ----------
    netlist : Netlist or Hypergraph
        A hypergraph stands for a netlist of one personality each: its node weights.
    n_parts : int
        Number of blocks k, ``1 <= k <= n``.
    capacities : array-like of shape (R,) or (n_parts, R), optional
        Most that every block, or each block, may use of every resource. `balance` is ignored then.
    balance : float, default=0.01
        Without capacities: two blocks may differ by ``|W_r(0) - W_r(1)| <= balance * W_r`` in
        every resource r; of more blocks none may use more than ``(1 + balance) * W_r / k``. The
        total W_r is that of the personalities chosen.
    target_ratio : array-like of shape (R,), optional
        Mix of resources that the whole design should use, such as that of a device, so that none
        runs out first. By default the mix of the capacities, if given, else there is no target.
    mapping : {"proportional", "random", "universal", "min_variance"}, default="proportional"
        Personalities to start from. ``"proportional"`` favours, node by node, the resource that is
        freest; ``"universal"`` takes what uses `universal_resource` most; ``"min_variance"``
        keeps utilisations alike; ``"random"`` differs between starts.
    selection : {"affinity", "classic", "most_unbalanced", "random_resource"}
        Which nodes a step of the search compares: the best few by every side and resource
        (default), the best of either side, or the best few of one resource.
    adaptive : bool, default=True
        Whether nodes may change their personality after the initial mapping.
    relaxed : bool, default=False
        Whether only the first resource is limited while the netlist is coarse.
    n_starts : int, default=50
        Independent starts, of which the best result is returned.
    method : {"extended", "klfm"}, default="extended"
        ``"klfm"`` is the published algorithm; ``"extended"`` adds a full multilevel hierarchy,
        Pareto fronts of personalities, a search that swings through overloaded states, V-cycles,
        pairwise refinement for k > 2, and re-mapping by linear programming.
    objective : {"cut", "km1"}, default="cut"
        What is minimised: the weight of cut nets, or the sum of weight times (blocks touched - 1).
    universal_resource : int or str, default=0
        The resource, by number or name, of ``mapping="universal"``.
    max_personalities : int, default=16
        Combinations kept per coarse node (and at least two more than there are resources).
    search_depth : int, default=3
        Nodes that are looked at per side and resource.
    max_passes : int, default=30
    n_jobs : int, optional
        Threads over which starts are spread: None for 1, -1 for all processors. The result does
        not depend on it.
    time_limit : float, optional
        Seconds after which no start is begun. With it the result depends on the machine's speed.
    random_state : int, Generator, RandomState or None
        The seed; None draws one, which the result reports.
    verbose : int, default=0
        From 1 on progress is written to stderr.
    callback : callable, optional
        Called now and then as ``callback(fraction, message)``.

    Returns
    -------
    NetlistPartition
        Labels, personalities, cut, usage per block and resource, feasibility, deviation.

    Raises
    ------
    ValueError
        `n_parts` is below 1 or above n, or another argument is out of its range.
    TypeError
        An argument has the wrong type.

    Warns
    -----
    InfeasibleWarning
        No partition within the limits was found; the message names the block and the resource.

    See Also
    --------
    partition_static, partition_then_map : what is done without this method.
    exact_partition : the optimum of a small netlist.
    MultiPersonalityPartitioner : the same as an estimator.

    Notes
    -----
    The algorithm is that of [1]_, in the details that the paper leaves open that of its first
    author's published research code: initial mapping, coarsening whose supernodes have
    personalities of their own, and KLFM with moves of (node, personality) that are taken from
    queues by resource affinity and scored by cut gain, imbalance power and ratio power. More than
    two blocks come from recursive bisection. ``method="extended"`` is our own development of it:
    its parts are named above, and in the docstrings of the solver.

    A start costs about ``O(pins log n + n R^2)`` per pass and level. Gains are true net gains; net
    weights that are not whole numbers are rounded to one part in 2^36 of their sum while searching,
    and the reported cut is exact.

    References
    ----------
    .. [1] A. Gregerson, A. Chadha, K. Morrow, "Multi-personality partitioning for heterogeneous
       systems", FPT 2013, arXiv:1704.01676.

    Examples
    --------
    Two multipliers that fit a DSP block or many LUTs, and two small nodes; each block has one DSP.

    >>> netlist = Netlist.from_arrays(
    ...     4,
    ...     [[0, 1], [1, 2], [2, 3], [0, 3]],
    ...     [[[0, 1], [60, 0]], [[0, 1], [60, 0]], [[5, 0]], [[5, 0]]],
    ...     resources=["LUT", "DSP"],
    ... )
    >>> result = partition_netlist(netlist, 2, capacities=[9, 1], random_state=0)
    >>> result.cut, result.feasible
    (2, True)
    """
    from partwise.partition.netlist._solver import Effort, Task, map_blocks, solve

    started = time.perf_counter()
    netlist = as_netlist(netlist)
    n_parts = check_n_parts(n_parts, netlist.n_nodes)
    constraint = constraint_of(netlist, n_parts, capacities, balance)
    ratio = target_of(netlist, target_ratio, capacities, n_parts)
    effort = Effort(
        method=_one_of("method", method, ("extended", "klfm")),
        adaptive=bool(adaptive),
        relaxed=bool(relaxed),
        policy=_SELECTIONS.index(_one_of("selection", selection, _SELECTIONS)),
        depth=check_count("search_depth", search_depth),
        objective=_one_of("objective", objective, ("cut", "km1")),
        cap=check_count("max_personalities", max_personalities),
        passes=check_count("max_passes", max_passes),
    )
    n_starts = check_count("n_starts", n_starts)
    n_jobs = check_jobs(n_jobs)
    seed = check_seed(random_state)
    deadline = check_deadline(time_limit, started)
    report = callback
    if report is None and verbose > 0:
        report = progress_printer("partition_netlist")
    task = Task(
        level_of(netlist),
        constraint,
        np.empty(0) if ratio is None else ratio,
        _initial(netlist, mapping, constraint, ratio, universal_resource, seed),
        np.ones(netlist.n_resources, dtype=np.bool_),
    )
    best, done = solve(
        task,
        effort,
        n_starts=n_starts if n_parts > 1 and netlist.n_nodes else 1,
        n_jobs=n_jobs,
        seed=seed,
        is_over=lambda: time.perf_counter() >= deadline,
        report=report,
    )
    if n_parts == 1 and effort.adaptive and effort.method == "klfm":
        best = map_blocks(task, best, effort, seed)
    if report is not None:
        report(1.0, "done")
    return _finish(netlist, best, task, ratio, method, done, started, seed)


def partition_static(
    netlist: Netlist | Hypergraph, n_parts: int, **options: Any
) -> NetlistPartition:
    """Choose the personalities first and partition then, all resources limited (static mapping).

    The baseline of [1]_: ``partition_netlist(..., adaptive=False)``.

    Parameters
    ----------
    netlist, n_parts, **options
        As for :func:`partition_netlist`, apart from ``adaptive``.

    Returns
    -------
    NetlistPartition

    References
    ----------
    .. [1] A. Gregerson, A. Chadha, K. Morrow, FPT 2013, arXiv:1704.01676.

    Examples
    --------
    >>> netlist = Netlist.from_arrays(3, [[0, 1], [1, 2]], [[[1]], [[1]], [[1]]])
    >>> partition_static(netlist, 2, balance=0.4, random_state=0).cut
    1
    """
    return partition_netlist(netlist, n_parts, **{**options, "adaptive": False})


def partition_then_map(
    netlist: Netlist | Hypergraph,
    n_parts: int,
    *,
    capacities: ArrayLike | None = None,
    balance: float = 0.01,
    target_ratio: ArrayLike | None = None,
    universal_resource: int | str = 0,
    random_state: RandomState = None,
    **options: Any,
) -> NetlistPartition:
    """Partition with everything in one resource, and map to the others then (post-mapping).

    The other baseline of [1]_: all nodes take the personality that uses `universal_resource` most,
    only that resource is limited while partitioning, and five sweeps of implementation rebalancing
    then choose personalities, by the target ratio and the limits, for the blocks as they are.

    Parameters
    ----------
    netlist, n_parts, capacities, balance, target_ratio, universal_resource, random_state, **options
        As for :func:`partition_netlist`, apart from ``mapping``, ``adaptive`` and ``relaxed``.

    Returns
    -------
    NetlistPartition

    References
    ----------
    .. [1] A. Gregerson, A. Chadha, K. Morrow, FPT 2013, arXiv:1704.01676.

    Examples
    --------
    >>> netlist = Netlist.from_arrays(2, [[0, 1]], [[[0, 1], [9, 0]], [[0, 1], [9, 0]]])
    >>> result = partition_then_map(netlist, 2, random_state=0)
    >>> result.usage.tolist()
    [[9, 0], [9, 0]]
    """
    from partwise.partition.netlist._solver import Candidate, Effort, Task, map_blocks

    started = time.perf_counter()
    netlist = as_netlist(netlist)
    n_parts = check_n_parts(n_parts, netlist.n_nodes)
    constraint = constraint_of(netlist, n_parts, capacities, balance)
    ratio = target_of(netlist, target_ratio, capacities, n_parts)
    seed = check_seed(random_state)
    resource = _resource(netlist, universal_resource)
    initial = _initial(netlist, "universal", constraint, ratio, resource, seed)(0)
    _, amounts = netlist._arrays
    universal = Netlist.from_arrays(
        netlist.n_nodes,
        (netlist.hypergraph.net_indptr, netlist.hypergraph.net_pins),
        (np.arange(netlist.n_nodes + 1), amounts[initial][:, [resource]]),
        net_weights=netlist.hypergraph.net_weights,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InfeasibleWarning)
        blocks = partition_netlist(
            universal,
            n_parts,
            capacities=None if capacities is None else constraint.base[:, [resource]],
            balance=balance,
            random_state=seed,
            **options,
        )
    task = Task(
        level_of(netlist),
        constraint,
        np.empty(0) if ratio is None else ratio,
        lambda start: initial,
        np.ones(netlist.n_resources, dtype=np.bool_),
    )
    found = Candidate(0.0, 0, blocks.labels, initial, 0)
    best = map_blocks(task, found, Effort(), seed)
    return _finish(netlist, best, task, ratio, "post-mapping", blocks.n_starts, started, seed)


def as_netlist(netlist: Any) -> Netlist:
    """Return a netlist as it is, and a hypergraph as a netlist of one personality each."""
    if isinstance(netlist, Netlist):
        return netlist
    if isinstance(netlist, Hypergraph):
        return Netlist.from_hypergraph(netlist)
    raise TypeError(f"netlist must be a Netlist or a Hypergraph, got {type(netlist).__name__}")


def _one_of(name: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def _resource(netlist: Netlist, resource: int | str) -> int:
    if isinstance(resource, str):
        _one_of("universal_resource", resource, netlist.resources)
        return netlist.resources.index(resource)
    if not 0 <= resource < max(netlist.n_resources, 1):
        raise ValueError(
            f"universal_resource must be a name or a number from 0 to {netlist.n_resources - 1}, "
            f"got {resource!r}"
        )
    return int(resource)


def _initial(
    netlist: Netlist,
    mapping: str,
    constraint: Constraint,
    ratio: NDArray[np.float64] | None,
    universal: int | str,
    seed: int,
) -> Callable[[int], NDArray[np.int64]]:
    from partwise.partition.netlist._mapping import MAPPINGS, static_mapping

    return static_mapping(
        netlist,
        _one_of("mapping", mapping, MAPPINGS),
        capacity=None if constraint.is_balance else constraint.base.sum(axis=0),
        ratio=ratio,
        universal=_resource(netlist, universal),
        seed=seed,
    )


def _finish(
    netlist: Netlist,
    best: Any,
    task: Any,
    ratio: NDArray[np.float64] | None,
    method: str,
    n_starts: int,
    started: float,
    seed: int,
) -> NetlistPartition:
    """Measure the best candidate against the netlist as given, and warn if it is infeasible."""
    first = netlist.personality_indptr[:-1]
    result = make_result(
        netlist,
        best.labels,
        (best.current - first).astype(np.int32),
        constraint=task.constraint,
        target_ratio=ratio,
        initial_personality=(task.initial(best.start) - first).astype(np.int32),
        method=method,
        n_starts=n_starts,
        started=started,
        seed=seed,
    )
    if not result.feasible:
        relative = result.violation / np.maximum(result.limits, 1.0)
        b, r = np.unravel_index(int(np.argmax(relative)), relative.shape)
        warnings.warn(
            f"block {b} uses {result.usage[b, r]} of {netlist.resources[r]}, allowed are "
            f"{result.limits[b, r]:g}; {np.count_nonzero(result.violation)} limits are exceeded",
            InfeasibleWarning,
            stacklevel=3,
        )
    return result
