"""The treemap method "slack": the slack partition of the plane, validated."""

from dataclasses import replace

import numpy as np
import pytest

from partwise.errors import LayoutError
from partwise.geometry import Tree, slack_partition, treemap
from partwise.geometry.treemaps._validate import check_layout
from tests.oracles.trees import caterpillar, random_tree, star


@pytest.mark.parametrize("eps", [1 / 3, 0.1, 0.003])
def test_the_layout_is_the_partition_of_the_rectangle(eps):
    for seed in range(14):
        tree = random_tree(seed)
        layout = treemap(tree, "slack", rect=(1, 2, 3, 2), eps=eps, validate=True)
        boxes = slack_partition(tree, 2, eps, box=[[1, 2], [4, 4]])
        np.testing.assert_array_equal(layout.boxes, np.hstack((boxes.lower, boxes.upper)))
        assert layout.bound == boxes.bound == max(1.5, 1 / eps)
        assert layout.aspect_kind == "sides"
        assert layout.facts["eps"] == eps
        assert layout.facts["lost_area"] * 6 == pytest.approx(boxes.lost_volume, abs=1e-12)


def test_the_lost_area_is_told():
    layout = treemap(star([7.0, 1.0]), "slack", eps=0.25)
    assert layout.areas.tolist() == [1.0, 0.75, 0.25]
    assert layout.to_dict()["lost_area"] == 0.125
    assert treemap(star([2.0, 1.0]), "slack").facts["lost_area"] == pytest.approx(0.0, abs=1e-15)


@pytest.mark.parametrize("eps", [0.25, 0.01])
def test_leaves_keep_one_minus_eps_at_every_level(eps):
    for seed in range(30):
        tree = random_tree(seed)
        layout = treemap(tree, "slack", eps=eps)
        clear = ~layout.degenerate & (tree.weights > 0.0)
        least = (1 - eps) ** tree.depths * tree.weights / tree.weights[tree.root]
        assert (layout.areas[clear] >= least[clear] * (1 - 1e-6)).all()


def test_validation_refuses_a_child_with_less_than_it_should_have():
    layout = treemap(star([9.0, 1.0]), "slack", eps=0.25)
    plan, drawn = layout._plan, layout._drawn
    check_layout(layout.tree, plan, drawn, layout.rect, "slack", padded=False)
    stricter = replace(drawn, loss=0.1)
    with pytest.raises(LayoutError, match=r"area 0\.75 where 0\.9 is its share"):
        check_layout(layout.tree, plan, stricter, layout.rect, "slack", padded=False)
    fatter = replace(drawn, bound=3.0)
    with pytest.raises(LayoutError, match=r"aspect ratio 4\.0 above 3\.0"):
        check_layout(layout.tree, plan, fatter, layout.rect, "slack", padded=False)


def test_a_deep_path_and_a_large_star_pass_validation():
    rng = np.random.default_rng(0)
    treemap(caterpillar(rng.lognormal(0.0, 2.0, 20_000)), "slack", validate=True)
    layout = treemap(star(rng.pareto(1.0, 100_000)), "slack", validate=True)
    assert layout.areas[1:].sum() == pytest.approx(1.0, rel=1e-9)


def test_an_elongated_rectangle_enters_the_bound():
    layout = treemap(random_tree(0), "slack", rect=(0, 0, 1000, 1), eps=0.2, validate=True)
    assert layout.bound == 1000.0
    only = treemap(Tree.from_parents([-1], [1.0]), "slack", rect=(0, 0, 1, 50), validate=True)
    assert only.aspect_ratio.tolist() == [50.0]
