"""Webhooks of a real service, heard by a real receiver over HTTPS."""

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from chaos.receiver import Receiver, Request
from collector import collecting
from service import Service, log_of, start
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from lookalike import samples

SECRET = "whsec_bG9va2FsaWtlIGlzIHNpZ25lZA=="
NEXT_SECRET = "whsec_dGhlIHNlY3JldCBhZnRlciBpdA=="
EVENTS = ["job.created", "job.updated", "job.completed", "job.failed"]
PATIENCE_S = 90.0


@pytest.fixture
def heard() -> Iterator[Receiver]:
    with Receiver() as own:
        yield own


@pytest.fixture
def env(heard: Receiver, tmp_path: Path) -> dict[str, str]:
    """What lets a service deliver to the receiver."""
    trusted = heard.keep_authority(tmp_path / "authority.pem")
    return {"LOOKALIKE_WEBHOOKS__ALLOW": '["localhost"]', "SSL_CERT_FILE": str(trusted)}


@pytest.fixture
def running(tmp_path: Path, env: Mapping[str, str]) -> Iterator[list[Service]]:
    """A service; the last of the list is the one that runs and is stopped."""
    services = [start(tmp_path / "home", env)]
    shutil.copy(samples.path("adult.csv"), services[0].bucket("in"))
    services[0].bucket("out")
    yield services
    services[-1].stop()


def register(service: Service, url: str) -> str:
    body = {"url": url, "events": EVENTS, "secret": SECRET, "headers": {"Authorization": "Bearer of-the-receiver"}}
    answer = service.http.post("/api/v2/webhooks/register", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["webhook_id"])


def told(requests: list[Request]) -> list[dict[str, Any]]:
    return [Verifier(SECRET).verify(request.body, request.headers) for request in requests]


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def ended(requests: list[Request]) -> list[str]:
    return [message["data"]["job_id"] for message in told(requests) if message["type"] == "job.completed"]


def test_a_jobs_events_arrive(running: list[Service], heard: Receiver) -> None:
    """From created to completed, in order, each once, signed, the job as GET shows it."""
    [service] = running
    register(service, heard.url("ok"))
    job_id = service.submit()
    wait(lambda: ended(heard.requests))

    messages = told(heard.requests)
    assert [*range(1, len(messages) + 1)] == [message["data"]["sequence"] for message in messages]
    assert ("job.created", "job.completed") == (messages[0]["type"], messages[-1]["type"])
    last = {name: value for name, value in messages[-1]["data"].items() if name != "sequence"}
    assert service.job(job_id) == last
    assert {"Bearer of-the-receiver"} == {request.headers["authorization"] for request in heard.requests}


@pytest.mark.slow
def test_secrets_stand_nowhere(tmp_path: Path, heard: Receiver, env: Mapping[str, str]) -> None:
    """Secrets, new and former, and headers of webhooks are in no file, log, answer, error or trace."""
    planted = (SECRET, NEXT_SECRET, "of-the-receiver", "planted-too-")
    with collecting() as collector:
        service = start(tmp_path / "home", {**env, "LOOKALIKE_TRACING__ENDPOINT": collector.endpoint})
        try:
            answers = list(said_of_secrets(service, heard))
        finally:
            service.stop()

    kept = [log_of(service.home), *(path for path in service.home.rglob("*") if path.is_file())]
    assert {SECRET, NEXT_SECRET} <= {
        secret for secret in planted if any(signed_with(secret, r) for r in heard.requests)
    }
    assert {200, 201, 202, 400} == {answer.status_code for answer in answers}
    assert "POST /api/v2/webhooks/register" in {span.name for span in collector.spans}
    texts = [path.read_bytes() for path in kept] + [answer.content for answer in answers] + collector.bodies
    for secret in (*planted, *(word.removeprefix("whsec_") for word in planted), "lookalike is signed"):
        assert not any(secret.encode() in text for text in texts), secret


def said_of_secrets(service: Service, heard: Receiver) -> Iterator[httpx.Response]:
    """Every answer about a webhook whose secrets and headers are planted."""
    headers = {"Authorization": "Bearer of-the-receiver", "X-Key": "of-the-receiver"}
    good = {"url": heard.url("500"), "events": EVENTS, "secret": SECRET, "headers": headers}
    hooks, post = "/api/v2/webhooks", service.http.post
    yield (made := post(f"{hooks}/register", json=good))
    yield post(f"{hooks}/register", json=good)  # a duplicate
    for wrong in ({"secret": "planted-too-"}, {"headers": {"Host": "of-the-receiver"}}, {"url": "of-the-receiver"}):
        yield post(f"{hooks}/register", json={**good, **wrong})
    own = f"{hooks}/{made.json()['webhook_id']}"
    yield post(f"{own}/test")
    wait(lambda: len(heard.requests) == 1)
    yield post(f"{own}/rotate-secret", json={"secret": "planted-too-", "overlap_s": 60})
    yield post(f"{own}/rotate-secret", json={"secret": NEXT_SECRET, "overlap_s": 60})
    yield (tested := post(f"{own}/test"))
    wait(lambda: len(heard.requests) == 2)
    yield post(f"{own}/deliveries/{tested.json()['delivery_id']}/redeliver")
    yield post(f"{own}/enable")
    yield service.http.get(hooks)
    yield service.http.get(f"{own}/deliveries")
    yield service.http.delete(own)


def signed_with(secret: str, request: Request) -> bool:
    try:
        Verifier(secret).verify(request.body, request.headers)
    except (ValueError, WebhookVerificationError):
        return False
    return True


def test_a_fresh_service_lets_no_inner_address_in(tmp_path: Path, heard: Receiver) -> None:
    """Without the setting the registration is refused, and the refusal names the setting."""
    service = start(tmp_path / "home", {})
    try:
        body = {"url": heard.url("ok"), "events": EVENTS, "secret": SECRET}
        answer = service.http.post("/api/v2/webhooks/register", json=body)
    finally:
        service.stop()

    assert (400, "WEBHOOK_REGISTRATION_FAILED") == (answer.status_code, answer.json()["error"]["code"])
    assert "webhooks.allow" in answer.text


@pytest.mark.slow
def test_killed_in_the_middle(running: list[Service], heard: Receiver, env: Mapping[str, str]) -> None:
    """kill -9 of the whole service while a receiver hangs: another start delivers all, under the same ids."""
    [service] = running
    heard.script = ("ok", "hang", "ok")
    register(service, heard.url("ok"))
    job_id = service.submit()
    wait(lambda: len(heard.requests) >= 2)
    for process in [*psutil.Process(service.process.pid).children(recursive=True), service.process]:
        os.kill(process.pid, signal.SIGKILL)
    service.stop()
    running.append(start(service.home, env, service.acme))
    wait(lambda: job_id in ended(heard.requests) and not pending(service.home))

    messages, ids = told(heard.requests), [request.headers["webhook-id"] for request in heard.requests]
    found = {message["data"]["sequence"] for message in messages}
    assert set(range(1, max(found) + 1)) == found
    assert len(found) == len(set(ids)) == len(ids) - 1


def pending(home: Path) -> int:
    """Deliveries that are not over, from the database itself."""
    with sqlite3.connect(home / "lookalike.db") as connection:
        count: int = connection.execute("SELECT count(*) FROM deliveries WHERE status = 'pending'").fetchone()[0]
    connection.close()
    return count
