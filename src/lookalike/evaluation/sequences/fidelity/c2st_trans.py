"""Can a classifier tell pairs of consecutive synthetic rows from real ones?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.panel import Kind, Matrix, Numbers, Panel
from lookalike.evaluation.sequences.telling import Question, told

MEANING = (
    "How well a classifier tells two consecutive synthetic rows from real ones: 0.5 is guessing, 1 is always right."
)
MAX_PAIRS = 4_000


def metric(comparison: SequenceComparison) -> Figure:
    """
    Cross-validated AUC of LightGBM telling pairs of consecutive rows from fresh ones; 0.5 is ideal, 1 worst.

    A pair is described by both rows and their difference; in panels also by its place and whether it is the last. All
    pairs of a sequence, or of a part of the calendar, stand in one fold.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    panel = comparison.kind is Kind.PANEL
    question = Question(
        "c2st_trans",
        lambda p: np.flatnonzero(p.position >= 1),
        lambda p, rows: _features(p, rows, placed=panel),
        MAX_PAIRS,
    )
    return told(comparison, question, MEANING)


def _features(panel: Panel, rows: Numbers, *, placed: bool) -> Matrix:
    now, before = panel.values[rows], panel.values[rows - 1]
    place = panel.position[rows]
    is_last = place == panel.lengths[panel.unit[rows]] - 1
    return np.column_stack([now, before, now - before, *([place, is_last] if placed else [])]).astype(np.float64)
