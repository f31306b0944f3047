"""Squarified treemaps."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partwise.geometry import treemap
from tests.oracles import treemaps as oracle
from tests.oracles.trees import random_tree, star

PHI = (1 + math.sqrt(5)) / 2


def test_the_example_of_the_paper():
    """Bruls, Huizing and van Wijk (2000), figure 2: weights 6 6 4 3 2 2 1 in a 6 x 4 rectangle."""
    layout = treemap(star([6.0, 6, 4, 3, 2, 2, 1]), "squarified", (0, 0, 6, 4), ratio=1)
    expected = [
        (0, 0, 3, 2), (0, 2, 3, 4), (3, 0, 3 + 12 / 7, 7 / 3), (3 + 12 / 7, 0, 6, 7 / 3),
        (3, 7 / 3, 4.2, 4), (4.2, 7 / 3, 5.4, 4), (5.4, 7 / 3, 6, 4),
    ]  # fmt: skip
    np.testing.assert_allclose(layout.boxes[1:], expected, rtol=1e-12)


@given(seed=st.integers(0, 10_000), ratio=st.sampled_from([1.0, PHI, 3.0]))
@settings(max_examples=60, deadline=None)
def test_layout_is_that_of_the_plain_recursion(seed, ratio):
    tree = random_tree(seed, 40)
    rect = (1.0, 2.0, 9.6, 5.0)
    layout = treemap(tree, "squarified", rect, ratio)
    boxes = oracle.squarified(tree, rect, ratio)
    clear = [v for v in boxes if not layout.degenerate[v]]
    np.testing.assert_allclose(layout.boxes[clear], [boxes[v] for v in clear], rtol=0, atol=1e-9)


def test_equal_weights_in_a_square_are_squares():
    layout = treemap(star(np.ones(16)), "squarified", ratio=1)
    np.testing.assert_allclose(layout.aspect_ratio[1:], 1.0)


def test_skewed_weights_have_no_bound():
    layout = treemap(star([1000.0, 1.0]), "squarified")
    assert layout.bound == math.inf
    assert layout.aspect_ratio[2] == pytest.approx(1001.0)
    assert treemap(star([1000.0, 1.0]), "convex").aspect_ratio.max() < 5


def test_a_million_leaves_cover_the_square():
    layout = treemap(star(np.random.default_rng(0).pareto(1.5, 10**6)), "squarified")
    assert layout.areas[1:].sum() == pytest.approx(1.0, rel=1e-9)
