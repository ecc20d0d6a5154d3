"""Submissions and status requests under load."""

from collections.abc import Iterator
from dataclasses import dataclass

from bench.serving import wrk
from bench.serving.service import TITLES, Service, body, serving
from bench.serving.submissions import submission
from bench.serving.wrk import Load, Pace

ALONE, CROWD = Load(connections=1, threads=1, seconds=5), Load(connections=16, threads=2, seconds=10)
N_SHOWN = 100  # jobs whose status is asked for
SETTINGS = {
    "JOBS__QUEUED_PER_CUSTOMER": "10000000",
    "JOBS__RUNNING_PER_CUSTOMER": "1",
    "COMPUTE__WORKERS": "1",
}


@dataclass(frozen=True)
class Pressed:
    """What one kind of request came to on one kind of database."""

    database: str
    request: str
    connections: int
    pace: Pace


def measured(kind: str) -> Iterator[Pressed]:
    """
    Each request from one connection, then from many.

    The one job that the customer may have running is stopped in its tracks, so all that are submitted wait.
    """
    with serving(kind, **SETTINGS) as service:
        service.occupy()
        for load in (ALONE, CROWD):
            asked = body(submission(f"{wrk.UNIQUE}.csv", 1_000))
            script = wrk.posts(service.token, "/api/v2/jobs", asked, f"load/{load.connections}/")
            yield _pressed(kind, "submit", service, load, script)
        for load in (ALONE, CROWD):
            yield _pressed(kind, "status", service, load, wrk.gets(service.token, _paths(service)))


def _pressed(kind: str, request: str, service: Service, load: Load, script: str) -> Pressed:
    return Pressed(TITLES[kind], request, load.connections, wrk.press(service.url, load, script))


def _paths(service: Service) -> list[str]:
    jobs = service.http.get("/api/v2/jobs", params={"limit": N_SHOWN}).json()["jobs"]
    return [f"/api/v2/jobs/{job['job_id']}" for job in jobs]
