"""One input of ``partwise cluster``: read, group, write."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partwise.cli._cluster import GRAPH_METRIC
from partwise.cli._errors import UsageProblem
from partwise.cli._jobs import Job
from partwise.cli._progress import Monitor
from partwise.cli._record import complete

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from partwise.cluster.kmedoids._search import Search

__all__ = ["run"]

_READ, _SOLVED = 0.1, 0.9  # how the bar is shared out
_MATRIX_OBJECTS = 20_000  # whose matrix takes 1.6 GB
_SILHOUETTE_OBJECTS = 20_000  # beyond, the picture shows medoid silhouettes


@dataclass(frozen=True)
class _Data:
    """What is clustered: points, or distances between objects."""

    values: NDArray[Any]
    ids: NDArray[Any] | None
    weights: NDArray[Any] | None
    is_matrix: bool


def run(job: Job, monitor: Monitor) -> dict[str, Any]:
    """Cluster the input of `job`, write its files and return the report.

    Raises
    ------
    UsageProblem
        More clusters than objects, or a metric that does not exist.
    FormatError, OSError, ValueError
        The input cannot be used, or an output cannot be written.
    """
    from partwise.cluster.kmedoids._search import medoid_silhouettes

    options = job.options
    started = time.perf_counter()
    monitor.stage(0.0, "reading")
    data = _read(job.source, options)
    n, k = len(data.values), options["k"]
    if k > n:
        raise UsageProblem(f"-k: must be at most the number of rows, {n}, got {k}")
    read = time.perf_counter()

    monitor.stage(_READ, "searching medoids")
    search = _search(job, data)
    result = _solve(data, search, options["method"])
    silhouettes = None if k == 1 else medoid_silhouettes(data.values, result.medoids, search)
    solved = time.perf_counter()

    monitor.stage(_SOLVED, "writing")
    _write(data, result, options)
    if options["plot"] is not None:
        monitor.stage(_SOLVED, "drawing")
        _draw(job, data, result, search, silhouettes)
    written = time.perf_counter()
    facts = result.to_dict()
    facts["medoids"] = _ids(data, result.medoids)
    record = {
        "input": job.source,
        "n_objects": n,
        "n_features": None if data.is_matrix else data.values.shape[1],
        "loss": None,
        **{key: value for key, value in facts.items() if key != "score"},
        "medoid_silhouette": None if silhouettes is None else float(silhouettes.mean()),
        "method": options["method"],
        "metric": options["metric"],
        "algorithm": search.method,
        "seconds": solved - read,
    }
    times = {"read": read - started, "solve": solved - read, "write": written - solved}
    return complete(job, record, times, monitor)


def _read(source: str, options: dict[str, Any]) -> _Data:
    """Read a table of points or distances, or a graph, whose distances are computed."""
    metric = options["metric"]
    if metric == GRAPH_METRIC:
        from partwise.graph import read_graph, shortest_path_matrix

        graph = read_graph(source, format=options["format"])
        distances = shortest_path_matrix(graph, weighted=not options["unweighted"])
        return _Data(distances, graph.names, graph.node_weights, True)
    from partwise.cluster import read_points

    if metric != "precomputed":
        _check_metric(metric)
    table = read_points(
        source,
        format=options["format"],
        columns=options["columns"],
        id_column=options["id"],
        weight_column=options["weight"],
        header=options["header"],
    )
    return _Data(table.values, table.ids, table.weights, metric == "precomputed")


def _check_metric(metric: str) -> None:
    """Refuse a metric that does not exist before anything is read."""
    import numpy as np

    from partwise.cluster.kmedoids._distances import distance_block

    sample = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [2.0, 1.0]])
    try:
        distance_block(sample, sample, metric)
    except ValueError as error:
        raise UsageProblem(f"--metric: {error}") from error


def _search(job: Job, data: _Data) -> Search:
    """Return how medoids are searched."""
    from partwise._checks import check_jobs
    from partwise.cluster.kmedoids._search import Search

    options = job.options
    algorithm = options["algorithm"]
    if algorithm == "auto":
        small = data.is_matrix or options["coreset"] or len(data.values) <= _MATRIX_OBJECTS
        algorithm = "fasterpam" if small else "fasterclara"
    return Search(
        options["k"],
        options["seed"],
        "precomputed" if data.is_matrix else options["metric"],
        algorithm,
        options["init"],
        options["max_iter"],
        options["restarts"],
        options["coreset"],
        n_threads=check_jobs(job.settings["threads"]),
    )


def _solve(data: _Data, search: Search, method: str) -> Any:
    """Return the result of the search: medoids, labels, loss."""
    from partwise.cluster.kmedoids._search import find_medoid_silhouette, find_medoids

    if method == "msc":
        if data.weights is not None:
            raise UsageProblem("--weight: is for --method kmedoids, msc knows no weights")
        return find_medoid_silhouette(data.values, search)
    return find_medoids(data.values, search, data.weights).result


def _ids(data: _Data, rows: NDArray[Any]) -> list[Any]:
    """Return the names of some rows, or their numbers."""
    chosen: list[Any] = (rows if data.ids is None else data.ids[rows]).tolist()
    return chosen


def _write(data: _Data, result: Any, options: dict[str, Any]) -> None:
    import numpy as np

    from partwise.graph.io import write_labels, write_partition

    if options["output"] is not None:
        write_partition(result.labels, options["output"])
    if options["labels"] is not None:
        write_labels(data.ids, result.labels, options["labels"])
    if options["medoids"] is not None:
        clusters = np.arange(result.medoids.size)
        write_labels(_ids(data, result.medoids), clusters, options["medoids"])


def _draw(job: Job, data: _Data, result: Any, search: Search, silhouettes: Any) -> None:
    """Draw the points, or a silhouette plot: exact where the matrix is small enough."""
    from partwise.cli._picture import draw_clusters, draw_silhouette

    options = job.options
    k = options["k"]
    title = f"{os.path.basename(job.source)}: {k} clusters"
    kind = options["plot_kind"]
    if kind == "scatter" or (kind == "auto" and not data.is_matrix):
        draw_clusters(options["plot"], data.values, result.labels, result.medoids, title)
        return
    if k == 1:
        raise UsageProblem("--plot: silhouettes compare clusters, -k 1 has one only")
    name = "medoid silhouette"
    if len(data.values) <= _SILHOUETTE_OBJECTS:
        from partwise.cluster import silhouette
        from partwise.cluster.kmedoids._search import distance_matrix

        name = "silhouette"
        matrix = distance_matrix(data.values, search)
        silhouettes = silhouette(matrix, result.labels, per_sample=True)
    draw_silhouette(options["plot"], silhouettes, result.labels, name, title)
