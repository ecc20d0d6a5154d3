"""Clock times written HHMM as numbers, one of which is so many minutes after another."""

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from lookalike.data.constraints import ClockSum
from lookalike.data.metadata import Metadata
from lookalike.data.sums import decimals_of
from lookalike.engines.tabular.finding.evidence import ENOUGH, PEEK, holds, surprise

CLOCKS_MAX = 20  # columns that may be clock times, the first ones
TIMES_MIN = 24  # different times, or it may be any number
MINUTES_MAX = 500  # columns that may be minutes, the first ones
_DAY = 24 * 60

Integers = npt.NDArray[np.int64]


def find_clock_sums(table: pl.DataFrame, metadata: Metadata, names: Sequence[str]) -> list[ClockSum]:
    """Rules between clock times and minutes; one for each later time at most."""
    first = table.head(PEEK)
    whole = [name for name in names if _is_whole(first[name])]
    peek = first.select(pl.col(whole).cast(pl.Int64, strict=False))
    clocks = [name for name in whole if _may_be_clock(peek[name])][:CLOCKS_MAX]
    if len(clocks) < 2:
        return []
    clocks = [name for name in clocks if _is_whole(table[name]) and _is_clock(table[name])]
    found: dict[str, ClockSum] = {}
    for clock, later, equals in _candidates(peek, clocks, whole[:MINUTES_MAX]):
        rule = ClockSum(type="clock_sum", clock=clock, minutes=later, equals=equals)
        if equals in found or not _is_whole(table[later]) or not holds(rule, table, metadata):
            continue
        if surprise(rule, table, metadata) >= ENOUGH:
            found[equals] = rule
    return list(found.values())


def _is_whole(cells: pl.Series) -> bool:
    """Whether all numbers are whole, whatever they are stored as."""
    return cells.dtype.is_integer() or (cells.dtype.is_float() and decimals_of(cells) == 0)


def _may_be_clock(cells: pl.Series) -> bool:
    return _is_clock(cells) and cells.n_unique() >= TIMES_MIN and bool((cells >= 1_000).any())


def _is_clock(cells: pl.Series) -> bool:
    cells = cells.fill_nan(None) if cells.dtype.is_float() else cells
    return bool(((cells >= 0) & (cells <= 2400) & (cells % 100 < 60)).all())


def _candidates(peek: pl.DataFrame, clocks: list[str], whole: list[str]) -> Iterator[tuple[str, str, str]]:
    """Clock, minutes and later clock that agree in the first rows, missing cells aside."""
    cells = peek.fill_null(0).to_numpy().T
    shown = peek.select(pl.all().is_not_null()).to_numpy().T
    at = {name: n for n, name in enumerate(peek.columns)}
    minutes = {name: cells[at[name]] // 100 * 60 + cells[at[name]] % 100 for name in clocks}
    others = np.array([at[name] for name in whole])
    for clock in clocks:
        for equals in clocks:
            if equals == clock:
                continue
            apart = minutes[equals] - minutes[clock]
            agrees = (apart - cells[others]) % _DAY == 0
            agrees |= ~(shown[others] & shown[at[clock]] & shown[at[equals]])
            for n in np.flatnonzero(agrees.all(axis=1)):
                if whole[n] not in (clock, equals):
                    yield clock, whole[n], equals
