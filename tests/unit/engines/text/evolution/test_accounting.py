"""The noise that a differential privacy takes, held against integrals and published figures."""

from math import log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.engines.text.evolution.accounting import account, delta_of


def by_integral(epsilon: float, sigma: float, shift: float = 1.0) -> float:
    """The slow twin: what one of two normal densities has more than e^epsilon times the other's, summed up."""
    x = np.linspace(-40 * sigma, 40 * sigma + shift, 2_000_001)
    one, other = (np.exp(-((x - m) ** 2) / (2 * sigma**2)) / (sigma * sqrt(2 * np.pi)) for m in (shift, 0.0))
    return float(np.maximum(0, one - np.exp(epsilon) * other).sum() * (x[1] - x[0]))


@pytest.mark.parametrize(("epsilon", "sigma"), [(0.1, 5.0), (1.0, 3.7), (1.0, 0.7), (4.0, 1.0), (8.0, 0.5)])
def test_delta_is_the_integral(epsilon: float, sigma: float) -> None:
    """Delta is the part of one density above e^epsilon times the other."""
    assert by_integral(epsilon, sigma) == pytest.approx(delta_of(epsilon, 1 / sigma), rel=1e-4)


def test_a_published_figure() -> None:
    """For epsilon 1 and delta 1e-5 the analytic Gaussian mechanism has a deviation of 3.7306."""
    assert 1e-5 == pytest.approx(delta_of(1.0, 1 / 3.730632), rel=1e-4)


@given(st.floats(0.01, 50), st.integers(3, 10**9), st.integers(1, 50))
def test_an_account_keeps_to_its_budget(epsilon: float, n: int, n_releases: int) -> None:
    """All releases together keep to epsilon and delta, and with a hundredth less noise they would not."""
    found = account(epsilon, n, n_releases)
    mu = sqrt(n_releases) / found.sigma

    assert 1 / (n * log(n)) == found.delta
    assert delta_of(epsilon, mu) <= found.delta < delta_of(epsilon, mu * 1.01)


def test_releases_add_up() -> None:
    """Nine releases take three times the noise of one: added up, their losses are those of one with a third of it."""
    one, nine = account(1.0, 1_000, 1), account(1.0, 1_000, 9)

    assert 3 * one.sigma == pytest.approx(nine.sigma)
