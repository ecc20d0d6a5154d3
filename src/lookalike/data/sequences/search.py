"""The key and the index that fit a table best, where they were not told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import polars as pl

from lookalike.data.keys import named_key
from lookalike.data.sequences.evidence import (
    DOUBLES_MAX,
    FAULTS_MAX,
    RISING_MIN,
    THROUGH_MIN,
    Facts,
    Index,
    as_index,
    facts,
    fits,
    least_rows,
    points,
    time_named,
)
from lookalike.data.sequences.grouping import Ints, sequence_numbers

COLUMNS_MAX = 3  # of a key
_KEYS_TRIED = 12  # columns that keys of several columns are made of
_NAMED, _WRITTEN = 0.5, 0.3  # points of a key column whose name says so, and of one whose cells are text
_RUN_ROWS_MIN = 3.0  # mean rows of a run of equal cells that is a sequence, where no index is there to agree


_BLOCKS, _BLOCK_ROWS = 10, 10_000  # what a large table is looked at by first


@dataclass(frozen=True)
class Found:
    """Columns that fit, and a clause for each that says why."""

    key: tuple[str, ...]
    index: str | None
    why_key: str
    why_index: str


@dataclass(frozen=True, eq=False)
class _Key:
    names: tuple[str, ...]
    numbers: Ints
    points: float

    @property
    def n_sequences(self) -> int:
        return int(self.numbers.max()) + 1


@dataclass(frozen=True, eq=False)
class Search:
    """What may be looked for: a told key or index is not, and no index where rows are `in_order`."""

    table: pl.DataFrame
    key: tuple[str, ...] | None
    index: str | None
    in_order: bool
    lenient: bool = False

    @property
    def doubles_max(self) -> float:
        """Share of rows that may repeat a pair of key and index."""
        return FAULTS_MAX if self.lenient else DOUBLES_MAX

    @property
    def missing_max(self) -> float:
        """Share of cells of a key or an index that may be missing."""
        return FAULTS_MAX if self.lenient else 0.0

    def run(self) -> Found:
        """The key and the index that fit best."""
        indices = [] if self.in_order else self._indices()
        if self.key is not None:
            return self._of_key(_key(self.table, self.key), indices)
        keys = list(self._single_keys(indices))
        return (
            self._one_series(keys, indices)
            or self._best(keys, indices)
            or self._one_series_anyhow(indices)
            or self._runs(keys)
            or Found((), self.index, _ONE, "")
        )

    def _indices(self) -> list[Index]:
        names = self.table.columns if self.index is None else [self.index]
        found = [as_index(self.table[name], self.missing_max) for name in names if name not in (self.key or ())]
        indices = [index for index in found if index is not None]
        kinds = ("moment", "named", "year", "number")
        return sorted(indices, key=lambda index: kinds.index(index.kind))

    def _of_key(self, key: _Key, indices: Sequence[Index]) -> Found:
        if self.index is not None:
            return Found(key.names, self.index, "", "")
        best = self._best_pair([key], indices)
        if best is None:
            return Found(
                key.names, None, "", "no column orders the rows of a sequence, so they are in order as they stand"
            )
        return Found(key.names, best[1].name, "", _why_index(best[1], best[2]))

    def _single_keys(self, indices: Sequence[Index]) -> Iterator[_Key]:
        moments = {index.name for index in indices if index.kind == "moment"}
        for cells in self.table.iter_columns():
            if (
                cells.name in moments
                or cells.name == self.index
                or time_named(cells.name)
                or not self._may_be_key(cells)
            ):
                continue
            yield _key(self.table, (cells.name,))

    def _best(self, keys: Sequence[_Key], indices: Sequence[Index]) -> Found | None:
        for size in range(1, COLUMNS_MAX + 1):
            tried = keys if size == 1 else [_key(self.table, names) for names in self._sets(keys, size)]
            if best := self._best_pair(tried, indices):
                moments = [index for index in indices if index.kind == "moment"]
                single = None if best[2].rising >= RISING_MIN else self._one_series_anyhow(moments)
                return single or _found(*best)
        return None

    def _sets(self, keys: Sequence[_Key], size: int) -> list[tuple[str, ...]]:
        """Columns that may be a key together: named as one or of few cells first; at most one named as a time."""
        useful = sorted(keys, key=lambda key: (-key.points, key.n_sequences))[:_KEYS_TRIED]
        alone = {key.names[0] for key in useful}
        times = {c.name for c in self.table.iter_columns() if time_named(c.name) and self._may_be_key(c)} - {self.index}
        order = [name for name in self.table.columns if name in alone | times]
        return [names for names in combinations(order, size) if alone & set(names) and len(times & set(names)) < 2]

    def _runs(self, keys: Sequence[_Key]) -> Found | None:
        """Equal cells that stand together, each in one run: the only sign of sequences that have no index."""
        singles = [key for key in keys if _is_in_runs(key, self.table.height)]
        pairs = [] if singles else [k for k in self._dated(keys) if _is_in_runs(k, self.table.height)]
        best = max(singles or pairs, key=lambda key: (key.points, -key.n_sequences), default=None)
        return (
            None
            if best is None
            else Found(best.names, self.index, "its equal cells stand together, each in one run", "")
        )

    def _dated(self, keys: Sequence[_Key]) -> Iterator[_Key]:
        """Names that return in other years, together with the year."""
        times = [name for name in self.table.columns if time_named(name) and not self.table[name].null_count()]
        for key in keys:
            if key.points:
                yield from (_key(self.table, (*key.names, name)) for name in times)

    def _may_be_key(self, cells: pl.Series) -> bool:
        """Whether the cells may say which sequence a row belongs to: there are several, and they come again."""
        dtype = cells.dtype
        if not (dtype.is_integer() or isinstance(dtype, (pl.String, pl.Categorical, pl.Enum, pl.Boolean))):
            return False
        return cells.null_count() <= self.missing_max * len(cells) and 2 <= cells.n_unique() <= len(cells) / least_rows(
            cells.name
        )

    def _one_series(self, keys: Sequence[_Key], indices: Sequence[Index]) -> Found | None:
        """
        The table as one series: a date, year or number named as a time runs through it without coming again.

        Events of several sequences in order of time look alike; there the steps are uneven, and a column named as a key
        tells the sequences.
        """
        for index in indices:
            found = _alone(index)
            if index.kind == "number" or found.doubles > self.doubles_max or found.rising < THROUGH_MIN:
                continue
            if _is_even(index) or not self._have_key(keys, index):
                return Found(
                    (), index.name, f"'{index.name}' runs through the whole table without coming again", _IN_ORDER
                )
        return None

    def _have_key(self, keys: Sequence[_Key], index: Index) -> bool:
        named = (key for key in keys if named_key(key.names[0]))
        return any(fits(facts(key.numbers, index), index, key.names) for key in named)

    def _one_series_anyhow(self, indices: Sequence[Index]) -> Found | None:
        """One series whose rows are not in order, or whose index is a number that nothing names."""
        for index in indices:
            found = _alone(index)
            if found.doubles > self.doubles_max or (
                index.kind == "number" and not _counts_on(index) and self.index is None
            ):
                continue
            return Found(
                (), index.name, f"no cell of '{index.name}' comes again in the table", "none of its cells comes again"
            )
        return None

    def _best_pair(self, keys: Sequence[_Key], indices: Sequence[Index]) -> tuple[_Key, Index, Facts] | None:
        best, most = None, -np.inf
        for index in indices:
            for key in keys:
                found = self._pair(key, index)
                gained = -np.inf if found is None else points(found, index, key.points, len(key.names))
                if found is not None and gained > most + 1e-9:
                    best, most = (key, index, found), gained
        return best

    def _pair(self, key: _Key, index: Index) -> Facts | None:
        """The facts of a pair that may be key and index; a pair with faults has to rise through its sequences."""
        few = key.n_sequences * index.n_values < (1 - self.doubles_max) * len(index.ranks)
        if index.name in key.names or few:
            return None
        found = facts(key.numbers, index)
        told = self.index is not None and found.doubles <= self.doubles_max and found.mean_rows >= 2
        if not told and not fits(found, index, key.names, self.doubles_max):
            return None
        if _is_counter(index) and key.names and not named_key(key.names[0]) and found.together < 1:
            return None
        return None if self.lenient and found.rising < RISING_MIN else found


def find(search: Search) -> Found:
    """
    The key and the index that fit best.

    Of a large table they are looked for in ten blocks of rows first, and taken from there if the whole table agrees.
    If there is no index, one is taken that has faults: cells that are missing or come again, for which it is refused.
    """
    table = search.table
    if table.height > 2 * _BLOCKS * _BLOCK_ROWS:
        starts = np.linspace(0, table.height - _BLOCK_ROWS, _BLOCKS).astype(int)
        blocks = pl.concat([table.slice(int(start), _BLOCK_ROWS) for start in starts])
        found = replace(search, table=blocks).run()
        if _holds(found, table):
            return found
    found = search.run()
    if found.index is not None or search.in_order:
        return found
    faulty = replace(search, lenient=True).run()
    return found if faulty.index is None else faulty


def _holds(found: Found, table: pl.DataFrame) -> bool:
    """Whether what blocks of a table told is so in all of it."""
    index = None if found.index is None else as_index(table[found.index])
    if index is None or any(table[name].null_count() for name in found.key):
        return False
    if found.key:
        return fits(facts(sequence_numbers(table, found.key), index), index, found.key)
    whole = _alone(index)
    return whole.doubles <= DOUBLES_MAX and whole.rising >= THROUGH_MIN


_ONE = "nothing says that there are several"


def _key(table: pl.DataFrame, names: tuple[str, ...]) -> _Key:
    gained = [_NAMED * (named_key(n) - time_named(n)) + _WRITTEN * (not table.schema[n].is_numeric()) for n in names]
    return _Key(names, sequence_numbers(table, names), float(np.mean(gained)) if gained else 0.0)


_IN_ORDER = "it runs through the table in order"


def _alone(index: Index) -> Facts:
    return facts(np.zeros(len(index.ranks), dtype=np.int64), index)


def _is_even(index: Index) -> bool:
    """Whether at least half of the steps between the cells in their order are the same."""
    if index.whole is None:
        return False
    steps, n = np.unique(np.diff(np.unique(index.whole)), return_counts=True)
    return len(steps) > 0 and int(n.max()) >= n.sum() / 2


def _counts_on(index: Index) -> bool:
    """Whether a whole number counts on by one through the table."""
    return index.whole is not None and int(np.ptp(index.whole)) == len(index.whole) - 1


def _is_counter(index: Index) -> bool:
    """Whether an index has no cell twice: then it fits every key, and speaks for none."""
    return index.n_values == len(index.ranks)


def _found(key: _Key, index: Index, found: Facts) -> Found:
    why = (
        "with the index it tells rows apart" if found.doubles == 0 else "with the index it tells nearly all rows apart"
    )
    stand = ", and its rows stand together" if found.together == 1 else ""
    return Found(key.names, index.name, why + stand, _why_index(index, found))


def _why_index(index: Index, found: Facts) -> str:
    told = {
        "moment": "it holds dates",
        "named": "its name says time",
        "year": "it holds years",
        "number": "its numbers count on",
    }[index.kind]
    return f"{told} and it rises through the sequences" if found.rising >= RISING_MIN else told


def _is_in_runs(key: _Key, n_rows: int) -> bool:
    n_runs = 1 + int((np.diff(key.numbers) != 0).sum())
    return key.n_sequences >= THROUGH_MIN * n_runs and n_rows / n_runs >= _RUN_ROWS_MIN and key.points > 0
