"""Jobs of texts over HTTP: exact, labelled as the input, in its layout, the same bytes whatever is killed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from crew import Crew, await_death, kill, went_well
from service import digest, manifest

from lookalike import samples
from lookalike.data.split import split_texts

TEXTS, SEED = 2_000, 7
POINTS = (("fit", 0), ("kept", 1), ("generate", 0.5))  # as often as a job may be restarted
ASKED = {
    "data_type": "text",
    "data_size": TEXTS,
    "input_path": "banking77.csv",
    "output_format": "csv",
    "parameters": {"part_rows": 800, "budget_s": 5, "seed": SEED},
}
WRITTEN = {  # line ends within a record, from right to left, signs of several characters
    "hebrew": "שלום, החבילה שלי לא הגיעה\nתודה רבה",
    "arabic": "مرحبا، لم تصل الطلبية بعد\nشكرا",
    "emoji": "my parcel is late 😡👩‍👩‍👧\nthank you 🙏🏽",
    "plain": "my parcel has not arrived\nwhere is it now",
}

pytestmark = pytest.mark.parametrize("crew", ["sqlite"], indirect=True)


@pytest.fixture
def questions(crew: Crew) -> pl.DataFrame:
    """4,000 questions to a bank and what each is about, where jobs read."""
    path = crew.home / "buckets" / "in" / "banking77.csv"
    path.write_bytes(samples.path("banking77.csv").read_bytes())
    return pl.read_csv(path)


@pytest.fixture
def done(crew: Crew, questions: pl.DataFrame) -> dict[str, Any]:
    """A job that nothing happens to."""
    path = crew.home / "buckets" / "out" / "questions" / "_manifest.json"
    if not path.exists():
        crew.halts.plan("questions/")
        job = crew.end(crew.submit("questions/", **ASKED))
        assert job["status"] == "completed", job
    return manifest(path)


def test_exactly_the_texts(crew: Crew, questions: pl.DataFrame, done: dict[str, Any]) -> None:
    """2,000 texts in parts as the manifest has them, none empty, none that was learnt from, with a report."""
    folder = crew.home / "buckets" / "out" / "questions"
    parts = [folder / Path(part["path"]).name for part in done["parts"]]
    tables = [pl.read_csv(part, infer_schema=False) for part in parts]
    learnt, _ = split_texts(questions, "text", 0.1, SEED)
    texts, report = pl.concat(tables)["text"], json.loads((folder / "_report.json").read_text())

    assert (TEXTS, [800, 800, 400]) == (done["rows"], [table.height for table in tables])
    assert [part["sha256"] for part in done["parts"]] == [digest(part) for part in parts]
    assert questions.columns == tables[0].columns
    assert 0 == (texts.fill_null("").str.strip_chars() == "").sum()
    assert set() == set(texts) & set(learnt["text"])  # one that was held back may be met by chance
    assert {"fidelity.c2st_word", "fidelity.c2st_char"} <= set(report["figures"])
    assert any("'text'" in note and "differential privacy" in note for note in report["notes"])
    assert (folder / "_report.html").stat().st_size > 10_000


def test_the_labels_in_their_shares(crew: Crew, questions: pl.DataFrame, done: dict[str, Any]) -> None:
    """Shares of labels are as far from the input's as those of 2,000 texts drawn from it, and no label is new."""
    real = questions["category"]
    made = pl.concat(_tables(crew, "questions"))["category"]
    rng = np.random.default_rng(7)
    floor = [_distance(real.gather(rng.integers(0, len(real), TEXTS)), real) for _ in range(50)]

    assert set(made) <= set(real)
    assert _distance(made, real) <= 1.1 * max(floor)


def _tables(crew: Crew, name: str) -> list[pl.DataFrame]:
    found = sorted((crew.home / "buckets" / "out" / name).glob("part-*"))
    return [pl.read_csv(path, infer_schema=False) for path in found]


def _distance(some: pl.Series, others: pl.Series) -> float:
    """Total variation distance of two columns of labels."""
    both = [cells.alias("label").value_counts(normalize=True, name="share") for cells in (some, others)]
    joined = both[0].join(both[1], "label", "full").fill_null(0)
    return float((joined["share"] - joined["share_right"]).abs().sum()) / 2


@pytest.mark.slow
def test_killed_in_fit_and_in_generate(crew: Crew, done: dict[str, Any]) -> None:
    """kill -9 before and in training and once while it writes: training goes on from its epoch, no byte changes."""
    path = "killed-texts/"
    crew.halts.plan(path, *POINTS)
    job_id = crew.submit(path, **ASKED)
    for point in range(len(POINTS)):
        child = crew.halts.reach(path, point, patience_s=180)
        kill(child)
        await_death(child)
        if POINTS[point][0] == "kept":
            assert list((crew.home / "work" / "jobs" / job_id).glob("kept-*"))

    went_well(crew, job_id, path, crew.output("questions/"), retry_count=len(POINTS))
    [epochs] = crew.halts.kept("questions/")
    assert epochs > 1
    assert sorted([1, epochs - 1]) == sorted(crew.halts.kept(path))


def test_a_table_with_texts(crew: Crew, questions: pl.DataFrame) -> None:
    """A job of a table that has texts besides numbers and levels gives such a table, each text written anew."""
    table = questions.head(280).with_columns(minutes=pl.Series(np.random.default_rng(7).poisson(20, 280)))
    table.write_csv(crew.home / "buckets" / "in" / "tickets.csv")
    asked = {"input_path": "tickets.csv", "data_size": 300, "output_format": "csv"}
    job = crew.end(crew.submit("tickets/", **asked, parameters={"part_rows": 300}))
    [made] = _tables(crew, "tickets")

    assert "completed" == job["status"], job["error"]
    assert (table.columns, 300) == (made.columns, made.height)
    assert not set(made["text"]) & set(table["text"])
    assert set(made["category"]) <= set(table["category"])
    assert made["minutes"].cast(pl.Int64).is_between(0, 60).all()


def test_lines(crew: Crew, questions: pl.DataFrame) -> None:
    """A record a line comes in, exactly so many lines go out."""
    source = crew.home / "buckets" / "in" / "lines.txt"
    source.write_text("\n".join(questions["text"].str.replace_all("[\r\n]+", " ")) + "\n", "utf-8")
    asked = {"data_type": "text", "input_path": "lines.txt", "input_format": "txt", "output_format": "txt"}
    job = crew.end(crew.submit("lines/", **asked, data_size=700, parameters={"backend": "ngram", "part_rows": 700}))
    assert "completed" == job["status"], job["error"]
    [part] = (crew.home / "buckets" / "out" / "lines").glob("part-*")
    lines = part.read_bytes().decode().removesuffix("\n").split("\n")

    assert (".txt", 700, 0) == (part.suffix, len(lines), sum(not line.strip() for line in lines))


def test_any_script(crew: Crew) -> None:
    """Records with line ends, from right to left and with emoji come back as such, under labels that fit them."""
    cells = [(name, f"{text} {n % 7}") for n in range(120) for name, text in WRITTEN.items()]
    table = pl.DataFrame(cells, schema=["script", "text"], orient="row")
    table.write_ndjson(crew.home / "buckets" / "in" / "scripts.jsonl")
    asked = {"data_type": "text", "input_path": "scripts.jsonl", "input_format": "jsonl", "output_format": "jsonl"}
    parameters = {"backend": "ngram", "part_rows": 200, "text_columns": "text", "attributes": "script"}
    job = crew.end(crew.submit("scripts/", **asked, data_size=200, parameters=parameters))
    assert "completed" == job["status"], job["error"]
    [part] = (crew.home / "buckets" / "out" / "scripts").glob("part-*")
    made = pl.read_ndjson(part)

    assert (table.columns, 200) == (made.columns, made.height)
    assert set(WRITTEN) == set(made["script"])
    assert made.filter(pl.col("text").str.contains("\n")).height > 100
    for script, letters in (("hebrew", r"\p{Hebrew}"), ("arabic", r"\p{Arabic}"), ("emoji", r"\p{So}")):
        own = made.filter(pl.col("script") == script)["text"]
        assert own.str.contains(letters).mean() > 0.9, script  # type: ignore[operator]  # a share
