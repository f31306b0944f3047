"""Targets of nodes are drawn as often as they should be."""

import numpy as np
import pytest
from scipy.stats import chisquare

from partwise.graph import Graph
from partwise.kernels.jit import kernel
from partwise.kernels.rng import seed_state
from partwise.sbm._kernels.blocks import gather, release
from partwise.sbm._kernels.proposals import draw_target, probability
from partwise.sbm._problem import Model, make_blocks, pose


@kernel
def count_draws(blocks, rng, i, times, drawn, chance):
    """Count how often each block is drawn, and write how probable it is."""
    count = gather(blocks, i)
    for _ in range(times):
        drawn[draw_target(blocks, rng, i, count, 1.0)] += 1
    for s in range(chance.size):
        if blocks.size[s] > 0 and blocks.kind[s] == blocks.kind[blocks.label[i]]:
            chance[s] = probability(blocks, i, s, count, 1.0)
    release(blocks, count)


@pytest.mark.parametrize("n_blocks", [5, 70], ids=["short rows", "rows of several stretches"])
@pytest.mark.parametrize("bipartite", [False, True])
def test_targets_are_drawn_with_their_probabilities(n_blocks, bipartite):
    rng = np.random.default_rng(n_blocks)
    n, half = 400, 200
    low, high = (half, half) if bipartite else (n, 0)
    edges = np.stack((rng.integers(0, low, 1500), rng.integers(high, n, 1500)), axis=1)
    types = (np.arange(n) >= half).astype(int) if bipartite else None
    labels = rng.integers(0, n_blocks, n) + (n_blocks * types if bipartite else 0)
    problem = pose(Graph.from_edges(edges, n_nodes=n, duplicates="first"), types)
    labels = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    c = 2 * (int(labels.max()) + 1)
    blocks = make_blocks(problem, Model(), labels, c)
    times = 200_000
    for i in (0, n - 1):
        drawn, chance = np.zeros(c, np.int64), np.zeros(c)
        count_draws(blocks, seed_state(i), i, times, drawn, chance)
        assert chance.sum() == pytest.approx(1)
        assert drawn[chance == 0].sum() == 0
        assert chisquare(drawn[chance > 0], times * chance[chance > 0]).pvalue > 1e-4
