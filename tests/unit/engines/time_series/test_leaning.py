"""Ridge regression, against linear algebra from elsewhere."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.time_series.leaning import AS_GOOD, PENALTIES, Lean, Steps, fit_lean, products, solve

Array = npt.NDArray[Any]


def lean(features: Array, values: Array, folds: Array, before: Array | None = None, own: int = -1) -> Lean:
    past = np.zeros(len(values)) if before is None else before
    return fit_lean(Steps(features, values, past, own, folds), np.arange(len(values)))


def naive(features: Array, values: Array, before: Array, folds: Array) -> tuple[float, Array]:
    """The error on other folds, and what is told there, by the first penalty that is nearly as good as the best."""
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    scaled = np.column_stack([(features - mean) / deviation, np.ones(len(features))])
    found = []
    for penalty in PENALTIES:
        for past in (np.zeros(len(values)), before):
            told = np.zeros(len(values))
            for fold in np.unique(folds):
                own, others = folds == fold, scaled[folds != fold]
                ridge = penalty * len(others) * np.diag([*np.ones(features.shape[1]), 0.0])
                told[own] = scaled[own] @ np.linalg.solve(
                    others.T @ others + ridge, others.T @ (values - past)[folds != fold]
                )
            found.append((float(((values - past - told) ** 2).sum()), told + past))
    least = min(error for error, _ in found)
    return next(one for one in found if one[0] <= AS_GOOD * least)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(8, 60))
def test_the_solution_is_that_of_linear_algebra(seed: int, width: int, n_rows: int) -> None:
    """Products and Cholesky's factors give what matrix product and a general solver give."""
    rng = np.random.default_rng(seed)
    matrix, target = rng.normal(size=(n_rows, width)), rng.normal(size=(n_rows, 2))
    gram, moment = products(matrix, target)
    expected = np.linalg.solve(matrix.T @ matrix + np.eye(width), matrix.T @ target)

    np.testing.assert_allclose(matrix.T @ matrix, gram, atol=1e-10)
    np.testing.assert_allclose(matrix.T @ target, moment, atol=1e-10)
    np.testing.assert_allclose(expected, solve(gram + np.eye(width), moment), atol=1e-8)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-1e4, 1e4), st.floats(1e-2, 1e3), st.floats(0.0, 3.0))
def test_the_lean_is_that_of_least_error_on_other_folds(seed: int, shift: float, scale: float, noise: float) -> None:
    """Penalty and target are those of a search in plain linear algebra, and so is what other folds tell of each row."""
    rng = np.random.default_rng(seed)
    features, folds = rng.normal(size=(60, 4)) * scale + shift, rng.permutation(60) % 5
    values = features @ np.array([1.0, -2.0, 0.5, 0.0]) + noise * scale * rng.normal(size=60)
    expected, told = naive(features, values, features[:, 0], folds)
    found = lean(features, values, folds, features[:, 0], 0)
    error = float(((values - found.told) ** 2).sum())

    np.testing.assert_allclose(expected, error, rtol=1e-4, atol=1e-6 * scale**2)
    np.testing.assert_allclose(told, found.told, rtol=1e-5, atol=1e-3 * scale)


def test_many_features_of_few_rows_are_not_believed() -> None:
    """With more features than rows, none of which says anything, what is told of new rows is nearer their mean."""
    rng = np.random.default_rng(2)
    features, values, folds = rng.normal(size=(40, 200)), rng.normal(size=40), np.arange(40) % 5
    found = lean(features, values, folds)

    assert (rng.normal(size=(1000, 200)) @ found.weights).std() < 0.7 * values.std()
    assert 0.95 * values.std() <= (values - found.told).std() <= 1.3 * values.std()


@pytest.mark.parametrize("own", [0, -1])
def test_a_walk_goes_on_from_where_it_is(own: int) -> None:
    """Where nothing but the row before tells a row, its value is told, whether that is a feature or constant."""
    rng = np.random.default_rng(3)
    before = rng.normal(size=50) * 100 if own == 0 else np.full(50, 70.0)
    values = before + rng.normal(size=50) * 0.1
    found = lean(np.column_stack([before, rng.normal(size=50)]), values, np.arange(50) % 5, before, own)
    told = np.column_stack([before, np.zeros(50)]) @ found.weights + found.intercept

    np.testing.assert_allclose(values, told, atol=1.0)


@pytest.mark.parametrize("n_rows", [1, 2, 30])
def test_what_does_not_vary_says_nothing(n_rows: int) -> None:
    """Features that are constant have the coefficient 0; without others the prediction is the mean."""
    values = np.arange(n_rows, dtype=np.float64)
    found = lean(np.full((n_rows, 3), 1e9), values, np.arange(n_rows) % 5)

    assert [0.0, 0.0, 0.0] == found.weights.tolist()
    assert values.mean() == pytest.approx(found.intercept, abs=1e-6)


def test_features_that_repeat_each_other_do_no_harm() -> None:
    """Of equal features the coefficients are finite and share what one would have."""
    x = np.random.default_rng(1).normal(size=200)
    found = lean(np.column_stack([x, x, x]), 3 * x, np.arange(200) % 5)

    np.testing.assert_allclose(3 * x, np.column_stack([x, x, x]) @ found.weights + found.intercept, atol=1e-3)
    np.testing.assert_allclose([1.0, 1.0, 1.0], found.weights, atol=1e-3)
