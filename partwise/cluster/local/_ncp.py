"""Network community profile: the least conductance of sets of every size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs
from partwise._random import RandomState, check_seed
from partwise.cluster.local._batch import plan
from partwise.cluster.local._query import Query, check_nodes, local_graph
from partwise.cluster.local._workspace import Workspace, visit_all

__all__ = ["CommunityProfile", "ncp_profile"]

_DEFAULT = tuple(
    ("approximate_pagerank", {"alpha": 0.05, "eps": eps}) for eps in (1e-3, 1e-4, 1e-5)
)


@dataclass(frozen=True, slots=True)
class CommunityProfile:
    """The least conductance that was found for sets of each size.

    Attributes
    ----------
    sizes : int64 ndarray of shape (m,)
        Numbers of nodes, ascending; only those for which a set was found.
    conductance : float64 ndarray of shape (m,)
        The least for each size.
    seed : int64 ndarray of shape (m,)
        The seed node from which it was found.
    query : int64 ndarray of shape (m,)
        The position in `methods` of the method by which.
    methods : tuple of (str, dict)
        Names of methods and their options.
    """

    sizes: NDArray[np.int64] = field(repr=False)
    conductance: NDArray[np.float64] = field(repr=False)
    seed: NDArray[np.int64] = field(repr=False)
    query: NDArray[np.int64] = field(repr=False)
    methods: tuple[tuple[str, dict[str, Any]], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the profile as plain Python values."""
        return {
            "sizes": self.sizes.tolist(),
            "conductance": self.conductance.tolist(),
            "seed": self.seed.tolist(),
            "query": self.query.tolist(),
            "methods": [[name, dict(options)] for name, options in self.methods],
        }


def ncp_profile(
    graph: Any,
    *,
    seeds: ArrayLike | None = None,
    n_seeds: int = 100,
    methods: Sequence[tuple[str, Mapping[str, Any]]] = _DEFAULT,
    max_size: int | None = None,
    random_state: RandomState = None,
    n_jobs: int | None = None,
) -> CommunityProfile:
    """Return the least conductance found for sets of every size, over many seeds and methods.

    Where the profile dips, the graph has good communities of that size.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected.
    seeds : array-like of int, optional
        Nodes to start from, one at a time; by default `n_seeds` random nodes.
    n_seeds : int, default=100
        How many random seeds; all nodes if there are not more.
    methods : sequence of (str, mapping)
        Names and options as for :func:`batch_local_clusters`; by default approximate PageRank with
        alpha 0.05 and eps 1e-3, 1e-4 and 1e-5. All prefixes of a sweep count; of methods without
        one, the cluster.
    max_size : int, optional
        Largest set that is kept, by default half of the nodes.
    random_state : int, Generator, RandomState or None
        Draws the seeds.
    n_jobs : int, optional
        Threads: None for 1, -1 for all processors. The result does not depend on it.

    Returns
    -------
    CommunityProfile
        Of equal conductances the first counts, in the order of methods, then of seeds.

    Raises
    ------
    ValueError, TypeError
        A directed graph, an unknown method, or bad options.

    References
    ----------
    J. Leskovec, K. J. Lang, A. Dasgupta, M. W. Mahoney, "Community structure in large networks:
    natural cluster sizes and the absence of large well-defined clusters", Internet Mathematics 6,
    2009, doi:10.1080/15427951.2009.10129177.

    Examples
    --------
    >>> edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 5), (5, 3)]
    >>> profile = ncp_profile(edges, seeds=[0, 4])
    >>> profile.sizes.tolist(), profile.conductance.round(3).tolist()
    ([1, 2, 3], [1.0, 0.5, 0.143])
    """
    graph = local_graph(graph)
    n = graph.n_nodes
    names = tuple((name, dict(options)) for name, options in methods)
    if not names:
        raise ValueError("methods must not be empty")
    queries = [plan(graph, name, options) for name, options in names]
    if seeds is None:
        count = min(check_count("n_seeds", n_seeds), n)
        chosen = np.random.default_rng(check_seed(random_state)).choice(n, count, replace=False)
        nodes = np.sort(chosen).astype(np.int64)
    else:
        nodes = check_nodes(seeds, n)
    largest = n // 2 if max_size is None else min(check_count("max_size", max_size), n)
    best, item = _search(queries, nodes, largest, check_jobs(n_jobs))
    sizes = np.flatnonzero(item >= 0)
    return CommunityProfile(
        sizes=sizes,
        conductance=best[sizes],
        seed=nodes[item[sizes] % nodes.size],
        query=item[sizes] // nodes.size,
        methods=names,
    )


def _search(
    queries: list[Query], nodes: NDArray[np.int64], largest: int, n_jobs: int
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the least conductance by size, and the item (query, seed) that gave it, -1 if none."""
    n_items = len(queries) * nodes.size
    pieces = [(np.full(largest + 1, np.inf), np.full(largest + 1, -1)) for _ in range(n_jobs)]

    def visit(workspace: Workspace, at: int, job: int) -> None:
        """Enter the conductances that one query finds into the table of its thread."""
        best, item = pieces[job]
        query, seed = queries[at // nodes.size], at % nodes.size
        result = query.answer(workspace, nodes[seed : seed + 1])
        if workspace.swept is None:
            if result.size <= largest and result.conductance < best[result.size]:
                best[result.size], item[result.size] = result.conductance, at
            return
        phi = workspace.swept[1][:largest]
        lower = np.flatnonzero(phi < best[1 : phi.size + 1])
        best[lower + 1], item[lower + 1] = phi[lower], at

    visit_all(queries[0].graph, visit, n_jobs, n_items)
    best, item = pieces[0]
    for other, other_item in pieces[1:]:
        better = (other < best) | ((other == best) & (other_item < item))
        best[better], item[better] = other[better], other_item[better]
    return best, item
