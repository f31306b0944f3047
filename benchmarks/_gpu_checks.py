"""Checks of the suite `gpu`: every kernel on the device against its twin on the CPU, at size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from benchmarks._gpu_inputs import Case, to_graph
from benchmarks._gpu_run import Row
from partwise.gpu._advance import STRATEGIES
from partwise.gpu._backend import Backend
from partwise.gpu._host import Host
from partwise.gpu._traversal import DeviceGraph
from partwise.graph import Graph

__all__ = ["checks"]

Check = tuple[str, str, Callable[[], Row]]
POINTS = (4000, 6001)  # of k-medoids, and of products
_ROUNDING = 1e-12  # relative, of sums in another order


def checks(backend: Backend, case: Case, n_jobs: int) -> Iterator[Check]:
    """Yield what is compared, the strategy, and the comparison; it fails where results differ."""
    here = Host(n_jobs)
    there = case.make(backend)
    graph = to_graph(backend, there)
    arcs = graph._arrays[:2]
    mirror = DeviceGraph(*arcs, *arcs)
    yield from _traversals(backend, there, mirror)
    weights = (np.arange(len(arcs[1])) % 7 + 1).astype(np.float64)
    yield "vote", "all classes", partial(_votes, backend, here, there, mirror, weights)
    yield "contraction", "sort", partial(_contractions, backend, here, there, mirror, weights)
    for what, compare in (
        ("partition", _partitions), ("label propagation", _labels), ("leiden", _communities),
    ):  # fmt: skip
        yield what, "-", partial(compare, backend, here, graph)
    yield "k-medoids", "-", partial(_medoids, n_jobs)
    yield "pairwise arg-max", "-", partial(_products, n_jobs)


def _same(one: Any, two: Any) -> Row:
    if not np.array_equal(one, two):
        share = float(np.mean(np.asarray(one) != np.asarray(two)))
        raise AssertionError(f"{share:.2%} of the results differ")
    return {"agrees": "exactly"}


def _close(one: Any, two: Any) -> Row:
    worst = float(np.abs(one - two).max() / max(np.abs(two).max(), 1e-300))
    if worst > _ROUNDING:
        raise AssertionError(f"sums differ by {worst:.2g} of the largest")
    return {"agrees": f"within {worst:.1g}"}


def _traversals(backend: Backend, there: DeviceGraph, mirror: DeviceGraph) -> Iterator[Check]:
    from partwise.gpu._components import least_nodes_on
    from partwise.gpu._kernels.bfs import search
    from partwise.gpu._kernels.components import least_nodes
    from partwise.gpu._kernels.spmv import row_sums
    from partwise.gpu._near_far import distances
    from partwise.gpu._spmv import RowSums
    from partwise.gpu._sssp import distances_on_cpu
    from partwise.gpu._traversal import bfs_levels

    n, arcs, xp, get = mirror.n_nodes, (mirror.indptr, mirror.indices), backend.xp, backend.to_host
    source = int(np.argmax(np.diff(mirror.indptr)))
    level = np.full(n, -1, np.int32)
    search(*arcs, *arcs, source, True, level, np.empty(0, np.int32))
    weights = (np.arange(mirror.n_arcs) % 16 + 1).astype(np.float64)
    distance, _ = distances_on_cpu(*arcs, weights, source)
    least = np.arange(n, dtype=np.int32)
    least_nodes(*arcs, least)
    x, sums = np.arange(n) % 11 / 7.0, np.empty(n)
    row_sums(*arcs, None, x, sums)
    lengths, values = xp.asarray(weights), xp.asarray(x)

    def breadth_first(strategy: str, may_pull: bool) -> Row:
        """Compare levels."""
        found, _ = bfs_levels(backend, there, source, strategy, may_pull=may_pull)
        return _same(get(found), level)

    def shortest(strategy: str) -> Row:
        """Compare distances."""
        found, _ = distances(backend, there, lengths, source, strategy, 20.0)
        return _same(get(found), distance)

    def components(strategy: str) -> Row:
        """Compare least nodes."""
        return _same(get(least_nodes_on(backend, there, strategy)), least)

    def row_sums_of(strategy: str) -> Row:
        """Compare sums."""
        found = RowSums(backend, strategy, there.indptr, there.indices).of(values)
        return _close(get(found), sums)

    for strategy in ("auto", *STRATEGIES):
        yield "bfs, push", strategy, partial(breadth_first, strategy, False)
        yield "bfs, direction-optimising", strategy, partial(breadth_first, strategy, True)
        yield "sssp", strategy, partial(shortest, strategy)
    for strategy in STRATEGIES:
        yield "components", strategy, partial(components, strategy)
        yield "row sums", strategy, partial(row_sums_of, strategy)


def _votes(
    backend: Backend, here: Host, there: DeviceGraph, mirror: DeviceGraph, weights: Any
) -> Row:
    from partwise.gpu._vote import vote_of

    label = (np.arange(mirror.n_nodes) * 7919 % min(1000, mirror.n_nodes)).astype(np.int32)
    xp = backend.xp
    one = vote_of(backend, there.indptr, there.indices, xp.asarray(weights)).of(xp.asarray(label))
    two = vote_of(here, mirror.indptr, mirror.indices, weights).of(label)
    for found, expected in zip(one, two, strict=True):
        _same(backend.to_host(found), expected)
    return {"agrees": "exactly"}


def _contractions(
    backend: Backend, here: Host, there: DeviceGraph, mirror: DeviceGraph, weights: Any
) -> Row:
    from scipy.sparse import csr_array

    from partwise.gpu._contraction import contracted

    k = max(2, mirror.n_nodes // 3)
    cluster = (np.arange(mirror.n_nodes) * 31 % k).astype(np.int32)
    xp, found = backend.xp, []
    for device, graph, given in ((backend, there, xp.asarray), (here, mirror, np.asarray)):
        arrays = contracted(device, graph.indptr, graph.indices, given(weights), given(cluster), k)
        indptr, indices, data = (device.to_host(array) for array in arrays)
        found.append(csr_array((data, indices, indptr), shape=(k, k)))
    if (found[0] != found[1]).nnz:
        raise AssertionError("the contracted graphs differ")
    return {"agrees": "exactly"}


def _partitions(backend: Backend, here: Host, graph: Graph) -> Row:
    from partwise.partition import partition_graph

    one, two = (
        partition_graph(graph, 8, preset="jet", device=device, n_jobs=here.n_jobs, random_state=1)
        for device in ("cuda", "cpu")
    )
    return _same(one.labels, two.labels) | {"cut": int(one.cut)}


def _labels(backend: Backend, here: Host, graph: Graph) -> Row:
    from partwise.cluster import label_propagation

    for method in ("parallel", "semi-synchronous"):
        one, two = (
            label_propagation(graph, method=method, device=device, random_state=1)
            for device in ("cuda", "cpu")
        )
        _same(one.labels, two.labels)
    return {"agrees": "exactly", "communities": two.n_communities}


def _communities(backend: Backend, here: Host, graph: Graph) -> Row:
    from partwise.cluster import leiden
    from partwise.cluster.communities._parallel_leiden import leiden_in_parallel
    from partwise.cluster.communities._problem import as_problem
    from partwise.metrics import modularity

    problem = as_problem(graph, "modularity", 1.0, None)
    start = np.arange(graph.n_nodes, dtype=np.uint32)
    one, two = (leiden_in_parallel(on, problem, start, 2, True, 1) for on in (backend, here))
    quality = modularity(graph, one.labels)
    best = leiden(graph, random_state=1).quality
    return _same(one.labels, two.labels) | {"modularity": quality, "of_the_cpus": quality / best}


def _medoids(n_jobs: int) -> Row:
    from partwise.gpu import k_medoids

    rng = np.random.default_rng(1)
    points = rng.integers(0, 64, (POINTS[0], 6)).astype(np.float32)
    one, two = (
        k_medoids(
            points, np.arange(20), metric="sqeuclidean", random_state=1, device=device,
            n_jobs=n_jobs,
        )
        for device in ("cuda", "cpu")
    )  # fmt: skip
    return _same(one.labels, two.labels) | {"loss": one.loss}


def _products(n_jobs: int) -> Row:
    from partwise.gpu import pairwise_argmax

    rng = np.random.default_rng(1)
    points = rng.integers(-20, 21, (POINTS[1], 37)).astype(np.float32)
    labels = rng.integers(0, 50, POINTS[1])
    for given in (None, labels):
        one, two = (
            pairwise_argmax(points, labels=given, device=device, n_jobs=n_jobs)
            for device in ("cuda", "cpu")
        )
        _same(one.index, two.index)
    return {"agrees": "exactly"}
