"""``partwise warmup``: compile ahead of time what the commands need."""

from __future__ import annotations

import io
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from partwise.cli._options import Debug, Quiet, Verbose, paragraphs
from partwise.cli._progress import Terminal

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["WARMUP_HELP", "warm", "warmup"]

WARMUP_HELP = paragraphs("""Compile the kernels now, so that no later command has to wait for it.

Compiled kernels are kept on disk, beside the package or in the user's cache folder
(NUMBA_CACHE_DIR overrides it), per version and type of processor. A second warmup has nothing to
do. Small graphs and netlists are read, partitioned and measured in every way that needs kernels of
its own; so are the communities and the local clusters of graphs; points are clustered by the
algorithms that the cluster command takes by itself.

\b
Examples:
  partwise warmup
  partwise warmup read
""")


class Group(StrEnum):
    """What can be compiled."""

    all = "all"
    read = "read"
    partition = "partition"  # type: ignore[assignment]
    cluster = "cluster"
    communities = "communities"


def warmup(
    group: Annotated[
        Group,
        typer.Argument(
            help="read: readers and writers; partition: these, the partitioners and the metrics; "
            "cluster: readers and writers, and k-medoids; communities: readers and writers, "
            "communities and local clusters."
        ),
    ] = Group.all,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Run every step and say how long it took."""
    from partwise.kernels.jit import on_compile

    steps = [("readers and writers", _read_and_write)]
    if group in (Group.all, Group.cluster):
        steps += [("clusters", _cluster)]
    if group in (Group.all, Group.communities):
        steps += [("communities", _communities), ("local clusters", _local)]
    if group in (Group.all, Group.partition):
        steps += [("partitioner", _partition), ("metrics", _measure), ("netlists", _netlists)]
    compiled: list[str] = []
    started = time.perf_counter()
    with Terminal(len(steps), quiet=quiet, verbose=verbose) as terminal:

        def notify(function: str) -> None:
            """Remember that something was compiled, and say so."""
            compiled.append(function)
            terminal.compiling(function)

        stop = on_compile(notify)
        try:
            for name, step in steps:
                terminal.stage(0.0, name)
                began = time.perf_counter()
                warm(step)
                terminal.finish(name)
                if not quiet:
                    terminal.result(f"{name} {time.perf_counter() - began:.1f} s")
        finally:
            stop()
    if not quiet:
        state = "compiled" if compiled else "nothing to compile"
        print(f"{state}, {time.perf_counter() - started:.1f} s in all")
    return 0


def warm(step: Callable[[], None]) -> None:
    """Run a step; what its made-up inputs may warn about concerns nobody."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        step()


def _grid(side: int) -> Graph:
    from partwise.graph import grid_graph

    return grid_graph((side, side))


def _variants(graph: Graph) -> list[Graph]:
    """Return `graph` without weights and with weights of each kind on edges, nodes and both."""
    import numpy as np

    from partwise.graph import Graph

    indptr, indices = graph._arrays[:2]
    # equal weights would be divided down to none; these differ and are symmetric
    pattern = 2 + (np.repeat(np.arange(graph.n_nodes), np.diff(indptr)) + indices) % 3
    variants = [graph]
    for dtype in (np.int64, np.float64):
        edges = pattern.astype(dtype) ** (1 if dtype is np.int64 else 0.5)
        nodes = np.full(graph.n_nodes, 3 if dtype is np.int64 else 4.5, dtype)
        for edge_weights, node_weights in ((edges, None), (None, nodes), (edges, nodes)):
            variants.append(Graph._trusted(indptr, indices, edge_weights, node_weights))
    return variants


def _read_and_write() -> None:
    """Round trips through the formats with kernels of ours, serial and parallel."""
    import numpy as np

    from partwise.graph import Graph
    from partwise.graph.io import (
        read_fixed,
        read_graph,
        read_hypergraph,
        read_labels,
        read_node_weights,
        read_partition,
        write_graph,
        write_hypergraph,
        write_labels,
        write_partition,
    )

    small, large = _grid(12), _grid(300)
    names = np.array([f"n{i}" for i in range(small.n_nodes)], dtype=object)
    named = [
        Graph._trusted(*variant._arrays[:3], names=names)
        for variant in (small, _variants(small)[1], _variants(small)[4])
    ]
    sparse_ids = Graph._trusted(*small._arrays[:2], names=np.arange(small.n_nodes) * 10**6)
    gaps = [Graph._trusted(*g._arrays[:2], names=np.arange(g.n_nodes) * 2) for g in (small, large)]
    with tempfile.TemporaryDirectory() as folder:

        def round_trip(graph: Graph, name: str) -> None:
            """Write a graph and read it again, with and without weights."""
            path = os.path.join(folder, name)
            write_graph(graph, path)
            for weights in ("auto", "none"):
                read_graph(path, weights=weights)

        for graph in (*_variants(small), *_variants(large)[:3], *named, sparse_ids, *gaps):
            round_trip(graph, "graph.txt")
        for graph in (*_variants(small)[:4], large):
            round_trip(graph, "graph.graph")
        for graph in (*_variants(small)[:2], _variants(small)[4]):
            round_trip(graph, "graph.mtx")
            round_trip(graph, "graph.npz")
        path = os.path.join(folder, "graph.hgr")
        with open(path, "w", encoding="utf-8") as file:
            file.write("2 4 11\n3 1 2 3\n1 3 4\n1\n2\n1\n1\n")
        write_hypergraph(read_hypergraph(path), path)
        path = os.path.join(folder, "rows")
        labels = np.arange(small.n_nodes, dtype=np.int32) % 3
        write_partition(labels, path)
        read_partition(path)
        read_fixed(path)
        read_node_weights(path)
        read_node_weights(io.BytesIO(b"1.5\n2\n"))
        for ids in (None, sparse_ids.names, names):
            write_labels(ids, labels, path)
            read_labels(path)
    pairs = [b"%d %d\n" % (2 * u, 2 * u + 1) for u in range(45_000)]  # sparse: keys of 64 bits
    read_graph(io.BytesIO(b"".join(pairs)))
    lines = [b"%d %d\n" % (u % 997 * 10**9, u * 7 % 991) for u in range(100_000)]
    read_graph(io.BytesIO(b"".join(lines)))
    read_graph(io.BytesIO(b"".join(b"a" + line for line in lines)))


def _partition() -> None:
    """Every preset and constraint on graphs with weights of every kind, small and large."""
    import numpy as np

    from partwise.partition import partition_graph, refine_partition

    small = _grid(40)
    fixed = np.full(small.n_nodes, -1, dtype=np.int32)
    fixed[:2] = 0, 1
    for graph in _variants(small):
        for k, preset in ((2, "fast"), (5, "default")):
            partition_graph(graph, k, preset=preset, random_state=0)
        partition_graph(graph, 4, fixed=fixed, contiguous=True, random_state=0)
    shares: Any = [1.0, 2.0, 1.0]
    partition_graph(small, 3, preset="quality", target_weights=shares, n_jobs=2, random_state=0)
    halves = (np.arange(small.n_nodes) % 2).astype(np.int32)
    refine_partition(small, halves, random_state=0)
    refine_partition(small, halves * (np.arange(small.n_nodes) > 900), random_state=0)
    for graph in _variants(_grid(250))[:4]:
        partition_graph(graph, 8, preset="fast", random_state=0)


def _measure() -> None:
    """Metrics, quotient graph and subgraph for weights of every kind."""
    import numpy as np

    from partwise.graph import quotient_graph
    from partwise.metrics import evaluate_partition

    for graph in (*_variants(_grid(12)), _grid(250)):
        labels = (np.arange(graph.n_nodes) % 4).astype(np.int32)
        evaluate_partition(graph, labels)
        for self_loops in (False, True):
            quotient_graph(graph, labels, self_loops=self_loops)
        graph.subgraph(labels == 0)


def _netlists() -> None:
    """Both methods, all mappings, few and many blocks, on a netlist read from files."""
    import numpy as np

    from partwise.cli._netlist_labels import read_choices, write_choices
    from partwise.partition import Netlist, partition_netlist, read_netlist, write_netlist

    n = 500  # enough to be coarsened twice
    nets = [[v, (v + 1) % n, (7 * v + 3) % n] for v in range(n)]
    ways = [[[4, 0], [1, 3]][: 1 + v % 2] for v in range(n)]
    with tempfile.TemporaryDirectory() as folder:
        paths = os.path.join(folder, "netlist.hgr"), os.path.join(folder, "netlist.csv")
        write_netlist(Netlist.from_arrays(n, nets, ways), *paths)
        netlist = read_netlist(*paths)
        table = os.path.join(folder, "labels")
        labels = np.zeros(n, dtype=np.int32)
        write_choices(table, labels, labels)
        read_choices(table, n)
    options: Any = {"n_starts": 1, "target_ratio": [2, 1], "random_state": 0}
    for mapping, k in (("proportional", 2), ("random", 3), ("universal", 1), ("min_variance", 2)):
        for method in ("extended", "klfm"):
            partition_netlist(netlist, k, mapping=mapping, method=method, **options)
            partition_netlist(netlist, k, method=method, adaptive=False, **options)
    partition_netlist(netlist, 3, capacities=[9, 9], objective="km1", **options)
    partition_netlist(netlist.hypergraph, 2, n_starts=1, random_state=0)


def _cluster() -> None:
    """Points, distances in float64 and a graph, as the cluster command takes them."""
    import numpy as np

    from partwise.cluster import silhouette
    from partwise.cluster.kmedoids._search import (
        Search,
        distance_matrix,
        find_medoid_silhouette,
        find_medoids,
        medoid_silhouettes,
    )
    from partwise.graph import shortest_path_matrix

    points = np.random.default_rng(0).random((300, 3))
    grid = _grid(12)
    graph_distances = shortest_path_matrix(grid)
    distances = graph_distances.astype(np.float64)
    runs: list[Any] = [
        (data, Search(3, 0, metric, n_threads=threads), None)
        for data, metric in (
            (points, "euclidean"),
            (distances, "precomputed"),
            (graph_distances, "precomputed"),
        )
        for threads in (1, 2)
    ]
    runs += [
        (points, Search(3, 0, method="fasterclara"), None),
        (points, Search(3, 0), np.full(len(points), 2.0)),
    ]
    for data, search, weights in runs:
        result = find_medoids(data, search, weights).result
        medoid_silhouettes(data, result.medoids, search)
        silhouette(distance_matrix(data, search), result.labels)
    find_medoid_silhouette(points, Search(3, 0))


def _edge_variants(graph: Graph) -> list[Graph]:
    """Return `graph` without weights and with weights of each kind on its edges."""
    variants = _variants(graph)
    return [variants[0], variants[1], variants[4]]


def _communities() -> None:
    """Qualities and limits on small graphs of every kind, and threads on large ones."""
    import numpy as np

    from partwise.cluster import label_propagation, leiden, louvain, markov_clustering
    from partwise.graph import Graph
    from partwise.metrics import community_report

    small, large = _grid(12), _grid(330)  # the latter of more arcs than are worth threads
    labels = (np.arange(small.n_nodes) % 4).astype(np.int32)
    fixed = np.where(labels == 0, labels, -1)
    for graph in _edge_variants(small):
        indptr, indices, weights, _ = graph._arrays
        for each in (graph, Graph._trusted(indptr, indices, weights, directed=True)):
            found = leiden(each, random_state=0)
            community_report(each, found.labels)
        louvain(graph, random_state=0)
        leiden(graph, quality="barber", random_state=0)
        leiden(graph, fixed=fixed, initial_labels=labels, theta=0.01, random_state=0)
        leiden(graph, min_size=3, max_size=9, random_state=0)
        leiden(graph, consensus=2, random_state=0)
        label_propagation(graph, random_state=0)
        markov_clustering(graph)
    for graph in _variants(large)[:2]:
        leiden(graph, n_jobs=2, algorithm="sequential", random_state=0)
        leiden(graph, n_jobs=2, algorithm="parallel", random_state=0)
        leiden(graph, n_jobs=2, algorithm="free", random_state=0)


def _local() -> None:
    """Every method on graphs with weights of every kind, with attributes and without."""
    import numpy as np

    from partwise.cluster import local
    from partwise.cluster.local._mass_grid import plan_mass_grid

    graphs = _edge_variants(_grid(12))
    points = np.random.default_rng(0).random((graphs[0].n_nodes, 2))
    for graph in graphs:
        seeds = [0, 1, 12]
        results = [
            local.approximate_pagerank(graph, seeds, eps=1e-4),
            local.l1_pagerank(graph, seeds, rho=1e-4),
            local.heat_kernel_pagerank(graph, seeds),
            local.capacity_releasing_diffusion(graph, seeds),
            local.mqi(graph, seeds),
            local.simple_local(graph, seeds),
        ]
        for sink in ("degree", "unit"):
            for attributes in (None, points, points.astype(np.float32)):
                plan_mass_grid(graph, attributes, sink=sink).search(seeds)
        for result in results:
            local.sweep_profile(graph, result.x_idx, result.x_val, by_degree=True)
