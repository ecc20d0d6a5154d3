"""Can a classifier tell synthetic texts from real ones by their words?"""

from collections.abc import Sequence

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import Sides, TextComparison
from lookalike.evaluation.texts.telling import told
from lookalike.evaluation.texts.tokens import WORDS_AND_SIGNS, words
from lookalike.evaluation.texts.vectors import Sparse, counts, weights

MEANING = (
    "How well a classifier tells synthetic texts from real ones it has not seen by words and short runs of them: 0.5 "
    "is guessing, 1 is always right."
)
LONGEST = 3  # words of a run
LEAST = 2  # texts that have a run


def metric(comparison: TextComparison) -> Figure:
    """
    Cross-validated AUC of logistic regression on runs of one to three words and signs; 0.5 is ideal, 1 worst.

    Synthetic against held-back texts, in four folds; the floor puts train texts in their place.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    return told(comparison, "c2st_word", _stacked, MEANING)


def _stacked(sides: Sides) -> list[Sparse]:
    return [_vectors(sides.reference.cut + other.cut) for other in (sides.synthetic, sides.fresh)]


def _vectors(texts: Sequence[str]) -> Sparse:
    counted = counts(words(texts, WORDS_AND_SIGNS), LONGEST)
    return weights(counted, LEAST).apply(counted)
