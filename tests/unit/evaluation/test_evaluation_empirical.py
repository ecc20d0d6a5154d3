import numpy as np
import pytest

from lookalike.evaluation.empirical import ks, tvd


def test_ks_is_the_largest_gap() -> None:
    """The largest gap between two distribution functions, ties counted once."""
    a, b = np.array([1.0, 2.0, 2.0, 3.0]), np.array([2.0, 3.0])

    assert 0.25 == ks(a, b)
    assert 0.0 == ks(a, a)
    assert 1.0 == ks(a, a + 10)


def test_tvd_is_half_the_sum_of_gaps() -> None:
    """Half the sum of the differences of shares, over the levels of either side."""
    assert pytest.approx(0.5) == tvd(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 2.0]))


@pytest.mark.parametrize("measure", [ks, tvd])
def test_nothing_is_as_far_as_can_be_from_something(measure) -> None:
    """1 if only one side has values, 0 if neither has."""
    none, some = np.zeros(0), np.zeros(3)

    assert (1.0, 1.0, 0.0) == (measure(none, some), measure(some, none), measure(none, none))
