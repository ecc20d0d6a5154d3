"""Panels as they come: few sequences, short ones, parts of keys, times that run out."""

import numpy as np
import polars as pl
import pytest

from lookalike import TimeSeriesSynthesizer
from lookalike.errors import InputRefused
from lookalike.library.time_series import TimeSeriesModel


def fitted(table: pl.DataFrame) -> TimeSeriesModel:
    return TimeSeriesSynthesizer(seed=0, sequence_key="key", sequence_index="time").fit(table)


def panel(n_sequences: int, n_rows: int) -> pl.DataFrame:
    """Sequences with a number that walks at random, in whole steps of time from 0."""
    rng = np.random.default_rng(0)
    return pl.DataFrame(
        {
            "key": [f"k{number:04d}" for number in np.repeat(np.arange(n_sequences), n_rows)],
            "time": np.tile(np.arange(n_rows), n_sequences),
            "number": rng.normal(size=n_sequences * n_rows).round(2),
        }
    )


@pytest.mark.parametrize("n_sequences", [15, 45])
def test_few_short_sequences_begin_where_real_ones_begin(n_sequences: int) -> None:
    """A number that grows along short sequences is small in the first rows of drawn ones too."""
    table = panel(n_sequences, 6).with_columns(number=10 * pl.col("time") + pl.col("number"))
    drawn = fitted(table).sample(n_sequences=200)
    first = drawn.group_by("key", maintain_order=True).first()

    assert first["number"].max() < 8


def test_parts_of_a_key_that_sequences_share_stay_as_they_are() -> None:
    """Of a key of two columns one is made new, once for each sequence, the other keeps its few values."""
    table = panel(14, 15).with_columns(key=pl.Series(np.repeat(np.arange(14) // 2, 15)) + 1)
    table = table.with_columns(day=pl.Series(np.repeat(np.arange(14) % 2, 15)) + 1)
    synthesizer = TimeSeriesSynthesizer(seed=0, sequence_key=["key", "day"], sequence_index="time")
    drawn = synthesizer.fit(table).sample(n_sequences=14)

    assert [15] * 14 == drawn.group_by("key").len()["len"].to_list()
    assert {1, 2} == set(drawn["day"])
    assert not set(drawn["key"]) & set(table["key"])


@pytest.mark.parametrize("dtype", [pl.Date, pl.Datetime("us"), pl.Time, pl.Duration("us")])
def test_keys_that_cannot_be_made_are_refused(dtype: pl.DataType) -> None:
    """A key of moments is refused before anything is learnt, by its name."""
    table = panel(30, 4).with_columns(key=pl.Series(np.repeat(np.arange(30), 4)).cast(pl.Int32).cast(pl.Int64))
    key = table["key"].cast(pl.Int32).cast(dtype) if dtype == pl.Date else table["key"].cast(dtype)

    with pytest.raises(InputRefused, match="Column 'key'"):
        fitted(table.with_columns(key=key))


def test_sequences_whose_times_are_drawn_last_no_longer_than_real_ones() -> None:
    """With uneven steps no drawn sequence lasts longer than the longest of train, nor beyond train's last time."""
    table = panel(60, 8)
    steps = np.random.default_rng(1).choice([1, 2, 7], (60, 8))
    starts = np.repeat(np.arange(60), 8)
    table = table.with_columns(time=pl.Series(np.minimum(steps.cumsum(axis=1), 20 + np.arange(8)).ravel() + starts))
    drawn = fitted(table).sample(n_sequences=300)
    span = pl.col("time").max() - pl.col("time").min()

    assert drawn["time"].max() <= table["time"].max()
    assert drawn.group_by("key").agg(span)["time"].max() <= table.group_by("key").agg(span)["time"].max()


def test_sequences_of_even_steps_stay_in_the_time_of_train() -> None:
    """Sequences that begin late are short, as real ones are."""
    table = panel(120, 9).filter(pl.col("time") >= pl.col("key").str.slice(1).cast(pl.Int64) % 6)
    drawn = fitted(table).sample(n_sequences=300)

    assert 8 == drawn["time"].max()
    assert (
        not drawn.select(
            pl.col("time").diff().over("key").is_in([1]).not_() & pl.col("time").diff().over("key").is_not_null()
        )
        .to_series()
        .any()
    )


def test_rows_that_lead_nowhere_are_drawn_again() -> None:
    """A series comes out whole though its rules are sometimes out of reach from the rows before."""
    rng = np.random.default_rng(0)
    warm = 40 + 20 * np.sin(np.arange(900) / 40) + rng.normal(size=900).cumsum() / 3
    dew = warm - np.abs(rng.normal(size=900).cumsum() / 5) * (rng.random(900) < 0.9)
    table = pl.DataFrame({"time": np.arange(900), "warm": warm.round(2), "dew": np.minimum(dew, warm).round(2)})
    rule = {"type": "less_equal", "columns": ["dew", "warm"]}
    synthesizer = TimeSeriesSynthesizer(seed=0, sequence_key=[], sequence_index="time", constraints=[rule])
    drawn = synthesizer.fit(table).sample(4_000)

    assert 4_000 == drawn.height
    assert (drawn["dew"] <= drawn["warm"]).all()


@pytest.mark.parametrize("name", ["\0step", "\0end", "\0year", "\0day", "\0clock", "\0alone"])
def test_names_that_the_engine_uses_itself_are_refused(name: str) -> None:
    """A column of such a name is refused, instead of being mistaken for the engine's own."""
    with pytest.raises(InputRefused, match="name"):
        fitted(panel(30, 4).rename({"number": name}))


def test_numbers_whose_squares_overflow_are_refused() -> None:
    """The refusal names the column; the largest whole numbers are no such thing."""
    table = panel(30, 4)

    with pytest.raises(InputRefused, match="Column 'number'"):
        fitted(table.with_columns(number=pl.col("number") * 1e300))
    whole = table.with_columns(number=pl.Series(np.tile([-(2**63), 2**63 - 1, 0], 40)))
    drawn = fitted(whole).sample(300)

    assert set(drawn["number"]) <= set(whole["number"])


@pytest.mark.parametrize(("kind", "gap"), [("less", 1), ("less_equal", 0)])
def test_numbers_that_stay_close_above_another(kind: str, gap: int) -> None:
    """An order that rows drawn freely would break again and again is kept as each number is drawn."""
    n, rng = 60, np.random.default_rng(3)
    low = rng.integers(-3, 4, n * 20).cumsum()
    table = pl.DataFrame(
        {
            "who": np.repeat(np.arange(n), 20),
            "at": np.tile(np.arange(20), n),
            "low": low,
            "high": (low + gap + rng.integers(0, 2, n * 20)).astype(np.int32),
        }
    )
    rule = {"type": kind, "columns": ["low", "high"]}
    synthesizer = TimeSeriesSynthesizer(seed=1, sequence_key="who", sequence_index="at", constraints=[rule])
    drawn = synthesizer.fit(table).sample(3_000)

    assert (drawn["high"] - drawn["low"] >= gap).all()
    assert drawn["high"].dtype == pl.Int32
