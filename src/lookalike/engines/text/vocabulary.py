"""Tokens: frequent words whole, seldom ones by their class; no word that fewer records than the floor have is shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.text.classes import classes
from lookalike.engines.text.words import counted, split

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
    """

    whole: tuple[str, ...]
    classes: tuple[Mapping[str, int], ...]

    def __len__(self) -> int:
        return 1 + len(self.whole) + len(self.classes)

    @cached_property
    def begins(self) -> npt.NDArray[np.bool_]:
        """Whether a token is a word, which is what lengths count, shape ``(len(self),)``: white space is none."""
        return np.array([False, *(not w.isspace() for w in self.whole), *[True] * len(self.classes)])

    def decode(self, ids: Iterable[int], rng: np.random.Generator) -> str:
        """The text of some tokens; a word of each class is drawn, the more records it is in the more often."""
        return "".join(self._word(i, rng) for i in ids if i != END)

    def state(self) -> dict[str, Any]:
        """JSON from which `load` makes the same."""
        return {"whole": list(self.whole), "classes": [[list(c), list(c.values())] for c in self.classes]}

    @staticmethod
    def load(state: Mapping[str, Any]) -> "Vocabulary":
        """The vocabulary of a state; a ValueError if it is none."""
        found = tuple(dict(zip(map(str, words), map(int, n), strict=True)) for words, n in state["classes"])
        if any(not c or min(c.values()) < 1 for c in found):
            raise ValueError("classes")
        return Vocabulary(tuple(map(str, state["whole"])), found)

    def _word(self, token: int, rng: np.random.Generator) -> str:
        number = token - 1 - len(self.whole)
        if number < 0:
            return self.whole[token - 1]
        words, ends = self._drawn_from[number]
        return words[int(np.searchsorted(ends, rng.random() * ends[-1], side="right"))]

    @cached_property
    def _drawn_from(self) -> list[tuple[list[str], Ends]]:
        return [(list(c), np.fromiter(accumulate(c.values()), np.int64)) for c in self.classes]


@dataclass(frozen=True, eq=False)
class Encoded:
    """The tokens of all texts one after the other, and where each text ends."""

    ids: Ids
    ends: Ends


def learn(texts: Sequence[str], floor: int, seed: int) -> tuple[Vocabulary, Encoded]:
    """The vocabulary of some texts, and the texts in it: each word a token, or none where no word may stand for it."""
    records = [split(text) for text in texts]
    n_records = counted(records)
    ordered = sorted((w for w, n in n_records.items() if n >= floor), key=lambda w: (-n_records[w], w))
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
    return Vocabulary(tuple(whole), tuple(shown)), _encoded(records, numbers)


def _encoded(records: Sequence[Sequence[str]], numbers: Mapping[str, int]) -> Encoded:
    told = [[numbers[word] for word in record if word in numbers] for record in records]
    ends = np.cumsum([len(t) for t in told], dtype=np.int64)
    return Encoded(np.fromiter(_all(told), np.int32, int(ends[-1]) if len(ends) else 0), ends)


def _all(told: Sequence[Sequence[int]]) -> Iterator[int]:
    for record in told:
        yield from record
