"""Which searches for medoids a GPU can do, and those that it does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from partwise._checks import check_count
from partwise.cluster.kmedoids._input import check_medoids, draw
from partwise.cluster.kmedoids._result import KMedoidsResult

if TYPE_CHECKING:
    from partwise.cluster.kmedoids._search import Search

__all__ = ["device_of", "search_on_device"]


def device_of(search: Search, n: int) -> str:
    """Return ``"cpu"`` or ``"cuda"`` for a search among n objects.

    Raises
    ------
    ValueError
        There is no such device, or a GPU was asked for and cannot do this search.
    partwise.errors.DeviceError
        A GPU was asked for and cannot be used.
    """
    from partwise.gpu._device import device_for

    work = float(n) * n
    return device_for(search.device, why_not=_why_not(search), by_default=False, work=work)


def _why_not(search: Search) -> str | None:
    """Return what a GPU allows instead of what is asked for, or None if it can do that."""
    from partwise.gpu._medoid_state import METRICS

    if not isinstance(search.metric, str) or search.metric.lower() not in METRICS:
        return f"needs points and a metric of {', '.join(METRICS)}, got metric={search.metric!r}"
    if search.method != "fasterpam":
        return f"does method='fasterpam' only, got method={search.method!r}"
    if search.coreset is not None:
        return "takes all points, got a coreset"
    if isinstance(search.init, str) and search.init != "random":
        return f"starts from init='random' or given objects, got init={search.init!r}"
    if isinstance(search.n_init, str):
        return f"takes a number of restarts, got n_init={search.n_init!r}"
    if np.dtype(search.dtype) != np.float32:
        return f"computes distances in float32, got dtype={search.dtype!r}"
    return None


def search_on_device(
    X: NDArray[Any], search: Search, weights: NDArray[np.float64] | None, stride: int
) -> tuple[KMedoidsResult, NDArray[np.float64]]:
    """Return the best of ``n_init`` runs on a GPU, and how far every point is from its medoid.

    The starts are those of the CPU; `stride` is what the seeds of restarts are apart.
    """
    from partwise.gpu import k_medoids

    best = None
    for number in range(check_count("n_init", search.n_init)):
        seed = (search.seed + number * stride) % 2**63
        found = k_medoids(
            X,
            draw(len(X), search.k, seed) if isinstance(search.init, str) else _given(search, X),
            metric=str(search.metric).lower(),
            max_iter=search.max_iter,
            sample_weight=weights,
            random_state=seed,
            device="cuda",
        )
        if best is None or found.loss < best.loss:
            best = found
    assert best is not None
    result = KMedoidsResult(
        best.loss, best.labels, best.medoids, best.n_iter, best.n_swap, search.seed, best.device
    )
    return result, best.distances


def _given(search: Search, X: NDArray[Any]) -> NDArray[np.int64]:
    """Return the objects to start from that the user gave."""
    given = np.asarray(search.init)
    if given.shape != (search.k,):
        raise ValueError(f"init must have shape ({search.k},), one object each, got {given.shape}")
    start: NDArray[np.int64] = check_medoids(given, len(X), 0)[0]
    return start
