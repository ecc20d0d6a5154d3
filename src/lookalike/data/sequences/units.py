"""Times as whole numbers of a unit, and back: instants, days, weekdays and months on the clock of a zone; numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from lookalike.data.dtypes import dtype_from_json, dtype_to_json
from lookalike.data.sequences.grouping import Ints
from lookalike.data.sequences.spelled import is_spelled, read_spelled, spell

PER_SECOND = {"ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_DAY_S = 86_400
_THURSDAY = 3  # 1970-01-01, where days are counted from; Monday is 0
_GAP_H = 3  # no clock was ever put forward by more hours at once, save where a whole day was left out


@dataclass(frozen=True)
class Unit:
    """
    What whole numbers count.

    Attributes:
        name: ``instant`` (the units in which the dtype is stored, since 1970 in UTC), ``day``, ``weekday`` (Monday to
            Friday), ``month``; ``fraction`` (numbers: so many make one).
        dtype: Of the times.
        pattern: Of weeks and months that are written as text.
        clock: Of days, weekdays and months: the time of day, in the dtype's units.
        day: Of months: the day; where a month is shorter, its last.
        per: Of fractions: parts of one.
        decimals: Of fractions: digits after the point that times are rounded to; None: they are not.
    """

    name: str
    dtype: pl.DataType
    pattern: str | None = None
    clock: int = 0
    day: int = 1
    per: int = 1
    decimals: int | None = None

    @property
    def per_second(self) -> int:
        """Stored units in a second; of numbers and dates, where none is meant, 1."""
        if isinstance(self.dtype, pl.Time):
            return PER_SECOND["ns"]
        return PER_SECOND[self.dtype.time_unit] if isinstance(self.dtype, (pl.Datetime, pl.Duration)) else 1

    @property
    def zone(self) -> str | None:
        """The time zone of the times."""
        return self.dtype.time_zone if isinstance(self.dtype, pl.Datetime) else None

    def count(self, times: pl.Series) -> Ints:
        """The whole number of each time; of times that the unit does not fit, that of one before."""
        if self.name == "fraction":
            return (
                np.rint(times.cast(pl.Float64).to_numpy() * self.per).astype(np.int64)
                if _is_split(times.dtype)
                else _ints(times)
            )
        if self.name == "instant":
            return _ints(times)
        dates = local_dates(times, self.pattern)
        if self.name == "month":
            return _ints(dates.dt.year()) * 12 + _ints(dates.dt.month()) - 1
        days = _ints(dates)
        return days if self.name == "day" else _weekdays(days)

    def times(self, counts: Ints) -> pl.Series:
        """The times of whole numbers, in the dtype; of a unit that fits, the inverse of `count`."""
        match self.name:
            case "fraction":
                return self._numbers(counts)
            case "instant":
                return _instants(counts, self.dtype)
            case "month":
                days = _month_days(counts, self.day)
            case "weekday":
                days = pl.Series(_days_of_weekdays(counts))
            case _:
                days = pl.Series(counts)
        return self._moments(days.cast(pl.Int32).cast(pl.Date))

    def _numbers(self, counts: Ints) -> pl.Series:
        if not _is_split(self.dtype):
            return pl.Series(counts).cast(self.dtype)
        values = counts / self.per
        return pl.Series(values if self.decimals is None else np.round(values, self.decimals)).cast(self.dtype)

    def _moments(self, dates: pl.Series) -> pl.Series:
        if self.pattern is not None:
            return spell(dates, self.pattern).cast(self.dtype)
        if not isinstance(self.dtype, pl.Datetime):
            return dates
        unit = self.dtype.time_unit
        stored = dates.cast(pl.Int64) * (_DAY_S * self.per_second) + self.clock
        naive = stored.cast(pl.Datetime(unit))
        return naive if self.zone is None else _localised(naive, self.zone)

    def to_json(self) -> dict[str, Any]:
        """A JSON value from which `from_json` makes the same unit."""
        return {**vars(self), "dtype": dtype_to_json(self.dtype)}

    @staticmethod
    def from_json(value: dict[str, Any]) -> "Unit":
        """The unit that `to_json` wrote."""
        return Unit(**{**value, "dtype": dtype_from_json(value["dtype"])})


def local_dates(times: pl.Series, pattern: str | None = None) -> pl.Series:
    """The dates of times on the clock of their zone."""
    if is_spelled(times.dtype):
        return read_spelled(times, pattern or "")
    return wall(times).cast(pl.Date)


def clocks(times: pl.Series) -> Ints:
    """The time of day of datetimes on the clock of their zone, in the units in which they are stored; of dates 0."""
    if not isinstance(times.dtype, pl.Datetime):
        return np.zeros(len(times), dtype=np.int64)
    return _ints(wall(times)) % (_DAY_S * PER_SECOND[times.dtype.time_unit])


def wall(times: pl.Series) -> pl.Series:
    """Times as a clock on the wall shows them: without their zone."""
    return times.dt.replace_time_zone(None) if isinstance(times.dtype, pl.Datetime) else times


def month_day(dates: pl.Series) -> int:
    """The day on which months begin: the greatest; 31 if all dates are the last of their month."""
    return 31 if (dates.dt.month_end() == dates).all() else int(_ints(dates.dt.day()).max())


def _ints(values: pl.Series) -> Ints:
    return values.to_physical().cast(pl.Int64).to_numpy()


def _is_split(dtype: pl.DataType) -> bool:
    return not dtype.is_integer()


def _instants(counts: Ints, dtype: pl.DataType) -> pl.Series:
    stored = pl.Series(counts)
    return stored.cast(pl.Int32).cast(dtype) if isinstance(dtype, pl.Date) else stored.cast(dtype)


def _weekdays(days: Ints) -> Ints:
    """Weekdays since Monday 1969-12-29; a weekend counts as its Friday."""
    weeks, rest = np.divmod(days + _THURSDAY, 7)
    return weeks * 5 + np.minimum(rest, 4)


def _days_of_weekdays(counts: Ints) -> Ints:
    weeks, rest = np.divmod(counts, 5)
    return weeks * 7 + rest - _THURSDAY


def _month_days(counts: Ints, day: int) -> pl.Series:
    """Days since 1970 of a day of months, counted from January of the year 0."""
    years, months = np.divmod(counts, 12)
    firsts = pl.select(pl.date(pl.lit(pl.Series(years)), pl.lit(pl.Series(months + 1)), 1)).to_series()
    last = firsts.dt.month_end()
    wished = firsts.dt.offset_by(f"{day - 1}d")
    return pl.select(pl.min_horizontal(wished, last)).to_series().cast(pl.Int32)


def _localised(naive: pl.Series, zone: str) -> pl.Series:
    """Clock times in a zone; of two with the same name the earlier; one that is leapt over is that much later."""
    found = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    if not found.null_count():
        return found
    before = naive.dt.offset_by(f"-{_GAP_H}h").dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return pl.select(pl.coalesce(found, before + pl.duration(hours=_GAP_H))).to_series()
