"""How far the whole of the synthetic texts is from real ones, as a language model sees them."""

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.embedded.model import points
from lookalike.evaluation.texts.frechet import figure

MEANING = (
    "How far synthetic texts are from real ones held back, as a language model sees them: at its floor they are as "
    "near as real ones."
)


def metric(comparison: TextComparison) -> Figure:
    """
    Fréchet distance of embeddings of synthetic to those of held-back texts; in ``[0, 4]``.

    Not 0 even for fresh texts, and lower the more there are: the floor has as many.

    Source: see `frechet.figure`; embeddings: see `model.points`.
    """
    return figure(points(comparison), MEANING)
