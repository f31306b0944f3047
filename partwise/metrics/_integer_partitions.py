"""How many ways there are to write an integer as a sum, as logarithms."""

from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "EXACT_UP_TO",
    "QTable",
    "check_q_table",
    "estimate",
    "log_partitions",
    "szekeres_terms",
]

QTable = Literal["exact", "reference"]

#: Integers up to this one are counted, larger ones estimated.
EXACT_UP_TO = 20_000

_CONVERGED, _MOST_STEPS = 1e-13, 500


def check_q_table(q_table: Any) -> None:
    """Refuse what is no way to count."""
    if q_table not in get_args(QTable):
        raise ValueError(f"q_table must be 'exact' or 'reference', got {q_table!r}")


def log_partitions(
    total: NDArray[np.int64], parts: NDArray[np.int64], q_table: QTable = "exact"
) -> NDArray[np.float64]:
    """Return ln q(m, n): q counts the partitions of m into at most n parts.

    Parameters
    ----------
    total : int64 ndarray of shape (k,)
        m, at least 0.
    parts : int64 ndarray of shape (k,)
        n, at least 1.
    q_table : {"exact", "reference"}
        "reference" undercounts as the table of the bipartiteSBM package does.

    Returns
    -------
    float64 ndarray of shape (k,)

    Notes
    -----
    Up to m = 20,000 (10,000 for the reference, whose table ends there) all partitions are counted
    by ``q(m, n) = q(m, n - 1) + q(m - n, n)`` in O(max m * max n) time; float64 holds the numbers
    to 15 digits and more. Beyond, they are estimated as in [1]_, to about 0.01.

    References
    ----------
    .. [1] G. Szekeres, "Some asymptotic formulae in the theory of partitions (II)", Quarterly
       Journal of Mathematics 4(1), 1953, doi:10.1093/qmath/4.1.96.
    """
    from partwise.metrics._kernels.integer_partitions import count_partitions

    few = np.minimum(total, parts)
    found = np.zeros(len(total))
    limit = 10_000 if q_table == "reference" else EXACT_UP_TO
    counted = np.flatnonzero((few >= 1) & (total <= limit))
    if counted.size:
        m, n = total[counted], few[counted]
        counts = np.empty(int(m.max()) + 1)
        numbers = np.empty(counted.size)
        order = np.argsort(n, kind="stable")
        count_partitions(m, n, order, q_table == "reference", counts, numbers)
        found[counted] = np.log(numbers)
    large = np.flatnonzero(total > limit)
    if large.size:
        found[large] = estimate(total[large].astype(float), few[large].astype(float))
    return found


def estimate(m: NDArray[np.float64], n: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ln q(m, n) for large m, n at most m, by formulae that hold as m grows."""
    from scipy.special import gammaln

    found: NDArray[np.float64] = gammaln(m) - gammaln(n) - gammaln(m - n + 1) - gammaln(n + 1)
    many = n >= m**0.25
    root = np.sqrt(m[many])
    f, g = szekeres_terms(n[many] / root)
    found[many] = f + root * g - np.log(m[many])
    return found


def szekeres_terms(u: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return f and g of ``ln q(m, n) = -ln m + f(u) + sqrt(m) g(u)`` with ``u = n / sqrt(m)``."""
    from scipy.special import spence

    v = u.copy()
    for _ in range(_MOST_STEPS):
        before, v = v, u * np.sqrt(spence(np.exp(-v)))
        if np.abs(v - before).max(initial=0.0) <= _CONVERGED * v.max(initial=0.0):
            break
    rest = -np.expm1(-v)
    f = np.log(v / u) - 0.5 * np.log(rest - 0.5 * u * u * np.exp(-v)) - np.log(2.0**1.5 * np.pi)
    return f, 2.0 * v / u - u * np.log(rest)
