"""Ridge regression, against linear algebra from elsewhere."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.leaning import PENALTY, fit_ridge, products, solve


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(8, 60))
def test_the_solution_is_that_of_linear_algebra(seed: int, width: int, n_rows: int) -> None:
    """Products and Cholesky's factors give what matrix product and a general solver give."""
    rng = np.random.default_rng(seed)
    matrix, target = rng.normal(size=(n_rows, width)), rng.normal(size=n_rows)
    gram, moment = products(matrix, target)
    expected = np.linalg.solve(matrix.T @ matrix + np.eye(width), matrix.T @ target)

    np.testing.assert_allclose(matrix.T @ matrix, gram, atol=1e-10)
    np.testing.assert_allclose(matrix.T @ target, moment, atol=1e-10)
    np.testing.assert_allclose(expected, solve(gram + np.eye(width), moment), atol=1e-8)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1e6, 1e6), st.floats(1e-2, 1e3))
def test_a_ridge_is_that_of_standardised_features(seed: int, shift: float, scale: float) -> None:
    """Coefficients are those of the penalised least squares of standardised features, at any place and scale."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(80, 4)) * scale + shift
    target = features @ np.array([1.0, -2.0, 0.5, 0.0]) + rng.normal(size=80)
    found, intercept = fit_ridge(features, target)
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scaled = (features - mean) / deviation
    told = np.linalg.solve(scaled.T @ scaled + PENALTY * 80 * np.eye(4), scaled.T @ (target - target.mean()))

    np.testing.assert_allclose(scaled @ told + target.mean(), features @ found + intercept, rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize("n_rows", [1, 2, 30])
def test_what_does_not_vary_says_nothing(n_rows: int) -> None:
    """Features that are constant have the coefficient 0; without others the prediction is the mean."""
    target = np.arange(n_rows, dtype=np.float64)
    found, intercept = fit_ridge(np.full((n_rows, 3), 1e9), target)

    assert [0.0, 0.0, 0.0] == found.tolist()
    assert target.mean() == intercept


def test_features_that_repeat_each_other_do_no_harm() -> None:
    """Of equal features the coefficients are finite and share what one would have."""
    x = np.random.default_rng(1).normal(size=200)
    found, intercept = fit_ridge(np.column_stack([x, x, x]), 3 * x)

    np.testing.assert_allclose(3 * x, np.column_stack([x, x, x]) @ found + intercept, atol=1e-3)
    np.testing.assert_allclose([1.0, 1.0, 1.0], found, atol=1e-3)
