"""Markov clustering on a dense matrix, as the definition has it."""

import numpy as np


def dense_flow(matrix, expansion, inflation, pruning, rounds):
    """Return the flow matrix after some rounds; columns sum to 1."""
    a = np.array(matrix, dtype=float).T
    heaviest = a.max(axis=0)
    loops = np.where(heaviest > 0, heaviest, 1.0)
    a[np.diag_indices(len(a))] = np.maximum(np.diag(a), loops)
    flow = a / a.sum(axis=0)
    for _ in range(rounds):
        flow = np.linalg.matrix_power(flow, expansion) ** inflation
        flow /= flow.sum(axis=0)
        largest = flow.max(axis=0)
        flow[flow < np.minimum(pruning, largest)] = 0.0
        flow /= flow.sum(axis=0)
    return flow


def clusters(flow):
    """Return sets of nodes, which may overlap: what flows to each system of attractors."""
    n = len(flow)
    attractors = [i for i in range(n) if flow[i, i] > 0]
    systems = {i: {i} for i in attractors}
    for i in attractors:
        for j in attractors:
            if flow[i, j] > 0 and systems[i] is not systems[j]:
                systems[i] |= systems[j]
                for member in systems[j]:
                    systems[member] = systems[i]
    found = {frozenset(s): set() for s in systems.values()}
    for system, members in found.items():
        members.update(j for j in range(n) if any(flow[i, j] > 1e-9 for i in system))
    return list(found.values())
