"""
The start of a sequence in time, as a year and a place in the year, where there are several years.

Drawn as one number, a start falls between those of train, in a season in which none of train's may lie.
"""

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl

from lookalike.data.sequences.rhythm import Rhythm
from lookalike.errors import InputInvalid

YEAR, WITHIN = "\x00year", "\x00within"
YEARS = 3  # that starts must lie in


def has_years(times: pl.Series) -> bool:
    """Whether the starts of sequences lie in years enough."""
    dated = isinstance(times.dtype, (pl.Date, pl.Datetime))
    return dated and times.dt.year().n_unique() >= YEARS


def split_years(times: pl.Series) -> list[pl.Series]:
    """Year, and time since it began as the whole number that it is stored as, on the clock of the zone."""
    wall = _wall(times)
    begun = wall.dt.truncate("1y")
    within = wall.to_physical().cast(pl.Int64) - begun.to_physical().cast(pl.Int64)
    return [times.dt.year().cast(pl.Int64).alias(YEAR), within.alias(WITHIN)]


def join_years(frame: pl.DataFrame, dtype: pl.DataType) -> pl.Series:
    """The times that `split_years` took apart, of that dtype; one that a clock jumps over is an hour later."""
    plain = pl.Datetime(dtype.time_unit) if isinstance(dtype, pl.Datetime) else pl.Date()
    begun = frame.select(pl.date(pl.col(YEAR), 1, 1).cast(plain)).to_series()
    wall = (begun.to_physical().cast(pl.Int64) + frame[WITHIN]).cast(begun.to_physical().dtype).cast(plain)
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    if zone is None:
        return wall
    return _in_zone(wall, zone).fill_null(_in_zone(wall.dt.offset_by("1h"), zone))


def told_tick(start: str | int | float, rhythm: Rhythm) -> float:
    """
    The tick at which somebody wants sequences to start.

    Raises:
        InputInvalid: the index has no such times, or none on its rhythm.
    """
    try:
        time = _read(start, rhythm.dtype)
        tick = float(rhythm.ticks(time)[0])
        fits = math.isfinite(tick) and _is_same(rhythm.times(np.array([tick])), time)
    except (pl.exceptions.PolarsError, ValueError, TypeError, OverflowError):
        fits = False
    if not fits:
        raise _unfit()
    return tick if rhythm.unit is None else round(tick)


def _is_same(found: pl.Series, told: pl.Series) -> bool:
    """Whether two times are the same; floats but for errors of their last digits."""
    if told.dtype.is_float():
        return math.isclose(float(found[0]), float(told[0]), rel_tol=1e-9, abs_tol=1e-9)
    return bool(found[0] == told[0])


def _read(start: str | int | float, dtype: pl.DataType | None) -> pl.Series:
    """The one time, of that dtype; without a zone, on the clock of the dtype's."""
    if not isinstance(start, str) or not isinstance(dtype, (pl.Date, pl.Datetime)):
        told = pl.Series([start]).cast(dtype or pl.Float64())
        whole = told.dtype.is_integer() or told.dtype.is_temporal()
        if whole and not isinstance(start, str) and told.to_physical()[0] != start:
            raise ValueError("a fraction")
        return told
    moment = datetime.fromisoformat(start)
    zone = dtype.time_zone if isinstance(dtype, pl.Datetime) else None
    if moment.tzinfo is None or zone is None:
        plain = pl.Datetime(dtype.time_unit) if isinstance(dtype, pl.Datetime) else dtype
        told = pl.Series([moment.replace(tzinfo=None)]).cast(plain)
        if told.cast(pl.Datetime("us"))[0] != moment.replace(tzinfo=None):
            raise ValueError("finer than the index")
        return told if zone is None else _in_zone(told, zone)
    return pl.Series([moment.astimezone(UTC)]).dt.convert_time_zone(zone).cast(dtype)


def _unfit() -> InputInvalid:
    return InputInvalid(
        "parameters.start is no time that the index could have.", hint="Give a time that fits the index and its rhythm."
    )


def _wall(times: pl.Series) -> pl.Series:
    zoned = isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is not None
    return times.dt.replace_time_zone(None) if zoned else times


def _in_zone(wall: pl.Series, zone: str) -> pl.Series:
    return wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
