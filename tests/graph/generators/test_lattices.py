import networkx as nx
import numpy as np
import pytest

from partwise.graph import Graph, as_graph
from partwise.graph.generators import grid_graph, hypercube_graph, torus_graph


@pytest.mark.parametrize("shape", [(1,), (5,), (2, 2), (3, 4), (1, 6), (2, 3, 4), (3, 3, 3, 3)])
@pytest.mark.parametrize("periodic", [False, True])
def test_grids_are_those_of_networkx(shape, periodic):
    graph = grid_graph(shape, periodic=periodic)
    # networkx lists the axes the other way round, and closes axes of length 1 and 2 in ways of its
    # own: leave these open.
    closed = tuple(periodic and length > 2 for length in reversed(shape))
    theirs = nx.grid_graph(tuple(reversed(shape)), periodic=closed)
    nodes = list(np.ndindex(*shape))
    if len(shape) == 1:
        nodes = [place[0] for place in nodes]
    matrix = nx.to_scipy_sparse_array(theirs, nodelist=nodes)
    assert graph.equals(as_graph(matrix, weight=None))


def test_periodic_per_axis():
    cylinder = grid_graph((4, 5), periodic=(True, False))
    assert cylinder.n_edges == 4 * 5 + 4 * 4
    assert torus_graph((4, 5)).degrees().tolist() == [4] * 20
    assert torus_graph((2, 2)).n_edges == 4


@pytest.mark.parametrize("shape", [(), (0,), (3, 0)])
def test_degenerate_grids(shape):
    graph = grid_graph(shape)
    assert graph.n_nodes == int(np.prod(shape))
    assert graph.n_edges == 0


@pytest.mark.parametrize("d", [0, 1, 2, 5, 8])
def test_hypercube(d):
    graph = hypercube_graph(d)
    assert graph.n_nodes == 2**d
    assert graph.degrees().tolist() == [d] * 2**d
    src, dst, _ = graph.to_edges()
    flipped = src ^ dst
    assert ((flipped & (flipped - 1)) == 0).all()
    assert Graph.from_csr(graph.indptr, graph.indices).equals(graph)


def test_bad_lattices():
    with pytest.raises(ValueError, match=r"shape must be from 0 to .*, got -1"):
        grid_graph((3, -1))
    with pytest.raises(TypeError, match=r"shape must be an integer, got float"):
        grid_graph((3, 2.0))
    with pytest.raises(ValueError, match=r"number of nodes must be from 0 .*, got 4294967296"):
        grid_graph((65536, 65536))
    with pytest.raises(ValueError, match=r"periodic must have 2 values"):
        grid_graph((3, 4), periodic=(True,))
    with pytest.raises(ValueError, match=r"dimension must be from 0 to 30, got 31"):
        hypercube_graph(31)
