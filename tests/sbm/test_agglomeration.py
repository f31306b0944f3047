"""Blocks of graphs that are too large to begin with a block for each node."""

import numpy as np
import pytest

from partwise.graph import Graph
from partwise.graph.generators import stochastic_block_graph
from partwise.metrics import description_length
from partwise.sbm import fit_sbm
from partwise.sbm._agglomeration import _LARGE

N_BLOCKS, SIZE = 8, 320
N = N_BLOCKS * SIZE
PLANTED = np.repeat(np.arange(N_BLOCKS), SIZE)
SIDES = (PLANTED >= N_BLOCKS // 2).astype(int)


def planted_graph(kind, seed=0):
    """About 10^4 edges, of which two thirds follow a pattern."""
    p_matrix = np.full((N_BLOCKS, N_BLOCKS), 0.001)
    if kind == "assortative":
        np.fill_diagonal(p_matrix, 0.02)
    elif kind == "disassortative":
        for r in range(N_BLOCKS):
            p_matrix[r, r ^ 1] = 0.02
    else:
        half = N_BLOCKS // 2
        p_matrix[:half, :half] = p_matrix[half:, half:] = 0
        p_matrix[:half, half:] += 0.02 * np.eye(half)
        p_matrix[half:, :half] += 0.02 * np.eye(half)
    return stochastic_block_graph([SIZE] * N_BLOCKS, p_matrix, random_state=seed)


def types_of(kind):
    return SIDES if kind == "bipartite" else None


def test_the_planted_graphs_are_large():
    assert N > _LARGE


@pytest.mark.parametrize("corrected", [True, False])
@pytest.mark.parametrize("kind", ["assortative", "disassortative", "bipartite"])
def test_planted_blocks_are_found_and_described_no_worse(kind, corrected):
    graph, types = planted_graph(kind), types_of(kind)
    planted = description_length(graph, PLANTED, types=types, degree_corrected=corrected)
    found = fit_sbm(graph, types=types, degree_corrected=corrected, random_state=0)
    assert found.description_length <= planted
    assert found.n_blocks == N_BLOCKS
    table = np.zeros((N_BLOCKS, N_BLOCKS), int)
    np.add.at(table, (found.labels, PLANTED), 1)
    assert table.max(axis=1).sum() > 0.95 * N
    again = description_length(graph, found.labels, types=types, degree_corrected=corrected)
    assert found.description_length == pytest.approx(again, rel=1e-12)


def test_a_random_graph_is_one_block():
    rng = np.random.default_rng(1)
    graph = Graph.from_edges(rng.integers(0, N, (3 * N, 2)), n_nodes=N)
    assert fit_sbm(graph, n_sweeps=5, random_state=0).n_blocks == 1


def test_numbers_of_blocks_keep_within_bounds():
    graph = planted_graph("assortative")
    assert fit_sbm(graph, n_blocks=5, n_sweeps=3, random_state=0).n_blocks == 5
    assert fit_sbm(graph, min_blocks=12, n_sweeps=3, random_state=0).n_blocks >= 12
    assert fit_sbm(graph, n_blocks=200, n_sweeps=1, random_state=0).n_blocks == 200
    graph = planted_graph("bipartite")
    found = fit_sbm(graph, types=SIDES, n_blocks=(3, 6), n_sweeps=3, random_state=0)
    assert found.n_blocks_by_type == (3, 6)


def test_isolated_nodes_and_small_components_are_labelled():
    edges = np.stack([np.arange(0, 1000, 2), np.arange(1, 1000, 2)], axis=1)
    found = fit_sbm(Graph.from_edges(edges, n_nodes=N), n_sweeps=2, random_state=0)
    trivial = description_length(Graph.from_edges(edges, n_nodes=N), np.zeros(N, int))
    assert len(found.labels) == N
    assert found.description_length <= trivial


def test_the_same_seed_gives_the_same_blocks_with_any_number_of_threads():
    graph = planted_graph("assortative")
    once, again = (
        fit_sbm(graph, n_sweeps=3, n_init=2, n_jobs=jobs, random_state=3) for jobs in (1, 2)
    )
    np.testing.assert_array_equal(once.labels, again.labels)
    assert once.description_length == again.description_length
