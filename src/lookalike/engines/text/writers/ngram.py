"""Counted n-grams: for few texts, and for haste."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines import Kept
from lookalike.engines.tabular.file import named, part
from lookalike.engines.text import ngram, vocabulary
from lookalike.engines.text.attributes import Attributes
from lookalike.engines.text.counting import Corpus
from lookalike.engines.text.vocabulary import Vocabulary
from lookalike.engines.text.writing import Arrays, Asked, Given

AT_A_TIME = 8_192  # rows that room is made for
LEAST_TEXTS = 8  # a combination of attributes in fewer is told by its first attribute alone


@dataclass(frozen=True, eq=False)
class Counted:
    """
    See `Writer`.

    Attributes:
        kinds: Combinations of attributes, sorted; any other is the last kind.
    """

    vocabulary: Vocabulary
    attributes: Attributes
    kinds: npt.NDArray[np.int64]
    model: ngram.Ngram

    def write(self, asked: Asked, rng: np.random.Generator) -> list[str]:
        """See `Writer.write`."""
        kinds, words = self._kinds(asked), asked.words.astype(np.int32)
        texts = []
        for start in range(0, len(kinds), AT_A_TIME):
            rows = slice(start, start + AT_A_TIME)
            ids, ends = self.model.write(kinds[rows], words[rows], rng)
            texts += [self.vocabulary.decode(part.tolist(), rng) for part in np.split(ids + 1, ends[:-1])]
        return texts

    def state(self) -> tuple[dict[str, Any], Arrays]:
        """See `Writer.state`."""
        header, arrays = self.model.state()
        words, known = self.vocabulary.state()
        told = {**named("vocabulary.", known), **named("model.", arrays), "kinds": self.kinds}
        return {"vocabulary": words, "model": header}, told

    def _kinds(self, asked: Asked) -> npt.NDArray[np.int32]:
        return _places(self.attributes.kinds(asked.frame), self.kinds)


def learn(given: Given, kept: Kept) -> Counted:
    """See `Backend.learn`: it takes seconds, so nothing is kept."""
    words, encoded = vocabulary.learn(given.texts, given.floor, given.seed)
    found = given.attributes.kinds(given.about.frame)
    values, n = np.unique(found, axis=0, return_counts=True)
    kinds = values[n >= LEAST_TEXTS] if len(values) > 1 else values[:0]
    corpus = Corpus(
        encoded.ids - 1, encoded.ends, _places(found, kinds), n_tokens=len(words) - 1, n_kinds=len(kinds) + 1
    )
    return Counted(words, given.attributes, kinds, ngram.fit(corpus, floor=given.floor))


def load(header: Mapping[str, Any], arrays: Arrays, attributes: Attributes) -> Counted:
    """See `Backend.load`."""
    words = Vocabulary.load(header["vocabulary"], part(arrays, "vocabulary."))
    kinds, model = arrays["kinds"], ngram.load(header["model"], part(arrays, "model."))
    if model.n_tokens != len(words) - 1 or kinds.ndim != 2 or model.n_kinds != len(kinds) + 1:
        raise ValueError("kinds")
    return Counted(words, attributes, kinds.astype(np.int64), model)


def _places(found: npt.NDArray[np.int64], kinds: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
    """The number of each combination, that of all others if it is none."""
    known = {tuple(kind): number for number, kind in enumerate(kinds.tolist())}
    return np.array([known.get(tuple(kind), len(kinds)) for kind in found.tolist()], np.int32)
