"""Stochastic block models with as many blocks as the graph has evidence for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs
from partwise._random import RandomState, check_seed
from partwise.graph import as_graph
from partwise.graph._labels import check_labels
from partwise.metrics._description_length import EdgePrior, check_edge_prior, description_terms
from partwise.metrics._integer_partitions import QTable, check_q_table
from partwise.sbm._problem import Model, Problem, compact, pose
from partwise.sbm._result import BlockModelResult
from partwise.sbm._runs import (
    TRIES,
    Report,
    best_of,
    check_sweeps,
    check_time_limit,
    models_to_fit,
)
from partwise.sbm._search import Budget, Found, Plan, search

__all__ = ["block_limits", "checked_start", "count_blocks", "fit_sbm", "named_by_size"]

Blocks = int | Sequence[int] | Literal["auto"]


def fit_sbm(
    graph: Any,
    *,
    types: ArrayLike | None = None,
    n_blocks: Blocks = "auto",
    degree_corrected: bool | Literal["auto"] = True,
    edge_prior: EdgePrior = "auto",
    q_table: QTable = "exact",
    min_blocks: int | Sequence[int] | None = None,
    max_blocks: int | Sequence[int] | None = None,
    initial_labels: ArrayLike | None = None,
    n_init: int = 1,
    n_sweeps: int | Literal["auto"] = "auto",
    time_limit: float | None = None,
    n_jobs: int | None = None,
    random_state: RandomState = None,
    callback: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> BlockModelResult:
    """Find the blocks of a graph that make its description in a stochastic block model shortest.

    The model decides how many blocks there are: a random graph has one.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes. Integer weights
        are numbers of parallel edges.
    types : array-like of shape (n,), optional
        One of two values for each node: a bipartite graph. No block has nodes of both types.
    n_blocks : int, (int, int) or "auto", default="auto"
        Number of blocks, with `types` of each type, in the order of their values; by default it is
        found.
    degree_corrected : bool or "auto", default=True
        Whether nodes of a block may have degrees of their own; "auto" fits both models and takes
        that of the shorter description.
    edge_prior, q_table : str
        As for :func:`partwise.metrics.description_length`.
    min_blocks, max_blocks : int or (int, int), optional
        Bounds of the number of blocks, with `types` of each type.
    initial_labels : array-like of int, shape (n,), optional
        Blocks to begin with (warm start), instead of agglomeration; the result is never worse.
    n_init : int, default=1
        Runs with different random numbers, of which the best one counts.
    n_sweeps : int or "auto", default="auto"
        Sweeps over all nodes of the annealing; by default from 60 for large graphs to 2000 for
        small ones.
    time_limit : float, optional
        Seconds after which the best so far is returned.
    n_jobs : int, optional
        Threads for the runs; -1 for all processors.
    random_state : None, int or random generator
    callback : callable, optional
        Called now and then with the finished fraction and what is going on.
    stop : callable, optional
        Asked now and then whether to return the best so far.

    Returns
    -------
    BlockModelResult

    Raises
    ------
    ValueError, TypeError
        The graph is directed, not bipartite as `types` has it, or has weights that are not
        integers; another argument is out of range.

    See Also
    --------
    partwise.metrics.description_length : what is minimised.

    Notes
    -----
    Agglomeration from single nodes with moves between the levels [1]_, then simulated annealing of
    moves of single nodes, whose targets are proposed along the edges, and of merges and splits with
    restricted Gibbs sweeps in the manner of [2]_, with types also splits of a block of each at
    once; here they are accepted without regard to how likely the way back is, as this is a search.
    Graphs of up to 5000 nodes are annealed from hot to cold again and again. Then greedily. O(m)
    time for a sweep.

    References
    ----------
    .. [1] T. P. Peixoto, "Efficient Monte Carlo and greedy heuristic for the inference of
       stochastic block models", Physical Review E 89, 2014, doi:10.1103/PhysRevE.89.012804.
    .. [2] T. P. Peixoto, "Merge-split Markov chain Monte Carlo for community detection", Physical
       Review E 102, 2020, doi:10.1103/PhysRevE.102.012305.
    .. [3] T.-C. Yen, D. B. Larremore, "Community detection in bipartite networks with stochastic
       block models", Physical Review E 102, 2020, doi:10.1103/PhysRevE.102.032309.

    Examples
    --------
    >>> cliques = [(u, v) for u in range(20) for v in range(u) if u // 10 == v // 10]
    >>> found = fit_sbm([*cliques, (0, 10)], degree_corrected=False, random_state=0)
    >>> found.n_blocks, found.labels.tolist() == [0] * 10 + [1] * 10
    (2, True)
    """
    graph = as_graph(graph)
    problem = pose(graph, types)
    check_q_table(q_table)
    check_edge_prior(edge_prior, types is not None)
    limits = block_limits(problem, n_blocks, min_blocks, max_blocks)
    initial = None
    if initial_labels is not None:
        initial = checked_start(problem, initial_labels, limits, "initial_labels")
    sweeps = check_sweeps(n_sweeps, problem)
    seed = check_seed(random_state)
    jobs, runs = check_jobs(n_jobs), check_count("n_init", n_init)
    plan = Plan(sweeps, TRIES, limits, initial)
    best: BlockModelResult | None = None
    is_complete = True
    models = models_to_fit(degree_corrected, check_time_limit(time_limit), stop, callback)
    for corrected, budget, report in models:
        model = Model(corrected, edge_prior == "general", q_table)
        found = _best_of(problem, model, plan, runs, jobs, seed, budget, report)
        is_complete &= not budget.is_spent
        labels = named_by_size(problem, found.labels)
        terms = description_terms(
            graph, labels, types=types, degree_corrected=corrected, edge_prior=edge_prior,
            q_table=q_table,
        )  # fmt: skip
        if best is None or terms.total < best.description_length:
            counts = count_blocks(problem, labels)
            # what no blocks change, so that the trace has description lengths
            rest = terms.total - found.cost
            best = BlockModelResult(
                labels, sum(counts), counts, terms.total, terms, corrected,
                np.array(found.trace) + rest, found.effort(budget), seed,
            )  # fmt: skip
    assert best is not None
    return replace(best, effort=replace(best.effort, is_complete=is_complete))


def _best_of(
    problem: Problem,
    model: Model,
    plan: Plan,
    runs: int,
    jobs: int,
    seed: int,
    budget: Budget,
    report: Report,
) -> Found:
    from partwise.kernels.rng import stream_state

    if problem.n_nodes == 0:
        return Found(np.zeros(0, np.int32), 0.0)
    return best_of(
        runs, jobs, report,
        lambda number, tell: search(problem, model, plan, stream_state(seed, number), budget, tell),
    )  # fmt: skip


def _pair(name: str, value: Any, problem: Problem) -> tuple[int, int]:
    """Return a number of blocks for each type; the second is 0 without types."""
    if not problem.is_bipartite:
        return check_count(name, value), 0
    pair = list(value) if isinstance(value, (Sequence, np.ndarray)) else [value]
    if len(pair) != 2:
        raise ValueError(f"{name} must be (of the first type, of the second), got {value!r}")
    return check_count(f"{name}[0]", pair[0]), check_count(f"{name}[1]", pair[1])


def block_limits(problem: Problem, n_blocks: Any, least: Any, most: Any) -> NDArray[np.int64]:
    """Return the least and the largest number of blocks of each type, shape (2, 2)."""
    n = problem.n_nodes
    second = int(problem.types.sum())
    sizes = np.array([n - second, second], np.int64)
    limits = np.stack((np.minimum(sizes, 1), sizes), axis=1)
    if not (isinstance(n_blocks, str) and n_blocks == "auto"):
        if least is not None or most is not None:
            raise ValueError("n_blocks excludes min_blocks and max_blocks")
        least = most = n_blocks
    if least is not None:
        limits[:, 0] = _pair("min_blocks" if n_blocks == "auto" else "n_blocks", least, problem)
    if most is not None:
        limits[:, 1] = _pair("max_blocks" if n_blocks == "auto" else "n_blocks", most, problem)
    for kind in range(1 + problem.is_bipartite):
        low, high = limits[kind].tolist()
        where = f" of type {kind}" if problem.is_bipartite else ""
        if low > sizes[kind] > 0:
            raise ValueError(
                f"at least {low} blocks were asked for, but there are {sizes[kind]} nodes{where}"
            )
        if low > high:
            raise ValueError(f"min_blocks must be at most max_blocks, got {low} and {high}{where}")
    return limits


def checked_start(
    problem: Problem, given: ArrayLike, limits: NDArray[np.int64], name: str
) -> NDArray[np.int32]:
    """Return labels to start with, without gaps.

    Raises
    ------
    ValueError, TypeError
        No labels of the nodes, a block with nodes of both types, too few or too many blocks.
    """
    labels = compact(check_labels(given, problem.n_nodes)[0])
    if problem.is_bipartite:
        second = np.bincount(labels, problem.types)
        mixed = (second > 0) & (second < np.bincount(labels))
        if mixed.any():
            node = int(np.argmax(mixed[labels]))
            raise ValueError(
                f"{name} must differ between the types, got nodes of both in the block of node "
                f"{node}"
            )
    counts = count_blocks(problem, labels)
    for kind, count in enumerate(counts):
        low, high = limits[kind].tolist()
        if not low <= count <= high:
            raise ValueError(f"initial_labels must have from {low} to {high} blocks, got {count}")
    return labels


def count_blocks(problem: Problem, labels: NDArray[np.int32]) -> tuple[int, ...]:
    """Return the number of blocks of each type, or of all."""
    if not problem.is_bipartite:
        return (len(np.unique(labels)),)
    return tuple(len(np.unique(labels[problem.types == kind])) for kind in (0, 1))


def named_by_size(problem: Problem, labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return labels by type, then by descending size, then by the first node."""
    names, first, inverse, sizes = np.unique(
        labels, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(names), np.int32)
    rank[np.lexsort((first, -sizes, problem.types[first]))] = np.arange(len(names))
    renamed: NDArray[np.int32] = rank[inverse]
    return renamed
