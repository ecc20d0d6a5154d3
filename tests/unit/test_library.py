"""The library's door."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lookalike import Report, TabularModel, TabularSynthesizer, evaluate, load, samples
from lookalike.errors import InputNotFound, InputRefused, MetadataError, ModelFileError, UsageError, ValidationError
from lookalike.evaluation import metric_names

PEOPLE = pl.read_csv(samples.path("adult.csv")).head(600)
RULES = [{"type": "range", "column": "age", "min": 17}]


@pytest.fixture(scope="module")
def model() -> TabularModel:
    return TabularSynthesizer(seed=7).fit(PEOPLE)


def test_polars_in_and_out(model: TabularModel) -> None:
    """polars gives polars, the rows asked for, same columns and dtypes; a seed gives the same rows, another others."""
    rows = model.sample(70_000)

    assert (70_000, PEOPLE.schema) == (rows.height, rows.schema)
    assert rows.equals(TabularSynthesizer(seed=7).fit(PEOPLE).sample(70_000))
    assert not rows.equals(model.sample(70_000, seed=8))


def test_pandas_in_and_out() -> None:
    """pandas gives pandas, same columns and dtypes, categories and nullable integers among them."""
    frame = PEOPLE.select("age", "sex", "workclass").to_pandas()
    frame = frame.astype({"age": "Int64", "sex": "category"})
    frame["when"] = pd.date_range("2020-01-01", periods=len(frame), freq="h", tz="Europe/Berlin")
    rows = TabularSynthesizer(seed=7).fit(frame).sample(50)

    assert isinstance(rows, pd.DataFrame)
    assert 50 == len(rows)
    assert [str(t) for t in frame.dtypes] == [str(t) for t in rows.dtypes]


def test_arrow_in_and_out() -> None:
    """An Arrow table gives an Arrow table of the same schema."""
    table = PEOPLE.select("age", "sex").to_arrow()
    rows = TabularSynthesizer(seed=7).fit(table).sample(50)

    assert isinstance(rows, pa.Table)
    assert (50, table.schema) == (rows.num_rows, rows.schema)


def test_a_path_in(tmp_path: Path) -> None:
    """A path is read by its suffix; what is missing, or has no format, is told."""
    PEOPLE.write_parquet(tmp_path / "p.parquet")
    rows = TabularSynthesizer(seed=7).fit(tmp_path / "p.parquet").sample(20)

    assert rows.schema == PEOPLE.schema
    with pytest.raises(InputNotFound):
        TabularSynthesizer().fit(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="format"):
        TabularSynthesizer().fit(tmp_path / "p")
    with pytest.raises(UsageError, match="not a table"):
        TabularSynthesizer().fit([1, 2])


def test_a_saved_model_samples_the_same(model: TabularModel, tmp_path: Path) -> None:
    """A model that was saved and loaded samples the same rows; a damaged or missing file is told."""
    path = tmp_path / "m.lookalike"
    model.save(path)
    damaged = bytearray(path.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / "d.lookalike").write_bytes(damaged)

    assert load(path).sample(500).equals(model.sample(500))
    for name in ("d.lookalike", "none.lookalike"):
        with pytest.raises(ModelFileError):
            load(tmp_path / name)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"privcy": "private"}, "privacy"),
        ({"privacy": "much"}, "privacy"),
        ({"seed": -1}, "seed"),
        ({"csv": {"x": 1}}, "delimiter"),
    ],
)
def test_wrong_parameters_are_named(wrong: dict[str, object], named: str) -> None:
    """An unknown key or a value out of range is refused with what is allowed."""
    with pytest.raises(ValidationError, match=named):
        TabularSynthesizer(**wrong)


def test_every_parameter_of_a_job_is_taken() -> None:
    """The library takes a job's parameters as they are."""
    from lookalike.data.parameters import TabularParameters

    given = TabularParameters(seed=3).model_dump(mode="json")

    assert 3 == TabularSynthesizer(**given).seed


def test_excluded_columns_are_not_there() -> None:
    """Excluded columns are neither learnt nor sampled."""
    rows = TabularSynthesizer(seed=7, exclude=["fnlwgt", "race"]).fit(PEOPLE).sample(30)

    assert PEOPLE.drop("fnlwgt", "race").columns == rows.columns


@pytest.mark.parametrize("n_rows", [0, -1, 1.5, True, "10"])
def test_impossible_counts(model: TabularModel, n_rows: object) -> None:
    """A number of rows that is none is refused."""
    with pytest.raises(UsageError, match="whole number"):
        model.sample(n_rows)


def test_too_little_to_learn_from() -> None:
    """Fewer than 20 rows are refused."""
    with pytest.raises(InputRefused, match="19 rows"):
        TabularSynthesizer().fit(PEOPLE.head(19))


def test_a_report(model: TabularModel, tmp_path: Path) -> None:
    """Every figure has value, floor, direction; the report is frozen, written as HTML and JSON, the same each time."""
    rows, unseen = model.sample(600), pl.read_csv(samples.path("adult.csv")).tail(400)
    report = evaluate(PEOPLE, rows, unseen, constraints=RULES)
    report.save(tmp_path / "r.html")
    report.save(tmp_path / "r.json")

    assert isinstance(report, Report)
    assert set(metric_names()) == set(report.figures)
    assert all(f.value is not None and f.floor is not None and f.direction for f in report.figures.values())
    assert (tmp_path / "r.html").read_text("utf-8") == report.to_html()
    assert (tmp_path / "r.json").read_text("utf-8") == evaluate(PEOPLE, rows, unseen, constraints=RULES).to_json()
    with pytest.raises(AttributeError):
        report.figures = {}
    with pytest.raises(UsageError, match=r"\.html"):
        report.save(tmp_path / "r.pdf")


def test_rules_declared_are_counted() -> None:
    """Rules of one kind on the same columns count as one; a combination keeps the rule if real rows have it."""
    real = pl.DataFrame({"a": [*range(30)], "b": ["x", "y"] * 15, "c": ["u", "v"] * 15})
    made = real.with_columns(c=pl.lit("u"))
    rules = [
        {"type": "range", "column": "a", "min": 3},
        {"type": "range", "column": "a", "max": 26},
        {"type": "combination", "columns": ["b", "c"]},
    ]
    figure = evaluate(real, made, constraints=rules).figures["fidelity.rules_kept"]

    assert {"range of 'a'": 6 / 30, "combination of 'b', 'c'": 0.5} == {
        rule["rule"]: rule["share"] for rule in figure.details["rules"]
    }
    assert 18 / 30 == figure.value


def test_a_target_is_chosen(model: TabularModel) -> None:
    """The column chosen is predicted; one that is not there is named."""
    rows = model.sample(600)
    details = evaluate(PEOPLE, rows, target="age").figures["utility.tstr"].details

    assert ("age", "regression", True) == (details["target"], details["task"], details["chosen"])
    with pytest.raises(MetadataError, match="'wealth'"):
        evaluate(PEOPLE, rows, target="wealth")


def test_tables_that_do_not_compare(model: TabularModel) -> None:
    """A synthetic table without one of the columns, or with other things in it, is refused by the column's name."""
    rows = model.sample(50)
    for wrong in (rows.drop("age"), rows.with_columns(age=pl.lit("old"))):
        with pytest.raises(MetadataError, match="age"):
            evaluate(PEOPLE, wrong)


def test_files_compare_as_they_were_written(model: TabularModel, tmp_path: Path) -> None:
    """A CSV of few rows is judged beside a frame's CSV, whatever its few cells look like."""
    PEOPLE.write_csv(tmp_path / "real.csv")
    model.sample(60).write_csv(tmp_path / "few.csv")
    figures = evaluate(tmp_path / "real.csv", tmp_path / "few.csv").figures

    assert figures["fidelity.column_shapes"].value is not None


def test_without_the_extras() -> None:
    """Without pandas and pyarrow polars works, and a table that needs them is told the extra."""
    script = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("pandas", "pyarrow"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import polars as pl
from lookalike import TabularSynthesizer, samples
people = pl.read_csv(samples.path("adult.csv")).head(100)
assert TabularSynthesizer(seed=1).fit(people).sample(10).height == 10
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
