"""Inputs with more rows than are looked at: a sample is learnt from, and all rows have their say."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from here import Quiet
from lookalike.compute import Json
from lookalike.data.inference import infer
from lookalike.data.metadata import Metadata
from lookalike.data.parameters import parse
from lookalike.errors import ConstraintBroken, InputInvalid, LookalikeError
from lookalike.formats import ReadOptions, read
from lookalike.pipeline.context import Context
from lookalike.pipeline.runner import run
from lookalike.pipeline.tasks import Tasks
from lookalike.pipeline.work import Request, Work
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.version import VERSION

N_ROWS, FIT_ROWS = 4_000, 180


class Here:
    """An executor that does it all at once."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def map(self, task: str, items: list[Json], order: Sequence[int] | None = None) -> list[Json]:
        return [self._tasks.run(task, item) for item in items]

    def rest(self) -> None:
        """Nothing stands ready."""


def table() -> pl.DataFrame:
    """Names, keys, numbers, few levels, one of them in one row of a thousand, and dates."""
    rng = np.random.default_rng(5)
    numbers = rng.normal(50, 9, N_ROWS).round(1)
    return pl.DataFrame(
        {
            "id": rng.permutation(10 * N_ROWS)[:N_ROWS] + 100_000,
            "email": [f"u{n}@mail.example" for n in rng.permutation(N_ROWS)],
            "level": rng.choice(["a", "b", "seldom"], N_ROWS, p=[0.6, 0.399, 0.001]),
            "x": numbers,
            "y": (numbers + rng.gamma(2, 3, N_ROWS)).round(1),
            "n": rng.integers(0, 9, N_ROWS).astype(str),
            "day": pl.date_range(pl.date(2001, 1, 1), pl.date(2030, 1, 1), eager=True).head(N_ROWS),
        }
    )


def csv(frame: pl.DataFrame) -> bytes:
    return frame.write_csv().encode()


@pytest.fixture
def outcome(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[Work, Context]]:
    """Runs a job over an input and gives its end; no more cells are held than it takes."""
    monkeypatch.setattr("lookalike.data.learnt.CELLS_MAX", 0)

    def outcome(
        data: bytes, *, data_type: str = "tabular", form: str = "csv", **parameters: Any
    ) -> tuple[Work, Context]:
        (tmp_path / "buckets" / "b").mkdir(parents=True, exist_ok=True)
        (tmp_path / "buckets" / "b" / f"in.{form}").write_bytes(data)
        given = {"seed": 3, "evaluate": False, "fit_rows": FIT_ROWS, "if_exists": "replace", **parameters}
        known = parse(data_type, given).model_dump(mode="json")
        request = Request(data_type, 500, form, "csv", "b", f"in.{form}", "b", "out.csv", "p", known)
        buckets, work_bucket = NamedBuckets(tmp_path, {}), open_bucket("work", "file:work", {}, tmp_path)
        work_bucket.write("jobs/job/none", b"")
        context = Context(buckets, work_bucket, Here(Tasks(buckets, work_bucket)), Quiet())  # type: ignore[arg-type]
        context.artefacts(Work("job", VERSION, request)).clear()
        return run(Work("job", VERSION, request), context), context

    return outcome


def metadata(work: Work, context: Context) -> Metadata:
    return Metadata.from_json(context.artefacts(work).read_json("metadata.json"))


def output(context: Context) -> pl.DataFrame:
    return pl.read_csv(context.buckets["b"].read("out.csv"))


def types(found: Metadata) -> dict[str, str]:
    return {column.name: column.type.value for column in found.columns}


def as_whole(frame: pl.DataFrame) -> dict[str, str]:
    """The types that the whole table has."""
    return types(infer(frame.select(pl.all().cast(pl.String)), textual=True)[1])


def test_a_sample_is_learnt_from_and_the_report_says_so(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """Rows are counted in full, learnt from and held back in part; a note tells both numbers."""
    work, context = outcome(csv(table()))

    assert (N_ROWS, FIT_ROWS + 20) == (work.facts["input"]["rows"], sum(work.facts["rows"].values()))
    assert any("4,000 rows. 200 of them" in note for note in work.facts["notes"])
    assert as_whole(table()) == types(metadata(work, context))
    assert 500 == output(context).height


def test_an_input_that_is_looked_at_whole_is_not_surveyed(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """As many rows as are looked at are no sample."""
    work, _ = outcome(csv(table().head(FIT_ROWS + 20)))

    assert not any("of them were learnt from" in note for note in work.facts["notes"])


@pytest.mark.parametrize("size", [40, 5_000])
def test_the_pieces_do_not_matter(
    size: int, outcome: Callable[..., tuple[Work, Context]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However large the pieces in which an input is read, the output has the same bytes."""
    data = csv(table())
    first = outcome(data)[0].facts["parts"]
    monkeypatch.setattr("lookalike.formats._pieces.PIECE_BYTES", size * 10)

    assert first == outcome(data)[0].facts["parts"]


@pytest.mark.parametrize(("name", "cell"), [("n", "other"), ("day", "soon"), ("x", "")])
def test_one_cell_makes_a_type(name: str, cell: str, outcome: Callable[..., tuple[Work, Context]]) -> None:
    """A cell that the sample lacks makes a column what it is in the whole table, or the same error."""
    frame = table().with_columns(pl.all().cast(pl.String))
    frame[777, name] = cell
    try:
        expected: object = as_whole(frame)
    except LookalikeError as error:
        expected = type(error)
    try:
        found: object = types(metadata(*outcome(csv(frame))))
    except LookalikeError as error:
        found = type(error)

    assert expected == found


def test_mistaken_cells_are_told_by_their_rows(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """An error tells the row of the table, not that of the sample."""
    frame = table().with_columns(pl.col("x").cast(pl.String))
    frame[777, "x"] = "mistake"
    with pytest.raises(InputInvalid, match=r"first in row 778\. 201 rows were looked at"):
        outcome(csv(frame))


def test_a_key_that_repeats_is_none(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """Numbers of which each stands twice are no key, though a sample has hardly one of them twice."""
    frame = table().with_columns(id=pl.int_range(N_ROWS) // 2 * 7_919 % 1_000_003)

    assert "id" == types(metadata(*outcome(csv(table()))))["id"]
    assert "integer" == as_whole(frame)["id"] == types(metadata(*outcome(csv(frame))))["id"]


@pytest.mark.parametrize("declared", [True, False])
def test_rules_are_held_against_all_rows(declared: bool, outcome: Callable[..., tuple[Work, Context]]) -> None:
    """One row in thousands that breaks a declared rule ends the job; the same row without the rule does not."""
    frame = table()
    frame[777, "y"] = frame[777, "x"] - 1.0
    rules = [{"type": "less_equal", "columns": ["x", "y"]}] if declared else []
    if declared:
        with pytest.raises(ConstraintBroken, match=r"^1 of 4,000 rows break"):
            outcome(csv(frame), constraints=rules)
    else:
        outcome(csv(frame))


def test_levels_are_rare_by_all_rows(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """A level in enough rows of the table may come out though it is rare in the sample; in too few it may not."""
    seldom = pl.int_range(N_ROWS) % 80 == 7
    frame = table().with_columns(level=pl.when(seldom).then(pl.lit("seldom")).otherwise(pl.col("id") % 2))
    hidden = []
    for least in (50, 51):
        work, context = outcome(csv(frame), min_level_rows=least)
        sampled = context.artefacts(work).read_frame("train.arrow")["level"]
        hidden.append(any("'level': 1 of its levels" in note for note in work.facts["notes"]))

    assert 0 < (sampled == "seldom").sum() < 50 == (frame["level"] == "seldom").sum()
    assert [False, True] == hidden


@pytest.mark.parametrize("name", ["id", "email"])
def test_made_up_cells_are_none_of_all_rows(name: str, outcome: Callable[..., tuple[Work, Context]]) -> None:
    """Keys and what tells of people are new beside all rows, not only those of the sample."""
    _, context = outcome(csv(table()))
    real = table()[name]

    assert not output(context)[name].is_in(real.implode()).any()


def test_sequences_are_taken_whole(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """Of time series whole sequences are looked at, from all over the table, whether or not the key is told."""
    steps = 40
    frame = pl.DataFrame(
        {
            "who": np.repeat([f"k{n:03d}" for n in range(100)], steps),
            "day": pl.date_range(pl.date(2020, 1, 1), pl.date(2020, 2, 9), eager=True).to_list() * 100,
            "x": np.random.default_rng(1).normal(size=100 * steps).cumsum().round(3),
        }
    )
    for told in ({}, {"sequence_key": ["who"]}):
        work, context = outcome(csv(frame), data_type="time_series", fit_rows=1_080, **told)
        rows = context.artefacts(work).read_frame("input.arrow")
        lengths = rows.group_by("who").len()["len"].unique().to_list()

        assert [steps] == lengths
        assert 1_000 < rows.height <= 1_200
        assert rows["who"].max() > "k060"


def test_of_one_series_the_end_is_taken(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """One long series is learnt from its last rows."""
    frame = table().select("day", "x")
    work, context = outcome(csv(frame), data_type="time_series")
    rows = context.artefacts(work).read_frame("input.arrow")

    assert str(frame["day"][-1]) == rows["day"][-1]
    assert frame["day"].tail(rows.height).cast(pl.String).to_list() == rows["day"].to_list()


def test_records_of_which_one_is_another(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """In JSON Lines too one text among thousands of dates makes them texts, beside texts that look like numbers."""
    frame = table().select(pl.col("day").cast(pl.String), "n", "x")
    dated = frame.write_ndjson().encode()
    frame[777, "day"] = "soon"
    data = frame.write_ndjson().encode()
    whole = [types(infer(read("jsonl", io.BytesIO(d), ReadOptions()), textual=True)[1]) for d in (dated, data)]

    assert "date" == whole[0]["day"] != whole[1]["day"]
    assert whole == [types(metadata(*outcome(d, form="jsonl"))) for d in (dated, data)]


@pytest.mark.parametrize(("lists", "n_columns"), [([1, 2], 2), ([], 2), ([1, 2, 3, 4], 4)])
def test_lists_of_another_length(
    lists: list[int], n_columns: int, outcome: Callable[..., tuple[Work, Context]]
) -> None:
    """A list that is shorter or longer than any in the sample makes the columns that it makes of the whole table."""
    cells = [[k % 7, k % 5] for k in range(N_ROWS)]
    cells[777] = lists
    stream = io.BytesIO()
    pl.DataFrame({"a": cells, "x": range(N_ROWS)}, schema_overrides={"a": pl.List(pl.Int64)}).write_parquet(stream)
    told = {"columns": {"a": {"type": "nested"}}}
    found = metadata(*outcome(stream.getvalue(), form="parquet", **told))

    assert {f"a.{k}" for k in range(n_columns)} | {"x"} == set(found.names)


def test_what_was_told_is_held_against_all_rows(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """One cell below what a column was told to be at least ends the job."""
    frame = table().with_columns(q=pl.int_range(N_ROWS) % 50)
    frame[777, "q"] = -3
    with pytest.raises(ConstraintBroken, match="'q' has 1 cells below its min"):
        outcome(csv(frame), columns={"q": {"min": 0}})


def test_cells_that_are_read_though_they_look_strange(
    outcome: Callable[..., tuple[Work, Context]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the sample itself has cells that seem of another type than they are read as, the survey comes to an end."""
    monkeypatch.setattr("lookalike.pipeline.surveying.fits", lambda cells, column: cells.str.len_bytes() % 2 == 0)

    assert N_ROWS == outcome(csv(table()))[0].facts["input"]["rows"]


def test_the_report_tells_what_is_missing(outcome: Callable[..., tuple[Work, Context]]) -> None:
    """Shares of missing cells are those of all rows."""
    frame = table().with_columns(pl.when(pl.int_range(N_ROWS) % 8 != 0).then("x").alias("x"))
    [note] = [note for note in outcome(csv(frame))[0].facts["notes"] if "of them were learnt from" in note]

    assert note.endswith("Missing in all rows: 'x' 12.50%.")
