"""NumPy archives in the layout of ``scipy.sparse.save_npz``, with a few arrays more."""

from __future__ import annotations

import io
import zipfile
import zlib
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise.errors import GraphFormatError
from partwise.graph.io._source import Place, name_of, open_output, read_all

if TYPE_CHECKING:
    from partwise.graph._graph import Graph

__all__ = ["read_npz", "write_npz"]

# What zipfile and numpy.load raise for damaged archives. Object arrays, which would have to be
# unpickled, are refused with a ValueError.
_DAMAGE = (
    ValueError,
    KeyError,
    OSError,
    EOFError,
    TypeError,
    OverflowError,
    MemoryError,
    NotImplementedError,
    RuntimeError,
    SyntaxError,
    AttributeError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_npz(place: Place, *, directed: bool | None = None, weights: str = "auto") -> Graph:
    """Read a graph from an archive; see :func:`partwise.graph.read_graph`."""
    name = name_of(place)
    data = read_all(place)[:-1].tobytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            arrays = {key: archive[key] for key in archive.files}
    except _DAMAGE as error:
        raise GraphFormatError(name, None, f"no readable .npz archive: {error}") from error
    try:
        return _graph_from(arrays, directed, weights)
    except (*_DAMAGE, IndexError) as error:
        raise GraphFormatError(name, None, f"no graph in this .npz archive: {error}") from error


def _graph_from(arrays: dict[str, Any], directed: bool | None, weights: str) -> Graph:
    from partwise.graph._graph import Graph

    missing = [key for key in ("format", "shape", "data") if key not in arrays]
    if missing:
        raise ValueError(f"it lacks the arrays {missing} that scipy.sparse.save_npz writes")
    node_weights = arrays.get("node_weights")
    names = _names_from(arrays)
    if directed is None and "directed" in arrays:
        directed = bool(arrays["directed"])
    matrix = _matrix_from(arrays)
    if weights == "none" or bool(arrays.get("unweighted", False)):
        matrix.data = matrix.data != 0
    return Graph.from_scipy(matrix, directed=directed, node_weights=node_weights, names=names)


def _matrix_from(arrays: dict[str, Any]) -> Any:
    from scipy import sparse

    format = arrays["format"].item()
    format = format.decode("ascii") if isinstance(format, bytes) else str(format)
    shape = tuple(int(side) for side in arrays["shape"])
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"a matrix of shape {shape} is no graph")
    if not 0 <= shape[0] < 2**31:
        raise ValueError(f"a matrix of {shape[0]} rows, allowed are fewer than 2**31")
    data = arrays["data"]
    if data.dtype.kind not in "biuf":
        raise TypeError(f"its data have dtype {data.dtype}, allowed are real numbers")
    if format in ("csr", "csc", "bsr"):
        maker = {"csr": sparse.csr_array, "csc": sparse.csc_array, "bsr": sparse.bsr_array}[format]
        indptr, indices = arrays["indptr"], arrays["indices"]
        _check_compressed(indptr, indices, data, shape, format)
        matrix = maker((data, indices, indptr), shape=shape)
        matrix.check_format(full_check=True)
        return matrix
    if format == "coo":
        entries = (arrays["row"], arrays["col"])
        if any(e.dtype.kind not in "iu" or e.ndim != 1 or e.shape != data.shape for e in entries):
            raise ValueError("row, col and data must be equally long, row and col integers")
        matrix = sparse.coo_array((data, entries), shape=shape)
        matrix._check()
        return matrix
    if format == "dia":
        return sparse.dia_array((data, arrays["offsets"]), shape=shape)
    raise ValueError(f"its format is {format!r}, allowed are csr, csc, coo, bsr and dia")


def _check_compressed(
    indptr: NDArray[Any],
    indices: NDArray[Any],
    data: NDArray[Any],
    shape: tuple[int, ...],
    format: str,
) -> None:
    """Check what scipy would only find out by reading outside the arrays."""
    for key, array in (("indptr", indptr), ("indices", indices)):
        if array.ndim != 1 or array.dtype.kind not in "iu":
            raise ValueError(f"{key} must be a one-dimensional array of integers")
    if len(indices) != len(data) or (format != "bsr" and data.ndim != 1):
        raise ValueError("indices and data must be equally long")
    if len(indptr) == 0 or indptr[0] != 0 or indptr[-1] != len(indices):
        raise ValueError("indptr must run from 0 to the number of indices")
    if (indptr[1:] < indptr[:-1]).any():
        raise ValueError("indptr must not decrease")
    if format != "bsr" and len(indptr) != shape[0] + 1:
        raise ValueError(f"indptr must have {shape[0] + 1} entries, it has {len(indptr)}")
    if len(indices) and not (indices.min() >= 0 and indices.max() < max(shape)):
        raise ValueError(f"indices must be from 0 to {shape[0] - 1}")


def _names_from(arrays: dict[str, Any]) -> NDArray[Any] | None:
    if "names_utf8" in arrays:
        ends = arrays["names_ends"].astype(np.int64)
        blob = arrays["names_utf8"].astype(np.uint8).tobytes()
        if (
            ends.ndim != 1
            or (np.diff(ends, prepend=0) < 0).any()
            or (len(ends) and ends[-1] > len(blob))
        ):
            raise ValueError("names_ends does not cut names_utf8 into names")
        cuts = [0, *ends.tolist()]
        names = np.empty(len(ends), dtype=object)
        names[:] = [blob[a:b].decode("utf-8") for a, b in pairwise(cuts)]
        return names
    if "names" not in arrays:
        return None
    given = arrays["names"]
    return given if given.dtype.kind in "iu" else given.astype(str).astype(object)


def write_npz(graph: Graph, place: Place) -> None:
    """Write a graph as an archive; see :func:`partwise.graph.write_graph`."""
    unweighted = graph.weights is None
    arrays: dict[str, Any] = {
        "format": np.array(b"csr"),
        "shape": np.array([graph.n_nodes, graph.n_nodes]),
        "indptr": graph.indptr,
        "indices": graph.indices,
        "data": np.ones(len(graph.indices), np.int8) if unweighted else graph.weights,
        "directed": np.array(graph.directed),
        "unweighted": np.array(unweighted),
    }
    if graph.node_weights is not None:
        arrays["node_weights"] = graph.node_weights
    if graph.names is not None:
        if graph.names.dtype.kind == "i":
            arrays["names"] = graph.names
        else:
            bad = next((name for name in graph.names if not isinstance(name, str)), None)
            if bad is not None:
                raise ValueError(f"npz archives hold integers or text as names, found {bad!r}")
            encoded = [name.encode() for name in graph.names]
            arrays["names_utf8"] = np.frombuffer(b"".join(encoded), np.uint8)
            arrays["names_ends"] = np.cumsum([len(name) for name in encoded], dtype=np.int64)
    # zipfile needs a file that can be sought, a pipe cannot.
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    with open_output(place) as file:
        file.write(buffer.getbuffer())
