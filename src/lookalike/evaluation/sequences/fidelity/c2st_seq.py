"""Can a classifier tell whole synthetic sequences from real ones that nobody has seen?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.panel import Kind, Matrix, Numbers, Panel
from lookalike.evaluation.sequences.telling import Question, told

MEANING = (
    "How well a classifier tells whole synthetic sequences from real ones it has not seen: 0.5 is guessing, 1 is "
    "always right."
)
MAX_SEQUENCES = 2_000
MAX_LEVELS = 15  # of a column, whose shares are features
REPEATS = 2  # sequences are few: folds drawn anew move the figure by about 0.01


def metric(comparison: SequenceComparison) -> Figure:
    """
    Cross-validated AUC of LightGBM telling synthetic sequences from held-back ones; 0.5 is ideal, 1 worst.

    A sequence is one case: its length, where it starts (year and day of the year for dates), and per column mean,
    spread, extremes, first, last, missing share and steps of numbers; first, last, shares of levels, and whether it
    changes, of categories. Four folds; the floor puts train sequences in the place of synthetic ones.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    if comparison.kind is not Kind.PANEL:
        return Figure(None, None, "half", MEANING, "Not judged: the rows are of one series; see windows.")
    dated = comparison.is_dated
    question = Question(
        "c2st_seq", lambda p: p.first, lambda p, rows: _summaries(p, rows, dated), MAX_SEQUENCES, REPEATS
    )
    return told(comparison, question, MEANING)


def _summaries(panel: Panel, rows: Numbers, dated: bool) -> Matrix:
    """Features of the sequences that begin with these rows."""
    panel = panel.take(panel.unit[rows])
    start = [] if panel.times is None else _start(panel.times[panel.first], dated)
    columns = [c for j in range(len(panel.layout.names)) for c in _column(panel, j)]
    return np.column_stack([panel.lengths, *start, *columns])


def _start(times: Vector, dated: bool) -> list[Vector]:
    if not dated:
        return [times]
    moments = np.where(np.isnan(times), 0, times).astype("datetime64[s]")
    year, day = moments.astype("datetime64[Y]"), moments.astype("datetime64[D]")
    return [year.astype(float), (day - year.astype("datetime64[D]")).astype(float)]


def _column(panel: Panel, j: int) -> list[Vector]:
    values = panel.values[:, j]
    steps = np.abs(np.diff(values, prepend=np.nan))
    steps[panel.first] = np.nan
    ends = [values[panel.first], values[panel.first + panel.lengths - 1]]
    if not panel.layout.n_codes[j]:
        return [
            *_moments(panel, values),
            _mean(panel, steps),
            _most(panel, steps),
            *ends,
            _mean(panel, np.isnan(values)),
        ]
    levels = range(min(MAX_LEVELS, panel.layout.n_codes[j]))
    changes = np.nan_to_num(_most(panel, steps)) > 0
    return [*ends, changes.astype(float), *(_mean(panel, values == level) for level in levels)]


def _moments(panel: Panel, values: Vector) -> list[Vector]:
    mean = _mean(panel, values)
    deviations = (values - mean[panel.unit]) ** 2
    n = np.add.reduceat(~np.isnan(values), panel.first, dtype=np.int64)
    spread = np.sqrt(_mean(panel, deviations) * n / np.where(n > 1, n - 1, np.nan))
    return [mean, spread, -_most(panel, -values), _most(panel, values)]


def _mean(panel: Panel, values: Vector) -> Vector:
    """Mean of each sequence over what is there; NaN where nothing is."""
    values = values.astype(np.float64)
    there = ~np.isnan(values)
    n = np.add.reduceat(there, panel.first, dtype=np.int64)
    sums: Vector = np.add.reduceat(np.where(there, values, 0.0), panel.first)
    return sums / np.where(n > 0, n, np.nan)


def _most(panel: Panel, values: Vector) -> Vector:
    most: Vector = np.fmax.reduceat(values, panel.first)
    return most
