"""``partwise warmup``: compile ahead of time what the commands need."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from partwise.cli._options import Debug, Quiet, Verbose, paragraphs
from partwise.cli._progress import Terminal

__all__ = ["WARMUP_HELP", "warm", "warmup"]

WARMUP_HELP = paragraphs("""Compile the kernels now, so that no later command has to wait for it.

Compiled kernels are kept on disk, beside the package or in the user's cache folder
(NUMBA_CACHE_DIR overrides it), per version and type of processor. A second warmup has nothing to
do. Small graphs and netlists are read, partitioned and measured in every way that needs kernels of
its own; so are the communities, the blocks and the local clusters of graphs; points are clustered
by the algorithms that the cluster command takes by itself; trees are read and drawn by every
method. Without a group, what the package gpu runs on the CPU is compiled, too.

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
    sbm = "sbm"
    geometry = "geometry"


def warmup(
    group: Annotated[
        Group,
        typer.Argument(
            help="read: readers and writers; partition: these, the partitioners and the metrics; "
            "cluster: readers and writers, and k-medoids; communities: readers and writers, "
            "communities and local clusters; sbm: readers and writers, and block models; "
            "geometry: trees and treemaps."
        ),
    ] = Group.all,
    quiet: Quiet = False,
    verbose: Verbose = False,
    debug: Debug = False,
) -> int:
    """Run every step and say how long it took."""
    from partwise.cli import _warmup_clusters as clusters
    from partwise.cli import _warmup_geometry as geometry
    from partwise.cli import _warmup_gpu as gpu
    from partwise.cli import _warmup_graphs as graphs
    from partwise.cli import _warmup_sbm as sbm
    from partwise.kernels.jit import on_compile

    steps: list[tuple[str, Callable[[], None]]] = []
    if group is not Group.geometry:
        steps.append(("readers and writers", graphs.read_and_write))
    if group in (Group.all, Group.cluster):
        steps += [("clusters", clusters.cluster)]
    if group in (Group.all, Group.communities):
        steps += [
            ("communities", clusters.communities),
            ("local clusters", clusters.local_clusters),
        ]
    if group in (Group.all, Group.sbm):
        steps += [("block models", sbm.block_models)]
    if group in (Group.all, Group.geometry):
        steps += [("trees", geometry.trees), ("treemaps", geometry.treemaps)]
    if group in (Group.all, Group.partition):
        steps += [
            ("partitioner", graphs.partition),
            ("metrics", graphs.measure),
            ("netlists", graphs.netlists),
        ]
    if group is Group.all:
        steps.append(("traversals", gpu.twins))
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
