"""A table arranged as sequences: rows of one together, in the order of the index; what is wrong with it is told."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lookalike.data.inference import MIN_ROWS
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.grouping import Ints, place, ranks, sequence_numbers
from lookalike.data.sequences.rhythm import Rhythm, find_rhythm
from lookalike.data.sequences.roles import Roles
from lookalike.data.sequences.spelled import find_spelling, is_spelled, read_spelled
from lookalike.errors import InputInvalid, InputRefused

_NIGHT_H = 4  # clocks are changed in the first hours of a day
_SHARE_MANY = 0.9


@dataclass(frozen=True, eq=False)
class Sequences:
    """
    Sequences, one after the other.

    Attributes:
        table: Rows of one sequence together, by the index within; sequences in order of first appearance.
        lengths: Rows of each sequence, shape ``(k,)``.
        roles: What the columns are.
        rhythm: How times and ticks belong together.
        notes: What was done to the table or found in it that its owner should know; never a cell.
    """

    table: pl.DataFrame
    lengths: Ints
    roles: Roles
    rhythm: Rhythm
    notes: tuple[str, ...]


def arrange(table: pl.DataFrame, metadata: Metadata, roles: Roles, parameters: TimeSeriesParameters) -> Sequences:
    """
    The table as sequences.

    Raises:
        InputInvalid: two rows of a sequence have the same index; told frequency that is not kept.
        InputRefused: fewer than 20 rows, or no sequence has two rows.
    """
    if table.height < MIN_ROWS:
        raise InputRefused(f"The table has {table.height} rows; {MIN_ROWS} are the least to learn from.")
    numbers = sequence_numbers(table, roles.key)
    lengths = np.bincount(numbers)
    if lengths.max() < 2:
        raise InputRefused(
            f"Each of the {len(lengths):,} sequences has a single row: these are rows of a table.",
            hint="Use data_type tabular, or correct sequence_key.",
        )
    order, notes = _order(table, numbers, roles)
    _refuse_doubles(table, numbers, order, roles)
    arranged = table if (order[1:] > order[:-1]).all() else table[order]
    times = None if roles.index is None else arranged[roles.index]
    rhythm = find_rhythm(times, lengths, parameters.frequency)
    return Sequences(arranged, lengths, roles, rhythm, (*notes, *_of_rhythm(rhythm, times, lengths)))


def _order(table: pl.DataFrame, numbers: Ints, roles: Roles) -> tuple[Ints, tuple[str, ...]]:
    """Rows by sequence and index, as numbers of rows; and a note if they were not in order before."""
    by_sequence = np.argsort(numbers, kind="stable")
    if roles.index is None:
        return by_sequence, ()
    codes = _codes(table, roles.index)
    before, of = codes[by_sequence], numbers[by_sequence]
    unsorted = np.unique(of[1:][(np.diff(before) < 0) & (np.diff(of) == 0)])
    if not len(unsorted):
        return by_sequence, ()
    n = int(numbers.max()) + 1
    where = f"in {len(unsorted):,} of {n:,} sequences" if roles.key else "in the table"
    note = f"Rows were not in order of '{roles.index}' {where}; they were sorted."
    return np.lexsort((codes, numbers)), (note,)


def _codes(table: pl.DataFrame, index: str) -> Ints:
    cells = table[index]
    return ranks(read_spelled(cells, find_spelling(cells) or "")) if is_spelled(cells.dtype) else ranks(cells)


def _refuse_doubles(table: pl.DataFrame, numbers: Ints, order: Ints, roles: Roles) -> None:
    if roles.index is None:
        return
    codes, of = _codes(table, roles.index)[order], numbers[order]
    double = np.flatnonzero((np.diff(codes) == 0) & (np.diff(of) == 0))
    if not len(double):
        return
    later = order[double + 1]
    at = int(later.argmin())
    first, second = int(order[double[at]]), int(later[at])
    within = f" within {place(numbers, second)}" if roles.key else ""
    raise InputInvalid(
        f"Column '{roles.index}' has {len(double):,} cells that repeat one of the same sequence, the first{within}: "
        f"rows {first + 1:,} and {second + 1:,}.",
        hint=_mend(table[roles.index][later], roles),
    )


def _mend(doubled: pl.Series, roles: Roles) -> str:
    if _is_clock_change(doubled):
        return (
            "All lie in the night hour that comes twice when clocks are put back: give times in UTC, or with their offset."
        )
    if not roles.key:
        return "Remove those rows, or name the columns that tell sequences apart: sequence_key."
    return "Remove those rows, or name all columns that tell sequences apart: sequence_key."


def _is_clock_change(doubled: pl.Series) -> bool:
    """Whether times without a zone are doubled on at most one night of each half year, in its first hours."""
    if not isinstance(doubled.dtype, pl.Datetime) or doubled.dtype.time_zone is not None:
        return False
    nights = doubled.dt.date().unique()
    halves = nights.dt.year().cast(pl.Int64) * 2 + (nights.dt.month() > 6).cast(pl.Int64)
    return bool((doubled.dt.hour() < _NIGHT_H).all()) and halves.n_unique() == len(nights)


def _of_rhythm(rhythm: Rhythm, times: pl.Series | None, lengths: Ints) -> tuple[str, ...]:
    """A note if sequences differ in the time between their rows, though most have one of their own."""
    if times is None or rhythm.regular or rhythm.unit is None:
        return ()
    own = _own_steps(rhythm, times, lengths)
    if len(np.unique(own[own > 0])) < 2 or (own > 0).sum() < _SHARE_MANY * len(own):
        return ()
    return (f"Sequences have {len(np.unique(own[own > 0])):,} different times between rows; the finest grid is used.",)


def _own_steps(rhythm: Rhythm, times: pl.Series, lengths: Ints) -> Ints:
    """The step of each sequence of three rows or more whose steps are all the same; else 0."""
    ends = np.cumsum(lengths)
    long = lengths > 2
    steps = np.append(np.diff(rhythm.ticks(times)), 0.0)
    steps[ends - 1] = steps[ends - np.minimum(lengths, 2)]  # the step to the next sequence is none
    starts = ends - lengths
    low, high = np.minimum.reduceat(steps, starts)[long], np.maximum.reduceat(steps, starts)[long]
    return np.where(low == high, high, 0).astype(np.int64)
