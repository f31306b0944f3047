"""Sums over rows on the emulated device, against SciPy."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from partwise.gpu._advance import STRATEGIES
from partwise.gpu._spmv import RowSums
from tests.gpu.strict import Strict, there
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


def case(graph, is_weighted):
    indptr, indices = rows_of(*GRAPHS[graph])
    rng = np.random.default_rng(1)
    weights = rng.random(len(indices)) if is_weighted else None
    return indptr, indices, weights, rng.random(len(indptr) - 1)


def summed(strategy, indptr, indices, weights, x, seed=0):
    *arcs, x = there(indptr, indices, weights, x)
    device = Strict(seed)
    return device.to_host(RowSums(device, strategy, *arcs).of(x))


@pytest.mark.parametrize("is_weighted", [False, True])
@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("graph", GRAPHS)
def test_sums_are_those_of_scipy(graph, strategy, is_weighted):
    n = GRAPHS[graph][0]
    indptr, indices, weights, x = case(graph, is_weighted)
    data = np.ones(len(indices)) if weights is None else weights
    expected = csr_array((data, indices, indptr), shape=(n, n)) @ x
    assert summed(strategy, indptr, indices, weights, x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("strategy", ["node", "node_splitting", "hierarchical", "merge_path"])
@pytest.mark.parametrize("graph", ["star from its centre", "dense"])
def test_sums_do_not_depend_on_the_schedule(graph, strategy):
    indptr, indices, weights, x = case(graph, True)
    sums = [summed(strategy, indptr, indices, weights, x, seed) for seed in range(4)]
    assert len({found.tobytes() for found in sums}) == 1
    if strategy in ("node", "hierarchical"):
        for v, row in enumerate(np.split(np.arange(len(indices)), indptr[1:-1])):
            total = 0.0
            for arc in row:
                total += x[indices[arc]] * weights[arc]
            assert sums[0][v] == total


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_no_rows(strategy):
    empty = np.zeros(1, np.int64), np.zeros(0, np.int32), None, np.zeros(0)
    assert summed(strategy, *empty).shape == (0,)
