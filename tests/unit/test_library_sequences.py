"""The library's door for sequences."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lookalike import TabularModel, TabularSynthesizer, TimeSeriesModel, TimeSeriesSynthesizer, load, samples
from lookalike.errors import ConditionsUnreachable, InputInvalid, ModelFileError, UsageError, ValidationError
from walks import patients, series

PATIENTS = patients(60, 1)


@pytest.fixture(scope="module")
def model() -> TimeSeriesModel:
    return TimeSeriesSynthesizer(seed=7, sequence_key="who", sequence_index="at").fit(PATIENTS)


def test_rows_are_counted_over_all_sequences(model: TimeSeriesModel) -> None:
    """There are exactly the rows asked for, of the fitted columns and dtypes; fewer are the first of more."""
    rows, fewer = model.sample(2_003), model.sample(1_001)

    assert (2_003, PATIENTS.schema) == (rows.height, rows.schema)
    assert rows.head(1_001).equals(fewer)
    assert 1 == model.sample(1).height


def test_sequences_are_whole(model: TimeSeriesModel) -> None:
    """So many sequences as were asked for are those that any number of rows begins with, the last not cut."""
    whole = model.sample(n_sequences=20)
    as_rows = model.sample(whole.height + 1)

    assert 20 == whole["who"].n_unique()
    assert as_rows.head(whole.height).equals(whole)
    assert 21 == as_rows["who"].n_unique()


def test_keys_are_new(model: TimeSeriesModel) -> None:
    """No sequence has the key of a real one, and none that of another."""
    rows = model.sample(n_sequences=200)

    assert set() == set(rows["who"]) & set(PATIENTS["who"])
    assert 200 == rows["who"].n_unique() == len(rows["who"].rle())


def test_steps_follow_each_other(model: TimeSeriesModel) -> None:
    """The index rises within every sequence, row by row."""
    rows = model.sample(3_000)
    steps = rows.select(pl.col("at").diff().over("who")).drop_nulls()["at"]

    assert steps.min() > timedelta(0)


def test_a_seed_gives_the_same_rows(model: TimeSeriesModel) -> None:
    """The same data and seed give the same rows, another seed others; blocks are the same rows."""
    rows = model.sample(500)
    again = TimeSeriesSynthesizer(seed=7, sequence_key="who", sequence_index="at").fit(PATIENTS)

    assert rows.equals(again.sample(500))
    assert rows.equals(pl.concat(list(model.blocks(500))))
    assert not rows.equals(model.sample(500, seed=8))


def test_roles_are_found_and_told() -> None:
    """Key and index that nobody told are found, and the notes begin with what and why."""
    model = TimeSeriesSynthesizer(seed=7).fit(samples.path("storms.csv"))
    told = TimeSeriesSynthesizer(seed=7, sequence_key="storm_id", sequence_index="time").fit(samples.path("storms.csv"))

    assert "'storm_id'" in model.notes[0]
    assert any("'time'" in note for note in model.notes)
    assert not any("'storm_id' is the sequence key" in note for note in told.notes)


def test_one_series_of_any_length() -> None:
    """A table without a key is one series: more rows go on where fewer end, and the index goes on rising."""
    model = TimeSeriesSynthesizer(seed=7, sequence_index="at").fit(series(600, 1))
    rows = model.sample(70_000)

    assert 70_000 == rows.height
    assert rows.head(1_000).equals(model.sample(1_000))
    assert rows["at"].is_sorted()
    assert 70_000 == rows["at"].n_unique()


def test_other_libraries_in_and_out() -> None:
    """pandas gives pandas and Arrow gives Arrow, of the same dtypes."""
    told: dict[str, Any] = {"seed": 7, "sequence_key": "who", "sequence_index": "at"}
    frame, table = PATIENTS.to_pandas(), PATIENTS.to_arrow()
    rows, arrow = (TimeSeriesSynthesizer(**told).fit(data).sample(50) for data in (frame, table))

    assert isinstance(rows, pd.DataFrame)
    assert [str(t) for t in frame.dtypes] == [str(t) for t in rows.dtypes]
    assert isinstance(arrow, pa.Table)
    assert (50, table.schema) == (arrow.num_rows, arrow.schema)


def test_load_tells_models_apart(model: TimeSeriesModel, tmp_path: Path) -> None:
    """A file gives back the kind of model it was written from, which samples the same; a damaged one is told."""
    rows = TabularSynthesizer(seed=7).fit(PATIENTS.drop("who", "at"))
    model.save(tmp_path / "steps")
    rows.save(tmp_path / "rows")
    value = bytearray((tmp_path / "steps").read_bytes())
    value[len(value) // 2] ^= 1
    (tmp_path / "damaged").write_bytes(value)
    (tmp_path / "other").write_bytes(b"LOOKTAB\n" + bytes(8))
    loaded = load(tmp_path / "steps")

    assert isinstance(loaded, TimeSeriesModel)
    assert isinstance(load(tmp_path / "rows"), TabularModel)
    assert model.sample(300).equals(loaded.sample(300))
    for name in ("damaged", "other"):
        with pytest.raises(ModelFileError):
            load(tmp_path / name)


def test_what_was_told_in_fitting_holds() -> None:
    """The number of sequences may be told in fitting, and something else asked for later."""
    told = TimeSeriesSynthesizer(seed=7, sequence_key="who", sequence_index="at", n_sequences=3).fit(PATIENTS)

    assert 3 == told.sample()["who"].n_unique()
    assert 5 == told.sample(n_sequences=5)["who"].n_unique()
    assert 400 == told.sample(400).height


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({}, UsageError, "how much to sample"),
        ({"n_rows": 0}, UsageError, "number of rows"),
        ({"n_sequences": 1.5}, UsageError, "number of sequences"),
        ({"n_rows": 10, "n_sequences": 20}, ConditionsUnreachable, "more than 10 rows"),
        ({"n_rows": 10, "rebalance": {}}, ValidationError, "rebalance"),
        ({"n_rows": 10, "conditions": {"bucket": "b", "path": "p"}}, UsageError, "only the service reads"),
    ],
)
def test_what_cannot_be_sampled_is_said(
    model: TimeSeriesModel, asked: dict[str, Any], error: type[Exception], says: str
) -> None:
    """How much is wanted must be said once, in whole numbers; unknown wishes and buckets are told."""
    with pytest.raises(error, match=says):
        model.sample(**asked)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"sequence_keys": "who"}, "sequence_key"),
        ({"n_sequences": 0}, "n_sequences"),
        ({"layout": "broad"}, "layout"),
        ({"model_from_job": "0f8fad5b-d9cb-469f-a165-70867728950e"}, "only the service"),
        ({"conditions": {"bucket": "b", "path": "p"}}, "only the service"),
        ({"release_gate": "standard"}, "evaluate"),
    ],
)
def test_wrong_parameters_are_named(wrong: dict[str, Any], says: str) -> None:
    """A key that is unknown, out of range, or the service's alone is refused before anything is read."""
    with pytest.raises(ValidationError, match=says):
        TimeSeriesSynthesizer(**wrong)


def test_columns_that_are_not_there() -> None:
    """A key that the table does not have is named."""
    with pytest.raises(InputInvalid, match="'patient'"):
        TimeSeriesSynthesizer(sequence_key="patient").fit(PATIENTS)
