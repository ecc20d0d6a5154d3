"""Whatever goes wrong leaves in one shape, with the request's id and without a detail of ours."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from lookalike.api import envelope

JOBS = "/api/v2/jobs"
JSON = {"Content-Type": "application/json"}


def code(answer: Any) -> tuple[int, str]:
    error = answer.json()["error"]

    assert {"code", "message", "details"} == set(error)
    assert answer.headers["x-request-id"] == error["details"]["request_id"]
    return answer.status_code, error["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"{'a': 1}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b"[]",
        b"null",
        b'"text"',
        b'{"a": 1, "a": 1}',
        b'{"parameters": {"a": 1, "a": 2}}',
        b'{"data_type": "a\\u0000"}',
        b'{"data_type": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"parameters": {"x": ["\\ud800"]}}',
        b'{"parameters": ' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 100_000,
        b'{"a":' * 40_000,
    ],
)
def test_a_body_that_is_not_one_json_object_is_400(service: Any, body: bytes) -> None:
    """Malformed, ambiguous, too deep or unstorable JSON is 400 VALIDATION_ERROR."""
    answer = service.client.post(JOBS, content=body, headers={**service.headers(), **JSON})

    assert (400, "VALIDATION_ERROR") == code(answer)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 202),
        ("Application/JSON; charset=UTF-8", 202),
        ("application/json;charset=latin-1", 400),
        ("text/plain", 400),
        ("application/x-www-form-urlencoded", 400),
        ("", 400),
    ],
)
def test_only_json_is_taken(service: Any, content_type: str, status: int) -> None:
    """Another content type than application/json in UTF-8 is 400."""
    import json

    headers = {**service.headers(), "Content-Type": content_type}

    assert status == service.client.post(JOBS, content=json.dumps(service.body()), headers=headers).status_code


@pytest.mark.parametrize("path", ["/nothing", "/api/v2", "/api/v2/jobs/", "/docs", "/redoc", "/api/v1/jobs"])
def test_an_unknown_path_is_404(service: Any, path: str) -> None:
    """A path that is none is 404 NOT_FOUND, with or without a token."""
    assert (404, "NOT_FOUND") == code(service.client.get(path))
    assert (404, "NOT_FOUND") == code(service.get(path))


@pytest.mark.parametrize(
    ("verb", "path", "allow"),
    [
        ("PUT", JOBS, "GET, POST"),
        ("PUT", f"{JOBS}/x", "DELETE, GET"),
        ("GET", f"{JOBS}/x/cancel", "POST"),
        ("GET", "/api/v2/webhooks/register", "POST"),
        ("DELETE", "/api/v2/webhooks/register", "POST"),
        ("BREW", "/api/v2/webhooks/register", "POST"),
        ("POST", "/health", "GET"),
        ("BREW", "/openapi.json", "GET"),
    ],
)
def test_a_wrong_verb_is_405_with_allow(service: Any, verb: str, path: str, allow: str) -> None:
    """A verb a path does not have is 405 METHOD_NOT_ALLOWED, and Allow lists all it has."""
    answer = service.client.request(verb, path, headers=service.headers())

    assert (405, "METHOD_NOT_ALLOWED") == code(answer)
    assert allow == answer.headers["allow"]


def test_a_body_too_large_is_413(service: Any) -> None:
    """Announced or streamed, a body over the limit is 413 PAYLOAD_TOO_LARGE."""
    headers = {**service.headers(), **JSON}

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 10_000

    assert (413, "PAYLOAD_TOO_LARGE") == code(service.client.post(JOBS, content=b" " * 400_000, headers=headers))
    assert (413, "PAYLOAD_TOO_LARGE") == code(service.client.post(JOBS, content=stream(), headers=headers))


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", "Bearer ", "Basic YTpi", "Bearer a b", "Bearer a,Bearer b", "bearer é", "Token abc", "Bearer x.y.z"],
)
def test_no_good_token_is_401(service: Any, given: str) -> None:
    """Without one good bearer token: 401 UNAUTHORIZED with WWW-Authenticate, the token not quoted."""
    answer = service.client.get(JOBS, headers={"Authorization": given.encode()})

    assert (401, "UNAUTHORIZED") == code(answer)
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert "x.y.z" not in answer.text


def test_two_tokens_are_none(service: Any) -> None:
    """Two Authorization headers are 401, however good each is."""
    pair = [("Authorization", service.headers()["Authorization"])] * 2

    assert (401, "UNAUTHORIZED") == code(service.client.get(JOBS, headers=pair))
    assert (401, "UNAUTHORIZED") == code(service.client.get(JOBS))


def test_the_request_id_is_the_callers_if_it_is_sane(service: Any) -> None:
    """A sane X-Request-Id comes back; any other is replaced."""

    def sent(value: str) -> str:
        return str(service.client.get("/livez", headers={"X-Request-Id": value}).headers["x-request-id"])

    assert "abc-1.2_3" == sent("abc-1.2_3")
    assert "a b" != sent("a b")
    assert "x" * 129 != sent("x" * 129)
    assert sent("") != sent("")


@pytest.mark.parametrize(
    ("verb", "path", "expected"),
    [
        ("POST", JOBS, "JOB_SUBMISSION_FAILED"),
        ("GET", JOBS, "HISTORY_FETCH_FAILED"),
        ("GET", f"{JOBS}/ID", "STATUS_FETCH_FAILED"),
        ("POST", f"{JOBS}/ID/cancel", "CANCEL_ERROR"),
        ("POST", f"{JOBS}/ID/pause", "PAUSE_ERROR"),
        ("POST", f"{JOBS}/ID/resume", "RESUME_ERROR"),
        ("GET", "/api/v2/webhooks", "WEBHOOK_LIST_FAILED"),
        ("DELETE", "/api/v2/webhooks/ID", "WEBHOOK_DELETION_FAILED"),
        ("POST", "/api/v2/webhooks/register", "WEBHOOK_REGISTRATION_FAILED"),
    ],
)
def test_each_operation_fails_with_its_own_code(
    make: Callable[..., Any], caplog: pytest.LogCaptureFixture, verb: str, path: str, expected: str
) -> None:
    """With the tables gone each operation answers 500 with its code and no detail; the log has the request's id."""
    import sqlite3

    service = make()
    body = service.body() if "jobs" in path else hook()
    database = sqlite3.connect(service.home / "ledger.db")
    for table in ("jobs", "webhooks", "idempotency"):
        database.execute(f"DROP TABLE {table}")
    database.commit()
    database.close()
    path = path.replace("ID", "00000000-0000-4000-8000-000000000000")
    with caplog.at_level(logging.ERROR, logger="lookalike.api"):
        answer = service.client.request(verb, path, json=body, headers=service.headers())

    assert (500, expected) == code(answer)
    assert "table" not in answer.text
    assert "sql" not in answer.text.lower()
    assert [answer.headers["x-request-id"]] == [vars(record)["request_id"] for record in caplog.records]


def hook() -> dict[str, Any]:
    return {"url": "https://hooks.example.com/", "events": ["job.failed"], "secret": "s" * 20}


def test_a_body_that_comes_too_slowly(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A body that is not there in time is 400, and says so."""
    monkeypatch.setattr(envelope, "BODY_S", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"{"
            await asyncio.sleep(0.05)

    headers = {**service.headers(), "Content-Type": "application/json"}
    answer = service.client.request("POST", "/api/v2/jobs", headers=headers, content=dripping())

    assert (400, "VALIDATION_ERROR") == (answer.status_code, answer.json()["error"]["code"])
    assert "did not arrive" in answer.text
