"""What the API shows of jobs, over HTTP, against a real ledger and real folders."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from lookalike.clock import ManualClock
from lookalike.jobs import Beat, Limits
from lookalike.jobs.states import JobStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MISSING = "00000000-0000-4000-8000-000000000000"


def claimed(service: Any) -> Any:
    """The oldest job, taken by a worker."""
    service.store.admit(Limits(9, 9))
    return service.store.claim("worker", 60, Limits(9, 9))


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json()["error"]["details"]["errors"]]


def test_a_submission_is_accepted_and_starts_as_initialized(service: Any) -> None:
    """202 carries a new uuid and 'accepted'; the job then shows all stages pending and progress 0."""
    answer = service.create()
    job = service.get(f"/api/v2/jobs/{answer.json()['job_id']}").json()

    assert (202, "accepted") == (answer.status_code, answer.json()["status"])
    assert answer.json()["job_id"] == str(UUID(answer.json()["job_id"]))
    assert ("initialized", 0) == (job["status"], job["progress"])
    assert ["ingest", "profile", "fit", "generate", "evaluate", "publish"] == [s["name"] for s in job["stages"]]
    assert {"pending"} == {stage["status"] for stage in job["stages"]}
    assert "error" not in job


def test_configuration_shows_what_was_asked_in_canonical_form(service: Any) -> None:
    """Spellings are made canonical, defaults and the drawn seed are shown."""
    job_id = service.job(
        data_type="TABULAR",
        input_format="CSV",
        output_format="Parquet",
        output_path="o/",
        parameters={"evaluate": False},
    )
    shown = service.get(f"/api/v2/jobs/{job_id}").json()["configuration"]

    assert {"bucket": "data", "path": "in/adult.csv"} == shown["input_location"]
    assert {"bucket": "data", "path": "o/"} == shown["output_location"]
    assert ("tabular", "csv", "parquet", 100) == tuple(
        shown[name] for name in ("data_type", "input_format", "output_format", "data_size")
    )
    assert (True, 3600, 300) == (shown["is_async"], shown["timeout"], shown["resume_window"])
    assert (False, "balanced") == (shown["parameters"]["evaluate"], shown["parameters"]["privacy"])
    assert 0 <= shown["parameters"]["seed"] < 2**63


def test_the_work_a_worker_finds_is_the_request(service: Any) -> None:
    """The ledger's job carries a Work that says the same as the configuration, seed included."""
    job_id = service.job(parameters={"seed": 5})
    work = service.store.get(job_id).work

    assert (job_id, 5, 100, []) == (
        work["job_id"],
        work["request"]["parameters"]["seed"],
        work["request"]["n_rows"],
        work["done"],
    )


def test_start_time_is_never_null(make: Callable[..., Any]) -> None:
    """start_time is the acceptance time until processing starts; metadata tells both exactly."""
    clock = ManualClock(NOW)
    service = make(clock=clock)
    job_id = service.job()
    before = service.get(f"/api/v2/jobs/{job_id}").json()
    clock.advance(5)
    claimed(service)
    after = service.get(f"/api/v2/jobs/{job_id}").json()

    assert before["start_time"] == before["metadata"]["submitted_at"]
    assert before["metadata"]["started_at"] is None
    assert after["start_time"] == after["metadata"]["started_at"] > before["start_time"]
    assert (0, None, None) == tuple(before["metadata"][k] for k in ("input_size", "output_size", "processing_time"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("data_type", "images"),
        ("data_type", 7),
        ("data_size", 0),
        ("data_size", -1),
        ("data_size", "10"),
        ("data_size", 10.0),
        ("data_size", True),
        ("data_size", None),
        ("data_size", 10**30),
        ("data_size", 1_000_000_001),
        ("input_format", "xlsx"),
        ("input_format", "txt"),
        ("output_format", ""),
        ("input_bucket", "nowhere"),
        ("output_bucket", "../data"),
        ("input_path", "missing.csv"),
        ("input_path", "../in/adult.csv"),
        ("input_path", "/in/adult.csv"),
        ("input_path", "in//adult.csv"),
        ("input_path", "in/./adult.csv"),
        ("input_path", "in//"),
        ("input_path", ".lookalike/*"),
        ("output_path", "out/*.csv"),
        ("input_path", "C:\\adult.csv"),
        ("input_path", "in\nadult.csv"),
        ("output_path", ""),
        ("output_path", "/"),
        ("output_path", "a" * 1025),
        ("output_path", ".lookalike/x.csv"),
        ("output_path", "in/adult.csv"),
        ("is_async", "false"),
        ("is_async", 1),
        ("is_async", None),
        ("timeout", 0),
        ("timeout", 86_401),
        ("timeout", "60"),
        ("resume_window", 0),
        ("resume_window", 2**40),
        ("parameters", None),
        ("parameters", []),
        ("parameters", {"x": "y" * 270_000}),
        ("project_id", ""),
        ("project_id", "a" * 256),
        ("project_id", "a\tb"),
    ],
)
def test_each_wrong_field_is_refused_by_name(service: Any, field: str, value: object) -> None:
    """A wrong value is 400 VALIDATION_ERROR, and details.errors names exactly that field."""
    answer = service.create(**{field: value})

    assert (400, "VALIDATION_ERROR") == code(answer)
    assert [field] == fields(answer)


def test_an_unknown_parameter_is_refused_by_name_with_what_is_allowed(service: Any) -> None:
    """parameters.colour is 400 naming it and the allowed keys."""
    answer = service.create(parameters={"colour": 1})

    assert (400, ["parameters.colour"]) == (answer.status_code, fields(answer))
    assert "seed" in answer.json()["error"]["message"]


@pytest.mark.parametrize("field", ["data_type", "data_size", "input_path", "project_id"])
def test_required_fields_are_required(service: Any, field: str) -> None:
    """A body without a required field is 400 naming it."""
    body = service.body()
    del body[field]
    answer = service.post("/api/v2/jobs", json=body)

    assert (400, [field]) == (answer.status_code, fields(answer))


def test_all_wrong_fields_are_named_at_once(service: Any) -> None:
    """One answer names every wrong field."""
    answer = service.create(data_type="x", output_format="y", parameters={"seed": -1})

    assert ["data_type", "output_format"] == fields(answer)
    assert ["output_format", "parameters.seed"] == fields(service.create(output_format="y", parameters={"seed": -1}))


def test_unknown_fields_are_ignored_and_named(service: Any) -> None:
    """An unknown top-level field does not stop a job, whatever text is in it; the message names it."""
    body = json.dumps(service.body(colour="red", **{"half \ud800": "\0\udfff"}))
    headers = {**service.headers(), "Content-Type": "application/json"}
    answer = service.client.post("/api/v2/jobs", content=body, headers=headers)

    assert 202 == answer.status_code
    assert "colour, half \\ud800." in answer.json()["message"]


def test_one_object_takes_so_many_rows_and_no_more(service: Any) -> None:
    """Above 50 M rows a path without '/' is refused with the hint, one with '/' is taken."""
    one = service.create(data_size=50_000_001)

    assert (400, ["output_path"]) == (one.status_code, fields(one))
    assert "'/'" in one.json()["error"]["message"]
    assert 202 == service.create(data_size=50_000_001, output_path="many/").status_code


def test_a_live_output_path_is_taken(service: Any) -> None:
    """A second job for the same output path, or inside it, is 400 while the first lives."""
    job_id = service.job(output_path="same/")

    assert (400, "VALIDATION_ERROR") == code(service.create(output_path="same/"))
    assert 400 == service.create("bob", output_path="same/x.csv").status_code

    service.post(f"/api/v2/jobs/{job_id}/cancel")

    assert 202 == service.create(output_path="same/").status_code


def test_buckets_and_projects_have_rights(make: Callable[..., Any]) -> None:
    """A bucket or project a customer may not use is 403 ACCESS_DENIED, by direction."""
    service = make()
    vault_in = {"input_bucket": "vault", "input_path": "adult.csv"}

    assert 202 == service.create("alice", **vault_in).status_code
    assert (403, "ACCESS_DENIED") == code(service.create("bob", **vault_in))
    assert (403, "ACCESS_DENIED") == code(service.create("carol", **vault_in))
    assert 202 == service.create("carol", output_bucket="vault").status_code
    limited = service.headers("alice", projects=frozenset({"p2"}))
    assert (403, "ACCESS_DENIED") == code(service.client.post("/api/v2/jobs", json=service.body(), headers=limited))


def test_a_token_of_one_project_sees_only_its_jobs(service: Any) -> None:
    """With a projects claim, other projects' jobs are 403 and not listed; pages still add up."""
    ids = [service.job(project_id=f"p{i % 2}") for i in range(6)]
    limited = service.headers("alice", projects=frozenset({"p1"}))
    page = service.client.get("/api/v2/jobs?limit=2", headers=limited).json()

    assert [ids[5], ids[3]] == [job["job_id"] for job in page["jobs"]]
    assert (3, 2) == (page["total"], page["next_offset"])
    assert (403, "ACCESS_DENIED") == code(service.client.get(f"/api/v2/jobs/{ids[0]}", headers=limited))


@pytest.mark.parametrize(
    ("verb", "path", "scope"),
    [
        ("GET", "/api/v2/jobs", "jobs:read"),
        ("GET", f"/api/v2/jobs/{MISSING}", "jobs:read"),
        ("POST", f"/api/v2/jobs/{MISSING}/cancel", "jobs:write"),
        ("POST", f"/api/v2/jobs/{MISSING}/pause", "jobs:write"),
        ("POST", f"/api/v2/jobs/{MISSING}/resume", "jobs:write"),
        ("GET", "/api/v2/webhooks", "webhooks:read"),
        ("DELETE", f"/api/v2/webhooks/{MISSING}", "webhooks:write"),
    ],
)
def test_a_token_with_scopes_is_held_to_them(make: Callable[..., Any], verb: str, path: str, scope: str) -> None:
    """Without the scope 403, with it the request goes on; a token without any is refused only by setting."""
    service, strict = make(), make(require_scopes=True)
    others = {"jobs:read", "jobs:write", "webhooks:read", "webhooks:write"} - {scope}
    without = service.client.request(verb, path, headers=service.headers(scopes=frozenset(others)))
    with_it = service.client.request(verb, path, headers=service.headers(scopes=frozenset({scope})))

    assert (403, "ACCESS_DENIED") == code(without)
    assert scope in without.json()["error"]["message"]
    assert 403 != with_it.status_code
    assert 403 != service.client.request(verb, path, headers=service.headers()).status_code
    assert 403 == strict.client.request(verb, path, headers=strict.headers()).status_code


def test_waiting_jobs_are_limited(make: Callable[..., Any]) -> None:
    """Over the limit of waiting jobs creation is 429 QUOTA_EXCEEDED with Retry-After; others are not touched."""
    service = make(waiting=1)
    service.job()
    answer = service.create()

    assert (429, "QUOTA_EXCEEDED") == code(answer)
    assert int(answer.headers["retry-after"]) > 0
    assert 202 == service.create("bob").status_code


def test_idempotency(service: Any) -> None:
    """The same key and body give the first job again, another body is 400, another customer has keys of their own."""
    body, path = service.body(), "/api/v2/jobs"

    def send(customer: str, key: str, **changes: Any) -> Any:
        headers = {**service.headers(customer), "Idempotency-Key": key}
        return service.client.post(path, json={**body, **changes}, headers=headers)

    first = send("alice", "k1")

    assert (202, first.json()) == (send("alice", "k1").status_code, send("alice", "k1").json())
    assert (400, "VALIDATION_ERROR") == code(send("alice", "k1", data_size=7))
    assert first.json()["job_id"] != send("bob", "k1", output_path="bobs.csv").json()["job_id"]
    assert (400, ["Idempotency-Key"]) == (send("alice", "").status_code, fields(send("alice", "a b")))


def test_a_synchronous_create_waits_for_the_end_but_not_forever(make: Callable[..., Any]) -> None:
    """is_async false is 202; the message says the state reached when the wait was over."""
    answer = make(sync_wait_s=0.2).create(is_async=False)

    assert 202 == answer.status_code
    assert "initialized" in answer.json()["message"]


def test_cancel(service: Any) -> None:
    """Cancel works from initialized, queued, running and paused, and twice; a completed job refuses."""
    for prepare in ("initialized", "running", "paused"):
        job_id = service.job()
        if prepare == "running":
            claimed(service)
        if prepare == "paused":
            service.post(f"/api/v2/jobs/{job_id}/pause")
        for _ in range(2):
            answer = service.post(f"/api/v2/jobs/{job_id}/cancel")

            assert (200, True) == (answer.status_code, answer.json()["success"])
        assert "cancelled" == service.get(f"/api/v2/jobs/{job_id}").json()["status"]


@pytest.mark.parametrize("action", ["cancel", "pause", "resume"])
def test_an_ended_job_refuses_actions_by_name(service: Any, action: str) -> None:
    """A completed job answers 400 CANCEL_FAILED, PAUSE_FAILED or RESUME_FAILED."""
    job_id = service.job()
    job = claimed(service)
    service.store.begin_publishing(job)

    assert (400, f"{action.upper()}_FAILED") == code(service.post(f"/api/v2/jobs/{job_id}/{action}"))

    service.store.finish(job, JobStatus.COMPLETED, None, Beat())

    assert (400, f"{action.upper()}_FAILED") == code(service.post(f"/api/v2/jobs/{job_id}/{action}"))
    assert 100 == service.get(f"/api/v2/jobs/{job_id}").json()["progress"]


def test_pause_and_resume(make: Callable[..., Any]) -> None:
    """Pause shows the deadline and may be repeated; resume queues again, but not after the resume window."""
    clock = ManualClock(NOW)
    service = make(clock=clock)
    job_id = service.job(resume_window=60)
    twice = [service.post(f"/api/v2/jobs/{job_id}/pause").status_code for _ in range(2)]
    shown = service.get(f"/api/v2/jobs/{job_id}").json()

    assert [200, 200] == twice
    assert ("paused", "2026-03-01T12:01:00.000Z") == (shown["status"], shown["metadata"]["resume_deadline"])
    assert 200 == service.post(f"/api/v2/jobs/{job_id}/resume").status_code
    assert "queued" == service.get(f"/api/v2/jobs/{job_id}").json()["status"]
    assert (400, "RESUME_FAILED") == code(service.post(f"/api/v2/jobs/{job_id}/resume"))

    service.post(f"/api/v2/jobs/{job_id}/pause")
    clock.advance(61)

    assert (400, "RESUME_FAILED") == code(service.post(f"/api/v2/jobs/{job_id}/resume"))

    service.store.sweep()
    ended = service.get(f"/api/v2/jobs/{job_id}").json()

    assert ("cancelled", "RESUME_WINDOW_EXPIRED") == (ended["status"], ended["error"]["code"])


@pytest.mark.parametrize("action", ["", "/cancel", "/pause", "/resume"])
@pytest.mark.parametrize("job_id", [MISSING, "nonsense", "1", "%00", MISSING.replace("-", ""), f"urn:uuid:{MISSING}"])
def test_an_unknown_id_is_404(service: Any, action: str, job_id: str) -> None:
    """An id that is unknown or no uuid is 404 JOB_NOT_FOUND."""
    answer = service.client.request(
        "POST" if action else "GET", f"/api/v2/jobs/{job_id}{action}", headers=service.headers()
    )

    assert (404, "JOB_NOT_FOUND") == code(answer)


def test_history_pages_newest_first(make: Callable[..., Any]) -> None:
    """Pages follow next_offset to null, newest first, each job once; the total ignores the page."""
    clock = ManualClock(NOW)
    service = make(clock=clock)
    ids = []
    for _ in range(5):
        ids.append(service.job())
        clock.advance(1)
    service.job("bob")
    seen, offset = [], 0
    while offset is not None:
        page = service.get(f"/api/v2/jobs?limit=2&offset={offset}").json()
        seen += [job["job_id"] for job in page["jobs"]]
        offset = page["next_offset"]

        assert 5 == page["total"]

    assert ids[::-1] == seen
    assert 5 == len(service.get("/api/v2/jobs").json()["jobs"])
    for beyond in ("99", "9" * 15, "9" * 30, "9" * 3_000):
        page = service.get(f"/api/v2/jobs?offset={beyond}").json()

        assert ([], None) == (page["jobs"], page["next_offset"])


def test_history_filters(make: Callable[..., Any]) -> None:
    """Dates filter the submission time, both inclusive, naive means UTC; status filters the state."""
    clock = ManualClock(NOW)
    service = make(clock=clock)
    ids = []
    for _ in range(3):
        ids.append(service.job())
        clock.advance(60)
    service.post(f"/api/v2/jobs/{ids[0]}/cancel")

    def listed(query: str) -> list[str]:
        return [job["job_id"] for job in service.get(f"/api/v2/jobs?{query}").json()["jobs"]]

    assert [ids[2], ids[1]] == listed("start_date=2026-03-01T12:01:00Z")
    assert [ids[1]] == listed("start_date=2026-03-01T12:01:00&end_date=2026-03-01T14:01:00%2B02:00")
    assert [ids[0]] == listed("status=cancelled")
    assert [] == listed("status=running")


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=-1",
        "limit=1.0",
        "limit=ten",
        "limit=",
        "limit=%201",
        "limit=1_0",
        "limit=1&limit=2",
        "offset=-1",
        "offset=0x1",
        "start_date=yesterday",
        "start_date=2026-03-01",
        "start_date=2026-13-01T00:00:00Z",
        "start_date=0001-01-01T00:00:00%2B23:59",
        "end_date=20260301T000000Z",
        "start_date=2026-03-02T00:00:00Z&end_date=2026-03-01T00:00:00Z",
    ],
)
def test_bad_filters_are_refused(service: Any, query: str) -> None:
    """A bad filter is 400 VALIDATION_ERROR naming the parameter."""
    answer = service.get(f"/api/v2/jobs?{query}")

    assert (400, "VALIDATION_ERROR") == code(answer)
    assert [query.partition("=")[0]] == fields(answer)


@pytest.mark.parametrize("status", ["done", "", "RUNNING", "running&status=queued"])
def test_a_bad_status_has_its_own_code(service: Any, status: str) -> None:
    """A status that is none is 400 INVALID_STATUS_FORMAT; two are a VALIDATION_ERROR."""
    expected = "VALIDATION_ERROR" if "&" in status else "INVALID_STATUS_FORMAT"

    assert (400, expected) == code(service.get(f"/api/v2/jobs?status={status}"))
