"""What ``partwise warmup`` runs of :mod:`partwise.gpu`: twins on the CPU."""

from __future__ import annotations

from partwise.cli._warmup_graphs import small_grid, weighted_variants

__all__ = ["twins"]


def twins() -> None:
    """Traversals of graphs of every kind, medoids of points, products of points."""
    import numpy as np

    from partwise.gpu import (
        bfs,
        connected_components,
        k_medoids,
        pagerank,
        pairwise_argmax,
        sssp,
    )
    from partwise.graph import Graph

    for graph in weighted_variants(small_grid(12)):
        indptr, indices, weights, _ = graph._arrays
        for each in (graph, Graph._trusted(indptr, indices, weights, directed=True)):
            for direction in ("auto", "push"):
                bfs(each, 0, direction=direction, return_parent=True, device="cpu")
            sssp(each, 0, return_parent=True, device="cpu")
            connected_components(each, device="cpu")
            pagerank(each, device="cpu")
    points = np.random.default_rng(0).random((300, 3))
    labels = np.arange(300) % 7
    for dtype in (np.float32, np.float64):
        for metric in ("euclidean", "manhattan"):
            k_medoids(points.astype(dtype), [0, 1, 2], metric=metric, device="cpu", n_jobs=2)
        for given in (None, labels):
            pairwise_argmax(points.astype(dtype), labels=given, device="cpu", n_jobs=2)
            other = None if given is None else given[:50]
            pairwise_argmax(
                points.astype(dtype), points[:50].astype(dtype), labels=given, labels_y=other,
                device="cpu",
            )  # fmt: skip
