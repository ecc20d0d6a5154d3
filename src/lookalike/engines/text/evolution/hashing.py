"""
Texts as vectors that nothing was fitted for: the same text has the same vector whatever other texts there are.

Words, pairs of words and runs of three to five letters are hashed to signed places (Weinberger and others, "Feature
hashing for large scale multitask learning", 2009): a fixed random projection of their counts.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from lookalike.engines.text.words import folded

WIDTH = 1_024
WORDS_MOST = 2_000  # of a text that count: a long one must not cost more than so many
LETTERS_OF_WEIGHT = 8  # short words say little; which are frequent here is nothing that may be learnt
WORD, PAIR, RUN = 1.0, 0.5, 0.15

Vectors = npt.NDArray[np.float32]


def embed(texts: Sequence[str]) -> Vectors:
    """The vectors of texts, ``(n, 1024)``, each of length 1; of a text without words all 0."""
    found = np.zeros((len(texts), WIDTH), np.float32)
    for row, text in enumerate(texts):
        for place, weight in _features(folded(text)[:WORDS_MOST]):
            found[row, place] += weight
    found = np.sign(found) * np.sqrt(np.abs(found))  # what is said ten times is not meant ten times
    lengths = np.sqrt((found**2).sum(axis=1, keepdims=True))
    return (found / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _features(words: Sequence[str]) -> Iterator[tuple[int, float]]:
    for word in words:
        yield from _of_word(word)
    for one, other in pairwise(words):
        place, sign = _place(f"{one} {other}")
        yield place, sign * PAIR * _weight(one + other)


@lru_cache(maxsize=65_536)
def _of_word(word: str) -> tuple[tuple[int, float], ...]:
    place, sign = _place(word)
    found = [(place, sign * WORD * _weight(word))]
    framed = f"^{word[:64]}$"
    for size in (3, 4, 5):
        for start in range(len(framed) - size + 1):
            place, sign = _place(f"#{framed[start : start + size]}")
            found.append((place, sign * RUN))
    return tuple(found)


def _weight(word: str) -> float:
    return min(len(word), LETTERS_OF_WEIGHT) / LETTERS_OF_WEIGHT


def _place(feature: str) -> tuple[int, float]:
    told = int.from_bytes(blake2b(feature.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
    return told % WIDTH, 1.0 if told >> 63 else -1.0
