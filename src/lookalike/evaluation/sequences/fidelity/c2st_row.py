"""Can a classifier tell single synthetic rows from real ones?"""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.telling import Question, told

MEANING = "How well a classifier tells single synthetic rows from real ones: 0.5 is guessing, 1 is always right."
MAX_ROWS = 4_000


def metric(comparison: SequenceComparison) -> Figure:
    """
    Cross-validated AUC of LightGBM telling synthetic rows from fresh ones; 0.5 is ideal, 1 worst.

    All rows of a sequence, or of a part of the calendar, stand in one fold: else even fresh rows are told apart by the
    sequence they are of.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    question = Question("c2st_row", lambda p: np.arange(len(p.values)), lambda p, rows: p.values[rows], MAX_ROWS)
    return told(comparison, question, MEANING)
