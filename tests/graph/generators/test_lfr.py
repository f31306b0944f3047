"""LFR graphs: what was asked for is what comes out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.graph.generators import lfr_graph
from partwise.metrics import coverage, n_components_per_block

PAPER = {"mean_degree": 20, "max_degree": 50, "min_community": 20, "max_community": 100}


@pytest.mark.parametrize("mixing", [0.0, 0.1, 0.35, 0.6, 0.9, 1.0])
@pytest.mark.parametrize("seed", range(3))
def test_mixing_and_mean_degree_are_as_asked_for(mixing, seed):
    graph, labels = lfr_graph(5000, mixing=mixing, random_state=seed, **PAPER)
    m = graph.n_edges
    # Internal degrees are rounded at random, at most 1/4 variance each; one or two half-edges per
    # community may change sides, and there are at most 250 communities.
    slack = (5 * np.sqrt(5000 / 4) + 2 * 250) / (2 * m)
    assert abs(1 - coverage(graph, labels) - mixing) <= slack
    degrees = graph.degrees()
    assert abs(degrees.mean() - 20) <= 5 * degrees.std() / np.sqrt(5000) + 0.1
    assert not graph.has_self_loops


@pytest.mark.parametrize("seed", range(3))
def test_every_node_is_mixed_alike(seed):
    graph, labels = lfr_graph(4000, mixing=0.3, random_state=seed, **PAPER)
    source, target, _ = graph.to_edges()
    across = labels[source] != labels[target]
    ends = np.concatenate([source[across], target[across]])
    outer = np.bincount(ends, minlength=4000)
    off = np.abs(outer - 0.3 * graph.degrees())
    assert off.max() <= 4
    assert np.mean(off > 1 + 1e-9) < 0.05


@pytest.mark.parametrize("exponent", [2.0, 2.5, 3.0])
def test_degrees_and_sizes_follow_their_power_laws(exponent):
    n = 100_000
    graph, labels = lfr_graph(
        n,
        mixing=0.2,
        degree_exponent=exponent,
        min_degree=5,
        max_degree=200,
        min_community=50,
        max_community=2000,
        community_exponent=1.5,
        random_state=1,
    )
    found = np.bincount(graph.degrees(), minlength=201)
    values = np.arange(5, 201)
    law = values**-exponent / (values**-exponent).sum()
    counts = n * law
    # A degree moves by one where a sum must be even, hardly ever otherwise.
    spread = 5 * np.sqrt(counts) + 0.005 * counts + 5
    assert (np.abs(found[5:] - counts) <= spread).all()
    assert found[:5].sum() <= 2 * (labels.max() + 1)

    sizes = np.bincount(labels)
    assert sizes.min() >= 50
    assert sizes.max() <= 2000
    values = np.arange(50, 2001)
    law = values**-1.5 / (values**-1.5).sum()
    mean, spread = law @ values, np.sqrt(law @ values**2 - (law @ values) ** 2)
    assert abs(sizes.mean() - mean) <= 5 * spread / np.sqrt(len(sizes))
    below = np.cumsum(law)[200 - 50]
    share = np.mean(sizes <= 200)
    assert abs(share - below) <= 5 * np.sqrt(below * (1 - below) / len(sizes))


def test_without_mixing_communities_are_not_joined():
    graph, labels = lfr_graph(2000, mixing=0, random_state=0, **PAPER)
    assert coverage(graph, labels) == 1.0
    assert (n_components_per_block(graph, labels) == 1).all()


def test_with_mixing_one_no_edge_is_inside():
    graph, labels = lfr_graph(2000, mixing=1, random_state=0, **PAPER)
    assert coverage(graph, labels) == 0.0


@given(
    n=st.integers(20, 300),
    mixing=st.sampled_from([0.0, 0.2, 0.5, 1.0]),
    min_degree=st.integers(1, 6),
    smallest=st.integers(2, 8),
    seed=st.integers(0, 2**32),
)
def test_graphs_are_simple_and_sizes_sum_up(n, mixing, min_degree, smallest, seed):
    graph, labels = lfr_graph(
        n,
        mixing=mixing,
        min_degree=min_degree,
        max_degree=8,
        min_community=smallest,
        max_community=10,
        random_state=seed,
    )
    sizes = np.bincount(labels)
    assert graph.n_nodes == len(labels) == sizes.sum() == n
    assert smallest <= sizes.min() <= sizes.max() <= 10
    assert (np.diff(sizes) <= 0).all()
    assert not graph.has_self_loops
    assert graph.degrees().max() <= 9
    if mixing == 0:
        assert coverage(graph, labels) == 1.0


def test_communities_may_be_complete():
    # Degree 5 in communities of 6 without mixing: nothing but cliques is possible.
    graph, labels = lfr_graph(
        60, mixing=0, min_degree=5, max_degree=5, min_community=6, max_community=6, random_state=0
    )
    assert labels.max() == 9
    assert 0.9 * 150 <= graph.n_edges <= 150


def test_same_seed_same_graph_and_nodes_in_no_order():
    (one, a), (two, b) = (lfr_graph(500, mixing=0.3, random_state=5, **PAPER) for _ in range(2))
    other, _ = lfr_graph(500, mixing=0.3, random_state=6, **PAPER)
    assert one.equals(two)
    assert np.array_equal(a, b)
    assert not one.equals(other)
    assert np.mean(a[1:] == a[:-1]) < 0.3
    assert a.dtype == np.int32


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"mixing": 1.5}, ValueError, "mixing must be from 0 to 1, got 1.5"),
        ({"min_degree": 5}, ValueError, "either mean_degree or min_degree"),
        ({"mean_degree": None}, ValueError, "either mean_degree or min_degree"),
        ({"mean_degree": 0.5}, ValueError, "mean_degree must be from 1 to n - 1"),
        ({"mean_degree": 1.01}, ValueError, "mean_degree must be at least"),
        ({"max_degree": 15}, ValueError, "max_degree must be from 20 to 499, got 15"),
        ({"degree_exponent": np.nan}, ValueError, "degree_exponent must be finite"),
        ({"min_community": 300, "max_community": 400}, ValueError, "no communities of 300 to 400"),
        ({"min_community": 500, "max_community": 500}, ValueError, "needs two communities"),
        ({"max_community": 10}, ValueError, "max_community must be from 20 to 500, got 10"),
        ({"n": 2.5}, TypeError, "n must be an integer"),
        ({"random_state": -1}, ValueError, "random_state"),
    ],
)
def test_bad_input(changes, error, message):
    arguments = {"n": 500, "mixing": 0.3, "random_state": 0, **PAPER, **changes}
    n = arguments.pop("n")
    with pytest.raises(error, match=message):
        lfr_graph(n, **arguments)
