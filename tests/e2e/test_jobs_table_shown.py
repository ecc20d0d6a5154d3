"""The second half of the decisions on jobs: what is taken, and how it is shown. See `test_jobs_table.py`."""

import time
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from service import Service, request, stage

SMALL: dict[str, Any] = {"data_size": 500, "parameters": {"seed": 7, "evaluate": False}}


@pytest.fixture(scope="module")
def done(service: Service) -> dict[str, Any]:
    """A job that has ended well."""
    return service.run(**SMALL, output_path="shown/done.parquet")


@pytest.mark.parametrize("told", ["tabular", "TABULAR", "Tabular"])
def test_data_type(service: Service, told: str) -> None:
    """data_type: "any case; echoed in canonical form; anything else 400 with the list"."""
    job = service.run(**SMALL, data_type=told, output_path=f"shown/type-{told}.parquet")
    wrong = service.http.post("/api/v2/jobs", json=request(**SMALL, data_type="images", output_path="shown/i"))

    assert ("completed", "tabular") == (job["status"], job["configuration"]["data_type"])
    assert 400 == wrong.status_code
    assert "tabular" in wrong.text


@pytest.mark.parametrize("told", ["CSV", "Json", "jsonl", "PARQUET", "arrow"])
def test_formats(service: Service, told: str) -> None:
    """formats: "`csv`, `json` (array of objects, up to 512 MB), `jsonl`, `parquet`, `arrow` (IPC file); any case"."""
    job = service.run(**SMALL, output_format=told, output_path=f"shown/format.{told.lower()}")

    assert "completed" == job["status"]
    read = {"csv": pl.read_csv, "json": pl.read_json, "jsonl": pl.read_ndjson, "parquet": pl.read_parquet}
    reader = read.get(told.lower(), pl.read_ipc)
    assert SMALL["data_size"] == reader(service.bucket("out") / "shown" / f"format.{told.lower()}").height


@pytest.mark.parametrize("n_rows", [1, 65_537])
def test_data_size(service: Service, n_rows: int) -> None:
    """data_size: "exactly that many records or the job fails: rows for tabular"."""
    job = service.run(**{**SMALL, "data_size": n_rows}, output_path=f"shown/{n_rows}.parquet")
    out = service.bucket("out") / "shown" / f"{n_rows}.parquet"

    assert n_rows == pl.read_parquet(out).height == job["metadata"]["output_rows"]


def test_sizes(service: Service, done: dict[str, Any]) -> None:
    """input_size, output_size: "bytes (0 and null until known)"; the rows beside them."""
    job_id = service.submit(**SMALL, output_path="shown/sizes.parquet")
    service.act(job_id, "pause")
    before = service.job(job_id)["metadata"]
    service.act(job_id, "cancel")
    source, out = service.bucket("in") / "adult.csv", service.bucket("out") / "shown" / "done.parquet"
    sizes = {key: done["metadata"][key] for key in ("input_size", "output_size", "input_rows", "output_rows")}

    assert before["output_size"] is None
    assert before["input_size"] in (0, source.stat().st_size)
    assert (source.stat().st_size, out.stat().st_size) == (sizes["input_size"], sizes["output_size"])
    assert (pl.read_csv(source).height, SMALL["data_size"]) == (sizes["input_rows"], sizes["output_rows"])


def test_processing_time(service: Service, done: dict[str, Any]) -> None:
    """processing_time: "whole seconds of running time, as the timeout counts it; null before the first start"."""
    blocker = service.submit(**{**SMALL, "data_size": 40_000_000}, output_path="shown/blocker.parquet")
    service.watch(blocker, lambda job: stage(job, "generate")["status"] == "processing")
    waiting = service.submit(**SMALL, output_path="shown/waiting.parquet")
    before = service.job(waiting)["metadata"]["processing_time"]
    shown = service.watch(blocker, lambda job: job["metadata"]["processing_time"] >= 2)[-1]
    for job_id in (blocker, waiting):
        service.act(job_id, "cancel")

    assert before is None
    assert isinstance(shown["metadata"]["processing_time"], int)
    assert isinstance(done["metadata"]["processing_time"], int)


def test_expiration_date(service: Service, done: dict[str, Any]) -> None:
    """expiration_date: "30 days after the end (a setting). The customer's output is never deleted"."""
    job = service.run(**SMALL, output_path="shown/expiring.parquet")
    out = service.bucket("out") / "shown" / "expiring.parquet"
    kept = service.home / "work" / "jobs" / job["job_id"]
    models_before = kept.exists()
    deleted = service.http.delete(f"/api/v2/jobs/{job['job_id']}")
    deadline = time.monotonic() + 30
    while service.http.get(f"/api/v2/jobs/{job['job_id']}").status_code != 404 and time.monotonic() < deadline:
        time.sleep(0.2)
    ended, expires = (datetime.fromisoformat(job[key]) for key in ("end_time",) * 2)
    expires = datetime.fromisoformat(job["metadata"]["expiration_date"])

    assert timedelta(days=30) == expires - ended
    assert models_before
    assert 200 == deleted.status_code
    assert 404 == service.http.get(f"/api/v2/jobs/{job['job_id']}").status_code
    assert not any(path.is_file() for path in kept.rglob("*"))
    assert out.exists()


def test_configuration(done: dict[str, Any]) -> None:
    """configuration: "the contract's nested shape, plus `output_format`, `data_size`, `is_async`, `timeout`,"."""
    configuration = done["configuration"]

    assert {"bucket": "out", "path": "shown/done.parquet"} == configuration["output_location"]
    assert {"output_format", "data_size", "is_async", "timeout", "resume_window"} <= set(configuration)
    assert 7 == configuration["parameters"]["seed"]


def test_next_offset(service: Service, done: dict[str, Any]) -> None:
    """next_offset: "null on the last page; listed newest first by submission"."""
    second = service.run(**SMALL, output_path="shown/second.parquet")
    whole = service.http.get("/api/v2/jobs", params={"limit": 100}).json()
    first = service.http.get("/api/v2/jobs", params={"limit": 1}).json()
    wrong = service.http.get("/api/v2/jobs", params={"status": "asleep"})
    backwards = {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}

    assert whole["next_offset"] is None
    assert (second["job_id"], 1) == (first["jobs"][0]["job_id"], first["next_offset"])
    submitted = [job["metadata"]["submitted_at"] for job in whole["jobs"]]
    assert submitted == sorted(submitted, reverse=True)
    assert (400, "INVALID_STATUS_FORMAT") == (wrong.status_code, wrong.json()["error"]["code"])
    assert 400 == service.http.get("/api/v2/jobs", params=backwards).status_code
    assert done["job_id"] in [job["job_id"] for job in whole["jobs"]]


def test_idempotency(service: Service) -> None:
    """idempotency: "same key and body gives the first answer again; another body 400 `VALIDATION_ERROR`"."""
    header = {"Idempotency-Key": "shown-1"}
    body = request(**SMALL, output_path="shown/idempotent.parquet")
    first, again = (service.http.post("/api/v2/jobs", json=body, headers=header) for _ in range(2))
    other = service.http.post("/api/v2/jobs", json={**body, "data_size": 501}, headers=header)
    service.watch(first.json()["job_id"])

    assert (202, 202, first.json()["job_id"]) == (first.status_code, again.status_code, again.json()["job_id"])
    assert (400, "VALIDATION_ERROR") == (other.status_code, other.json()["error"]["code"])


def test_unknown_fields(service: Service) -> None:
    """unknown fields: "unknown top-level fields are ignored and named in `message`"; in `parameters` they are 400."""
    answer = service.http.post("/api/v2/jobs", json=request(**SMALL, output_path="shown/unknown.parquet", colour="red"))
    wrong = request(data_size=500, output_path="shown/wrong.parquet", parameters={"sede": 7})
    refused = service.http.post("/api/v2/jobs", json=wrong)
    service.watch(answer.json()["job_id"])

    assert 202 == answer.status_code
    assert "colour" in answer.json()["message"]
    assert 400 == refused.status_code
    assert "sede" in refused.text
    assert "seed" in refused.text
