"""Can a classifier tell windows of synthetic series from windows of real ones?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.panel import WINDOW, Kind, Matrix, Numbers, Panel
from lookalike.evaluation.sequences.telling import Question, told

MEANING = "How well a classifier tells windows of 24 synthetic rows from real ones: 0.5 is guessing, 1 is always right."
MAX_WINDOWS = 1_000
QUICK = {"feature_fraction": 0.2, "max_bin": 31}  # of hundreds of features most say the same, at a third of the cost
HOUR_S = 3_600.0


def metric(comparison: SequenceComparison) -> Figure:
    """
    Cross-validated AUC of LightGBM telling windows of 24 synthetic rows from fresh ones; 0.5 is ideal, 1 worst.

    A window is described by its values, their differences, by column mean, spread, spread of differences and range, and
    the hour it begins at. Folds are parts of the calendar; a synthetic stretch joins the part it resembles most.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    if comparison.kind is Kind.PANEL:
        return Figure(None, None, "half", MEANING, "Not judged: sequences are wholes here, not stretches of a series.")
    stride, dated = comparison.stride, comparison.is_dated
    question = Question(
        "c2st_window",
        lambda p: p.windows(WINDOW, stride),
        lambda p, rows: _features(p, rows, dated),
        MAX_WINDOWS,
        settings=QUICK,
    )
    return told(comparison, question, MEANING)


def _features(panel: Panel, rows: Numbers, dated: bool) -> Matrix:
    w = panel.at(rows, WINDOW)
    steps = np.diff(w, axis=1)
    n = len(w)
    flat = [w.reshape(n, WINDOW * w.shape[2]), steps.reshape(n, (WINDOW - 1) * w.shape[2])]
    of_columns = [w.mean(axis=1), w.std(axis=1), steps.std(axis=1), w.max(axis=1) - w.min(axis=1)]
    hour = [] if panel.times is None or not dated else [(panel.times[rows] // HOUR_S % 24)[:, None]]
    return np.concatenate([*flat, *of_columns, *hour], axis=1)
