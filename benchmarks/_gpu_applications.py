"""What the suite `gpu` times beside the CPU: partitions, communities, medoids, products, memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from benchmarks._gpu_inputs import Case, to_graph
from benchmarks._gpu_run import Bench, Row
from partwise.gpu._backend import Backend
from partwise.graph import Graph

__all__ = ["time_graph_work", "time_large_partition", "time_memory", "time_point_work"]

K = 16  # blocks
LARGE_EDGES = 1e8


def _timed(call: Callable[[], Any], *, warm: bool = True) -> tuple[Any, float]:
    """Return what `call` returns, and the seconds of a second run."""
    if warm:
        call()
    began = time.perf_counter()
    found = call()
    return found, time.perf_counter() - began


def time_graph_work(bench: Bench, devices: dict[str, str | None], graph: Graph, name: str) -> None:
    """Time partitions, Leiden and label propagation on every device.

    Parameters
    ----------
    devices : dict
        Device, and why it cannot be used, if so.
    """
    from partwise.cluster import label_propagation, leiden
    from partwise.partition import partition_graph

    def partition(device: str, preset: str) -> Row:
        """Cut the graph into blocks."""
        found, seconds = _timed(
            lambda: partition_graph(
                graph, K, preset=preset, device=device, n_jobs=2, random_state=1
            )
        )
        return {"seconds": seconds, "cut": float(found.cut), "feasible": found.feasible}

    def communities(device: str) -> Row:
        """Run Leiden."""
        found, seconds = _timed(lambda: leiden(graph, device=device, n_jobs=2, random_state=1))
        return {"seconds": seconds, "modularity": found.quality}

    def propagation(device: str) -> Row:
        """Propagate labels."""
        found, seconds = _timed(
            lambda: label_propagation(
                graph, method="parallel", device=device, n_jobs=2, random_state=1
            )
        )
        return {"seconds": seconds, "communities": found.n_communities}

    for device, reason in devices.items():
        key = {"part": "graphs", "graph": name, "device": device}
        presets = ["jet"] if device == "cuda" else ["jet", "default"]
        work = [(f"partition, {p}", partial(partition, device, p)) for p in presets]
        work += [
            ("leiden", partial(communities, device)),
            ("label propagation", partial(propagation, device)),
        ]
        _run_all(bench, key, reason, work)


def time_large_partition(bench: Bench, backend: Backend, case: Case) -> None:
    """Cut a graph of about 10^8 edges, which is on the host, with all that this takes."""
    from partwise.partition import partition_graph

    key = {"part": "graphs", "graph": case.name, "device": "cuda", "what": "partition, jet"}

    def partition() -> Row:
        """Make the graph on the device, move it to the host, and cut it."""
        graph = to_graph(backend, case.make(backend))
        backend.xp.get_default_memory_pool().free_all_blocks()
        found, seconds = _timed(
            lambda: partition_graph(graph, K, device="cuda", random_state=1), warm=False
        )
        return {
            "edges": graph.n_edges, "seconds": seconds, "cut": float(found.cut),
            "feasible": found.feasible,
        }  # fmt: skip

    bench.run(key, partition)


def time_point_work(
    bench: Bench, devices: dict[str, str | None], sizes: dict[str, dict[str, int]]
) -> None:
    """Time k-medoids and the arg-max of products on every device, each at a size of its own.

    Parameters
    ----------
    sizes : dict
        By device, ``medoids`` and ``products``: numbers of points.
    """
    from partwise.gpu import k_medoids, pairwise_argmax

    rng = np.random.default_rng(1)

    def medoids(device: str, n: int) -> Row:
        """Exchange medoids among points around 40 centres."""
        d, k = 16, 40
        centres = rng.normal(0, 4, (k, d))
        points = (centres[rng.integers(0, k, n)] + rng.normal(0, 1, (n, d))).astype(np.float32)
        start = rng.choice(n, k, replace=False)
        found, seconds = _timed(
            lambda: k_medoids(points, start, random_state=1, device=device, n_jobs=2)
        )
        # of every round, all n candidates are compared with n points
        rate = found.n_iter * float(n) ** 2 / seconds
        return {
            "points": n, "seconds": seconds, "loss": found.loss, "rounds": found.n_iter,
            "exchanges": found.n_swap, "pairs_per_second": rate,
        }  # fmt: skip

    def products(device: str, n: int) -> Row:
        """Look for the best partner of every point."""
        d = 64
        points = rng.normal(size=(n, d)).astype(np.float32)
        _, seconds = _timed(lambda: pairwise_argmax(points, device=device, n_jobs=2))
        return {
            "points": n, "seconds": seconds, "pairs_per_second": float(n) ** 2 / seconds,
        }  # fmt: skip

    for device, reason in devices.items():
        key = {"part": "points", "device": device}
        work = []
        for n in (sizes["cpu"]["medoids"], sizes[device]["medoids"]):
            work.append((f"k-medoids {n}", partial(medoids, device, n)))
        for n in (sizes["cpu"]["products"], sizes[device]["products"]):
            work.append((f"pairwise arg-max {n}", partial(products, device, n)))
        _run_all(bench, key, reason, list(dict(work).items()))


def _run_all(
    bench: Bench, key: Row, reason: str | None, work: Sequence[tuple[str, Callable[[], Row]]]
) -> None:
    for what, call in work:
        if reason is not None:
            bench.skip(key | {"what": what}, reason)
        else:
            bench.run(key | {"what": what}, call)


def time_memory(bench: Bench, reason: str | None, graph: Graph, name: str) -> None:
    """Compare what functions say that they take on the device with what the pool had to allocate.

    Parameters
    ----------
    reason : str or None
        Why the device cannot be used.
    """
    from partwise.gpu import (
        bfs,
        bfs_memory,
        components_memory,
        connected_components,
        pagerank,
        pagerank_memory,
        sssp,
        sssp_memory,
    )
    from partwise.gpu._advance import STRATEGIES

    functions: dict[str, tuple[Callable[[str], Any], Callable[[str], int]]] = {
        "bfs": (
            lambda s: bfs(graph, 0, strategy=s, device="cuda"), lambda s: bfs_memory(graph, s)
        ),
        "sssp": (
            lambda s: sssp(graph, 0, strategy=s, device="cuda"), lambda s: sssp_memory(graph, s)
        ),
        "components": (
            lambda s: connected_components(graph, strategy=s, device="cuda"),
            lambda s: components_memory(graph, s),
        ),
        "pagerank": (
            lambda s: pagerank(graph, strategy=s, device="cuda", max_iter=3),
            lambda s: pagerank_memory(graph, s),
        ),
    }  # fmt: skip

    def measure(call: Callable[[str], Any], said: Callable[[str], int], strategy: str) -> Row:
        """Run once with an empty pool."""
        import cupy

        pool = cupy.get_default_memory_pool()
        pool.free_all_blocks()
        before = pool.total_bytes()
        call(strategy)
        return {"allocated": pool.total_bytes() - before, "estimate": said(strategy)}

    for what, (call, said) in functions.items():
        for strategy in STRATEGIES:
            key = {"part": "memory", "graph": name, "what": what, "strategy": strategy}
            if reason is None:
                bench.run(key, partial(measure, call, said, strategy))
            else:
                # what is not measured is at least computed
                bench.skip(key | {"estimate": said(strategy)}, reason)
