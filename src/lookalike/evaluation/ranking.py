"""Stratified folds, ranks, and the area under the ROC curve by them."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

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


def ranks(values: Vector) -> Vector:
    """
    The rank of each value, from 1, ties by their average; NaN has NaN and takes no rank.

    Args:
        values: Shape ``(n,)``.
    """
    return pl.Series(values, dtype=pl.Float64, nan_to_null=True).rank("average").fill_null(np.nan).to_numpy()


def auc(negative: Vector, positive: Vector) -> float:
    """
    Chance that a positive row scores higher than a negative one, ties half; in ``[0, 1]``.

    Source: the Mann-Whitney form of the area under the ROC curve; Hanley and McNeil, Radiology 143, 1982.
    """
    placed = ranks(np.concatenate([negative, positive]))[len(negative) :]
    wins = float(placed.sum()) - len(positive) * (len(positive) + 1) / 2
    return wins / (len(negative) * len(positive))
