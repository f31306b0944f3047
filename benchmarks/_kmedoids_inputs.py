"""The inputs of the k-medoids suite, and losses by numpy and scipy alone.

Inputs travel to the workers as descriptions and are made there, so that all get the same arrays and
nothing large goes through a pipe.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np

__all__ = [
    "Cloud",
    "Data",
    "Network",
    "distance_matrix",
    "network_matrix",
    "network_medoids",
    "networks",
    "optima",
    "summed_distance",
]

SEED = 20
CENTRES = 100  # of the blobs, in the unit cube
SPREAD = 0.1  # standard deviation of a blob in every direction
TINY = 300  # objects of a warm-up
_ROWS = 1000  # of a block of distances


class Data:
    """Points, or a matrix of dissimilarities, or both.

    Parameters
    ----------
    points : ndarray of shape (n, d) or None
    matrix : ndarray of shape (n, n) or None
        Made of the points when it is asked for first.

    Attributes
    ----------
    built : dict of int to ndarray
        Medoids of BUILD by k, for solvers that start from them.
    """

    def __init__(self, points: np.ndarray | None, matrix: np.ndarray | None = None) -> None:
        self._points = points
        self._matrix = matrix
        self.built: dict[int, np.ndarray] = {}

    @property
    def points(self) -> np.ndarray:
        """The points, shape (n, d)."""
        assert self._points is not None
        return self._points

    @cached_property
    def matrix(self) -> np.ndarray:
        """The dissimilarities, shape (n, n)."""
        return distance_matrix(self.points) if self._matrix is None else self._matrix

    @property
    def n(self) -> int:
        """Number of objects."""
        given = self._points if self._matrix is None else self._matrix
        assert given is not None
        return int(given.shape[0])

    def start(self, k: int, seed: int) -> np.ndarray:
        """Return k different objects, drawn uniformly."""
        return np.random.default_rng((SEED, seed)).choice(self.n, k, replace=False)

    def loss(self, medoids: np.ndarray) -> int | float:
        """Return the summed dissimilarity of all objects to their nearest medoid.

        Raises
        ------
        ValueError
            `medoids` are not different objects.
        """
        if np.unique(medoids).size < medoids.size or medoids.min() < 0 or medoids.max() >= self.n:
            raise ValueError(f"{medoids.size} medoids are not different objects below {self.n}")
        if self._points is not None and "matrix" not in self.__dict__:
            return summed_distance(self.points, self.points[medoids])[0]
        served = self.matrix[:, medoids].min(axis=1)
        kind = np.int64 if served.dtype.kind == "i" else np.float64
        total: int | float = served.sum(dtype=kind).item()
        return total


@dataclass(frozen=True)
class Cloud:
    """Generated points in float32, and their Euclidean distances.

    Parameters
    ----------
    kind : {"uniform", "blobs"}
        Uniform in the unit cube, or normal around 100 centres drawn there.
    n, d : int
    """

    kind: str
    n: int
    d: int

    @property
    def name(self) -> str:
        """What the tables call it."""
        return f"{self.kind}, d = {self.d}"

    def load(self) -> Data:
        """Make or read the data."""
        rng = np.random.default_rng(SEED)
        if self.kind == "uniform":
            return Data(rng.random((self.n, self.d), dtype=np.float32))
        centres = rng.random((CENTRES, self.d), dtype=np.float32)
        points = rng.standard_normal((self.n, self.d), dtype=np.float32)
        points *= SPREAD
        points += centres[rng.integers(0, CENTRES, self.n)]
        return Data(points)

    def tiny(self) -> Cloud:
        """Return a small input of the same types, for warming up."""
        return replace(self, n=min(self.n, TINY))


@dataclass(frozen=True)
class Network:
    """Shortest paths in an OR-Library network, as int32.

    Parameters
    ----------
    path : Path
    limit : int or None
        Only this many objects are taken, for warming up.
    """

    path: Path
    limit: int | None = None

    @property
    def name(self) -> str:
        """What the tables call it."""
        return self.path.stem

    @property
    def n(self) -> int:
        """Number of objects."""
        with self.path.open(encoding="ascii") as file:
            return int(file.readline().split()[0])

    def load(self) -> Data:
        """Make or read the data."""
        matrix = network_matrix(self.path)[: self.limit, : self.limit]
        return Data(None, np.ascontiguousarray(matrix))

    def tiny(self) -> Network:
        """Return a part of it, for warming up."""
        return replace(self, limit=TINY)


def distance_matrix(points: np.ndarray) -> np.ndarray:
    """Return the Euclidean distances of all pairs in float32, rounded from float64.

    >>> distance_matrix(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    from scipy.spatial.distance import cdist

    matrix = np.empty((len(points), len(points)), dtype=np.float32)
    for at in range(0, len(points), _ROWS):
        matrix[at : at + _ROWS] = cdist(points[at : at + _ROWS], points)
    return matrix


def summed_distance(points: np.ndarray, centres: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the summed distance of points to their nearest centre, and the row nearest to each.

    Parameters
    ----------
    points, centres : ndarrays of shapes (n, d) and (k, d)

    Returns
    -------
    loss : float
        Euclidean, in float64.
    rows : int64 ndarray of shape (k,)
        The point that is nearest to each centre.
    """
    wide = centres.astype(np.float64)
    norms = (wide**2).sum(axis=1)
    least = np.full(len(wide), np.inf)
    rows = np.zeros(len(wide), dtype=np.int64)
    parts = []
    block = 10 * _ROWS
    for at in range(0, len(points), block):
        x = points[at : at + block].astype(np.float64)
        squares = (x**2).sum(axis=1)[:, None] + norms - 2.0 * (x @ wide.T)
        parts.append(np.linalg.norm(x - wide[squares.argmin(axis=1)], axis=1).sum())
        first = squares.argmin(axis=0)
        found = squares[first, np.arange(len(wide))]
        rows[found < least] = at + first[found < least]
        least = np.minimum(least, found)
    return math.fsum(parts), rows


def network_matrix(path: Path) -> np.ndarray:
    """Return the shortest paths between all nodes of an OR-Library p-median file, as int32.

    The file has ``n edges p`` and then lines ``u v cost`` with nodes from 1; of several lines for
    one edge the last one counts (J. E. Beasley, OR-Library, http://people.brunel.ac.uk/~mastjjb).

    Raises
    ------
    ValueError
        The numbers in the file are too few, or the network is not connected.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import shortest_path

    numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.int64)
    n, m = numbers[:2].tolist()
    if numbers.size != 3 + 3 * m:
        raise ValueError(f"{path}: {numbers.size} numbers, expected {3 + 3 * m} for {m} edges")
    u, v, cost = numbers[3:].reshape(m, 3)[::-1].T
    low, high = np.minimum(u, v) - 1, np.maximum(u, v) - 1
    _, last = np.unique(low * n + high, return_index=True)
    edges = csr_array((cost[last].astype(float), (low[last], high[last])), shape=(n, n))
    matrix = shortest_path(edges, directed=False)
    if not np.isfinite(matrix).all():
        raise ValueError(f"{path}: the network is not connected")
    return np.asarray(matrix.astype(np.int32))


def network_medoids(path: Path) -> int:
    """Return the number of medoids that an OR-Library p-median file asks for."""
    with path.open(encoding="ascii") as file:
        return int(file.readline().split()[2])


def networks(data: Path) -> list[Path]:
    """Return the p-median files of the folder ``data/k-medoids/pmed``, in numerical order.

    Raises
    ------
    FileNotFoundError
        There are none.
    """
    folder = data / "k-medoids" / "pmed"
    paths = [path for path in folder.glob("pmed*.txt") if path.stem.removeprefix("pmed").isdigit()]
    if not paths:
        raise FileNotFoundError(f"no pmed1.txt, pmed2.txt, ... in {folder}")
    return sorted(paths, key=lambda path: int(path.stem.removeprefix("pmed")))


def optima(path: Path) -> dict[str, int]:
    """Return the optimal values by name, of a file with a title and lines ``name value``."""
    lines = [line.split() for line in path.read_text(encoding="ascii").splitlines()[1:]]
    return {line[0]: int(line[1]) for line in lines if len(line) == 2}
