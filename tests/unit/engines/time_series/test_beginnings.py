"""Starts in time: years taken apart and joined, and starts that somebody tells."""

from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lookalike.data.sequences.rhythm import Rhythm, find_rhythm
from lookalike.engines.time_series.beginnings import CLOCK, DAY, YEAR, is_taken_apart, put_together, take_apart
from lookalike.engines.time_series.told_start import told_tick
from lookalike.errors import InputInvalid


def joined(times: pl.Series) -> pl.Series:
    return put_together(pl.DataFrame(take_apart(times)), times.dtype)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dates(date(1900, 1, 1), date(2200, 1, 1)), min_size=1, max_size=20))
def test_dates_are_joined_as_they_were(days: list[date]) -> None:
    """A date is its year and the days since it began, or the days since 1970."""
    assert days == joined(pl.Series(days)).to_list()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_times_are_joined_as_they_were(unit: Any, data: st.DataObject) -> None:
    """A time without a zone is a date and a time of day."""
    moments = data.draw(st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2200, 1, 1)), min_size=1, max_size=20))
    times = pl.Series(moments, dtype=pl.Datetime(unit))

    assert times.to_list() == joined(times).to_list()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1)), min_size=1, max_size=20))
def test_times_of_a_zone_keep_their_clock(moments: list[datetime]) -> None:
    """A time of a zone comes back on the same clock; of the hour that comes twice as the earlier one."""
    times = pl.Series(moments).dt.replace_time_zone("UTC").dt.convert_time_zone("Europe/Zurich")
    found = joined(times)

    assert times.dtype == found.dtype
    assert times.dt.replace_time_zone(None).to_list() == found.dt.replace_time_zone(None).to_list()


def test_a_time_that_a_clock_jumps_over_is_an_hour_later() -> None:
    """Half past two on the day that clocks are put forward is half past three."""
    dtype = pl.Datetime("us", "Europe/Zurich")
    clock = 150 * 60 * 1_000_000
    found = put_together(pl.DataFrame({YEAR: [2024], DAY: [90], CLOCK: [clock]}), dtype)

    assert [datetime(2024, 3, 31, 3, 30)] == found.dt.replace_time_zone(None).to_list()


def test_what_is_taken_apart() -> None:
    """Times have a time of day, dates of three years a year; dates of two years and numbers stay as they are."""
    days = pl.Series([date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)])
    times = days.cast(pl.Datetime("us"))
    apart = [is_taken_apart(starts) for starts in (times[:2], days, days[:2], pl.Series([2020, 2021, 2022]))]

    assert [True, True, False, False] == apart
    assert [[DAY, CLOCK], [YEAR, DAY, CLOCK], [YEAR, DAY]] == [
        [part.name for part in take_apart(starts)] for starts in (times[:2], times, days)
    ]


def rhythm(times: pl.Series) -> Rhythm:
    return find_rhythm(times, np.array([len(times)]), None)


DAILY = rhythm(pl.date_range(date(2024, 1, 1), date(2024, 2, 9), eager=True))
MONTHS = rhythm(pl.date_range(date(2024, 1, 1), date(2026, 1, 1), "1mo", eager=True).dt.month_end())
HOURS = rhythm(
    pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 1, 9), "1h", eager=True, time_zone="Europe/Zurich")
)
TWO_HOURS = rhythm(pl.datetime_range(datetime(2024, 1, 1), datetime(2024, 1, 9), "2h", eager=True))
NUMBERS = rhythm(pl.Series(range(5, 50)))

TOLD: list[tuple[Rhythm, str | int | float, Any]] = [
    (DAILY, "2030-05-01", date(2030, 5, 1)),
    (MONTHS, "2023-02-28", date(2023, 2, 28)),
    (HOURS, "2024-07-01T05:00:00", datetime(2024, 7, 1, 3, tzinfo=UTC)),
    (HOURS, "2024-07-01T05:00:00Z", datetime(2024, 7, 1, 5, tzinfo=UTC)),
    (TWO_HOURS, "2025-01-01T04:00:00", datetime(2025, 1, 1, 4)),
    (NUMBERS, 100, 100),
]


@pytest.mark.parametrize(("rhythm", "start", "expected"), TOLD, ids=lambda value: str(value)[:20])
def test_a_start_that_is_told_is_a_tick(rhythm: Rhythm, start: str | int | float, expected: Any) -> None:
    """The tick of a start is that of the time that it names; without a zone, on the clock of the times."""
    found = rhythm.times(np.array([told_tick(start, rhythm)]))[0]

    assert expected == found


UNFIT: list[tuple[Rhythm, str | int | float]] = [
    (DAILY, "2024-01-01T12:00:00"),
    (DAILY, "no day"),
    (MONTHS, "2024-01-15"),
    (HOURS, "2024-07-01T05:30:00"),
    (TWO_HOURS, "2025-01-01T05:00:00"),
    (NUMBERS, "2024-01-01"),
    (NUMBERS, 1.5),
    (NUMBERS, 1e300),
    (DAILY, 1e300),
]


@pytest.mark.parametrize(("rhythm", "start"), UNFIT, ids=lambda value: str(value)[:20])
def test_a_start_beside_the_rhythm_is_refused(rhythm: Rhythm, start: str | int | float) -> None:
    """What is no time of the index, or none on its rhythm, is an error and not another time."""
    with pytest.raises(InputInvalid):
        told_tick(start, rhythm)
