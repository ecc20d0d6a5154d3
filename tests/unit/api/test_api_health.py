"""Health over HTTP: what is down shows, what hangs does not hang us."""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import pytest

from lookalike.api.app import create_app
from lookalike.operations.health import Health
from lookalike.operations.probe import TIMEOUT_S
from lookalike.webhooks.standing import DeliveryStanding


@dataclass(frozen=True)
class Broken:
    """A service with other health sources."""

    service: Any

    def get(self, path: str, timeout_s: float = 0.2, **sources: Any) -> Any:
        own = self.service.services.health.sources
        services = replace(self.service.services, health=Health(replace(own, **sources), timeout_s))
        client = type(self.service.client)(create_app(services))
        try:
            return client.get(path)
        finally:
            client.close()


def parts(answer: Any) -> dict[str, str]:
    return {part["name"]: part["status"] for part in answer.json()["components"]}


def test_a_service_with_a_worker_is_healthy(service: Any) -> None:
    """All five parts healthy, 200, open to anybody."""
    service.store.seen("worker")
    answer = service.client.get("/health")

    assert (200, "healthy") == (answer.status_code, answer.json()["overall_status"])
    assert dict.fromkeys(["application", "pipeline", "database", "storage", "webhooks"], "healthy") == parts(answer)


def test_without_a_worker_it_is_degraded(service: Any) -> None:
    """No live worker: 200 degraded, pipeline says so with its backlog."""
    service.job()
    answer = service.client.get("/health")
    pipeline = next(part for part in answer.json()["components"] if part["name"] == "pipeline")

    assert (200, "degraded") == (answer.status_code, answer.json()["overall_status"])
    assert (0, 1) == (pipeline["details"]["live_workers"], pipeline["details"]["waiting"])


def test_a_failing_bucket_degrades(service: Any) -> None:
    """A bucket that is not there: 200 degraded, counted, not named."""
    service.store.seen("worker")
    vault = service.services.jobs.buckets["vault"]
    shutil.rmtree(service.home / "vault")
    (service.home / "vault").write_text("not a folder")
    answer = Broken(service).get("/health", buckets=lambda: [vault])

    assert (200, "degraded") == (answer.status_code, parts(answer)["storage"])
    assert "vault" not in answer.text


def test_deliveries_that_wait_degrade(service: Any) -> None:
    """A webhook that has had something due for over a minute, and nobody tries: 200 degraded, with the figures."""
    service.store.seen("worker")
    conditions = [
        parts(Broken(service).get("/health", deliveries=partial(DeliveryStanding, 3, overdue_s)))["webhooks"]
        for overdue_s in (59.0, 61.0)
    ]
    answer = Broken(service).get("/health", deliveries=partial(DeliveryStanding, 3, 61.0))

    assert ["healthy", "degraded"] == conditions
    assert {"pending": 3, "overdue_s": 61.0} == answer.json()["components"][-1]["details"]


def test_a_database_that_is_down_is_unhealthy(service: Any) -> None:
    """The database raising: 503 unhealthy; not ready; still alive."""

    def down() -> None:
        raise ConnectionError("secret address")

    answer = Broken(service).get("/health", ping=down)

    assert (503, "unhealthy") == (answer.status_code, parts(answer)["database"])
    assert "secret address" not in answer.text
    assert (503, "unhealthy") == (
        Broken(service).get("/readyz", ping=down).status_code,
        Broken(service).get("/readyz", ping=down).json()["status"],
    )
    assert 200 == Broken(service).get("/livez", ping=down).status_code
    assert 200 == service.client.get("/readyz").status_code


def fails() -> Any:
    raise ConnectionError("secret address")


class Backlogless:
    """A store whose backlog cannot be told."""

    def __init__(self, backlog: Callable[[], Any]) -> None:
        self._backlog = backlog

    def backlog(self, alive_s: float) -> Any:
        return self._backlog()


BREAK: dict[str, Callable[[Callable[[], Any]], dict[str, Any]]] = {
    "database": lambda breaks: {"ping": breaks},
    "pipeline": lambda breaks: {"store": Backlogless(breaks)},
    "storage": lambda breaks: {"buckets": breaks},
    "webhooks": lambda breaks: {"deliveries": breaks},
}


@pytest.mark.parametrize("how", ["fails", "hangs"])
@pytest.mark.parametrize("name", BREAK)
def test_each_part_broken_on_purpose(service: Any, name: str, how: str) -> None:
    """
    Whichever part fails or hangs, that part alone is told, and the whole as it follows from it; one that hangs is
    waited for less than 2 s.
    """
    release, woken = threading.Event(), []

    def hangs() -> Any:
        release.wait(60)
        woken.append(name)

    service.store.seen("worker")
    answer = Broken(service).get("/health", TIMEOUT_S, **BREAK[name](fails if how == "fails" else hangs))
    answered_first = not woken
    release.set()
    bad = ("unhealthy", 503) if name == "database" else ("degraded", 200)

    assert bad == (answer.json()["overall_status"], answer.status_code)
    assert {name: bad[0]} == {part: told for part, told in parts(answer).items() if told != "healthy"}
    assert answered_first
    assert TIMEOUT_S < 2
    assert "secret address" not in answer.text


def test_what_hangs_does_not_hang_the_check(service: Any) -> None:
    """A database that never answers is unhealthy once the time is over, and is asked by one thread only."""
    release, calls = threading.Event(), []

    def hang() -> None:
        calls.append(1)
        release.wait(20)

    own = service.services.health.sources
    services = replace(service.services, health=Health(replace(own, ping=hang), 0.1))
    client = type(service.client)(create_app(services))
    answers = [client.get("/health") for _ in range(3)]
    release.set()
    client.close()
    time.sleep(0.05)

    assert [503] * 3 == [answer.status_code for answer in answers]
    assert [1] == calls


def test_the_check_itself_failing_is_500(make: Callable[..., Any]) -> None:
    """An error in the check itself is 500 HEALTH_CHECK_FAILED."""
    service = make()
    broken = Health(service.services.health.sources, timeout_s="two")  # type: ignore[arg-type]
    client = type(service.client)(create_app(replace(service.services, health=broken)))
    answer = client.get("/health")
    client.close()

    assert (500, "HEALTH_CHECK_FAILED") == (answer.status_code, answer.json()["error"]["code"])


def test_the_front_page_leads_on(service: Any) -> None:
    """/ leads to a page that links the document and the health."""
    first = service.client.get("/")
    second = service.client.get(first.headers["location"])
    answer = service.client.get(second.headers["location"])

    assert [303, 303] == [first.status_code, second.status_code]
    assert (200, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    assert 'href="/openapi.json"' in answer.text
    assert 'href="/health"' in answer.text
