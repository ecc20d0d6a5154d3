"""Local-linear leaves, against numpy's least squares."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.engines.tabular.regression import MIN_T, REGRESSORS, RIDGE, Array, fit_lines


def select(x: Array, y: Array, most: int) -> list[int]:
    """Forward selection by refitting everything at each step."""
    chosen: list[int] = []
    while len(chosen) < most:
        ts = {}
        for j in set(range(len(x))) - set(chosen):
            design = np.column_stack([np.ones(len(y)), *(x[k] for k in [*chosen, j])])
            beta, *_ = np.linalg.lstsq(design, y, rcond=None)
            left = y - design @ beta
            error = np.linalg.inv(design.T @ design)[-1, -1] * (left @ left) / (len(y) - 2 - len(chosen))
            ts[j] = abs(beta[-1]) / np.sqrt(error)
        best = max(ts, key=lambda j: ts[j], default=-1)
        if best < 0 or ts[best] <= MIN_T:
            break
        chosen.append(best)
    return chosen


def ridge(x: Array, y: Array) -> Array:
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean()
    gram = x @ x.T
    return np.linalg.solve(gram + np.diag(np.diag(gram)) * RIDGE / len(y), x @ y)


def one_leaf(n: int) -> tuple[Array, Array]:
    return np.array([[-1, -1, -1, 0, n]], np.int32), np.arange(n, dtype=np.int32)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(12, 60), st.integers(1, 5))
def test_lines_are_those_of_least_squares(seed: int, n: int, f: int) -> None:
    """Regressors, coefficients and residuals are those of the plain way."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((f, n)).astype(np.float32)
    target = (scores[0] * rng.normal() + scores[-1] * rng.normal() + 0.5 * rng.standard_normal(n)).astype(np.float32)
    lines = fit_lines(*one_leaf(n), target, scores, np.arange(f, dtype=np.int32))
    x, y = scores.astype(np.float64), target.astype(np.float64)
    chosen = select(x, y, min(REGRESSORS, n // 8))

    assert chosen == [k for k in lines.regressors[0].tolist() if k >= 0]
    if chosen:
        wanted = ridge(x[chosen], y)
        np.testing.assert_allclose(wanted, lines.coefficients[0, : len(chosen)], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(y - wanted @ x[chosen], lines.residuals, rtol=1e-3, atol=1e-4)


def test_small_leaves_and_atoms_stay_flat() -> None:
    """Rows that are not continuous do not count, and a leaf of fewer than 12 others has no line."""
    target = np.arange(30, dtype=np.float32)
    target[11:] = np.nan
    lines = fit_lines(*one_leaf(30), target, np.arange(30, dtype=np.float32)[None], np.zeros(1, np.int32))

    assert lines.regressors.max() == -1
    np.testing.assert_array_equal(target, lines.residuals)
