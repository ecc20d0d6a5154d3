"""Jobs that use the model of another job, and jobs whose conditions lie in a table."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from here import Here, Quiet
from lookalike.errors import ConditionsUnreachable, InputInvalid, InputNotFound
from lookalike.operations.submission import with_model_of
from lookalike.pipeline.artefacts import Artefacts
from lookalike.pipeline.context import Context
from lookalike.pipeline.housekeeping import forget
from lookalike.pipeline.layout import MODEL
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import STAGES, Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION

LENDER = "0f8fad5b-d9cb-469f-a165-70867728950e"
GONE = "00000000-0000-4000-8000-000000000000"
COLOURS = ("crimson", "olive", "navy")


class Heard(Quiet):
    """A listener that remembers what became of stages."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def stage(self, name: str, status: str) -> None:
        self.said.append((name, status))


def table(n: int = 400) -> pl.DataFrame:
    """A number, a sum with gaps, a colour that goes with the number, a key."""
    rng = np.random.default_rng(4)
    age, part = rng.integers(18, 80, n), rng.normal(50, 9, n).round(1)
    missing = pl.Series(rng.random(n) < 0.2)
    frame = pl.DataFrame(
        {
            "id": [f"K-{i:05d}" for i in rng.permutation(n)],
            "age": age,
            "colour": [COLOURS[int(a > 40) + int(a > 60)] for a in age],
            "part": part,
            "rest": (100 - part).round(1),
            "whole": np.full(n, 100.0),
        }
    )
    return frame.with_columns(pl.when(~missing).then("part").alias("part"))


@pytest.fixture(scope="module")
def lent(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Context, Work]:
    """A job that has learnt, in its home."""
    home = tmp_path_factory.mktemp("lent")
    folder = home / "buckets" / "b"
    folder.mkdir(parents=True)
    table().write_parquet(folder / "in.parquet")
    buckets, work_bucket = NamedBuckets(home, {}), open_bucket("work", "file:work", {}, home)
    context = Context(buckets, work_bucket, Here(lambda: Tasks(buckets, work_bucket)), Heard())
    work = job(LENDER, "lent.parquet", constraints=[{"type": "range", "column": "age", "min": 18, "max": 79}])
    return home, context, run(work, context)


def job(job_id: str, output: str, **more: Any) -> Work:
    from lookalike.data.parameters import parse

    parameters = parse("tabular", {"seed": 3, "evaluate": False, **more}).model_dump(mode="json")
    name = output.split(".")[1]
    return Work(
        job_id, VERSION, Request("tabular", 300, "parquet", name, "b", "in.parquet", "b", output, "p", parameters)
    )


def borrower(lent: tuple[Path, Context, Work], name: str, **more: Any) -> Work:
    """A job that uses the model, made as `operations` makes it."""
    work = job(name, f"{name}.parquet", model_from_job=LENDER, **more)
    return replace(work, request=with_model_of(work.request, lent[2].request.parameters))


def published(lent: tuple[Path, Context, Work], name: str) -> pl.DataFrame:
    return pl.read_parquet(lent[0] / "buckets" / "b" / f"{name}.parquet")


def test_nothing_is_learnt_and_what_is_asked_holds(lent: tuple[Path, Context, Work]) -> None:
    """`fit` is skipped, the model is the same, rows have what this job asks of them and keep the model's rules."""
    _, context, _ = lent
    context.listener.said.clear()
    work = borrower(lent, "asked", conditions={"colour": "navy"}, impute=["part"], seed=9)
    done = run(work, context)
    rows = published(lent, "asked")
    own, other = context.artefacts(work), Artefacts(context.work_bucket, LENDER)

    assert [("fit", "processing"), ("fit", "skipped")] == [said for said in context.listener.said if said[0] == "fit"]
    assert own.read(MODEL) == other.read(MODEL)
    assert (300, ["navy"], 0) == (rows.height, rows["colour"].unique().to_list(), rows["part"].null_count())
    assert rows["age"].is_between(18, 79).all()
    assert f"The model of job {LENDER} was used; nothing was learnt." in done.facts["notes"]


def test_the_same_seed_gives_the_rows_of_the_lender(lent: tuple[Path, Context, Work]) -> None:
    """Asked for the same, a borrowed model draws what its own job drew: nothing else goes into the rows."""
    run(borrower(lent, "same"), lent[1])

    assert published(lent, "lent").equals(published(lent, "same"))


def test_no_row_is_held_back(lent: tuple[Path, Context, Work]) -> None:
    """The whole input is what the report compares with, and it says that privacy is not measured."""
    work = borrower(lent, "judged", evaluate=True)
    done = run(work, lent[1])
    report = lent[1].artefacts(work).read_json("report.json")

    assert {"train": 400, "holdout": 0} == done.facts["rows"]
    assert report["figures"]["privacy.dcr_share"]["value"] is None
    assert report["figures"]["fidelity.column_shapes"]["floor"] is not None
    assert any("privacy is not measured" in note for note in report["notes"])


def test_a_copy_stays_when_the_lender_is_forgotten(lent: tuple[Path, Context, Work]) -> None:
    """Once copied the model is this job's own: a later attempt, that of `fit` among them, does without the other."""
    home, context = lent[0], lent[1]
    lender = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    run(job(lender, "other.parquet"), context)
    work = borrower(lent, "late")
    work = replace(
        work, request=replace(work.request, parameters={**work.request.parameters, "model_from_job": lender})
    )
    done = run(work, context)
    before = (home / "buckets" / "b" / "late.parquet").read_bytes()
    forget(lender, context.work_bucket)
    for n in range(2, len(STAGES) - 1):
        run(replace(done, done=STAGES[:n]), replace(context, publishing=True))

        assert before == (home / "buckets" / "b" / "late.parquet").read_bytes()


def test_a_lender_that_is_gone_is_named(lent: tuple[Path, Context, Work]) -> None:
    """If the other job was deleted after this one was accepted, the parameter and the job are named."""
    work = borrower(lent, "gone")
    gone = {**work.request.parameters, "model_from_job": GONE}
    with pytest.raises(InputNotFound, match=rf"parameters\.model_from_job: the model of job {GONE} is not there"):
        run(replace(work, request=replace(work.request, parameters=gone)), lent[1])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda value: value[:8] + (9).to_bytes(8, "little") + value[16:], "has version 9"),
        (lambda value: value[:-1] + bytes([value[-1] ^ 1]), "is damaged"),
        (lambda value: b"", "not a file of the tabular engine"),
    ],
)
def test_a_model_that_cannot_be_read_is_told(
    lent: tuple[Path, Context, Work], change: Callable[[bytes], bytes], told: str
) -> None:
    """Another version's, or a damaged one: the job fails with words that say so."""
    other = "11111111-2222-4333-8444-555555555555"
    context = lent[1]
    value = Artefacts(context.work_bucket, LENDER).read(MODEL)
    Artefacts(context.work_bucket, other).write(MODEL, change(value))
    work = borrower(lent, f"unread-{len(told)}")
    parameters = {**work.request.parameters, "model_from_job": other}
    with pytest.raises(InputInvalid, match=f"parameters.model_from_job: the model of job {other} cannot.*{told}"):
        run(replace(work, request=replace(work.request, parameters=parameters)), context)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda t: t.drop("colour"), "lacks column 'colour'"),
        (lambda t: t.with_columns(more=1, again=2), "has column 'more'"),
        (lambda t: t.with_columns(pl.col("age").cast(pl.Int32)), "'age' of the input is stored as Int32, .* as Int64"),
        (lambda t: t.with_columns(pl.col("colour").cast(pl.Enum(COLOURS))), "'colour' .* stored as Enum, .* as String"),
    ],
)
def test_an_input_of_other_columns_is_refused(
    lent: tuple[Path, Context, Work], change: Callable[[pl.DataFrame], pl.DataFrame], told: str
) -> None:
    """The first column that differs is named, never a cell."""
    home, context = lent[0], lent[1]
    change(table()).write_parquet(home / "buckets" / "b" / "strange.parquet")
    work = borrower(lent, f"strange-{len(told)}")
    with pytest.raises(InputInvalid, match=told) as caught:
        run(replace(work, request=replace(work.request, input_path="strange.parquet")), context)

    assert not any(colour in str(caught.value) for colour in COLOURS)


def test_columns_in_another_order_are_the_same(lent: tuple[Path, Context, Work]) -> None:
    """Rows come out in the model's order, whatever the input's; the report compares by name."""
    home, context = lent[0], lent[1]
    table().select(reversed(table().columns)).write_parquet(home / "buckets" / "b" / "reversed.parquet")
    work = borrower(lent, "turned", evaluate=True)
    run(replace(work, request=replace(work.request, input_path="reversed.parquet")), context)

    assert table().columns == published(lent, "turned").columns


@pytest.mark.parametrize("suffix", ["csv", "csv.gz", "jsonl", "json", "parquet", "arrow"])
def test_conditions_in_a_table(lent: tuple[Path, Context, Work], suffix: str) -> None:
    """Each row of the table is one condition, its empty cells are free, whatever its format, and in its order."""
    home, context = lent[0], lent[1]
    wanted = pl.DataFrame({"colour": ["crimson", None, "navy"], "age": [None, 50, 70]})
    write(wanted, home / "buckets" / "b" / f"wanted.{suffix}")
    name = f"table-{suffix.replace('.', '-')}"
    run(borrower(lent, name, conditions={"bucket": "b", "path": f"wanted.{suffix}"}), context)
    rows = published(lent, name)
    thirds = [rows.slice(100 * n, 100) for n in range(3)]

    assert ["crimson"] == thirds[0]["colour"].unique().to_list()
    assert [50] == thirds[1]["age"].unique().to_list()
    assert [("navy", 70)] == thirds[2].select("colour", "age").unique().rows()
    assert thirds[0]["age"].n_unique() > 5


def write(frame: pl.DataFrame, path: Path) -> None:
    import gzip

    match path.name.partition(".")[2]:
        case "csv":
            frame.write_csv(path)
        case "csv.gz":
            path.write_bytes(gzip.compress(frame.write_csv().encode()))
        case "jsonl":
            frame.write_ndjson(path)
        case "json":
            frame.write_json(path)
        case "parquet":
            frame.write_parquet(path)
        case "arrow":
            frame.write_ipc(path)


@pytest.mark.parametrize("borrowed", [True, False])
@pytest.mark.parametrize(
    ("content", "name", "error", "told"),
    [
        ("color\ncrimson\n", "c.csv", InputInvalid, "no column 'color' for conditions"),
        ("age\nold\n", "c.csv", InputInvalid, "'age'"),
        ("colour\nmauve\n", "c.csv", ConditionsUnreachable, "Of 300 rows .*0 c(an|ould) be found"),
        ("id\nK-00001\n", "c.csv", InputInvalid, "made up"),
        ("age\n", "c.csv", InputInvalid, "no rows"),
        ("", "c.csv", InputInvalid, "table of conditions cannot be read"),
        ("age\n1,2\n", "c.csv", InputInvalid, "table of conditions cannot be read"),
        ("[1]", "c.json", InputInvalid, "table of conditions cannot be read"),
        ("age\n20\n", "c.parquet", InputInvalid, "table of conditions cannot be read"),
        ("age\n20\n", "c.txt", InputInvalid, "no suffix"),
        ("age\n" + "20\n" * 301, "c.csv", InputInvalid, "301 conditions for 300 rows"),
        (None, "c.csv", InputNotFound, "no 'c.csv' in bucket 'b'"),
    ],
)
def test_tables_that_mean_nothing(
    lent: tuple[Path, Context, Work], content: str | None, name: str, error: type[Exception], told: str, borrowed: bool
) -> None:
    """What is wrong with a table of conditions ends the job by code and column, with a borrowed model or its own."""
    home, context = lent[0], lent[1]
    path = home / "buckets" / "b" / name
    path.unlink(missing_ok=True)
    if content is not None:
        path.write_text(content)
    asked = {"conditions": {"bucket": "b", "path": name}}
    work = borrower(lent, "wrong", **asked) if borrowed else job("wrong", "wrong.parquet", **asked)
    with pytest.raises(error, match=told) as caught:
        run(work, context)

    assert not any(cell in str(caught.value) for cell in ("mauve", "K-00001"))


def test_conditions_hold_where_the_job_learns_too(lent: tuple[Path, Context, Work]) -> None:
    """A table of conditions is heeded by a job that learns for itself; the same job gives the same bytes."""
    home, context = lent[0], lent[1]
    pl.DataFrame({"colour": ["olive"], "age": [51]}).write_csv(home / "buckets" / "b" / "own.csv")
    for name in ("own", "again"):
        run(job(name, f"{name}.parquet", conditions={"bucket": "b", "path": "own.csv"}), context)

    assert [("olive", 51)] == published(lent, "own").select("colour", "age").unique().rows()
    assert published(lent, "own").equals(published(lent, "again"))
