"""Matching of nodes on a device, for coarsening."""

from __future__ import annotations

from typing import Any

from partwise.gpu._backend import Backend

__all__ = ["match_handshakes"]


def match_handshakes(backend: Backend, best: Any) -> Any:
    """Match every two nodes that want each other.

    Parameters
    ----------
    backend : Backend
    best : int32 array of shape (n,)
        The neighbour that a node wants, -1 for none.

    Returns
    -------
    int32 array of shape (n,)
        The smaller node of the pair of a node, or the node itself where it has none.

    References
    ----------
    .. [1] B. O. Fagginger Auer, R. H. Bisseling, "A GPU algorithm for greedy graph matching", 2012,
       doi:10.1007/978-3-642-30397-5_10.
    """
    xp, n = backend.xp, int(best.shape[0])
    representative = xp.empty(n, xp.int32)
    if n > 0:
        backend.launch("handshake", n, best, n, representative)
    return representative
