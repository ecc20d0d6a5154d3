"""What no new text may show: whole texts, spans and words that too few records have. Only their digests are kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt

from lookalike.engines.text.words import folded

SPAN = 8  # words: shorter spans are turns of phrase
COMMON = 5  # records with the same text make it nobody's: a greeting, a form letter
_BASE = np.uint64(0x9E3779B97F4A7C15)

Digests = npt.NDArray[np.uint64]


@dataclass(frozen=True, eq=False)
class Guard:
    """
    Sorted digests of what may not be shown, case and signs aside.

    Attributes:
        texts: In fewer than `COMMON` records. spans: Of eight words, in fewer than the floor and one. words: In fewer
            records than the floor.
    """

    texts: Digests
    spans: Digests
    words: Digests
    known: dict[str, np.uint64] = field(default_factory=dict, repr=False)

    def shows(self, text: str) -> bool:
        """Whether a text shows what it may not."""
        own = self._digests(folded(text))
        return bool(
            _among(_joined(own, len(own)), self.texts)
            or _among(own, self.words)
            or _among(_joined(own, SPAN), self.spans)
        )

    def arrays(self) -> dict[str, npt.NDArray[Any]]:
        """From which `load` makes the same."""
        return {"texts": self.texts, "spans": self.spans, "words": self.words}

    @staticmethod
    def load(arrays: Mapping[str, npt.NDArray[Any]]) -> "Guard":
        """The guard of some arrays; a ValueError if they are none."""
        found = [arrays[name] for name in ("texts", "spans", "words")]
        if any(a.dtype != np.uint64 or a.ndim != 1 for a in found):
            raise ValueError("digests")
        texts, spans, words = map(np.sort, found)
        return Guard(texts, spans, words)

    def _digests(self, words: Sequence[str]) -> Digests:
        return _digests(words, self.known)


def guard(texts: Iterable[str], floor: int) -> Guard:
    """
    The guard of some texts.

    Args:
        floor: Records that a word must be in to be shown; of a span one more, as long ones are seldom chance.
    """
    known: dict[str, np.uint64] = {}
    records = [_digests(folded(text), known) for text in texts]
    whole = (_joined(r, len(r)) for r in records)
    spans = (np.unique(_joined(r, SPAN)) for r in records)
    return Guard(_rare(whole, COMMON), _rare(spans, floor + 1), _rare(map(np.unique, records), floor), known)


def _rare(records: Iterable[Digests], least: int) -> Digests:
    """Those that stand in fewer records than the least."""
    found = list(records)
    values, n = np.unique(np.concatenate(found) if found else np.zeros(0, np.uint64), return_counts=True)
    return values[n < least]


def _digests(words: Iterable[str], known: dict[str, np.uint64]) -> Digests:
    return np.array(list(_each(words, known)), np.uint64)


def _each(words: Iterable[str], known: dict[str, np.uint64]) -> Iterator[np.uint64]:
    for word in words:
        if word not in known:
            told = blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest()
            known[word] = np.uint64(int.from_bytes(told, "little"))
        yield known[word]


def _joined(digests: Digests, size: int) -> Digests:
    """Of each run of `size` words, as a polynomial of theirs; of a text without words none."""
    if not 0 < size <= len(digests):
        return np.zeros(0, np.uint64)
    n = len(digests) - size + 1
    found = np.zeros(n, np.uint64)
    for place in range(size):
        found = found * _BASE + digests[place : place + n]
    return found + np.uint64(size)


def _among(digests: Digests, known: Digests) -> bool:
    """Whether any of some digests is known."""
    if not len(digests) or not len(known):
        return False
    places = np.minimum(np.searchsorted(known, digests), len(known) - 1)
    return bool((known[places] == digests).any())
