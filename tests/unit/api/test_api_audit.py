"""The audit trail over HTTP: one entry for each change, whoever adds a route."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lookalike.audit import Action
from lookalike.clock import ManualClock

AUDIT, JOBS, WEBHOOKS = "/api/v2/audit", "/api/v2/jobs", "/api/v2/webhooks"
CHANGING = ("post", "put", "patch", "delete")
SECRET = "a-secret-of-some-length"


def entries(service: Any, customer: str = "alice", query: str = "", **limits: Any) -> list[dict[str, Any]]:
    """The first hundred entries."""
    answer = service.client.get(f"{AUDIT}?limit=100{query}", headers=service.headers(customer, **limits))
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


def hook(service: Any, n: int = 0, customer: str = "alice") -> str:
    return str(service.post(f"{WEBHOOKS}/register", customer, json=hook_body(n)).json()["webhook_id"])


def hook_body(n: int) -> dict[str, Any]:
    return {"url": f"https://hooks.example.com/{n}", "events": ["job.failed"], "secret": SECRET}


def job(service: Any, *verbs: str) -> dict[str, str]:
    job_id = service.job()
    for verb in verbs:
        assert 200 == service.post(f"{JOBS}/{job_id}/{verb}").status_code
    return {"job_id": job_id}


def disabled(service: Any) -> dict[str, str]:
    webhook_id = hook(service, 4)
    with sqlite3.connect(service.home / "ledger.db") as database:
        database.execute("UPDATE webhooks SET disabled_at = 1 WHERE webhook_id = ?", (webhook_id,))
    database.close()
    return {"webhook_id": webhook_id}


def delivery(service: Any) -> dict[str, str]:
    webhook_id = hook(service, 5)
    sent = service.post(f"{WEBHOOKS}/{webhook_id}/test").json()["delivery_id"]
    return {"webhook_id": webhook_id, "delivery_id": sent}


# what must be there before each operation that changes something: the ids of its path, and its body
BEFORE: dict[str, tuple[Callable[[Any], dict[str, str]], Callable[[Any], Any], Action]] = {
    "createJobV2": (lambda s: {}, lambda s: s.body(), Action.JOB_CREATE),
    "cancelJobV2": (job, lambda s: None, Action.JOB_CANCEL),
    "pauseJobV2": (job, lambda s: None, Action.JOB_PAUSE),
    "resumeJobV2": (lambda s: job(s, "pause"), lambda s: None, Action.JOB_RESUME),
    "deleteJobV2": (lambda s: job(s, "cancel"), lambda s: None, Action.JOB_DELETE),
    "registerWebhookV2": (lambda s: {}, lambda s: hook_body(1), Action.WEBHOOK_REGISTER),
    "deleteWebhookV2": (lambda s: {"webhook_id": hook(s, 2)}, lambda s: None, Action.WEBHOOK_DELETE),
    "rotateWebhookSecretV2": (
        lambda s: {"webhook_id": hook(s, 3)},
        lambda s: {"secret": "b" * 20},
        Action.WEBHOOK_ROTATE_SECRET,
    ),
    "enableWebhookV2": (disabled, lambda s: None, Action.WEBHOOK_ENABLE),
    "testWebhookV2": (lambda s: {"webhook_id": hook(s, 6)}, lambda s: None, Action.WEBHOOK_TEST),
    "putObjectV2": (lambda s: {"bucket": "data", "path": "new"}, lambda s: {}, Action.OBJECT_CREATE),
    "redeliverV2": (delivery, lambda s: None, Action.WEBHOOK_REDELIVER),
}


def test_every_change_has_exactly_one_entry(service: Any) -> None:
    """Each documented operation that changes something leaves one entry under its request's id, and they are all."""
    document = service.client.get("/openapi.json").json()
    changing = {
        operation["operationId"]: (verb.upper(), path)
        for path, verbs in document["paths"].items()
        for verb, operation in verbs.items()
        if verb in CHANGING and operation["operationId"] != "previewJobV2"  # it stores nothing
    }

    assert set(BEFORE) == set(changing)
    for name, (verb, path) in changing.items():
        prepare, body, action = BEFORE[name]
        ids = prepare(service)
        given = {"json": body(service)} if body(service) is not None else {}
        answer = service.client.request(verb, path.format(**ids), headers=service.headers(), **given)
        [entry] = [e for e in entries(service) if e["request_id"] == answer.headers["x-request-id"]]
        told = {**answer.json(), **ids}
        named = [told.get("job_id"), told.get("webhook_id"), f"{told.get('bucket')}/{told.get('path')}"]
        object_id = told["delivery_id"] if name == "redeliverV2" else next(filter(None, named))

        assert (action, object_id, "alice@example.com") == (entry["action"], entry["object_id"], entry["actor"]), name
    assert sorted(Action) == sorted(action for _, _, action in BEFORE.values())
    assert sorted(Action) == sorted(document["components"]["schemas"]["AuditActionEnum"]["enum"])


def test_what_changed_nothing_has_no_entry(service: Any) -> None:
    """Replays, repetitions, refusals and reading leave no entry."""
    key, body = {"Idempotency-Key": "k", **service.headers()}, service.body()
    job_id = service.client.post(JOBS, json=body, headers=key).json()["job_id"]
    webhook_id = hook(service)
    service.post(f"{JOBS}/{job_id}/cancel")
    before = entries(service)
    again = [
        service.client.post(JOBS, json=body, headers=key),
        service.post(f"{JOBS}/{job_id}/cancel"),
        service.post(f"{WEBHOOKS}/{webhook_id}/enable"),
        service.get(f"{JOBS}/{job_id}"),
    ]
    refused = [
        service.create(data_size=0),
        service.post(f"{JOBS}/{job_id}/resume"),
        service.post(f"{JOBS}/{job_id}/cancel", "bob"),
        service.post(f"{WEBHOOKS}/{webhook_id}/rotate-secret", json={"secret": "short"}),
    ]

    assert {200, 202} == {answer.status_code for answer in again}
    assert {400, 403} == {answer.status_code for answer in refused}
    assert ["job.cancel", "webhook.register", "job.create"] == [entry["action"] for entry in before]
    assert before == entries(service)
    assert [] == entries(service, "bob")


def test_entries_outlive_the_job(service: Any) -> None:
    """After the job is deleted its entries are there, newest first."""
    job_id = service.job()
    service.post(f"{JOBS}/{job_id}/cancel")
    service.client.request("DELETE", f"{JOBS}/{job_id}", headers=service.headers())

    assert 404 == service.get(f"{JOBS}/{job_id}").status_code
    assert [(action, job_id, "p1") for action in ("job.delete", "job.cancel", "job.create")] == [
        (entry["action"], entry["object_id"], entry["project_id"]) for entry in entries(service)
    ]


def test_entries_hold_no_secret_no_path_and_no_data(service: Any) -> None:
    """Nothing of what was asked for stands in an entry."""
    service.job(output_path="out/of-the-way.parquet")
    webhook_id = hook(service)
    service.post(f"{WEBHOOKS}/{webhook_id}/rotate-secret", json={"secret": "another-secret-of-some-length"})
    answer = service.get(AUDIT)

    assert 3 == answer.json()["total"]
    for word in ("of-the-way", "adult", SECRET, "another-secret", "hooks.example.com"):
        assert word not in answer.text


def test_customers_see_their_own_entries(service: Any) -> None:
    """Neither list nor total tells of another customer."""
    service.job("alice"), hook(service, customer="alice")
    service.job("bob")

    assert ["bob"] == [entry["customer_id"] for entry in entries(service, "bob")]
    assert (2, 1, 0) == tuple(service.get(AUDIT, name).json()["total"] for name in ("alice", "bob", "carol"))


def test_a_token_of_projects_sees_their_jobs_only(service: Any) -> None:
    """Other projects' jobs and all webhooks are left out; no project is nothing."""
    red = service.job(project_id="red")
    service.job(project_id="blue")
    hook(service)

    assert [red] == [entry["object_id"] for entry in entries(service, projects=frozenset({"red"}))]
    assert [] == entries(service, projects=frozenset())
    assert 3 == len(entries(service))


def test_the_trail_has_a_scope_of_its_own(service: Any) -> None:
    """`audit:read` is needed, and enough."""
    scopes = frozenset({"jobs:read", "jobs:write", "webhooks:read", "webhooks:write", "data:read"})
    answer = service.client.get(AUDIT, headers=service.headers(scopes=scopes))

    assert (403, "ACCESS_DENIED") == (answer.status_code, answer.json()["error"]["code"])
    assert [] == entries(service, scopes=frozenset({"audit:read"}))


def test_pages_and_filters(make: Callable[..., Any]) -> None:
    """Newest first; total and next_offset as in the history of jobs; times inclusive; one action."""
    clock = ManualClock(datetime(2026, 1, 31, 12, tzinfo=UTC))
    service = make(clock=clock)
    jobs = []
    for _ in range(3):
        jobs.append(service.job())
        clock.advance(60)
    service.post(f"{JOBS}/{jobs[0]}/cancel")
    first, last = (service.get(f"{AUDIT}?limit=3&offset={offset}").json() for offset in (0, 3))

    assert (4, 3, ["job.cancel", "job.create", "job.create"]) == (
        first["total"],
        first["next_offset"],
        [entry["action"] for entry in first["entries"]],
    )
    assert (None, jobs[:1]) == (last["next_offset"], [entry["object_id"] for entry in last["entries"]])
    assert "2026-01-31T12:03:00.000Z" == first["entries"][0]["created_at"]
    assert [jobs[0]] == [entry["object_id"] for entry in entries(service, query="&action=job.cancel")]
    span = "&start_date=2026-01-31T12:01:00Z&end_date=2026-01-31T12:02:00"
    assert [jobs[2], jobs[1]] == [entry["object_id"] for entry in entries(service, query=span)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("offset=-1", "offset"),
        ("action=job.explode", "action"),
        ("action=", "action"),
        ("action=job.create&action=job.create", "action"),
        ("start_date=2026-01-31", "start_date"),
        ("end_date=soon", "end_date"),
        ("start_date=2026-02-01T00:00:00Z&end_date=2026-01-01T00:00:00Z", "start_date"),
    ],
)
def test_a_wrong_parameter_is_named(service: Any, query: str, field: str) -> None:
    """400 VALIDATION_ERROR with the parameter."""
    error = service.get(f"{AUDIT}?{query}").json()["error"]

    assert ("VALIDATION_ERROR", [field]) == (error["code"], [each["field"] for each in error["details"]["errors"]])
