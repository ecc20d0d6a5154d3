"""A job of sequences over HTTP, on real storms: exact, typed as the input, the same bytes whatever is killed."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from crew import Crew, await_death, kill, went_well
from service import digest, manifest

from lookalike.data.metadata import Metadata
from lookalike.data.parameters import TimeSeriesParameters
from lookalike.tables import given, typed

ROWS = 20_000
POINTS = (("fit", 0), ("fit", 0.5), ("generate", 0), ("generate", 0.6))
ASKED = {
    "data_type": "time series",
    "data_size": ROWS,
    "input_path": "storms.csv",
    "output_format": "csv",
    "parameters": {"part_rows": 8_000},
}

pytestmark = pytest.mark.parametrize("crew", ["sqlite"], indirect=True)


@pytest.fixture
def storms(crew: Crew, real_data: Path) -> Path:
    """All 655 storms, where jobs read; without their names, which say what their ids do."""
    path = crew.home / "buckets" / "in" / "storms.csv"
    if not path.exists():
        cells = pl.read_csv(real_data / "time_series" / "storms.csv", infer_schema=False)
        cells.drop("name").write_csv(path)
    return path


@pytest.fixture
def done(crew: Crew, storms: Path) -> dict[str, Any]:
    """A job that nothing happens to."""
    path = crew.home / "buckets" / "out" / "storms"
    return json.loads((path / "_manifest.json").read_text()) if path.exists() else _run(crew)


def _run(crew: Crew) -> dict[str, Any]:
    job = crew.end(crew.submit("storms/", **ASKED))
    assert job["status"] == "completed", job
    return manifest(crew.home / "buckets" / "out" / "storms" / "_manifest.json")


def _metadata(path: Path) -> Metadata:
    parameters = TimeSeriesParameters()
    return typed(given(path, parameters), parameters)[1]


def test_exactly_the_rows(crew: Crew, storms: Path, done: dict[str, Any]) -> None:
    """20,000 rows, of the input's types, in parts as the manifest has them, with a report that found key and index."""
    folder = crew.home / "buckets" / "out" / "storms"
    parts = [folder / Path(part["path"]).name for part in done["parts"]]
    lines = [len(part.read_text().splitlines()) - 1 for part in parts]
    report = json.loads((folder / "_report.json").read_text())

    assert (ROWS, [8_000, 8_000, 4_000]) == (done["rows"], lines)
    assert [part["sha256"] for part in done["parts"]] == [digest(part) for part in parts]
    assert _types(_metadata(storms)) == _types(_metadata(parts[0]))
    assert "fidelity.c2st_seq" in report["figures"]
    assert any("'storm_id' is the sequence key" in note for note in report["notes"])
    assert (folder / "_report.html").stat().st_size > 10_000


def _types(metadata: Metadata) -> dict[str, str]:
    return {column.name: str(column.dtype) for column in metadata.columns}


@pytest.mark.slow
def test_killed_in_fit_and_in_generate(crew: Crew, done: dict[str, Any]) -> None:
    """kill -9 twice while it learns and once while it draws: it goes on, and no byte changes."""
    for number, points in enumerate((POINTS[:2], POINTS[2:])):
        path = f"killed-{number}/"
        crew.halts.plan(path, *points)
        job_id = crew.submit(path, **ASKED)
        for point in range(len(points)):
            child = crew.halts.reach(path, point)
            kill(child)
            await_death(child)

        went_well(crew, job_id, path, crew.output("storms/"), retry_count=len(points))
        assert len(points) + 1 == crew.halts.attempts(path)


@pytest.mark.slow
def test_so_many_sequences(crew: Crew, storms: Path) -> None:
    """`n_sequences` gives so many whole sequences; data_size is a ceiling, and too low a one a clear failure."""
    asked = {**ASKED, "parameters": {"n_sequences": 50, "part_rows": ROWS, "evaluate": False}}
    job = crew.end(crew.submit("fifty/", **asked))
    low = crew.end(crew.submit("low/", **{**asked, "data_size": 60}))
    rows = given(crew.home / "buckets" / "out" / "fifty" / "part-00000.csv", TimeSeriesParameters()).frame

    assert (50, "completed") == (rows["storm_id"].n_unique(), job["status"])
    assert rows.height == job["metadata"]["output_rows"]
    assert ("failed", "CONDITIONS_UNREACHABLE") == (low["status"], low["error"]["code"])
    assert "more than 60 rows" in low["error"]["message"]


def test_another_jobs_model(crew: Crew, done: dict[str, Any]) -> None:
    """A job may draw by the model of another one, other sequences of it."""
    asked = {"parameters": {"model_from_job": done["job_id"], "sequence_length": 5}}
    job = crew.end(crew.submit("borrowed/", **{**ASKED, **asked, "data_size": 500}))
    rows = given(crew.home / "buckets" / "out" / "borrowed" / "part-00000.csv", TimeSeriesParameters()).frame

    assert ("completed", 500) == (job["status"], rows.height)
    assert {5} == set(rows["storm_id"].value_counts()["count"].to_list())
