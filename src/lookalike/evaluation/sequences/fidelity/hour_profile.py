"""How far the course of a day is from the real one."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, held
from lookalike.evaluation.sequences.panel import Kind, Matrix, Numbers, Panel

MEANING = "How far the mean course of a day is from the real one, in standard deviations: 0 is the same."
MOST = 10.0  # so far away that more says nothing
HOURS, HOUR_S = 24, 3_600.0


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean difference to train of the means by hour of the day, in train's standard deviations; in ``[0, 10]``.

    Only of series with moments as index, over the hours and columns of numbers that both have. `details` is by hour.

    Source: seasonal profile; the difference of means as Cohen's d, 1988.
    """
    if comparison.kind is Kind.PANEL or not comparison.is_dated:
        return Figure(None, None, "lower", MEANING, "Not judged: it takes a series with moments.", bounds=(0.0, MOST))
    distance = Distance(_profile, _gaps, [f"{h:02d}:00" for h in range(HOURS)], bounds=(0.0, MOST))
    return held(comparison, distance, MEANING, "There are no numbers to compare.")


def _profile(panel: Panel) -> tuple[Matrix, Vector]:
    """Means by hour, shape ``(24, numbers)``, NaN where there are no values; and the standard deviations."""
    values = panel.values[:, panel.layout.numbers]
    there = ~np.isnan(values)
    known = np.where(there, values, 0.0)
    hour = np.zeros(len(values), np.int64) if panel.times is None else _hours(panel.times)
    sums, counts = np.zeros((2, HOURS + 1, values.shape[1]))
    np.add.at(sums, hour, known)
    np.add.at(counts, hour, there)
    mean = known.sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    squares = np.where(there, (values - mean) ** 2, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    return sums[:HOURS] / np.where(counts[:HOURS] > 0, counts[:HOURS], np.nan), np.sqrt(squares) + 1e-12


def _hours(times: Vector) -> Numbers:
    """The hour of each moment; 24 where it is missing."""
    seconds = np.where(np.isnan(times), HOURS * HOUR_S, times % (HOURS * HOUR_S))
    return seconds.astype(np.int64) // int(HOUR_S)


def _gaps(reference: tuple[Matrix, Vector], other: tuple[Matrix, Vector]) -> Vector:
    """By hour, the mean over the columns that have both."""
    gaps = np.minimum(np.abs(reference[0] - other[0]) / reference[1], MOST)
    known = ~np.isnan(gaps)
    n = known.sum(axis=1)
    means: Vector = np.where(known, gaps, 0.0).sum(axis=1) / np.where(n > 0, n, np.nan)
    return means
