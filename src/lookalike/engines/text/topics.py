"""Topics: texts of similar words together, so that a text keeps to what it is about."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import stream
from lookalike.engines.text.words import split
from lookalike.evaluation.texts.tokens import WORDS, words
from lookalike.evaluation.texts.vectors import Matrix, counts, directions, unit, weights

TEXTS_A_TOPIC, MOST_TOPICS = 150, 32
N_DIRECTIONS, ROUNDS = 50, 25
MOST_LEARNT = 20_000  # texts by which topics are found
LEAST_RECORDS = 3  # of a word that counts

Topics = npt.NDArray[np.int64]


def topics(texts: Sequence[str], n_kinds: int, seed: int) -> Topics | None:
    """
    A number for each text; None where topics would have too few texts each.

    Args:
        n_kinds: Combinations of attributes that tell texts apart already.
    """
    n = min(MOST_TOPICS, len(texts) // (TEXTS_A_TOPIC * max(1, n_kinds)))
    if n < 2:
        return None
    rng = stream(seed, "topics")
    counted = counts(words([" ".join(split(t.lower())) for t in texts], WORDS), 1)
    some = np.sort(rng.permutation(len(texts))[:MOST_LEARNT])
    known = weights(counted[some], LEAST_RECORDS)
    x = known.apply(counted)
    if not x.shape[1]:
        return None
    points = unit(x @ directions(x[some], N_DIRECTIONS, rng))
    return nearest(points, centres(points[some], n, rng))


def centres(points: Matrix, n: int, rng: np.random.Generator) -> Matrix:
    """The centres of `n` groups by the angle between points (spherical k-means, Dhillon and Modha, 2001)."""
    centres = points[rng.permutation(len(points))[:n]]
    for _ in range(ROUNDS):
        near = nearest(points, centres)
        sums = np.zeros_like(centres)
        np.add.at(sums, near, points)
        empty = np.bincount(near, minlength=n) == 0
        centres = unit(np.where(empty[:, None], centres, sums))
    return centres


def nearest(points: Matrix, centres: Matrix) -> Topics:
    found: Topics = np.argmax(points @ centres.T, axis=1)
    return found
