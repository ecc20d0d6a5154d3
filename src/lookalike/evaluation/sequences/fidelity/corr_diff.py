"""How far the correlations of columns are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, held
from lookalike.evaluation.sequences.moments import correlations
from lookalike.evaluation.sequences.panel import Panel

MEANING = "How far the correlations of two columns are from the real ones, on average: 0 is the same, 2 the opposite."


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean difference to train of Pearson's correlation, over pairs of columns of numbers; in ``[0, 2]``.

    Source: CorrelationSimilarity of SDMetrics, as an error twice as large.
    """
    layout = comparison.panels[0].layout
    pairs = [(a, b) for n, a in enumerate(layout.numbers) for b in layout.numbers[n + 1 :]]
    names = [f"{layout.names[a]}, {layout.names[b]}" for a, b in pairs]
    distance = Distance(_pairs, _gaps, names, bounds=(0.0, 2.0))
    return held(comparison, distance, MEANING, "It takes two columns of numbers that vary.")


def _pairs(panel: Panel) -> Vector:
    found = correlations(panel)
    above: Vector = found[np.triu_indices(len(found), 1)]
    return above


def _gaps(reference: Vector, other: Vector) -> Vector:
    return np.abs(reference - other)
