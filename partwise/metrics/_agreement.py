"""How far two labelings of the same items agree, whatever the clusters are called."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise.metrics._contingency import ContingencyTable, contingency_table

__all__ = [
    "adjusted_mutual_information",
    "adjusted_rand_index",
    "hungarian_accuracy",
    "normalized_mutual_information",
    "rand_index",
    "v_measure",
]

_LARGEST_MATCHING = 4_000_000  # entries of a dense table that is matched


def normalized_mutual_information(
    labels_a: ArrayLike, labels_b: ArrayLike, *, noise: str = "cluster"
) -> float:
    r"""Return the mutual information over the arithmetic mean of the entropies.

    .. math:: \frac{I(A; B)}{(H(A) + H(B)) / 2}

    Parameters
    ----------
    labels_a, labels_b : array-like of int or str, shape (n,)
        Two labelings of the same items.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        As for :func:`contingency_table`.

    Returns
    -------
    float
        From 0 to 1. 1.0 if both labelings are constant (or empty), 0.0 if one of them is.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`.

    Notes
    -----
    O(n), or O(n log n) for many clusters. Not corrected for chance: it grows with the number of
    clusters; :func:`adjusted_mutual_information` does not. Source: N. X. Vinh, J. Epps, J. Bailey,
    "Information theoretic measures for clusterings comparison", JMLR 11, 2010.

    Examples
    --------
    >>> normalized_mutual_information([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    """
    table = contingency_table(labels_a, labels_b, noise=noise)
    if table.is_bijection:
        return 1.0
    mean = (_entropy(table.row_sizes) + _entropy(table.column_sizes)) / 2
    return min(_information(table) / mean, 1.0)


def adjusted_mutual_information(
    labels_a: ArrayLike, labels_b: ArrayLike, *, noise: str = "cluster"
) -> float:
    r"""Return the mutual information, corrected for chance.

    .. math:: \frac{I - E[I]}{(H(A) + H(B)) / 2 - E[I]}

    where the expectation is over random labelings with the same cluster sizes.

    Parameters
    ----------
    labels_a, labels_b, noise
        As for :func:`normalized_mutual_information`.

    Returns
    -------
    float
        1.0 for equal groupings, about 0 for independent ones, and possibly below.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`.

    Notes
    -----
    Pairs of equal cluster sizes are computed once, and the terms of each run outwards from the most
    probable overlap until they do not count: O(n + s_a s_b sqrt(n)) for s different sizes.
    Source: N. X. Vinh, J. Epps, J. Bailey, JMLR 11, 2010.

    Examples
    --------
    >>> adjusted_mutual_information([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    >>> adjusted_mutual_information([0, 0, 1, 1], [0, 1, 0, 1]) < 0
    True
    """
    from partwise.metrics._kernels.agreement import expected_information

    table = contingency_table(labels_a, labels_b, noise=noise)
    if table.is_bijection:
        return 1.0
    expected = expected_information(
        *np.unique(table.row_sizes, return_counts=True),
        *np.unique(table.column_sizes, return_counts=True),
        table.n_items,
    )
    mean = (_entropy(table.row_sizes) + _entropy(table.column_sizes)) / 2
    # Only rounding can make the room above chance vanish where the groupings differ.
    room = max(mean - expected, np.finfo(np.float64).eps)
    return float((_information(table) - expected) / room)


def v_measure(
    truth: ArrayLike, labels: ArrayLike, *, beta: float = 1.0, noise: str = "cluster"
) -> float:
    r"""Return the weighted harmonic mean of homogeneity and completeness.

    .. math:: \frac{(1 + \beta) h c}{\beta h + c}, \qquad
        h = \frac{I}{H(truth)}, \quad c = \frac{I}{H(labels)}

    Parameters
    ----------
    truth, labels : array-like of int or str, shape (n,)
        True and found labels.
    beta : float, default=1.0
        Weight of completeness, positive. At 1 this is :func:`normalized_mutual_information`.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        As for :func:`contingency_table`.

    Returns
    -------
    float
        From 0 to 1.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`, or `beta` is not positive.

    Notes
    -----
    O(n), or O(n log n) for many clusters. Source: A. Rosenberg, J. Hirschberg, "V-measure: a
    conditional entropy-based external cluster evaluation measure", EMNLP-CoNLL 2007.

    Examples
    --------
    >>> round(v_measure([0, 0, 1, 1], [0, 0, 1, 2]), 4)
    0.8
    """
    if not (math.isfinite(beta) and beta > 0):
        raise ValueError(f"beta must be finite and positive, got {beta}")
    table = contingency_table(truth, labels, noise=noise)
    if table.is_bijection:
        return 1.0
    information = _information(table)
    h, c = (
        min(information / entropy, 1.0) if entropy > 0 else 1.0
        for entropy in (_entropy(table.row_sizes), _entropy(table.column_sizes))
    )
    return (1 + beta) * h * c / (beta * h + c) if h + c > 0 else 0.0


def rand_index(labels_a: ArrayLike, labels_b: ArrayLike, *, noise: str = "cluster") -> float:
    """Return the share of pairs that both labelings put together, or both apart.

    Parameters
    ----------
    labels_a, labels_b, noise
        As for :func:`normalized_mutual_information`.

    Returns
    -------
    float
        From 0 to 1. 1.0 if there is no pair.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`.

    Notes
    -----
    O(n), or O(n log n) for many clusters. Pairs are counted exactly. Source: W. M. Rand, "Objective
    criteria for the evaluation of clustering methods", JASA 66, 1971,
    doi:10.1080/01621459.1971.10482356.

    Examples
    --------
    >>> rand_index([0, 0, 1], [0, 1, 1]) == 1 / 3
    True
    """
    table = contingency_table(labels_a, labels_b, noise=noise)
    together, in_a, in_b, pairs = _pair_counts(table)
    return (pairs + 2 * together - in_a - in_b) / pairs if pairs else 1.0


def adjusted_rand_index(
    labels_a: ArrayLike, labels_b: ArrayLike, *, noise: str = "cluster"
) -> float:
    """Return the Rand index, corrected for chance.

    Parameters
    ----------
    labels_a, labels_b, noise
        As for :func:`normalized_mutual_information`.

    Returns
    -------
    float
        1.0 exactly if, and only if, the groupings are equal; about 0 for independent ones; at least
        -1/2.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`.

    Notes
    -----
    O(n), or O(n log n) for many clusters. Pairs are counted exactly. Source: L. Hubert, P. Arabie,
    "Comparing partitions", Journal of Classification 2, 1985, doi:10.1007/BF01908075.

    Examples
    --------
    >>> adjusted_rand_index([0, 0, 1, 1], [5, 5, 2, 2])
    1.0
    >>> adjusted_rand_index([0, 0, 1, 1], [0, 1, 0, 1])
    -0.5
    """
    table = contingency_table(labels_a, labels_b, noise=noise)
    if table.is_bijection:
        return 1.0
    together, in_a, in_b, pairs = _pair_counts(table)
    # (together - expected) / (mean - expected) with expected = in_a in_b / pairs, in integers.
    return 2 * (together * pairs - in_a * in_b) / ((in_a + in_b) * pairs - 2 * in_a * in_b)


def hungarian_accuracy(truth: ArrayLike, labels: ArrayLike, *, noise: str = "cluster") -> float:
    """Return the share of items that are right under the best renaming of the clusters.

    Every found cluster stands for at most one true one, and the other way round; the numbers of
    clusters may differ.

    Parameters
    ----------
    truth, labels : array-like of int or str, shape (n,)
        True and found labels; the result is symmetric in them.
    noise : {"cluster", "exclude", "singletons"}, default="cluster"
        As for :func:`contingency_table`.

    Returns
    -------
    float
        From 0 to 1. 1.0 if there are no items.

    Raises
    ------
    ValueError, TypeError
        As for :func:`contingency_table`.

    Notes
    -----
    A maximum assignment on the contingency table: the Hungarian method on the dense table, or one
    for sparse tables where that has more than 4,000,000 entries. Source: H. W. Kuhn, "The Hungarian
    method for the assignment problem", Naval Research Logistics Quarterly 2, 1955,
    doi:10.1002/nav.3800020109.

    Examples
    --------
    >>> hungarian_accuracy([0, 0, 0, 1, 1], [7, 7, 8, 8, 9])
    0.6
    """
    table = contingency_table(truth, labels, noise=noise)
    n = table.n_items
    return _best_matching(table) / n if n else 1.0


def _entropy(sizes: NDArray[np.int64]) -> float:
    share = sizes / max(int(sizes.sum()), 1)
    return -float((share * np.log(share)).sum()) + 0.0


def _information(table: ContingencyTable) -> float:
    """Return the mutual information in nats."""
    n = float(table.n_items)
    if 1 in table.shape or n == 0:
        return 0.0
    x = table.counts.astype(np.float64)
    expected = table.row_sizes[table.rows] * (table.column_sizes[table.columns] / n)
    return max(float((x / n * np.log(x / expected)).sum()), 0.0)


def _pair_counts(table: ContingencyTable) -> tuple[int, int, int, int]:
    """Return the pairs together in both labelings, in the first, in the second, and all pairs."""
    together, in_a, in_b = (
        int((x * (x - 1) // 2).sum()) for x in (table.counts, table.row_sizes, table.column_sizes)
    )
    n = table.n_items
    return together, in_a, in_b, n * (n - 1) // 2


def _best_matching(table: ContingencyTable) -> int:
    """Return the most items that a matching of rows with columns can have in common."""
    height, width = table.shape
    if height * width <= _LARGEST_MATCHING:
        from scipy.optimize import linear_sum_assignment

        dense = table.to_array()
        return int(dense[linear_sum_assignment(dense, maximize=True)].sum())
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    # A column of its own for each row, worth 0, makes a matching of all rows always possible; all
    # worths are raised by 1, because an entry of 0 would be no entry.
    rows = np.concatenate([table.rows, np.arange(height)])
    columns = np.concatenate([table.columns, np.arange(width, width + height)])
    worth = np.concatenate([table.counts + 1, np.ones(height, np.int64)])
    padded = coo_array((worth.astype(np.float64), (rows, columns)), shape=(height, width + height))
    padded = padded.tocsr()
    matched = min_weight_full_bipartite_matching(padded, maximize=True)
    return int(np.asarray(padded[matched]).sum()) - height
