"""How long a job stands still when its worker is killed."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from bench.serving.service import PATIENCE_S, POLL_S, TITLES, NotMeasured, Place, placed
from bench.serving.submissions import BY, new_job, submission
from lookalike.jobs import Limits
from lookalike.jobs.job import Job
from lookalike.jobs.states import JobStatus
from lookalike.ledger.database import open_engine, prepare
from lookalike.ledger.jobs import SqlJobStore

N_ROWS = 50_000_000  # does not end meanwhile
LEASES_S = {5: 3, 30: 1}  # and how often it is measured with it
LIMITS = Limits(running_per_customer=4, queued_per_customer=1_000)


@dataclass(frozen=True)
class Taken:
    """Seconds from the kill to the claim of another worker."""

    database: str
    lease_s: int
    seconds: tuple[float, ...]


def measured(kind: str) -> list[Taken]:
    """With leases of several lengths; all else is default."""
    return [
        Taken(TITLES[kind], lease_s, tuple(_taken(kind, lease_s) for _ in range(times)))
        for lease_s, times in LEASES_S.items()
    ]


def _taken(kind: str, lease_s: int) -> float:
    with placed(kind, JOBS__LEASE_S=str(lease_s)) as place:
        engine = open_engine(place.database)
        prepare(engine)
        store = SqlJobStore(engine, timedelta(days=30))
        try:
            job_id = store.submit(new_job(submission("long.csv", N_ROWS), "acme"), LIMITS, None, BY).job_id
            return _watched(store, job_id, place)
        finally:
            engine.dispose()


def _watched(store: SqlJobStore, job_id: str, place: Place) -> float:
    with _worker(place) as first:
        _until_epoch(store, job_id, 1)
        with _worker(place):
            time.sleep(2.5)  # until the second worker has looked round, and the first is between two beats
            first.send_signal(signal.SIGKILL)
            begun = time.perf_counter()
            _until_epoch(store, job_id, 2)
            return time.perf_counter() - begun


def _until_epoch(store: SqlJobStore, job_id: str, epoch: int) -> Job:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job = store.get(job_id)
        if job is not None and job.status is JobStatus.RUNNING and job.epoch == epoch:
            return job
        time.sleep(POLL_S)
    raise NotMeasured("no worker took the job")


@contextmanager
def _worker(place: Place) -> Iterator[subprocess.Popen[str]]:
    process = place.start("worker")
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
