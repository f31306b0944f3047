"""Nodes and their neighbours, by a list of arcs and by marks, against sets."""

import numpy as np
import pytest

from partwise.gpu import _neighbours
from partwise.gpu._host import Host
from partwise.gpu._neighbours import Neighbours
from tests.gpu.emulated import Emulated
from tests.gpu.test_bfs_kernels import GRAPHS, rows_of


@pytest.mark.parametrize("backend", [Host(), Host(2), Emulated()], ids=["cpu", "threads", "gpu"])
@pytest.mark.parametrize("few", [0.0, 1 / 8, 1e9], ids=["marks", "either", "list"])
@pytest.mark.parametrize("graph", GRAPHS)
def test_nodes_and_neighbours_are_found_once(monkeypatch, graph, few, backend):
    monkeypatch.setattr(_neighbours, "_FEW", few)
    indptr, indices = rows_of(*GRAPHS[graph])
    n = len(indptr) - 1
    beside = Neighbours(backend, indptr, indices)
    rng = np.random.default_rng(2)
    for size in (0, 1, n // 3, n):
        nodes = rng.permutation(n)[:size].astype(np.int32)
        expected = set(nodes.tolist())
        for v in nodes:
            expected |= set(indices[indptr[v] : indptr[v + 1]].tolist())
        found = beside.of(nodes)
        assert found.dtype == np.int32
        assert found.tolist() == sorted(expected)
