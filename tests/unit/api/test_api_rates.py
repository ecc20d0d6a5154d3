"""How often a customer may ask, and what every answer tells of that; what browsers are told."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lookalike.clock import ManualClock

JOBS = "/api/v2/jobs"


def test_too_many_requests(make: Callable[..., Any]) -> None:
    """Beyond the burst 429 with Retry-After and what is left; after that time the next request is answered."""
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    service = make(clock=clock, requests_per_s=1.0)
    answers = [service.get(JOBS) for _ in range(3)]
    other = service.get(JOBS, "bob")
    clock.advance(1)
    later = service.get(JOBS)

    assert [200, 200, 429, 200, 200] == [answer.status_code for answer in (*answers, other, later)]
    assert ("RATE_LIMITED", "1", '"requests";r=0;t=1') == (
        answers[2].json()["error"]["code"],
        answers[2].headers["retry-after"],
        answers[2].headers["ratelimit"],
    )
    assert ['"requests";r=1;t=1', '"requests";r=0;t=2'] == [answer.headers["ratelimit"] for answer in answers[:2]]
    assert {'"requests";q=2;w=2'} == {answer.headers["ratelimit-policy"] for answer in answers[:2]}


def test_probes_are_not_counted(make: Callable[..., Any]) -> None:
    """What is open to anybody is neither counted nor refused."""
    service = make(requests_per_s=0.001)
    answers = [service.client.get("/livez") for _ in range(5)]

    assert {200} == {answer.status_code for answer in answers}
    assert "ratelimit" not in answers[0].headers


@pytest.mark.parametrize("path", ["/", JOBS, "/nowhere", "/health", "/metrics", "/openapi.json"])
def test_what_browsers_may_do(service: Any, path: str) -> None:
    """No answer may be guessed at, framed or kept, none runs anything, and none is for other sites."""
    headers = service.get(path).headers

    assert ("nosniff", "DENY", "no-referrer", "no-store") == tuple(
        headers[name] for name in ("x-content-type-options", "x-frame-options", "referrer-policy", "cache-control")
    )
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert not [name for name in headers if name.startswith("access-control-")]
