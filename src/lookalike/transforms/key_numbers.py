"""
Whole numbers that are keys: new ones, each different, none of train's.

Keys that fill most of their range go on behind it, in order if train's are in order. Others have as many digits as
train's, in random order. When those are used up, keys get longer; a dtype without room for that is an error.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.metadata import Column
from lookalike.data.streams import key
from lookalike.errors import InputRefused
from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores, unordered_scale
from lookalike.transforms.known import Known, among
from lookalike.transforms.made_up import ATTEMPTS, MISSING
from lookalike.transforms.numbering import mix, permute, seal, shared_out
from lookalike.transforms.physical import Mask, from_physical

DENSE = 2  # a range with at most so many numbers for each key is gone on with
WINDOW = 1_024  # keys behind the range are mixed within so many, or as many as train has
ROOM_MAX = 2**62  # numbers of a span that are used

Places = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Span:
    """Whole numbers from `low` on, `size` of them; `weight` is how many train keys lie there."""

    low: int
    size: int
    weight: int


@dataclass(frozen=True)
class KeyNumbers:
    """
    Attributes:
        name: Of the column, for messages.
        spans: Where keys are made at random; none if they all go on behind train's.
        behind: From where on keys are made when the spans are used up, and how many.
        window: Keys behind are mixed within so many; 1 leaves them in order.
        known: Sealed digests of train's keys; nothing where all new ones go behind train's.
        unique: Whether no two may be the same.
    """

    name: str
    dtype: pl.DataType
    spans: tuple[Span, ...]
    behind: Span
    window: int
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
        salt = key(seed, "key", self.name) & (2**62 - 1)
        missing: Mask = codes == MISSING
        values = np.zeros(len(codes), np.uint64)
        present = np.flatnonzero(~missing)
        left = self._within(values, present, rows, salt) if self.spans else present
        values[left] = self._behind(rows[left], salt)
        signed = self.dtype != pl.UInt64
        return from_physical(values.view(np.int64) if signed else values, missing, self.dtype)

    def decode_levels(self, levels: Codes) -> pl.Series:
        return pl.Series([None] * len(levels), dtype=self.dtype)

    def state(self) -> tuple[dict[str, Any], Mapping[str, npt.NDArray[Any]]]:
        spec = {
            "kind": "key_numbers",
            "name": self.name,
            "dtype": dtype_to_json(self.dtype),
            "spans": [[s.low, s.size, s.weight] for s in self.spans],
            "behind": [self.behind.low, self.behind.size, self.behind.weight],
            "window": self.window,
            "unique": self.unique,
            "has_missing": self.has_missing,
        }
        return spec, {"known": self.known}

    def _within(self, values: Numbers, present: Places, rows: Numbers, salt: int) -> Places:
        """Put keys of the spans into `values`; returns the rows that are left without."""
        weights = np.array([span.weight for span in self.spans], np.int64)
        kinds, numbers = shared_out(rows[present], weights, salt)
        left: list[Places] = []
        for kind, span in enumerate(self.spans):
            mine = np.flatnonzero(kinds == kind)
            part = span.size // ATTEMPTS
            for attempt in range(ATTEMPTS):
                if not self.unique:
                    numbers[mine] = mix(rows[present[mine]], salt + attempt) % np.uint64(max(part, 1))
                fits = mine[numbers[mine] < np.uint64(part)]
                told = permute(numbers[fits] + np.uint64(attempt * part), span.size, salt + kind)
                made = told + np.uint64(span.low % 2**64)
                good = ~among(seal(made), self.known)
                values[present[fits[good]]] = made[good]
                mine = np.setdiff1d(mine, fits[good], assume_unique=True)
            left.append(mine)
        return present[np.sort(np.concatenate(left))]

    def _behind(self, rows: Numbers, salt: int) -> Numbers:
        if not len(rows):
            return rows
        window = np.uint64(self.window)
        turn, place = rows // window, rows % window
        numbers = turn * window + permute(place, self.window, salt)
        if int(numbers.max()) >= self.behind.size:
            raise InputRefused(
                f"Column '{self.name}' of {self.dtype.__class__.__name__} has no room for so many new keys.",
                hint="Ask for fewer rows, store it as a wider type or as text, widen its max, or exclude it.",
            )
        return numbers + np.uint64(self.behind.low % 2**64)


def fit_key_numbers(series: pl.Series, column: Column) -> tuple[KeyNumbers, Encoded]:
    """The transform of a column of whole numbers, some of which may be missing, and the column's own encoding."""
    present = series.drop_nulls()
    distinct = present.unique().sort()
    seen = replace(SeenKeys().more(present), n_distinct=len(distinct), kinds=_kinds(distinct))
    missing = series.is_null().to_numpy()
    transform = key_numbers(seen, np.sort(key_digests(distinct)), column, has_missing=bool(missing.any()))
    codes = missing.astype(np.int32)
    return transform, Encoded(codes, np.zeros(len(codes), np.float32), codes)


@dataclass(frozen=True)
class SeenKeys:
    """
    What is to be known of keys, put together of those seen one after the other.

    Attributes:
        n, n_distinct: How many there are, and how many different ones, as far as is known.
        low, high, last: The least, the greatest, and the last one; None before any.
        in_order: Whether none is less than the one before.
        kinds: How many have each sign and number of digits: `(negative, digits)`.
    """

    n: int = 0
    n_distinct: int = 0
    low: int | None = None
    high: int | None = None
    last: int | None = None
    in_order: bool = True
    kinds: Mapping[tuple[bool, int], int] = field(default_factory=dict)

    @property
    def dense(self) -> bool:
        """Whether they fill most of their range."""
        return int(self.high or 0) - int(self.low or 0) + 1 <= DENSE * self.n_distinct

    @property
    def unique(self) -> bool:
        return self.n_distinct == self.n

    def met(self, known: Known) -> Known:
        """Of their digests those of keys that new ones might be: new ones behind keys without gaps are none of them."""
        return np.zeros(0, np.uint64) if self.dense and self.unique else known

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "kinds": [[*kind, n] for kind, n in sorted(self.kinds.items())]}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "SeenKeys":
        kinds = {(bool(minus), int(digits)): int(n) for minus, digits, n in value["kinds"]}
        return SeenKeys(**{**value, "kinds": kinds})

    def more(self, present: pl.Series) -> "SeenKeys":
        """With the next ones, none of which is missing."""
        if not len(present):
            return self
        low, high = int(present.min()), int(present.max())  # type: ignore[arg-type]  # numbers
        follows = self.last is None or self.last <= int(present[0])
        return SeenKeys(
            n=self.n + len(present),
            n_distinct=self.n_distinct + len(present),  # unless they repeat, which is seen otherwise
            low=low if self.low is None else min(self.low, low),
            high=high if self.high is None else max(self.high, high),
            last=int(present[-1]),
            in_order=self.in_order and follows and present.is_sorted(),
            kinds=dict(Counter(self.kinds) + Counter(_kinds(present))),
        )


def key_digests(keys: pl.Series) -> Numbers:
    """A sealed 64-bit digest of each key, none of which is missing; shape ``(n,)``."""
    return seal(keys.cast(pl.Int64, wrap_numerical=True).to_numpy().view(np.uint64))


def key_numbers(seen: SeenKeys, known: Known, column: Column, *, has_missing: bool) -> KeyNumbers:
    """
    The transform of a column of keys.

    Args:
        seen: At least one.
        known: Their digests.
    """
    low, high = int(seen.low or 0), int(seen.high or 0)
    lowest, highest = _limits(column)
    behind_all = seen.dense and seen.unique
    spans = () if behind_all else _spans(seen.kinds, lowest, highest)
    end = high if behind_all else max(abs(low), abs(high), 10 ** len(str(max(abs(low), abs(high)))) - 1)
    behind = Span(end + 1, max(min(highest - end, ROOM_MAX), 0), 0)
    window = 1 if seen.dense and seen.in_order else max(seen.n_distinct, WINDOW)
    window = max(1, min(window, behind.size))
    return KeyNumbers(column.name, column.dtype, spans, behind, window, seen.met(known), seen.unique, has_missing)


def load_key_numbers(spec: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> KeyNumbers:
    """The transform of a state."""
    return KeyNumbers(
        name=spec["name"],
        dtype=dtype_from_json(spec["dtype"]),
        spans=tuple(Span(*span) for span in spec["spans"]),
        behind=Span(*spec["behind"]),
        window=spec["window"],
        known=arrays["known"],
        unique=spec["unique"],
        has_missing=spec["has_missing"],
    )


def _limits(column: Column) -> tuple[int, int]:
    """Least and greatest number that the column may hold."""
    bits = int("".join(letter for letter in str(column.dtype) if letter.isdigit()))
    signed = str(column.dtype).startswith("Int")
    lowest, highest = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    told = column.told
    return max(lowest, told.low) if told.low is not None else lowest, (
        min(highest, told.high) if told.high is not None else highest
    )


def _kinds(keys: pl.Series) -> dict[tuple[bool, int], int]:
    """How many keys have each sign and number of digits."""
    texts = keys.cast(pl.String)
    kinds = pl.DataFrame({"minus": texts.str.starts_with("-"), "digits": texts.str.strip_prefix("-").str.len_bytes()})
    return {(minus, digits): n for minus, digits, n in kinds.group_by("minus", "digits").len().iter_rows()}


def _spans(kinds: Mapping[tuple[bool, int], int], lowest: int, highest: int) -> tuple[Span, ...]:
    """For each sign and number of digits of train's keys the numbers of that kind, within the limits."""
    found = []
    for (minus, digits), weight in sorted(kinds.items()):
        least, most = (0 if digits == 1 else 10 ** (digits - 1)), 10**digits - 1
        low, high = (max(-most, lowest), min(-least, highest)) if minus else (max(least, lowest), min(most, highest))
        if high >= low:
            found.append(Span(low, min(high - low + 1, ROOM_MAX), weight))
    return tuple(found)
