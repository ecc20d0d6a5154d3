"""Ridge regression of a column's next value on the numbers known before it: where the step leans to."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled

PENALTIES = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0, 100.0)  # of standardised features, per row
ROWS_MAX = 12_000  # a mean is known well enough by then
AS_GOOD = 1.02  # times the least error: so much a penalty must spare, as it also takes away what draws a series back
LEAST = 1e-9

Array = npt.NDArray[Any]


class Lean(NamedTuple):
    """
    `weights` float64 ``(f,)`` and `intercept` tell the next value. `told` float64 ``(n,)``: the same of the rows learnt
    from, each told by the other folds, so that it is as far from the row as a new row will be from what is told of it.
    """

    weights: Array
    intercept: float
    told: Array


class Steps(NamedTuple):
    """
    `features` float64 ``(n, f)``, n >= 1: one that varies by less than a billionth of its mean counts as constant.
    `values` and `before` float64 ``(n,)``: what is to be told, and of the row before; `own`: the feature that is the
    latter, -1 for none. `folds` int64 ``(n,)``, from 0 on.
    """

    features: Array
    values: Array
    before: Array
    own: int
    folds: Array


def fit_lean(steps: Steps, rows: Array) -> Lean:
    """
    The ridge, of the value or of its change, whose penalty tells rows of other folds best.

    Args:
        rows: Those to learn from, int64, at least one.

    Source: Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970.
    """
    mean, deviation = steps.features[rows].mean(axis=0), steps.features[rows].std(axis=0)
    varies = deviation > LEAST * np.maximum(np.abs(mean), 1.0)
    scaled = np.ones((len(steps.features), int(varies.sum()) + 1))
    scaled[:, :-1] = (steps.features[:, varies] - mean[varies]) / deviation[varies]
    whole, by_fold, change = _least_wrong(scaled, steps, rows)
    weights = np.zeros(steps.features.shape[1])
    weights[varies] = whole[:-1] / deviation[varies]
    intercept = float(whole[-1] - (weights * mean).sum())
    told = predict(scaled, by_fold, steps.folds)
    if change:
        told += steps.before
        if steps.own >= 0:
            weights[steps.own] += 1.0
        else:
            intercept += float(steps.before[0])
    return Lean(weights, intercept, told)


def _least_wrong(scaled: Array, steps: Steps, rows: Array) -> tuple[Array, Array, bool]:
    """Coefficients from all rows, those of each fold from the others, ``(k, w)``; and whether they are of changes."""
    targets = np.column_stack([steps.values, steps.values - steps.before])
    known, folds = scaled[rows], steps.folds[rows]
    parts = [products(known[folds == fold], targets[rows[folds == fold]]) for fold in range(int(folds.max()) + 1)]
    tried, wrong = [], []
    for whole, by_fold in _fits(parts):
        for change in (False, True):
            own = np.ascontiguousarray(by_fold[:, :, int(change)])
            left = targets[rows, int(change)] - predict(known, own, folds)
            tried.append((whole[:, int(change)], own, change))
            wrong.append(float((left * left).sum()))
    return tried[int(np.argmax(np.array(wrong) <= AS_GOOD * min(wrong)))]


def _fits(parts: Sequence[tuple[Array, Array]]) -> Iterator[tuple[Array, Array]]:
    """For each penalty the coefficients from all folds, ``(w, 2)``, and without each of them, ``(k, w, 2)``."""
    gram, moments = (np.sum(np.stack(every), axis=0) for every in zip(*parts, strict=True))
    for penalty in PENALTIES if len(parts) > 1 else PENALTIES[-1:]:
        whole = _ridge(gram, moments, penalty)
        others = [_ridge(gram - own, moments - of_own, penalty) for own, of_own in parts] if len(parts) > 1 else [whole]
        yield whole, np.ascontiguousarray(np.stack(others))


def _ridge(gram: Array, moments: Array, penalty: float) -> Array:
    """Coefficients of standardised features and, last and free of penalty, the intercept."""
    told = gram.copy()
    told[np.diag_indices(len(gram) - 1)] += penalty * gram[-1, -1]
    found: Array = solve(told, moments)
    return found


@compiled
def predict(scaled: Array, coefficients: Array, folds: Array) -> Array:
    """What the coefficients of its fold tell of each row, float64 ``(n,)``."""
    told = np.zeros(len(scaled))
    for i in range(len(scaled)):
        for j in range(scaled.shape[1]):
            told[i] += scaled[i, j] * coefficients[folds[i], j]
    return told


@compiled
def products(matrix: Array, targets: Array) -> tuple[Array, Array]:
    """``X'X`` and ``X'Y``; not BLAS, whose sums depend on the threads."""
    n, width = matrix.shape
    gram, moments = np.zeros((width, width)), np.zeros((width, targets.shape[1]))
    for i in range(n):
        row = matrix[i]
        for j in range(width):
            scale = row[j]
            for k in range(targets.shape[1]):
                moments[j, k] += scale * targets[i, k]
            for k in range(j, width):
                gram[j, k] += scale * row[k]
    for j in range(width):
        for k in range(j):
            gram[j, k] = gram[k, j]
    return gram, moments


@compiled
def solve(matrix: Array, right: Array) -> Array:
    """The solutions, ``(n, k)``, of a positive definite system by Cholesky's factors; the matrix is overwritten."""
    n = len(right)
    for j in range(n):
        for k in range(j):
            for i in range(j, n):
                matrix[i, j] -= matrix[i, k] * matrix[j, k]
        pivot = np.sqrt(max(matrix[j, j], LEAST))
        for i in range(j, n):
            matrix[i, j] /= pivot
    found = right.copy()
    for j in range(n):
        for k in range(j):
            found[j] -= matrix[j, k] * found[k]
        found[j] /= matrix[j, j]
    for j in range(n - 1, -1, -1):
        for i in range(j + 1, n):
            found[j] -= matrix[i, j] * found[i]
        found[j] /= matrix[j, j]
    return found
