"""
Local-linear leaves: within a leaf a number still leans on other numbers; what is left is what donors give.

Forward selection of at most three regressors by their t value, with a small ridge.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from lookalike.engines.tabular.compiled import compiled
from lookalike.engines.tabular.splits import END, FEATURE, START

REGRESSORS = 3
MIN_ROWS = 12  # below that a leaf stays flat
ROWS_EACH = 8  # rows that each regressor must have for itself
MIN_T = 3.0
RIDGE = 2.0  # over the number of rows, relative to each regressor's own variance
SAMPLE = 65_536  # rows of a large leaf from which regressors are chosen

Array = npt.NDArray[Any]


class Lines(NamedTuple):
    """
    Per node int32 ``(k, 3)`` rows of the score matrix, -1 for none, and float32 ``(k, 3)`` their coefficients; per row
    float32 ``(n,)`` what the lines leave of the target.
    """

    regressors: Array
    coefficients: Array
    residuals: Array


@compiled
def fit_lines(nodes: Array, order: Array, target: Array, scores: Array, used: Array) -> Lines:
    """
    The lines of all leaves.

    Args:
        nodes, order: A tree from `grow`.
        target: float32 ``(n,)``, the column's own scores; NaN for rows that are not continuous.
        scores: float32 ``(s, n)``, scores of all numeric columns.
        used: int32, which rows of `scores` may be regressors.
    """
    regressors = np.full((len(nodes), REGRESSORS), -1, np.int32)
    coefficients = np.zeros((len(nodes), REGRESSORS), np.float32)
    residuals = target.copy()
    for node in range(len(nodes)):
        if nodes[node, FEATURE] >= 0:
            continue
        rows = _continuous(order[nodes[node, START] : nodes[node, END]], target)
        most = min(REGRESSORS, rows.size // ROWS_EACH)
        if rows.size < MIN_ROWS or used.size == 0:
            continue
        sample = rows[:SAMPLE]
        chosen = _select(_centred(scores, used, sample), _centred_target(target, sample), most)
        if chosen.size == 0:
            continue
        lines = _solve(_centred(scores, used[chosen], sample), _centred_target(target, sample))
        for k in range(chosen.size):
            regressors[node, k] = used[chosen[k]]
            coefficients[node, k] = lines[k]
            for row in rows:
                residuals[row] -= coefficients[node, k] * scores[used[chosen[k]], row]
    return Lines(regressors, coefficients, residuals)


@compiled
def _continuous(rows: Array, target: Array) -> Array:
    kept = np.empty(rows.size, np.int32)
    n_kept = 0
    for row in rows:
        if not np.isnan(target[row]):
            kept[n_kept] = row
            n_kept += 1
    return kept[:n_kept]


@compiled
def _centred(scores: Array, used: Array, rows: Array) -> Array:
    """float64 ``(len(used), len(rows))``, each row with mean 0."""
    out = np.empty((used.size, rows.size))
    for j in range(used.size):
        mean = 0.0
        for i in range(rows.size):
            out[j, i] = scores[used[j], rows[i]]
            mean += out[j, i]
        mean /= rows.size
        for i in range(rows.size):
            out[j, i] -= mean
    return out


@compiled
def _centred_target(target: Array, rows: Array) -> Array:
    out = np.empty(rows.size)
    mean = 0.0
    for i in range(rows.size):
        out[i] = target[rows[i]]
        mean += out[i]
    mean /= rows.size
    for i in range(rows.size):
        out[i] -= mean
    return out


@compiled
def _dot(a: Array, b: Array) -> float:
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@compiled
def _select(x: Array, residual: Array, most: int) -> Array:
    """Places in `x` of the regressors that matter, in the order found; both arguments are used up (Gram-Schmidt)."""
    chosen = np.empty(REGRESSORS, np.int64)
    n_chosen = 0
    first = np.empty(len(x))
    for j in range(len(x)):
        first[j] = _dot(x[j], x[j])
    while n_chosen < most:
        best, best_t2 = -1, MIN_T * MIN_T
        spread = _dot(residual, residual)
        for j in range(len(x)):
            own = _dot(x[j], x[j])
            if own <= 1e-6 * first[j] or own <= 1e-9 or spread <= 1e-9:
                continue
            share = min(_dot(x[j], residual) ** 2 / (own * spread), 1.0 - 1e-12)
            t2 = share * (residual.size - 2 - n_chosen) / (1.0 - share)
            if t2 > best_t2:
                best, best_t2 = j, t2
        if best < 0:
            break
        chosen[n_chosen] = best
        n_chosen += 1
        _sweep(x, residual, best)
    return chosen[:n_chosen].copy()


@compiled
def _sweep(x: Array, residual: Array, best: int) -> None:
    """Takes the direction of regressor `best` out of everything."""
    direction = x[best] / np.sqrt(_dot(x[best], x[best]))
    for j in range(len(x)):
        along = _dot(x[j], direction)
        for i in range(direction.size):
            x[j, i] -= along * direction[i]
    along = _dot(residual, direction)
    for i in range(direction.size):
        residual[i] -= along * direction[i]


@compiled
def _solve(x: Array, y: Array) -> Array:
    """Ridge coefficients, by elimination: the matrix is positive definite, so no pivoting."""
    k = len(x)
    gram, right = np.empty((k, k)), np.empty(k)
    for a in range(k):
        right[a] = _dot(x[a], y)
        for b in range(k):
            gram[a, b] = _dot(x[a], x[b])
        gram[a, a] *= 1.0 + RIDGE / y.size
    for a in range(k):
        for b in range(a + 1, k):
            part = gram[b, a] / gram[a, a]
            for c in range(a, k):
                gram[b, c] -= part * gram[a, c]
            right[b] -= part * right[a]
    for a in range(k - 1, -1, -1):
        for c in range(a + 1, k):
            right[a] -= gram[a, c] * right[c]
        right[a] /= gram[a, a]
    return right
