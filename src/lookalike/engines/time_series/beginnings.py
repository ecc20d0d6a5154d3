"""
The start of a sequence in time, taken apart: the year, where there are several; the day; the time of day.

Drawn as one number, a start falls between those of train: in a season, or at an hour, in which none of train's may lie.
"""

import polars as pl

YEAR, DAY, CLOCK = "\x00year", "\x00day", "\x00clock"
YEARS = 3  # that starts must lie in
PER_DAY = {"ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


def is_taken_apart(times: pl.Series) -> bool:
    """Whether starts have a time of day, or lie in years enough."""
    return isinstance(times.dtype, pl.Datetime) or (isinstance(times.dtype, pl.Date) and _has_years(times))


def take_apart(times: pl.Series) -> list[pl.Series]:
    """
    Year, day, and time of day as the whole number that it is stored as, on the clock of the zone; all Int64.

    Days count from the beginning of the year, or from 1970 where there is none. Dates have no time of day.
    """
    wall = _wall(times)
    date = wall.dt.date()
    days, parts = date.to_physical().cast(pl.Int64), list[pl.Series]()
    if _has_years(times):
        parts.append(date.dt.year().cast(pl.Int64).alias(YEAR))
        days = days - date.dt.truncate("1y").to_physical().cast(pl.Int64)
    parts.append(days.alias(DAY))
    if isinstance(times.dtype, pl.Datetime):
        midnight = date.cast(wall.dtype).to_physical().cast(pl.Int64)
        parts.append((wall.to_physical().cast(pl.Int64) - midnight).alias(CLOCK))
    return parts


def put_together(frame: pl.DataFrame, dtype: pl.DataType) -> pl.Series:
    """The times that `take_apart` took apart, of that dtype; one that a clock jumps over is an hour later."""
    days = frame[DAY]
    if YEAR in frame.columns:
        days = days + frame.select(pl.date(pl.col(YEAR), 1, 1)).to_series().to_physical().cast(pl.Int64)
    if not isinstance(dtype, pl.Datetime):
        return days.cast(pl.Int32).cast(dtype)
    wall = (days * PER_DAY[dtype.time_unit] + frame[CLOCK]).cast(pl.Datetime(dtype.time_unit))
    zone = dtype.time_zone
    return wall if zone is None else in_zone(wall, zone).fill_null(in_zone(wall.dt.offset_by("1h"), zone))


def in_zone(wall: pl.Series, zone: str) -> pl.Series:
    """Times on the clock of a zone; missing where its clock jumps over them, the earlier one where it comes twice."""
    return wall.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")


def _has_years(times: pl.Series) -> bool:
    return times.dt.year().n_unique() >= YEARS


def _wall(times: pl.Series) -> pl.Series:
    zoned = isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is not None
    return times.dt.replace_time_zone(None) if zoned else times
