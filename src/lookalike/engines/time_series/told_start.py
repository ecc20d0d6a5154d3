"""The start that somebody wants sequences to have, as a tick of their rhythm."""

import math
from datetime import UTC, datetime

import numpy as np
import polars as pl

from lookalike.data.sequences.rhythm import Rhythm
from lookalike.engines.time_series.beginnings import in_zone
from lookalike.errors import InputInvalid


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
        return told if zone is None else in_zone(told, zone)
    return pl.Series([moment.astimezone(UTC)]).dt.convert_time_zone(zone).cast(dtype)


def _unfit() -> InputInvalid:
    return InputInvalid(
        "parameters.start is no time that the index could have.", hint="Give a time that fits the index and its rhythm."
    )
