"""How sure the blocks of nodes are: samples of the posterior distribution of partitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from partwise._checks import check_count
from partwise._random import RandomState, check_seed
from partwise.graph import as_graph
from partwise.metrics._description_length import EdgePrior, check_edge_prior, description_terms
from partwise.metrics._integer_partitions import QTable, check_q_table
from partwise.sbm._fit import block_limits, checked_start
from partwise.sbm._problem import Model, cost_of, make_blocks, pose
from partwise.sbm._search import EPS, Budget

__all__ = ["BlockPosterior", "sample_posterior"]

_FRESH = 0.05  # part of the proposals that make a new block
_SCANS = 3  # restricted ones before a split or merge is proposed
_ROOM = 32  # blocks more than at the start, for those that come up on the way
_PASSES = 20


@dataclass(frozen=True, slots=True, eq=False)
class BlockPosterior:
    """Partitions as often as they are probable, of n nodes.

    Attributes
    ----------
    samples : int32 ndarray of shape (n_samples, n)
        Labels of each sample, named so that they agree as much as possible with the others.
    description_lengths : float64 ndarray of shape (n_samples,)
        In nats.
    n_blocks : int64 ndarray of shape (n_samples,)
    marginals : float64 ndarray of shape (n, k)
        Part of the samples in which a node has each of the k labels; rows sum to 1.
    labels : int32 ndarray of shape (n,)
        The most frequent label of each node.
    acceptance : float
        Part of the proposed moves of nodes that were made.
    """

    samples: NDArray[np.int32] = field(repr=False)
    description_lengths: NDArray[np.float64] = field(repr=False)
    n_blocks: NDArray[np.int64] = field(repr=False)
    marginals: NDArray[np.float64] = field(repr=False)
    labels: NDArray[np.int32] = field(repr=False)
    acceptance: float

    def together(self, u: ArrayLike, v: ArrayLike) -> NDArray[np.float64]:
        """Return the part of the samples in which nodes u and v share a block.

        Parameters
        ----------
        u, v : int or array-like of int, both of the same shape
        """
        same: NDArray[np.float64] = (
            self.samples[:, np.asarray(u)] == self.samples[:, np.asarray(v)]
        ).mean(axis=0)
        return same

    def to_dict(self) -> dict[str, Any]:
        """Return the numbers as plain Python values, ready for JSON."""
        counts = np.bincount(self.n_blocks)
        return {
            "n_samples": len(self.samples),
            "mean_description_length": float(self.description_lengths.mean()),
            "least_description_length": float(self.description_lengths.min()),
            "n_blocks": {int(k): int(counts[k]) for k in np.flatnonzero(counts)},
            "acceptance": self.acceptance,
        }


def sample_posterior(
    graph: Any,
    labels: ArrayLike,
    *,
    types: ArrayLike | None = None,
    degree_corrected: bool = True,
    edge_prior: EdgePrior = "auto",
    q_table: QTable = "exact",
    n_samples: int = 100,
    burn_in: int = 100,
    thin: int = 10,
    random_state: RandomState = None,
    callback: Callable[[float, str], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> BlockPosterior:
    """Draw partitions of a graph into blocks as often as the model holds them for probable.

    Parameters
    ----------
    graph : graph-like
        Whatever :func:`partwise.graph.as_graph` takes, undirected, with n nodes.
    labels : array-like of int, shape (n,)
        Where to start: best the labels of :func:`fit_sbm`.
    types, degree_corrected, edge_prior, q_table
        As for :func:`partwise.metrics.description_length`.
    n_samples : int, default=100
    burn_in : int, default=100
        Sweeps before the first sample.
    thin : int, default=10
        Sweeps from one sample to the next.
    random_state : None, int or random generator
    callback : callable, optional
        Called now and then with the finished fraction and what is going on.
    stop : callable, optional
        Asked after each sample whether to return those that there are.

    Returns
    -------
    BlockPosterior

    Raises
    ------
    ValueError, TypeError
        As for :func:`fit_sbm`.

    Notes
    -----
    A sweep proposes a move of every node as in [1]_, and, as often as there are blocks, a split or
    merge with restricted Gibbs scans by the rule of [2]_ (whose relative for networks is [3]_).
    Both are accepted with their exact proposal ratios, so that a partition into B blocks comes up
    in proportion to ``B! exp(-description_length)`` in the long run; with types, to Ka! Kb! times.
    Labels are then renamed, sample by sample, to agree with the marginals of all, until nothing
    changes.

    References
    ----------
    .. [1] T. P. Peixoto, "Efficient Monte Carlo and greedy heuristic for the inference of
       stochastic block models", Physical Review E 89, 2014, doi:10.1103/PhysRevE.89.012804.
    .. [2] S. Jain, R. M. Neal, "A split-merge Markov chain Monte Carlo procedure for the Dirichlet
       process mixture model", Journal of Computational and Graphical Statistics 13, 2004,
       doi:10.1198/1061860043001.
    .. [3] T. P. Peixoto, "Merge-split Markov chain Monte Carlo for community detection", Physical
       Review E 102, 2020, doi:10.1103/PhysRevE.102.012305.

    Examples
    --------
    >>> cliques = [(u, v) for u in range(20) for v in range(u) if u // 10 == v // 10]
    >>> blocks = [0] * 10 + [1] * 10
    >>> found = sample_posterior(cliques, blocks, degree_corrected=False, random_state=0)
    >>> bool(found.together(0, 1) > 0.9), bool(found.together(0, 10) < 0.1)
    (True, True)
    """
    from partwise.kernels.rng import seed_state
    from partwise.sbm._kernels.sampling import sample

    graph = as_graph(graph)
    problem = pose(graph, types)
    check_q_table(q_table)
    check_edge_prior(edge_prior, types is not None)
    model = Model(bool(degree_corrected), edge_prior == "general", q_table)
    limits = block_limits(problem, "auto", None, None)
    start = checked_start(problem, labels, limits, "labels")
    total, warm, step = (
        check_count("n_samples", n_samples),
        _at_least_zero("burn_in", burn_in),
        check_count("thin", thin),
    )
    rng = seed_state(check_seed(random_state))
    n = problem.n_nodes
    room = min(n, int(start.max(initial=0)) + 1 + _ROOM)
    blocks = make_blocks(problem, model, start, room, limits)
    terms = description_terms(
        graph, start, types=types, degree_corrected=model.degree_corrected, edge_prior=edge_prior,
        q_table=q_table,
    )  # fmt: skip
    cost = cost_of(problem, model, start)
    rest = terms.total - cost
    order, work = np.arange(n, dtype=np.int32), np.zeros((3, n), np.int32)
    tally = np.zeros(2, np.int64)
    budget = Budget(None, stop)
    samples: list[NDArray[np.int32]] = []
    lengths: list[float] = []
    for number in range(total):
        tries = max(2, int(blocks.n_active.sum()))
        sweeps = warm if number == 0 else step
        cost += sample(blocks, rng, sweeps, tries, _SCANS, EPS, _FRESH, order, work, tally)
        samples.append(blocks.label.copy())
        lengths.append(cost + rest)
        if callback is not None:
            callback((number + 1) / total, "samples")
        if budget.spent():
            break
    drawn = np.array(samples)
    n_blocks = np.array([len(np.unique(each)) for each in drawn], np.int64)
    named, marginals = align(drawn, start)
    return BlockPosterior(
        named, np.array(lengths), n_blocks, marginals,
        marginals.argmax(axis=1).astype(np.int32), float(tally[1] / max(1, tally[0])),
    )  # fmt: skip


def align(
    samples: NDArray[np.int32], start: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return samples with names of blocks that agree as far as possible, and the marginals."""
    from scipy.optimize import linear_sum_assignment

    n_samples, n = samples.shape
    if n == 0:
        return samples, np.zeros((0, 0))
    # a name for every block of the sample with the most, and room for those without a counterpart
    k = 2 * int(max(samples.max(), start.max())) + 2
    nodes = np.arange(n)
    named = samples.copy()
    counts = np.zeros((n, k))
    counts[nodes, start] = 1.0
    for step in range(_PASSES):
        changed = False
        fresh = np.zeros((n, k))
        for number, labels in enumerate(named):
            names, inverse = np.unique(labels, return_inverse=True)
            overlap = np.zeros((len(names), k))
            np.add.at(overlap, inverse, counts)
            _, columns = linear_sum_assignment(overlap, maximize=True)
            renamed = columns[inverse].astype(np.int32)
            changed |= bool((renamed != labels).any())
            named[number] = renamed
            fresh[nodes, renamed] += 1.0
        counts = fresh
        if step and not changed:
            break
    used = counts.any(axis=0)
    compact = np.cumsum(used) - 1
    return compact[named].astype(np.int32), counts[:, used] / n_samples


def _at_least_zero(name: str, value: Any) -> int:
    if value == 0 and not isinstance(value, (bool, float)):
        return 0
    return check_count(name, value)
