"""Sums over the blocks of a partition."""

from __future__ import annotations

from partwise.kernels.csr_access import arc_weight
from partwise.kernels.jit import kernel

__all__ = ["add_block_weights"]


@kernel
def add_block_weights(labels, node_weights, sums):
    """Add the weight of every node (1 without weights) to the sum of its block, in node order."""
    for v in range(len(labels)):
        sums[labels[v]] += arc_weight(node_weights, v)
