"""Connected components inside blocks."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["count_components"]


@kernel
def _root(parent, v):
    while parent[v] != v:
        parent[v] = parent[parent[v]]
        v = parent[v]
    return v


@kernel
def count_components(indptr, indices, labels, components):
    """Count the components of every block by union-find with path halving.

    Directed edges join both ways (weak connectedness). The smaller number becomes the root, which
    keeps trees flat enough and needs no ranks.
    """
    n = len(labels)
    parent = np.arange(n)
    for u in range(n):
        components[labels[u]] += 1
    for u in range(n):
        for e in range(indptr[u], indptr[u + 1]):
            v = indices[e]
            if labels[v] == labels[u]:
                a, b = _root(parent, u), _root(parent, np.int64(v))
                if a != b:
                    parent[max(a, b)] = min(a, b)
                    components[labels[u]] -= 1
