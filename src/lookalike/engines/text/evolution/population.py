"""Texts that are voted for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lookalike.engines.text.words import folded

Codes = npt.NDArray[np.int64]
Counts = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Population:
    """The label of each text, how long it was to be, what it says (masked)."""

    labels: Codes
    words: Codes
    texts: tuple[str, ...]

    def take(self, rows: Codes) -> "Population":
        """Those of these numbers."""
        return Population(self.labels[rows], self.words[rows], tuple(self.texts[row] for row in rows.tolist()))

    def own(self, label: int) -> Codes:
        """The rows of a label; of one without a text those of all."""
        found = np.flatnonzero(self.labels == label)
        return found if len(found) else np.arange(len(self.texts))


def united(some: Sequence[Population]) -> Population:
    """All texts of some, those that say the same of the same label once."""
    labels, words = (np.concatenate([getattr(one, name) for one in some]) for name in ("labels", "words"))
    texts = tuple(text for one in some for text in one.texts)
    first = {
        (int(label), folded(text)): row
        for row, (label, text) in reversed([*enumerate(zip(labels, texts, strict=True))])
    }
    return Population(labels, words, texts).take(np.array(sorted(first.values()), np.int64))


def winners(population: Population, votes: Counts, sizes: Codes, rng: np.random.Generator) -> Codes:
    """
    Rows of a population, as many of each label as `sizes` says, in the order of labels: evenly spread over the votes.

    A label without votes takes all of its own alike.
    """
    found = []
    for label, size in enumerate(sizes.tolist()):
        own = population.own(label)
        weights = votes[own] if votes[own].sum() > 0 else np.ones(len(own))
        ends = np.cumsum(weights) / weights.sum()
        places = np.searchsorted(ends, (np.arange(size) + rng.random()) / max(size, 1))
        found.append(own[np.minimum(places, len(own) - 1)])
    return np.concatenate(found).astype(np.int64)


def shared(weights: Counts, n: int) -> Codes:
    """So many, shared out by weights to the nearest whole ones; equally where all weights are 0."""
    weights = weights if weights.sum() > 0 else np.ones(len(weights))
    exact = n * weights / weights.sum()
    found: Codes = np.floor(exact).astype(np.int64)
    more = np.argsort(found - exact, kind="stable")[: n - int(found.sum())]
    found[more] += 1
    return found
