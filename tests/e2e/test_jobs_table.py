"""
The life of jobs as the API means it, one test for each decision.

Each docstring names the decision and quotes it; where the original text is at hand (LOOKALIKE_CONTRACT), the quotes are
held against it and none may be missing. What belongs to `publishing` and `crash` in full is in `test_kills.py`.
"""

import ast
import os
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from service import ENDED, Service, digest, manifest, request, serving, stage

from lookalike import samples

STAGES = ["ingest", "profile", "fit", "generate", "evaluate", "publish"]
SMALL: dict[str, Any] = {"data_size": 1_000, "parameters": {"seed": 7, "evaluate": False}}
LONG: dict[str, Any] = {"data_size": 40_000_000, "parameters": {"seed": 7, "evaluate": False}}  # a minute and more
SYNC_WAIT_S = 12


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with one slot, few waiting jobs to a customer and quick beats."""
    limits = {"JOBS__RUNNING_PER_CUSTOMER": "2", "JOBS__QUEUED_PER_CUSTOMER": "6"}
    home = tmp_path_factory.mktemp("table") / "home"
    with serving(
        home, JOBS__BEAT_S="0.2", JOBS__LEASE_S="5", SERVER__SYNC_WAIT_S=str(SYNC_WAIT_S), **limits
    ) as running:
        shutil.copy(samples.path("adult.csv"), running.bucket("in"))
        running.bucket("out")
        yield running


@pytest.fixture
def start(service: Service) -> Iterator[Any]:
    """Submits a job under an output path of its own; what has not ended at the end of the test is cancelled."""
    started = []

    def begin(**changes: Any) -> str:
        started.append(service.submit(**{"output_path": f"table/{time.monotonic_ns()}.parquet", **changes}))
        return started[-1]

    yield begin
    for job_id in started:
        if service.job(job_id)["status"] not in ENDED:
            service.act(job_id, "cancel")


def running(job: dict[str, Any]) -> bool:
    return bool(job["status"] == "running" and stage(job, "generate")["status"] == "processing")


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def database(service: Service, statement: str, *values: Any) -> None:
    """Write to the service's database behind its back: time cannot be waited for."""
    with sqlite3.connect(service.home / "lookalike.db", timeout=10) as connection:
        connection.execute(statement, values)
    connection.close()


def test_life(service: Service, start: Any) -> None:
    """life: "over its limit of running jobs a customer's jobs wait in `initialized`"."""
    first = start(**LONG)
    service.watch(first, running)
    queued, waiting = start(**SMALL), start(**SMALL)
    service.watch(queued, lambda job: job["status"] == "queued")
    time.sleep(1)

    assert ["running", "queued", "initialized"] == [
        service.job(job_id)["status"] for job_id in (first, queued, waiting)
    ]
    for _ in range(4):
        start(**SMALL)
    refused = service.http.post("/api/v2/jobs", json=request(**SMALL, output_path="table/full.parquet"))
    assert (429, "QUOTA_EXCEEDED") == refusal(refused)
    service.act(first, "cancel")
    assert "completed" == service.watch(waiting)[-1]["status"]


def test_pausing(service: Service, start: Any) -> None:
    """pausing: "from initialized, queued, running; already paused is 200; else 400 `PAUSE_FAILED`"."""
    first = start(**LONG)
    service.watch(first, running)
    queued, initialized = start(**SMALL), start(**SMALL)
    service.watch(queued, lambda job: job["status"] == "queued")
    answers = [service.act(job_id, "pause").status_code for job_id in (initialized, queued, first, first)]
    done = service.run(**SMALL, output_path="table/pausing.parquet")

    assert [200] * 4 == answers
    assert ["paused"] * 3 == [service.job(job_id)["status"] for job_id in (initialized, queued, first)]
    assert (400, "PAUSE_FAILED") == refusal(service.act(done["job_id"], "pause"))


@pytest.mark.slow
def test_resume_window(service: Service, start: Any) -> None:
    """resume window: "starts when the job enters `paused`"; too late is RESUME_FAILED, then the job is cancelled."""
    job_id = start(**LONG, resume_window=2)
    service.watch(job_id, running)
    before = time.time()
    service.act(job_id, "pause")
    deadline = moment(service.job(job_id)["metadata"]["resume_deadline"]).timestamp()
    time.sleep(max(0.0, deadline + 0.1 - time.time()))
    late = service.act(job_id, "resume")
    ended = service.watch(job_id)[-1]

    assert before <= deadline - 2 <= before + 2
    assert late.status_code == 400
    assert ("cancelled", "RESUME_WINDOW_EXPIRED") == (ended["status"], ended["error"]["code"])
    gone = service.home / "work" / "jobs" / job_id
    deadline = time.time() + 30
    while any(gone.rglob("*")) and time.time() < deadline:
        time.sleep(0.2)
    assert not any(path.is_file() for path in gone.rglob("*"))


def test_timeout(service: Service, start: Any) -> None:
    """timeout: "wall-clock running seconds summed over attempts; queued and paused time do not count"."""
    job_id = start(**LONG, timeout=10)
    service.watch(job_id, running)
    service.act(job_id, "pause")
    first = service.job(job_id)["metadata"]["processing_time"]
    time.sleep(3)
    service.act(job_id, "resume")
    last = service.watch(job_id)[-1]
    ended = moment(last["end_time"]) - moment(last["metadata"]["started_at"])

    assert first < 10 <= last["metadata"]["processing_time"] <= 11
    assert ended >= timedelta(seconds=12.5)
    assert ("failed", "JOB_TIMEOUT") == (last["status"], last["error"]["code"])
    assert ["completed"] * 3 + ["failed", "skipped", "skipped"] == [each["status"] for each in last["stages"]]
    assert not (service.bucket("out") / last["configuration"]["output_location"]["path"]).exists()


def test_cancel_and_pause(service: Service, start: Any) -> None:
    """cancel, pause: "already cancelled: 200; completed or failed: 400 `CANCEL_FAILED`"."""
    job_id = start(**LONG)
    service.watch(job_id, running)
    answers = [service.act(job_id, "cancel").status_code for _ in range(2)]
    time.sleep(1.5)
    left = [name for name in service.names() if name.startswith("job-")]
    done = service.run(**SMALL, output_path="table/cancel.parquet")
    paused = start(**LONG)
    service.act(paused, "pause")

    assert [200, 200] == answers
    assert [] == left, "ended within one beat + 1 s"
    assert (400, "CANCEL_FAILED") == refusal(service.act(done["job_id"], "cancel"))
    assert 200 == service.act(paused, "cancel").status_code


def test_publishing(service: Service, start: Any) -> None:
    """publishing: "begins with one fenced database write; from then on the job goes through": no cancel, no pause."""
    job_id = start(**LONG)
    service.watch(job_id, running)
    database(service, "UPDATE jobs SET publishing = 1 WHERE job_id = ?", job_id)
    answers = [service.act(job_id, verb) for verb in ("cancel", "pause")]
    database(service, "UPDATE jobs SET publishing = 0 WHERE job_id = ?", job_id)

    assert [(400, "CANCEL_FAILED"), (400, "PAUSE_FAILED")] == [refusal(answer) for answer in answers]
    assert all("already being published" in answer.json()["error"]["message"] for answer in answers)


def test_output_path(service: Service, start: Any) -> None:
    """output path: "ending in `/`: a prefix with `part-00000.<ext>`"; a live job's own, or inside it, is 400."""
    parts = service.run(
        data_size=2_500, parameters={"seed": 7, "evaluate": False, "part_rows": 1_000}, output_path="table/parts/"
    )
    there = sorted(path.name for path in (service.bucket("out") / "table" / "parts").iterdir())
    start(**LONG, output_path="table/taken/")
    asked = [request(**LONG, output_path=path) for path in ("table/taken/", "table/taken/x.parquet")]
    clashes = [service.http.post("/api/v2/jobs", json=body) for body in asked]
    large = service.http.post("/api/v2/jobs", json=request(data_size=50_000_001, output_path="table/large.parquet"))

    assert "completed" == parts["status"]
    assert ["_manifest.json", *(f"part-{n:05d}.parquet" for n in range(3))] == there
    assert [(400, "VALIDATION_ERROR")] * 2 == [refusal(answer) for answer in clashes]
    assert 400 == large.status_code
    assert "/" in large.json()["error"]["message"] + str(large.json()["error"]["details"])


def test_beside_it(service: Service) -> None:
    """beside it: "object `a/b.csv`: `a/b.csv.manifest.json`, `a/b.csv.report.html`, `.report.json`"."""
    service.run(data_size=1_000, output_path="table/beside/b.parquet")
    service.run(data_size=1_000, output_path="table/under/")
    beside, under = (
        sorted(path.name for path in (service.bucket("out") / "table" / name).iterdir()) for name in ("beside", "under")
    )
    told = manifest(service.bucket("out") / "table" / "beside" / "b.parquet.manifest.json")

    assert ["b.parquet", *(f"b.parquet.{end}" for end in ("manifest.json", "report.html", "report.json"))] == beside
    assert ["_manifest.json", "_report.html", "_report.json", "part-00000.parquet"] == under
    wanted = "version job_id lookalike data_type format rows columns seed parameters input parts report verdict"
    assert set(wanted.split()) <= set(told)


def test_crash(service: Service, start: Any) -> None:
    """crash: "another goes on from the last checkpoint", `metadata.retry_count` + 1."""
    undisturbed = service.run(data_size=600_000, parameters=SMALL["parameters"], output_path="table/calm.parquet")
    job_id = start(data_size=600_000, parameters=SMALL["parameters"], output_path="table/crash.parquet")
    service.watch(job_id, running)
    service.kill_job(job_id)
    last = service.watch(job_id)[-1]
    out = service.bucket("out") / "table"

    assert ("completed", 0, 1) == (
        last["status"],
        undisturbed["metadata"]["retry_count"],
        last["metadata"]["retry_count"],
    )
    assert digest(out / "calm.parquet") == digest(out / "crash.parquet")


def test_an_upgrade_with_jobs_in_flight(service: Service, start: Any) -> None:
    """crash: "another version starts the job again from `ingest`", and what comes out is whole."""
    job_id = start(data_size=600_000, parameters=SMALL["parameters"], output_path="table/upgraded.parquet")
    service.watch(job_id, running)
    service.act(job_id, "pause")
    before = service.job(job_id)
    database(service, "UPDATE jobs SET work = json_set(work, '$.version', '0.0.1') WHERE job_id = ?", job_id)
    service.act(job_id, "resume")
    seen = service.watch(job_id)

    assert "completed" == stage(before, "fit")["status"]
    assert any(stage(job, "fit")["status"] in ("pending", "processing") for job in seen)
    assert "completed" == seen[-1]["status"]
    assert 600_000 == pl.read_parquet(service.bucket("out") / "table" / "upgraded.parquet").height


def test_stages(service: Service, start: Any) -> None:
    """stages: "all listed from creation as `pending`, in order: `ingest`, `profile`, `fit`, `generate`,"."""
    job_id = start(**SMALL)
    at_first = service.job(job_id)
    last = service.watch(job_id)[-1]

    assert STAGES == [each["name"] for each in at_first["stages"]] == [each["name"] for each in last["stages"]]
    assert "skipped" == stage(last, "evaluate")["status"]


def test_progress(service: Service, start: Any) -> None:
    """progress: "integer, never falls within an attempt"; 100 only when completed; frozen when it is over."""
    done = service.watch(start(data_size=600_000, parameters=SMALL["parameters"]))
    cancelled = start(**LONG)
    last = service.watch(cancelled, running)[-1]["progress"]
    service.act(cancelled, "cancel")
    shown = [job["progress"] for job in done]

    assert all(isinstance(progress, int) for progress in shown)
    assert shown == sorted(shown)
    assert all(job["status"] == "completed" for job in done if job["progress"] == 100)
    assert last <= service.job(cancelled)["progress"] < 100
    assert service.job(cancelled)["progress"] == service.job(cancelled)["progress"]


def test_start_time(service: Service, start: Any) -> None:
    """start_time: "required by the contract, so never null: acceptance time until processing starts"."""
    first = start(**LONG)
    service.watch(first, running)
    second = start(**SMALL)
    waiting = service.job(second)
    service.act(first, "cancel")
    ended = service.watch(second)[-1]

    assert waiting["start_time"] == waiting["metadata"]["submitted_at"]
    assert waiting["metadata"]["started_at"] is None
    assert ended["start_time"] == ended["metadata"]["started_at"] > ended["metadata"]["submitted_at"]


@pytest.mark.parametrize(
    ("asked", "state"), [({"data_size": 200_000}, "completed"), pytest.param(LONG, "running", marks=pytest.mark.slow)]
)
def test_is_async_false(service: Service, asked: dict[str, Any], state: str) -> None:
    """is_async false: "still 202. The answer waits until the job ends, at most min(timeout, server cap 30 s)"."""
    body = request(**{**LONG, **asked}, is_async=False, output_path=f"table/sync-{state}.parquet")
    before = time.monotonic()
    answer = service.http.post("/api/v2/jobs", json=body)
    waited = time.monotonic() - before
    service.act(answer.json()["job_id"], "cancel")

    assert (202, f"The job is {state}.") == (answer.status_code, answer.json()["message"])
    assert (SYNC_WAIT_S <= waited < SYNC_WAIT_S + 3) if state == "running" else waited < SYNC_WAIT_S


def test_rejected(service: Service) -> None:
    """rejected: "never sent with 202; a refusal is a 4xx"."""
    answers = [service.http.post("/api/v2/jobs", json=request(**wrong)) for wrong in ({"data_size": 0}, {"timeout": 0})]
    good = service.http.post("/api/v2/jobs", json=request(**SMALL, output_path="table/accepted.parquet"))

    assert [400, 400] == [answer.status_code for answer in answers]
    assert (202, "accepted") == (good.status_code, good.json()["status"])
    service.watch(good.json()["job_id"])


def test_the_quotes_are_the_originals() -> None:
    """Every decision has a test whose docstring names it and quotes it word for word."""
    if "LOOKALIKE_CONTRACT" not in os.environ:
        pytest.skip("LOOKALIKE_CONTRACT does not name the original contract")
    text = (Path(os.environ["LOOKALIKE_CONTRACT"]).parents[1] / "CONTRACT.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([a-z_, ]+?) \| (.+) \|$", text.partition("## Parameters")[0], re.MULTILINE))
    rows.pop("question")
    quoted = {}
    for path in Path(__file__).parent.glob("test_jobs_table*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            said = " ".join((ast.get_docstring(node) or "").split()) if isinstance(node, ast.FunctionDef) else ""
            if found := re.match(r'([a-z_, ]+): "(.+?)"', said):
                quoted.setdefault(found[1], []).append(found[2])

    assert set(rows) == set(quoted)
    assert [] == [quote for name, quotes in quoted.items() for quote in quotes if quote not in rows[name]]
