"""What ``partwise warmup`` runs on graphs: readers and writers, partitioners, metrics, netlists."""

from __future__ import annotations

import io
import os
import tempfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from partwise.graph import Graph

__all__ = ["measure", "netlists", "partition", "read_and_write", "small_grid", "weighted_variants"]


def small_grid(side: int) -> Graph:
    """Return a grid of `side` rows and columns."""
    from partwise.graph import grid_graph

    return grid_graph((side, side))


def weighted_variants(graph: Graph) -> list[Graph]:
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


def read_and_write() -> None:
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

    small, large = small_grid(12), small_grid(300)
    names = np.array([f"n{i}" for i in range(small.n_nodes)], dtype=object)
    named = [
        Graph._trusted(*variant._arrays[:3], names=names)
        for variant in (small, weighted_variants(small)[1], weighted_variants(small)[4])
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

        for graph in (
            *weighted_variants(small),
            *weighted_variants(large)[:3],
            *named,
            sparse_ids,
            *gaps,
        ):
            round_trip(graph, "graph.txt")
        for graph in (*weighted_variants(small)[:4], large):
            round_trip(graph, "graph.graph")
        for graph in (*weighted_variants(small)[:2], weighted_variants(small)[4]):
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


def partition() -> None:
    """Every preset and constraint on graphs with weights of every kind, small and large."""
    import numpy as np

    from partwise.graph import rmat_graph
    from partwise.partition import partition_graph, refine_partition

    small = small_grid(40)
    fixed = np.full(small.n_nodes, -1, dtype=np.int32)
    fixed[:2] = 0, 1
    for graph in weighted_variants(small):
        for k, preset in ((2, "fast"), (5, "default"), (3, "jet")):
            partition_graph(graph, k, preset=preset, random_state=0)
        partition_graph(graph, 4, fixed=fixed, contiguous=True, random_state=0)
    shares: Any = [1.0, 2.0, 1.0]
    partition_graph(small, 3, preset="quality", target_weights=shares, n_jobs=2, random_state=0)
    halves = (np.arange(small.n_nodes) % 2).astype(np.int32)
    refine_partition(small, halves, random_state=0)
    refine_partition(small, halves * (np.arange(small.n_nodes) > 900), random_state=0)
    for graph in weighted_variants(small_grid(250))[:4]:
        partition_graph(graph, 8, preset="fast", random_state=0)
        partition_graph(graph, 8, preset="jet", n_jobs=2, random_state=0)
    # of a graph with hubs, nodes are paired at two hops as well
    partition_graph(rmat_graph(13, 8, random_state=0), 8, preset="jet", random_state=0)


def measure() -> None:
    """Metrics, quotient graph and subgraph for weights of every kind."""
    import numpy as np

    from partwise.graph import quotient_graph
    from partwise.metrics import evaluate_partition

    for graph in (*weighted_variants(small_grid(12)), small_grid(250)):
        labels = (np.arange(graph.n_nodes) % 4).astype(np.int32)
        evaluate_partition(graph, labels)
        for self_loops in (False, True):
            quotient_graph(graph, labels, self_loops=self_loops)
        graph.subgraph(labels == 0)


def netlists() -> None:
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
