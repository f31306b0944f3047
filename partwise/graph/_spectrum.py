"""Extreme eigenvalues of the matrices of a graph, without a dense matrix unless it is tiny."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.graph._graph import Graph

__all__ = [
    "DENSE_BELOW",
    "component_labels",
    "largest_eigenpairs",
    "laplacian_eigenpairs",
    "symmetric_matrix",
]

#: Below this number of nodes a dense solver is faster, and it never misses a multiple eigenvalue.
DENSE_BELOW = 400

_BATCH = 8  # eigenpairs that are found together where they are counted
_PROBE = 1e-4  # relative accuracy that tells whether an eigenvalue is there
_START = 20080101  # seed of the vector that iterations start from


def symmetric_matrix(graph: Graph) -> Any:
    """Return the adjacency matrix as a float64 scipy array; A + A^T for a directed graph."""
    matrix = graph.to_scipy(np.float64)
    return (matrix + matrix.T).tocsr() if graph.directed else matrix


def largest_eigenpairs(
    operator: Any, k: int, *, complete: bool = False, tol: float = 0.0, seed: int = _START
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the k algebraically largest eigenvalues, descending, and their eigenvectors.

    Parameters
    ----------
    operator : ndarray, sparse array or LinearOperator of shape (n, n)
        Symmetric.
    k : int
        At most n.
    complete : bool, default=False
        Whether to look for copies of multiple eigenvalues that were missed, about as much work
        again. Only for a positive semidefinite operator.
    tol : float, default=0.0
        Relative accuracy of the eigenvalues, 0 for machine precision.
    seed : int
        Of the start vector.

    Returns
    -------
    values : float64 ndarray of shape (k,)
    vectors : float64 ndarray of shape (n, k)
        Each with a positive entry of largest size (the first, in a tie).

    Notes
    -----
    Implicitly restarted Lanczos (ARPACK), or a dense solver for small n or nearly all eigenvalues.
    From one start vector, Lanczos iteration finds a further copy of a multiple eigenvalue only by
    rounding, hence `complete`.
    """
    n = operator.shape[0]
    if n < DENSE_BELOW or k > n // 2:
        from scipy.linalg import eigh

        dense = operator @ np.eye(n)
        values, vectors = eigh((dense + dense.T) / 2, subset_by_index=(n - k, n - 1))
    else:
        values, vectors = _lanczos(operator, k, tol, seed)
        if complete:
            values, vectors = _add_missed(operator, values, vectors, k, tol, seed)
    order = np.argsort(-values, kind="stable")[:k]
    values, vectors = values[order], vectors[:, order]
    at = np.abs(vectors).argmax(axis=0)
    signs = np.where(vectors[at, np.arange(k)] < 0, -1.0, 1.0)
    return values, vectors * signs


def count_above(operator: Any, threshold: float) -> int:
    """Count the eigenvalues of a symmetric positive semidefinite operator above a threshold > 0.

    Notes
    -----
    Some of the largest are computed, then some of the largest on the complement of their vectors,
    and so on, until one is not above: so none is missed, multiple ones included, and few of those
    below, which lie close together as a rule, have to be told apart.
    """
    n = operator.shape[0]
    if n < DENSE_BELOW:
        return int(np.count_nonzero(largest_eigenpairs(operator, n)[0] > threshold))
    known = np.zeros((n, 0))
    while known.shape[1] < n - _BATCH:
        values, vectors = _lanczos(
            _complement(operator, known), _BATCH, _PROBE, _START + known.shape[1]
        )
        above = values > threshold
        known = np.column_stack([known, vectors[:, above]])
        if not above.all():
            break
    return known.shape[1]


def _lanczos(
    operator: Any, k: int, tol: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    from scipy.sparse.linalg import eigsh

    n = operator.shape[0]
    start = np.random.default_rng(seed).standard_normal(n)
    basis = min(n, max(2 * k + 1, 40))
    return eigsh(operator, k, which="LA", v0=start, tol=tol, ncv=basis)


def _complement(operator: Any, known: NDArray[np.float64]) -> Any:
    """Return the operator with the space of some orthonormal vectors projected out."""
    from scipy.sparse.linalg import LinearOperator

    def project(x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Apply the operator on the complement of the known vectors."""
        y = operator @ (x - known @ (known.T @ x))
        return y - known @ (known.T @ y)

    return LinearOperator(operator.shape, matvec=project, dtype=np.float64)


def _add_missed(
    operator: Any,
    values: NDArray[np.float64],
    vectors: NDArray[np.float64],
    k: int,
    tol: float,
    seed: int,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Search the complement of what was found, until nothing there is among the k largest."""
    while True:
        seed += 1
        rest = _complement(operator, vectors)
        limit = np.sort(values)[-k] + 1e-10
        # A rough value is too small by less than the square of its residual.
        if not (_lanczos(rest, 2, _PROBE, seed)[0] > limit).any():
            return values, vectors
        more, directions = _lanczos(rest, 2, tol, seed)
        values = np.concatenate([values, more])
        vectors = np.column_stack([vectors, directions])


def laplacian_eigenpairs(
    graph: Graph,
    k: int,
    *,
    shift: float = 0.0,
    constant: float = 0.0,
    complete: bool = False,
    tol: float = 0.0,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Return the k smallest eigenvalues, ascending, of a normalised Laplacian, and eigenvectors.

    .. math:: L = I - D_\tau^{-1/2} (A + \tfrac{c}{n} 1 1^T) D_\tau^{-1/2},
        \qquad D_\tau = D + (\tau + c) I

    Parameters
    ----------
    graph : Graph
        A directed one is taken as A + A^T. A self-loop counts once in the degree.
    k : int
        At most the number of nodes.
    shift : float, default=0.0
        :math:`\tau`, added to the degrees only.
    constant : float, default=0.0
        c, the degree that a constant addition to all entries gives to every node.
    complete, tol
        As for :func:`largest_eigenpairs`.

    Returns
    -------
    values : float64 ndarray of shape (k,)
        At least 0. Without an addition, the first are exactly 0: one for each connected component.
    vectors : float64 ndarray of shape (n, k)
        Orthonormal. A node of degree 0 has a zero row in L and is a component of its own.

    Notes
    -----
    Without an addition the null space is known, :math:`D^{1/2}` times the indicators of the
    components, and it is taken out before the iteration, which would find a multiple eigenvalue
    only by rounding.
    """
    from scipy.sparse import dia_array
    from scipy.sparse.linalg import LinearOperator

    matrix = symmetric_matrix(graph)
    n = graph.n_nodes
    degree = np.asarray(matrix.sum(axis=1), np.float64).ravel() + (shift + constant)
    root = np.sqrt(degree)
    inverse = np.divide(1.0, root, out=np.zeros(n), where=root > 0)
    scale = dia_array((inverse[None, :], [0]), shape=(n, n))
    walk = (scale @ matrix @ scale).tocsr()
    plain = shift == 0 and constant == 0
    null = _null_space(component_labels(matrix), root) if plain else None
    c = 0 if null is None else null.shape[1]
    if null is not None and c >= k:
        return np.zeros(k), null[:, :k].toarray()

    def multiply(x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Apply 2I - L, with the null space moved below all other eigenvalues."""
        block = x.reshape(n, -1)
        y = block + walk @ block
        if constant:
            y = y + np.outer(inverse, (constant / n) * (inverse @ block))
        if null is not None:
            y = y - 3.0 * (null @ (null.T @ block))
        return y.reshape(x.shape)

    operator = LinearOperator((n, n), matvec=multiply, matmat=multiply, dtype=np.float64)
    values, vectors = largest_eigenpairs(operator, k - c, complete=complete, tol=tol)
    found = np.concatenate([np.zeros(c), np.maximum(2.0 - values, 0.0)])
    return found, vectors if null is None else np.column_stack([null.toarray(), vectors])


def component_labels(matrix: Any) -> NDArray[np.int64]:
    """Return the component of every node, numbered by decreasing size, ties by smallest node."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(matrix, directed=False)
    sizes = np.bincount(label)
    rank = np.empty(len(sizes), np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return rank[label]


def _null_space(component: NDArray[np.int64], root: NDArray[np.float64]) -> Any:
    """Return an orthonormal basis of the null space, one sparse column per component."""
    from scipy.sparse import csr_array

    n = len(component)
    entries = np.where(root > 0, root, 1.0)
    norms = np.sqrt(np.bincount(component, entries**2))
    return csr_array(
        (entries / norms[component], component, np.arange(n + 1)), shape=(n, len(norms))
    )
