"""The linear relaxation of the choice of personalities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from partwise.partition.netlist._remap_model import Groups, Measure

__all__ = ["Program"]

_LARGE = 2000  # columns from which the interior point method is faster than the simplex
_NEGLIGIBLE = 1e-6  # utilisation up to which a limit is left out of the program
_INFINITY = 1e20  # to HiGHS


class Program:
    """The linear relaxation; both goals have the same rows and these columns.

    x: counts of the options but the first of each group, which takes what is left; w: totals,
    each divided by its present value; s: excess over each limit, divided by its present value; and
    d: the parts of the deviation, or the highest utilisation.
    """

    def __init__(self, measure: Measure, groups: Groups) -> None:
        from scipy.sparse import block_array, coo_array, diags_array, eye_array

        k, n_resources = measure.base.shape
        self._groups = groups
        group_of = groups.group_of
        self._free = np.setdiff1d(np.arange(group_of.size), groups.option_ptr[:-1])
        group = group_of[self._free]
        block = groups.block[group]
        delta = groups.amounts[self._free] - groups.amounts[groups.option_ptr[:-1]][group]
        start = measure.usage.copy()  # usage if every group took its first option
        moved = groups.present_counts()[self._free, np.newaxis]
        np.subtract.at(start, block, delta * moved)

        self._x, self._w, self._s = np.split(
            np.arange(block.size + n_resources + k * n_resources),
            [block.size, block.size + n_resources],
        )
        scale = np.maximum(measure.usage.sum(axis=0), 1.0)
        # row (b, r): (W_r(b) - slope_b W_r - base_br) / N_br <= s_br
        rows = (block[:, np.newaxis] * n_resources + np.arange(n_resources)).ravel()
        columns = np.repeat(self._x, n_resources)
        usage_x = coo_array(
            ((delta / measure.norm[block]).ravel(), (rows, columns)),
            shape=(k * n_resources, block.size),
        )
        slopes = measure.slope[:, np.newaxis] * scale / measure.norm
        usage_w = coo_array(
            (-slopes.ravel(), (np.arange(slopes.size), np.tile(np.arange(n_resources), k))),
            shape=(slopes.size, n_resources),
        )
        room = ((measure.base - start) / measure.norm).ravel()
        # a limit that nothing comes near to would only harm the arithmetic
        most = start.copy()
        np.add.at(most, block, np.maximum(delta, 0) * groups.size[group, np.newaxis])
        binding = ((most > _NEGLIGIBLE * measure.norm) | (measure.slope[:, np.newaxis] > 0)).ravel()
        self._binding = binding
        usage_x, usage_w = usage_x.tocsr()[binding], usage_w.tocsr()[binding]
        room = room[binding]
        excess = eye_array(k * n_resources, format="csr")[binding]

        # one member takes one option: more than two options need a row
        several = np.flatnonzero(np.diff(groups.option_ptr) > 2)
        place = np.full(groups.n_groups, -1)
        place[several] = np.arange(several.size)
        inside = np.flatnonzero(place[group] >= 0)
        members = coo_array(
            (np.ones(inside.size), (place[group[inside]], inside)),
            shape=(several.size, block.size),
        )
        total = coo_array(np.ones((1, k * n_resources)))
        if measure.share is None:
            self._n_goal = 1
            goal_rows = [
                [usage_x, usage_w, None, coo_array(-np.ones((room.size, 1)))],
            ]
            goal_room = room - 1.0
        else:
            self._n_goal = n_resources
            # (W_r - share_r sum_s W_s) / T'_r within -d_r ... d_r
            target = np.eye(n_resources) - measure.share[:, np.newaxis]
            target = coo_array(target * scale / measure.target[:, np.newaxis])
            part = -eye_array(n_resources)
            goal_rows = [[None, target, None, part], [None, -target, None, part]]
            goal_room = np.zeros(2 * n_resources)
        self._matrix = block_array(
            [
                [usage_x, usage_w, -excess, None],
                [members, None, None, None],
                [None, None, total, None],
                *goal_rows,
            ],
            format="csr",
        )
        self._room = room, groups.size[several].astype(float), goal_room
        totals_x = coo_array(
            ((-delta / scale).ravel(), (np.tile(np.arange(n_resources), block.size), columns)),
            shape=(n_resources, block.size),
        )
        blank = coo_array((n_resources, self._s.size + self._n_goal))
        self._equal = block_array(
            [[totals_x, diags_array(np.ones(n_resources)), blank]], format="csr"
        )
        self._totals = start.sum(axis=0) / scale
        self._upper = groups.size[group].astype(float)

    def least_violation(self) -> tuple[NDArray[np.float64] | None, float]:
        """Return counts of the least violation, and that violation."""
        cost = np.zeros(self._matrix.shape[1])
        cost[self._s] = 1.0
        return self._solve(cost, _INFINITY)

    def least_deviation(
        self, violation: float, margin: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Return counts of the least deviation among those of at most `violation`.

        They stay below the limits by `margin`, of shape (k, R), in parts of the present limits.
        """
        cost = np.zeros(self._matrix.shape[1])
        cost[self._s[-1] + 1 :] = 1.0
        return self._solve(cost, violation, margin)[0]

    def _solve(
        self, cost: NDArray[np.float64], violation: float, margin: NDArray[np.float64] | None = None
    ) -> tuple[NDArray[np.float64] | None, float]:
        from scipy.optimize import linprog

        limits, members, goal = self._room
        if margin is not None:
            limits = limits - margin.ravel()[self._binding]
        bounds = np.zeros((cost.size, 2))
        bounds[:, 1] = np.inf
        bounds[self._x, 1] = self._upper
        bounds[self._s, 1] = violation
        answer = linprog(
            cost,
            A_ub=self._matrix,
            b_ub=np.concatenate([limits, members, [violation], goal]),
            A_eq=self._equal,
            b_eq=self._totals,
            bounds=bounds,
            # both end at a vertex, where few counts are fractions
            method="highs-ds" if cost.size < _LARGE else "highs-ipm",
        )
        if answer.x is None or answer.status != 0:
            return None, np.inf
        groups = self._groups
        counts = np.zeros(groups.amounts.shape[0])
        counts[self._free] = np.clip(answer.x[self._x], 0.0, self._upper)
        first = groups.option_ptr[:-1]
        taken = np.add.reduceat(counts, first)
        counts[first] = np.maximum(groups.size - taken, 0.0)
        return counts, float(answer.fun)
