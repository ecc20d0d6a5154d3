"""
Whole numbers that are keys: new ones, each different, none of train's.

Keys that fill most of their range go on behind it, in order if train's are in order. Others have as many digits as
train's, in random order. When those are used up, keys get longer; a dtype without room for that is an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.metadata import Column
from lookalike.data.streams import key
from lookalike.errors import InputRefused
from lookalike.transforms import Codes, Encoded, Numbers, Scale, Scores, unordered_scale
from lookalike.transforms.made_up import ATTEMPTS, MISSING
from lookalike.transforms.numbering import among, mix, permute, seal, shared_out
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
        known: Sorted sealed digests of train's keys.
        unique: Whether no two may be the same.
    """

    name: str
    dtype: pl.DataType
    spans: tuple[Span, ...]
    behind: Span
    window: int
    known: Numbers
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
    low, high = int(distinct[0]), int(distinct[-1])
    lowest, highest = _limits(column)
    dense = high - low + 1 <= DENSE * len(distinct)
    unique = len(distinct) == len(present)
    spans = () if dense and unique else _spans(distinct, lowest, highest)
    end = high if dense and unique else max(abs(low), abs(high), 10 ** len(str(max(abs(low), abs(high)))) - 1)
    behind = Span(end + 1, max(min(highest - end, ROOM_MAX), 0), 0)
    window = 1 if dense and present.is_sorted() else max(len(distinct), WINDOW)
    window = max(1, min(window, behind.size))
    known = np.sort(seal(distinct.cast(pl.Int64, wrap_numerical=True).to_numpy().view(np.uint64)))
    missing = series.is_null().to_numpy()
    transform = KeyNumbers(column.name, series.dtype, spans, behind, window, known, unique, bool(missing.any()))
    codes = missing.astype(np.int32)
    return transform, Encoded(codes, np.zeros(len(codes), np.float32), codes)


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


def _spans(distinct: pl.Series, lowest: int, highest: int) -> tuple[Span, ...]:
    """For each sign and number of digits of train's keys the numbers of that kind, within the limits."""
    texts = distinct.cast(pl.String)
    kinds = pl.DataFrame({"minus": texts.str.starts_with("-"), "digits": texts.str.strip_prefix("-").str.len_bytes()})
    found = []
    for minus, digits, weight in kinds.group_by("minus", "digits").len().sort("minus", "digits").iter_rows():
        least, most = (0 if digits == 1 else 10 ** (digits - 1)), 10**digits - 1
        low, high = (max(-most, lowest), min(-least, highest)) if minus else (max(least, lowest), min(most, highest))
        if high >= low:
            found.append(Span(low, min(high - low + 1, ROOM_MAX), weight))
    return tuple(found)
