"""Axes that need no display."""

import pytest


@pytest.fixture
def ax():
    figure = pytest.importorskip("matplotlib.figure").Figure()
    return figure.add_subplot()
