"""Ridge regression of a column's next value on the numbers known before it: where the step leans to."""

from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled

PENALTY = 1e-5  # of standardised features, per row: enough that features which repeat each other do no harm
ROWS_MAX = 12_000  # a mean is known well enough by then
LEAST = 1e-9

Array = npt.NDArray[Any]


def fit_ridge(features: Array, target: Array) -> tuple[npt.NDArray[np.float64], float]:
    """
    Coefficients, shape ``(f,)``, and intercept.

    Args:
        features: Shape ``(n, f)``, ``n >= 1``; one that varies by less than a billionth of its mean counts as constant.
        target: Shape ``(n,)``.

    Source: Hoerl and Kennard, "Ridge regression", Technometrics 12, 1970.
    """
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    varies = deviation > LEAST * np.maximum(np.abs(mean), 1.0)
    scaled = np.ascontiguousarray((features[:, varies] - mean[varies]) / deviation[varies])
    gram, moment = products(scaled, target - target.mean())
    gram[np.diag_indices(len(gram))] += PENALTY * len(target)
    coefficients = np.zeros(features.shape[1])
    coefficients[varies] = solve(gram, moment) / deviation[varies]
    return coefficients, float(target.mean() - (coefficients * mean).sum())


@compiled
def products(matrix: Array, target: Array) -> tuple[Array, Array]:
    """``X'X`` and ``X'y``; not BLAS, whose sums depend on the threads."""
    n, width = matrix.shape
    gram, moment = np.zeros((width, width)), np.zeros(width)
    for i in range(n):
        row = matrix[i]
        for j in range(width):
            scale = row[j]
            moment[j] += scale * target[i]
            for k in range(j, width):
                gram[j, k] += scale * row[k]
    for j in range(width):
        for k in range(j):
            gram[j, k] = gram[k, j]
    return gram, moment


@compiled
def solve(matrix: Array, right: Array) -> Array:
    """The solution of a positive definite system by Cholesky's factors; the matrix is overwritten."""
    n = right.size
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
