"""The events of jobs: a row each, written in the transaction of the change it tells of."""

import uuid
from datetime import datetime, timedelta

import sqlalchemy as sa

from lookalike.jobs import Event, stages, view
from lookalike.jobs.job import Job
from lookalike.jobs.states import JobStatus
from lookalike.ledger import outbox
from lookalike.ledger.tables import events
from lookalike.webhooks import EventType

STEP = 10  # points of progress between two events that tell of nothing else
PAUSE = timedelta(seconds=5)  # and time between them

ENDS = {JobStatus.COMPLETED: EventType.COMPLETED, JobStatus.FAILED: EventType.FAILED}


def to_tell(connection: sa.Connection, old: Job, new: Job, now: datetime) -> EventType | None:
    """What a change is told as: every change of status or of a stage's status, and progress now and then; else None."""
    if new.status is not old.status:
        return ENDS.get(new.status, EventType.UPDATED)
    if not stages.same_statuses(old.stages, new.stages):
        return EventType.UPDATED
    if new.progress > old.progress and _worth_telling(connection, new, now):
        return EventType.UPDATED
    return None


def write(connection: sa.Connection, kind: EventType, job: Job, now: datetime) -> None:
    """The event of a job as it now is, and its deliveries; `job.sequence` is this event's number."""
    row = {
        "event_id": str(uuid.uuid4()),
        "job_id": job.job_id,
        "customer_id": job.customer_id,
        "type": kind.value,
        "sequence": job.sequence,
        "created_at": now,
        "data": {**view.to_json(job), "sequence": job.sequence},
    }
    connection.execute(sa.insert(events).values(row))
    outbox.put(connection, row)


def page(connection: sa.Connection, job_id: str, after: int, limit: int) -> list[Event]:
    """The job's events behind the one of that number, in order."""
    wanted = sa.and_(events.c.job_id == job_id, events.c.sequence > after)
    query = sa.select(events.c.event_id, events.c.type, events.c.sequence, events.c.created_at, events.c.data)
    return [Event(*row) for row in connection.execute(query.where(wanted).order_by(events.c.sequence).limit(limit))]


def _worth_telling(connection: sa.Connection, job: Job, now: datetime) -> bool:
    progress, created_at = _last(connection, job)
    return job.progress - progress >= STEP and now - created_at >= PAUSE


def _last(connection: sa.Connection, job: Job) -> tuple[int, datetime]:
    """Progress and time of the job's last event: kept there already, so the job needs no columns for them."""
    query = sa.select(events.c.data["progress"].as_integer(), events.c.created_at)
    row = connection.execute(query.where(events.c.job_id == job.job_id, events.c.sequence == job.sequence)).one()
    return row[0], row[1]
