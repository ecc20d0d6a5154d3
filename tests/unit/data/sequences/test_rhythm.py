"""Ticks: whole numbers for times, and the same times again; clock changes, months, weekdays, grids."""

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lookalike.data.sequences.rhythm import Rhythm, find_rhythm
from lookalike.errors import InputInvalid

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")
YEARS = st.integers(1972, 2035)


def _rhythm(times: pl.Series, lengths: list[int] | None = None, frequency: str | None = None) -> Rhythm:
    return find_rhythm(times, np.array(lengths or [len(times)]), frequency)


def _gives_back(times: pl.Series, lengths: list[int] | None = None) -> Rhythm:
    """The rhythm, after it has been written and read, and all times have been ticks."""
    rhythm = Rhythm.from_json(json.loads(json.dumps(_rhythm(times, lengths).to_json())))
    ticks = rhythm.ticks(times)

    assert rhythm == _rhythm(times, lengths)
    assert rhythm.times(ticks).dtype == times.dtype
    assert times.to_list() == rhythm.times(ticks).to_list()
    return rhythm


def _hours(start: datetime, zone: str, n: int, step: timedelta, unit: str = "us") -> pl.Series:
    instants = [start + i * step for i in range(n)]
    return pl.Series("t", instants, dtype=pl.Datetime(unit, "UTC")).dt.convert_time_zone(zone)


def _days(start: date, n: int, step: int = 1) -> pl.Series:
    return pl.Series("t", [start + timedelta(days=step * i) for i in range(n)])


@given(year=YEARS, zone=st.sampled_from(ZONES), minutes=st.sampled_from([5, 15, 30, 60, 180, 360]))
def test_a_series_over_both_clock_changes_stays_regular(year: int, zone: str, minutes: int) -> None:
    """A year of even steps in a zone with clock changes is one step a tick, and all times come back."""
    times = _hours(
        datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")), zone, 366 * 1440 // minutes // 6, timedelta(minutes=6 * minutes)
    )
    rhythm = _gives_back(times)

    assert 1 == rhythm.step


@given(year=st.integers(1990, 2035), zone=st.sampled_from(ZONES), hour=st.sampled_from([0, 6, 12]))
def test_a_daily_series_stays_regular(year: int, zone: str, hour: int) -> None:
    """The same hour of each day of a year is a day a tick, though days have 23 to 25 hours."""
    start = datetime(year, 1, 1, hour)
    naive = pl.Series("t", [start + timedelta(days=i) for i in range(366)], dtype=pl.Datetime("us"))
    rhythm = _gives_back(naive.dt.replace_time_zone(zone))

    assert (1, (7,)) == (rhythm.step, rhythm.periods)


def test_hours_of_the_clock_change() -> None:
    """Local hours of a spring night skip one, and an autumn night has one twice; ticks count on."""
    for day, shown in ((datetime(2025, 3, 29, 23), [0, 1, 3, 4]), (datetime(2025, 10, 25, 22), [0, 1, 2, 2])):
        times = _hours(day.replace(tzinfo=ZoneInfo("UTC")), "Europe/Berlin", 4, timedelta(hours=1))
        rhythm = _rhythm(times)
        ticks = rhythm.ticks(times)

        assert [0, 1, 2, 3] == ticks.tolist()
        assert shown == rhythm.fields(ticks)["hour"].tolist()


def test_a_midnight_that_is_leapt_over() -> None:
    """Where clocks are put forward at midnight, the day begins an hour late and is a day all the same."""
    naive = pl.Series("t", [datetime(2017, 10, 10) + timedelta(days=i) for i in range(12)], dtype=pl.Datetime("us"))
    times = naive.dt.replace_time_zone("America/Sao_Paulo", non_existent="null")
    late = pl.Series([datetime(2017, 10, 15, 3)], dtype=pl.Datetime("us", "UTC")).dt.convert_time_zone(
        "America/Sao_Paulo"
    )
    times = times.fill_null(late[0])
    rhythm = _gives_back(times)

    assert ("day", 1) == (rhythm.unit and rhythm.unit.name, rhythm.step)


@given(
    seconds=st.lists(st.integers(-(2**31), 2**31), min_size=2, max_size=50, unique=True),
    zone=st.sampled_from([None, *ZONES]),
    unit=st.sampled_from(["ms", "us", "ns"]),
)
def test_any_instants_come_back(seconds: list[int], zone: str | None, unit: str) -> None:
    """Times of any order, before 1970 too, are whole ticks in every zone and unit, and come back."""
    times = pl.Series("t", sorted(seconds)).cast(pl.Int64) * 1000
    stamps = times.cast(pl.Datetime("ms")).dt.cast_time_unit(unit)
    stamps = stamps if zone is None else stamps.dt.replace_time_zone("UTC").dt.convert_time_zone(zone)
    rhythm = _gives_back(stamps.alias("t"))
    ticks = rhythm.ticks(stamps)

    assert np.array_equal(np.rint(ticks), ticks)


@given(days=st.lists(st.dates(date(1600, 1, 1), date(2400, 1, 1)), min_size=2, max_size=40, unique=True))
def test_any_dates_come_back(days: list[date]) -> None:
    """Dates of any years come back."""
    rhythm = _gives_back(pl.Series("t", sorted(days)))

    assert pl.Date == rhythm.dtype


@given(
    start=st.dates(date(1890, 1, 1), date(2050, 1, 1)),
    every=st.sampled_from([1, 2, 3, 6, 12]),
    day=st.sampled_from([1, 15, 28, 29, 30, 31]),
)
def test_months_are_regular(start: date, every: int, day: int) -> None:
    """The same day of months, the last where a month is shorter, is regular; the year is its season."""
    firsts = pl.date_range(start.replace(day=1), start.replace(day=1, year=start.year + 30), f"{every}mo", eager=True)
    times = (
        pl.select(pl.min_horizontal(firsts.dt.offset_by(f"{day - 1}d"), firsts.dt.month_end())).to_series().alias("t")
    )
    rhythm = _gives_back(times)

    assert (1, every) == (rhythm.step, rhythm.every)
    assert ((12 // every,) if every < 12 else ()) == rhythm.periods


@pytest.mark.parametrize(
    ("times", "every", "step", "periods"),
    [
        (_days(date(2024, 2, 1), 60), 1, 1, (7,)),
        (_days(date(2024, 2, 1), 60, 7), 7, 1, (52,)),
        (_days(date(2024, 2, 1), 60, 2), 2, 1, ()),
        (_days(date(2024, 1, 1), 100).filter(_days(date(2024, 1, 1), 100).dt.weekday() < 6), 1, 1, (5,)),
        (pl.Series("t", range(1990, 2020)), 1, 1, ()),
        (pl.Series("t", range(0, 300, 10)), 10, 1, ()),
        (pl.Series("t", [1947 + i / 4 for i in range(40)]), 1, 1, (4,)),
        (pl.Series("t", [round(1949 + i / 12, 3) for i in range(40)]), 1, 1, (12,)),
        (pl.Series("t", ["2024 Jan", "2024 Feb", "2024 Mar"]), 1, 1, (12,)),
        (pl.Series("t", ["2023Q4", "2024Q1", "2024Q2"]), 3, 1, (4,)),
        (pl.Series("t", ["Q4 2023", "Q1 2024", "Q2 2024"]), 3, 1, (4,)),
        (pl.Series("t", ["2023-11", "2023-12", "2024-01"]), 1, 1, (12,)),
        (pl.Series("t", ["2020-W52", "2020-W53", "2021-W01"]), 7, 1, (52,)),
        (pl.Series("t", [0.1, 0.2, 0.4]), 1, None, ()),
        (pl.Series("t", [timedelta(hours=h) for h in (0, 6, 12)]), 21_600_000_000, 1, ()),
    ],
)
def test_ticks_of_kinds_of_times(times: pl.Series, every: int, step: int | None, periods: tuple[int, ...]) -> None:
    """Each kind of times has the coarsest tick, its seasons, and comes back."""
    rhythm = _gives_back(times)

    assert (every, step, periods) == (rhythm.every, rhythm.step, rhythm.periods)


def test_seasons_of_the_clock() -> None:
    """Hours and quarters of hours have the day and the week as seasons."""
    start = datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC"))

    assert (24, 168) == _rhythm(_hours(start, "UTC", 50, timedelta(hours=1))).periods
    assert (96, 672) == _rhythm(_hours(start, "UTC", 50, timedelta(minutes=15))).periods


def test_gaps_and_mixed_steps_are_whole_ticks() -> None:
    """Gaps leave whole multiples; hours of one sequence and days of another count hours, and are not regular."""
    hours = [datetime(2024, 1, 1) + timedelta(hours=h) for h in (0, 1, 2, 5, 6)]
    days = [datetime(2024, 1, 1) + timedelta(days=d) for d in range(4)]
    gaps, mixed = pl.Series("t", hours), pl.Series("t", hours[:3] + days)

    assert [0, 1, 2, 5, 6] == _gives_back(gaps).ticks(gaps).tolist()
    assert not _rhythm(gaps).regular
    assert [0, 1, 2, 0, 24, 48, 72] == _gives_back(mixed, [3, 4]).ticks(mixed).tolist()
    assert not _rhythm(mixed, [3, 4]).regular


def test_the_step_between_sequences_does_not_count() -> None:
    """Sequences of the same step are regular, wherever they begin."""
    times = pl.Series("t", [0, 2, 4, 100, 102, 3, 5])

    assert (1, 2) == (_rhythm(times, [3, 2, 2]).every, _rhythm(times, [3, 2, 2]).step)


def test_floats_off_every_grid() -> None:
    """Numbers without a grid are their own ticks; sums of tenths count tenths, though their last digits differ."""
    loose, summed = pl.Series("t", [0.0, np.pi, 10.5]), pl.Series("t", np.cumsum(np.full(12, 0.1)))
    rhythm = _rhythm(summed)

    assert loose.to_list() == _gives_back(loose).ticks(loose).tolist()
    assert list(range(12)) == rhythm.ticks(summed).tolist()
    assert rhythm.regular


def test_without_an_index() -> None:
    """Rows in order are regular and have no times."""
    rhythm = find_rhythm(None, np.array([3]), None)

    assert rhythm.regular
    assert [None, None] == rhythm.times(np.array([0.0, 1.0])).to_list()
    assert {} == rhythm.fields(np.array([0.0]))


def test_fields_say_what_changes() -> None:
    """Clues are those of the resolution: of months the month, of days no hour, of minutes the minute of the day."""
    months = _rhythm(pl.Series("t", [date(2024, m, 1) for m in (1, 2, 3)]))
    days, minutes = (
        _rhythm(_days(date(2024, 2, 28), 3)),
        _rhythm(pl.Series("t", [datetime(2024, 1, 1, 1, m) for m in (0, 1, 3)])),
    )

    assert {"month": [1, 2]} == {k: v.tolist() for k, v in months.fields(np.array([0.0, 1.0])).items()}
    assert [3, 4, 5] == days.fields(np.arange(3.0))["weekday"].tolist()
    assert [59, 60, 61] == days.fields(np.arange(3.0))["day_of_year"].tolist()
    assert [60, 61] == minutes.fields(np.arange(2.0))["minute_of_day"].tolist()


@pytest.mark.parametrize("frequency", ["1h", "30m", "60min", "3600s"])
def test_a_told_frequency_is_the_tick(frequency: str) -> None:
    """What is told is the tick, though a coarser one would fit."""
    times = pl.Series("t", [datetime(2024, 1, 1, 6 * h) for h in range(3)])
    rhythm = _rhythm(times, frequency=frequency)

    assert times.to_list() == rhythm.times(rhythm.ticks(times)).to_list()
    assert (12 if frequency == "30m" else 6) == rhythm.step


@pytest.mark.parametrize(
    ("frequency", "said"),
    [
        ("1mo", "has 2 times that do not keep the frequency that is told, the first in row 2 of sequence 1 of 2"),
        ("1bd", "has 1 times that do not keep"),
        ("2d", "has 1 times that do not keep"),
        ("1h", "holds days or months"),
        ("often", "is not understood"),
        ("0d", "is not understood"),
    ],
)
def test_a_told_frequency_that_is_not_kept(frequency: str, said: str) -> None:
    """Times off the told frequency are counted, and the first is named by its place."""
    times = pl.Series("t", [date(2024, 3, 1), date(2024, 3, 2), date(2024, 3, 5)])

    with pytest.raises(InputInvalid, match=said):
        _rhythm(times, [2, 1], frequency)


def test_a_frequency_of_numbers_is_refused() -> None:
    """Numbers have no frequency in words."""
    with pytest.raises(InputInvalid, match="holds no dates"):
        _rhythm(pl.Series("t", [1, 2, 3]), frequency="1d")
