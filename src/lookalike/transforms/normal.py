"""The normal distribution as one table, so that scores and probabilities turn into each other without loss."""

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from lookalike.transforms import Codes, Floats

LIMIT = 5.2  # beyond the score of the extreme row of 10 million
CELLS = 16_384  # at most 0.03 % of the rows share a cell


@cache
def _table() -> tuple[Floats, Floats]:
    scores = np.linspace(-LIMIT, LIMIT, CELLS + 1)
    probabilities = np.array([0.5 * math.erfc(-z / math.sqrt(2.0)) for z in scores])
    return scores, probabilities


def score(probability: Floats) -> Floats:
    """Normal scores in ``[-LIMIT, LIMIT]`` of probabilities in ``[0, 1]``."""
    scores, probabilities = _table()
    found: Floats = np.interp(probability, probabilities, scores)
    return found


def probability(score: npt.NDArray[np.floating]) -> Floats:
    """Probabilities of normal scores; the inverse of `score` between the limits."""
    _, probabilities = _table()
    position = np.clip((score.astype(np.float64) + LIMIT) * (CELLS / (2 * LIMIT)), 0.0, CELLS)
    cell = np.minimum(position.astype(np.int64), CELLS - 1)
    low = probabilities[cell]
    between: Floats = low + (position - cell) * (probabilities[cell + 1] - low)
    return between


def cells(score: npt.NDArray[np.floating]) -> Codes:
    """Number of the cell of equal width that a score falls in, ``0 … CELLS - 1``."""
    position = (score.astype(np.float64) + LIMIT) * (CELLS / (2 * LIMIT))
    return np.clip(position, 0, CELLS - 1).astype(np.int32)


def cell_probabilities() -> Floats:
    """Probability up to the middle of each cell, shape ``(CELLS,)``."""
    scores, _ = _table()
    return probability((scores[1:] + scores[:-1]) / 2)
