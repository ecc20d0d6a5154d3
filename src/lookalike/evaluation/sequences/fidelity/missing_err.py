"""How far the shares of missing cells are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, held
from lookalike.evaluation.sequences.panel import Panel

MEANING = "How far the shares of missing cells are from the real ones, on average: 0 is the same, 1 the opposite."


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean over the columns of the difference to train of their share of missing cells; in ``[0, 1]``.

    Source: MissingValueSimilarity of SDMetrics, as an error.
    """
    names = comparison.panels[0].layout.names[: len(comparison.columns)]
    return held(comparison, Distance(_shares, _gaps, names), MEANING, "There are no cells to compare.")


def _shares(panel: Panel) -> Vector:
    values = panel.values[:, : panel.layout.n_values]
    shares: Vector = np.isnan(values).sum(axis=0) / (len(values) or np.nan)
    return shares


def _gaps(reference: Vector, other: Vector) -> Vector:
    return np.abs(reference - other)
