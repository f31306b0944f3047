"""Random graphs with planted blocks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._random import RandomState, check_seed
from partwise.graph._build import as_index_vector
from partwise.graph._graph import Graph
from partwise.graph.generators._checks import check_count, check_fraction

__all__ = ["planted_partition_graph", "stochastic_block_graph"]


def stochastic_block_graph(
    sizes: ArrayLike,
    p_matrix: ArrayLike,
    *,
    directed: bool = False,
    random_state: RandomState = None,
) -> Graph:
    """Return a stochastic block model graph: edges are independent, given the blocks.

    Parameters
    ----------
    sizes : array-like of int, shape (n_blocks,)
        Numbers of nodes. The blocks are consecutive: the block of each node is
        ``np.repeat(np.arange(n_blocks), sizes)``.
    p_matrix : array-like of float, shape (n_blocks, n_blocks)
        Probability of an edge from a node of block r to one of block s; symmetric, unless
        `directed`.
    directed : bool, default=False
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Graph
        Without self-loops.

    Raises
    ------
    ValueError
        Wrong shapes, probabilities outside [0, 1] or asymmetric.

    Notes
    -----
    The sampling is exact and takes O(n + n_blocks^2 + edges) expected time: it skips over absent
    pairs by geometrically distributed steps.

    References
    ----------
    P. W. Holland, K. B. Laskey, S. Leinhardt, "Stochastic blockmodels: first steps", Social
    Networks 5, 1983, doi:10.1016/0378-8733(83)90021-7. Sampling: V. Batagelj, U. Brandes,
    "Efficient generation of large random networks", Physical Review E 71, 2005,
    doi:10.1103/PhysRevE.71.036113.

    Examples
    --------
    >>> graph = stochastic_block_graph([3, 4], [[1.0, 0.0], [0.0, 1.0]], random_state=0)
    >>> graph
    Graph(n_nodes=7, n_edges=9, undirected)
    """
    counts = as_index_vector(sizes, "sizes").astype(np.int64)
    if (counts < 0).any():
        raise ValueError(f"sizes must be non-negative, got {counts.min()}")
    n = check_count(int(counts.sum()), "the sum of sizes", 0)
    p = _probabilities(p_matrix, len(counts), directed)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    pieces = list(_pieces(counts, starts, p, directed))
    src, dst, _ = _sample(check_seed(random_state), pieces)
    return Graph.from_edges((src, dst), n_nodes=n, directed=directed)


@dataclass(frozen=True)
class _Piece:
    """A rectangle or triangle of the adjacency matrix with one probability."""

    p: float
    rows: int
    cols: int
    triangle: bool
    row0: int
    col0: int
    transposed: bool = False


def _sample(
    seed: int, pieces: list[_Piece]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Draw the edges of all pieces, once to count them and once to write them.

    Returns sources, targets and, for each piece, where its edges start (and where the last ends).
    """
    from partwise.graph.generators._kernels.blocks import sample_pairs

    none = np.empty(0, np.int32)
    ends = np.zeros(len(pieces) + 1, np.int64)
    for stream, x in enumerate(pieces):
        ends[stream + 1] = ends[stream] + sample_pairs(
            seed, stream, x.p, x.rows, x.cols, x.triangle, x.row0, x.col0, none, none
        )
    src, dst = np.empty(ends[-1], np.int32), np.empty(ends[-1], np.int32)
    for stream, x in enumerate(pieces):
        here = slice(ends[stream], ends[stream + 1])
        if here.start < here.stop:
            out = (dst[here], src[here]) if x.transposed else (src[here], dst[here])
            sample_pairs(seed, stream, x.p, x.rows, x.cols, x.triangle, x.row0, x.col0, *out)
    return src, dst, ends


def _probabilities(p_matrix: ArrayLike, n_blocks: int, directed: bool) -> NDArray[np.float64]:
    p = np.asarray(p_matrix, dtype=np.float64)
    if n_blocks == 0 and p.size == 0:
        return p.reshape(0, 0)
    if p.shape != (n_blocks, n_blocks):
        raise ValueError(
            f"p_matrix must have shape ({n_blocks}, {n_blocks}), one row per block, got {p.shape}"
        )
    good = (p >= 0) & (p <= 1)
    if not good.all():
        r, s = np.unravel_index(int(np.argmin(good)), p.shape)
        raise ValueError(f"p_matrix must hold probabilities, got {p[r, s]} at ({r}, {s})")
    if not directed and not (p == p.T).all():
        r, s = np.unravel_index(int(np.argmax(p != p.T)), p.shape)
        raise ValueError(
            f"p_matrix must be symmetric for an undirected graph, got {p[r, s]} at ({r}, {s}) and "
            f"{p[s, r]} at ({s}, {r})"
        )
    return p


def _pieces(
    counts: NDArray[np.int64], starts: NDArray[np.int64], p: NDArray[np.float64], directed: bool
) -> Iterator[_Piece]:
    for r, s in np.argwhere(p > 0).tolist():
        if not directed and s > r:
            continue
        piece = _Piece(
            p=float(p[r, s]),
            rows=int(counts[r]),
            cols=int(counts[s]),
            triangle=r == s,
            row0=int(starts[r]),
            col0=int(starts[s]),
        )
        yield piece
        if directed and r == s:
            yield replace(piece, transposed=True)


def planted_partition_graph(
    n_blocks: int,
    block_size: int,
    p_in: float,
    p_out: float,
    *,
    random_state: RandomState = None,
) -> Graph:
    """Return a graph of equal blocks, dense inside and sparse between.

    Parameters
    ----------
    n_blocks, block_size : int
        Nodes ``b * block_size`` to ``(b + 1) * block_size - 1`` form block b.
    p_in, p_out : float
        Probability of an edge between two nodes of the same block, and of different blocks.
    random_state : None, int, Generator or RandomState

    Returns
    -------
    Graph

    Raises
    ------
    ValueError
        A parameter out of range.

    Notes
    -----
    O(n + n_blocks + edges) expected time: all pairs of different blocks are drawn at once.

    References
    ----------
    A. Condon, R. M. Karp, "Algorithms for graph partitioning on the planted partition model",
    Random Structures and Algorithms 18, 2001,
    doi:10.1002/1098-2418(200103)18:2<116::AID-RSA1001>3.0.CO;2-2.

    Examples
    --------
    >>> planted_partition_graph(3, 4, 1.0, 0.0)
    Graph(n_nodes=12, n_edges=18, undirected)
    """
    n_blocks = check_count(n_blocks, "n_blocks", 0)
    block_size = check_count(block_size, "block_size", 0)
    p_in, p_out = check_fraction(p_in, "p_in"), check_fraction(p_out, "p_out")
    n = check_count(n_blocks * block_size, "n_blocks * block_size", 0)
    within = [
        _Piece(p_in, block_size, block_size, True, b * block_size, b * block_size)
        for b in range(n_blocks if p_in > 0 else 0)
    ]
    seed = check_seed(random_state)
    # The last piece covers all pairs; those of the same block are not its to draw.
    src, dst, starts = _sample(seed, [*within, _Piece(p_out, n, n, True, 0, 0)])
    same = src // max(block_size, 1) == dst // max(block_size, 1)
    same[: starts[-2]] = False
    return Graph.from_edges((src[~same], dst[~same]), n_nodes=n)
