"""Can a classifier tell synthetic texts from real ones by what they are about?"""

from lookalike.evaluation import Figure
from lookalike.evaluation.texts.comparison import TextComparison
from lookalike.evaluation.texts.telling import stacked, told

MEANING = (
    "How well a classifier tells synthetic texts from real ones it has not seen by what they are about, as TF-IDF and "
    "SVD see it: 0.5 is guessing, 1 is always right."
)


def metric(comparison: TextComparison) -> Figure:
    """
    Cross-validated AUC of logistic regression in the hundred main directions of train's words; 0.5 is ideal, 1 worst.

    Synthetic against held-back texts, in four folds; the floor puts train texts in their place. Sees far less than
    embeddings of a language model would: 0.54 for texts that these tell at 0.79.

    Source: classifier two-sample test, Lopez-Paz and Oquab, arXiv:1610.06545, 2017; latent semantic analysis,
    Deerwester et al., 1990.
    """
    return told(comparison, "c2st_svd", lambda _: stacked(comparison.points), MEANING)
