"""Ultrametrics embedded into R^d, with a proof of how good the embedding is."""

from __future__ import annotations

from numpy.typing import ArrayLike

from partwise._checks import check_count
from partwise.geometry.boxes._linkage import as_dendrogram
from partwise.geometry.boxes._placing import UltrametricResult, embed
from partwise.geometry.boxes._slack import check_eps

__all__ = ["UltrametricResult", "ultrametric_embedding"]


def ultrametric_embedding(
    linkage: ArrayLike, n_components: int = 2, eps: float | None = None
) -> UltrametricResult:
    """Place the points of a dendrogram in R^d so that distances tell where they merge.

    The ultrametric of a hierarchical clustering says that two points are as far apart as the height
    of the merge that joins them. The embedding never has less than that distance; how much more,
    relative to the best possible, is proven with the result.

    Parameters
    ----------
    linkage : array-like of shape (n_points - 1, 4)
        As of :func:`scipy.cluster.hierarchy.linkage`: two clusters, height, number of points. No
        merge may be lower than its parts. Points that merge at height 0 get one place.
    n_components : int, default=2
        Dimension d of the space, at least 1.
    eps : float, optional
        Slack of the partition of boxes, above 0 and at most 1/3; by default 1 / max(3, depth).

    Returns
    -------
    UltrametricResult

    Raises
    ------
    ValueError
        Not a linkage matrix, or `eps` out of range.
    TypeError
        Entries that are no numbers, or `n_components` no integer.

    Notes
    -----
    Heights are rounded up to powers of two and equal ones contracted. From the points up, each
    group of points is given the volume of its parts and of margins around them; from the root's
    cube down, boxes are split among parts with slack (:func:`slack_partition`) and shrunk to what
    the part needs; a point is the centre of its box. The construction, its constants and
    `lower_bound` (a packing argument with the inequality of Brunn and Minkowski) reconstruct the
    theorem of the paper and are not its text.

    Two steps are added, neither of which breaks a bound: finer grids of heights, down to powers of
    ``2 ** (1 / 8)``, are tried too and the best is kept; and up to 20,000 distinct points, the
    parts of each group are drawn toward its centre, all at one scale and then each on its own,
    until two of their points are as near as they may be.

    Coordinates are float64 numbers: distances below 2^-50 of the picture's side are stretched to
    that, which counts as stretch. So heights should not differ by a factor of more than 10^12.

    O(n log n) time to place points. To draw parts together takes O(n^2) time in the worst case, and
    so does measuring the stretch of all pairs, from which blocks of pairs that cannot be extreme
    are left out.

    References
    ----------
    M. de Berg, K. Onak, A. Sidiropoulos, "Fat polygonal partitions with applications to
    visualization and embeddings", Journal of Computational Geometry 4(1), 2013, arXiv 1009.1866.

    Examples
    --------
    >>> from scipy.cluster.hierarchy import linkage
    >>> from partwise.geometry import ultrametric_embedding
    >>> result = ultrametric_embedding(linkage([[0.0], [1.0], [5.0], [6.5]], "average"))
    >>> result.embedding.shape
    (4, 2)
    >>> bool(1 <= result.lower_bound <= result.distortion <= result.upper_bound)
    True
    """
    tree = as_dendrogram(linkage)
    dim = check_count("n_components", n_components)
    return embed(tree, dim, None if eps is None else check_eps(eps))
