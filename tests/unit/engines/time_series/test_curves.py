"""Logarithms and exponentials of our own, against those of the system."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.time_series.curves import exps, logs


@given(st.floats(1e-300, 1e300))
def test_logarithms_are_those_of_the_system(x: float) -> None:
    """To within rounding."""
    np.testing.assert_allclose(np.log(x), logs(np.array([x]))[0], rtol=4e-16, atol=4e-16)


@given(st.floats(-690, 690))
def test_exponentials_are_those_of_the_system(x: float) -> None:
    """To within rounding; beyond 700 they are held."""
    np.testing.assert_allclose(np.exp(x), exps(np.array([x]))[0], rtol=2e-15)
    assert exps(np.array([700.0]))[0] == exps(np.array([1e9]))[0]


@given(st.integers(1, 10**12))
def test_whole_numbers_come_back(n: int) -> None:
    """A whole number up to a million million is the nearest one to the exponential of its logarithm."""
    assert n == round(float(exps(logs(np.array([float(n)])))[0]))
