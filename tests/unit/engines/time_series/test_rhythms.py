"""Times through the public doors: regular ones stay regular, on the clock of their zone, others are drawn."""

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesSynthesizer

N, ROWS = 40, 14


def sequences(times: list[pl.Series]) -> pl.DataFrame:
    """A sequence for each series of times, with a number that walks."""
    rng = np.random.default_rng(5)
    lengths = [len(own) for own in times]
    return pl.DataFrame(
        {
            "who": np.repeat([f"k{n:03d}" for n in range(len(times))], lengths),
            "time": pl.concat(times),
            "x": rng.normal(size=sum(lengths)).cumsum().round(2),
        }
    )


def ranges(begin: Any, every: str, apart: timedelta, n: int = N, **how: Any) -> list[pl.Series]:
    """Ranges of times that begin some time apart."""
    kind = pl.date_range if not isinstance(begin, datetime) else pl.datetime_range
    starts = [begin + apart * number for number in range(n)]
    last = {"1mo": 500, "1q": 1_500, "1y": 6_000}.get(every, 60)
    return [
        kind(start, start + timedelta(days=last), every, eager=True, **how).head(ROWS)  # type: ignore[operator]
        for start in starts
    ]


def drawn(table: pl.DataFrame, n: int = 30, **told: Any) -> pl.DataFrame:
    model = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="time", **told).fit(table)
    frame: pl.DataFrame = model.sample(n_sequences=n)

    assert table.schema == frame.schema
    return frame


def steps(frame: pl.DataFrame) -> set[Any]:
    """Times from row to row within sequences."""
    return set(frame.select(pl.col("time").diff().over("who")).to_series().drop_nulls())


HOURLY = datetime(2024, 1, 1)
FIXED: list[tuple[str, list[pl.Series], timedelta]] = [
    ("hours", ranges(HOURLY, "1h", timedelta(hours=7)), timedelta(hours=1)),
    ("quarters of an hour", ranges(HOURLY, "15m", timedelta(hours=1)), timedelta(minutes=15)),
    ("two hours", ranges(HOURLY, "2h", timedelta(hours=4)), timedelta(hours=2)),
    ("days", ranges(date(2024, 1, 1), "1d", timedelta(days=5)), timedelta(days=1)),
    ("weeks", [t.head(9) for t in ranges(date(2024, 1, 1), "1w", timedelta(days=7))], timedelta(days=7)),
    ("days over years", ranges(date(2010, 1, 1), "1d", timedelta(days=100)), timedelta(days=1)),
]


@pytest.mark.parametrize(("times", "step"), [(t, s) for _, t, s in FIXED], ids=[name for name, _, _ in FIXED])
def test_regular_times_stay_regular(times: list[pl.Series], step: timedelta) -> None:
    """Sequences with the same time between all rows have it between all rows of the output."""
    assert {step} == steps(drawn(sequences(times)))


def test_business_days_stay_business_days() -> None:
    """Where there are no weekends none are drawn, and every Monday comes after a Friday."""
    days = pl.date_range(date(2024, 1, 1), date(2024, 12, 31), eager=True)
    days = days.filter(days.dt.weekday() <= 5)
    frame = drawn(sequences([days.slice(n * 3, ROWS) for n in range(N)]))

    assert frame["time"].dt.weekday().max() <= 5  # type: ignore[operator]
    assert {timedelta(days=1), timedelta(days=3)} == steps(frame)


def test_month_ends_stay_month_ends() -> None:
    """The last day of each month stays the last day of each month, one after the other."""
    ends = pl.date_range(date(2015, 1, 1), date(2022, 1, 1), "1mo", eager=True).dt.month_end()
    frame = drawn(sequences([ends.slice(n, ROWS) for n in range(N)]))
    months = frame.select((pl.col("time").dt.year() * 12 + pl.col("time").dt.month()).diff().over("who")).to_series()

    assert (frame["time"] == frame["time"].dt.month_end()).all()
    assert {1} == set(months.drop_nulls())


@pytest.mark.parametrize(("every", "months"), [("1mo", 1), ("1q", 3), ("1y", 12)])
def test_months_quarters_and_years_stay(every: str, months: int) -> None:
    """First days of months, quarters or years stay that, one after the other."""
    days = pl.date_range(date(1950, 1, 1), date(2024, 1, 1), every, eager=True)
    frame = drawn(sequences([days.slice(n, ROWS) for n in range(N)]))
    told = frame.select((pl.col("time").dt.year() * 12 + pl.col("time").dt.month()).diff().over("who")).to_series()

    assert {1} == set(frame["time"].dt.day())
    assert {months} == set(told.drop_nulls().cast(pl.Int64))


def test_hours_of_a_zone_cross_both_clock_changes() -> None:
    """One hourly series over a year stays hourly in absolute time, through the days of 23 and of 25 hours."""
    times = pl.datetime_range(datetime(2023, 1, 1), datetime(2023, 11, 30), "1h", eager=True, time_zone="Europe/Zurich")
    x = np.sin(np.arange(len(times)) * 2 * np.pi / 24)
    table = pl.DataFrame({"time": times, "x": x.round(3)})
    frame = TimeSeriesSynthesizer(seed=1, sequence_key=[], sequence_index="time").fit(table).sample(8_000)
    per_day = frame.group_by(frame["time"].dt.date()).len()["len"].value_counts().rows()

    assert table.schema == frame.schema
    assert {timedelta(hours=1)} == set(frame["time"].diff().drop_nulls())
    assert {23, 24, 25} <= {hours for hours, _ in per_day}


def test_days_of_a_zone_keep_their_clock() -> None:
    """Days at six o'clock of a zone stay at six o'clock through the clock changes."""
    days = pl.datetime_range(
        datetime(2024, 1, 1, 6), datetime(2024, 12, 31, 6), "1d", eager=True, time_zone="Europe/Zurich"
    )
    frame = drawn(sequences([days.slice(n * 8, 40) for n in range(N)]))

    assert {6} == set(frame["time"].dt.hour())
    assert {1} == set(
        frame.select(pl.col("time").dt.date().diff().over("who").dt.total_days()).to_series().drop_nulls()
    )


def test_irregular_times_rise() -> None:
    """Times with steps of any size rise within every sequence, by no less and no more than train's do."""
    rng = np.random.default_rng(6)
    times = [
        pl.Series(1_700_000_000 + n * 5_000 + rng.integers(20, 900, ROWS).cumsum()).cast(pl.Int64) * 1_000_000
        for n in range(N)
    ]
    table = sequences([own.cast(pl.Datetime("us")) for own in times])
    frame = drawn(table)

    assert min(steps(table)) <= min(steps(frame))
    assert max(steps(frame)) <= max(steps(table))
    assert len(steps(frame)) > 50


def test_gaps_are_drawn_and_nothing_but_whole_days() -> None:
    """Days of which some are left out have steps of whole days, most of them of one, and no day twice."""
    rng = np.random.default_rng(7)
    days = pl.date_range(date(2024, 1, 1), date(2024, 6, 1), eager=True)
    times = [days.slice(n, 30).filter(pl.Series(rng.random(30) < 0.8)) for n in range(N)]
    frame = drawn(sequences(times))
    found = frame.select(pl.col("time").diff().over("who").dt.total_days()).to_series().drop_nulls()

    assert found.min() == 1
    assert 0.6 < float((found == 1).mean()) < 0.95  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", [pl.Int64, pl.Int16, pl.UInt8, pl.Float64, pl.Float32], ids=str)
def test_an_index_of_numbers_counts_on(dtype: Any) -> None:
    """An index of whole numbers, stored as whole numbers or as floats, counts on by one from where it starts."""
    times = [pl.Series(range(n % 5, n % 5 + ROWS)).cast(dtype) for n in range(N)]

    assert {1} == steps(drawn(sequences(times)))


def test_an_index_of_a_narrow_type_ends_where_it_does() -> None:
    """Numbers that would outgrow their dtype are an error that says so or stay within it, not a crash."""
    from lookalike.errors import LookalikeError

    times = [pl.Series(range(255 - ROWS - n % 3, 255 - n % 3)).cast(pl.UInt8) for n in range(N)]
    model = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="time").fit(sequences(times))

    assert 20 == model.sample(n_sequences=20)["who"].n_unique()
    with pytest.raises(LookalikeError):
        model.sample(n_sequences=20, sequence_length=100)


def test_an_index_of_fractions_stays_on_its_grid() -> None:
    """An index in steps of a tenth stays in steps of a tenth."""
    times = [pl.Series(np.round(np.arange(ROWS) * 0.1 + n % 4, 1)) for n in range(N)]
    found = drawn(sequences(times))["time"]

    np.testing.assert_allclose(0, (found * 10 - (found * 10).round()).abs().max(), atol=1e-9)


def test_no_index_is_rows_in_order() -> None:
    """Told that rows are in order, sequences have no index, and as many columns as before."""
    table = sequences([pl.Series(range(ROWS))] * N).drop("time")
    model = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="").fit(table)
    frame = model.sample(n_sequences=20)

    assert table.schema == frame.schema
    assert 20 == frame["who"].n_unique()


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_units_of_times_are_kept(unit: Any) -> None:
    """Hours in milliseconds, microseconds or nanoseconds are drawn in the same unit."""
    times = [own.cast(pl.Datetime(unit)) for own in ranges(HOURLY, "1h", timedelta(hours=3))]

    assert {timedelta(hours=1)} == steps(drawn(sequences(times)))


def test_times_as_text_stay_text() -> None:
    """Days that are written as text are drawn as text of the same form."""
    times = [own.dt.strftime("%d.%m.%Y") for own in ranges(date(2024, 1, 1), "1d", timedelta(days=5))]
    frame = drawn(sequences(times))
    read = frame.with_columns(pl.col("time").str.to_date("%d.%m.%Y", strict=True))

    assert {timedelta(days=1)} == steps(read)
