"""Can a classifier tell synthetic texts from real ones by what they mean and how they read?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.embedded.model import points
from lookalike.evaluation.texts.telling import stacked, told

MEANING = (
    "How well a classifier tells synthetic texts from real ones it has not seen, as a language model sees them: 0.5 is "
    "guessing, 1 is always right."
)


def metric(comparison: TextComparison) -> Figure:
    """
    Cross-validated AUC of logistic regression on embeddings; 0.5 is ideal, 1 worst.

    Synthetic against held-back texts, in four folds; the floor puts train texts in their place.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; embeddings: see `model.points`.
    """
    return told(comparison, "c2st_emb", lambda _: stacked(points(comparison)), MEANING)
