"""What speaks for columns being the key and the index of sequences: facts of a pair, and points for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from lookalike.data.keys import YEARS, named_key, words
from lookalike.data.sequences.grouping import Ints, ranks
from lookalike.data.sequences.spelled import find_spelling, is_spelled, read_spelled

DOUBLES_MAX = 0.01  # share of rows that may repeat a pair: by mistake, or as events do
FAULTS_MAX = 0.05  # of rows that repeat a pair or lack a cell, if without them nothing fits: so they can be told
RISING_MIN = 0.9  # a number without a name for it must rise through sequences nearly everywhere to be their index
THROUGH_MIN = 0.99
_ROWS_MIN, _ROWS_MIN_NAMED = 2.0, 1.5
_KINDS = {"moment": 2.0, "named": 1.5, "year": 1.0, "number": 0.0}
_TIMES = {
    "date", "datetime", "time", "timestamp", "ts", "year", "quarter", "month", "week", "day", "hour", "minute",
    "second", "period", "step", "visit", "wave", "tick", "epoch",
}  # fmt: skip
_VALUES_MIN = 3  # of a number that nothing names: yes and no count nothing
_NO_INDEX = {"id", "ids", "key"}  # though such numbers rise through a table that is in their order


@dataclass(frozen=True, eq=False)
class Index:
    """A column that may order rows: its kind, its ranks, and the whole numbers it holds or is stored as."""

    name: str
    kind: str
    ranks: Ints
    whole: Ints | None

    @cached_property
    def n_values(self) -> int:
        """How many different cells."""
        return int(self.ranks.max()) + 1


@dataclass(frozen=True)
class Facts:
    """
    How a key and an index fit together; shares are in ``[0, 1]``.

    Attributes:
        doubles: Share of rows whose pair of key and index stands before.
        mean_rows: Rows of a sequence on average.
        accompanied: Share of rows in sequences of two rows or more.
        rising: 1 if the index rises (or falls) at every step of the rows as they stand, 0 if it does at random.
        together: Sequences over runs of rows of one sequence.
        filled: Rows over those there were if every sequence had every value of the index.
        even: Share of sequences whose index counts on without a gap.
    """

    doubles: float
    mean_rows: float
    accompanied: float
    rising: float
    together: float
    filled: float
    even: float


def time_named(name: str) -> bool:
    """Whether a name says time, and not that of an ID."""
    found = {word.removesuffix("s") for word in words(name)}
    return bool(found & _TIMES) and not named_key(name)


def as_index(cells: pl.Series, missing_max: float = 0.0) -> Index | None:
    """The column as one that may order rows; None if its cells have no order, are all one, or too many are missing."""
    kind = _kind(cells)
    if (
        kind is None
        or cells.null_count() > missing_max * len(cells)
        or (cells.dtype.is_float() and not cells.is_finite().all())
    ):
        return None
    if is_spelled(cells.dtype):
        cells = read_spelled(cells, find_spelling(cells) or "").alias(cells.name)
    index = Index(cells.name, kind, ranks(cells), _whole(cells))
    return index if index.n_values >= (_VALUES_MIN if kind == "number" else 2) else None


def _whole(cells: pl.Series) -> Ints | None:
    if not (cells.dtype.is_integer() or cells.dtype.is_temporal()):
        return None
    whole = cells.to_physical().cast(pl.Int64, strict=False)
    return None if whole.null_count() else whole.to_numpy()


def _kind(cells: pl.Series) -> str | None:
    dtype = cells.dtype
    if isinstance(dtype, (pl.Date, pl.Datetime)) or (is_spelled(dtype) and find_spelling(cells) is not None):
        return "moment"
    if not (dtype.is_numeric() or isinstance(dtype, (pl.Time, pl.Duration))) or not len(cells):
        return None
    if time_named(cells.name):
        return "named"
    if _NO_INDEX & set(words(cells.name)):
        return None
    low, high = (cells.min(), cells.max()) if dtype.is_integer() else (0, 0)
    return (
        "year" if isinstance(low, int) and isinstance(high, int) and YEARS[0] <= low <= high <= YEARS[1] else "number"
    )


def facts(numbers: Ints, index: Index) -> Facts:
    """The facts of sequences, told by the number of each row's, and an index."""
    n = len(numbers)
    lengths = np.bincount(numbers)
    order = np.argsort(numbers, kind="stable")
    within = np.diff(numbers[order]) == 0
    steps = np.diff(index.ranks[order])[within]
    moved = max(1, int((steps != 0).sum()))
    pairs = np.unique(numbers * index.n_values + index.ranks)
    return Facts(
        doubles=1 - len(pairs) / n,
        mean_rows=n / len(lengths),
        accompanied=float(lengths[lengths > 1].sum()) / n,
        rising=abs(2 * int((steps > 0).sum()) / moved - 1) if len(steps) else 0.0,
        together=len(lengths) / (1 + int((np.diff(numbers) != 0).sum())),
        filled=n / (len(lengths) * index.n_values),
        even=_even(index.whole[order], lengths) if index.whole is not None else 0.0,
    )


def _even(values: Ints, lengths: Ints) -> float:
    """Share of sequences, of those of three rows or more, in which values count on by one; `values` by sequence."""
    starts = np.cumsum(lengths) - lengths
    spans = np.maximum.reduceat(values, starts) - np.minimum.reduceat(values, starts)
    long = lengths > 2
    return float((spans[long] == lengths[long] - 1).mean()) if long.any() else 0.0


def least_rows(key: str) -> float:
    """Rows that sequences of a key have on average at least; fewer if its name says that it is one."""
    return _ROWS_MIN_NAMED if named_key(key) else _ROWS_MIN


def fits(found: Facts, index: Index, key: Sequence[str], doubles_max: float = DOUBLES_MAX) -> bool:
    """Whether the pair may be key and index at all."""
    least = min(map(least_rows, key), default=0.0)
    if found.doubles > doubles_max or found.mean_rows < least or found.accompanied < 0.5:
        return False
    return index.kind != "number" or found.rising >= RISING_MIN or found.even >= RISING_MIN


def points(found: Facts, index: Index, key_points: float, n_columns: int) -> float:
    """
    How much speaks for the pair.

    Most does that the index rises through the sequences; then that it is a date or named as a time is; that the rows
    of a sequence stand together; that all sequences have the same times; that the key is named or written as one. Each
    further column of a key, and each pair that stands twice, speaks against it.
    """
    gained = 3 * found.rising + _KINDS[index.kind] + found.together + found.filled + key_points
    return gained - 1.5 * (n_columns - 1) - 20 * found.doubles
