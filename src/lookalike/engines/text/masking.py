"""
Personal and typed spans of texts, replaced by private-use characters before anything is learnt from the texts.

Addresses of mail and web, numbers of phones, cards, accounts and machines, codes, long numbers, dates, times, amounts,
names of people, addresses of streets. Numbers of one to three digits stay. `filling` puts made-up values in.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from lookalike.engines.text.forms import LENGTH_MAX, learn
from lookalike.engines.text.kinds import FIRST, KINDS, LAST, Kinds, character, kind_of
from lookalike.engines.text.people import Corpus, names, read
from lookalike.engines.text.spotting import spot
from lookalike.transforms.numbering import Numbers
from lookalike.transforms.words import digests

FLOOR = 2  # records in which a way of writing must be seen
FORGED = "\ufffd"  # what a private-use character of a real text becomes, so that nobody can forge a mask

_PRIVATE = re.compile(f"[{chr(FIRST)}-{chr(LAST)}]")
_CALLED = {
    "email": "e-mail addresses",
    "url": "web addresses",
    "iban": "bank accounts (IBAN)",
    "card": "payment cards",
    "ip": "IP addresses",
    "phone": "phone numbers",
    "id": "codes of letters and digits",
    "number": "numbers of four digits or more",
    "date": "dates",
    "time": "times of day",
    "year": "years",
    "amount": "amounts of money",
    "given": "given names",
    "surname": "surnames",
    "address": "street addresses",
    "postcode": "postal codes",
}


@dataclass
class _Record:
    """What was found in one text: the masks of its values, and the spans as (kind, value)."""

    masks: dict[tuple[str, str], str] = field(default_factory=dict)
    n_values: dict[str, int] = field(default_factory=dict)
    spans: list[tuple[str, str]] = field(default_factory=list)

    def put(self, kind: str, value: str) -> str:
        """The mask of a value; the same for the same value, however it is spaced and cased."""
        told = (kind, "".join(filter(str.isalnum, value)).lower())
        if told not in self.masks:
            self.masks[told] = character(kind, self.n_values.get(kind, 0))
            self.n_values[kind] = self.n_values.get(kind, 0) + 1
        self.spans.append((kind, value))
        return self.masks[told]


def find(texts: Sequence[str]) -> tuple[list[str], Kinds]:
    """
    The texts with each personal or typed span as one private-use character, and what the characters stand for.

    In a text the same value has the same character, another of its kind another one, in the order in which they stand;
    from the eighth on they share one.
    A private-use character of the text itself becomes U+FFFD first.
    """
    records = [_Record() for _ in texts]
    masked = [spot(_PRIVATE.sub(FORGED, text), record.put) for text, record in zip(texts, records, strict=True)]
    corpus = read(masked)
    masked = [_without_names(text, corpus, record) for text, record in zip(masked, records, strict=True)]
    return [_in_order(text) for text in masked], _learnt(records)


def describe(kinds: Kinds) -> tuple[str, ...]:
    """A sentence for each kind that was found, the most frequent first; never a value."""
    found = sorted((kind for kind in KINDS if kinds.n_spans[kind]), key=lambda kind: -kinds.n_spans[kind])
    return tuple(
        f"{_CALLED[kind].capitalize() if kind != 'ip' else _CALLED[kind]}: {kinds.n_spans[kind]:,} found in "
        f"{kinds.n_records[kind]:,} records; made-up ones stand in their place."
        for kind in found
    )


def compact(values: pl.Series) -> pl.Series:
    """Values without spaces, punctuation and case, in which they are compared."""
    return values.str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "")


def _without_names(text: str, corpus: Corpus, record: _Record) -> str:
    parts: list[str] = []
    end = 0
    for start, stop, kind in names(text, corpus):
        parts += (text[end:start], record.put(kind, text[start:stop]))
        end = stop
    return "".join([*parts, text[end:]]) if parts else text


def _in_order(text: str) -> str:
    """The text with the ordinals of each kind in the order of the text, not in that of the rules."""
    places: dict[str, list[str]] = {}
    for mask in dict.fromkeys(_PRIVATE.findall(text)):
        places.setdefault(kind_of(mask) or "", []).append(mask)
    new = {ord(m): character(kind, place) for kind, own in places.items() for place, m in enumerate(own)}
    return text.translate(new) if new else text


def _learnt(records: Sequence[_Record]) -> Kinds:
    found: dict[str, list[tuple[int, str]]] = {kind: [] for kind in KINDS}
    for number, record in enumerate(records):
        for kind, value in record.spans:
            found[kind].append((number, value))
    learnt = {kind: learn(kind, spans, FLOOR) for kind, spans in found.items()}
    return Kinds(
        {kind: patterns for kind, (patterns, _) in learnt.items()},
        {kind: weights for kind, (_, weights) in learnt.items()},
        _known({value for spans in found.values() for _, value in spans}),
        {kind: len(spans) for kind, spans in found.items()},
        {kind: len({number for number, _ in spans}) for kind, spans in found.items()},
    )


def _known(values: set[str]) -> Numbers:
    return np.unique(digests(compact(pl.Series(sorted(values), dtype=pl.String)), LENGTH_MAX))
