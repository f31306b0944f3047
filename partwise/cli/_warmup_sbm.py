"""What ``partwise warmup`` runs of block models."""

from __future__ import annotations

__all__ = ["block_models"]


def block_models() -> None:
    """Small and large graphs without and with types, flat and nested, from nothing or blocks."""
    import numpy as np

    from partwise.graph import Graph
    from partwise.sbm import fit_nested_sbm, fit_sbm

    nodes = np.arange(12)
    pairs = [(u, v) for u in nodes for v in nodes[:u] if (u + v) % 3 == 1 and (u - v) % 2]
    graph = Graph.from_edges(pairs, n_nodes=12)
    labels = (nodes % 4).astype(np.int32)
    for types in (None, nodes % 2):
        for fit in (fit_sbm, fit_nested_sbm):
            fit(graph, types=types, degree_corrected="auto", n_sweeps=20, random_state=0)
    fit_sbm(graph, initial_labels=labels, n_sweeps=20, random_state=0)
    nodes = np.arange(2100)  # above 2000, fits begin in another way
    ring = Graph.from_edges(np.stack((nodes, np.roll(nodes, 1)), 1), n_nodes=len(nodes))
    for types in (None, nodes % 2):
        fit_sbm(ring, types=types, n_sweeps=2, random_state=0)
