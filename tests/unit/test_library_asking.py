"""What is asked of a model that is there already: conditions, shares, cells never missing, parity."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lookalike import TabularModel, TabularSynthesizer, load, samples
from lookalike.data.asking import Asking
from lookalike.engines import tabular as engine
from lookalike.errors import ConditionsUnreachable, InputInvalid, InputNotFound, UsageError, ValidationError

HOLES = pl.int_range(pl.len()) % 7 == 0
PEOPLE = (
    pl.read_csv(samples.path("adult.csv"))
    .head(1_500)
    .select("age", "education", "sex", "hours_per_week", "income")
    .with_columns(pl.when(~HOLES).then("education").alias("education"))
)
WANTED = pl.DataFrame({"sex": ["Female", "Male", None], "age": [20, None, 60]})
BUCKET = {"bucket": "b", "path": "wanted.csv"}
JOB = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture(scope="module")
def model() -> TabularModel:
    return TabularSynthesizer(seed=7).fit(PEOPLE)


@pytest.fixture(scope="module")
def told() -> TabularModel:
    """A model whose synthesizer was asked for something."""
    return TabularSynthesizer(seed=7, conditions={"sex": "Female"}, impute=["education"]).fit(PEOPLE)


def test_conditions_of_a_sample(model: TabularModel) -> None:
    """One condition or several, exactly and in their order; without a word the model draws as before."""
    before = model.sample(300)
    one = model.sample(300, conditions={"sex": "Female", "age": 30})
    two = model.sample(300, conditions=[{"sex": "Female"}, {"sex": "Male"}])

    assert [("Female", 30)] == one.select("sex", "age").unique().rows()
    assert ["Female"] * 150 + ["Male"] * 150 == two["sex"].to_list()
    assert before.equals(model.sample(300))


def test_the_other_wishes_of_a_sample(model: TabularModel) -> None:
    """Shares hold to the row, imputed columns have no gaps, rates differ by at most 0.02."""
    shares = model.sample(1_000, rebalance={"sex": {"Female": 0.7}}, impute=["education"])
    fair = model.sample(4_000, fairness={"target": "income", "protected": ["sex"]})
    rates = fair.group_by("sex").agg((pl.col("income") == ">50K").mean())["income"]

    assert 700 == (shares["sex"] == "Female").sum()
    assert (0, True) == (shares["education"].null_count(), bool(model.sample(1_000)["education"].null_count()))
    assert rates.max() - rates.min() <= 0.02


@pytest.mark.parametrize("kind", ["polars", "lazy", "pandas", "arrow", "csv", "parquet"])
def test_a_table_of_conditions(model: TabularModel, kind: str, tmp_path: Path) -> None:
    """Frames of three libraries and paths mean the same: a row is a condition, an empty cell is free."""
    WANTED.write_csv(tmp_path / "w.csv")
    WANTED.write_parquet(tmp_path / "w.parquet")
    given: dict[str, Any] = {
        "polars": WANTED,
        "lazy": WANTED.lazy(),
        "pandas": WANTED.to_pandas(),
        "arrow": WANTED.to_arrow(),
        "csv": tmp_path / "w.csv",
        "parquet": str(tmp_path / "w.parquet"),
    }
    rows = model.sample(300, conditions=given[kind])
    thirds = [rows.slice(100 * n, 100) for n in range(3)]

    assert [("Female", 20)] == thirds[0].select("sex", "age").unique().rows()
    assert ["Male"] == thirds[1]["sex"].unique().to_list()
    assert [60] == thirds[2]["age"].unique().to_list()
    assert thirds[1]["age"].n_unique() > 5
    assert rows.equals(model.sample(300, conditions=[{"sex": "Female", "age": 20}, {"sex": "Male"}, {"age": 60}]))


def test_what_is_left_out_is_as_the_synthesizer_was_told(told: TabularModel) -> None:
    """
    One wish changes and the others stay; None asks for nothing of the kind; a table takes the conditions' place.

    What was imputed in fitting was learnt without its gaps.
    """
    other = told.sample(300, conditions={"sex": "Male"})
    bare = told.sample(300, conditions=None, impute=None)
    table = told.sample(300, conditions=pl.DataFrame({"age": [40]}))

    assert ["Female"] == told.sample(300)["sex"].unique().to_list()
    assert (["Male"], 0) == (other["sex"].unique().to_list(), other["education"].null_count())
    assert (2, 0) == (bare["sex"].n_unique(), bare["education"].null_count())
    assert ([40], 2, 0) == (table["age"].unique().to_list(), table["sex"].n_unique(), table["education"].null_count())


def test_a_loaded_model_is_asked_alike(told: TabularModel, tmp_path: Path) -> None:
    """A file keeps what the synthesizer was told, and can be asked for something else."""
    told.save(tmp_path / "m.lookalike")
    loaded = load(tmp_path / "m.lookalike")

    assert told.sample(300).equals(loaded.sample(300))
    assert told.sample(300, conditions=WANTED, seed=3).equals(loaded.sample(300, conditions=WANTED, seed=3))


def test_a_table_of_many_conditions(model: TabularModel) -> None:
    """More than a list may hold: each row of a long table has its own cells."""
    wanted = PEOPLE.select("age", "sex").head(1_200)
    rows = model.sample(1_200, conditions=wanted)

    assert wanted.equals(rows.select("age", "sex"))


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"colour": 1}, ValidationError, "colour is unknown; allowed: conditions, fairness, impute, rebalance"),
        ({"colour": None}, ValidationError, "colour is unknown"),
        ({"conditions": []}, ValidationError, "conditions"),
        ({"conditions": {"age": object()}}, ValidationError, "JSON"),
        ({"conditions": [{"age": 20}] * 1_001}, ValidationError, "conditions"),
        ({"rebalance": {"sex": {"Female": 2.0}}}, ValidationError, "rebalance"),
        ({"conditions": BUCKET}, UsageError, "only the service reads"),
        ({"conditions": 7}, UsageError, "not a table"),
        ({"conditions": "none.csv"}, InputNotFound, r"none\.csv"),
        ({"conditions": WANTED.clear()}, InputInvalid, "no rows"),
        ({"conditions": WANTED.select(pl.col("sex").alias("gender"))}, InputInvalid, "no column 'gender'"),
        ({"conditions": {"age": date(2020, 1, 1)}}, InputInvalid, "'age'"),
        ({"conditions": pl.DataFrame({"age": [40.5]})}, InputInvalid, "'age'"),
        ({"conditions": pl.DataFrame({"sex": [{"a": 1}]})}, InputInvalid, "'sex'"),
        ({"conditions": pl.DataFrame({"age": [20] * 21})}, InputInvalid, "21 conditions for 20 rows"),
        ({"conditions": {"sex": "Martian"}}, ConditionsUnreachable, "0 can be found"),
        ({"conditions": WANTED, "rebalance": {"sex": {"Male": 1.0}}}, InputInvalid, "by conditions and by shares"),
    ],
)
def test_what_cannot_be_asked(model: TabularModel, asked: dict[str, Any], error: type[Exception], words: str) -> None:
    """Each wrong wish is refused with what is wrong, never with a cell."""
    with pytest.raises(error, match=words) as caught:
        model.sample(20, **asked)

    assert "Martian" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"conditions": BUCKET}, ["parameters.conditions"]),
        ({"model_from_job": JOB}, ["parameters.model_from_job"]),
        ({"conditions": BUCKET, "model_from_job": JOB}, ["parameters.conditions", "parameters.model_from_job"]),
        ({"conditions": WANTED}, ["parameters"]),
    ],
)
def test_what_only_the_service_has(given: dict[str, Any], fields: list[str]) -> None:
    """Buckets and jobs are the service's: a synthesizer that is told of them refuses by name."""
    with pytest.raises(ValidationError) as caught:
        TabularSynthesizer(**given)

    assert fields == [name for name, _ in caught.value.fields]


def test_a_model_of_a_job_with_a_table(tmp_path: Path) -> None:
    """Its file does not hold the table, so sampling asks for conditions, and takes others or none."""
    asking = Asking.model_validate({"conditions": BUCKET})
    fitted = TabularSynthesizer(seed=7).fit(PEOPLE)
    fitted.save(tmp_path / "plain")
    of_job = engine.Model.from_bytes((tmp_path / "plain").read_bytes()).asked(asking, WANTED)
    (tmp_path / "job").write_bytes(of_job.to_bytes())
    loaded = load(tmp_path / "job")
    with pytest.raises(UsageError, match=r"rows of 'wanted\.csv' in a bucket"):
        loaded.sample(30)

    assert fitted.sample(30).equals(loaded.sample(30, conditions=None))
    assert fitted.sample(30, conditions=WANTED).equals(loaded.sample(30, conditions=WANTED))
