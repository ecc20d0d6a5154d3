"""/metrics: what a monitor reads of queue and requests, whatever happens to the database."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from lookalike.api.app import create_app
from lookalike.operations.measurements import Measurements

JOBS = "/api/v2/jobs"


def samples(text: str) -> dict[tuple[str, tuple[str, ...]], float]:
    """Every value, by name and label values."""
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(v for _, v in sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def scraped(service: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    answer = service.client.get("/metrics")

    assert (200, "text/plain; version=0.0.4; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    return samples(answer.text)


def test_the_queue_is_told(service: Any) -> None:
    """Jobs in each live state, also those with none; the age of the oldest that waits; live workers."""
    empty = scraped(service)
    paused, _ = service.job(), service.job()
    service.post(f"{JOBS}/{paused}/pause")
    service.store.seen("worker")
    told = scraped(service)

    assert {"initialized": 0, "queued": 0, "running": 0, "paused": 0} == by_status(empty)
    assert (0, 0) == (empty["lookalike_oldest_waiting_seconds", ()], empty["lookalike_live_workers", ()])
    assert {"initialized": 1, "queued": 0, "running": 0, "paused": 1} == by_status(told)
    assert 0 < told["lookalike_oldest_waiting_seconds", ()] < 60
    assert 1 == told["lookalike_live_workers", ()]


def test_deliveries_are_told(service: Any) -> None:
    """How many are not over, and for how long the first has waited."""
    empty = scraped(service)
    hook = {"url": "https://hooks.example.com/", "events": ["job.created"], "secret": "s" * 20}
    service.post("/api/v2/webhooks/register", json=hook)
    service.job()
    told = scraped(service)
    names = [(f"lookalike_deliveries_{name}", ()) for name in ("pending", "overdue_seconds")]

    assert [0, 0] == [empty[name] for name in names]
    assert 1 == told[names[0]]
    assert 0 < told[names[1]] < 60


def by_status(told: dict[tuple[str, tuple[str, ...]], float]) -> dict[str, float]:
    return {labels[0]: value for (name, labels), value in told.items() if name == "lookalike_jobs"}


def test_requests_are_counted_by_route(service: Any) -> None:
    """Requests are counted by method, route and status; what a caller makes up is no label."""
    job_id = service.job()
    for path in (f"{JOBS}/{job_id}", f"{JOBS}/made-up-id", "/made-up-path"):
        service.get(path)
    service.client.request("BREW", JOBS)
    counted = {key[1]: n for key, n in scraped(service).items() if key[0] == "lookalike_request_duration_seconds_count"}
    text = service.client.get("/metrics").text

    assert {
        ("POST", JOBS, "202"): 1,
        ("GET", f"{JOBS}/{{job_id}}", "200"): 1,
        ("GET", f"{JOBS}/{{job_id}}", "404"): 1,
        ("GET", "none", "404"): 1,
        ("other", JOBS, "405"): 1,
    } == counted
    assert not any(word in text for word in (job_id, "made-up", "BREW", "alice"))


def test_without_its_database_it_tells_of_the_process(service: Any) -> None:
    """A database that fails or hangs: 503 in time, without the queue, with the requests; asked by one thread only."""
    release, calls = threading.Event(), []

    def hang() -> Any:
        calls.append(1)
        release.wait(20)

    def fail() -> Any:
        raise ConnectionError("secret address")

    service.job()
    hung = scrapes(service, hang, 3)
    release.set()
    [failed] = scrapes(service, fail, 1)

    assert [503] * 4 == [answer.status_code for answer in (*hung, failed)]
    assert [1] == calls
    assert not any(name == "lookalike_jobs" for name, _ in samples(failed.text))
    assert ("lookalike_request_duration_seconds_count", ("POST", JOBS, "202")) in samples(failed.text)
    assert "secret address" not in failed.text


def scrapes(service: Any, standing: Callable[[], Any], n: int) -> list[Any]:
    """Answers of the same service to `n` requests, one after another, with another way to ask how the queue stands."""
    measurements = Measurements(standing, service.services.measurements.written, timeout_s=0.1)
    client = type(service.client)(create_app(replace(service.services, measurements=measurements)))
    try:
        return [client.get("/metrics") for _ in range(n)]
    finally:
        client.close()
