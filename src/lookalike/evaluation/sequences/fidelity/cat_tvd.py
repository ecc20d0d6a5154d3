"""How far the shares of levels are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import tvd
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, by_column, held
from lookalike.evaluation.sequences.panel import Panel

MEANING = "How far the shares of levels are from the real ones, on average: 0 is the same, 1 has nothing in common."


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean total variation distance to train of the present levels, over the columns of categories; in ``[0, 1]``.

    Source: TVComplement of SDMetrics, as an error, without missing cells.
    """
    layout = comparison.panels[0].layout
    names = [layout.names[j] for j in layout.categories]
    return held(comparison, Distance(_columns, by_column(tvd), names), MEANING, "There are no categories to compare.")


def _columns(panel: Panel) -> list[Vector]:
    columns = panel.values[:, panel.layout.categories].T
    return [c[~np.isnan(c)] for c in columns]
