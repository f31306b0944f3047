import numpy as np
import pytest

from partwise._random import check_seed


@pytest.mark.parametrize("seed", [0, 7, 2**63 - 1, np.int32(5), np.uint64(9)])
def test_integers_are_seeds(seed):
    assert check_seed(seed) == int(seed)
    assert type(check_seed(seed)) is int


def test_none_draws_a_new_seed_each_time():
    seeds = {check_seed(None) for _ in range(8)}
    assert len(seeds) == 8
    assert all(0 <= seed < 2**63 for seed in seeds)


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState])
def test_generators_give_their_next_number(make):
    one, two = make(3), make(3)
    first = check_seed(one)
    assert 0 <= first < 2**63
    assert first == check_seed(two)
    assert first != check_seed(one)


@pytest.mark.parametrize(
    ("value", "error", "found"),
    [
        (-1, ValueError, "-1"),
        (2**63, ValueError, str(2**63)),
        (1.5, TypeError, "float"),
        ("7", TypeError, "str"),
        (True, TypeError, "True"),
    ],
)
def test_anything_else_is_refused(value, error, found):
    with pytest.raises(error, match=rf"random_state must be None, .* got {found}"):
        check_seed(value)
