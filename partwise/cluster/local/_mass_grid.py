"""Flow diffusion for several source masses, of which the best cluster counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise.cluster.local._flow_diffusion import FlowDiffusion, plan_flow_diffusion
from partwise.cluster.local._kernels.ball import PUSHES, TOUCHED
from partwise.cluster.local._kernels.diffusion import DONE, SINK_ARRAY, SINK_UNIT
from partwise.cluster.local._query import check_nodes, check_positive
from partwise.cluster.local._result import LocalCluster
from partwise.cluster.local._workspace import Workspace, borrow, total_volume, visit_all

__all__ = ["MassGrid", "plan_mass_grid"]


def plan_mass_grid(
    graph: Any,
    attributes: ArrayLike | None = None,
    *,
    source_mass: Any = None,
    max_source_mass: float | None = None,
    sink: Any = "degree",
    gamma: Any = "auto",
    cluster: str = "sweep",
    growth: float = 1.5,
    patience: int | None = 5,
    tol: float = 1e-4,
    max_pushes: int | None = None,
) -> MassGrid:
    """Check the parameters of ``WeightedFlowDiffusion``."""
    flow = plan_flow_diffusion(
        graph,
        source_mass=1.0,
        sink=sink,
        attributes=attributes,
        gamma=gamma,
        cluster=cluster,
        tol=tol,
        max_pushes=max_pushes,
    )
    masses = None
    if source_mass is not None:
        masses = np.unique(np.atleast_1d(np.asarray(source_mass, dtype=np.float64)))
        if masses.ndim != 1 or masses.size == 0 or not ((masses > 0) & (masses < np.inf)).all():
            raise ValueError(
                f"source_mass must be one or more finite numbers above 0, got {source_mass}"
            )
    factor = check_positive("growth", growth)
    if factor <= 1:
        raise ValueError(f"growth must be above 1, got {growth}")
    wait = None if patience is None else check_count("patience", patience)
    if max_source_mass is None:
        largest = _capacity(flow) / 2
    else:
        largest = check_positive("max_source_mass", max_source_mass)
    return MassGrid(flow, masses, factor, wait, largest)


def _capacity(flow: FlowDiffusion) -> float:
    """Return how much mass the whole graph can hold; O(n) for an array, once per fit."""
    if flow.sink_kind == SINK_ARRAY:
        return float(flow.sink.sum())
    return float(flow.graph.n_nodes) if flow.sink_kind == SINK_UNIT else total_volume(flow.graph)


@dataclass(frozen=True)
class MassGrid:
    """A flow diffusion and the source masses to try.

    Attributes
    ----------
    flow : FlowDiffusion
    masses : float64 ndarray or None
        Ascending; None for a geometric grid.
    growth : float
        Its ratio.
    patience : int or None
        How many masses in a row may fail to improve; only for the geometric grid.
    largest : float
        Its end.
    """

    flow: FlowDiffusion
    masses: NDArray[np.float64] | None
    growth: float
    patience: int | None
    largest: float

    def search(self, seeds: ArrayLike) -> tuple[LocalCluster, float]:
        """Return the best cluster of these seeds and its source mass."""
        nodes = check_nodes(seeds, self.flow.graph.n_nodes)
        with borrow(self.flow.graph) as workspace:
            return self._search(workspace, nodes)

    def search_all(
        self, seeds_list: Iterable[ArrayLike], n_jobs: int
    ) -> list[tuple[LocalCluster, float]]:
        """Do the same for many seeds, on several threads."""
        graph = self.flow.graph
        sets = [check_nodes(seeds, graph.n_nodes) for seeds in seeds_list]
        results: list[Any] = [None] * len(sets)

        def search(workspace: Workspace, at: int, job: int) -> None:
            """Keep what the grid finds for one entry."""
            results[at] = self._search(workspace, sets[at])

        visit_all(graph, search, n_jobs, len(sets))
        return results

    def _search(self, workspace: Workspace, seeds: NDArray[np.int64]) -> tuple[LocalCluster, float]:
        """Pour one mass on top of the other and keep the best cluster, the first of equal ones."""
        flow = self.flow
        gamma = flow.scale(workspace, seeds)
        best: LocalCluster | None = None
        kept_mass, poured, reached, idle = 0.0, 0.0, 0, 0
        for mass in self._masses(seeds):
            share = np.full(seeds.size, (mass - poured) / seeds.size)
            poured = mass
            status = flow.pour(workspace, seeds, share, gamma)
            if status != DONE and best is not None:
                break  # a larger mass than the component holds, or no pushes left
            found = flow.collect(workspace, seeds, status)
            if best is None or _score(found) < _score(best):
                best, kept_mass, idle = found, mass, 0
            elif found.x_idx.size > reached:
                idle += 1
            reached = found.x_idx.size
            if status != DONE or (self.masses is None and idle == self.patience):
                break
        assert best is not None
        return self._counted(workspace, best), kept_mass

    def _masses(self, seeds: NDArray[np.int64]) -> Iterable[float]:
        if self.masses is not None:
            yield from self.masses.tolist()
            return
        mass = self.growth * self._held_by(seeds)
        yield mass
        while mass < self.largest:
            mass = min(mass * self.growth, self.largest)
            yield mass

    def _held_by(self, seeds: NDArray[np.int64]) -> float:
        """Return the capacity of the seeds, 1 if they have none."""
        flow = self.flow
        if flow.sink_kind == SINK_ARRAY:
            held = float(flow.sink[seeds].sum())
        elif flow.sink_kind == SINK_UNIT:
            held = float(seeds.size)
        else:
            indptr, _, weights, _ = flow.graph._arrays
            rows = [slice(indptr[u], indptr[u + 1]) for u in seeds.tolist()]
            held = float(
                sum(row.stop - row.start if weights is None else weights[row].sum() for row in rows)
            )
        return held if held > 0 else 1.0

    def _counted(self, workspace: Workspace, best: LocalCluster) -> LocalCluster:
        """Return the result with what all masses together took."""
        ball = workspace.ball
        return replace(
            best,
            n_touched=int(ball.count[TOUCHED]),
            touched_volume=type(best.touched_volume)(float(ball.volume[0])),
            n_pushes=int(ball.count[PUSHES]),
        )


def _score(result: LocalCluster) -> float:
    """Return what the masses are compared by."""
    if result.weighted_conductance is not None:
        return result.weighted_conductance
    return result.conductance
