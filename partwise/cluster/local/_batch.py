"""Many local clusters at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from numpy.typing import ArrayLike

from partwise._checks import check_jobs
from partwise.cluster.local._capacity_releasing import plan_capacity_releasing_diffusion
from partwise.cluster.local._flow_diffusion import plan_flow_diffusion
from partwise.cluster.local._flow_improve import plan_mqi, plan_simple_local
from partwise.cluster.local._heat_kernel import plan_heat_kernel_pagerank
from partwise.cluster.local._pagerank import plan_approximate_pagerank, plan_l1_pagerank
from partwise.cluster.local._query import Query, check_nodes, local_graph
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, visit_all

__all__ = ["METHODS", "answer_all", "batch_local_clusters", "plan"]

METHODS: dict[str, Callable[..., Query]] = {
    "flow_diffusion": plan_flow_diffusion,
    "approximate_pagerank": plan_approximate_pagerank,
    "l1_pagerank": plan_l1_pagerank,
    "heat_kernel_pagerank": plan_heat_kernel_pagerank,
    "capacity_releasing_diffusion": plan_capacity_releasing_diffusion,
    "mqi": plan_mqi,
    "simple_local": plan_simple_local,
}


def batch_local_clusters(
    graph: Any,
    seeds_list: Iterable[ArrayLike],
    *,
    method: str = "approximate_pagerank",
    n_jobs: int | None = None,
    **options: Any,
) -> list[LocalCluster]:
    """Find the clusters of many seeds, or sets of seeds, by the same method.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected.
    seeds_list : iterable of int or array-like of int
        The seeds of every query; for ``"mqi"`` and ``"simple_local"`` its set.
    method : str, default="approximate_pagerank"
        The name of the function: ``"flow_diffusion"``, ``"approximate_pagerank"``,
        ``"l1_pagerank"``, ``"heat_kernel_pagerank"``, ``"capacity_releasing_diffusion"``,
        ``"mqi"`` or ``"simple_local"``.
    n_jobs : int, optional
        Threads: None for 1, -1 for all processors. The results do not depend on it.
    **options
        The function's other arguments.

    Returns
    -------
    list of LocalCluster
        In the order of `seeds_list`; the same as from single calls.

    Raises
    ------
    ValueError, TypeError
        An unknown method, or what the function raises.

    Notes
    -----
    Every thread has one workspace, which it reuses for all of its queries.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> results = batch_local_clusters(edges, [0, 5, [3, 4]], alpha=0.1, eps=1e-4)
    >>> [result.cluster.tolist() for result in results]
    [[0, 1, 2], [3, 4, 5], [3, 4, 5]]
    """
    query = plan(local_graph(graph), method, options)
    return answer_all(query, seeds_list, check_jobs(n_jobs))


def plan(graph: Any, method: str, options: dict[str, Any]) -> Query:
    """Return a method, with its options checked, by name."""
    if method not in METHODS:
        raise ValueError(f"method must be one of {list(METHODS)}, got {method!r}")
    return METHODS[method](graph, **options)


def answer_all(
    query: Query, seeds_list: Iterable[ArrayLike], n_jobs: int = 1
) -> list[LocalCluster]:
    """Answer for every entry of `seeds_list`, on several threads."""
    sets = [check_nodes(seeds, query.graph.n_nodes) for seeds in seeds_list]
    results: list[Any] = [None] * len(sets)

    def answer(workspace: Workspace, at: int, job: int) -> None:
        """Keep the cluster of one entry."""
        results[at] = query.answer(workspace, sets[at])

    visit_all(query.graph, answer, n_jobs, len(sets))
    return results
