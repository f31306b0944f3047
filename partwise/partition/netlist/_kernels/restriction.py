"""The nets of a netlist that are left for some of its nodes."""

from __future__ import annotations

import numpy as np

from partwise.kernels.jit import kernel

__all__ = ["restrict_nets"]


@kernel
def restrict_nets(net_ptr, pins, node_ptr, nets, weights, nodes, keep_split):
    """Return (net_ptr, pins, weights) of the nets with at least two pins among `nodes`.

    Parameters
    ----------
    nodes : int64 ndarray
        Ascending; the node at position i gets number i.
    keep_split : bool
        Whether a net that also has pins elsewhere is kept, with the pins that are left.

    Notes
    -----
    Visits the nets of `nodes` only, apart from an array over all nodes and nets.
    """
    number = np.full(node_ptr.size - 1, -1, dtype=np.int64)
    seen = np.zeros(net_ptr.size - 1, dtype=np.bool_)
    n_pins = 0
    for i in range(nodes.size):
        v = nodes[i]
        number[v] = i
        n_pins += node_ptr[v + 1] - node_ptr[v]
        for j in range(node_ptr[v], node_ptr[v + 1]):
            seen[nets[j]] = True
    count = 0
    for e in range(seen.size):
        count += seen[e]
    new_ptr = np.zeros(count + 1, dtype=np.int64)
    new_pins = np.empty(n_pins, dtype=np.uint32)
    new_weights = np.empty(count, dtype=np.int64)
    kept = 0
    top = 0
    for e in range(seen.size):
        if not seen[e]:
            continue
        start = top
        whole = True
        for j in range(net_ptr[e], net_ptr[e + 1]):
            i = number[pins[j]]
            if i < 0:
                whole = False
            else:
                new_pins[top] = i
                top += 1
        if top - start < 2 or not (whole or keep_split):
            top = start
            continue
        new_weights[kept] = weights[e]
        kept += 1
        new_ptr[kept] = top
    return new_ptr[: kept + 1].copy(), new_pins[:top].copy(), new_weights[:kept].copy()
