"""Correlations of columns, over what is there on both sides."""

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.panel import Matrix, Panel

MIN_PAIRS = 30  # of fewer a correlation is noise
CONSTANT = 1e-12  # a spread below this, in units of the column's size, is none


def autocorrelations(panel: Panel, lag: int) -> Vector:
    """Correlation of each column of numbers with itself `lag` rows before, in the same unit; NaN where unknown."""
    now, before = (values[:, panel.layout.numbers] for values in panel.pairs(lag))
    both = ~(np.isnan(now) | np.isnan(before))
    n = both.sum(axis=0)
    a, b = (_centred(values, both, n) for values in (now, before))
    return _ratio((a * b).sum(axis=0), (a * a).sum(axis=0), (b * b).sum(axis=0), n)


def correlations(panel: Panel) -> Matrix:
    """Correlation of each two columns of numbers in the same row, over the rows that have both; NaN where unknown."""
    x = panel.values[:, panel.layout.numbers]
    there = ~np.isnan(x)
    x = _centred(x, there, there.sum(axis=0))  # far from 0 the differences below would be lost in rounding
    mask = there.astype(np.float64)
    n = mask.T @ mask
    size = np.where(n > 0, n, np.nan)
    sums, squares = x.T @ mask, (x * x).T @ mask
    spread = np.maximum(squares - sums * sums / size, 0.0)
    return _ratio(x.T @ x - sums * sums.T / size, spread, spread.T, n)


def _centred(values: Matrix, there: NDArray[np.bool_], n: Vector) -> Matrix:
    """Values less their mean, in units of their largest size; 0 where they are not there."""
    values = np.where(there, values, 0.0)
    size = np.maximum(np.abs(values).max(axis=0, initial=0.0), 1e-300)
    values = values / size
    return np.where(there, values - values.sum(axis=0) / np.maximum(n, 1), 0.0)


def _ratio(product: Matrix, left: Matrix, right: Matrix, n: Matrix) -> Matrix:
    varies = (left > n * CONSTANT**2) & (right > n * CONSTANT**2) & (n >= MIN_PAIRS)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(varies, np.clip(product / np.sqrt(left * right), -1.0, 1.0), np.nan)
