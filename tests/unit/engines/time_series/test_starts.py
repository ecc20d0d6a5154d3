"""The rows that beginnings are learnt from, and beginnings drawn."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesSynthesizer
from lookalike.data.sequences.arranging import Sequences
from lookalike.data.sequences.rhythm import Rhythm
from lookalike.data.sequences.roles import Roles
from lookalike.engines.time_series.beginnings import DAY, YEAR
from lookalike.engines.time_series.starts import (
    ALONE,
    COPIES,
    ENOUGH,
    GROUP,
    NEAR,
    POOL,
    StartColumns,
    rows_shown,
    special,
    spread_evenly,
    start_table,
)

MIN_ROWS = 5


def sequences(lengths: list[int], *, begins_high: bool = False) -> Sequences:
    """Sequences with a context, a time and a number, which may be special in first rows."""
    n, key = sum(lengths), np.repeat(np.arange(len(lengths)), lengths)
    within = np.concatenate([np.arange(length) for length in lengths])
    x = np.random.default_rng(1).normal(size=n) + 9 * (within == 0) * begins_high
    table = pl.DataFrame({"who": key, "city": [f"c{k}" for k in key], "t": within + 100 * key, "x": x})
    roles = Roles(("who",), "t", ("city",), ("x",))
    return Sequences(table, np.array(lengths), roles, Rhythm(None, None, step=1), ())


def learnt(told: Sequences, context: tuple[str, ...] = ()) -> pl.DataFrame:
    return start_table(told, pl.DataFrame(), StartColumns(context, "t", ("x",)), 1)


def test_of_many_sequences_first_rows_are_learnt_from() -> None:
    """Where there are sequences enough, there is a row for each: context, start and first cells."""
    told = sequences([4] * ENOUGH)
    found = learnt(told, ("city",))

    assert ENOUGH == found.height
    assert told.table[::4]["x"].to_list() == found["x"].to_list()
    assert told.table[::4]["t"].to_list() == found["t"].to_list()


def test_of_few_sequences_any_row_may_stand_for_the_first() -> None:
    """Where beginnings look like all other rows, all rows are learnt from, up to a limit, with their own start."""
    few, long = learnt(sequences([10] * 8)), learnt(sequences([POOL + 50]))

    assert [80, POOL] == [few.height, long.height]
    assert set(range(0, 800, 100)) == set(few["t"])


def test_special_beginnings_are_learnt_from_rows_near_them() -> None:
    """Where first rows differ from others, only those near the beginning are learnt from that still look like them."""
    told, first = sequences([100] * 20, begins_high=True), np.arange(20) * 100
    slow = replace(told, table=told.table.with_columns(pl.col("x") + 9 * (pl.col("t") % 100 < 20)))

    assert special(told.table, first, ("x",))
    assert not special(sequences([100] * 20).table, first, ("x",))
    assert [40, NEAR] == [learnt(told).height, learnt(replace(slow, table=_late(slow.table))).height]


def _late(table: pl.DataFrame) -> pl.DataFrame:
    """The table without what makes each first row higher than the next."""
    return table.with_columns(pl.when(pl.col("t") % 100 == 0).then(pl.col("x") - 9).otherwise("x").alias("x"))


@pytest.mark.parametrize("high", [False, True])
def test_beside_context_few_rows_of_a_sequence_are_taken(high: bool) -> None:
    """The context of one sequence stands in no more rows than that what it holds is not given back."""
    found = learnt(sequences([30] * 25, begins_high=high), ("city",))
    copies = 1 if high else COPIES  # no row but the first looks like the first

    assert {copies} == set(found["city"].value_counts()["count"])
    assert 25 * copies == found.height


def test_levels_of_few_sequences_are_not_shown() -> None:
    """A level must have as many rows as so many sequences have, unless there are few sequences at all."""
    assert MIN_ROWS * COPIES == rows_shown(25, MIN_ROWS, context=True)
    assert [MIN_ROWS] * 3 == [
        rows_shown(25, MIN_ROWS, context=False),
        rows_shown(ENOUGH, MIN_ROWS, context=True),
        rows_shown(10, MIN_ROWS, context=True),
    ]


def test_starts_over_years_are_told_by_year_and_place() -> None:
    """Starts in three years are learnt as a year and the place in it."""
    told = sequences([5] * ENOUGH)
    days = pl.Series([date(2000 + k % 4, 3, 1 + k % 20) for k in np.repeat(np.arange(ENOUGH), 5)])
    found = learnt(replace(told, table=told.table.with_columns(days.alias("t"))))

    assert {2000, 2001, 2002, 2003} == set(found[YEAR])
    assert found[DAY].is_between(58, 80).all()
    assert "t" not in found.columns


def test_single_rows_are_told() -> None:
    """Where some sequences have a single row and others more, a column says which; else there is none."""
    mixed, plain = learnt(sequences([1, 5] * 60)), learnt(sequences([5] * 120))

    assert [True, False] * 60 == mixed[ALONE].to_list()
    assert ALONE not in plain.columns


@pytest.mark.parametrize("n", [40, 120])
def test_nobodys_context_is_given_back(n: int) -> None:
    """What is one sequence's alone, a code, a rare level or an amount, is not drawn, few sequences or many."""
    rng = np.random.default_rng(2)
    key, pay = np.repeat(np.arange(n), 10), rng.integers(30_000, 900_000, n)
    table = pl.DataFrame(
        {
            "who": [f"k{k:03d}" for k in key],
            "day": pl.Series(19_000 + np.tile(np.arange(10), n)).cast(pl.Date),
            "x": rng.normal(size=n * 10).cumsum().round(2),
            "code": [f"X{k * 37 + 10_000}" for k in key],
            "kind": ["solo" if k == 3 else "ab"[k % 2] for k in key],
            "pay": pay[key],
        }
    )
    model = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="day").fit(table)
    frame = model.sample(n_sequences=200).group_by("who").first()

    assert set() == set(frame["code"]) & set(table["code"])
    assert {"a", "b"} == set(frame["kind"])
    assert float(frame["pay"].is_in(pay.tolist()).mean()) < 0.1  # type: ignore[arg-type]


@pytest.mark.parametrize("n", [4, 16, 25, 100])
def test_few_beginnings_lie_evenly(n: int) -> None:
    """However few are taken from the front, none is missing, and no stretch of time is without one for long."""
    along = np.random.default_rng(5).permutation(GROUP).astype(np.float64)
    frame = pl.DataFrame({"at": along})
    drawn = spread_evenly(frame, along, 1, 0)
    taken = np.sort(drawn["at"].head(n).to_numpy())
    gaps = np.diff(np.append(taken, taken[0] + GROUP))

    assert np.arange(GROUP).tolist() == drawn["at"].sort().to_list()
    assert gaps.max() <= 2 * GROUP / n
    assert not drawn.equals(spread_evenly(frame, along, 1, 1))


def test_starts_at_few_times_of_day_stay_there() -> None:
    """Where sequences start at six and at eighteen, new ones do so too, whatever their days."""
    n, rng = 120, np.random.default_rng(4)
    hours = rng.integers(0, 700, n) * 24 + rng.choice([6, 18], n)
    starts = pl.Series([datetime(2021, 1, 1) + timedelta(hours=int(hour)) for hour in hours])
    table = pl.DataFrame({"who": [f"k{k:03d}" for k in range(n)], "at": starts}).join(
        pl.DataFrame({"step": [0, 6, 12, 18]}), how="cross"
    )
    table = table.with_columns(pl.col("at") + pl.duration(hours="step"), x=pl.Series(rng.normal(size=4 * n))).drop(
        "step"
    )
    drawn = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="at").fit(table).sample(n_sequences=200)

    assert {6, 18} == set(drawn.group_by("who").agg(pl.col("at").min())["at"].dt.hour())
