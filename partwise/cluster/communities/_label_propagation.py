"""Label propagation: the orders in which nodes take over the label of most neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count, check_jobs
from partwise._random import RandomState, check_seed
from partwise.cluster.communities._numbering import by_size, with_fixed
from partwise.cluster.communities._outcome import Outcome
from partwise.cluster.communities._problem import as_problem
from partwise.gpu._device import Device
from partwise.graph._convert import as_graph

__all__ = ["LabelPropagationResult", "label_propagation"]

METHODS = ("auto", "queue", "asynchronous", "semi-synchronous", "parallel")


@dataclass(frozen=True, slots=True)
class LabelPropagationResult(Outcome):
    """Communities found by label propagation.

    Attributes
    ----------
    labels, n_communities, quality, n_iter
        As for every method: labels by decreasing size (fixed labels are kept), modularity, rounds
        over all nodes.
    converged : bool
        Whether every free node has a label that weighs most among its neighbours.
    method : str
        The method that ran.
    device : str
        Where it ran, ``"cpu"`` or ``"cuda"``.
    seed : int
        Seed with which the call can be repeated.
    """

    method: str
    device: str
    seed: int


def label_propagation(
    graph: Any,
    *,
    method: str = "auto",
    initial_labels: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    max_iter: int = 100,
    n_jobs: int | None = None,
    device: Device | None = None,
    random_state: RandomState = None,
) -> LabelPropagationResult:
    """Find communities by letting nodes take the label that weighs most among their neighbours.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, with n nodes. Edges count by their weight;
        self-loops do not count; both directions of a directed graph add up.
    method : {"auto", "queue", "asynchronous", "semi-synchronous", "parallel"}, default="auto"
        ``"queue"`` visits all nodes once, in random order, and then only those that a change may
        have left with a label that weighs less than another: the fastest. ``"asynchronous"`` visits
        all nodes in a new random order in every round. ``"semi-synchronous"`` updates the classes
        of a colouring of the nodes one after the other, without chance. ``"parallel"`` updates half
        of the nodes that may have to change, drawn anew every time, all at once. ``"auto"`` is
        ``"queue"`` on the CPU and ``"parallel"`` on a GPU.
    initial_labels : array-like of int, shape (n,), optional
        Labels to start from; -1 is a label of its own, which all nodes have by default.
    fixed : array-like of int, shape (n,), optional
        Labels that never change, -1 for free nodes.
    max_iter : int, default=100
        Most rounds over all nodes.
    n_jobs : int, optional
        Threads of ``"parallel"``, whose result does not depend on them: None for 1, -1 for all
        processors.
    device : {"cpu", "cuda", "auto"}, optional
        Where to compute; ``"semi-synchronous"`` and ``"parallel"`` run on GPUs, with the same
        results as on the CPU. By default the environment variable ``PARTWISE_DEVICE``; else
        ``"auto"`` for these two, which takes a GPU for 10^7 arcs or more, if there is one, and the
        CPU for others.
    random_state : int, Generator, RandomState or None

    Returns
    -------
    LabelPropagationResult

    Raises
    ------
    ValueError, TypeError
        `graph` is no graph, or another argument is out of range.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    MemoryError
        The graph does not fit on the GPU.

    See Also
    --------
    leiden : slower and better; its communities are connected, those found here need not be.

    Notes
    -----
    O(m) time a round. Of several heaviest labels one is drawn uniformly at random. The queue, in
    which a node with a heaviest label keeps it, and the semi-synchronous method, which besides
    prefers the largest label, must end: every change adds to the weight of the edges inside
    communities. The asynchronous one draws among all heaviest labels, the present one included,
    until every node has one of them after a round. The parallel one, a reconstruction of ours, need
    not end by itself: neighbours may change at the same time. Weights that are not whole numbers
    are rounded there to one part in 2^50 of their sum, so that sums do not depend on their order.

    On dense networks of small diameter all methods tend to end with one giant community.

    References
    ----------
    Asynchronous: U. N. Raghavan, R. Albert, S. Kumara, "Near linear time algorithm to detect
    community structures in large-scale networks", Physical Review E 76, 2007,
    doi:10.1103/PhysRevE.76.036106. Semi-synchronous: G. Cordasco, L. Gargano, "Community detection
    via semi-synchronous label propagation algorithms", BASNA 2010, doi:10.1109/BASNA.2010.5730298.
    Queue: V. A. Traag, L. Šubelj, "Large network community detection by fast label propagation",
    Scientific Reports 13, 2023, doi:10.1038/s41598-023-29610-z; that a heaviest label is kept is
    our reading.

    Examples
    --------
    >>> two_triangles = [(0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3)]
    >>> label_propagation(two_triangles).labels.tolist()
    [0, 0, 0, 1, 1, 1]
    """
    from partwise.metrics import modularity

    graph = as_graph(graph)
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, got {method!r}")
    rounds = check_count("max_iter", max_iter)
    n_threads = check_jobs(n_jobs)
    method, where = _method_and_device(method, device, len(graph.indices))
    held = _check_labels("fixed", fixed, graph.n_nodes)
    start = _start(_check_labels("initial_labels", initial_labels, graph.n_nodes), held)
    seed = check_seed(random_state)
    csr = as_problem(graph, "cpm", 1.0, None).csr
    pinned = (held >= 0).view(np.uint8)
    if method == "parallel" or where == "cuda":
        from partwise.cluster.communities import _parallel_propagation as parallel

        backend = parallel.backend_for(where, csr, n_threads)
        if method == "parallel":
            solution = parallel.in_parallel(backend, csr, start, pinned, rounds, seed)
        else:
            solution = parallel.by_classes(backend, csr, start, pinned, _colours(csr), rounds)
        found, n_iter, converged = solution
    else:
        found, n_iter, converged = _SOLVERS[method](csr, start, pinned, rounds, seed)
    labels = by_size(found) if fixed is None else with_fixed(found, held)
    return LabelPropagationResult(
        labels=labels,
        n_communities=len(np.unique(labels)),
        quality=modularity(graph, labels),
        n_iter=n_iter,
        converged=converged,
        method=method,
        device=where,
        seed=seed,
    )


def _method_and_device(method: str, device: str | None, n_arcs: int) -> tuple[str, str]:
    """Return the method that is to run, and ``"cpu"`` or ``"cuda"``."""
    from partwise.gpu._device import device_for

    on_gpus = ("auto", "semi-synchronous", "parallel")
    why_not = None
    if method not in on_gpus:
        why_not = f"has method={' or '.join(map(repr, on_gpus[1:]))} only, got method={method!r}"
    where = device_for(device, why_not=why_not, by_default=method in on_gpus[1:], work=n_arcs)
    if method == "auto":
        method = "queue" if where == "cpu" else "parallel"
    return method, where


def _check_labels(name: str, labels: ArrayLike | None, n: int) -> NDArray[np.int64]:
    """Return labels of at least -1, which None means everywhere."""
    if labels is None:
        return np.full(n, -1, np.int64)
    array = np.asarray(labels)
    if array.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), one label per node, got {array.shape}")
    if array.dtype.kind not in "iu" and n:
        raise TypeError(f"{name} must hold integers, got dtype {array.dtype}")
    bad = (array < -1) | (array >= 2**31 - 1)
    if bad.any():
        at = int(np.argmax(bad))
        raise ValueError(
            f"{name} holds {array[at]} at position {at}, allowed are labels from 0 to "
            f"{2**31 - 2} and -1"
        )
    return array.astype(np.int64)


def _start(initial: NDArray[np.int64], held: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Return labels below n: those held, else the initial ones, else one for each node."""
    names = np.where(held >= 0, held, initial)
    free = names < 0
    names[free] = 2**31 + np.flatnonzero(free)
    return np.unique(names, return_inverse=True)[1].astype(np.uint32)


def _scratch(indptr: NDArray[np.uint64], n: int) -> tuple[NDArray[np.float64], NDArray[np.uint32]]:
    return np.zeros(n), np.empty(int(np.diff(indptr).max(initial=np.uint64(0))) + 1, np.uint32)


def _by_queue(
    csr: Any, labels: NDArray[np.uint32], pinned: NDArray[np.uint8], rounds: int, seed: int
) -> tuple[NDArray[np.uint32], int, bool]:
    from partwise.cluster.communities._kernels.propagation import propagate_by_queue
    from partwise.kernels.rng import shuffle, stream_state

    n = len(labels)
    state = stream_state(seed, 0)
    queue = np.flatnonzero(pinned == 0).astype(np.uint32)
    shuffle(state, queue)
    queued = 1 - pinned
    visits, waiting = propagate_by_queue(
        *csr, labels, pinned, queue, queued, rounds * n, *_scratch(csr[0], n), state
    )
    return labels, -(-visits // max(n, 1)), waiting == 0


def _asynchronous(
    csr: Any, labels: NDArray[np.uint32], pinned: NDArray[np.uint8], rounds: int, seed: int
) -> tuple[NDArray[np.uint32], int, bool]:
    from partwise.cluster.communities._kernels.propagation import all_maximal, update_in_order
    from partwise.kernels.rng import shuffle, stream_state

    state = stream_state(seed, 0)
    order = np.arange(len(labels), dtype=np.uint32)
    scratch = _scratch(csr[0], len(labels))
    for n_iter in range(1, rounds + 1):
        shuffle(state, order)
        update_in_order(*csr, labels, pinned, order, False, False, *scratch, state)
        if all_maximal(*csr, labels, pinned, *scratch):
            return labels, n_iter, True
    return labels, rounds, False


def _semi_synchronous(
    csr: Any, labels: NDArray[np.uint32], pinned: NDArray[np.uint8], rounds: int, seed: int
) -> tuple[NDArray[np.uint32], int, bool]:
    from partwise.cluster.communities._kernels.propagation import update_in_order
    from partwise.kernels.rng import stream_state

    votes, seen = _scratch(csr[0], len(labels))
    # No node has a neighbour of its colour: one after the other is the same as all at once.
    order = np.argsort(_colours(csr), kind="stable").astype(np.uint32)
    for n_iter in range(1, rounds + 1):
        n_changed = update_in_order(
            *csr, labels, pinned, order, True, True, votes, seen, stream_state(seed, 0)
        )
        if n_changed == 0:
            return labels, n_iter, True
    return labels, rounds, False


def _colours(csr: Any) -> NDArray[np.int32]:
    """Return colours of the nodes, such that no neighbours have the same."""
    from partwise.cluster.communities._kernels.propagation import colour_classes

    n = len(csr[0]) - 1
    colour = np.full(n, -1, np.int32)
    colour_classes(*csr[:2], colour, np.full(len(_scratch(csr[0], n)[1]), -1, np.int64))
    return colour


_SOLVERS = {
    "queue": _by_queue,
    "asynchronous": _asynchronous,
    "semi-synchronous": _semi_synchronous,
}
