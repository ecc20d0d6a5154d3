"""Tokens: frequent words whole, seldom ones by their class; no word that fewer records than the floor have is shown."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.text import meaning
from lookalike.engines.text.classes import classes
from lookalike.engines.text.meaning import Meaning
from lookalike.engines.text.words import counted, split
from lookalike.errors import InputRefused

END = 0  # token that ends a text
MOST_WHOLE = 2_000  # words: more of them cost time in every step of training
LEAST_WHOLE = (
    5  # records: words of fewer are seen too seldom to be learnt; signs and digits are whole from the floor on
)

Ids = npt.NDArray[np.int32]
Ends = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """
    The tokens of a column: 0 ends a text, then come whole words, then classes of words.

    Attributes:
        whole: Words.
        classes: Of each class the words that may be shown, and in how many records each is.
        meaning: Of all words, whole ones first, then those of each class.
    """

    whole: tuple[str, ...]
    classes: tuple[Mapping[str, int], ...]
    meaning: Meaning

    def __len__(self) -> int:
        return 1 + len(self.whole) + len(self.classes)

    @cached_property
    def begins(self) -> npt.NDArray[np.bool_]:
        """Whether a token is a word, which is what lengths count, shape ``(len(self),)``: white space is none."""
        return np.array([False, *(not w.isspace() for w in self.whole), *[True] * len(self.classes)])

    def decode(self, ids: Sequence[int], rng: np.random.Generator) -> str:
        """
        The text of some tokens.

        A word of each class is drawn: the more often, the more records it is in and the better it goes with the others.
        """
        tokens = [i - 1 for i in ids if i != END]
        n = len(self.whole)
        if all(token < n for token in tokens):
            return "".join(self.whole[token] for token in tokens)
        point, told = self.meaning.point([token for token in tokens if token < n]), []
        for token in tokens:
            word = token if token < n else self._drawn(token - n, point, rng)
            point = point + self.meaning.adds[word] if token >= n else point
            told.append(self._words[word])
        return "".join(told)

    def state(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """JSON and arrays from which `load` makes the same."""
        classes = [[list(c), list(c.values())] for c in self.classes]
        return {"whole": list(self.whole), "classes": classes}, self.meaning.arrays()

    @staticmethod
    def load(state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> "Vocabulary":
        """The vocabulary of a state; a ValueError if it is none."""
        whole = tuple(map(str, state["whole"]))
        found = tuple(dict(zip(map(str, words), map(int, n), strict=True)) for words, n in state["classes"])
        if any(not c or min(c.values()) < 1 for c in found):
            raise ValueError("classes")
        return Vocabulary(whole, found, meaning.load(arrays, len(whole) + sum(map(len, found))))

    def _drawn(self, number: int, point: npt.NDArray[Any], rng: np.random.Generator) -> int:
        """A word of a class for a text at a point."""
        words, often = self._of_class[number]
        told = often + self.meaning.leaning(point, words)
        ends = np.cumsum(np.exp(told - told.max()))
        return int(words[min(np.searchsorted(ends, rng.random() * ends[-1], side="right"), len(words) - 1)])

    @cached_property
    def _words(self) -> tuple[str, ...]:
        return (*self.whole, *(word for c in self.classes for word in c))

    @cached_property
    def _of_class(self) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]]:
        """The numbers of each class's words, and the logarithm of in how many records each is."""
        starts = accumulate(map(len, self.classes), initial=len(self.whole))
        return [
            (np.arange(start, start + len(c)), np.log(list(c.values())))
            for start, c in zip(starts, self.classes, strict=False)
        ]


@dataclass(frozen=True, eq=False)
class Encoded:
    """The tokens of all texts one after the other, and where each text ends."""

    ids: Ids
    ends: Ends


def learn(texts: Sequence[str], floor: int, seed: int) -> tuple[Vocabulary, Encoded]:
    """
    The vocabulary of some texts, and the texts in it: each word a token, or none where no word may stand for it.

    Raises:
        InputRefused: no word is in so many texts that it may be shown.
    """
    records = [split(text) for text in texts]
    n_records = counted(records)
    ordered = sorted((w for w, n in n_records.items() if n >= floor), key=lambda w: (-n_records[w], w))
    if all(map(str.isspace, ordered)):
        raise InputRefused(
            f"No word of a column of texts is in {floor} of its {len(texts):,} texts, so that none may be shown.",
            hint="Give more texts; exclude the column, or tell what it is: a key, say.",
        )
    whole = [w for w in ordered[:MOST_WHOLE] if n_records[w] >= LEAST_WHOLE or not any(map(str.isalpha, w))]
    known = set(whole)
    seldom = {w: n >= floor for w, n in n_records.items() if w not in known}
    found = classes(records, whole, seldom, seed)
    shown: list[dict[str, int]] = [{} for _ in range(found.n)]
    for word in ordered:
        if word not in known:
            shown[found.of[word]][word] = n_records[word]
    numbers = {word: 1 + i for i, word in enumerate(whole)}
    if found.n:
        numbers |= {word: 1 + len(whole) + number for word, number in found.of.items()}
    told = meaning.learn(records, [*whole, *(word for words in shown for word in words)], seed)
    return Vocabulary(tuple(whole), tuple(shown), told), _encoded(records, numbers)


def _encoded(records: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Encoded:
    told = [[numbers[word] for word in record if word in numbers] for record in records]
    ends = np.cumsum([len(t) for t in told], dtype=np.int64)
    return Encoded(np.fromiter(_all(told), np.int32, int(ends[-1]) if len(ends) else 0), ends)


def _all(told: Sequence[Sequence[int]]) -> Iterator[int]:
    for record in told:
        yield from record
