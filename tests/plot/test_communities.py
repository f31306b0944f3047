"""Pictures of communities and of local clusters: what the axes hold."""

import numpy as np
import pytest

from partwise.graph import Graph, grid_graph
from partwise.plot import (
    plot_adjacency,
    plot_communities,
    plot_community_sizes,
    plot_local_cluster,
    plot_sweep,
)


def test_rows_are_ordered_by_community(ax):
    graph = Graph.from_edges([(0, 2), (1, 3)])
    plot_adjacency(graph, [0, 1, 0, 1], name="community", ax=ax, title="t")
    counts = ax.images[0].get_array().filled(0)
    blocks = np.kron(np.eye(2), 1 - np.eye(2))
    np.testing.assert_array_equal(counts, blocks)
    assert (ax.get_xlabel(), ax.get_title()) == ("node, ordered by community", "t")


@pytest.mark.parametrize("sizes", [[3, 3, 5], [1, 1, 7, 400], list(range(1, 200)), [4]])
def test_every_community_is_in_one_bin(ax, sizes):
    labels = np.repeat(np.arange(len(sizes)) * 2, sizes)  # labels without a node do not count
    plot_community_sizes(labels, ax=ax)
    bars = ax.patches
    assert sum(bar.get_height() for bar in bars) == len(sizes)
    assert len(bars) <= 30
    for bar in bars:
        low, high = bar.get_x(), bar.get_x() + bar.get_width()
        assert bar.get_height() == sum(low < size < high for size in sizes)


def test_small_graphs_are_drawn_large_ones_are_not():
    figure = pytest.importorskip("matplotlib.figure").Figure
    drawn = plot_communities(grid_graph((4, 4)), np.arange(16) // 8, figure=figure(), title="t")
    assert (len(drawn.axes), drawn.get_suptitle()) == (3, "t")
    large = grid_graph((70, 70))
    assert len(plot_communities(large, np.arange(4900) // 70, figure=figure()).axes) == 2
    points = np.argwhere(np.ones((70, 70)))
    with_points = plot_communities(
        large, np.arange(4900) // 70, coordinates=points, figure=figure()
    )
    assert len(with_points.axes) == 3


def test_a_cluster_is_drawn_with_its_heaviest_neighbours(ax):
    n = 200
    graph = Graph.from_edges([(0, v) for v in range(1, n)], weights=np.arange(1, n))
    plot_local_cluster(graph, [0], seeds=[0], ax=ax)
    inside, cut, nodes, stars = ax.collections
    assert (len(inside.get_segments()), len(cut.get_segments())) == (0, 60)
    assert (len(nodes.get_offsets()), len(stars.get_offsets())) == (61, 1)


def test_large_clusters_are_drawn_as_matrices(ax):
    plot_local_cluster(grid_graph((80, 80)), np.arange(6000), seeds=[0], ax=ax)
    assert len(ax.images) == 1


def test_the_prefix_of_least_conductance_is_marked(ax):
    plot_sweep([np.inf, 0.5, 0.2, 0.2, 0.9], ax=ax)
    line, mark = ax.lines
    np.testing.assert_array_equal(line.get_ydata(), [np.nan, 0.5, 0.2, 0.2, 0.9])
    assert mark.get_xydata().tolist() == [[4, 0.2]]


def test_bad_arguments(ax):
    graph = grid_graph((2, 2))
    with pytest.raises(ValueError, match="cluster holds 4"):
        plot_local_cluster(graph, [4], ax=ax)
    with pytest.raises(TypeError, match="seeds must be integers"):
        plot_local_cluster(graph, [0], seeds=[0.5], ax=ax)
    with pytest.raises(ValueError, match="size must be from 1 to 2"):
        plot_sweep([0.5, 0.4], 3, ax=ax)
    with pytest.raises(ValueError, match="conductance must be a vector"):
        plot_sweep([np.nan], ax=ax)
    with pytest.raises(ValueError, match="labels"):
        plot_adjacency(graph, [0], ax=ax)
