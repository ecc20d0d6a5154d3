"""How far the changes from level to level are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import tvd
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, by_column, held
from lookalike.evaluation.sequences.panel import Panel

MEANING = (
    "How far the changes from level to level, row by row, are from the real ones: 0 is the same, 1 has nothing in "
    "common."
)


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean total variation distance to train of pairs of consecutive levels, missing being one, over the columns of
    categories; in ``[0, 1]``.

    Source: total variation distance of the joint law of a step; TVComplement of SDMetrics for the single level.
    """
    layout = comparison.panels[0].layout
    names = [layout.names[j] for j in layout.categories]
    return held(comparison, Distance(_pairs, by_column(tvd), names), MEANING, "There are no categories to compare.")


def _pairs(panel: Panel) -> list[Vector]:
    """Per column of categories a number for each pair of consecutive levels."""
    now, before = (np.nan_to_num(values, nan=-1.0) + 1 for values in panel.pairs())
    return [before[:, j] * (panel.layout.n_codes[j] + 1) + now[:, j] for j in panel.layout.categories]
