"""Decimal text to numbers, against Python's own conversion."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from partwise.graph.io._kernels import numbers


def scan(text, scanner):
    buffer = np.frombuffer((text + "\n").encode(), np.uint8).copy()
    return scanner(buffer, np.uint64(0))


def assert_as_python(text):
    bits, end, status = scan(text, numbers.scan_float)
    assert end == len(text)
    expected = float(text)
    if status == numbers.INEXACT:
        assert len(text.strip("+-0.")) > 19
    elif status == numbers.NOT_FINITE:
        assert np.isinf(expected)
    else:
        assert np.uint64(bits).view(np.float64).tobytes() == np.float64(expected).tobytes()


@settings(max_examples=400, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_shortest_and_long_forms(x):
    for text in (repr(x), f"{x:.17e}", f"{x:.18e}", f"{x:.30e}"):
        assert_as_python(text)


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**64 - 1), st.integers(-370, 330))
@example(9007199254740993, 0)  # half way between two doubles
@example(18014398509481989, -1)
@example(9007199254740993, 5)
@example(5, -324)
@example(24703282292062327, -340)  # half of the smallest double, nearly
@example(17976931348623158, 292)
@example(17976931348623159, 292)
def test_any_digits_and_exponent(digits, exponent):
    assert_as_python(f"{digits}e{exponent}")


@pytest.mark.parametrize(
    "text", ["0", "-0", ".5", "5.", "+3", "1E5", "1e+05", "0e999", "0000000000000000000000001.25"]
)
def test_spellings(text):
    assert_as_python(text)


@pytest.mark.parametrize("text", ["", "-", "+", ".", "e5", "1e", "1e+", "abc", "x1", "i", "na"])
def test_no_number(text):
    assert scan(text, numbers.scan_float)[2] == numbers.BAD


@pytest.mark.parametrize("text", ["nan", "NaN", "-inf", "Infinity", "1e400", "-2e308"])
def test_not_finite(text):
    assert scan(text, numbers.scan_float)[2] == numbers.NOT_FINITE


@pytest.mark.parametrize(
    "value", [0, 7, -7, 2**31, 10**18, -(10**18), 2**63 - 1, -(2**63), 999_999_999_999_999_999]
)
@pytest.mark.parametrize("zeros", ["", "000", "0" * 25])
def test_integers(value, zeros):
    text = str(value).replace("-", "")
    sign = "-" if value < 0 else ""
    found, end, ok = scan(sign + zeros + text, numbers.scan_int)
    assert ok
    assert (found, end) == (value, len(sign + zeros + text))


@pytest.mark.parametrize("text", [str(2**63), str(-(2**63) - 1), str(10**19), "9" * 30, "", "-"])
def test_integers_that_do_not_fit(text):
    assert not scan(text, numbers.scan_int)[2]


@pytest.mark.parametrize("text", ["", "0", "7", "10", "007", "1234567", "99999999", "123456789"])
@pytest.mark.parametrize("after", [" ", "\n", ",", "x", "/", ":", "\x7f", "\x00", "é", "ÿ"])
def test_short_digits(text, after):
    digits = text[:8]
    value, count = scan(text + after + "12345678", numbers.scan_digits)
    assert count == len(digits)
    assert value == int(digits or "0")
    # What is too close to the end is left to the other scanner.
    value, count = scan("1" * 7, numbers.scan_digits)
    assert count == 0
