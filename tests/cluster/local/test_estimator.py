"""WeightedFlowDiffusion as an estimator."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import check_is_fitted

from partwise.cluster import WeightedFlowDiffusion, flow_diffusion
from partwise.graph import Graph, planted_partition_graph

GRAPH = planted_partition_graph(15, 12, 0.7, 0.01, random_state=2)
BLOCK = list(range(12))


def test_a_block_is_found_without_its_size():
    model = WeightedFlowDiffusion(max_source_mass=400).fit(GRAPH, seeds=0)
    assert model.cluster_.tolist() == BLOCK
    assert model.conductance_ == model.result_.conductance
    assert model.embedding_.shape == (1, 180)
    assert model.embedding_.indices.tolist() == model.result_.x_idx.tolist()
    assert model.embedding_.data.tolist() == model.result_.x_val.tolist()
    assert model.fit_predict(GRAPH, seeds=0).tolist() == [1] * 12 + [0] * 168


@pytest.mark.parametrize("cluster", ["sweep", "support"])
@pytest.mark.parametrize("attributes", [False, True])
def test_the_grid_keeps_the_mass_of_least_conductance(cluster, attributes):
    X = np.random.default_rng(0).normal(size=(180, 2)) if attributes else None
    masses = [150.0, 60.0, 250.0, 100.0]
    options = {"cluster": cluster, "tol": 1e-9, "gamma": 0.2}
    model = WeightedFlowDiffusion(masses, **options).fit(GRAPH, X, seeds=3)
    single = {
        mass: flow_diffusion(GRAPH, 3, source_mass=mass, attributes=X, **options) for mass in masses
    }

    def score(mass):
        result = single[mass]
        return result.weighted_conductance if attributes else result.conductance

    best = min(sorted(masses), key=score)
    assert model.source_mass_ == best
    assert model.cluster_.tolist() == single[best].cluster.tolist()
    np.testing.assert_allclose(model.result_.x_val, single[best].x_val, rtol=1e-5, atol=1e-6)
    assert model.result_.touched_volume <= 250


def test_the_geometric_grid_ends_at_its_largest_mass_or_out_of_patience():
    all_of_it = WeightedFlowDiffusion(patience=None).fit(GRAPH, seeds=0)
    short = WeightedFlowDiffusion(max_source_mass=100).fit(GRAPH, seeds=0)
    hasty = WeightedFlowDiffusion(patience=1).fit(GRAPH, seeds=0)
    assert short.source_mass_ <= 100
    assert short.result_.touched_volume <= 100
    assert hasty.result_.n_pushes < all_of_it.result_.n_pushes
    assert all_of_it.conductance_ <= hasty.conductance_


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_many_seeds_are_many_fits(n_jobs):
    model = WeightedFlowDiffusion(max_source_mass=300, n_jobs=n_jobs)
    seeds = [0, [5, 6], *range(20, 40)]
    found = model.fit_many(GRAPH, seeds_list=seeds)
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    for nodes, result in zip(seeds, found):
        single = model.fit(GRAPH, seeds=nodes).result_
        assert single.to_dict(vector=True) == result.to_dict(vector=True)


def test_sinks():
    unit = WeightedFlowDiffusion(sink="unit", max_source_mass=20).fit(GRAPH, seeds=[0, 1])
    ones = WeightedFlowDiffusion(sink=np.ones(180), max_source_mass=20).fit(GRAPH, seeds=[0, 1])
    assert unit.result_.to_dict(vector=True) == ones.result_.to_dict(vector=True)
    assert unit.cluster_.tolist() == BLOCK


def test_what_cannot_be_placed_ends_the_grid():
    graph = Graph.from_edges([(0, 1), (1, 2), (2, 0), *((i, i + 1) for i in range(3, 200))])
    model = WeightedFlowDiffusion().fit(graph, seeds=0)
    assert set(model.cluster_) <= {0, 1, 2}
    alone = WeightedFlowDiffusion().fit(Graph.from_edges([(1, 2)], n_nodes=3), seeds=0)
    assert alone.cluster_.tolist() == [0]
    assert not alone.result_.converged


def test_conventions():
    model = WeightedFlowDiffusion(gamma=0.5, growth=1.3, n_jobs=2)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(gamma=0.1).gamma == 0.1
    with pytest.raises(NotFittedError):
        check_is_fitted(model)
    fitted = model.set_params(max_source_mass=200).fit(GRAPH, seeds=0)
    assert fitted is model
    again = pickle.loads(pickle.dumps(model))
    assert again.cluster_.tolist() == model.cluster_.tolist()
    first = model.cluster_.tolist()
    assert model.fit(GRAPH, seeds=0).cluster_.tolist() == first
    assert model.fit(GRAPH.to_scipy(float), seeds=0).cluster_.tolist() == first
    assert model.fit(GRAPH.to_networkx(), seeds=0).cluster_.tolist() == first


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("growth must be above 1, got 1", {"growth": 1}),
        ("patience must be at least 1, got 0", {"patience": 0}),
        ("source_mass must be one or more finite numbers above 0", {"source_mass": [1.0, -1.0]}),
        ("source_mass must be one or more finite numbers above 0", {"source_mass": []}),
        ("max_source_mass must be a finite number above 0", {"max_source_mass": 0}),
        ("cluster must be one of", {"cluster": "x"}),
        ("gamma must be", {"gamma": -1}),
    ],
)
def test_bad_parameters_are_refused_by_fit(message, arguments):
    model = WeightedFlowDiffusion(**arguments)
    with pytest.raises(ValueError, match=message):
        model.fit(GRAPH, seeds=0)
