"""From a user's arrays to the canonical, checked arrays of a :class:`Graph`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "DUPLICATES",
    "as_index_vector",
    "as_names",
    "as_node_weights",
    "as_weight_vector",
    "csr_from_arcs",
    "csr_from_csr",
    "csr_from_edge_list",
    "index_dtype",
    "is_symmetric",
]

DUPLICATES = ("auto", "sum", "first", "max", "min", "error")

# Float matrices that are symmetric up to rounding, such as distances from a matrix product, count
# as symmetric.
SYMMETRY_TOLERANCE = 1e-10

Arrays = tuple[NDArray[np.int64], NDArray[Any], NDArray[Any] | None]


def index_dtype(n_nodes: int) -> type[np.int32] | type[np.int64]:
    """Return the dtype of `indices` in a graph with `n_nodes` nodes."""
    return np.int64 if n_nodes >= 2**31 else np.int32


def as_index_vector(values: ArrayLike, name: str) -> NDArray[Any]:
    """Return `values` as a one-dimensional int32 or int64 array, without copying those dtypes."""
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {array.shape}")
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, got dtype {array.dtype}")
    if array.dtype in (np.int32, np.int64):
        return array
    if array.dtype == np.uint64 and array.max() > np.uint64(2**63 - 1):
        raise ValueError(f"{name} holds {array.max()}, allowed are values below 2**63")
    return array.astype(np.int64)


def as_weight_vector(
    values: ArrayLike, name: str, length: int, counted: str
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return finite non-negative weights as a new int64 or float64 array of shape (length,).

    Parameters
    ----------
    values : array-like
        Integers and booleans become int64, other real numbers float64.
    name : str
        The parameter, for messages.
    length : int
        How many there must be.
    counted : str
        What is counted by `length`, for messages.
    """
    array = np.asarray(values)
    if array.shape != (length,):
        raise ValueError(
            f"{name} must have shape ({length},), one value per {counted}, got {array.shape}"
        )
    kind = array.dtype.kind
    if kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    if kind == "u" and array.size and array.max() > np.uint64(2**63 - 1):
        raise ValueError(f"{name} holds {array.max()}, allowed are integers below 2**63")
    result: NDArray[Any] = array.astype(np.float64 if kind == "f" else np.int64, order="C")
    # A NaN makes the first comparison false, so two passes without temporaries settle it.
    if result.size and not (result.min() >= 0 and result.max() < np.inf):
        at = int(np.argmax(~((result >= 0) & (result < np.inf))))
        raise ValueError(
            f"{name} must be finite and non-negative, got {result[at]} at position {at}"
        )
    if result.dtype == np.int64 and result.size:
        _check_total(result, name)
    return result


def _check_total(weights: NDArray[np.int64], name: str) -> None:
    if int(weights.max()) > 2**62 // len(weights):
        total = float(weights.sum(dtype=np.float64))
        if total >= 2.0**62:
            raise ValueError(f"{name} sum to {total:.3g}, allowed are integer sums below 2**62")


def as_node_weights(
    values: ArrayLike | None, n_nodes: int
) -> NDArray[np.int64] | NDArray[np.float64] | None:
    """Check `node_weights`; None stays None."""
    if values is None:
        return None
    return as_weight_vector(values, "node_weights", n_nodes, "node")


def as_names(values: ArrayLike | None, n_nodes: int) -> NDArray[Any] | None:
    """Return names as an int64 array, if all are integers, or as an object array.

    Raises
    ------
    ValueError
        There are not `n_nodes` names.
    """
    if values is None:
        return None
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu":
        names: NDArray[Any] = as_index_vector(values, "names").astype(np.int64)
    else:
        given = values.tolist() if isinstance(values, np.ndarray) else list(values)  # type: ignore[arg-type]
        if given and all(type(x) is int and -(2**63) <= x < 2**63 for x in given):
            names = np.array(given, dtype=np.int64)
        else:
            names = np.empty(len(given), dtype=object)
            # Element by element: names may themselves be tuples.
            for i, name in enumerate(given):
                names[i] = name
    if names.shape != (n_nodes,):
        raise ValueError(f"names must have shape ({n_nodes},), one per node, got {names.shape}")
    return names


def csr_from_edge_list(
    edges: ArrayLike | tuple[ArrayLike, ArrayLike],
    weights: ArrayLike | None,
    n_nodes: int | None,
    directed: bool,
    duplicates: str,
) -> Arrays:
    """Check an edge list and build the canonical CSR arrays."""
    if duplicates not in DUPLICATES:
        raise ValueError(f"duplicates must be one of {', '.join(DUPLICATES)}, got {duplicates!r}")
    src, dst = _end_points(edges)
    if weights is not None:
        unweighted = np.asarray(weights).dtype == np.bool_
        weights = as_weight_vector(weights, "weights", len(src), "edge")
        if unweighted:
            present = weights != 0
            src, dst, weights = src[present], dst[present], None
    largest = -1
    for name, ends in (("source", src), ("target", dst)):
        if len(ends):
            if ends.min() < 0:
                at = int(np.argmax(ends < 0))
                raise ValueError(f"edges holds the {name} {ends[at]} in row {at}, allowed are >= 0")
            largest = max(largest, int(ends.max()))
    if n_nodes is None:
        n_nodes = largest + 1
    elif largest >= n_nodes:
        bad = (src >= n_nodes) | (dst >= n_nodes)
        at = int(np.argmax(bad))
        raise ValueError(
            f"edges holds ({src[at]}, {dst[at]}) in row {at}, allowed are nodes below "
            f"n_nodes={n_nodes}"
        )
    return csr_from_arcs(n_nodes, src, dst, weights, symmetrize=not directed, duplicates=duplicates)


def _end_points(
    edges: ArrayLike | tuple[ArrayLike, ArrayLike],
) -> tuple[NDArray[Any], NDArray[Any]]:
    if isinstance(edges, tuple) and len(edges) == 2:
        src, dst = (as_index_vector(e, f"edges[{i}]") for i, e in enumerate(edges))
        if len(src) != len(dst):
            raise ValueError(
                f"edges[0] and edges[1] must be equally long, got {len(src)} and {len(dst)}"
            )
        return src, dst
    array = np.asarray(edges)
    if array.size == 0 and array.ndim <= 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if array.ndim != 2 or array.shape[1] != 2:
        hint = ""
        if array.ndim == 2 and array.shape[0] == 2:
            hint = "; for an array of shape (2, m) use Graph.from_edge_index"
        raise ValueError(
            f"edges must have shape (m, 2) or be a pair (sources, targets), got shape "
            f"{array.shape}{hint}"
        )
    return as_index_vector(array[:, 0], "edges"), as_index_vector(array[:, 1], "edges")


def csr_from_arcs(
    n_nodes: int,
    src: NDArray[Any],
    dst: NDArray[Any],
    weights: NDArray[Any] | None,
    *,
    symmetrize: bool,
    duplicates: str,
) -> Arrays:
    """Build canonical CSR arrays from checked end points and weights."""
    from partwise.kernels.csr import DUPLICATES as CODES
    from partwise.kernels.csr import csr_from_edges

    code = CODES["sum" if duplicates == "auto" else duplicates]
    # Numba would compile the builder once more for read-only arrays, which takes far longer.
    src, dst = (x if x.flags.writeable else x.copy() for x in (src, dst))
    if weights is not None and not weights.flags.writeable:
        weights = weights.copy()
    return csr_from_edges(n_nodes, src, dst, weights, symmetrize, code)


def csr_from_csr(
    indptr: ArrayLike, indices: ArrayLike, weights: ArrayLike | None, directed: bool | None
) -> tuple[Arrays, bool]:
    """Check CSR arrays, make them canonical and find out whether they are symmetric.

    Parameters
    ----------
    directed : bool or None
        False demands a symmetric matrix, True takes any, None decides by the matrix.

    Returns
    -------
    arrays : (indptr, indices, weights)
        New arrays, never those of the caller.
    directed : bool
    """
    from partwise.graph._kernels.csr_checks import check_csr

    indptr = as_index_vector(indptr, "indptr").astype(np.int64)
    if len(indptr) == 0:
        raise ValueError("indptr must have shape (n_nodes + 1,), got an empty array")
    n = len(indptr) - 1
    columns = as_index_vector(indices, "indices")
    # Kernels are compiled for writable contiguous arrays only.
    if not (columns.flags.writeable and columns.flags.c_contiguous):
        columns = columns.copy()
    fault, where, canonical = check_csr(indptr, columns)
    if fault:
        raise ValueError(_describe_fault(fault, where, indptr, columns))

    present: NDArray[np.bool_] | None = None
    checked: NDArray[Any] | None = None
    if weights is not None:
        unweighted = np.asarray(weights).dtype == np.bool_
        checked = as_weight_vector(weights, "weights", len(columns), "stored entry")
        if checked.size and checked.min() == 0:
            present = checked != 0
        if unweighted:
            checked = None
    if canonical and present is None:
        columns = columns.astype(index_dtype(n))  # always a copy
    else:
        rows = np.repeat(np.arange(n, dtype=index_dtype(n)), np.diff(indptr))
        if present is not None:
            rows, columns = rows[present], columns[present]
            checked = None if checked is None else checked[present]
        indptr, columns, checked = csr_from_arcs(
            n, rows, columns, checked, symmetrize=False, duplicates="sum"
        )
    if directed is None or not directed:
        directed = not is_symmetric(indptr, columns, checked, required=directed is False)
    return (indptr, columns, checked), directed


def _describe_fault(
    fault: int, where: int, indptr: NDArray[np.int64], indices: NDArray[Any]
) -> str:
    from partwise.graph._kernels.csr_checks import BAD_END, BAD_START, DECREASING

    if fault == BAD_START:
        return f"indptr must start with 0, got {indptr[0]}"
    if fault == DECREASING:
        return (
            f"indptr must not decrease, got indptr[{where - 1}]={indptr[where - 1]} and "
            f"indptr[{where}]={indptr[where]}"
        )
    if fault == BAD_END:
        return f"indptr must end with len(indices)={len(indices)}, got {indptr[where]}"
    return (
        f"indices[{where}] is {indices[where]}, allowed are node numbers from 0 to "
        f"{len(indptr) - 2}"
    )


def is_symmetric(
    indptr: NDArray[np.int64],
    indices: NDArray[Any],
    weights: NDArray[Any] | None,
    *,
    required: bool,
) -> bool:
    """Tell whether a canonical matrix is symmetric; float rounding is evened out in place."""
    from partwise.graph._kernels.csr_checks import mend_symmetry

    exact = weights is None or weights.dtype.kind == "i"
    u, v = mend_symmetry(indptr, indices, weights, 0.0 if exact else SYMMETRY_TOLERANCE)
    if u < 0:
        return True
    if required:
        forward = _entry(indptr, indices, weights, u, v)
        backward = _entry(indptr, indices, weights, v, u)
        raise ValueError(
            "an undirected graph needs a symmetric matrix, found an asymmetric entry: "
            f"({u}, {v}) is {forward} but ({v}, {u}) is {backward}; pass directed=True or "
            "symmetrise the matrix"
        )
    return False


def _entry(
    indptr: NDArray[np.int64],
    indices: NDArray[Any],
    weights: NDArray[Any] | None,
    u: int,
    v: int,
) -> int | float:
    """Return an entry of a canonical CSR matrix."""
    at = int(indptr[u]) + int(np.searchsorted(indices[indptr[u] : indptr[u + 1]], v))
    if at == indptr[u + 1] or indices[at] != v:
        return 0
    return 1 if weights is None else weights[at].item()
