"""Which seldom words go with the other words of a text: those of texts that have words like these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from lookalike.data.streams import stream
from lookalike.evaluation.texts.vectors import directions, unit

N_DIRECTIONS = 64
MOST_LEARNT = 50_000  # texts
FEW = 2.0  # texts that say as much of a word as nothing does
WEIGHT = 8.0  # nats between a word that goes with a text fully and one that does not at all

Points = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Meaning:
    """
    Words in the main directions of their texts (latent semantic analysis: Deerwester et al., JASIS 41, 1990).

    Attributes:
        adds: What each word adds to the point of a text that has it, ``(words, directions)``.
        stands: Where the texts of each word stand from the middle of all, of length 1 or less, the same shape.
        middle: Of all texts, ``(directions,)``.
    """

    adds: Points
    stands: Points
    middle: Points

    def point(self, words: Sequence[int]) -> Points:
        """The point of a text of these words, which more words may be added to."""
        found: Points = self.adds[list(words)].sum(axis=0)
        return found

    def leaning(self, point: Points, words: Numbers) -> npt.NDArray[np.float64]:
        """How much likelier each word is in a text at a point, in nats."""
        away = point / max(float(np.linalg.norm(point)), 1e-9) - self.middle
        away = away / max(float(np.linalg.norm(away)), 1e-9)
        found: npt.NDArray[np.float64] = WEIGHT * (self.stands[words] @ away).astype(np.float64)
        return found

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """From which `load` makes the same."""
        return {"adds": self.adds, "stands": self.stands, "middle": self.middle}


def load(arrays: Mapping[str, npt.NDArray[Any]], n_words: int) -> Meaning:
    """The meaning of so many words from its arrays; a ValueError if it is none."""
    found = Meaning(*(arrays[name] for name in ("adds", "stands", "middle")))
    k = len(found.middle)
    if not found.adds.shape == found.stands.shape == (n_words, k):
        raise ValueError("shapes")
    if not all(a.dtype == np.float32 and np.isfinite(a).all() for a in found.arrays().values()):
        raise ValueError("numbers")
    return found


def learn(records: Sequence[Sequence[str]], words: Sequence[str], seed: int) -> Meaning:
    """The meaning of some words by the texts that have them."""
    has = _has(records, {word: i for i, word in enumerate(words)})
    n_texts = np.asarray(has.sum(axis=0)).ravel()
    rarity = np.log((1 + len(records)) / (1 + n_texts))
    weighed = _unit_rows(has.multiply(rarity).tocsr())
    rng = stream(seed, "meaning")
    some = np.sort(rng.permutation(len(records))[:MOST_LEARNT])
    axes = directions(weighed[some], N_DIRECTIONS, rng)
    points = unit(weighed @ axes)
    middle = points.mean(axis=0)
    stands = unit(has.T @ (points - middle)) * (n_texts / (n_texts + FEW))[:, None]
    return Meaning(*(a.astype(np.float32) for a in (axes * rarity[:, None], stands, middle)))


def _has(records: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> sparse.csr_matrix:
    """Which text has which word, 1 or 0."""
    places = [(row, numbers[w]) for row, record in enumerate(records) for w in set(record) if w in numbers]
    rows, columns = np.array(sorted(places), np.int64).reshape(-1, 2).T
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(records), len(numbers)))


def _unit_rows(x: sparse.csr_matrix) -> sparse.csr_matrix:
    size = np.sqrt(np.asarray(x.multiply(x).sum(axis=1)).ravel())
    return sparse.diags_array(1 / np.where(size > 0, size, 1.0)).tocsr() @ x
