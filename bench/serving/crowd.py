"""A database with a long past and a long queue, filled with the rows that weeks of service would have left."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa

from bench.serving.submissions import new_job, submission
from lookalike.jobs import moves, view
from lookalike.jobs.job import Job, NewJob
from lookalike.jobs.states import JobStatus
from lookalike.ledger import rows
from lookalike.ledger.tables import events, jobs
from lookalike.webhooks import EventType

S = JobStatus

BATCH = 1_000
RETENTION = timedelta(days=30)
LEASE_S = 7_200.0  # of the running ones: it shall not end while they are watched
CROWDED = "customer-00"  # has most of the past, so that its history has an offset of 50,000
PROJECTS = 10  # of each customer
ENDS = (S.COMPLETED,) * 18 + (S.FAILED, S.CANCELLED)
FACTS = {"input_size": 3_974_305, "input_rows": 32_561, "output_size": 121_774, "output_rows": 1_000}


@dataclass(frozen=True)
class Crowd:
    """
    How many jobs of each kind there are.

    Attributes:
        crowded: So many of the finished are one customer's; the others share the rest.
        accepted: Waiting, not yet admitted to the queue.
        at_limit: So many customers have as many jobs running as they may, and are to be passed over.
    """

    finished: int = 100_000
    crowded: int = 60_000
    queued: int = 5_000
    accepted: int = 5_000
    customers: int = 50
    at_limit: int = 10
    running_each: int = 4


def fill(engine: sa.Engine, crowd: Crowd, now: datetime) -> None:
    """Write them all; PostgreSQL is then given what its autovacuum would have done by and by."""
    for batch in _batches(_crowd(crowd, now)):
        with engine.begin() as connection:
            connection.execute(sa.insert(jobs), [_row(job) for job in batch])
            connection.execute(sa.insert(events), [event for job in batch for event in _events(job)])
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM ANALYZE"))


def customer(number: int) -> str:
    """Its name."""
    return f"customer-{number:02}"


def _crowd(crowd: Crowd, now: datetime) -> Iterator[Job]:
    """The past first, evenly over thirty days; then what waits, in turns; then what runs."""
    template = new_job(submission("x.csv", 1_000), CROWDED)
    step = RETENTION / crowd.finished
    for number in range(crowd.finished):
        others = 1 + number % (crowd.customers - 1)
        # interleaved, so that the crowded customer's jobs lie all over the table
        mine = number * crowd.crowded % crowd.finished < crowd.crowded
        at = now - RETENTION + step * number
        yield _finished(_first(template, customer(0 if mine else others), at), ENDS[number % len(ENDS)], at)
    for number in range(crowd.queued):
        job = _first(template, customer(number % crowd.customers), now - timedelta(hours=2) + timedelta(seconds=number))
        yield moves.admitted(job, number // crowd.customers, now)
    for number in range(crowd.accepted):
        yield _first(template, customer(number % crowd.customers), now - timedelta(seconds=crowd.accepted - number))
    for number in range(crowd.at_limit * crowd.running_each):
        job = _first(template, customer(number % crowd.at_limit), now - timedelta(hours=3))
        yield moves.claimed(moves.admitted(job, 0, now), f"worker-{number}", LEASE_S, now)


def _first(template: NewJob, customer_id: str, at: datetime) -> Job:
    """A new job with a place of its own; all else is the template's."""
    job_id = str(uuid.uuid4())
    location = {"bucket": "out", "path": f"{customer_id}/{at:%Y-%m-%d}/{job_id}.csv"}
    configuration = {**template.configuration, "output_location": location}
    request = {**template.work["request"], "output_path": location["path"]}
    work = {**template.work, "job_id": job_id, "request": request}
    project_id = f"bench-{uuid.UUID(job_id).int % PROJECTS}"
    new = replace(
        template,
        job_id=job_id,
        customer_id=customer_id,
        project_id=project_id,
        configuration=configuration,
        work=work,
    )
    return rows.numbered(rows.first(new, at))


def _finished(job: Job, status: JobStatus, at: datetime) -> Job:
    """The job after a run of a minute, tidied up."""
    end = at + timedelta(minutes=2)
    running = moves.claimed(moves.admitted(job, 0, at), "worker", LEASE_S, at + timedelta(minutes=1))
    running = replace(running, running_s=60.0, metadata=FACTS, sequence=12)
    ended = {
        S.COMPLETED: lambda: moves.completed(running, RETENTION, end),
        S.FAILED: lambda: moves.failed(running, ("INPUT_INVALID", "The input has no rows."), RETENTION, end),
        S.CANCELLED: lambda: moves.cancelled(running, RETENTION, end),
    }[status]()
    return replace(ended, litter=False, expires_at=end + RETENTION + timedelta(days=1))


def _row(job: Job) -> dict[str, Any]:
    location = job.configuration["output_location"]
    return {**rows.values_of(job), "output_bucket": location["bucket"], "output_path": location["path"]}


def _events(job: Job) -> Iterator[dict[str, Any]]:
    """The first and the last: all of them would be gigabytes, and no statement reads others than a job's last."""
    kinds = {S.COMPLETED: EventType.COMPLETED, S.FAILED: EventType.FAILED}
    told = [(1, EventType.CREATED), (job.sequence, kinds.get(job.status, EventType.UPDATED))]
    for sequence, kind in told[: 1 if job.sequence == 1 else 2]:
        yield {
            "event_id": str(uuid.uuid4()),
            "job_id": job.job_id,
            "customer_id": job.customer_id,
            "type": kind.value,
            "sequence": sequence,
            "created_at": job.updated_at,
            "data": {**view.to_json(job), "sequence": sequence},
        }


def _batches(values: Iterable[Job]) -> Iterator[list[Job]]:
    stream = iter(values)
    while batch := list(islice(stream, BATCH)):
        yield batch
