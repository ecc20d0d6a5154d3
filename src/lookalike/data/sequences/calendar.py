"""What the calendar says of ticks: clues that change from tick to tick, and seasons."""

from collections.abc import Callable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lookalike.data.keys import YEARS
from lookalike.data.sequences.units import Unit, local_dates, wall

Floats = NDArray[np.float64]

_HOUR_S, _DAY_S, _WEEK_S = 3_600, 86_400, 604_800
_WEEKS, _MONTHS, _WEEKDAYS = 52, 12, 5  # of a year, a year, a week
_SEASON_MAX = 100_000  # ticks: no model looks back further


def periods_of(unit: Unit, every: int, origin: int) -> tuple[int, ...]:
    """The seasons of ticks of `every` counts, in ticks, shortest first; of these, whole numbers from 2 on."""
    match unit.name:
        case "month":
            seasons = [(_MONTHS, every)]
        case "weekday":
            seasons = [(_WEEKDAYS, every)]
        case "day":
            seasons = [(_WEEKS, 1)] if every == 7 else [(7, every)]
        case "instant" if not isinstance(unit.dtype, (pl.Date, pl.Duration)):
            seasons = [(season * unit.per_second, every) for season in (_DAY_S, _WEEK_S)]
        case "fraction" if YEARS[0] <= origin / unit.per <= YEARS[1]:
            seasons = [(unit.per, every)]
        case _:
            seasons = []
    return tuple(long // short for long, short in seasons if not long % short and 2 <= long // short <= _SEASON_MAX)


def fields_of(unit: Unit, every: int, times: Callable[[], pl.Series]) -> dict[str, Floats]:
    """The clues of times: those that change from tick to tick."""
    names = _names(unit, every)
    if not names:
        return {}
    moments = times()
    if isinstance(unit.dtype, pl.Time):
        return {name: _clue(moments, name) for name in names}
    shown = local_dates(moments, unit.pattern) if unit.pattern is not None else wall(moments)
    return {name: _clue(shown, name) for name in names}


def _names(unit: Unit, every: int) -> tuple[str, ...]:
    match unit.name:
        case "month":
            return ("month",) if every % _MONTHS else ()
        case "weekday":
            return (*(("weekday",) if every % _WEEKDAYS else ()), "day_of_month", "month", "day_of_year")
        case "day":
            return (*(("weekday",) if every % 7 else ()), "day_of_month", "month", "day_of_year")
        case "instant" if not isinstance(unit.dtype, (pl.Date, pl.Duration)):
            return _clock_names(unit, every)
    return ()


def _clock_names(unit: Unit, every: int) -> tuple[str, ...]:
    whole_hours = every % (_HOUR_S * unit.per_second) == 0
    clock = ("hour",) if whole_hours else ("hour", "minute_of_day")
    return clock if isinstance(unit.dtype, pl.Time) else (*clock, "weekday", "day_of_month", "month", "day_of_year")


def _clue(moments: pl.Series, name: str) -> Floats:
    at = moments.dt
    match name:
        case "hour":
            found = at.hour()
        case "minute_of_day":
            found = at.hour().cast(pl.Int32) * 60 + at.minute()
        case "weekday":
            found = at.weekday()
        case "day_of_month":
            found = at.day()
        case "month":
            found = at.month()
        case _:
            found = at.ordinal_day()
    clue: Floats = found.cast(pl.Float64).to_numpy()
    return clue
