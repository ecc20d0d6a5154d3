"""How far the lengths of texts are from the real ones."""

import numpy as np

from lookalike.evaluation import Figure
from lookalike.evaluation.empirical import ks
from lookalike.evaluation.encoding import Vector
from lookalike.evaluation.intervals import of_parts
from lookalike.evaluation.texts.comparison import TextComparison, Texts
from lookalike.evaluation.texts.telling import TOO_FEW

MEANING = "How far the lengths of texts are from the real ones: 0 is the same distribution, 1 has nothing in common."


def metric(comparison: TextComparison) -> Figure:
    """
    Kolmogorov-Smirnov distance of synthetic to held-back texts in characters; lower is better, in ``[0, 1]``.

    Source: two-sample statistic, Smirnov, Annals of Mathematical Statistics 19, 1948.
    """
    sides = comparison.sides
    if sides is None:
        return Figure(None, None, "lower", MEANING, TOO_FEW)
    real = _lengths(sides.reference)
    value, floor = (ks(real, _lengths(texts)) for texts in (sides.synthetic, sides.fresh))
    parts = [ks(real, _lengths(part)) for part in comparison.parts(sides.synthetic)]
    return Figure(value, floor, "lower", MEANING, interval=of_parts(value, parts) if parts else None)


def _lengths(texts: Texts) -> Vector:
    return np.sort(np.array([len(t) for t in texts.texts], dtype=np.float64))
