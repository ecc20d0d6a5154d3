"""Stratified folds and the area under the ROC curve, by ranks."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from lookalike.evaluation.encoding import Vector


def folds(sizes: Sequence[int], k: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """
    A fold number in ``[0, k)`` for each row, the rows of each class spread evenly and at random.

    Args:
        sizes: Rows of each class; the rows stand class by class.

    Returns:
        Shape ``(sum(sizes),)``; the folds of one class differ by at most one row.
    """
    return np.concatenate([rng.permutation(np.arange(n) % k) for n in sizes])


def auc(negative: Vector, positive: Vector) -> float:
    """
    Chance that a positive row scores higher than a negative one, ties half; in ``[0, 1]``.

    Source: the Mann-Whitney form of the area under the ROC curve; Hanley and McNeil, Radiology 143, 1982.
    """
    ranks = rankdata(np.concatenate([negative, positive]))[len(negative) :]
    wins = float(ranks.sum()) - len(positive) * (len(positive) + 1) / 2
    return wins / (len(negative) * len(positive))
