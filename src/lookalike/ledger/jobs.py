"""`JobStore` over the database: each method is one transaction that reads, lets `moves` decide, and writes fenced."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from lookalike.audit import Action, By
from lookalike.errors import InternalError, JobNotFound, QuotaExceeded, ValidationError
from lookalike.jobs import Backlog, Beat, Event, Idempotency, Lease, Limits, Query, moves
from lookalike.jobs.job import Job, NewJob
from lookalike.jobs.states import JobStatus
from lookalike.ledger import audit, database, events, fairness, rows, statements
from lookalike.ledger.database import Lock, reading, writing
from lookalike.ledger.erasing import scrub
from lookalike.webhooks import EventType

KEY_KEPT = timedelta(hours=24)
WORKER_KEPT = timedelta(days=1)
AUDIT_KEPT = timedelta(days=365)

Move = Callable[[Job, datetime], Job]


class SqlJobStore:
    """
    Jobs in SQLite or PostgreSQL.

    Args:
        retention: How long an ended job's record is kept.
        now: Tells the time within a transaction.
    """

    def __init__(
        self, engine: sa.Engine, retention: timedelta, now: Callable[[sa.Connection], datetime] = database.now
    ) -> None:
        self._engine = engine
        self._retention = retention
        self._now = now
        self._scrubbed = False  # a process before may have been killed between a deletion and its end

    # ── for those who ask ──

    def submit(self, new: NewJob, limits: Limits, idempotency: Idempotency | None, by: By) -> Job:
        """See `JobStore.submit`; all submissions go one after another, because each looks at what others wrote."""
        with writing(self._engine, Lock.SUBMIT) as connection:
            now = self._now(connection)
            known = None if idempotency is None else _first_answer(connection, new, idempotency, now)
            if known is not None:
                return known
            job = _submit(connection, rows.first(new, now), new.output, limits, idempotency)
            audit.write(connection, by, Action.JOB_CREATE, job.job_id, now, job.project_id)
            return job

    def get(self, job_id: str) -> Job | None:
        with reading(self._engine) as connection:
            return statements.one(connection, job_id)

    def find(self, query: Query) -> tuple[list[Job], int]:
        with reading(self._engine) as connection:
            return statements.page(connection, query)

    def lenders(self, query: Query) -> tuple[list[Job], int]:
        with reading(self._engine) as connection:
            return statements.lenders(connection, query, self._now(connection))

    def events(self, job_id: str, after: int, limit: int) -> list[Event]:
        with reading(self._engine) as connection:
            return events.page(connection, job_id, after, limit)

    def cancel(self, job_id: str, by: By | None) -> Job:
        def cancelled(job: Job, now: datetime) -> Job:
            return moves.cancelled(job, self._retention, now)

        return self._ask(job_id, JobStatus.CANCELLED, cancelled, Action.JOB_CANCEL, by)

    def pause(self, job_id: str, by: By) -> Job:
        return self._ask(job_id, JobStatus.PAUSED, moves.paused, Action.JOB_PAUSE, by)

    def resume(self, job_id: str, by: By) -> Job:
        with writing(self._engine) as connection:
            job = _existing(connection, job_id, by)
            turn = fairness.turn(connection, job.customer_id)
            now = self._now(connection)
            resumed = moves.resumed(job, turn, now)
            audit.write(connection, by, Action.JOB_RESUME, job_id, now, job.project_id)
            return _store(connection, job, resumed, now)

    def dismiss(self, job_id: str, by: By | None) -> Job:
        return self._ask(job_id, None, moves.dismissed, Action.JOB_DELETE, by)

    # ── for supervisors ──

    def admit(self, limits: Limits) -> int:
        if not self._any_admissible(limits):
            return 0
        with writing(self._engine, Lock.ADMIT) as connection:
            now, admissible = self._now(connection), statements.admissible(connection, limits.running_per_customer)
            return sum(_admit(connection, job_id, customer_id, now) for job_id, customer_id in admissible)

    def claim(self, owner: str, lease_s: float, limits: Limits) -> Job | None:
        if not self._any_queued():
            return None
        with writing(self._engine) as connection:
            now = self._now(connection)
            latest = now + timedelta(seconds=lease_s)
            job = statements.next_queued(connection, limits.running_per_customer, latest, now)
            if job is None or not fairness.room(connection, job.customer_id, limits.running_per_customer):
                return None
            return _store(connection, job, moves.claimed(job, owner, lease_s, now), now)

    def beat(self, job: Job, told: Beat, lease_s: float) -> bool:
        return self._tell(job, told, lambda own, now: moves.renewed(own, lease_s, now))

    def begin_publishing(self, job: Job) -> bool:
        return self._tell(job, Beat(), moves.publishing)

    def finish(self, job: Job, status: JobStatus, error: tuple[str, str] | None, told: Beat) -> bool:
        if status is JobStatus.COMPLETED:
            return self._tell(job, told, lambda own, now: moves.completed(own, self._retention, now))
        if status is not JobStatus.FAILED or error is None:
            raise InternalError("A job finishes as completed, or as failed with an error.")
        return self._tell(job, told, lambda own, now: moves.failed(own, error, self._retention, now))

    def hold(self, job: Job, reason: str, told: Beat) -> bool:
        with reading(self._engine) as connection:
            turn = fairness.turn(connection, job.customer_id)
        return self._tell(job, told, lambda own, now: moves.held(own, reason, turn, self._retention, now))

    def release(self, job: Job, told: Beat) -> bool:
        return self._tell(job, told, moves.released)

    def crash(self, job: Job, told: Beat, max_restarts: int) -> bool:
        return self._tell(job, told, lambda own, now: moves.crashed(own, max_restarts, self._retention, now))

    def attempt_over(self, job: Job) -> None:
        with writing(self._engine) as connection:
            statements.end_lease(connection, job)

    def suspects(self, lease_s: float) -> list[Lease]:
        with reading(self._engine) as connection:
            now = self._now(connection)
            return statements.leases_over(connection, now + timedelta(seconds=lease_s), now)

    def recover(self, lease: Lease, max_restarts: int) -> bool:
        def abandoned(job: Job, now: datetime) -> Job:
            renewed = (job.epoch, job.beat_at) != (lease.epoch, lease.beat_at)
            return job if renewed else moves.crashed(job, max_restarts, self._retention, now)

        job = self._change(lease.job_id, JobStatus.RUNNING, abandoned)
        return job is not None and job.status is not JobStatus.RUNNING

    def sweep(self) -> list[str]:
        with reading(self._engine) as connection:
            now = self._now(connection)
            late, expired = statements.window_ended(connection, now), statements.expired(connection, now)
        for job_id in late:
            self._change(job_id, JobStatus.PAUSED, self._expire_window)
        with writing(self._engine) as connection:
            statements.drop_old_keys(connection, now - KEY_KEPT)
            statements.drop_old_workers(connection, now - WORKER_KEPT)
            audit.drop_old(connection, now - AUDIT_KEPT)
        if not self._scrubbed:
            self._scrub(patience_s=0)
        return expired

    def forgotten(self, job_id: str) -> bool:
        with writing(self._engine) as connection:
            deleted = statements.delete(connection, job_id, self._now(connection))
        if deleted:
            self._scrub(database.BUSY_MS / 1000)
        return deleted

    def littered(self) -> list[Job]:
        with reading(self._engine) as connection:
            return statements.with_litter(connection, self._now(connection))

    def tidied(self, job: Job) -> None:
        with writing(self._engine) as connection:
            statements.clear_litter(connection, job)

    def seen(self, owner: str) -> None:
        with writing(self._engine) as connection:
            statements.see_worker(connection, owner, self._now(connection))

    def backlog(self, alive_s: float) -> Backlog:
        with reading(self._engine) as connection:
            now = self._now(connection)
            seen = statements.live_workers(connection, alive_s, now)
            return Backlog(
                live_workers=len(seen),
                oldest_beat_s=max(0.0, (now - min(seen)).total_seconds()) if seen else None,
                waiting=statements.n_in(connection, (JobStatus.INITIALIZED, JobStatus.QUEUED)),
                running=statements.n_in(connection, (JobStatus.RUNNING,)),
            )

    def _scrub(self, patience_s: float) -> None:
        """Now, or at the next sweep; PostgreSQL vacuums by itself."""
        self._scrubbed = self._engine.dialect.name != "sqlite" or scrub(self._engine, patience_s)

    def _any_admissible(self, limits: Limits) -> bool:
        with reading(self._engine) as connection:
            first = statements.exists(connection, JobStatus.INITIALIZED)
            return first and bool(statements.admissible(connection, limits.running_per_customer))

    def _any_queued(self) -> bool:
        with reading(self._engine) as connection:
            return statements.exists(connection, JobStatus.QUEUED)

    def _ask(self, job_id: str, already: JobStatus | None, move: Move, action: Action, by: By | None) -> Job:
        """The job, moved and that written down, or as it is: then there is nothing to write down."""
        with writing(self._engine) as connection:
            job, now = _existing(connection, job_id, by), self._now(connection)
            moved = job if job.status is already else move(job, now)
            if moved != job:
                audit.write(connection, by, action, job_id, now, job.project_id)
            return _store(connection, job, moved, now)

    def _tell(self, job: Job, told: Beat, move: Move) -> bool:
        """The fence of every supervisor's write: False, and nothing written, unless the job runs in the same epoch."""
        with writing(self._engine) as connection:
            own = statements.one(connection, job.job_id, to_change=True)
            if own is None or own.status is not JobStatus.RUNNING or own.epoch != job.epoch:
                return False
            now = self._now(connection)
            _store(connection, own, move(moves.told(own, told, now), now), now)
            return True

    def _change(self, job_id: str, source: JobStatus, move: Move) -> Job | None:
        """The job, moved or left as it was; None if it is no longer in the state."""
        with writing(self._engine) as connection:
            job = statements.one(connection, job_id, to_change=True)
            if job is None or job.status is not source:
                return None
            now = self._now(connection)
            return _store(connection, job, move(job, now), now)

    def _expire_window(self, job: Job, now: datetime) -> Job:
        again = job.resume_deadline is None or job.resume_deadline >= now
        return job if again else moves.window_expired(job, self._retention, now)


def _existing(connection: sa.Connection, job_id: str, by: By | None) -> Job:
    """The job, as far as who asks may know of it."""
    job = statements.one(connection, job_id, to_change=True)
    if job is None or (by is not None and by.customer_id != job.customer_id):
        raise JobNotFound(f"There is no job {job_id}.")
    return job


def _admit(connection: sa.Connection, job_id: str, customer_id: str, now: datetime) -> bool:
    job = statements.one(connection, job_id, to_change=True)
    if job is None or job.status is not JobStatus.INITIALIZED:
        return False
    _store(connection, job, moves.admitted(job, fairness.turn(connection, customer_id), now), now)
    return True


def _first_answer(connection: sa.Connection, new: NewJob, told: Idempotency, now: datetime) -> Job | None:
    known = statements.remembered(connection, new.customer_id, told.key, now - KEY_KEPT)
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


def _submit(
    connection: sa.Connection, job: Job, output: tuple[str, str], limits: Limits, idempotency: Idempotency | None
) -> Job:
    if statements.n_waiting(connection, job.customer_id) >= limits.queued_per_customer:
        raise QuotaExceeded(f"{limits.queued_per_customer} of your jobs are waiting already.")
    if statements.output_taken(connection, *output):
        message = "another job that has not ended writes to this path, inside it or around it"
        raise ValidationError(
            f"output_path: {message}.",
            fields=[("output_path", message)],
            hint="Choose another output_path, or wait for that job to end.",
        )
    job = rows.numbered(job)
    statements.insert(connection, job, output)
    events.write(connection, EventType.CREATED, job, job.submitted_at)
    if idempotency is not None:
        statements.remember(connection, job, idempotency)
    return job


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
