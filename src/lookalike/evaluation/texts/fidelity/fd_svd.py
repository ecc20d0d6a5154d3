"""How far the whole of the synthetic texts is from real ones, by what they are about."""

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.frechet import figure

MEANING = (
    "How far synthetic texts are from real ones held back by what they are about, as TF-IDF and SVD see it: at its "
    "floor they are as near as real ones."
)


def metric(comparison: TextComparison) -> Figure:
    """
    Fréchet distance of synthetic to held-back texts in the hundred main directions of train's words; in ``[0, 4]``.

    Not 0 even for fresh texts, and lower the more there are: the floor has as many.

    Source: see `frechet.figure`.
    """
    return figure(comparison.points, MEANING)
