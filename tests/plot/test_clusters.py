"""Scatter plots and silhouette plots of clusters: what the axes hold."""

import numpy as np
import pytest

from partwise.plot import plot_clusters, plot_silhouette


def offsets(collection):
    return np.asarray(collection.get_offsets())


def test_two_dimensions_are_drawn_as_they_are(ax):
    points = np.array([[0.0, 1.0], [2.0, 3.0], [9.0, 9.0]])
    plot_clusters(points, [0, 0, 1], [1, 2], ax=ax, title="t")
    nodes, medoids = ax.collections
    np.testing.assert_array_equal(offsets(nodes), points)
    np.testing.assert_array_equal(offsets(medoids), points[[1, 2]])
    colors = nodes.get_facecolors()
    assert (colors[0] == colors[1]).all()
    assert (colors[0] != colors[2]).any()
    assert ax.get_title() == "t"


def test_more_dimensions_are_projected_on_the_components(ax):
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(50, 2)) * (5, 2)
    basis = np.linalg.qr(rng.normal(size=(6, 6)))[0][:, :2]
    plot_clusters(plane @ basis.T, np.zeros(50, int), ax=ax)
    drawn = offsets(ax.collections[0])
    # all variance lies in two dimensions: distances survive
    expected = np.linalg.norm(plane[:, None] - plane, axis=2)
    np.testing.assert_allclose(np.linalg.norm(drawn[:, None] - drawn, axis=2), expected, atol=1e-9)
    assert drawn[:, 0].var() > drawn[:, 1].var()
    shares = [float(name.split("(")[1].strip("%)")) for name in (ax.get_xlabel(), ax.get_ylabel())]
    assert sum(shares) == pytest.approx(100, abs=1)


def test_one_dimension_is_spread_by_row(ax):
    plot_clusters([[3.0], [1.0]], [0, 1], ax=ax)
    assert offsets(ax.collections[0]).tolist() == [[3, 0], [1, 1]]


def test_silhouettes_are_sorted_within_clusters(ax):
    values, labels = np.array([0.1, 0.9, -0.2, 0.5, 0.4]), np.array([0, 0, 1, 1, 0])
    plot_silhouette(values, labels, ax=ax)
    bars = [np.asarray(c.get_paths()[0].vertices) for c in ax.collections]
    assert len(bars) == 2
    widths = [sorted({x for x, _ in vertices if x != 0}, reverse=True) for vertices in bars]
    assert widths == [[0.9, 0.4, 0.1], [0.5, -0.2]]
    first_end, second_start = bars[0][:, 1].max(), bars[1][:, 1].min()
    assert (first_end, second_start) == (3, 4)
    assert ax.get_xlabel() == "silhouette, 0.340 on average"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda ax: plot_clusters([1.0, 2.0], [0, 0], ax=ax), "X must have shape"),
        (lambda ax: plot_clusters([[np.nan]], [0], ax=ax), "X must be finite"),
        (lambda ax: plot_clusters([[1.0]], [0, 1], ax=ax), "labels"),
        (lambda ax: plot_silhouette([[1.0]], [0], ax=ax), "values must be a vector"),
        (lambda ax: plot_silhouette([np.nan], [0], ax=ax), "values must be a vector of finite"),
    ],
)
def test_bad_arguments(ax, call, message):
    with pytest.raises(ValueError, match=message):
        call(ax)
