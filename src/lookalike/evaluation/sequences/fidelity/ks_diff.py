"""How far the steps of each number are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import ks
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, by_column, held
from lookalike.evaluation.sequences.panel import Panel

MEANING = (
    "How far the steps from row to row are from the real ones, on average: 0 is the same distribution, 1 has nothing "
    "in common."
)


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean Kolmogorov-Smirnov distance to train of first differences, over the columns of numbers; in ``[0, 1]``.

    Source: two-sample statistic, Smirnov, Annals of Mathematical Statistics 19, 1948.
    """
    layout = comparison.panels[0].layout
    names = [layout.names[j] for j in layout.numbers]
    return held(comparison, Distance(_steps, by_column(ks), names), MEANING, "There are no steps to compare.")


def _steps(panel: Panel) -> list[Vector]:
    now, before = panel.pairs()
    columns = (now - before)[:, panel.layout.numbers].T
    return [np.sort(c[~np.isnan(c)]) for c in columns]
