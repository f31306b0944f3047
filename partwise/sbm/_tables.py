"""Tables that all fits of graphs of a size share."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from partwise.metrics._integer_partitions import QTable, szekeres_terms

__all__ = ["Tables", "make_tables"]

_FACTORIALS = 1 << 16
_LARGEST = 1500  # of which all partitions are counted: 9 MB
_CURVE_POINTS = 4096
_LEAST_U, _MOST_U = 1e-2, 60.0  # u = n / sqrt(m); above, more parts make no difference


class Tables(NamedTuple):
    """What :mod:`partwise.sbm._kernels.counting` looks up.

    Attributes
    ----------
    factorials : float64 ndarray
        ln x! of x = 0, 1, ...
    partitions : float64 ndarray
        ln q(m, n) at ``m (m - 1) / 2 + n - 1``.
    largest : int
        The largest m in it.
    curves : float64 ndarray of shape (k + 1, 2)
        First the start and the step of a grid of ln u, then f and g at its points.
    """

    factorials: NDArray[np.float64]
    partitions: NDArray[np.float64]
    largest: int
    curves: NDArray[np.float64]


def make_tables(n_ends: int, q_table: QTable = "exact") -> Tables:
    """Return the tables for graphs with up to `n_ends` edge ends (2 E)."""
    # Sizes that are powers of two are asked for again and again.
    size = 1 << max(6, (max(1, n_ends) - 1).bit_length())
    return _tables(min(size, _LARGEST), q_table)


@cache
def _tables(largest: int, q_table: QTable) -> Tables:
    from scipy.special import gammaln

    from partwise.sbm._kernels.counting import fill_partitions

    partitions = np.empty(largest * (largest + 1) // 2)
    fill_partitions(largest, q_table == "reference", np.empty(largest + 1), partitions)
    factorials = gammaln(np.arange(_FACTORIALS) + 1.0)
    grid = np.linspace(np.log(_LEAST_U), np.log(_MOST_U), _CURVE_POINTS)
    curves = np.empty((_CURVE_POINTS + 1, 2))
    curves[0] = grid[0], grid[1] - grid[0]
    curves[1:] = np.stack(szekeres_terms(np.exp(grid)), axis=1)
    return Tables(factorials, partitions, largest, curves)
