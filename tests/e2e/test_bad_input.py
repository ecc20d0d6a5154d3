"""Bad input, end to end: a right result, or an error that says what and where, without a cell; never half an output."""

import io
import json
import re
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from bad_input import BAD, NAMES, ODD, SECRET, TYPED, Case
from service import Service

from lookalike import errors
from lookalike.client import ServiceAway
from lookalike.data.parameters import TabularParameters
from lookalike.tables import given, typed

ROWS = 100
ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "errors.md"
SERVED = ROOT / "src" / "lookalike" / "api" / "openapi.json"


@pytest.fixture(scope="module")
def jobs(service: Service) -> dict[str, str]:
    """All cases submitted at once; the id of each job by the name of its file."""
    return {case.name: _submit(service, case) for case in [*BAD, *ODD]}


def _submit(service: Service, case: Case) -> str:
    (service.bucket("in") / case.name).write_bytes(case.data)
    form = case.name.split(".")[1]
    asked = {"data_size": ROWS, "output_format": "csv", "output_path": f"bad/{case.name}.out"} | dict(case.changes)
    return service.submit(input_path=case.name, input_format=form, **asked)


def _settled(folder: Path) -> list[Path]:
    """What stays in a folder once tidying, which comes a moment after the end, is done."""
    deadline = time.monotonic() + 10
    while (left := [p for p in folder.rglob("*") if p.is_file()]) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_bad_input_is_told_and_leaves_nothing(service: Service, jobs: dict[str, str], case: Case) -> None:
    """The job fails with its code, names line or column and what to do, shows no cell and writes nothing."""
    job = service.watch(jobs[case.name])[-1]
    error: dict[str, Any] = job["error"]

    assert ("failed", case.code) == (job["status"], error["code"])
    assert re.search(case.says, error["message"])
    assert SECRET not in error["message"]
    assert "Traceback" not in str(job)
    assert [] == list((service.bucket("out") / "bad").glob(f"{case.name}.out*"))
    assert [] == _settled(service.bucket("out") / ".lookalike" / jobs[case.name])


@pytest.mark.parametrize("case", ODD, ids=lambda case: case.name)
def test_odd_input_comes_out_as_it_was(service: Service, jobs: dict[str, str], case: Case) -> None:
    """Exactly the rows, the names and types of the input; a cell that stands once is never shown."""
    job = service.watch(jobs[case.name])[-1]
    out = service.bucket("out") / job["configuration"]["output_location"]["path"]

    assert ("completed", None) == (job["status"], job.get("error"))
    if out.is_dir():
        assert TYPED.columns == pl.read_csv(next(out.glob("part-*"))).columns
        assert pl.read_csv(next(out.glob("part-*"))).height == 1
    elif case.name.endswith(".parquet"):
        assert (TYPED.schema, ROWS) == ((made := pl.read_parquet(out)).schema, made.height)
    else:
        _compare(service.bucket("in") / case.name, out)
    shown = [p for p in out.parent.glob(f"{out.name}*") if p.is_file()]
    assert all(SECRET.encode() not in p.read_bytes() for p in shown)


def _compare(source: Path, out: Path) -> None:
    (before, known, _), (after, found, _) = (_read(path) for path in (source, out))

    assert [(c.name, c.dtype) for c in known.columns] == [(c.name, c.dtype) for c in found.columns]
    assert before.columns == after.columns
    assert after.height == ROWS


def _read(path: Path) -> Any:
    data = io.BytesIO(path.read_bytes()).getvalue()
    named = path.with_name("again.csv")
    named.write_bytes(data)
    return typed(given(named, TabularParameters()), TabularParameters())


def test_names_come_back_as_they_were(service: Service, jobs: dict[str, str]) -> None:
    """The report shows names as text, never as HTML of its own."""
    service.watch(jobs["names.csv"])
    page = (service.bucket("out") / "bad" / "names.csv.out.report.html").read_text("utf-8")

    assert NAMES[1] not in page


def test_no_cell_in_answers_log_or_database(service: Service, jobs: dict[str, str]) -> None:
    """The planted cell is in no answer of the API, not in the log and not in the database; nor is a stack trace."""
    for job_id in jobs.values():
        service.watch(job_id)
    told = [service.http.get(f"/api/v2/jobs/{job_id}").text for job_id in jobs.values()]
    told += [service.http.get("/api/v2/jobs", params={"limit": 100}).text]
    log = (service.home.parent / f"{service.home.name}.log").read_text("utf-8")
    files = [p for p in service.home.glob("*") if p.is_file()]

    assert any(next(iter(jobs.values())).encode() in p.read_bytes() for p in files)
    assert all(SECRET not in text for text in [*told, log])
    assert all(SECRET.encode() not in p.read_bytes() for p in files)
    assert "Traceback" not in log
    assert "panicked" not in log


def _table(heading: str) -> list[list[str]]:
    part = PAGE.read_text("utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_page_lists_what_is_tested() -> None:
    """Each row of the table of inputs has a tested case with the same code, and each case has its row."""
    slow = {("5,000 columns", "none"), ("a cell of 1 MB, 200,000 different levels, a file of 300 MB", "none")}
    tested = {(case.row, f"`{case.code}`" if case.code else "none") for case in [*BAD, *ODD]} | slow

    assert tested == {(row[0], row[2]) for row in _table("Input of a job")}


def test_every_code_is_on_the_page() -> None:
    """Each code that an error may have stands on the page with its status, meaning and mend."""
    from lookalike.api.errors import FAILURES

    listed = {code.strip(" `"): row for row in _table("Codes") for code in row[0].split(",")}
    known = {e.code for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.LookalikeError)}
    known |= {"CANCEL_FAILED", "PAUSE_FAILED", "RESUME_FAILED", ServiceAway.code, *FAILURES.values()}
    known |= set(json.loads(SERVED.read_text("utf-8"))["components"]["schemas"]["ErrorCodeEnum"]["enum"])
    of_jobs = {e.code for e in errors.JobError.__subclasses__()} | {"INTERNAL"}

    assert known == set(listed)
    assert of_jobs == {code for code, row in listed.items() if row[1] == "job"} | {"INTERNAL"}
    assert all(all(cell for cell in row) for row in listed.values())
