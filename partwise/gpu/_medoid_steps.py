"""The steps of a search for medoids, on a device and on the CPU, with the same results."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from partwise.gpu._backend import Backend
from partwise.gpu._kernels import medoids as code
from partwise.gpu._kernels.medoids import TILE
from partwise.gpu._medoid_state import State
from partwise.kernels.parallel import SERIAL_BELOW, launch_on

__all__ = ["OnCPU", "OnDevice", "Steps"]

_THREADS = 256
_WARP = 32
_SPAN = 128  # rows that a warp sums up, as in medoids_exchange.cuh
_PART = 4096  # rows whose distances are summed up together, likewise
_ITEMS = 1024  # blocks at which a device is busy
_MOST_PARTS = 8  # of 64 tiles of rows; each compares all 64 centres
_ORPHANS = 2**15  # rows for which there are warps at a time


class Steps(Protocol):
    """What a search is made of."""

    xp: Any

    def assign(self) -> None:
        """Find the two nearest medoids of all rows; settle quantum, losses and total."""

    def evaluate(self, tiles: Any) -> Any:
        """Return the best change of the loss for every row of some tiles, int64; 0 for none."""

    def exchange(self, candidates: Any) -> int:
        """Let candidates become medoids, in turn, where that lowers the loss; return how many."""


class OnDevice:
    """Steps by the kernels of ``medoids.cuh`` and ``medoids_exchange.cuh``.

    Parameters
    ----------
    backend : Backend
    state : State
    most_tiles : int
        Most tiles that are evaluated at once.
    """

    def __init__(self, backend: Backend, state: State, most_tiles: int) -> None:
        xp = self.xp = backend.xp
        self.backend, self.state = backend, state
        self.gains = xp.zeros(most_tiles * TILE * state.k, xp.int64)
        self.shared = xp.zeros(most_tiles * TILE, xp.int64)
        self.changes = xp.zeros(most_tiles * TILE, xp.int64)
        self.own_gains, self.own_shared = xp.zeros(state.k, xp.int64), xp.zeros(1, xp.int64)
        rows = state.ids.shape[0]
        self.distances, self.orphans = xp.zeros(rows, xp.float32), xp.zeros(rows, xp.int32)
        self.decision, self.n_swaps = xp.zeros(2, xp.int32), xp.zeros(1, xp.int32)
        self.n_parts = -(-state.n // _PART)
        self.parts = xp.zeros(self.n_parts, xp.float64)

    def assign(self) -> None:
        """Find the two nearest medoids of all rows; settle quantum, losses and total."""
        s = self.state
        self.backend.launch(
            "medoids_assign", s.n_tiles * _THREADS, *self._points(), *self._medoids(), s.k, s.bound,
            s.near, s.second, s.d1, s.d2, block=_THREADS,
        )  # fmt: skip
        self._measure()

    def evaluate(self, tiles: Any) -> Any:
        """Return the best change of the loss for every row of some tiles, int64; 0 for none."""
        s, launch = self.state, self.backend.launch
        n_tiles = int(tiles.shape[0])
        candidates = n_tiles * TILE
        gains, shared = self.gains[: candidates * s.k], self.shared[:candidates]
        changes = self.changes[:candidates]
        gains.fill(0)
        shared.fill(0)
        n_centres = int(s.radius.shape[0])
        centres = (s.centres, n_centres)
        launch(
            "medoids_radii", s.n_tiles * _WARP, *self._points(), *centres, s.d2, s.slack, s.radius
        )
        parts, items = 1, n_centres // TILE * n_tiles
        while parts < _MOST_PARTS and items * parts < _ITEMS:
            parts *= 2
        launch(
            "medoids_evaluate", items * parts * _THREADS, *self._points(), *centres, s.radius,
            s.slack, s.near, s.d1, s.d2, s.weights, s.scale, tiles, n_tiles, parts, s.k, gains,
            shared, block=_THREADS,
        )  # fmt: skip
        launch(
            "medoids_best", candidates * _WARP, tiles, n_tiles, s.n, s.k, s.losses, s.total, gains,
            shared, changes,
        )  # fmt: skip
        return changes

    def exchange(self, candidates: Any) -> int:
        """Let candidates become medoids, in turn, where that lowers the loss; return how many."""
        self.n_swaps.fill(0)
        for turn in range(int(candidates.shape[0])):
            self._try(candidates, turn)
        return int(self.n_swaps[0])

    def _try(self, candidates: Any, turn: int) -> None:
        """Price a candidate and let it become a medoid; the device decides, nothing is read."""
        s, launch = self.state, self.backend.launch
        launch(
            "medoids_price", -(-s.n // _SPAN) * _WARP, *self._points(), candidates, turn, s.near,
            s.d1, s.d2, s.weights, s.scale, self.distances, self.own_gains, self.own_shared,
        )  # fmt: skip
        launch(
            "medoids_decide", _THREADS, s.points, s.points.shape[1], s.d, candidates, turn, s.ids,
            s.k, s.losses, s.total, self.own_gains, self.own_shared, s.medoids, *self._medoids(),
            self.decision, self.n_swaps, block=_THREADS,
        )  # fmt: skip
        launch(
            "medoids_update", s.n, s.n, self.distances, s.near, s.second, s.d1, s.d2, self.decision,
            self.orphans,
        )  # fmt: skip
        launch(
            "medoids_rescan", min(s.n, _ORPHANS) * _WARP, *self._points(without_n=True),
            *self._medoids(), s.k, s.bound, self.decision, self.orphans, s.near, s.second, s.d1,
            s.d2,
        )  # fmt: skip
        self._measure()

    def _measure(self) -> None:
        s, launch = self.state, self.backend.launch
        launch(
            "medoids_spread", self.n_parts * _THREADS, s.n, s.d2, s.weights, self.decision,
            self.n_parts, self.parts, block=_THREADS,
        )  # fmt: skip
        launch(
            "medoids_scale", _THREADS, self.parts, self.n_parts, self.decision, s.k, s.scale,
            s.losses, s.total, block=_THREADS,
        )  # fmt: skip
        launch(
            "medoids_losses", -(-s.n // _SPAN) * _WARP, s.n, s.near, s.d1, s.d2, s.weights, s.scale,
            self.decision, s.losses, s.total,
        )  # fmt: skip

    def _points(self, *, without_n: bool = False) -> tuple[Any, ...]:
        s = self.state
        return (s.points, s.points.shape[1], *(() if without_n else (s.n,)), s.d, s.metric)

    def _medoids(self) -> tuple[Any, ...]:
        return self.state.medoid_points, self.state.medoid_points.shape[1]


class OnCPU:
    """The same steps by kernels of the CPU.

    Parameters
    ----------
    state : State
    most_tiles : int
        Most tiles that are evaluated at once.
    n_threads : int
        Results do not depend on it.
    """

    xp: Any = np

    def __init__(self, state: State, most_tiles: int, n_threads: int) -> None:
        self.state, self.n_threads = state, n_threads
        self.n_threads_swap = n_threads if state.n >= SERIAL_BELOW else 1
        self.gains = np.zeros((most_tiles * TILE, state.k), np.int64)
        self.shared = np.zeros(most_tiles * TILE, np.int64)
        self.changes = np.zeros(most_tiles * TILE, np.int64)
        self.distances = np.zeros(state.n, np.float32)

    def assign(self) -> None:
        """Find the two nearest medoids of all rows; settle quantum, losses and total."""
        s = self.state
        with launch_on(self.n_threads):
            code.assign(
                s.points, s.n, s.medoid_points, s.k, s.metric, s.bound, s.near, s.second, s.d1, s.d2
            )
        self._measure()

    def evaluate(self, tiles: Any) -> Any:
        """Return the best change of the loss for every row of some tiles, int64; 0 for none."""
        s = self.state
        candidates = len(tiles) * TILE
        gains, shared = self.gains[:candidates], self.shared[:candidates]
        changes = self.changes[:candidates]
        gains.fill(0)
        with launch_on(self.n_threads):
            code.radii(s.points, s.n, s.centres, s.metric, s.d2, s.slack, s.radius)
            code.evaluate(
                s.points, s.n, s.metric, s.centres, s.radius, s.slack, s.near, s.d1, s.d2,
                s.weights, s.scale, tiles, gains, shared,
            )  # fmt: skip
            code.best_changes(tiles, s.n, s.losses, s.total, gains, shared, changes)
        return changes

    def exchange(self, candidates: Any) -> int:
        """Let candidates become medoids, in turn, where that lowers the loss; return how many."""
        with launch_on(self.n_threads_swap):
            return sum(self._try(int(candidate)) for candidate in candidates)

    def _try(self, candidate: int) -> bool:
        s = self.state
        gains, shared = self.gains[0], self.shared[:1]
        code.price(
            s.points, s.n, s.metric, candidate, s.near, s.d1, s.d2, s.weights, s.scale,
            self.distances, gains, shared,
        )  # fmt: skip
        slot = code.decide(
            s.points, candidate, s.ids, s.losses, s.total, gains, shared, s.medoids,
            s.medoid_points,
        )  # fmt: skip
        if slot < 0:
            return False
        code.update(
            s.points, s.n, s.medoid_points, s.k, s.metric, s.bound, slot, self.distances, s.near,
            s.second, s.d1, s.d2,
        )  # fmt: skip
        self._measure()
        return True

    def _measure(self) -> None:
        s = self.state
        code.measure(s.n, s.near, s.d1, s.d2, s.weights, s.scale, s.losses, s.total)
