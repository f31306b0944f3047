"""What ``partwise warmup`` runs of block models."""

from __future__ import annotations

__all__ = ["block_models"]


def block_models() -> None:
    """Graphs without and with types, flat and nested, from nothing and from given blocks."""
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
