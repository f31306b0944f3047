"""Optimal partitions of small netlists by integer linear programming."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_deadline, check_n_parts
from partwise.partition.netlist._netlist import Netlist
from partwise.partition.netlist._problem import TOLERANCE, Constraint, constraint_of, target_of
from partwise.partition.netlist._result import NetlistPartition, make_result

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from partwise.graph import Hypergraph

__all__ = ["exact_partition"]

_BOUND_SLACK = 1e-6  # what HiGHS leaves open between solution and bound
_EXPLAIN_SECONDS = 5.0  # spent at most on saying why nothing fits


def exact_partition(
    netlist: Netlist | Hypergraph,
    n_parts: int,
    *,
    capacities: ArrayLike | None = None,
    balance: float = 0.01,
    target_ratio: ArrayLike | None = None,
    objective: Literal["cut", "km1"] = "cut",
    time_limit: float | None = None,
) -> NetlistPartition:
    """Find the block and personality of every node that cut the least, with a proof.

    For small netlists: two blocks of 50 nodes take seconds to minutes, and the time grows
    exponentially. Nothing is refused; beyond about 300 choices (`n_parts` times the number of
    personalities) expect the time limit to end the search, with a lower bound for the result.

    Parameters
    ----------
    netlist : Netlist or Hypergraph
        n nodes with personalities in R resources; those of a hypergraph have one, their weights.
    n_parts : int
        Number of blocks k, ``1 <= k <= n``. Blocks may stay empty.
    capacities : array-like of shape (R,) or (k, R), optional
        What every block, or each one, may use of each resource: ``W_r(b) <= capacities[b, r]``.
    balance : float, default=0.01
        Without capacities: how much more than its share a block may use, as a fraction:
        ``W_r(b) <= (1 + balance) / k * W_r``, where the total ``W_r`` depends on the personalities.
    target_ratio : array-like of shape (R,), optional
        Ratio of the resources against which the result's `deviation` is measured; the search
        itself pays no heed to it. Default: the ratio of the capacities, if given.
    objective : {"cut", "km1"}, default="cut"
        Minimise the weight of the nets in more than one block, or count each of them with the
        number of its blocks less one. The same for two blocks.
    time_limit : float, optional
        Seconds after which the best assignment found so far is returned.

    Returns
    -------
    NetlistPartition
        `optimal` tells whether the objective is proven to be the least, `lower_bound` is the least
        that it can be. The initial personalities are the final ones.

    Raises
    ------
    ValueError
        No assignment meets the limits (the message says how near one comes), or an argument is out
        of its range.
    TimeoutError
        The time limit passed before any assignment was found.

    See Also
    --------
    partition_netlist : the heuristic, for netlists of any size.

    Notes
    -----
    Binaries ``x[v, j, b]`` choose one personality and block per node; the limits are linear in
    them, also where they follow the totals. With ``z[v, b]`` the sum over the personalities, a net
    is inside block b as far as ``u[e, b] <= z[v, b]`` for each of its pins, which gives the cut
    ``w(e) (1 - sum_b u[e, b])``, or touches it with ``t[e, b] >= z[v, b]``, which gives
    ``w(e) (sum_b t[e, b] - 1)``. Both may be continuous. Among blocks of equal limits, the p-th is
    closed to the first p of the nodes, sorted by falling degree. HiGHS solves the program
    [1]_ by branch and cut. Net weights other than integers up to 1024 are taken as precisely as its
    tolerances allow, to about 1e-6 of the heaviest.

    References
    ----------
    .. [1] Q. Huangfu, J. A. J. Hall, "Parallelizing the dual revised simplex method", Mathematical
       Programming Computation 10, 2018, doi:10.1007/s12532-017-0130-5.

    Examples
    --------
    A multiplier of 90 LUTs can be 1 DSP instead, so that both halves of the netlist fit.

    >>> from partwise.partition.netlist import Netlist
    >>> nets = [[0, 1], [1, 2], [2, 3], [0, 3]]
    >>> personalities = [[[20, 0]], [[90, 0], [0, 1]], [[20, 0]], [[20, 0]]]
    >>> netlist = Netlist.from_arrays(4, nets, personalities, resources=["LUT", "DSP"])
    >>> result = exact_partition(netlist, 2, capacities=[40, 1])
    >>> result.cut, result.optimal, result.personality.tolist()
    (2, True, [0, 1, 0, 0])
    """
    from partwise.partition.netlist.multi_personality import as_netlist

    started = time.perf_counter()
    netlist = as_netlist(netlist)
    n_parts = check_n_parts(n_parts, netlist.n_nodes)
    if objective not in ("cut", "km1"):
        raise ValueError(f"objective must be 'cut' or 'km1', got {objective!r}")
    deadline = check_deadline(time_limit, started)
    constraint = constraint_of(netlist, n_parts, capacities, balance)
    target = target_of(netlist, target_ratio, capacities, n_parts)

    labels = personality = np.zeros(0, dtype=np.int32)
    bound, optimal = 0.0, True
    if netlist.n_nodes > 0:
        program = _program(netlist, constraint, objective)
        labels, personality, bound, optimal = _solve(program, netlist, constraint, deadline)
    value = netlist.cut(labels) if objective == "cut" else netlist.connectivity(labels)
    optimal = optimal or bound >= value
    return make_result(
        netlist,
        labels,
        personality,
        constraint=constraint,
        target_ratio=target,
        initial_personality=personality.copy(),
        method="exact",
        n_starts=1,
        started=started,
        seed=0,
        optimal=optimal,
        lower_bound=float(value if optimal else bound),
    )


@dataclass(frozen=True)
class _Program:
    """``min cost @ x`` with ``low <= matrix @ x <= high``; the choices x[q * k + b] come first."""

    cost: NDArray[np.float64]
    constant: float  # to be added to the cost
    scale: float  # by which weights were multiplied
    integral: bool  # whether the weights are integers
    matrix: csr_array
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    upper: NDArray[np.float64]  # of the variables; lower bounds are 0
    n_choices: int


class _Rows:
    """Sparse rows of a program as they come."""

    def __init__(self) -> None:
        self._parts: list[tuple[NDArray[Any], NDArray[Any], NDArray[np.float64]]] = []
        self._low: list[NDArray[np.float64]] = []
        self._high: list[NDArray[np.float64]] = []
        self.count = 0

    def entries(self, rows: NDArray[Any], columns: NDArray[Any], values: ArrayLike) -> None:
        """Add entries of the rows that come next, numbered from 0."""
        numbers = np.broadcast_to(np.asarray(values, dtype=np.float64), rows.shape)
        self._parts.append((rows + self.count, columns, numbers))

    def close(self, n_rows: int, low: ArrayLike, high: ArrayLike) -> None:
        """Say how many rows the entries since the last call made, and their bounds."""
        for store, bound in ((self._low, low), (self._high, high)):
            store.append(np.broadcast_to(np.asarray(bound, dtype=np.float64), (n_rows,)))
        self.count += n_rows

    def matrix(self, n_columns: int) -> csr_array:
        from scipy.sparse import csr_array

        rows, columns, values = (np.concatenate(part) for part in zip(*self._parts))
        return csr_array((values, (rows, columns)), shape=(self.count, n_columns))

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.concatenate(self._low), np.concatenate(self._high)


def _program(netlist: Netlist, constraint: Constraint, objective: str) -> _Program:
    """Return the program of the partitioning problem."""
    k, n_resources = constraint.base.shape
    indptr = netlist.personality_indptr
    n_choices = netlist.n_personalities * k
    first_total = n_choices  # columns of the totals W_r, then those of the nets
    first_net = first_total + n_resources

    rows = _Rows()
    _choose_rows(rows, netlist, k)
    _limit_rows(rows, netlist, constraint, first_total)
    weights, pins, pin_nets = _cuttable(netlist)
    # rows (pin, block): u[e, b] - z[v, b] <= 0, or t[e, b] - z[v, b] >= 0
    counts = np.diff(indptr)[pins]
    pin_of = np.repeat(np.arange(pins.size), counts)
    offsets = np.arange(pin_of.size) - np.repeat(np.cumsum(counts) - counts, counts)
    choice_of = np.repeat(indptr[pins], counts) + offsets
    inside = objective == "cut"
    for b in range(k):
        rows.entries(np.arange(pins.size), first_net + pin_nets * k + b, 1.0)
        rows.entries(pin_of, choice_of * k + b, -1.0)
        rows.close(pins.size, -np.inf if inside else 0.0, 0.0 if inside else np.inf)

    # the tolerances are absolute, so the heaviest net is brought to 512 ... 1024
    integral = weights.dtype.kind in "iu"
    scale = 2.0 ** (10 - math.frexp(float(weights.max(initial=0)))[1])
    if integral:
        scale = min(scale, 1.0)
    scaled = weights * scale
    n_columns = first_net + weights.size * k
    cost = np.zeros(n_columns)
    cost[first_net:] = np.repeat(-scaled if inside else scaled, k)
    upper = np.ones(n_columns)
    upper[first_total:first_net] = np.inf
    upper[:n_choices] = _open_choices(netlist, constraint)
    constant = float(scaled.sum())
    low, high = rows.bounds()
    return _Program(
        cost=cost,
        constant=constant if inside else -constant,
        scale=scale,
        integral=integral,
        matrix=rows.matrix(n_columns),
        low=low,
        high=high,
        upper=upper,
        n_choices=n_choices,
    )


def _cuttable(netlist: Netlist) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Return the weights of the nets that can be cut, their pins, and the net of each pin."""
    hypergraph = netlist.hypergraph
    sizes = np.diff(hypergraph.net_indptr)
    weights = hypergraph.net_weights
    if weights is None:
        weights = np.ones(sizes.size, dtype=np.int64)
    kept = (sizes > 1) & (weights > 0)
    pins = hypergraph.net_pins[np.repeat(kept, sizes)]
    return weights[kept], pins, np.repeat(np.arange(int(kept.sum())), sizes[kept])


def _choose_rows(rows: _Rows, netlist: Netlist, k: int) -> None:
    """Add a row per node: one personality in one block."""
    nodes = np.repeat(np.arange(netlist.n_nodes), np.diff(netlist.personality_indptr) * k)
    rows.entries(nodes, np.arange(nodes.size), 1.0)
    rows.close(netlist.n_nodes, 1.0, 1.0)


def _limit_rows(
    rows: _Rows, netlist: Netlist, constraint: Constraint, first_total: int, first_slack: int = -1
) -> None:
    """Add ``W_r(b) - slope_b W_r <= base[b, r]``, tolerance included, amounts divided by their gcd.

    With `first_slack`, the column ``first_slack + b * R + r`` is how much that may be exceeded.
    """
    k, n_resources = constraint.base.shape
    choices = np.arange(netlist.n_personalities)
    slope = constraint.slope * (1.0 + TOLERANCE)
    for r in range(n_resources):
        divisor = max(int(np.gcd.reduce(netlist.amounts[:, r], initial=0)), 1)
        amounts = netlist.amounts[:, r] // divisor
        used = np.flatnonzero(amounts)
        rows.entries(np.zeros(1, np.int64), np.array([first_total + r]), -1.0)
        columns = (choices[used, np.newaxis] * k + np.arange(k)).ravel()
        rows.entries(np.zeros(columns.size, np.int64), columns, np.repeat(amounts[used], k))
        rows.close(1, 0.0, 0.0)
        base = constraint.base[:, r] * (1.0 + TOLERANCE) / divisor
        if not constraint.is_balance:
            base = np.floor(base)
        for b in range(k):
            rows.entries(np.zeros(used.size, np.int64), used * k + b, amounts[used])
            if slope[b]:
                rows.entries(np.zeros(1, np.int64), np.array([first_total + r]), -slope[b])
            if first_slack >= 0:
                slack = np.array([first_slack + b * n_resources + r])
                rows.entries(np.zeros(1, np.int64), slack, -1.0 / divisor)
            # a limit beyond the total does not bind; large numbers would harm the arithmetic
            rows.close(1, -np.inf, base[b] if base[b] <= amounts.sum() else np.inf)


def _open_choices(netlist: Netlist, constraint: Constraint) -> NDArray[np.float64]:
    """Return 0 for the choices that are closed since blocks of equal limits may change places."""
    k = constraint.n_parts
    groups: dict[bytes, list[int]] = {}
    for b in range(k):
        groups.setdefault(constraint.base[b].tobytes(), []).append(b)
    degrees = np.diff(netlist.hypergraph.node_indptr)
    order = np.argsort(-degrees, kind="stable")
    upper = np.ones((netlist.n_personalities, k))
    indptr = netlist.personality_indptr
    for blocks in groups.values():
        for position, block in enumerate(blocks):
            for v in order[:position]:
                upper[indptr[v] : indptr[v + 1], block] = 0.0
    return upper.ravel()


def _solve(
    program: _Program, netlist: Netlist, constraint: Constraint, deadline: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], float, bool]:
    """Return labels, personalities, the least value of the objective, and whether it is theirs."""
    from scipy.sparse import csr_array, vstack

    matrix, low, high = program.matrix, program.low, program.high
    while True:
        answer = _milp(program.cost, matrix, low, high, program.upper, program.n_choices, deadline)
        if answer.status == 2:
            raise ValueError(_why_not(netlist, constraint, deadline))
        if answer.x is None:
            if answer.status == 1:
                raise TimeoutError(
                    "no assignment that meets the limits was found within time_limit; there may "
                    "be one"
                )
            raise RuntimeError(f"HiGHS failed: {answer.message}")
        labels, personality, chosen = _assignment(netlist, constraint.n_parts, answer.x)
        if constraint.feasible(netlist.usage(labels, personality, constraint.n_parts)):
            return labels, personality, _bound(program, answer), answer.status == 0
        # beyond a limit, though within the solver's tolerance: exclude exactly this assignment
        row = csr_array(
            (np.ones(chosen.size), (np.zeros(chosen.size, np.int64), chosen)),
            shape=(1, matrix.shape[1]),
        )
        matrix = vstack([matrix, row], format="csr")
        low, high = np.append(low, -np.inf), np.append(high, chosen.size - 1.0)


def _milp(
    cost: NDArray[np.float64],
    matrix: csr_array,
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    upper: NDArray[np.float64],
    n_integers: int,
    deadline: float,
) -> Any:
    """Run HiGHS until `deadline`, its presolve left out where that cannot tell what is wrong."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    for presolve in (True, False):
        options: dict[str, Any] = {"mip_rel_gap": 0.0, "presolve": presolve}
        if math.isfinite(deadline):
            options["time_limit"] = max(deadline - time.perf_counter(), 0.001)
        answer = milp(
            cost,
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(np.zeros(upper.size), upper),
            integrality=np.arange(upper.size) < n_integers,
            options=options,
        )
        if answer.status != 4:
            break
    return answer


def _assignment(
    netlist: Netlist, k: int, solution: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Return labels, personalities, and the columns that are 1."""
    starts = netlist.personality_indptr[:-1] * k
    ends = netlist.personality_indptr[1:] * k
    chosen = np.array(
        [a + int(np.argmax(solution[a:b])) for a, b in zip(starts, ends)], dtype=np.int64
    )
    personality, labels = np.divmod(chosen - starts, k)
    return labels.astype(np.int32), personality.astype(np.int32), chosen


def _bound(program: _Program, answer: Any) -> float:
    """Return the least value of the objective as far as HiGHS has proven it."""
    bound = answer.mip_dual_bound
    if bound is None or not math.isfinite(bound):
        return 0.0
    value = (bound + program.constant) / program.scale
    return max(math.ceil(value - _BOUND_SLACK) if program.integral else value, 0.0)


def _why_not(netlist: Netlist, constraint: Constraint, deadline: float) -> str:
    """Say which limits an assignment near to them exceeds."""
    k, n_resources = constraint.base.shape
    n_choices = netlist.n_personalities * k
    first_slack = n_choices + n_resources
    rows = _Rows()
    _choose_rows(rows, netlist, k)
    _limit_rows(rows, netlist, constraint, n_choices, first_slack)
    n_columns = first_slack + k * n_resources
    indptr = netlist.personality_indptr[:-1]
    most = np.maximum.reduceat(netlist.amounts, indptr, axis=0).sum(axis=0)
    cost = np.zeros(n_columns)
    cost[first_slack:] = 1.0 / np.maximum(constraint.limits(most), 1.0).ravel()
    upper = np.ones(n_columns)
    upper[n_choices:] = np.inf
    until = min(deadline, time.perf_counter() + _EXPLAIN_SECONDS)
    answer = _milp(cost, rows.matrix(n_columns), *rows.bounds(), upper, n_choices, until)
    message = "no assignment meets the limits"
    if answer.x is None:
        return f"{message} of {', '.join(netlist.resources)}"
    labels, personality, _ = _assignment(netlist, k, answer.x)
    over = constraint.violation(netlist.usage(labels, personality, k)).max(axis=0)
    tight = [f"{name} by {x:g}" for name, x in zip(netlist.resources, over) if x > 0]
    return f"{message}; the nearest one found exceeds those of {', '.join(tight)}"
