"""One line in the log for each request, which holds nothing that callers wrote but ids."""

import logging
from typing import Any

import pytest

JOBS = "/api/v2/jobs"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What is logged from INFO on."""
    caplog.set_level(logging.INFO, logger="lookalike")
    return caplog


def told(record: logging.LogRecord) -> tuple[Any, ...]:
    return tuple(vars(record).get(key) for key in ("method", "route", "status", "request_id", "job_id"))


def test_each_request_has_its_line(service: Any, log: pytest.LogCaptureFixture) -> None:
    """A request is told with method, route, status, duration and id, and with the job it made or is about."""
    made = service.create()
    job_id = made.json()["job_id"]
    shown = service.get(f"{JOBS}/{job_id.upper()}")
    listed = service.get(JOBS)
    ids = [answer.headers["x-request-id"] for answer in (made, shown, listed)]

    assert [
        ("POST", JOBS, 202, ids[0], job_id),
        ("GET", f"{JOBS}/{{job_id}}", 200, ids[1], job_id),
        ("GET", JOBS, 200, ids[2], None),
    ] == [told(line) for line in log.records]
    assert all(0 < vars(line)["duration_s"] < 60 for line in log.records)


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/health"])
def test_probes_that_succeed_have_none(service: Any, log: pytest.LogCaptureFixture, path: str) -> None:
    """What is asked every few seconds is told only when it does not succeed."""
    service.client.get(path)
    refused = service.client.post(path)

    assert [("POST", path, 405, refused.headers["x-request-id"], None)] == [told(line) for line in log.records]


def test_what_callers_write_is_not_logged(service: Any, log: pytest.LogCaptureFixture) -> None:
    """Paths, queries, bodies, tokens and made-up verbs are in no line."""
    secret = "planted"
    service.client.get(f"/{secret}?{secret}=1")
    service.get(f"{JOBS}/{secret}?{secret}={secret}")
    service.client.get(JOBS, headers={"Authorization": f"Bearer {secret}"})
    service.create(parameters={secret: secret})
    service.client.request(secret.upper(), JOBS)

    assert [404, 404, 401, 400, 405] == [vars(line)["status"] for line in log.records]
    assert not any(secret in str(vars(line)).lower() for line in log.records)
