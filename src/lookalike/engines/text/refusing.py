"""Answers of a language model that are no text of a table, or show too much of one that it was shown."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lookalike.engines.text.guarding import SPAN, Guard
from lookalike.engines.text.words import counted, folded

SCRIPT_SHARE = 0.001  # of all letters, from which on a script is one of the texts'
FOREIGN_SHARE = 1 / 3  # of a text's letters that may be of other scripts: names, brands
OWN_SHARE = 0.005  # of the texts that sound like a refusal, from which on it is how these texts sound
LOOKED_AT = 5_000  # texts that scripts and sounds are told from

# Said by models instead of a text. "I cannot see my card" is none: what a model cannot do is write.
_REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial|(?:large )?language model)\b"
    r"|^\W*(?:i['’]?m|i am) (?:sorry|unable to|not able to)\b.{0,40}\b(?:assist|help with|provide|generate|create|write"
    r"|comply|fulfil)"
    r"|^\W*(?:sorry\W+(?:but )?)?i (?:cannot|can['’]?t|can not|won['’]?t|will not|must decline)\b.{0,20}\b(?:assist"
    r"|help with|provide|generate|create|write|comply|fulfil)"
    r"|^\W*(?:sure|certainly|of course|okay)\W.{0,40}\bhere(?:['’]s| is| are)\b"
    r"|^\W*here(?:['’]s| is| are) (?:a|an|the|one|your|some)\b.{0,30}\b(?:record|text|example|sample)\b",
    re.IGNORECASE | re.DOTALL,
)
_GAP = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_\d+\]|\[(?i:your|insert|company|customer|recipient)\b[^\]\n]{0,40}\]")


@dataclass(frozen=True, eq=False)
class Filters:
    """
    What is refused.

    Attributes:
        guard: Whole texts and spans that too few records have.
        rare: Words in fewer records than the floor; of these an answer may show none that it was shown.
        scripts: Of the texts.
        sounds: Whether refusals are refused: not where the texts themselves sound like that.
    """

    guard: Guard
    rare: frozenset[str]
    scripts: frozenset[str]
    sounds: bool

    def refuses(self, text: str, shown: Sequence[str]) -> bool:
        """Whether a text may not be an answer to a prompt that showed some others."""
        words = folded(text)
        if not words and not any(_is_mask(c) for c in text):
            return True
        if _GAP.search(text) or (self.sounds and _REFUSAL.search(text)) or self._is_foreign(text):
            return True
        return self.guard.shows(text) or self._copies(words, [folded(other) for other in shown])

    def _copies(self, words: tuple[str, ...], shown: Sequence[tuple[str, ...]]) -> bool:
        spans = _spans(words)
        own = self.rare.intersection(words)
        return any(words == other or spans & _spans(other) or own.intersection(other) for other in shown)

    def _is_foreign(self, text: str) -> bool:
        scripts = _scripts([text])
        foreign = sum(n for script, n in scripts.items() if script not in self.scripts)
        return bool(self.scripts) and foreign > FOREIGN_SHARE * scripts.total()


def filters(texts: Sequence[str], guard: Guard, floor: int) -> Filters:
    """
    The filters of some texts, masked.

    The guard's words are not among them: a model knows most words, and shows one that a single record has without
    having seen the record, unless it was shown it.
    """
    some = texts[:: max(1, len(texts) // LOOKED_AT)]
    scripts = _scripts(some)
    known = frozenset(s for s, n in scripts.items() if n >= SCRIPT_SHARE * scripts.total())
    rare = frozenset(word for word, n in counted(map(folded, texts)).items() if n < floor)
    sounds = sum(_REFUSAL.search(text) is not None for text in some) < max(1, OWN_SHARE * len(some))
    return Filters(replace(guard, words=np.zeros(0, np.uint64)), rare, known, sounds)


def blind() -> Filters:
    """Filters that know no real text: nothing can be told from what they refuse."""
    none = np.zeros(0, np.uint64)
    return Filters(Guard(none, none, none), frozenset(), frozenset(), sounds=True)


def _spans(words: tuple[str, ...]) -> set[tuple[str, ...]]:
    return {words[i : i + SPAN] for i in range(len(words) - SPAN + 1)}


def _scripts(texts: Iterable[str]) -> Counter[str]:
    """How many letters there are of each script: the first word of a letter's name in Unicode."""
    letters = Counter(c for text in texts for c in text if c.isalpha())
    found: Counter[str] = Counter()
    for letter, n in letters.items():
        found[unicodedata.name(letter, "NONE").partition(" ")[0]] += n
    return found


def _is_mask(character: str) -> bool:
    return unicodedata.category(character) == "Co"
