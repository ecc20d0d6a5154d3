"""Can a classifier tell synthetic texts from real ones by their letters?"""

from collections.abc import Sequence

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import Sides, TextComparison
from lookalike.evaluation.texts.telling import told
from lookalike.evaluation.texts.tokens import characters
from lookalike.evaluation.texts.vectors import Sparse, counts, weights

MEANING = (
    "How well a classifier tells synthetic texts from real ones it has not seen by letters and short runs of them: 0.5 "
    "is guessing, 1 is always right."
)
LONGEST = 4  # characters of a run
LEAST = 3  # texts that have a run
MOST = 60_000  # runs


def metric(comparison: TextComparison) -> Figure:
    """
    Cross-validated AUC of logistic regression on runs of one to four characters; 0.5 is ideal, 1 worst.

    Synthetic against held-back texts, in four folds; the floor puts train texts in their place.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; with AUC for accuracy.
    """
    return told(comparison, "c2st_char", _stacked, MEANING)


def _stacked(sides: Sides) -> list[Sparse]:
    return [_vectors(sides.reference.cut + other.cut) for other in (sides.synthetic, sides.fresh)]


def _vectors(texts: Sequence[str]) -> Sparse:
    counted = counts(characters(texts), LONGEST)
    return weights(counted, LEAST, MOST).apply(counted)
