"""What ``partwise warmup`` runs of clusters: k-medoids, communities, local clusters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from partwise.cli._warmup_graphs import small_grid, weighted_variants

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["cluster", "communities", "local_clusters"]


def cluster() -> None:
    """Points, distances in float64 and a graph, as the cluster command takes them."""
    import numpy as np

    from partwise.cluster import silhouette
    from partwise.cluster.kmedoids._search import (
        Search,
        distance_matrix,
        find_medoid_silhouette,
        find_medoids,
        medoid_silhouettes,
    )
    from partwise.graph import shortest_path_matrix

    points = np.random.default_rng(0).random((300, 3))
    grid = small_grid(12)
    graph_distances = shortest_path_matrix(grid)
    distances = graph_distances.astype(np.float64)
    runs: list[Any] = [
        (data, Search(3, 0, metric, n_threads=threads), None)
        for data, metric in (
            (points, "euclidean"),
            (distances, "precomputed"),
            (graph_distances, "precomputed"),
        )
        for threads in (1, 2)
    ]
    runs += [
        (points, Search(3, 0, method="fasterclara"), None),
        (points, Search(3, 0), np.full(len(points), 2.0)),
    ]
    for data, search, weights in runs:
        result = find_medoids(data, search, weights).result
        medoid_silhouettes(data, result.medoids, search)
        silhouette(distance_matrix(data, search), result.labels)
    find_medoid_silhouette(points, Search(3, 0))


def edge_weighted_variants(graph: Graph) -> list[Graph]:
    """Return `graph` without weights and with weights of each kind on its edges."""
    variants = weighted_variants(graph)
    return [variants[0], variants[1], variants[4]]


def communities() -> None:
    """Qualities and limits on small graphs of every kind, and threads on large ones."""
    import numpy as np

    from partwise.cluster import label_propagation, leiden, louvain, markov_clustering
    from partwise.graph import Graph
    from partwise.metrics import community_report

    small, large = small_grid(12), small_grid(330)  # the latter of more arcs than are worth threads
    labels = (np.arange(small.n_nodes) % 4).astype(np.int32)
    fixed = np.where(labels == 0, labels, -1)
    for graph in edge_weighted_variants(small):
        indptr, indices, weights, _ = graph._arrays
        for each in (graph, Graph._trusted(indptr, indices, weights, directed=True)):
            found = leiden(each, random_state=0)
            community_report(each, found.labels)
        louvain(graph, random_state=0)
        leiden(graph, quality="barber", random_state=0)
        leiden(graph, fixed=fixed, initial_labels=labels, theta=0.01, random_state=0)
        leiden(graph, min_size=3, max_size=9, random_state=0)
        leiden(graph, consensus=2, random_state=0)
        for method in ("queue", "semi-synchronous", "parallel"):
            label_propagation(graph, method=method, random_state=0)
        markov_clustering(graph)
    for graph in weighted_variants(large)[:2]:
        leiden(graph, n_jobs=2, algorithm="sequential", random_state=0)
        leiden(graph, n_jobs=2, algorithm="parallel", random_state=0)
        leiden(graph, n_jobs=2, algorithm="free", random_state=0)


def local_clusters() -> None:
    """Every method on graphs with weights of every kind, with attributes and without."""
    import numpy as np

    from partwise.cluster import local
    from partwise.cluster.local._mass_grid import plan_mass_grid

    graphs = edge_weighted_variants(small_grid(12))
    points = np.random.default_rng(0).random((graphs[0].n_nodes, 2))
    for graph in graphs:
        seeds = [0, 1, 12]
        results = [
            local.approximate_pagerank(graph, seeds, eps=1e-4),
            local.l1_pagerank(graph, seeds, rho=1e-4),
            local.heat_kernel_pagerank(graph, seeds),
            local.capacity_releasing_diffusion(graph, seeds),
            local.mqi(graph, seeds),
            local.simple_local(graph, seeds),
        ]
        for sink in ("degree", "unit"):
            for attributes in (None, points, points.astype(np.float32)):
                plan_mass_grid(graph, attributes, sink=sink).search(seeds)
        for result in results:
            local.sweep_profile(graph, result.x_idx, result.x_val, by_degree=True)
