"""How far the lengths of sequences are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import ks
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, by_column, held
from lookalike.evaluation.sequences.panel import Kind, Panel

MEANING = (
    "How far the lengths of sequences are from the real ones: 0 is the same distribution, 1 has nothing in common."
)


def metric(comparison: SequenceComparison) -> Figure:
    """
    Kolmogorov-Smirnov distance to train of the rows a sequence; in ``[0, 1]``. Only of panels: stretches are cut.

    Source: two-sample statistic, Smirnov, Annals of Mathematical Statistics 19, 1948.
    """
    if comparison.kind is not Kind.PANEL:
        return Figure(None, None, "lower", MEANING, "Not judged: the rows are of one series, cut at will.")
    return held(
        comparison, Distance(_lengths, by_column(ks), ["length"]), MEANING, "There are no sequences to compare."
    )


def _lengths(panel: Panel) -> list[Vector]:
    return [np.sort(panel.lengths.astype(np.float64))]
