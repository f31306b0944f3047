"""Weighted trees: totals, order and depths, constructors, and what is no tree."""

from __future__ import annotations

import pickle
from pathlib import PurePosixPath

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.cluster.hierarchy import linkage

from partwise.errors import FormatError
from partwise.geometry import Tree, dendrogram_labels


@st.composite
def parent_lists(draw, most=30):
    """Parents of a random tree whose nodes are numbered in any order."""
    n = draw(st.integers(1, most))
    above = [-1, *(draw(st.integers(0, i - 1)) for i in range(1, n))]
    number = draw(st.permutations(range(n)))
    parents = [0] * n
    for node, parent in enumerate(above):
        parents[number[node]] = -1 if parent < 0 else number[parent]
    return parents


def leaf_weights(parents):
    """Distinct weights, 0 for nodes that have children."""
    return [0.0 if node in parents else node + 0.5 for node in range(len(parents))]


def totals_by_path(tree, separator="/"):
    return {tree.path(node, separator): float(tree.weights[node]) for node in range(tree.n_nodes)}


# -- by hand -------------------------------------------------------------------------------------


def test_tree_of_five_nodes():
    tree = Tree.from_parents([-1, 0, 0, 1, 1], [0, 0, 6, 3, 1], names=list("rabcd"))
    assert (tree.root, tree.n_nodes, tree.n_leaves, tree.depth) == (0, 5, 3, 2)
    assert tree.weights.tolist() == [10.0, 4.0, 6.0, 3.0, 1.0]
    assert tree.depths.tolist() == [0, 1, 1, 2, 2]
    assert tree.order.tolist() == [0, 1, 2, 3, 4]
    assert tree.indptr.tolist() == [0, 2, 4, 4, 4, 4]
    assert tree.children.tolist() == [1, 2, 3, 4]
    assert tree.children_of(1).tolist() == [3, 4]
    assert tree.is_leaf.tolist() == [False, False, True, True, True]
    assert [tree.path(node) for node in range(5)] == ["r", "r/a", "r/b", "r/a/c", "r/a/d"]
    assert tree.path(4, " > ") == "r > a > d"
    assert repr(tree) == "Tree(n_nodes=5, n_leaves=3, depth=2)"


def test_root_may_have_any_number():
    tree = Tree.from_parents([2, 2, -1, 0], [0, 1, 0, 4])
    assert tree.root == 2
    assert tree.order.tolist() == [2, 0, 1, 3]
    assert tree.path(3) == "2/0/3"
    assert tree.weights.tolist() == [4.0, 1.0, 5.0, 4.0]


def test_single_node_is_root_and_leaf():
    tree = Tree.from_parents([-1], [3])
    assert (tree.n_nodes, tree.n_leaves, tree.depth, tree.root) == (1, 1, 0, 0)
    assert tree.weights.tolist() == [3.0]
    assert tree.children.size == 0


def test_arrays_have_the_stated_types():
    tree = Tree.from_parents([-1, 0], [0, 1])
    types = {
        "parents": np.int32, "weights": np.float64, "indptr": np.int64, "children": np.int32,
        "order": np.int32, "depths": np.int32,
    }  # fmt: skip
    assert {name: getattr(tree, name).dtype.type for name in types} == types


# -- against the oracle --------------------------------------------------------------------------


@given(parents=parent_lists())
def test_totals_depths_and_order_of_random_trees(oracles, parents):
    own = leaf_weights(parents)
    tree = Tree.from_parents(parents, own)
    np.testing.assert_allclose(
        tree.weights, oracles.tree_reference.totals(parents, own), rtol=1e-14
    )
    depths = oracles.tree_reference.depths(parents)
    assert tree.depths.tolist() == depths
    assert sorted(tree.order.tolist()) == list(range(len(parents)))
    assert [depths[node] for node in tree.order] == sorted(depths)
    for node in range(len(parents)):
        below = [child for child, parent in enumerate(parents) if parent == node]
        assert tree.children_of(node).tolist() == below
    assert tree.n_leaves == sum(node not in parents for node in range(len(parents)))
    assert tree.depth == max(depths)


@given(parents=parent_lists(), internal=st.sampled_from(["add_leaf", "ignore"]))
def test_own_weights_of_internal_nodes(oracles, parents, internal):
    own = [node % 3 for node in range(len(parents))]
    tree = Tree.from_parents(parents, own, internal=internal)
    heavy = [node for node in range(len(parents)) if node in parents and own[node]]
    if internal == "add_leaf":
        expected = oracles.tree_reference.totals(parents, own) + [own[node] for node in heavy]
        assert tree.parents.tolist() == parents + heavy
    else:
        expected = oracles.tree_reference.totals(
            parents, [0 if node in parents else w for node, w in enumerate(own)]
        )
        assert tree.parents.tolist() == parents
    assert tree.weights.tolist() == expected


@given(parents=parent_lists())
def test_pickling_keeps_everything(parents):
    names = [f"node {i}" for i in range(len(parents))]
    tree = Tree.from_parents(parents, leaf_weights(parents), names)
    copy = pickle.loads(pickle.dumps(tree))
    for name in ("parents", "weights", "names", "indptr", "children", "order", "depths"):
        np.testing.assert_array_equal(getattr(copy, name), getattr(tree, name))
    assert copy.root == tree.root


# -- degenerate ----------------------------------------------------------------------------------


def test_path_of_depth_100_000():
    n = 100_001
    own = np.zeros(n)
    own[-1] = 2.5
    tree = Tree.from_parents(np.arange(-1, n - 1), own)
    assert (tree.depth, tree.n_leaves) == (n - 1, 1)
    assert (tree.weights == 2.5).all()
    assert tree.path(n - 1, ">").count(">") == n - 1


def test_star_of_a_million_leaves():
    n = 1_000_001
    parents = np.zeros(n, np.int64)
    parents[0] = -1
    own = np.ones(n)
    own[0] = 0.0
    tree = Tree.from_parents(parents, own)
    assert (tree.depth, tree.n_leaves, tree.weights[0]) == (1, n - 1, n - 1.0)


def test_all_weights_may_be_zero():
    assert Tree.from_parents([-1, 0], [0, 0]).weights.tolist() == [0.0, 0.0]


# -- it never changes ----------------------------------------------------------------------------


def test_arrays_are_read_only_and_its_own():
    parents, own, names = np.array([-1, 0]), np.array([0.0, 1.0]), np.array(["a", "b"], object)
    tree = Tree.from_parents(parents, own, names)
    parents[1], own[1], names[1] = -1, 5.0, "c"
    assert (tree.parents[1], tree.weights[1], tree.names[1]) == (0, 1.0, "b")
    for name in ("parents", "weights", "names", "indptr", "children", "order", "depths"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(tree, name)[0] = 0


def test_attributes_cannot_be_set():
    tree = Tree.from_parents([-1], [1])
    with pytest.raises(AttributeError, match="never changes"):
        tree.weights = np.ones(1)


# -- what is no tree -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parents", "weights", "message"),
    [
        ([], [], "at least one node"),
        ([[-1]], [1], r"got \(1, 1\)"),
        ([0], [1], r"one root \(-1\), got none"),
        ([-1, -1, 0], [0, 1, 1], r"got 2: nodes 0, 1$"),
        ([-1, 2, 1], [1, 0, 0], r"node 1 is its own ancestor: 1 < 2 < 1"),
        ([-1, 1], [1, 1], r"node 1 is its own ancestor: 1 < 1"),
        ([-1, 5], [0, 1], r"nodes below 2, got 5 for node 1"),
        ([-1, -2], [0, 1], r"got -2 for node 1"),
        ([-1, 0], [0, -1], r"at least 0, got -1.0 for node 1"),
        ([-1, 0], [0, np.nan], r"finite and at least 0, got nan for node 1"),
        ([-1, 0], [0, np.inf], r"got inf for node 1"),
        ([-1, 0, 0], [0, 1e308, 1e308], r"finite sum"),
        ([-1, 0], [0], r"shape \(2,\), one for each node, got \(1,\)"),
        ([-1, 0], [2, 1], r"on leaves, got 2.0 for node 0, which has children; internal="),
    ],
)
def test_what_is_no_tree_is_refused(parents, weights, message):
    with pytest.raises(ValueError, match=message):
        Tree.from_parents(np.array(parents, dtype=np.int64), weights)


def test_faults_name_the_path_of_the_node():
    with pytest.raises(ValueError, match=r"got -2.0 for node 2 \('r/a/b'\)"):
        Tree.from_parents([-1, 0, 1], [0, 0, -2], names=list("rab"))
    with pytest.raises(ValueError, match=r"its own ancestor: (b < c|c < b) < "):
        Tree.from_parents([-1, 2, 1], [0, 0, 0], names=list("abc"))
    names = [f"a rather long name {i}" for i in range(1000)]
    with pytest.raises(ValueError, match=r"long name") as caught:
        Tree.from_parents(np.arange(-1, 999), [*[0] * 999, -1], names)
    assert len(str(caught.value)) < 400


def test_negative_own_weights_are_refused_even_where_they_become_leaves():
    with pytest.raises(ValueError, match=r"got -1.0 for node 0"):
        Tree.from_parents([-1, 0], [-1, 1], internal="add_leaf")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"parents": [-1.0, 0.0]}, TypeError, "parents must be integers, got float64"),
        ({"weights": ["a", "b"]}, TypeError, "weights must be numbers"),
        ({"names": ["a"]}, ValueError, "names must be 2, one for each node, got 1"),
        ({"internal": "keep"}, ValueError, "internal must be one of .*, got 'keep'"),
    ],
)
def test_arguments_are_checked(options, error, message):
    with pytest.raises(error, match=message):
        Tree.from_parents(**({"parents": [-1, 0], "weights": [0, 1]} | options))


# -- paths ---------------------------------------------------------------------------------------


def test_paths_by_hand():
    tree = Tree.from_paths(["src/a.c", "src/lib/b.c", "doc/a.txt"], [30, 20, 5])
    assert totals_by_path(tree) == {
        ".": 55.0, "./src": 50.0, "./src/a.c": 30.0, "./src/lib": 20.0, "./src/lib/b.c": 20.0,
        "./doc": 5.0, "./doc/a.txt": 5.0,
    }  # fmt: skip
    assert tree.parents.tolist() == [-1, 0, 1, 1, 3, 0, 5]


def test_one_first_step_is_the_root():
    assert totals_by_path(Tree.from_paths(["r/a", "r/b"])) == {"r": 2.0, "r/a": 1.0, "r/b": 1.0}
    assert totals_by_path(Tree.from_paths(["alone"], [3])) == {"alone": 3.0}


def test_absolute_paths_keep_their_root():
    tree = Tree.from_paths(["/usr/a", "/b"], [1, 2])
    assert tree.names.tolist() == ["/", "usr", "a", "b"]
    assert totals_by_path(tree) == {"/": 3.0, "/usr": 1.0, "/usr/a": 1.0, "/b": 2.0}
    mixed = Tree.from_paths(["/a", "a"])
    assert mixed.n_leaves == 2


def test_separators_in_excess_and_steps_that_stay_do_not_count():
    tree = Tree.from_paths(["a//b/", "./a/./c", "a/d/."])
    assert totals_by_path(tree) == {"a": 3.0, "a/b": 1.0, "a/c": 1.0, "a/d": 1.0}


def test_separators_of_any_length():
    paths = ["x::y::z", "x::yy", "x::y::q:r"]
    assert set(totals_by_path(Tree.from_paths(paths, separator="::"), "::")) == {
        "x", "x::y", "x::y::z", "x::yy", "x::y::q:r",
    }  # fmt: skip
    assert Tree.from_paths(["a→b", "a→c→é"], separator="→").names.tolist() == ["a", "b", "c", "é"]
    assert Tree.from_paths(["a.b", "a.c"], separator=".").n_nodes == 3
    assert Tree.from_paths(["a/.", "a.b"], separator=".").names.tolist() == [".", "a/", "a", "b"]


def test_paths_may_be_path_objects_arrays_and_odd_text():
    expected = {"a": 2.0, "a/b": 1.0, "a/c": 1.0}
    assert totals_by_path(Tree.from_paths([PurePosixPath("a/b"), PurePosixPath("a/c")])) == expected
    assert totals_by_path(Tree.from_paths(np.array(["a/b", "a/c"]))) == expected
    odd = ["a/\udcff", "a/line\nbreak", "a/\U0001f333"]
    assert Tree.from_paths(odd).names.tolist() == ["a", "\udcff", "line\nbreak", "\U0001f333"]


STEPS = st.lists(st.sampled_from(["a", "b", "ab", "", ".", "c" * 9]), min_size=1, max_size=5)


@given(
    steps=st.lists(STEPS, min_size=1, max_size=25),
    separator=st.sampled_from(["/", ".", "--", "é"]),
)
def test_paths_against_dictionaries_of_prefixes(oracles, steps, separator):
    paths = [separator.join(words) or separator for words in steps]
    weights = np.arange(1.0, len(paths) + 1)
    tree = Tree.from_paths(paths, weights, separator, duplicates="sum", internal="add_leaf")
    expected = oracles.tree_reference.path_totals(paths, weights, separator)
    whole = {oracles.tree_reference.steps_of(path, separator) for path in paths}
    if () in whole or len({known[0] for known in expected if known}) > 1:
        expected = {(".", *known): total for known, total in expected.items()}
    else:
        del expected[()]
    found = {}
    for node in range(len(expected)):  # leaves that stand for own weights come after these
        above = oracles.tree_reference.climb(tree.parents.tolist(), node)
        found[tuple(tree.names[above[::-1]])] = float(tree.weights[node])
    assert found == expected
    assert (tree.names[len(expected) :] == ".").all()


def test_nodes_of_many_paths_in_any_order(oracles):
    rng = np.random.default_rng(5)
    # Enough to make the tables grow, deep enough to make the trail grow.
    paths = ["/".join(map(str, rng.integers(0, 9, rng.integers(1, 9)))) for _ in range(5000)]
    paths.append("/".join(f"deep{i}" for i in range(300)))
    rng.shuffle(paths)
    weights = rng.integers(1, 100, len(paths)).astype(float)
    tree = Tree.from_paths(paths, weights, duplicates="sum", internal="add_leaf")
    expected = oracles.tree_reference.path_totals(paths, weights)
    n = len(expected)
    found = {tree.path(node): tree.weights[node] for node in range(n)}
    assert found == {"/".join((".", *steps)): total for steps, total in expected.items()}
    assert (tree.names[n:] == ".").all()


def test_cumulative_weights_leave_what_a_path_has_of_its_own():
    tree = Tree.from_paths(
        ["r", "r/a", "r/b", "r/b/c"], [10, 3, 5, 5], cumulative=True, internal="add_leaf"
    )
    assert totals_by_path(tree) == {
        "r": 10.0, "r/a": 3.0, "r/b": 5.0, "r/b/c": 5.0, "r/.": 2.0
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"'r/b' has 4 in all, less than what is below it, 5"):
        Tree.from_paths(["r/b", "r/b/c"], [4, 5], cumulative=True)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"paths": []}, ValueError, "at least one path, got none"),
        ({"paths": ["a", ""]}, ValueError, "an empty one at 1"),
        ({"paths": ["a", "b\0c"]}, ValueError, r"NUL characters, got 'b\\x00c' at 1"),
        ({"paths": ["a", 3]}, TypeError, "strings, got int at 1"),
        ({"paths": "a/b"}, TypeError, "a sequence of paths, got str"),
        ({"weights": [1]}, ValueError, r"shape \(2,\), one for each path, got \(1,\)"),
        ({"weights": [1, -2]}, ValueError, r"got -2.0 for path 'a/c'"),
        ({"weights": [1, np.nan]}, ValueError, r"got nan for path 'a/c'"),
        ({"weights": ["x", "y"]}, TypeError, "weights must be numbers"),
        ({"separator": ""}, ValueError, "separator must be at least one character"),
        ({"separator": 1}, TypeError, "separator must be a string, got int"),
        ({"duplicates": "first"}, ValueError, "duplicates must be one of"),
        ({"paths": ["a/b", "a//b"]}, ValueError, r"got 'a/b' at 0 and 'a//b' at 1; duplicates="),
        (
            {"paths": ["a", "a/c"], "weights": [1, 2]},
            ValueError,
            r"on leaves, got 1.0 for node 0 \('a'\)",
        ),
    ],
)
def test_bad_paths_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        Tree.from_paths(**({"paths": ["a/b", "a/c"]} | options))


# -- nested mappings -----------------------------------------------------------------------------


@given(parents=parent_lists())
def test_nested_mappings_give_the_same_totals(oracles, parents):
    names = [f"n{i}" for i in range(len(parents))]
    own = leaf_weights(parents)
    direct = Tree.from_parents(parents, own, names)
    tree = Tree.from_nested(oracles.tree_reference.nested(parents, names, own))
    assert totals_by_path(tree) == pytest.approx(totals_by_path(direct), rel=1e-14)


def test_nested_keys_may_be_chosen():
    nested = {"id": "r", "kids": [{"id": "a", "n": 2}, {"id": "b", "m": 3, "n": 4}, {"id": "c"}]}
    tree = Tree.from_nested(nested, name="id", children="kids", weight=("m", "n"))
    assert totals_by_path(tree) == {"r": 5.0, "r/a": 2.0, "r/b": 3.0, "r/c": 0.0}


def test_nested_depth_has_no_limit():
    nested = {"name": "leaf", "value": 1}
    for _ in range(100_000):
        nested = {"children": [nested]}
    assert Tree.from_nested(nested).depth == 100_000
    while "children" in nested:  # or else freeing it would recurse
        nested = nested.pop("children")[0]


@pytest.mark.parametrize(
    ("nested", "error", "message"),
    [
        (["a"], TypeError, "nested must be a mapping, got list"),
        ({"name": "r", "children": [3]}, TypeError, "node 'r' has a child that must be a mapping"),
        ({"name": "r", "children": "ab"}, TypeError, "node 'r' must have a sequence as 'children'"),
        (
            {"name": "r", "children": [{"name": "a", "value": "3"}]},
            TypeError,
            "node 'r/a' must have a number as weight, got '3'",
        ),
        (
            {"name": "r", "children": [{"name": "a", "value": -3}]},
            ValueError,
            r"got -3.0 for node 1 \('r/a'\)",
        ),
        ({"name": "r", "value": 1, "children": [{"value": 1}]}, ValueError, "must be on leaves"),
    ],
)
def test_bad_nested_mappings_are_refused(nested, error, message):
    with pytest.raises(error, match=message):
        Tree.from_nested(nested)


def test_a_mapping_in_itself_is_refused():
    nested = {"name": "r", "children": [{"name": "a", "children": []}]}
    nested["children"][0]["children"].append(nested)
    with pytest.raises(ValueError, match="node 'r/a' holds itself"):
        Tree.from_nested(nested)


# -- networkx ------------------------------------------------------------------------------------


@given(parents=parent_lists())
def test_networkx_trees_both_ways(parents):
    own = leaf_weights(parents)
    direct = Tree.from_parents(parents, own)
    graph = nx.DiGraph()
    graph.add_nodes_from((node, {"weight": weight}) for node, weight in enumerate(own))
    graph.add_edges_from((parent, child) for child, parent in enumerate(parents) if parent >= 0)
    for tree in (
        Tree.from_networkx(graph),
        Tree.from_networkx(graph.to_undirected(), root=direct.root),
    ):
        assert tree.parents.tolist() == parents
        assert tree.weights.tolist() == direct.weights.tolist()
        assert tree.names.tolist() == list(range(len(parents)))


def test_networkx_leaves_weigh_one_where_no_node_has_a_weight():
    tree = Tree.from_networkx(nx.balanced_tree(3, 2, create_using=nx.DiGraph))
    assert tree.weights[tree.root] == 9.0


def test_networkx_nodes_may_be_tuples():
    graph = nx.DiGraph([((0, 0), (0, 1)), ((0, 0), (1, 0))])
    assert Tree.from_networkx(graph).names.tolist() == [(0, 0), (0, 1), (1, 0)]


@pytest.mark.parametrize(
    ("graph", "options", "message"),
    [
        (nx.DiGraph(), {}, "at least one node"),
        (nx.DiGraph([(0, 2), (1, 2)]), {}, "node 2 has 0 and 1"),
        (nx.DiGraph([(0, 1), (2, 3)]), {}, "2 nodes have no parent, among them 0 and 2"),
        (nx.DiGraph([(0, 1), (2, 3), (3, 2)]), {}, "its own ancestor"),
        (nx.DiGraph([(0, 1)]), {"root": 1}, "the one node without a parent, got 1"),
        (nx.DiGraph([(0, 1)]), {"root": 7}, "a node of the graph, got 7"),
        (nx.path_graph(3), {}, "root must be a node where the graph has no directions"),
        (nx.cycle_graph(3), {"root": 0}, "3 edges and 3 nodes"),
        (nx.Graph([(0, 1), (2, 3), (3, 4), (4, 2)]), {"root": 0}, "no way from the root to 2"),
    ],
)
def test_networkx_graphs_that_are_no_trees(graph, options, message):
    with pytest.raises(ValueError, match=message):
        Tree.from_networkx(graph, **options)


def test_networkx_weights_are_checked():
    graph = nx.DiGraph([("r", "a"), ("r", "b")])
    graph.nodes["a"]["weight"] = 1
    with pytest.raises(ValueError, match="leaf 'b' has no 'weight', but other nodes have"):
        Tree.from_networkx(graph)
    graph.nodes["b"]["weight"] = "x"
    with pytest.raises(TypeError, match="node 'b' must have a number as 'weight', got 'x'"):
        Tree.from_networkx(graph)
    with pytest.raises(TypeError, match="networkx graph, got list"):
        Tree.from_networkx([(0, 1)])


# -- linkage -------------------------------------------------------------------------------------


def test_linkage_by_hand():
    merges = [[0, 1, 0.5, 2], [2, 3, 2.0, 3]]
    tree = Tree.from_linkage(merges, names=["x", "y", "z"])
    assert tree.parents.tolist() == [3, 3, 4, 4, -1]
    assert tree.names.tolist() == ["x", "y", "z", 3, 4]
    assert dendrogram_labels(merges).tolist() == [0.0, 0.0, 0.0, 0.5, 2.0]
    assert Tree.from_linkage(merges, [5, 0, 2]).weights.tolist() == [5.0, 0.0, 2.0, 5.0, 7.0]


@pytest.mark.parametrize("method", ["single", "complete", "average", "ward"])
def test_heights_of_lowest_common_ancestors_are_cophenetic_distances(oracles, method):
    from scipy.cluster.hierarchy import cophenet
    from scipy.spatial.distance import squareform

    merges = linkage(np.random.default_rng(3).normal(size=(25, 2)), method)
    tree, heights = Tree.from_linkage(merges), dendrogram_labels(merges)
    assert tree.weights[25:].tolist() == merges[:, 3].tolist()
    above = [oracles.tree_reference.climb(tree.parents.tolist(), node) for node in range(25)]
    found = np.zeros((25, 25))
    for i in range(25):
        for j in range(i):
            meet = next(node for node in above[i] if node in above[j])
            found[i, j] = found[j, i] = heights[meet]
    np.testing.assert_array_equal(squareform(found), cophenet(merges))


@pytest.mark.parametrize(
    ("merges", "message"),
    [
        (np.zeros((0, 4)), r"shape \(n - 1, 4\)"),
        ([[0, 1, 1.0]], r"shape \(n - 1, 4\), at least one row, got \(1, 3\)"),
        ([[0, 3, 1, 2], [1, 2, 2, 3]], r"row 0 has 3, allowed are integers from 0 to 2"),
        ([[0, 0.5, 1, 2], [1, 2, 2, 3]], r"row 0 has 0.5"),
        ([[0, 1, 1, 2], [1, 2, 2, 3]], r"once, row 1 has 1 again"),
        ([[0, 1, np.nan, 2]], r"finite heights of at least 0, row 0 has nan"),
        ([[0, 1, -1, 2]], r"row 0 has -1"),
    ],
)
def test_what_is_no_linkage_is_refused(merges, message):
    with pytest.raises(ValueError, match=message):
        Tree.from_linkage(merges)


def test_linkage_arguments_are_checked():
    with pytest.raises(ValueError, match=r"shape \(2,\), one for each observation, got \(3,\)"):
        Tree.from_linkage([[0, 1, 1, 2]], [1, 2, 3])
    with pytest.raises(ValueError, match="names must be 2"):
        Tree.from_linkage([[0, 1, 1, 2]], names=["a"])
    with pytest.raises(ValueError, match=r"row 1 merges at 0.5 what was merged higher"):
        dendrogram_labels([[0, 1, 1.0, 2], [2, 3, 0.5, 3]])


# -- Newick --------------------------------------------------------------------------------------


def test_newick_by_hand():
    tree = Tree.from_newick("((a:1,b:2)ab:5,'c d':4)root;")
    assert totals_by_path(tree) == {
        "root": 3.0, "root/ab": 2.0, "root/ab/a": 1.0, "root/ab/b": 1.0, "root/c d": 1.0
    }  # fmt: skip
    assert tree.parents.tolist() == [-1, 0, 1, 1, 0]
    long = Tree.from_newick("((a:1,b:2)ab:5,'c d':4)root;", lengths=True)
    assert long.weights.tolist() == [7.0, 3.0, 1.0, 2.0, 4.0]
    every = Tree.from_newick("((a:1,b:2)ab:5,c:4);", lengths=True, internal="add_leaf")
    assert every.weights[0] == 12.0


def test_newick_faults_name_the_line():
    with pytest.raises(FormatError, match=r"^<newick>:2: found 'x' as branch length"):
        Tree.from_newick("(a,\nb:x);")
    with pytest.raises(TypeError, match="text must be a string, got bytes"):
        Tree.from_newick(b"(a,b);")
