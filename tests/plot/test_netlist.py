"""What the pictures of a netlist's partition show."""

import numpy as np
import pytest

from partwise.errors import InfeasibleWarning
from partwise.graph import Hypergraph
from partwise.partition import Netlist, partition_netlist
from partwise.partition.netlist._problem import constraint_of
from partwise.partition.netlist._result import make_result
from partwise.plot import plot_incidence, plot_utilisation
from partwise.plot._axes import block_colors
from partwise.plot._netlist import _density

NETS = Hypergraph.from_nets([[0, 1], [2, 3], [1, 2], [0, 1, 2, 3], [3]])


def result_of(capacities, amounts=((3, 1), (3, 1), (3, 1), (3, 1))):
    netlist = Netlist.from_arrays(
        4, [[0, 1], [2, 3]], [[row] for row in amounts], resources=["LUT", "DSP"]
    )
    return partition_netlist(netlist, 2, capacities=capacities, n_starts=1, random_state=0)


def spread(n_parts, row):
    """Return a partition with one node in every block."""
    netlist = Netlist.from_arrays(n_parts, [[0, 1]], [[row]] * n_parts)
    zeros = np.zeros(n_parts, dtype=np.int32)
    return make_result(
        netlist,
        np.arange(n_parts, dtype=np.int32),
        zeros,
        constraint=constraint_of(netlist, n_parts, None, 0.0),
        target_ratio=None,
        initial_personality=zeros,
        method="given",
        n_starts=1,
        started=0.0,
        seed=0,
    )


def test_a_bar_for_every_block_and_resource(ax):
    result = result_of([8, 2])
    assert plot_utilisation(result, ax=ax, title="full") is ax
    heights = [bar.get_height() for bar in ax.patches]
    assert heights == [0.75, 0.75, 1.0, 1.0]
    colors = [bar.get_facecolor()[:3] for bar in ax.patches]
    assert np.allclose(colors, block_colors(2)[[0, 0, 1, 1]])
    assert ax.lines[0].get_ydata()[0] == 1.0
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["LUT", "DSP"]
    assert ax.get_title() == "full"


def test_what_is_over_the_limit_has_an_edge_even_without_a_limit(ax):
    with pytest.warns(InfeasibleWarning):
        result = result_of([4, 0])
    plot_utilisation(result, ax=ax)
    edged = [bar for bar in ax.patches if np.array_equal(bar.get_edgecolor(), (0, 0, 0, 1))]
    assert len(edged) == 4
    top = ax.get_ylim()[1]
    assert sorted(bar.get_height() for bar in edged) == [1.5, 1.5, top, top]
    ax.figure.canvas.draw()


def test_many_blocks_become_lines(ax):
    plot_utilisation(spread(201, [1]), ax=ax)
    assert len(ax.patches) == 201
    ax.clear()
    plot_utilisation(spread(201, [1, 1]), ax=ax)
    assert len(ax.patches) == 0
    assert [len(line.get_xdata()) for line in ax.lines[:2]] == [201, 201]


def test_utilisation_needs_a_result(ax):
    with pytest.raises(TypeError, match="result must be a NetlistPartition, got dict"):
        plot_utilisation({}, ax=ax)


def test_incidence_is_ordered_by_block_and_cut_nets_stand_apart(ax):
    assert plot_incidence(NETS, [1, 1, 0, 0], ax=ax, title="nets") is ax
    # rows 2, 3, 0, 1; columns {2, 3} and {3} of block 0, {0, 1} of block 1, then the cut nets
    assert ax.images[0].get_array().filled(0).tolist() == [
        [1, 0, 0, 1, 1],
        [1, 1, 0, 0, 1],
        [0, 0, 1, 0, 1],
        [0, 0, 1, 1, 1],
    ]
    assert ax.lines[0].get_xdata()[0] == 3
    assert ax.get_title() == "nets"


def test_density_counts_pins():
    rng = np.random.default_rng(0)
    nets = [rng.choice(60, size=rng.integers(0, 5), replace=False) for _ in range(90)]
    hypergraph = Hypergraph.from_nets(nets, n_nodes=60)
    part = rng.integers(0, 3, 60).astype(np.int32)
    density, inside = _density(hypergraph, part, 7, 11)
    assert density.shape == (7, 11)
    assert density.sum() == hypergraph.n_pins
    assert inside == sum(len(set(part[net].tolist())) <= 1 for net in nets)


@pytest.mark.parametrize("n", [0, 3])
def test_no_nets(ax, n):
    plot_incidence(Hypergraph.from_nets([], n_nodes=n), np.zeros(n, int), ax=ax)
    ax.figure.canvas.draw()


def test_nothing_at_all(ax):
    result = partition_netlist(Hypergraph.from_nets([], n_nodes=0), 2, random_state=0)
    plot_utilisation(result, ax=ax)
    ax.figure.canvas.draw()


def test_bad_arguments(ax):
    with pytest.raises(TypeError, match="netlist must be a Netlist or Hypergraph, got list"):
        plot_incidence([[0, 1]], [0, 0], ax=ax)
    with pytest.raises(ValueError, match="labels"):
        plot_incidence(NETS, [0, 0, 1], ax=ax)
