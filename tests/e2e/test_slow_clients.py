"""Clients that keep connections and say nothing, or little, against a real service."""

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest
from service import Service, start

IDLE, SLOW = 1_000, 200


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A service that is started where a process may have 256 files open, as shells often have it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        running = start(tmp_path / "home", {})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    yield running
    running.stop()


@pytest.mark.slow
def test_who_is_slow_holds_up_nobody(service: Service) -> None:
    """Beside 1,000 idle connections and 200 whose bodies do not come, everybody else is answered."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    head = f"POST /api/v2/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {service.acme}\r\n"
    begun = f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode()
    n_threads = psutil.Process(service.process.pid).num_threads()
    with ExitStack() as open_:
        for number in range(IDLE + SLOW):
            client = open_.enter_context(socket.create_connection((host, int(port)), 10))
            if number >= IDLE:
                client.sendall(begun)
        answers = [service.http.get("/api/v2/jobs").status_code for _ in range(50)]
        health = service.http.get("/health").json()["overall_status"]
        more_threads = psutil.Process(service.process.pid).num_threads() - n_threads

    assert [200] * 50 == answers
    assert "healthy" == health
    assert more_threads < SLOW / 2  # none of them has one of its own


@pytest.mark.slow
def test_who_pauses_is_still_heard(service: Service) -> None:
    """A connection that has been idle for longer than clients keep one is answered: who closes first is not us."""
    host, _, port = service.url.removeprefix("http://").partition(":")
    answers = []
    with closing(HTTPConnection(host, int(port), timeout=10)) as client:
        client.connect()
        client.auto_open = 0  # no other connection takes the place of one that was closed
        for pause_s in (0, 7):
            time.sleep(pause_s)
            client.request("GET", "/livez")
            answer = client.getresponse()
            answers.append((answer.status, bool(answer.read())))

    assert [(200, True)] * 2 == answers
