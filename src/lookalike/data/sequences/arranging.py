"""A table arranged as sequences: rows of one together, in the order of the index; what is wrong with it is told."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from lookalike.data.inference import MIN_ROWS
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.data.sequences.evidence import DOUBLES_MAX
from lookalike.data.sequences.grouping import Ints, place, ranks, sequence_numbers
from lookalike.data.sequences.rhythm import Floats, Rhythm, find_rhythm
from lookalike.data.sequences.roles import Roles
from lookalike.data.sequences.spelled import find_spelling, is_spelled, read_spelled
from lookalike.errors import InputInvalid, InputRefused

_NIGHT_H = 4  # clocks are changed in the first hours of a day
_SHARE_MANY = 0.9  # of sequences: then a step of their own is what they have


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
        InputInvalid: rows of a sequence have the same index where each has a place of its own; a told frequency
            that is not kept.
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
    arranged = table if (order[1:] > order[:-1]).all() else table[order]
    times = None if roles.index is None else arranged[roles.index]
    rhythm = find_rhythm(times, lengths, parameters.frequency)
    if times is not None:
        steps = _steps(rhythm, times, lengths)
        notes = (*notes, *_doubles(times, steps, (numbers, order), roles), *_of_rhythm(rhythm, steps, lengths))
    return Sequences(arranged, lengths, roles, rhythm, notes)


def in_time(table: pl.DataFrame, index: str | None) -> Ints:
    """Numbers of the rows in the order of the index, those with the same one as they stand; without one all do."""
    return np.arange(table.height) if index is None else np.argsort(_codes(table, index), kind="stable")


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


def _steps(rhythm: Rhythm, times: pl.Series, lengths: Ints) -> Floats:
    """Ticks from each row to the next of its sequence; NaN at the last row of each."""
    steps = np.append(np.diff(rhythm.ticks(times)), np.nan)
    steps[np.cumsum(lengths) - 1] = np.nan
    return steps


def _doubles(times: pl.Series, steps: Floats, rows: tuple[Ints, Ints], roles: Roles) -> tuple[str, ...]:
    """
    A note if a few rows of sequences have the index of another one.

    Args:
        rows: The number of each row's sequence, and the order of rows.

    Raises:
        InputInvalid: they are many, or half of the other steps are one, and all multiples of it: there each row has a
            place of its own. Elsewhere events happen at the same time now and then.
    """
    double = np.flatnonzero(steps == 0)
    if not len(double):
        return ()
    if len(double) <= DOUBLES_MAX * len(times) and not _on_grid(steps[steps > 0]):
        return (f"{len(double):,} rows have the '{roles.index}' of the row before; they stay behind it.",)
    numbers, order = rows
    at = double[order[double + 1].argmin()]
    first, second = int(order[at]), int(order[at + 1])
    within = f" within {place(numbers, second)}" if roles.key else ""
    raise InputInvalid(
        f"Column '{roles.index}' has {len(double):,} cells that repeat one of the same sequence, the first{within}: "
        f"rows {first + 1:,} and {second + 1:,}.",
        hint=_mend(times[double], roles),
    )


def _on_grid(steps: Floats) -> bool:
    """Whether at least half of the steps are the same, and all others multiples of it."""
    if not len(steps):
        return True
    found, n = np.unique(steps, return_counts=True)
    return bool(n.max() >= len(steps) / 2 and (found % found[n.argmax()] == 0).all())


def _mend(doubled: pl.Series, roles: Roles) -> str:
    if _is_clock_change(doubled):
        return "They lie in the hour that comes twice when clocks are put back: give times in UTC, or with a zone."
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


def _of_rhythm(rhythm: Rhythm, steps: Floats, lengths: Ints) -> tuple[str, ...]:
    """A note if most sequences have a step of their own, and not all the same."""
    if rhythm.regular or rhythm.unit is None:
        return ()
    starts, long = np.cumsum(lengths) - lengths, lengths > 2
    low, high = (at.reduceat(steps, starts)[long] for at in (np.fmin, np.fmax))
    own = np.unique(low[low == high])
    if len(own) < 2 or (low == high).sum() < _SHARE_MANY * long.sum():
        return ()
    return (f"Sequences have {len(own):,} different times between rows; all are told on the finest grid.",)
