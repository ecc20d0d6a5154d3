"""
Columns whose cells are made up: keys, and what tells of people. Fresh texts of the patterns that were learnt.

Which pattern a row has and which of its texts follows from the row's number in the whole output. A text that stands in
train is passed over: train is kept as sealed digests only.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.streams import key
from lookalike.errors import InputRefused, InternalError
from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores, unordered_scale
from lookalike.transforms.categorical import Count
from lookalike.transforms.format import LENGTH_MAX, Formats
from lookalike.transforms.known import Known, among
from lookalike.transforms.numbering import mix, shared_out
from lookalike.transforms.pattern import Pattern, digest, disjoint, text
from lookalike.transforms.words import digests

WEIGHT_MAX = 2**31  # rows of a table
MISSING = 1
SLOTS_MAX = 8_000_000  # places of texts worked on at a time, about 250 MB
ROWS_MAX = 2**40  # rows of an output that unique texts suffice for
ATTEMPTS = 8  # disjoint parts of a pattern's texts, tried one after the other if a text stands in train
TRIES = 12  # of texts that may repeat, before longer ones are taken
LONGER_TRIES = 64

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Tier:
    """The texts of a pattern for its rows from `start` to `end`."""

    pattern: Pattern
    start: int
    end: int


@dataclass(frozen=True)
class MadeUp:
    """
    The patterns seen and how often, and what must not come out.

    Attributes:
        name: Of the column, for messages.
        weights: Rows a pattern was seen in, shape ``(len(patterns),)``, positive.
        known: Sealed digests of the train texts of at most `LENGTH_MAX` characters.
        unique: No two train rows were the same, so no two rows of an output are.
    """

    name: str
    dtype: pl.DataType
    patterns: tuple[Pattern, ...]
    weights: npt.NDArray[np.int64]
    known: Known
    unique: bool
    has_missing: bool
    exact: bool = False

    @property
    def n_levels(self) -> int:
        return 0

    @property
    def scale(self) -> Scale:
        return unordered_scale(1 + self.has_missing)

    def levels(self, codes: Codes, scores: Scores) -> Codes:
        return codes

    def decode(self, codes: Codes, scores: Scores, *, seed: int, rows: Numbers) -> pl.Series:
        salt = key(seed, "made up", self.name) & (2**62 - 1)
        present = np.flatnonzero(codes != MISSING)
        kinds, numbers = shared_out(rows[present], self.weights, salt)
        written, places = [pl.Series([], dtype=pl.String)], [np.zeros(0, np.int64)]
        for kind, mine in self._runs(kinds):
            for found, texts in self._fresh(kind, numbers[mine], rows[present[mine]], salt + 7 * kind):
                written.append(texts)
                places.append(present[mine[found]])
        order = np.full(len(codes), -1, np.int64)
        order[np.concatenate(places)] = np.arange(len(present))
        place = pl.Series(order)
        texts = pl.concat(written).gather(place.set(place < 0, None).cast(pl.UInt32))
        return self._cast(texts)

    def _cast(self, texts: pl.Series) -> pl.Series:
        cells = texts.cast(self.dtype, strict=False).alias("")
        if cells.null_count() > texts.null_count():
            raise InputRefused(
                f"Column '{self.name}' of {self.dtype.__class__.__name__} has no room for so many new keys.",
                hint="Ask for fewer rows, or store it as text.",
            )
        return cells

    def decode_levels(self, levels: Codes) -> pl.Series:
        return pl.Series([None] * len(levels), dtype=self.dtype)

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec = {
            "kind": "made_up",
            "name": self.name,
            "dtype": dtype_to_json(self.dtype),
            "patterns": [[list(p.slots), p.grow, list(p.more), p.check] for p in self.patterns],
            "unique": self.unique,
            "has_missing": self.has_missing,
        }
        return spec, {"weights": self.weights, "known": self.known}

    @cached_property
    def _tiers(self) -> tuple[tuple[Tier, ...], ...]:
        """For each pattern what its rows have in turn: itself, then ever longer ones, none met elsewhere."""
        taken: dict[str, list[Pattern]] = {}
        total = int(self.weights.sum())
        found = []
        kept = {id(p) for p in disjoint(self.patterns, taken)}
        for pattern, weight in zip(self.patterns, self.weights.tolist(), strict=True):
            wanted = ROWS_MAX // total * weight + total
            tiers, start, steps = [], 0, 0
            while start < wanted:
                longer = pattern.longer(steps)
                fits = id(pattern) in kept if steps == 0 else bool(disjoint([longer], taken))
                room = longer.room // ATTEMPTS if fits else 0
                if room:
                    tiers.append(Tier(longer, start, start + room))
                start, steps = start + room, steps + 1
            found.append(tuple(tiers))
        return tuple(found)

    @cached_property
    def _longest(self) -> Pattern:
        """A pattern longer than any tier, for texts that cannot be had otherwise."""
        last = max((len(t.pattern.slots) for tiers in self._tiers for t in tiers), default=0) if self.unique else 0
        first = self.patterns[0]
        return first.longer(max(1, (max(last, 16) - len(first.slots)) // len(first.more) + 16))

    def _runs(self, kinds: Places) -> Iterator[tuple[int, Places]]:
        """The rows of each pattern, of long ones a few at a time."""
        order = np.argsort(kinds, kind="stable")
        ends = np.cumsum(np.bincount(kinds, minlength=len(self.patterns)))
        for kind in np.unique(kinds).tolist():
            start = int(ends[kind - 1]) if kind else 0
            step = max(1, SLOTS_MAX // (len(self.patterns[kind].slots) + 16))
            for first in range(start, int(ends[kind]), step):
                yield kind, order[first : min(first + step, int(ends[kind]))]

    def _fresh(self, kind: int, numbers: Numbers, rows: Numbers, salt: int) -> list[tuple[Places, pl.Series]]:
        """Texts for rows of a pattern, in runs: which of the rows, and their texts."""
        found: list[tuple[Places, pl.Series]] = []
        left = np.arange(len(rows))
        if self.unique:
            left = self._numbered(found, kind, numbers, salt)
        else:
            left = self._drawn(found, self.patterns[kind], rows, salt)
        for turn in range(LONGER_TRIES):
            if not len(left):
                return found
            longer = self._longest.longer(turn) if self.unique else self.patterns[kind].longer(1 + turn // TRIES)
            told = rows[left] if self.unique else mix(rows[left], salt + turn)
            left = self._keep(found, longer, told, left, salt=0 if self.unique else salt)
        raise InternalError("No text could be made up that is not one of the table.")

    def _numbered(self, found: list[tuple[Places, pl.Series]], kind: int, numbers: Numbers, salt: int) -> Places:
        """Texts that never meet: the rows' numbers say which; returns the rows that are left without."""
        left: list[Places] = []
        for tier in self._tiers[kind]:
            mine = np.flatnonzero((numbers >= np.uint64(tier.start)) & (numbers < np.uint64(tier.end)))
            part = tier.pattern.room // ATTEMPTS
            for attempt in range(ATTEMPTS):
                told = numbers[mine] - np.uint64(tier.start) + np.uint64(attempt * part)
                mine = self._keep(found, tier.pattern, told, mine, salt=salt)
            left.append(mine)
        return np.concatenate(left)

    def _drawn(self, found: list[tuple[Places, pl.Series]], pattern: Pattern, rows: Numbers, salt: int) -> Places:
        """Texts at random, which may repeat; returns the rows that are left without."""
        left = np.arange(len(rows))
        for attempt in range(TRIES):
            told = mix(rows[left], salt + 31 * attempt) % np.uint64(pattern.room)
            left = self._keep(found, pattern, told, left, salt=salt)
        return left

    def _keep(
        self, found: list[tuple[Places, pl.Series]], pattern: Pattern, numbers: Numbers, rows: Places, *, salt: int
    ) -> Places:
        """Keep the texts that are none of train's; returns the rows whose texts are."""
        if not len(rows):
            return rows
        parts = pattern.parts(numbers % np.uint64(pattern.room), salt)
        stale = among(digest(parts, len(rows)), self.known)
        good = np.flatnonzero(~stale)
        if len(good):
            found.append((rows[good], text([(words, places[good]) for words, places in parts])))
        return rows[stale]


def fit_made_up(counted: Count, formats: Formats, name: str, *, unique: bool) -> tuple[MadeUp, Encoded]:
    """The transform of a counted column, and the column's own encoding: missing or not."""
    known = np.sort(digests(counted.values.cast(pl.String), LENGTH_MAX))
    transform = MadeUp(
        name, counted.values.dtype, formats.patterns, formats.weights, known, unique, counted.n_missing > 0
    )
    codes = (counted.numbers == len(counted.values)).astype(np.int32)
    return transform, Encoded(codes, np.zeros(len(codes), np.float32), codes)


def load_made_up(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> MadeUp:
    """The transform of a state; a ValueError where a pattern's rows are no count of rows."""
    weights = arrays["weights"]
    if weights.shape != (len(spec["patterns"]),) or not ((weights >= 1) & (weights < WEIGHT_MAX)).all():
        raise ValueError("rows of the patterns")
    return MadeUp(
        name=spec["name"],
        dtype=dtype_from_json(spec["dtype"]),
        patterns=tuple(Pattern(tuple(s), grow, tuple(more), check) for s, grow, more, check in spec["patterns"]),
        weights=weights,
        known=arrays["known"],
        unique=spec["unique"],
        has_missing=spec["has_missing"],
    )
