"""Pictures of blocks and of blocks of blocks: what the axes hold."""

import numpy as np
import pytest

from partwise.graph import Graph, grid_graph, planted_partition_graph
from partwise.plot import plot_block_matrix, plot_hierarchy


def shown(ax):
    return ax.images[0].get_array().filled(0.0)


def test_density_is_edges_for_each_pair_of_nodes(ax):
    graph = Graph.from_edges([(0, 1), (1, 2), (0, 3), (1, 3), (4, 4)], n_nodes=5)
    plot_block_matrix(graph, [0, 0, 0, 1, 2], ax=ax, title="t")
    expected = [[2 / 3, 2 / 3, 0], [2 / 3, 0, 0], [0, 0, 1]]
    assert shown(ax) == pytest.approx(np.array(expected))
    assert ax.get_title() == "t"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0 (3)", "1 (1)", "2 (1)"]


def test_directed_pairs_count_twice(ax):
    graph = Graph.from_edges([(0, 1), (0, 2), (1, 2)], directed=True)
    plot_block_matrix(graph, [0, 0, 1], ax=ax)
    assert shown(ax) == pytest.approx(np.array([[1 / 2, 1], [0, 0]]))


def test_blocks_are_as_wide_as_they_have_nodes_and_empty_ones_are_not_there(ax):
    plot_block_matrix(grid_graph((1, 6)), [4, 0, 0, 0, 4, 2], ax=ax)
    assert shown(ax).shape == (3, 3)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0 (3)", "2 (1)", "4 (2)"]
    assert ax.get_xticks() == pytest.approx([1.5, 3.5, 5.0])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 6), (6, 0))


def test_mean_density_is_that_of_the_graph(ax):
    graph = planted_partition_graph(4, 25, 0.5, 0.05, random_state=0)
    plot_block_matrix(graph, np.arange(100) // 25, ax=ax)
    pairs = np.full((4, 4), 25 * 25) + np.diag([24 * 25 - 25 * 25] * 4)
    assert (shown(ax) * pairs).sum() / 2 == pytest.approx(graph.n_edges)


@pytest.mark.parametrize("n", [0, 3])
def test_graphs_without_edges_are_drawn(ax, n):
    graph = Graph.from_edges(np.zeros((0, 2), int), n_nodes=n)
    plot_block_matrix(graph, [0] * n, ax=ax)
    assert len(ax.images) == (n > 0)
    plot_hierarchy([[0] * n], graph, ax=ax)
    ax.figure.canvas.draw()


def test_rings_nest(ax):
    # blocks of level 0 are not numbered in the order of those of level 1
    levels = [[0, 1, 2, 3, 0, 1], [1, 0, 1, 0], [0, 0]]
    plot_hierarchy(levels, ax=ax)
    ax.figure.canvas.draw()
    tree, inner, outer = ax.collections
    assert len(tree.get_segments()) == 6 + 4 + 2
    assert (len(inner.get_paths()), len(outer.get_paths())) == (4, 2)

    def middle(wedge):
        """Return the angle that most of a wedge lies at."""
        x, y = wedge.vertices[wedge.codes != 79].mean(axis=0)
        return np.arctan2(x, y) % (2 * np.pi)

    order = np.argsort([middle(path) for path in inner.get_paths()])
    assert order.tolist() == [1, 3, 0, 2]
    assert np.argsort([middle(path) for path in outer.get_paths()]).tolist() == [0, 1]


def test_edges_are_curves_from_node_to_node(ax):
    levels = [[0, 0, 1, 1, 2, 2], [0, 0, 1], [0, 0]]
    graph = Graph.from_edges([(0, 1), (1, 2), (0, 5), (4, 5), (3, 3)])
    plot_hierarchy(levels, graph, ax=ax)
    curves = [line for each in ax.collections[:-2] for line in each.get_segments()]
    angle = 2 * np.pi * (np.arange(6) + 0.5) / 6
    places = np.stack((np.sin(angle), np.cos(angle)), axis=1)
    ends = [[np.argmin(np.hypot(*(places - p).T)) for p in (c[0], c[-1])] for c in curves]
    assert sorted(ends) == [[0, 1], [0, 5], [1, 2], [4, 5]]
    for curve, (u, v) in zip(curves, ends):
        assert curve[[0, -1]] == pytest.approx(places[[u, v]], abs=1e-12)
        assert np.hypot(*curve.T).max() <= 1 + 1e-12
    # within a block they stay near the rim, across the top level they come near the middle
    nearest = {tuple(end): np.hypot(*curve.T).min() for curve, end in zip(curves, ends)}
    assert nearest[0, 5] < nearest[1, 2] < nearest[0, 1]


def test_many_edges_are_drawn_by_block(ax):
    labels = np.arange(400) // 100
    graph = planted_partition_graph(4, 100, 0.9, 0.5, random_state=0)
    assert graph.n_edges > 20_000
    plot_hierarchy([labels, [0, 0, 1, 1]], graph, ax=ax)
    curves = [line for each in ax.collections[:-2] for line in each.get_segments()]
    assert len(curves) == 6


def test_bad_arguments(ax):
    with pytest.raises(ValueError, match="at least one level"):
        plot_hierarchy([], ax=ax)
    with pytest.raises(ValueError, match=r"levels\[1\]: labels must have shape \(2,\)"):
        plot_hierarchy([[0, 1], [0, 0, 0]], ax=ax)
    with pytest.raises(ValueError, match=r"levels\[0\] must number its blocks without gaps"):
        plot_hierarchy([[0, 2]], ax=ax)
    with pytest.raises(TypeError, match=r"levels\[0\]"):
        plot_hierarchy([[0.5, 1]], ax=ax)
    with pytest.raises(ValueError, match="graph must have 2 nodes"):
        plot_hierarchy([[0, 1]], grid_graph((1, 3)), ax=ax)
    with pytest.raises(ValueError, match="n_parts must be at most 4096"):
        plot_block_matrix(grid_graph((2, 2)), [0, 1, 2, 3], 5000, ax=ax)
    with pytest.raises(ValueError, match="labels"):
        plot_block_matrix(grid_graph((2, 2)), [0], ax=ax)
