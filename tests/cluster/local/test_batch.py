"""Many seeds at once, and the profile over all of them."""

import json

import networkx as nx
import numpy as np
import pytest

from partwise.cluster import local
from partwise.cluster.local import batch_local_clusters, ncp_profile
from partwise.graph import Graph, planted_partition_graph

GRAPH = planted_partition_graph(12, 15, 0.6, 0.02, random_state=1)
OPTIONS = {
    "flow_diffusion": {"source_mass": 300.0},
    "approximate_pagerank": {"eps": 1e-4},
    "l1_pagerank": {"rho": 1e-4},
    "heat_kernel_pagerank": {"t": 4.0},
    "capacity_releasing_diffusion": {},
    "mqi": {},
    "simple_local": {"delta": 0.5},
}


@pytest.mark.parametrize("method", OPTIONS)
def test_a_batch_is_many_single_calls_on_any_number_of_threads(method):
    seeds = [[7, 3, 20], 0, *range(30, 60)]
    expected = [
        getattr(local, method)(GRAPH, nodes, **OPTIONS[method]).to_dict(vector=True)
        for nodes in seeds
    ]
    for n_jobs in (1, 2, 3, None):
        found = batch_local_clusters(GRAPH, seeds, method=method, n_jobs=n_jobs, **OPTIONS[method])
        assert [result.to_dict(vector=True) for result in found] == expected


def test_a_batch_of_nothing():
    assert batch_local_clusters(GRAPH, []) == []


@pytest.mark.parametrize("n_jobs", [1, 2])
@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "method must be one of", {"method": "leiden"}),
        (ValueError, "seeds holds 1000", {"seeds_list": [0, 1000, 2]}),
        (ValueError, "eps must be", {"eps": -1.0}),
        (TypeError, "unexpected keyword argument 'rho'", {"rho": 1.0}),
        (ValueError, "graph must be undirected", {"graph": nx.DiGraph([(0, 1), (1, 2)])}),
        (ValueError, "n_jobs must be", {"n_jobs": 0}),
        (ValueError, "nodes must have at most half",
         {"method": "mqi", "seeds_list": [0, 1, range(170)]}),
    ],
)  # fmt: skip
def test_bad_batches(error, message, arguments, n_jobs):
    with pytest.raises(error, match=message):
        batch_local_clusters(
            **{"graph": GRAPH, "seeds_list": [0, 1], "n_jobs": n_jobs, **arguments}
        )
    assert len(batch_local_clusters(GRAPH, [0, 1])) == 2


def test_profile_of_every_seed_holds_the_best_prefixes(oracles):
    A = np.maximum(oracles.local.small_graph(14, 0.3, 4), np.eye(14, k=1) + np.eye(14, k=-1))
    graph = Graph.from_edges(np.argwhere(np.triu(A)), n_nodes=14)
    methods = [("approximate_pagerank", {"eps": 1e-5}), ("heat_kernel_pagerank", {"t": 2.0})]
    profile = ncp_profile(graph, seeds=range(14), methods=methods, max_size=14)
    best = {}
    for number, (name, options) in enumerate(methods):
        for seed in range(14):
            result = getattr(local, name)(graph, seed, **options)
            score = result.x_val / A.sum(axis=1)[result.x_idx]
            order = result.x_idx[np.lexsort((result.x_idx, -score))]
            _, phis = oracles.local.best_prefix(A, order)
            for size, phi in enumerate(phis, 1):
                if phi < best.get(size, (np.inf,))[0]:
                    best[size] = phi, seed, number
    assert profile.sizes.tolist() == sorted(best)
    np.testing.assert_allclose(profile.conductance, [best[s][0] for s in sorted(best)])
    assert profile.seed.tolist() == [best[s][1] for s in sorted(best)]
    assert profile.query.tolist() == [best[s][2] for s in sorted(best)]
    # no set of that size can be better than all of them
    for size, phi in zip(profile.sizes.tolist()[:5], profile.conductance):
        least = min(
            oracles.local.conductance(A, nodes)
            for nodes in oracles.local.subsets(range(14))
            if len(nodes) == size
        )
        assert phi >= least - 1e-12


def test_a_profile_dips_at_the_size_of_the_blocks():
    graph = planted_partition_graph(30, 10, 0.9, 0.002, random_state=0)
    profile = ncp_profile(graph, n_seeds=40, random_state=0, max_size=14)
    assert profile.sizes[np.argmin(profile.conductance)] in (9, 10, 11)


def test_profiles_do_not_depend_on_threads_and_methods_may_have_no_sweep():
    methods = [
        ("capacity_releasing_diffusion", {}),
        ("flow_diffusion", {"source_mass": 500.0}),
        ("flow_diffusion", {"source_mass": 500.0, "cluster": "support"}),
    ]
    one, two = (
        ncp_profile(GRAPH, methods=methods, n_seeds=30, random_state=3, n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    assert one.to_dict() == two.to_dict()
    assert json.loads(json.dumps(one.to_dict()))["sizes"] == one.sizes.tolist()
    assert set(one.query.tolist()) <= {0, 1, 2}
    assert one.sizes.max() <= GRAPH.n_nodes // 2


@pytest.mark.parametrize(
    ("error", "message", "arguments"),
    [
        (ValueError, "methods must not be empty", {"methods": []}),
        (ValueError, "method must be one of", {"methods": [("x", {})]}),
        (ValueError, "n_seeds must be at least 1, got 0", {"n_seeds": 0}),
        (ValueError, "max_size must be at least 1, got 0", {"max_size": 0}),
        (ValueError, "seeds holds 180", {"seeds": [180]}),
    ],
)
def test_bad_profiles(error, message, arguments):
    with pytest.raises(error, match=message):
        ncp_profile(GRAPH, **arguments)
