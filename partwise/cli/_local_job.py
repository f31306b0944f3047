"""One input of ``partwise local``: read, find a cluster for every query, write."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from partwise.cli._errors import UsageProblem
from partwise.cli._graph_input import read_input
from partwise.cli._jobs import Job
from partwise.cli._local import METHODS, SWEPT, parse_mass
from partwise.cli._local_seeds import SeedSet, read_seeds, seeds_of_options
from partwise.cli._progress import Monitor
from partwise.cli._record import complete

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.cluster.local import LocalCluster
    from partwise.graph import Graph

    #: Finds the cluster of some rows; also says the source mass, where there is one.
    Finder = Callable[[NDArray[Any]], tuple[LocalCluster, float | None]]

__all__ = ["run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Find the clusters that `job` asks for, write its files and return the report.

    Raises
    ------
    UsageProblem
        A seed that is no node, or a picture of several clusters.
    FormatError, OSError, ValueError
        The input, or a file beside it, cannot be used, or an output cannot be written.
    """
    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    graph = read_input(
        job.source,
        options["format"],
        "none" if options["unweighted"] else "auto",
        directed=False if options["undirected"] else None,
    )
    if graph.directed:
        raise ValueError("the graph is directed; --undirected ignores the directions")
    if options["seeds"] is None:
        sets = [seeds_of_options(graph, options["seed_nodes"])]
    else:
        sets = read_seeds(graph, options["seeds"])
    if options["plot"] is not None and len(sets) > 1:
        raise UsageProblem(f"--plot: draws one cluster, --seeds asks for {len(sets)}")
    find = _finder(graph, options)
    read = time.perf_counter()

    found = _find_all(find, sets, job.settings["threads"], monitor)
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "writing")
    clusters = [cluster for cluster, _ in found]
    if options["output"] is not None:
        _write_members(graph, clusters, options["output"], numbered=options["seeds"] is not None)
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        _draw(job, graph, sets[0], clusters[0])
    written = time.perf_counter()
    queries = [_facts(seeds, cluster, mass) for seeds, (cluster, mass) in zip(sets, found)]
    record = {
        "input": job.source,
        "n_nodes": graph.n_nodes,
        "n_edges": graph.n_edges,
        "method": options["method"],
        "n_queries": len(queries),
        **(queries[0] if len(queries) == 1 else _summary(clusters)),
        "seconds": solved - read,
    }
    details = {
        "queries": [
            {**facts, "cluster": _ids(graph, cluster.cluster)}
            for facts, cluster in zip(queries, clusters)
        ]
    }
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor, details)


def _finder(graph: Graph, options: dict[str, Any]) -> Finder:
    """Return the method with its options, ready for any seeds."""
    from partwise.cluster import local

    name = options["method"]
    arguments = dict(options["arguments"])
    if options["attributes"] is not None:
        arguments["attributes"] = _read_attributes(options["attributes"], graph.n_nodes)
    if name == "wfd":
        return _grid_finder(graph, arguments)
    function = getattr(local, METHODS[name].function)

    def find(rows: NDArray[Any]) -> tuple[LocalCluster, float | None]:
        """Call the function; a mass relative to the seeds becomes a number."""
        if name != "flow":
            return function(graph, rows, **arguments), None
        mass = _mass_of(graph, rows, "--mass", arguments["source_mass"], arguments.get("sink"))
        return function(graph, rows, **{**arguments, "source_mass": mass}), mass

    return find


def _grid_finder(graph: Graph, arguments: dict[str, Any]) -> Finder:
    """Return the search over source masses: ``WeightedFlowDiffusion`` without scikit-learn."""
    from partwise.cluster.local._mass_grid import plan_mass_grid

    attributes = arguments.pop("attributes", None)
    largest = arguments.pop("max_source_mass", None)
    grid = plan_mass_grid(graph, attributes, max_source_mass=None, **arguments)

    def find(rows: NDArray[Any]) -> tuple[LocalCluster, float | None]:
        """Search up to the largest mass for these seeds."""
        if largest is None:
            return grid.search(rows)
        mass = _mass_of(graph, rows, "--max-mass", largest, arguments.get("sink"))
        return replace(grid, largest=mass).search(rows)

    return find


def _mass_of(graph: Graph, rows: NDArray[Any], option: str, text: str, sink: str | None) -> float:
    """Return a mass as a number, a multiple being that of what the seeds can hold."""
    import numpy as np

    number, relative = parse_mass(option, text)
    if not relative:
        return number
    seeds = np.unique(rows)
    if sink == "unit":
        return number * len(seeds)
    indptr, _, weights, _ = graph._arrays
    spans = [slice(indptr[u], indptr[u + 1]) for u in seeds.tolist()]
    held = sum(s.stop - s.start if weights is None else weights[s].sum() for s in spans)
    return number * (float(held) or 1.0)


def _read_attributes(path: str, n: int) -> NDArray[Any]:
    from partwise.cluster import read_points
    from partwise.errors import FormatError

    points = read_points(path).values
    if len(points) != n:
        raise FormatError(path, None, f"holds {len(points)} rows, expected {n}, one per node")
    return points


def _find_all(
    find: Finder, sets: list[SeedSet], threads: int, monitor: Monitor
) -> list[tuple[LocalCluster, float | None]]:
    """Answer all queries, on several threads."""
    from partwise._checks import check_jobs
    from partwise.kernels.parallel import deal

    found: list[Any] = [None] * len(sets)

    def work(job: int, n_jobs: int) -> None:
        """Answer every n_jobs-th query."""
        for at in range(job, len(sets), n_jobs):
            if job == 0:  # one thread tells for all
                share = _READ + (_SOLVED - _READ) * at / len(sets)
                monitor.stage(share, "searching clusters")
            found[at] = find(sets[at].rows)

    deal(work, check_jobs(threads), len(sets))
    return found


def _ids(graph: Graph, rows: NDArray[Any]) -> list[Any]:
    """Return the ids of some rows as they stand in the file."""
    chosen: list[Any] = (rows if graph.names is None else graph.names[rows]).tolist()
    return chosen


def _facts(seeds: SeedSet, cluster: LocalCluster, mass: float | None) -> dict[str, Any]:
    """Return the numbers of one query."""
    facts = {"seeds": seeds.ids, **cluster.to_dict()}
    del facts["cluster"]
    if mass is not None:
        facts["source_mass"] = mass
    return facts


def _summary(clusters: list[LocalCluster]) -> dict[str, Any]:
    """Return the numbers of several queries together."""
    count = len(clusters)
    return {
        "mean_size": sum(c.size for c in clusters) / count,
        "mean_conductance": sum(c.conductance for c in clusters) / count,
        "n_touched": sum(c.n_touched for c in clusters),
        "touched_volume": sum(c.touched_volume for c in clusters),
        "n_pushes": sum(c.n_pushes for c in clusters),
        "converged": all(c.converged for c in clusters),
    }


def _write_members(
    graph: Graph, clusters: list[LocalCluster], path: str, *, numbered: bool
) -> None:
    """Write the nodes of the clusters with their values, with `numbered` after the query."""
    import numpy as np

    from partwise.graph.io._source import open_output

    with open_output(path) as file:
        for number, cluster in enumerate(clusters, 1):
            values = np.zeros(cluster.size)
            _, at, at_x = np.intersect1d(
                cluster.cluster, cluster.x_idx, assume_unique=True, return_indices=True
            )
            values[at] = cluster.x_val[at_x]
            start = f"{number}\t" if numbered else ""
            rows = zip(_ids(graph, cluster.cluster), values.tolist())
            file.write("".join(f"{start}{name}\t{value!r}\n" for name, value in rows).encode())


def _draw(job: Job, graph: Graph, seeds: SeedSet, cluster: LocalCluster) -> None:
    """Draw the cluster, and the sweep that it comes from where there is one."""
    from partwise.cli._picture import draw_local

    options = job.options
    profile = None
    if options["method"] in SWEPT and cluster.x_idx.size:
        from partwise.cluster.local import sweep_profile

        by_degree = SWEPT[options["method"]]
        profile = sweep_profile(graph, cluster.x_idx, cluster.x_val, by_degree=by_degree)[1]
    title = (
        f"{os.path.basename(job.source)}: {cluster.size} nodes, "
        f"conductance {cluster.conductance:.3f}"
    )
    draw_local(options["plot"], graph, cluster.cluster, seeds.rows, profile, title)
