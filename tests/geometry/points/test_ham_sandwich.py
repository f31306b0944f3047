"""Lines and partitions that halve two sets: counted in exact fractions."""

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.geometry.points import Line, equitable_partition, ham_sandwich_cut
from partwise.geometry.points import _ham_sandwich as module

small = st.integers(-3, 3)
lattice = st.lists(st.tuples(small, small), min_size=1, max_size=14)
reals = st.floats(-1e3, 1e3, allow_nan=False, width=32)
plane = st.lists(st.tuples(reals, reals), min_size=1, max_size=14)


def loads_differ_by_one(part_weights):
    """Tell whether the numbers of points are floor(n / k) or ceil(n / k)."""
    return (np.ptp(part_weights, axis=0) <= 1).all()


# -- lines -----------------------------------------------------------------------------------------


def test_side_by_hand():
    line = Line((1, 1), (3, 2))
    assert line.side([(1, 2), (5, 3), (3, 1)]).tolist() == [1, 0, -1]
    assert line.split([(1, 2), (5, 3), (3, 1), (9, 9)], [1.0, 2.0, 4.0, 8.0]) == (9.0, 2.0, 4.0)
    assert line.normal @ line.direction == pytest.approx(0)
    assert line.offset == pytest.approx(line.normal @ [3, 2])
    assert line.to_dict()["q"] == [3.0, 2.0]
    assert pickle.loads(pickle.dumps(line)) == line


def test_side_is_exact_where_rounding_decides_wrongly(oracles):
    ulp = 2.0**-53
    near = np.array([(0.5 + i * ulp, 0.5 + j * ulp) for i in range(24) for j in range(24)])
    line = Line((12.0, 12.0), (24.0, 24.0))
    exact = [oracles.point_cuts.exact_side(line.p, line.q, x) for x in near]
    assert line.side(near).tolist() == exact
    p, q = np.array(line.p), np.array(line.q)
    rounded = np.sign((p[0] - near[:, 0]) * (q[1] - near[:, 1])
                      - (p[1] - near[:, 1]) * (q[0] - near[:, 0]))  # fmt: skip
    assert (rounded != exact).any()


def test_side_is_exact_across_scales(oracles):
    rng = np.random.default_rng(0)
    for _ in range(400):
        scale = 10.0 ** rng.integers(-30, 30, size=(3, 2))
        p, q, x = rng.integers(-3, 4, size=(3, 2)) * scale
        # a third point as near to the line as floats allow
        x = p + (q - p) * rng.integers(1, 9) / 7 if rng.random() < 0.5 else x
        if (p != q).any():
            expected = oracles.point_cuts.exact_side(p, q, x)
            assert Line(tuple(p), tuple(q)).side([x]).tolist() == [expected]


@pytest.mark.parametrize("ends", [((0, 0), (0, 0)), ((0, np.nan), (1, 1)), ((0, 1, 2), (3, 4, 5))])
def test_no_line(ends):
    with pytest.raises(ValueError, match="p and q"):
        Line(*ends)


# -- halving lines ---------------------------------------------------------------------------------


def test_two_segments_are_halved_through_their_middles():
    line = ham_sandwich_cut([(0, 0), (1, 0), (2, 0)], [(0, 5), (3, 5), (7, 5)])
    assert sorted([line.p, line.q]) == [(1.0, 0.0), (3.0, 5.0)]


@pytest.mark.parametrize("bisections", [60, 0], ids=["bisection", "pairs"])
@given(A=st.one_of(lattice, plane), B=st.one_of(lattice, plane))
def test_at_most_half_is_on_each_side(oracles, bisections, A, B):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BISECTIONS", bisections)
        line = ham_sandwich_cut(A, B)
    assert oracles.point_cuts.halves(line, A)
    assert oracles.point_cuts.halves(line, B)
    places = {(float(x), float(y)) for x, y in A + B}
    assert line.p in places
    assert line.q in places or len(places) == 1


@pytest.mark.parametrize("bisections", [60, 0], ids=["bisection", "pairs"])
@given(
    A=st.lists(st.tuples(small, small, st.integers(0, 5)), min_size=1, max_size=12),
    B=st.lists(st.tuples(small, small, st.integers(0, 5)), min_size=1, max_size=12),
)
def test_at_most_half_the_weight_is_on_each_side(oracles, bisections, A, B):
    A, B = np.array(A), np.array(B)
    A[0, 2] = B[0, 2] = 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_BISECTIONS", bisections)
        line = ham_sandwich_cut(A[:, :2], B[:, :2], A[:, 2], B[:, 2])
    assert oracles.point_cuts.halves(line, A[:, :2], A[:, 2])
    assert oracles.point_cuts.halves(line, B[:, :2], B[:, 2])


def test_real_weights_are_halved_up_to_rounding_of_weights():
    rng = np.random.default_rng(2)
    A, B = rng.normal(size=(301, 2)), rng.normal(size=(200, 2))
    w, v = 10.0 ** rng.uniform(-9, 9, size=301), rng.random(200)
    line = ham_sandwich_cut(A, B, w, v)
    for points, weights in ((A, w), (B, v)):
        side = line.side(points)
        total = sum(map(Fraction, weights.tolist()))
        for s in (1, -1):
            there = sum(map(Fraction, weights[side == s].tolist()))
            assert there <= total * (Fraction(1, 2) + Fraction(1, 2**44))


def awkward():
    """Yield pairs of sets that break naive searches."""
    rng = np.random.default_rng(5)
    grid = np.stack(np.meshgrid(np.arange(12), np.arange(12)), -1).reshape(-1, 2)
    t = np.linspace(0, 1, 101)
    yield "one place", np.ones((5, 2)), np.ones((4, 2))
    yield "two places", np.ones((5, 2)), np.zeros((4, 2))
    yield "huge", np.full((3, 2), 1.7e308), np.full((2, 2), -1.7e308)
    yield "the same grid", grid, grid
    yield "translates", grid * 0.1, grid * 0.1 + [1e6, 1.0]
    yield "on one line", np.column_stack((t, 3 * t)), np.column_stack((2 * t, 6 * t))
    yield "on a vertical line", np.column_stack((0 * t, t)), np.column_stack((0 * t, t**2))
    yield "parallel", np.column_stack((t, 0 * t)), np.column_stack((t**2, 0 * t + 1))
    yield "parabolas", np.column_stack((t, t**2)), np.column_stack((t + 0.5, (t - 1) ** 2))
    yield "flat", rng.normal(size=(80, 2)) * [1, 1e-200], rng.normal(size=(51, 2)) * [1, 1e-200]
    yield "steep", rng.normal(size=(80, 2)) * [1e-30, 1], rng.normal(size=(51, 2)) * [1e-12, 1]
    yield "one ulp", 1 + rng.integers(0, 3, (60, 2)) * 2.0**-52, 1 + grid * 2.0**-52
    yield "one point", np.zeros((1, 2)), rng.normal(size=(40, 2))


@pytest.mark.parametrize(("A", "B"), [pytest.param(a, b, id=name) for name, a, b in awkward()])
def test_awkward_sets_are_halved(oracles, A, B):
    for first, second in ((A, B), (B, A)):
        line = ham_sandwich_cut(first, second)
        assert oracles.point_cuts.halves(line, A)
        assert oracles.point_cuts.halves(line, B)


def test_many_points_are_halved():
    rng = np.random.default_rng(1)
    A, B = rng.normal(size=(20_001, 2)), rng.exponential(size=(10_000, 2))
    line = ham_sandwich_cut(A, B)
    left, on, right = line.split(A)
    assert (max(left, right), on) == (10_000, 1)
    left, on, right = line.split(B)
    assert (left, on, right) in {(5000, 1, 4999), (4999, 1, 5000)}


def test_an_empty_set_is_halved_by_every_line():
    line = ham_sandwich_cut(np.empty((0, 2)), [(0, 0), (1, 1), (2, 5)])
    assert max(line.split([(0, 0), (1, 1), (2, 5)])[::2]) <= 1
    assert ham_sandwich_cut([(0, 0), (1, 1)], []).split([(0, 0), (1, 1)])[1] >= 1


def test_points_without_weight_do_not_count():
    A, B = [(0, 0), (1, 1), (5, 3)], [(9, 9), (2, 8)]
    more = ham_sandwich_cut([*A, (100, 7)], B, [1, 1, 1, 0])
    assert more == ham_sandwich_cut(A, B)


def test_scaling_by_a_power_of_two_scales_the_line():
    rng = np.random.default_rng(3)
    A, B = rng.normal(size=(50, 2)), rng.normal(size=(41, 2))
    line, large = ham_sandwich_cut(A, B), ham_sandwich_cut(A * 2.0**40, B * 2.0**40)
    assert large.p == tuple(2.0**40 * np.array(line.p))
    assert large.q == tuple(2.0**40 * np.array(line.q))


@pytest.mark.parametrize(
    ("A", "B", "kwargs", "message"),
    [
        ([], [], {}, "must not both be empty"),
        ([(0, 0, 0)], [(1, 1)], {}, "A must have 2 columns, got 3"),
        ([(0, 0)], [(1, np.inf)], {}, r"B\[0, 1\] is"),
        ([(0, 0)], [(1, 1)], {"weights_a": [1, 2]}, r"weights_a must have shape \(1,\)"),
        ([(0, 0)], [(1, 1)], {"weights_b": [-1.0]}, r"weights_b\[0\] is -1"),
        ([(0, 0)], [(1, 1)], {"weights_b": [0]}, "weights_b must have a positive entry"),
    ],
)
def test_bad_input_is_named(A, B, kwargs, message):
    with pytest.raises(ValueError, match=message):
        ham_sandwich_cut(A, B, **kwargs)
    with pytest.raises(TypeError, match="A must hold real numbers"):
        ham_sandwich_cut([("a", "b")], [(0, 0)])


# -- equitable partitions --------------------------------------------------------------------------


@given(
    A=st.lists(st.tuples(small, small), max_size=20),
    B=st.one_of(lattice, plane),
    n_parts=st.sampled_from([1, 2, 4, 8]),
)
def test_every_part_gets_floor_or_ceil_of_its_share(A, B, n_parts):
    parts = equitable_partition(A, B, n_parts)
    assert loads_differ_by_one(parts.part_weights)
    assert parts.part_weights.sum(axis=0).tolist() == [len(A), len(B)]
    sizes = np.bincount(parts.labels_a, minlength=n_parts)
    assert sizes.tolist() == parts.part_weights[:, 0].tolist()
    assert parts.lines.shape == (n_parts - 1, 2, 2)


def test_parts_are_convex_cells_of_the_lines():
    rng = np.random.default_rng(4)
    A, B = rng.normal(size=(400, 2)), rng.random((300, 2))
    parts = equitable_partition(A, B, 16)
    for X, labels in ((A, parts.labels_a), (B, parts.labels_b)):
        on = np.zeros(len(X), dtype=bool)
        for p, q in parts.lines:
            on |= Line(tuple(p), tuple(q)).side(X) == 0
        assert on.sum() <= 30
        assert (parts.predict(X) == labels)[~on].all()


def test_points_on_a_line_are_shared_out_in_their_order():
    X = np.column_stack((np.arange(16), np.zeros(16)))
    labels = equitable_partition(X, X[:, ::-1] + [100, 0], 4).labels_a
    assert (np.diff(labels) != 0).sum() == 3


def test_two_weights_of_one_set_are_balanced():
    rng = np.random.default_rng(6)
    X, w, v = rng.normal(size=(2000, 2)), rng.random(2000), rng.exponential(size=2000)
    parts = equitable_partition(X, None, 8, weights_a=w, weights_b=v)
    assert parts.labels_a is parts.labels_b
    for column, weights in enumerate((w, v)):
        loads = np.bincount(parts.labels_a, weights, minlength=8)
        assert loads.tolist() == pytest.approx(parts.part_weights[:, column].tolist())
        assert np.abs(loads - weights.sum() / 8).max() <= 4 * weights.max()
        assert parts.imbalance[column] == pytest.approx(loads.max() * 8 / weights.sum() - 1)


def test_weighted_parts_are_within_the_largest_weight_of_the_mean():
    rng = np.random.default_rng(7)
    A, B = rng.integers(0, 9, (300, 2)), rng.integers(0, 5, (200, 2))
    w, v = rng.integers(1, 50, 300), rng.random(200)
    parts = equitable_partition(A, B, 8, weights_a=w, weights_b=v)
    for column, weights in enumerate((w, v)):
        excess = np.abs(parts.part_weights[:, column] - weights.sum() / 8)
        assert excess.max() <= weights.max() * (1 + 1e-12)


def test_equitable_partition_of_a_large_power():
    rng = np.random.default_rng(8)
    parts = equitable_partition(rng.random((50, 2)), rng.random((900, 2)), 64)
    assert loads_differ_by_one(parts.part_weights)
    report = parts.to_dict(labels=True)
    assert report["n_parts"] == 64
    assert len(report["labels_b"]) == 900


@pytest.mark.parametrize(("n_parts", "error"), [(3, ValueError), (0, ValueError), (2.0, TypeError)])
def test_number_of_parts_is_a_power_of_two(n_parts, error):
    with pytest.raises(error, match="n_parts must be"):
        equitable_partition([(0, 0)], [(1, 1)], n_parts)
