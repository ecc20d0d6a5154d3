"""The rhythm of sequences: times as ticks and back, the calendar of ticks, the seasons they have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.frequency import parse_frequency
from lookalike.data.sequences.calendar import fields_of, periods_of
from lookalike.data.sequences.grouping import Ints
from lookalike.data.sequences.spelled import find_spelling, is_spelled
from lookalike.data.sequences.units import Unit, clocks, local_dates, month_day
from lookalike.errors import InputInvalid

Floats = NDArray[np.float64]

_DECIMALS_MAX = 7  # beyond that a number is taken for one without a grid
_PLACES_MAX = 12  # of a twelfth: as many as 15 digits leave a year
_PARTS = (1, 4, 12)  # numbers that count years in quarters or months
_SAME_CLOCK = 0.9  # share of times of the same time of day: midnight is leapt over in some zones, once a year
_SLACK = 1e-12  # of a number: a few thousand times what adding up loses
_EXACT = 2.0**53  # whole numbers beyond it are not all floats


@dataclass(frozen=True)
class Rhythm:
    """
    How times and ticks belong together.

    Attributes:
        unit: What is counted; None for numbers without a grid, and where there is no index.
        dtype: Of the times; None if there is no index.
        origin: Count of tick 0.
        every: Counts in a tick.
        step: Ticks from row to row if that is the same everywhere; else None.
    """

    unit: Unit | None
    dtype: pl.DataType | None
    origin: int = 0
    every: int = 1
    step: int | None = None

    @property
    def regular(self) -> bool:
        """Whether every step within every sequence is the same number of ticks."""
        return self.step is not None

    @property
    def periods(self) -> tuple[int, ...]:
        """
        Natural seasons, in ticks: of hours the day and the week, of days the week, of months the year.

        Numbers have none, but for years with quarters or twelfths.
        """
        return () if self.unit is None else periods_of(self.unit, self.every, self.origin)

    def ticks(self, times: pl.Series) -> Floats:
        """Ticks of times, shape ``(n,)``: whole numbers where there is a grid, exact up to 2^53; else the numbers."""
        if self.unit is None:
            return times.cast(pl.Float64).to_numpy()
        return ((self.unit.count(times) - self.origin) / self.every).astype(np.float64)

    def times(self, ticks: Floats) -> pl.Series:
        """The inverse of `ticks`, in the dtype of the times. Ticks are rounded to the grid. Without an index, Null."""
        if self.dtype is None:
            return pl.Series(np.zeros(0)).cast(pl.Null).extend_constant(None, len(ticks))
        if self.unit is None:
            return pl.Series(ticks).cast(self.dtype)
        return self.unit.times(np.rint(ticks).astype(np.int64) * self.every + self.origin)

    def fields(self, ticks: Floats) -> dict[str, Floats]:
        """
        What the calendar says of ticks, each of shape ``(n,)``, of that only what changes from tick to tick.

        Names are ``hour``, ``minute_of_day``, ``weekday`` (Monday is 1), ``day_of_month``, ``month``, ``day_of_year``;
        none for plain numbers.
        """
        return {} if self.unit is None else fields_of(self.unit, self.every, lambda: self.times(ticks))

    def to_json(self) -> dict[str, Any]:
        """A JSON value from which `from_json` makes the same rhythm."""
        return {
            "unit": None if self.unit is None else self.unit.to_json(),
            "dtype": None if self.dtype is None else dtype_to_json(self.dtype),
            "origin": self.origin,
            "every": self.every,
            "step": self.step,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Rhythm":
        """The rhythm that `to_json` wrote."""
        unit, dtype = value["unit"], value["dtype"]
        return Rhythm(
            None if unit is None else Unit.from_json(unit),
            None if dtype is None else dtype_from_json(dtype),
            value["origin"],
            value["every"],
            value["step"],
        )


def find_rhythm(times: pl.Series | None, lengths: Ints, frequency: str | None) -> Rhythm:
    """
    The rhythm of times: a tick is the coarsest unit of which all differences are whole numbers.

    Of dates and datetimes, months (years, quarters) on the same day are tried first, then weeks, days from Monday to
    Friday, days; all these on the clock of the zone. Else a tick is a fixed duration in absolute time. Numbers count
    on a grid of quarters, twelfths or decimals if they keep one; floats may miss it by errors of their last digits,
    which are not given back then.

    Args:
        times: By sequence; none missing. None: there is no index, and ticks are 0, 1, 2 …
        lengths: Rows of each sequence.
        frequency: What a tick is told to be.

    Raises:
        InputInvalid: a frequency that is not understood, or that times do not keep; says how many,
            and where the first is.
    """
    if times is None or not len(times):
        _refuse_numbers(frequency)
        return Rhythm(None, None, step=1)
    if frequency is not None:
        return _told(times, lengths, frequency)
    unit = next((unit for unit in _units(times) if _keeps(unit, times)), None) or _near(times)
    if unit is None:
        return Rhythm(None, times.dtype)
    counts = unit.count(times)
    return _stepping(unit, counts, _common(counts), lengths)


def _units(times: pl.Series) -> Iterator[Unit]:
    """The units that may fit, coarsest first."""
    dtype = times.dtype
    if isinstance(dtype, (pl.Date, pl.Datetime)) or is_spelled(dtype):
        pattern = find_spelling(times) if is_spelled(dtype) else None
        yield from _calendar(times, pattern)
    if dtype.is_temporal():
        yield Unit("instant", dtype)
    elif dtype.is_integer():
        yield Unit("fraction", dtype)
    elif dtype.is_numeric():
        yield from (Unit("fraction", dtype, per=per) for per in _PARTS)
        yield from (Unit("fraction", dtype, per=12, decimals=d) for d in range(2, _PLACES_MAX + 1))
        yield from (Unit("fraction", dtype, per=10**d) for d in range(1, _DECIMALS_MAX + 1))


def _calendar(times: pl.Series, pattern: str | None) -> Iterator[Unit]:
    dates = local_dates(times, pattern)
    found, n = np.unique(clocks(times), return_counts=True)
    clock = int(found[n.argmax()])
    if n.max() < _SAME_CLOCK * len(times):
        return
    yield Unit("month", times.dtype, pattern, clock, month_day(dates))
    if _crosses_weekends(dates):
        yield Unit("weekday", times.dtype, pattern, clock)
    yield Unit("day", times.dtype, pattern, clock)


def _crosses_weekends(dates: pl.Series) -> bool:
    """Whether no date lies in a weekend, though a Friday and the Monday after it are there."""
    days = dates.unique().sort()
    return bool((days.dt.weekday() <= 5).all() and (days.to_physical().diff().eq(3) & days.dt.weekday().eq(1)).any())


def _keeps(unit: Unit, times: pl.Series) -> bool:
    """Whether the unit gives all times back."""
    return _countable(unit, times) and unit.times(unit.count(times)).equals(times)


def _near(times: pl.Series) -> Unit | None:
    """The coarsest grid that floats keep but for errors of their last digits, as sums of tenths have them."""
    if not times.dtype.is_float():
        return None
    for unit in _units(times):
        if _countable(unit, times) and bool(
            ((unit.times(unit.count(times)) - times).abs() <= _SLACK * times.abs()).all()
        ):
            return unit
    return None


def _countable(unit: Unit, times: pl.Series) -> bool:
    """Whether all counts are whole numbers that 64 bits, or the digits of a float, hold."""
    if times.dtype.is_integer():
        return not times.cast(pl.Int64, strict=False).null_count()
    return not times.dtype.is_float() or bool((times.cast(pl.Float64).abs() * unit.per < _EXACT).all())


def _common(counts: Ints) -> int:
    """The greatest number of which all differences are multiples; 1 if there are none."""
    return int(np.gcd.reduce(counts - counts.min())) or 1


def _stepping(unit: Unit, counts: Ints, every: int, lengths: Ints) -> Rhythm:
    origin = int(counts.min())
    starts = np.cumsum(lengths)[:-1]
    steps = np.delete(np.diff(counts), starts - 1)
    same = len(steps) > 0 and steps[0] > 0 and bool((steps == steps[0]).all())
    return Rhythm(unit, unit.dtype, origin, every, int(steps[0]) // every if same else None)


def _told(times: pl.Series, lengths: Ints, frequency: str) -> Rhythm:
    """The rhythm of a told frequency."""
    known = parse_frequency(frequency)
    if known is None:
        raise InputInvalid(
            "The frequency is not understood.", hint="Use words such as 15m, 1h, 1d, 1bd, 1w, 1mo, 1q, 1y."
        )
    name, number = known
    if not (isinstance(times.dtype, (pl.Date, pl.Datetime)) or is_spelled(times.dtype)):
        _refuse_numbers(frequency)
    unit = _told_unit(times, name)
    every = number * unit.per_second if name == "instant" else number
    counts = unit.count(times)
    off = (counts - counts.min()) % every != 0
    differs = (unit.times(counts) != times).to_numpy() | off
    if differs.any():
        raise InputInvalid(
            f"Column '{times.name}' has {int(differs.sum()):,} times that do not keep the frequency that is told, the "
            f"first in {_place(lengths, int(differs.argmax()))}.",
            hint="Correct those cells, name another frequency, or leave it out.",
        )
    return _stepping(unit, counts, every, lengths)


def _place(lengths: Ints, row: int) -> str:
    ends = np.cumsum(lengths)
    at = int(np.searchsorted(ends, row, side="right"))
    own = row - int(ends[at] - lengths[at]) + 1
    return f"row {own:,} of sequence {at + 1:,} of {len(lengths):,} in the order of the table"


def _told_unit(times: pl.Series, name: str) -> Unit:
    if name == "instant":
        if not isinstance(times.dtype, pl.Datetime):
            raise InputInvalid(
                f"Column '{times.name}' holds days or months; the frequency that is told is finer.",
                hint="Name a frequency of a day or more.",
            )
        return Unit("instant", times.dtype)
    pattern = find_spelling(times) if is_spelled(times.dtype) else None
    found, n = np.unique(clocks(times), return_counts=True)
    dates = local_dates(times, pattern)
    unit = Unit(name, times.dtype, pattern, int(found[n.argmax()]), month_day(dates))
    if name != "month" or _keeps(unit, times):
        return unit
    days, n = np.unique(dates.dt.day().to_numpy(), return_counts=True)
    return replace(unit, day=int(days[n.argmax()]))  # most keep it: the others are told


def _refuse_numbers(frequency: str | None) -> None:
    if frequency is not None:
        raise InputInvalid("A frequency is told, but the sequence index holds no dates.", hint="Leave frequency out.")
