"""Rows of a table in their order, cut into units: whole sequences, or stretches of a series."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lookalike.evaluation.encoding import Vector

Matrix = NDArray[np.float64]
Numbers = NDArray[np.int64]

WINDOW = 24  # rows of a window of a series
TIME_STEP = "time since the row before"


class Kind(StrEnum):
    """What a unit is: a sequence among others alike, one of few stretches of a series, a piece of a single series."""

    PANEL = "panel"
    STRETCHES = "stretches"
    SERIES = "series"


@dataclass(frozen=True)
class Layout:
    """
    What the columns of a panel are.

    Attributes:
        names: Of the columns, `TIME_STEP` last where there is one.
        n_codes: Levels of a column over all tables; 0 for numbers.
        n_values: Columns without the time step.
    """

    names: tuple[str, ...]
    n_codes: tuple[int, ...]
    n_values: int

    @property
    def numbers(self) -> list[int]:
        """Which columns are numbers, the time step too."""
        return [j for j, n in enumerate(self.n_codes) if not n]

    @property
    def categories(self) -> list[int]:
        """Which columns are codes."""
        return [j for j, n in enumerate(self.n_codes) if n]


@dataclass(frozen=True, eq=False)
class Panel:
    """
    Rows, unit by unit, in the order of the sequence index within each.

    Attributes:
        layout: Of the columns.
        values: Shape ``(rows, columns)``; codes as numbers too; missing is NaN.
        times: Shape ``(rows,)``: the sequence index, seconds for moments; None if the tables have none.
        lengths: Rows of each unit, in order, each at least one.
        calendar: Shape ``(units,)``: the part of the calendar that a unit lies in, where units are stretches of one
            series; zeros otherwise.
    """

    layout: Layout
    values: Matrix
    times: Vector | None
    lengths: Numbers
    calendar: Numbers

    def __len__(self) -> int:
        return len(self.lengths)

    @cached_property
    def first(self) -> Numbers:
        """The first row of each unit."""
        return np.cumsum(self.lengths) - self.lengths

    @cached_property
    def unit(self) -> Numbers:
        """The number of the unit of each row."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def position(self) -> Numbers:
        """The place of each row in its unit, from 0."""
        return np.arange(len(self.values)) - np.repeat(self.first, self.lengths)

    def take(self, units: Numbers) -> "Panel":
        """The named units, in the order given."""
        ends = np.cumsum(self.lengths[units])
        rows = np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(
            self.first[units] - (ends - self.lengths[units]), self.lengths[units]
        )
        times = None if self.times is None else self.times[rows]
        return Panel(self.layout, self.values[rows], times, self.lengths[units], self.calendar[units])

    def cut(self, most: int) -> "Panel":
        """The same rows in units of at most `most` rows; what is left of a unit is one too."""
        pieces = -(-self.lengths // most)
        lengths = np.full(int(pieces.sum()), most)
        lengths[np.cumsum(pieces) - 1] = self.lengths - most * (pieces - 1)
        return Panel(self.layout, self.values, self.times, lengths, np.repeat(self.calendar, pieces))

    def pairs(self, lag: int = 1) -> tuple[Matrix, Matrix]:
        """All rows that have a row `lag` before them in their unit, and those before them."""
        rows = np.flatnonzero(self.position >= lag)
        return self.values[rows], self.values[rows - lag]

    def windows(self, length: int, stride: int = 1) -> Numbers:
        """The first rows of all windows of `length` rows inside a unit, every `stride` rows."""
        starts = self.position % stride == 0
        room = np.repeat(self.lengths, self.lengths) - self.position >= length
        return np.flatnonzero(starts & room)

    def at(self, starts: Numbers, length: int) -> Matrix:
        """Windows that begin at these rows, shape ``(windows, length, columns)``."""
        found: Matrix = self.values[starts[:, None] + np.arange(length)]
        return found


def with_time_step(panel: Panel) -> Panel:
    """The panel with the time since the row before as a column more; missing in the first row of a unit."""
    if panel.times is None:
        return panel
    step = np.diff(panel.times, prepend=np.nan)
    step[panel.first] = np.nan
    old = panel.layout
    layout = Layout((*old.names, TIME_STEP), (*old.n_codes, 0), old.n_values)
    return Panel(layout, np.column_stack([panel.values, step]), panel.times, panel.lengths, panel.calendar)
