"""The application behind a real server, over a real socket."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import uvicorn


@pytest.fixture
def address(service: Any) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(service.client.app, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)
    listening.close()


def test_a_job_is_made_over_a_socket(service: Any, address: str) -> None:
    """Create, show, cancel over HTTP/1.1; a body too large, streamed in chunks, is 413."""
    with httpx.Client(base_url=address, headers=service.headers()) as client:
        job_id = client.post("/api/v2/jobs", json=service.body()).json()["job_id"]
        chunks = (b" " * 10_000 for _ in range(60))
        large = client.post("/api/v2/jobs", content=chunks, headers={"Content-Type": "application/json"})

        assert "initialized" == client.get(f"/api/v2/jobs/{job_id}").json()["status"]
        assert 200 == client.post(f"/api/v2/jobs/{job_id}/cancel").status_code
        assert (413, "PAYLOAD_TOO_LARGE") == (large.status_code, large.json()["error"]["code"])


def test_waiting_creates_hold_no_thread(service: Any, address: str) -> None:
    """Sixty creates that wait do not keep others from being served at once."""

    def wait() -> None:
        body = service.body(is_async=False)
        httpx.post(f"{address}/api/v2/jobs", json=body, headers=service.headers(), timeout=30)

    waiting = [threading.Thread(target=wait) for _ in range(60)]
    for thread in waiting:
        thread.start()
    answer = httpx.get(f"{address}/api/v2/jobs", headers=service.headers(), timeout=30)
    for thread in waiting:
        thread.join()

    assert 200 == answer.status_code
    assert 60 == service.get("/api/v2/jobs").json()["total"]


def test_a_waiting_create_tells_the_end(service: Any, address: str) -> None:
    """A job that ends during the wait is told as such."""
    from dataclasses import replace

    from lookalike.api.app import create_app

    jobs = replace(service.services.jobs, sync_wait_s=20)
    client = type(service.client)(create_app(replace(service.services, jobs=jobs)))

    def cancel() -> None:
        while not (listed := httpx.get(f"{address}/api/v2/jobs", headers=service.headers()).json()["jobs"]):
            time.sleep(0.02)
        httpx.post(f"{address}/api/v2/jobs/{listed[0]['job_id']}/cancel", headers=service.headers())

    thread = threading.Thread(target=cancel)
    thread.start()
    answer = client.post("/api/v2/jobs", json=service.body(is_async=False), headers=service.headers())
    thread.join()
    client.close()

    assert "The job is cancelled." in answer.json()["message"]


def test_the_door_loads_no_science() -> None:
    """Importing the API and the operations loads neither numpy nor polars."""
    program = (
        "import sys, json, lookalike.api.app, lookalike.console.pages\n"
        "from lookalike import plugins\n"
        "[plugins.part('lookalike.api.routes', n) for n in plugins.names('lookalike.api.routes')]\n"
        "print(json.dumps([m for m in ('numpy', 'polars', 'numba', 'pandas') if m in sys.modules]))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout

    assert [] == json.loads(printed)


def test_tokens_load_almost_nothing() -> None:
    """Issuing a token loads no numpy, no database, no web framework, no settings model."""
    program = (
        "import sys, json, lookalike.access.tokens, lookalike.access.keys\n"
        "heavy = ('numpy', 'polars', 'sqlalchemy', 'fastapi', 'pydantic', 'httpx')\n"
        "print(json.dumps([m for m in heavy if m in sys.modules]))"
    )
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout

    assert [] == json.loads(printed)
