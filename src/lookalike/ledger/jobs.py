"""`JobStore` over the database: each method is one transaction that reads, lets `moves` decide, and writes fenced."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from lookalike.errors import InternalError, JobNotFound, QuotaExceeded, ValidationError
from lookalike.jobs import Backlog, Beat, Idempotency, Limits, Query, moves
from lookalike.jobs.job import Job, NewJob
from lookalike.jobs.states import JobStatus
from lookalike.ledger import events, rows, statements
from lookalike.ledger.database import Lock, reading, writing
from lookalike.webhooks import EventType

KEY_KEPT = timedelta(hours=24)
WORKER_KEPT = timedelta(days=1)

Move = Callable[[Job], Job]


class SqlJobStore:
    """
    Jobs in SQLite or PostgreSQL.

    Args:
        retention: How long an ended job's record is kept.
    """

    def __init__(self, engine: sa.Engine, retention: timedelta) -> None:
        self._engine = engine
        self._retention = retention

    # ── for those who ask ──

    def submit(self, new: NewJob, limits: Limits, idempotency: Idempotency | None) -> Job:
        """See `JobStore.submit`; all submissions go one after another, because each looks at what others wrote."""
        with writing(self._engine, Lock.SUBMIT) as connection:
            known = None if idempotency is None else _first_answer(connection, new, idempotency)
            return known or _submit(connection, new, limits, idempotency)

    def get(self, job_id: str) -> Job | None:
        with reading(self._engine) as connection:
            return statements.one(connection, job_id)

    def find(self, query: Query) -> tuple[list[Job], int]:
        with reading(self._engine) as connection:
            return statements.page(connection, query)

    def cancel(self, job_id: str, now: datetime) -> Job:
        return self._ask(job_id, JobStatus.CANCELLED, lambda job: moves.cancelled(job, self._retention, now), now)

    def pause(self, job_id: str, now: datetime) -> Job:
        return self._ask(job_id, JobStatus.PAUSED, lambda job: moves.paused(job, now), now)

    def resume(self, job_id: str, now: datetime) -> Job:
        return self._ask(job_id, None, lambda job: moves.resumed(job, now), now)

    def dismiss(self, job_id: str, now: datetime) -> Job:
        return self._ask(job_id, None, lambda job: moves.dismissed(job, now), now)

    # ── for supervisors ──

    def admit(self, limits: Limits, now: datetime) -> int:
        if not self._any(JobStatus.INITIALIZED):
            return 0
        with writing(self._engine, Lock.ADMIT) as connection:
            ids = statements.admissible(connection, limits.running_per_customer)
            return sum(
                _change(connection, job_id, JobStatus.INITIALIZED, lambda job: moves.admitted(job, now), now)
                is not None
                for job_id in ids
            )

    def claim(self, owner: str, lease_s: float, now: datetime) -> Job | None:
        if not self._any(JobStatus.QUEUED):
            return None
        with writing(self._engine) as connection:
            job = statements.next_queued(connection)
            return None if job is None else _store(connection, job, moves.claimed(job, owner, lease_s, now), now)

    def beat(self, job: Job, told: Beat, lease_s: float, now: datetime) -> bool:
        return self._tell(job, told, lambda own: moves.renewed(own, lease_s, now), now)

    def begin_publishing(self, job: Job, now: datetime) -> bool:
        return self._tell(job, Beat(), lambda own: moves.publishing(own, now), now)

    def finish(self, job: Job, status: JobStatus, error: tuple[str, str] | None, told: Beat, now: datetime) -> bool:
        if status is JobStatus.COMPLETED:
            return self._tell(job, told, lambda own: moves.completed(own, self._retention, now), now)
        if status is not JobStatus.FAILED or error is None:
            raise InternalError("A job finishes as completed, or as failed with an error.")
        return self._tell(job, told, lambda own: moves.failed(own, error, self._retention, now), now)

    def release(self, job: Job, told: Beat, now: datetime) -> bool:
        return self._tell(job, told, lambda own: moves.released(own, now), now)

    def crash(self, job: Job, told: Beat, max_restarts: int, now: datetime) -> bool:
        return self._tell(job, told, lambda own: moves.crashed(own, max_restarts, self._retention, now), now)

    def recover(self, max_restarts: int, now: datetime) -> list[str]:
        with reading(self._engine) as connection:
            suspects = statements.lease_ended(connection, now)
        return [job_id for job_id in suspects if self._recover(job_id, max_restarts, now)]

    def sweep(self, now: datetime) -> list[str]:
        with reading(self._engine) as connection:
            late, expired = statements.window_ended(connection, now), statements.expired(connection, now)
        for job_id in late:
            self._expire_window(job_id, now)
        with writing(self._engine) as connection:
            statements.drop_old_keys(connection, now - KEY_KEPT)
            statements.drop_old_workers(connection, now - WORKER_KEPT)
        return expired

    def forgotten(self, job_id: str, now: datetime) -> bool:
        with writing(self._engine) as connection:
            return statements.delete(connection, job_id, now)

    def littered(self, now: datetime) -> list[Job]:
        with reading(self._engine) as connection:
            return statements.with_litter(connection, now)

    def tidied(self, job: Job) -> None:
        with writing(self._engine) as connection:
            statements.clear_litter(connection, job)

    def seen(self, owner: str, now: datetime) -> None:
        with writing(self._engine) as connection:
            statements.see_worker(connection, owner, now)

    def backlog(self, alive_s: float, now: datetime) -> Backlog:
        with reading(self._engine) as connection:
            seen = statements.live_workers(connection, alive_s, now)
            return Backlog(
                live_workers=len(seen),
                oldest_beat_s=max(0.0, (now - min(seen)).total_seconds()) if seen else None,
                waiting=statements.n_in(connection, (JobStatus.INITIALIZED, JobStatus.QUEUED)),
                running=statements.n_in(connection, (JobStatus.RUNNING,)),
            )

    def _any(self, status: JobStatus) -> bool:
        with reading(self._engine) as connection:
            return statements.exists(connection, status)

    def _ask(self, job_id: str, already: JobStatus | None, move: Move, now: datetime) -> Job:
        with writing(self._engine) as connection:
            job = statements.one(connection, job_id, to_change=True)
            if job is None:
                raise JobNotFound(f"There is no job {job_id}.")
            return job if job.status is already else _store(connection, job, move(job), now)

    def _tell(self, job: Job, told: Beat, move: Move, now: datetime) -> bool:
        """The fence of every supervisor's write: False, and nothing written, unless the job runs in the same epoch."""
        with writing(self._engine) as connection:
            own = statements.one(connection, job.job_id, to_change=True)
            if own is None or own.status is not JobStatus.RUNNING or own.epoch != job.epoch:
                return False
            _store(connection, own, move(moves.told(own, told, now)), now)
            return True

    def _recover(self, job_id: str, max_restarts: int, now: datetime) -> bool:
        def lost(job: Job) -> Job:
            renewed = job.lease_until is not None and job.lease_until > now
            return job if renewed else moves.lost(job, max_restarts, self._retention, now)

        with writing(self._engine) as connection:
            job = _change(connection, job_id, JobStatus.RUNNING, lost, now)
        return job is not None and job.status is not JobStatus.RUNNING

    def _expire_window(self, job_id: str, now: datetime) -> None:
        def late(job: Job) -> Job:
            again = job.resume_deadline is None or job.resume_deadline >= now
            return job if again else moves.window_expired(job, self._retention, now)

        with writing(self._engine) as connection:
            _change(connection, job_id, JobStatus.PAUSED, late, now)


def _first_answer(connection: sa.Connection, new: NewJob, told: Idempotency) -> Job | None:
    known = statements.remembered(connection, new.customer_id, told.key, new.submitted_at - KEY_KEPT)
    if known is None:
        return None
    body_sha256, job_id = known
    if body_sha256 != told.body_sha256:
        raise ValidationError(
            "This Idempotency-Key was used with another body.",
            fields=[("Idempotency-Key", "used with another body in the last 24 hours")],
            hint="Send another key, or the same body.",
        )
    return statements.one(connection, job_id)


def _submit(connection: sa.Connection, new: NewJob, limits: Limits, idempotency: Idempotency | None) -> Job:
    if statements.n_waiting(connection, new.customer_id) >= limits.queued_per_customer:
        raise QuotaExceeded(f"{limits.queued_per_customer} of your jobs are waiting already.")
    if statements.output_taken(connection, *new.output):
        message = "another job that has not ended writes to this path, inside it or around it"
        raise ValidationError(
            f"output_path: {message}.",
            fields=[("output_path", message)],
            hint="Choose another output_path, or wait for that job to end.",
        )
    job = rows.numbered(rows.first(new))
    statements.insert(connection, job, new.output)
    events.write(connection, EventType.CREATED, job, new.submitted_at)
    if idempotency is not None:
        statements.remember(connection, job, idempotency)
    return job


def _change(connection: sa.Connection, job_id: str, source: JobStatus, move: Move, now: datetime) -> Job | None:
    """The moved job; None if it has left the state meanwhile."""
    job = statements.one(connection, job_id, to_change=True)
    if job is None or job.status is not source:
        return None
    return _store(connection, job, move(job), now)


def _store(connection: sa.Connection, old: Job, new: Job, now: datetime) -> Job:
    """Write the change and the event that tells of it."""
    if new == old:
        return old
    kind = events.to_tell(connection, old, new, now)
    new = new if kind is None else rows.numbered(new)
    if not statements.replace(connection, old, new):
        raise InternalError("A job changed while its row was locked.")
    if kind is not None:
        events.write(connection, kind, new, now)
    return new
