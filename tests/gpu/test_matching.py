"""Handshakes, against a search for pairs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from partwise.gpu._matching import match_handshakes
from tests.gpu.strict import Strict, there


def paired(best):
    """Look at all pairs of nodes."""
    found = list(range(len(best)))
    for u in range(len(best)):
        for v in range(u + 1, len(best)):
            if best[u] == v and best[v] == u:
                found[v] = u
    return found


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        ([], []),
        ([-1], [0]),
        ([0], [0]),
        ([1, 0, 1, -1], [0, 0, 2, 3]),
        ([2, 3, 0, 1, 2], [0, 1, 0, 1, 4]),
    ],
)
def test_pairs_found_by_hand(gpu, best, expected):
    wanted = gpu.xp.asarray(np.array(best, np.int32))
    assert gpu.to_host(match_handshakes(gpu, wanted)).tolist() == expected


@given(
    st.integers(1, 30).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n))
)
def test_pairs_are_all_that_want_each_other(best):
    found = match_handshakes(Strict(), *there(np.array(best, np.int32)))
    assert found.tolist() == paired(best)
