"""What a re-mapping minimises, and which nodes are alike to it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from partwise.partition.netlist._problem import TOLERANCE

__all__ = ["Groups", "Measure", "group_nodes"]


@dataclass(frozen=True)
class Measure:
    """What is minimised, as a function of the usage of all blocks."""

    base: NDArray[np.float64]
    slope: NDArray[np.float64]
    norm: NDArray[np.float64]  # (k, R): present limits
    share: NDArray[np.float64] | None  # (R,): target ratio, summing to 1
    target: NDArray[np.float64]  # (R,): present targets
    usage: NDArray[np.float64]  # (k, R): under the present choice

    @classmethod
    def of(
        cls,
        indptr: NDArray[np.int64],
        amounts: NDArray[np.int64],
        labels: NDArray[np.int32],
        choice: NDArray[np.int32],
        base: NDArray[np.float64],
        slope: NDArray[np.float64],
        ratio: NDArray[np.float64] | None,
    ) -> Measure:
        rows = amounts[indptr[:-1] + choice]
        usage = np.zeros(base.shape)
        for r in range(base.shape[1]):
            # exact below 2**53, far above what the measure can tell apart
            usage[:, r] = np.bincount(labels, weights=rows[:, r], minlength=base.shape[0])
        totals = usage.sum(axis=0)
        share = None if ratio is None else np.asarray(ratio, dtype=np.float64) / np.sum(ratio)
        target = np.ones_like(totals) if share is None else share * totals.sum()
        limits = base + slope[:, np.newaxis] * totals
        return cls(base, slope, np.maximum(limits, 1.0), share, np.maximum(target, 1.0), usage)

    def over(self, usage: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return usage less limits, and the limits, of usages of shape (..., k, R)."""
        totals = usage.sum(axis=-2, keepdims=True)
        limits = self.base + self.slope[:, np.newaxis] * totals
        return usage - limits, limits

    def of_usage(
        self, usage: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return violations and deviations of usages of shape (..., k, R)."""
        over, limits = self.over(usage)
        relative = over / self.norm
        violation = np.where(over > TOLERANCE * limits, relative, 0.0).sum(axis=(-2, -1))
        if self.share is None:
            return violation, 1.0 + relative.max(axis=(-2, -1))
        totals = usage.sum(axis=-2)
        targets = self.share * totals.sum(axis=-1, keepdims=True)
        return violation, (np.abs(totals - targets) / self.target).sum(axis=-1)


@dataclass(frozen=True)
class Groups:
    """Nodes with a choice; those of a group share their block and their list of personalities.

    The options of group g are ``option_ptr[g]`` to ``option_ptr[g + 1] - 1``.
    """

    option_ptr: NDArray[np.int64]
    amounts: NDArray[np.float64]  # (n_options, R)
    block: NDArray[np.int64]  # of each group
    size: NDArray[np.int64]  # of each group
    nodes: NDArray[np.int64]  # by group
    node_ptr: NDArray[np.int64]
    option: NDArray[np.int64]  # that each of `nodes` has at present

    @property
    def n_groups(self) -> int:
        return self.block.size

    @property
    def group_of(self) -> NDArray[np.int64]:
        """The group of each option."""
        return np.repeat(np.arange(self.n_groups), np.diff(self.option_ptr))

    def present_counts(self) -> NDArray[np.int64]:
        """Return how many nodes have each option at present."""
        return np.bincount(self.option, minlength=self.amounts.shape[0])

    def expand(self, counts: NDArray[np.int64], choice: NDArray[np.int32]) -> NDArray[np.int32]:
        """Give every node a personality, as many as `counts` says; few nodes change theirs."""
        result = choice.astype(np.int32)
        left = counts.copy()
        for g in np.flatnonzero(
            np.add.reduceat(counts != self.present_counts(), self.option_ptr[:-1])
        ):
            waiting = []
            for i in range(self.node_ptr[g], self.node_ptr[g + 1]):
                option = self.option[i]
                if left[option] > 0:
                    left[option] -= 1
                else:
                    waiting.append(self.nodes[i])
            options = range(self.option_ptr[g], self.option_ptr[g + 1])
            free = itertools.chain.from_iterable([q] * int(left[q]) for q in options)
            for node, option in zip(waiting, free):
                result[node] = option - self.option_ptr[g]
        return result


def group_nodes(
    indptr: NDArray[np.int64],
    amounts: NDArray[np.int64],
    labels: NDArray[np.int32],
    choice: NDArray[np.int32],
) -> Groups:
    """Put nodes with a choice together that have the same block and list."""
    counts = np.diff(indptr)
    n_resources = amounts.shape[1]
    option_ptr, node_ptr = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)]
    lists, blocks, members, options = [], [], [], []
    n_options = n_nodes = 0
    for p in np.unique(counts[counts > 1]):
        nodes = np.flatnonzero(counts == p)
        rows = amounts[indptr[nodes][:, np.newaxis] + np.arange(p)]
        keys = np.column_stack([labels[nodes], rows.reshape(nodes.size, -1)])
        unique, group, size = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
        group = group.ravel()
        order = np.argsort(group, kind="stable")
        lists.append(unique[:, 1:].reshape(-1, n_resources))
        blocks.append(unique[:, 0])
        members.append(nodes[order])
        options.append(n_options + group[order] * p + choice[nodes[order]])
        option_ptr.append(n_options + np.arange(1, size.size + 1) * p)
        node_ptr.append(n_nodes + np.cumsum(size))
        n_options += size.size * int(p)
        n_nodes += nodes.size

    def joined(parts: list[NDArray[Any]]) -> NDArray[np.int64]:
        return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)

    starts = joined(node_ptr)
    return Groups(
        option_ptr=joined(option_ptr),
        amounts=np.concatenate(lists).astype(float) if lists else np.zeros((0, n_resources)),
        block=joined(blocks),
        size=np.diff(starts),
        nodes=joined(members),
        node_ptr=starts,
        option=joined(options),
    )
