"""Ten thousand deliveries of a real service that is killed three times on the way."""

import json
import os
import signal
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from chaos.receiver import Receiver
from service import Service, start

from lookalike.jobs import Limits
from lookalike.jobs.job import NewJob
from lookalike.ledger.database import open_engine, reading
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.tables import deliveries
from somebody import somebody_of

CUSTOMERS, WEBHOOKS, JOBS, EVENTS = 5, 8, 50, 5
N = CUSTOMERS * WEBHOOKS * JOBS * EVENTS
KILLS_AT = (N // 4, N // 2, N * 3 // 4)
PATIENCE_S = 240.0
SECRET = "whsec_bG9va2FsaWtlIGlzIHNpZ25lZA=="


@pytest.mark.slow
def test_ten_thousand_over_three_kills(tmp_path: Path, database_url: str) -> None:
    """Each event reaches each webhook, a job's in their order, fewer than one in a hundred twice."""
    with Receiver() as heard:
        env = _settings(heard, tmp_path, database_url)
        service = _registered(tmp_path / "home", env, heard)
        service.stop()
        _happen(database_url)
        for n_heard in (*KILLS_AT, None):
            service = start(service.home, env, service.acme)
            try:
                wait(lambda n=n_heard: _n_pending(database_url) == 0 if n is None else len(heard.requests) >= n)
                if n_heard is not None:
                    _kill(service)
            finally:
                service.stop()

    sequences = defaultdict[tuple[str, str], list[int]](list)
    for request in heard.requests:
        job = json.loads(request.body)["data"]
        sequences[request.line, job["job_id"]].append(job["sequence"])
    n_twice = len(heard.requests) - N
    assert N == len({(request.line, request.headers["webhook-id"]) for request in heard.requests})
    assert CUSTOMERS * WEBHOOKS * JOBS == len(sequences)
    assert all(told == sorted(told) for told in sequences.values())
    assert 0 <= n_twice < N / 100


def _settings(heard: Receiver, folder: Path, database_url: str) -> dict[str, str]:
    return {
        "LOOKALIKE_DATABASE": database_url,
        "LOOKALIKE_WEBHOOKS__ALLOW": '["localhost"]',
        "SSL_CERT_FILE": str(heard.keep_authority(folder / "authority.pem")),
    }


def _registered(home: Path, env: Mapping[str, str], heard: Receiver) -> Service:
    """A service with the webhooks of all customers."""
    service = start(home, env)
    for number in range(CUSTOMERS):
        headers = {"Authorization": f"Bearer {service.token(f'customer-{number}')}"}
        for hook in range(WEBHOOKS):
            body = {
                "url": heard.url(f"ok/{number}/{hook}"),
                "events": ["job.created", "job.updated"],
                "secret": SECRET,
            }
            answer = service.http.post("/api/v2/webhooks/register", json=body, headers=headers)
            assert 201 == answer.status_code, answer.text
    return service


def _happen(database_url: str) -> None:
    """Jobs of every customer are submitted, paused, resumed, paused and cancelled."""
    engine = open_engine(database_url)
    store = SqlJobStore(engine, timedelta(days=30))
    for number in range(CUSTOMERS * JOBS):
        place = {"output_location": {"bucket": "out", "path": str(uuid.uuid4())}}
        customer = f"customer-{number % CUSTOMERS}"
        new, somebody = NewJob(str(uuid.uuid4()), customer, "p", place, {}, 600, 600), somebody_of(customer)
        job_id = store.submit(new, Limits(4, 10_000), None, somebody).job_id
        for move in (store.pause, store.resume, store.pause, store.cancel):
            move(job_id, somebody)
    engine.dispose()


def _kill(service: Service) -> None:
    for process in [*psutil.Process(service.process.pid).children(recursive=True), service.process]:
        os.kill(process.pid, signal.SIGKILL)


def _n_pending(database_url: str) -> int:
    engine = open_engine(database_url)
    with reading(engine) as connection:
        query = sa.select(sa.func.count()).where(deliveries.c.status == "pending")
        n_pending: int = connection.execute(query).scalar_one()
    engine.dispose()
    return n_pending


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
