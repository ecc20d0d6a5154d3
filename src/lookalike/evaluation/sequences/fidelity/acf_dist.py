"""How far autocorrelations are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, held
from lookalike.evaluation.sequences.moments import autocorrelations
from lookalike.evaluation.sequences.panel import Kind, Matrix, Panel

MEANING = "How far autocorrelations are from the real ones, on average: 0 is the same, 2 the opposite."
LAGS = tuple(range(1, 21))
LONG_LAGS = (24, 48, 168)  # a day, two, and a week of hours


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean difference to train of the autocorrelations of numbers at lags 1 to 20, and 24, 48, 168 of one long series;
    in ``[0, 2]``. `details` has the mean of each lag.

    Source: ACD of TSGBench, PVLDB 17, 2023.
    """
    lags = LAGS + (LONG_LAGS if comparison.kind is Kind.SERIES else ())

    def curves(panel: Panel) -> Matrix:
        return np.stack([autocorrelations(panel, lag) for lag in lags])

    distance = Distance(curves, _gaps, [f"lag {lag}" for lag in lags], bounds=(0.0, 2.0))
    return held(comparison, distance, MEANING, "There are no numbers that vary, or too few rows in order.")


def _gaps(reference: Matrix, other: Matrix) -> Vector:
    """By lag, the mean over the columns that have both."""
    gaps = np.abs(reference - other)
    known = ~np.isnan(gaps)
    n = known.sum(axis=1)
    means: Vector = np.where(known, gaps, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    return means
