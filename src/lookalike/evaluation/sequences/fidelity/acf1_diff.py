"""How far the correlation of neighbouring rows is from the real one."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.sequences.comparison import SequenceComparison
from lookalike.evaluation.sequences.holding import Distance, held
from lookalike.evaluation.sequences.moments import autocorrelations
from lookalike.evaluation.sequences.panel import Panel

MEANING = "How far the correlation of a row with the one before is from the real one: 0 is the same, 2 the opposite."


def metric(comparison: SequenceComparison) -> Figure:
    """
    Mean difference to train of the autocorrelation at lag 1, over the columns of numbers; in ``[0, 2]``.

    Source: ACD of TSGBench, PVLDB 17, 2023, at its first lag.
    """
    layout = comparison.panels[0].layout
    names = [layout.names[j] for j in layout.numbers]
    distance = Distance(_first, _gaps, names, bounds=(0.0, 2.0))
    return held(comparison, distance, MEANING, "There are no numbers that vary, or too few rows in order.")


def _first(panel: Panel) -> Vector:
    return autocorrelations(panel, 1)


def _gaps(reference: Vector, other: Vector) -> Vector:
    return np.abs(reference - other)
