"""Nested stochastic block models: blocks of nodes, blocks of blocks, up to one of all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs
from partwise._random import RandomState, check_seed
from partwise.graph import as_graph
from partwise.metrics._integer_partitions import QTable, check_q_table
from partwise.metrics._nested_description_length import check_levels, nested_description_terms
from partwise.sbm._fit import block_limits, checked_start
from partwise.sbm._hierarchy import Levels
from partwise.sbm._nested_result import NestedResult
from partwise.sbm._nested_search import NestedFound, nested_search
from partwise.sbm._problem import Model, Problem, pose
from partwise.sbm._runs import (
    TRIES,
    Report,
    best_of,
    check_sweeps,
    check_time_limit,
    models_to_fit,
)
from partwise.sbm._search import Budget, Plan

__all__ = ["fit_nested_sbm"]


def fit_nested_sbm(
    graph: Any,
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool | Literal["auto"] = True,
    q_table: QTable = "exact",
    min_blocks: int | Sequence[int] | None = None,
    max_blocks: int | Sequence[int] | None = None,
    initial_labels: ArrayLike | Sequence[ArrayLike] | None = None,
    n_init: int = 1,
    n_sweeps: int | Literal["auto"] = "auto",
    time_limit: float | None = None,
    n_jobs: int | None = None,
    random_state: RandomState = None,
    callback: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> NestedResult:
    """Find the hierarchy of blocks that makes the description of a graph shortest.

    The blocks are the nodes of a graph that has blocks too, and so on up to one block of all. That
    tells where edges are in fewer words than the flat model, so that smaller blocks can be told
    from noise; the numbers of levels and of blocks are found.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes. Integer weights
        are numbers of parallel edges.
    types : array-like of shape (n,), optional
        One of two values for each node: a bipartite graph. No block has nodes of both types, but
        that of the last level.
    degree_corrected : bool or "auto", default=True
        Whether nodes of a block may have degrees of their own; "auto" fits both models and takes
        that of the shorter description.
    q_table : {"exact", "reference"}, default="exact"
        As for :func:`partwise.metrics.nested_description_length`.
    min_blocks, max_blocks : int or (int, int), optional
        Bounds of the number of blocks of nodes, with `types` of each type.
    initial_labels : array-like of int, shape (n,), or sequence of such, optional
        Blocks of nodes to begin with (warm start), or the levels of a hierarchy, such as those of
        an earlier result; the result is never worse.
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
    NestedResult

    Raises
    ------
    ValueError, TypeError
        The graph is directed, not bipartite as `types` has it, or has weights that are not
        integers; another argument is out of range.

    See Also
    --------
    partwise.metrics.nested_description_length : what is minimised.
    fit_sbm : the flat model.

    Notes
    -----
    The start is the better one of the flat fit and of the levels of its agglomeration, each with
    groups above that are united from the bottom up. Then simulated annealing moves nodes and merges
    and splits blocks as in :func:`fit_sbm`, now by the exact change of the whole hierarchy's
    description length, and does the same with the blocks of every level. In the end levels are
    deleted, inserted and made anew, and all moves are made greedily, until nothing of this makes
    the description shorter. The result is never worse than that of :func:`fit_sbm` with the same
    arguments and one block on top. The order of the stages is ours, the moves of levels are those
    of [1]_.

    References
    ----------
    .. [1] T. P. Peixoto, "Hierarchical block structures and high-resolution model selection in
       large networks", Physical Review X 4, 2014, doi:10.1103/PhysRevX.4.011047.

    Examples
    --------
    >>> cliques = [(u, v) for u in range(60) for v in range(u) if u // 10 == v // 10]
    >>> found = fit_nested_sbm(cliques, random_state=0)
    >>> found.n_blocks, found.n_blocks_by_level[-1]
    (6, 1)
    """
    graph = as_graph(graph)
    problem = pose(graph, types)
    check_q_table(q_table)
    limits = block_limits(problem, "auto", min_blocks, max_blocks)
    initial = None if initial_labels is None else _start(problem, initial_labels, limits)
    sweeps = check_sweeps(n_sweeps, problem)
    seed = check_seed(random_state)
    jobs, runs = check_jobs(n_jobs), check_count("n_init", n_init)
    plan = Plan(sweeps, TRIES, limits)
    best: NestedResult | None = None
    is_complete = True
    models = models_to_fit(degree_corrected, check_time_limit(time_limit), stop, callback)
    for corrected, budget, report in models:
        model = Model(corrected, q_table=q_table)
        found = _best_of(problem, model, plan, initial, runs, jobs, seed, budget, report)
        is_complete &= not budget.is_spent
        levels = _named_by_size(problem, found.levels)
        terms = nested_description_terms(
            graph, levels, types=types, degree_corrected=corrected, q_table=q_table
        )
        if best is None or terms.total < best.description_length:
            counts = tuple(len(np.unique(level)) for level in levels)
            # what no blocks change, so that the trace has description lengths
            rest = terms.total - found.cost
            best = NestedResult(
                levels[0], levels, counts[0], counts, terms.total, terms, corrected,
                np.array(found.trace) + rest, found.effort(budget), seed,
            )  # fmt: skip
    assert best is not None
    return replace(best, effort=replace(best.effort, is_complete=is_complete))


def _best_of(
    problem: Problem,
    model: Model,
    plan: Plan,
    initial: Levels | None,
    runs: int,
    jobs: int,
    seed: int,
    budget: Budget,
    report: Report,
) -> NestedFound:
    from partwise.kernels.rng import stream_state

    if problem.n_nodes == 0:
        return NestedFound([np.zeros(0, np.int32)], 0.0)

    def run(number: int, tell: Report) -> NestedFound:
        """Search once."""
        rng = stream_state(seed, number)
        return nested_search(problem, model, plan, initial, rng, budget, tell)

    return best_of(runs, jobs, report, run)


def _start(problem: Problem, initial_labels: Any, limits: NDArray[np.int64]) -> Levels:
    """Return a hierarchy to begin with, which ends in one block."""
    if len(initial_labels) == 0 or np.ndim(initial_labels[0]) == 0:
        labels = checked_start(problem, initial_labels, limits, "initial_labels")
        return [labels, np.zeros(int(labels.max(initial=-1)) + 1, np.int32)]
    levels = check_levels(initial_labels, problem.n_nodes)
    checked_start(problem, levels[0], limits, "initial_labels")
    kinds = problem.types
    for number, labels in enumerate(levels):
        last = number == len(levels) - 1
        second = np.bincount(labels, kinds)
        mixed = (second > 0) & (second < np.bincount(labels))
        if mixed.any() and not (last and len(second) == 1):
            raise ValueError(
                f"initial_labels[{number}] must keep the types apart, got both in block "
                f"{int(np.argmax(mixed))}"
            )
        kinds = (second > 0).astype(np.int8)
    if len(kinds) > 1:
        levels.append(np.zeros(len(kinds), np.int32))
    return levels


def _named_by_size(problem: Problem, levels: Levels) -> Levels:
    """Return levels up to the first one of one block, larger blocks first, after the types."""
    named: Levels = []
    kinds, order = problem.types, np.arange(problem.n_nodes)
    for level in levels:
        labels = level[order]
        first, sizes = np.unique(labels, return_index=True, return_counts=True)[1:]
        order = np.lexsort((first, -sizes, kinds[first]))
        rank = np.empty(len(order), np.int32)
        rank[order] = np.arange(len(order))
        named.append(rank[labels])
        kinds = kinds[first][order]
        if len(order) <= 1:
            break
    return named
