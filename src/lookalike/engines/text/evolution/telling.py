"""What is told of real records: tables of counts, in each of which a record counts once at most, with noise."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lookalike.data.streams import stream
from lookalike.engines.text.evolution import VOTES
from lookalike.engines.text.evolution.accounting import Account
from lookalike.engines.text.evolution.hashing import Vectors, embed
from lookalike.engines.text.evolution.population import Population
from lookalike.engines.text.words import n_words

ENDS = (1, 2, 4, 8, 16, 32, 64, 128, 256)  # of parts of the words of a text, told in advance
SECRET_BITS = 128
_VOTERS = 4_096  # at a time

Codes = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Telling:
    """
    How tables are told.

    Attributes:
        secret: What noise is drawn from: whoever knows it can take the noise away again.
    """

    account: Account
    secret: int

    def told(self, release: int, counts: Counts) -> Counts:
        """A table of counts with noise, without what can be nothing but noise; the same for the same release."""
        sigma = self.account.sigma
        noisy = counts + stream(self.secret, "noise", release).normal(0.0, sigma, counts.shape)
        return np.maximum(noisy - (sigma if release >= VOTES else 0.0), 0.0)


def counted_labels(labels: Codes, n: int) -> Counts:
    """How many records each of `n` labels has: a record counts once."""
    return np.bincount(labels, minlength=n).astype(np.float64)


def counted_lengths(texts: Sequence[str]) -> Counts:
    """How many records there are of each part of `ENDS`: a record counts once."""
    words = np.array([min(max(n_words(text), ENDS[0]), ENDS[-1] - 1) for text in texts])
    return np.histogram(words, ENDS)[0].astype(np.float64)


def counted_votes(labels: Codes, vectors: Vectors, population: Population) -> Counts:
    """
    How many records each text is the nearest one to, among those of its own label: a record counts once at most.

    Args:
        labels, vectors: Of the records.
    """
    found, texts = np.zeros(len(population.texts)), embed(population.texts)
    for label in np.unique(population.labels):
        own, voters = np.flatnonzero(population.labels == label), np.flatnonzero(labels == label)
        for some in np.array_split(voters, len(voters) // _VOTERS + 1):
            nearest = (vectors[some] @ texts[own].T).argmax(axis=1)
            found += np.bincount(own[nearest], minlength=len(found))
    return found
