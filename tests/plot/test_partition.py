"""What the picture of a partition shows."""

import numpy as np
import pytest

from partwise.graph import Graph, delaunay_graph, grid_graph
from partwise.plot import plot_blocks, plot_partition
from partwise.plot._axes import block_colors
from partwise.plot._matrix import density


def test_coordinates_are_where_nodes_are_drawn(ax):
    graph, points = delaunay_graph(50, return_points=True, random_state=0)
    labels = (points[:, 0] > 0.5).astype(int)
    assert plot_partition(graph, labels, coordinates=points, ax=ax, title="halves") is ax
    inside, cut, nodes = ax.collections
    assert np.allclose(nodes.get_offsets(), points)
    src, dst, _ = graph.to_edges()
    n_cut = int((labels[src] != labels[dst]).sum())
    assert (len(inside.get_segments()), len(cut.get_segments())) == (graph.n_edges - n_cut, n_cut)
    assert ax.get_title() == "halves"


def test_nodes_have_the_colour_of_their_block(ax):
    labels = [0, 0, 1, 1, 2, 2]
    plot_partition(grid_graph((2, 3)), labels, ax=ax)
    colors = ax.collections[-1].get_facecolors()[:, :3]
    assert np.allclose(colors, block_colors(3)[labels])


def test_three_dimensions_are_seen_from_their_flat_side(ax):
    points = np.random.default_rng(0).random((40, 3)) * [10, 0.01, 5]
    graph = Graph.from_edges([(i, i + 1) for i in range(39)])
    plot_partition(graph, np.zeros(40, int), coordinates=points, ax=ax)
    drawn = np.ptp(ax.collections[-1].get_offsets(), axis=0)
    assert np.allclose(drawn, np.ptp(points, axis=0)[[0, 2]], rtol=0.05)


def test_large_graphs_are_drawn_as_matrices(ax):
    graph = grid_graph((70, 70))
    labels = np.repeat([0, 1], 2450)
    plot_partition(graph, labels, ax=ax)
    image = ax.images[0].get_array()
    assert image.shape == (512, 512)
    assert image.sum() == len(graph.indices)


def test_kind_can_be_chosen(ax):
    plot_partition(grid_graph((4, 4)), np.zeros(16, int), kind="matrix", ax=ax)
    assert len(ax.images) == 1
    assert ax.images[0].get_array().shape == (16, 16)


def test_density_is_block_by_block():
    graph = grid_graph((6, 6))
    labels = np.arange(36) % 2  # columns alternate: all row edges are cut
    counts = density(graph, labels.astype(np.int32), 2)
    # 30 edges along columns are inside, 15 in each block, twice stored; 30 along rows are cut
    assert counts.tolist() == [[30, 30], [30, 30]]
    one = density(graph, np.repeat([0, 1], 18).astype(np.int32), 2)
    assert one.tolist() == [[54, 6], [6, 54]]


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("kind", ["layout", "matrix"])
def test_hardly_any_graph(ax, n, kind):
    drawn = plot_partition(
        Graph.from_edges(np.empty((0, 2), int), n_nodes=n), np.zeros(n, int), kind=kind, ax=ax
    )
    ax.figure.canvas.draw()
    assert drawn is ax
    assert not ax.lines  # no edge is drawn


@pytest.mark.parametrize("n_parts", [1, 10, 11, 300])
def test_colours_differ(n_parts):
    colors = block_colors(n_parts)
    assert colors.shape == (n_parts, 3)
    assert len(np.unique(colors.round(9), axis=0)) == n_parts
    assert ((colors >= 0) & (colors <= 1)).all()


def test_bad_arguments(ax):
    graph = grid_graph((2, 2))
    with pytest.raises(ValueError, match="coordinates must have shape"):
        plot_partition(graph, [0, 0, 1, 1], coordinates=np.zeros((3, 2)), ax=ax)
    with pytest.raises(ValueError, match="coordinates must be finite"):
        plot_partition(graph, [0, 0, 1, 1], coordinates=np.full((4, 2), np.nan), ax=ax)
    with pytest.raises(ValueError, match="labels"):
        plot_partition(graph, [0, 0, 1], ax=ax)
    with pytest.raises(ValueError, match="kind must be"):
        plot_partition(graph, [0, 0, 1, 1], kind="circle", ax=ax)


def test_new_axes_without_a_display():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    axes = plot_partition(grid_graph((2, 2)), [0, 0, 1, 1])
    axes.figure.canvas.draw()
    assert axes.figure.axes == [axes]
    assert axes.has_data()
    plt.close(axes.figure)


def test_blocks_show_what_flows(ax):
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 3), (0, 3)], weights=[5, 2, 5, 3])
    plot_blocks(graph, [0, 0, 1, 1], 3, ax=ax)
    flow = ax.images[0].get_array()
    assert flow.filled(0).tolist() == [[0, 5, 0], [5, 0, 0], [0, 0, 0]]
    assert [text.get_text() for text in ax.texts] == ["5", "5"]


def test_blocks_show_what_stays_inside(ax):
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 3), (0, 3)], weights=[5, 2, 6, 3])
    plot_blocks(graph, [0, 0, 1, 1], inside=True, ax=ax)
    assert ax.images[0].get_array().filled(0).tolist() == [[5, 5], [5, 6]]


def test_too_many_blocks_to_see(ax):
    with pytest.raises(ValueError, match="at most 4096"):
        plot_blocks(grid_graph((70, 70)), np.arange(4900), ax=ax)
