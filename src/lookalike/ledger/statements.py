"""What is read and written of jobs: one named function a statement, each with why it is needed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from lookalike.jobs import Idempotency, Lease, Query
from lookalike.jobs.job import Job
from lookalike.jobs.states import ENDED, LIVE, JobStatus
from lookalike.ledger.rows import COLUMNS, changes, job_of, values_of
from lookalike.ledger.tables import deliveries, events, idempotency, jobs, workers

S = JobStatus

OLDEST_FIRST = (jobs.c.submitted_at, jobs.c.job_id)
WAITING = (S.INITIALIZED, S.QUEUED, S.PAUSED)
ADMITTED = (S.QUEUED, S.RUNNING)


def one(connection: sa.Connection, job_id: str, *, to_change: bool = False) -> Job | None:
    """A job; `to_change` locks its row on PostgreSQL so that the state stays as it was read."""
    query = sa.select(*COLUMNS).where(jobs.c.job_id == job_id)
    row = connection.execute(query.with_for_update() if to_change else query).one_or_none()
    return None if row is None else job_of(row)


def insert(connection: sa.Connection, job: Job, output: tuple[str, str]) -> None:
    """A new row; the output place has its own columns because every submission searches them."""
    bucket, path = output
    connection.execute(sa.insert(jobs).values(**values_of(job), output_bucket=bucket, output_path=path))


def replace(connection: sa.Connection, old: Job, new: Job) -> bool:
    """The fenced write: only a row still in the state and epoch that was read is changed; False if there is none."""
    fence = (jobs.c.job_id == old.job_id, jobs.c.epoch == old.epoch, jobs.c.status == old.status.value)
    return connection.execute(sa.update(jobs).where(*fence).values(changes(old, new))).rowcount == 1


def page(connection: sa.Connection, query: Query) -> tuple[list[Job], int]:
    """
    One page of the history, newest first, and the size of the whole.

    What is passed over and counted is read from an index alone; only the page's own rows are looked up.
    """
    return _page(connection, query, _matching(query))


def lenders(connection: sa.Connection, query: Query, now: datetime) -> tuple[list[Job], int]:
    """As `page`, of completed jobs that learnt a model themselves which is there still."""
    borrowed = jobs.c.configuration["parameters"]["model_from_job"].as_string()
    there = [jobs.c.status == S.COMPLETED.value, sa.or_(jobs.c.expires_at.is_(None), jobs.c.expires_at > now)]
    return _page(connection, query, [*_matching(query), *there, borrowed.is_(None)])


def _page(connection: sa.Connection, query: Query, where: Sequence[sa.ColumnElement[bool]]) -> tuple[list[Job], int]:
    newest = (jobs.c.submitted_at.desc(), jobs.c.job_id.desc())
    ids = sa.select(jobs.c.job_id).where(*where).order_by(*newest).limit(query.limit).offset(query.offset).subquery()
    rows = connection.execute(sa.select(*COLUMNS).join(ids, ids.c.job_id == jobs.c.job_id).order_by(*newest))
    return [job_of(row) for row in rows], _count(connection, *where)


def _matching(query: Query) -> list[sa.ColumnElement[bool]]:
    where = [jobs.c.customer_id == query.customer_id]
    if query.projects is not None:
        where.append(jobs.c.project_id.in_(sorted(query.projects)))
    if query.status is not None:
        where.append(jobs.c.status == query.status.value)
    if query.start is not None:
        where.append(jobs.c.submitted_at >= query.start)
    if query.end is not None:
        where.append(jobs.c.submitted_at <= query.end)
    if query.search:
        begins = jobs.c.job_id.startswith(query.search.lower(), autoescape=True)
        holds = jobs.c.output_path.contains(query.search, autoescape=True)
        where.append(sa.or_(begins, holds, jobs.c.project_id == query.search))
    return where


def n_waiting(connection: sa.Connection, customer_id: str) -> int:
    """How much of the limit of waiting jobs a customer has used up."""
    return _count(connection, jobs.c.customer_id == customer_id, _in(WAITING))


def output_taken(connection: sa.Connection, bucket: str, path: str) -> bool:
    """Whether a live job writes to this place, to one inside it, or to one around it."""
    around = [path[: end + 1] for end, sign in enumerate(path) if sign == "/"]
    if _writes(connection, bucket, jobs.c.output_path.in_(sorted({path, *around}))):
        return True
    inside = (jobs.c.output_path > path) & (jobs.c.output_path < f"{path[:-1]}0")  # the sign after the slash
    return path.endswith("/") and _writes(connection, bucket, inside)


def _writes(connection: sa.Connection, bucket: str, place: sa.ColumnElement[bool]) -> bool:
    where = (jobs.c.output_bucket == bucket, _in(LIVE), place)
    return connection.execute(sa.select(jobs.c.job_id).where(*where).limit(1)).first() is not None


def remembered(connection: sa.Connection, customer_id: str, key: str, since: datetime) -> tuple[str, str] | None:
    """The body's digest and the job of an idempotency key that is not too old."""
    where = (idempotency.c.customer_id == customer_id, idempotency.c.key == key, idempotency.c.created_at > since)
    row = connection.execute(sa.select(idempotency.c.body_sha256, idempotency.c.job_id).where(*where)).one_or_none()
    return None if row is None else (row[0], row[1])


def remember(connection: sa.Connection, job: Job, told: Idempotency) -> None:
    """Keep an idempotency key, in place of an outworn one."""
    where = (idempotency.c.customer_id == job.customer_id, idempotency.c.key == told.key)
    connection.execute(sa.delete(idempotency).where(*where))
    row = {"customer_id": job.customer_id, "key": told.key, "body_sha256": told.body_sha256, "job_id": job.job_id}
    connection.execute(sa.insert(idempotency).values(**row, created_at=job.submitted_at))


def exists(connection: sa.Connection, status: JobStatus) -> bool:
    """Whether any job is in this state: a look that takes no lock, before a write that would."""
    return (
        connection.execute(sa.select(jobs.c.job_id).where(jobs.c.status == status.value).limit(1)).first() is not None
    )


def admissible(connection: sa.Connection, running_limit: int) -> list[tuple[str, str]]:
    """
    Ids and customers of accepted jobs that fit under their customers' limits, oldest first.

    Who has reached the limit is left out at once: in a long queue these are most, and their jobs need not be ranked.
    """
    n_admitted = sa.select(jobs.c.customer_id, sa.func.count().label("n")).where(_in(ADMITTED))
    admitted = n_admitted.group_by(jobs.c.customer_id).subquery()
    full = sa.select(admitted.c.customer_id).where(admitted.c.n >= running_limit)
    rank = sa.func.row_number().over(partition_by=jobs.c.customer_id, order_by=OLDEST_FIRST)
    accepted = (
        sa.select(*OLDEST_FIRST, jobs.c.customer_id, rank.label("rank"))
        .where(jobs.c.status == S.INITIALIZED.value, jobs.c.customer_id.not_in(full))
        .subquery()
    )
    both = accepted.outerjoin(admitted, accepted.c.customer_id == admitted.c.customer_id)
    fits = accepted.c.rank + sa.func.coalesce(admitted.c.n, 0) <= running_limit
    query = sa.select(accepted.c.job_id, accepted.c.customer_id).select_from(both).where(fits)
    return [(row[0], row[1]) for row in connection.execute(query.order_by(accepted.c.submitted_at, accepted.c.job_id))]


def current_turn(connection: sa.Connection) -> int:
    """The turn of the queue: the latest of those being served; if none is, the next."""
    serving = connection.execute(sa.select(sa.func.max(jobs.c.turn)).where(jobs.c.status == S.RUNNING.value))
    if (turn := serving.scalar()) is not None:
        return int(turn)
    waiting = connection.execute(sa.select(sa.func.min(jobs.c.turn)).where(jobs.c.status == S.QUEUED.value))
    return int(waiting.scalar() or 0)


def last_turn(connection: sa.Connection, customer_id: str) -> int | None:
    """
    The last turn that a customer's jobs have taken up, as far as it still matters.

    Asked for the maximum SQLite would go through the whole queue, from its end, for a job of the customer's.
    """
    where = (jobs.c.customer_id == customer_id, _in(ADMITTED))
    return max(connection.execute(sa.select(jobs.c.turn).where(*where)).scalars(), default=None)


def next_queued(connection: sa.Connection, running_limit: int, latest: datetime, now: datetime) -> Job | None:
    """
    The queued job whose turn it is, of a customer under its limit, that no other transaction is just taking.

    One whose former attempt may still be dying, because it was paused and resumed in haste, is passed over.
    """
    busy = (
        sa.select(jobs.c.customer_id)
        .where(jobs.c.status == S.RUNNING.value)
        .group_by(jobs.c.customer_id)
        .having(sa.func.count() >= running_limit)
    )
    free = jobs.c.lease_until.is_(None) | _over(latest, now)
    where = (jobs.c.status == S.QUEUED.value, jobs.c.customer_id.not_in(busy), free)
    query = sa.select(*COLUMNS).where(*where).order_by(jobs.c.turn, *OLDEST_FIRST).limit(1)
    row = connection.execute(query.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else job_of(row)


def n_running(connection: sa.Connection, customer_id: str) -> int:
    """How much of the limit of running jobs a customer has used up."""
    return _count(connection, jobs.c.customer_id == customer_id, jobs.c.status == S.RUNNING.value)


def leases_over(connection: sa.Connection, latest: datetime, now: datetime) -> list[Lease]:
    """Leases of running jobs that are over."""
    running = (jobs.c.status == S.RUNNING.value, _over(latest, now))
    query = sa.select(jobs.c.job_id, jobs.c.epoch, jobs.c.beat_at).where(*running)
    return [Lease(*row) for row in connection.execute(query)]


def end_lease(connection: sa.Connection, job: Job) -> None:
    """Note that no process of this attempt lives, unless the job runs or has been taken again since."""
    where = (jobs.c.job_id == job.job_id, jobs.c.epoch == job.epoch, jobs.c.status != S.RUNNING.value)
    connection.execute(sa.update(jobs).where(*where).values(lease_until=None))


def _over(latest: datetime, now: datetime) -> sa.ColumnElement[bool]:
    """The lease ended before now, or ends later than any given now could: the clock was set back."""
    return (jobs.c.lease_until <= now) | (jobs.c.lease_until > latest)


def window_ended(connection: sa.Connection, now: datetime) -> list[str]:
    """Ids of paused jobs that nobody resumed in time."""
    where = (jobs.c.status == S.PAUSED.value, jobs.c.resume_deadline < now)
    return list(connection.execute(sa.select(jobs.c.job_id).where(*where)).scalars())


def expired(connection: sa.Connection, now: datetime) -> list[str]:
    """
    Ids of ended jobs whose record has been kept long enough, and that left nothing to be tidied away first.

    Only ended jobs have an expiry, and few are past it. To ask for more than that makes SQLite look up every job that
    has ended: it takes an equation to be worth more than a bound.
    """
    query = sa.select(jobs.c.job_id, jobs.c.litter).where(jobs.c.expires_at <= now).order_by(jobs.c.expires_at)
    return [job_id for job_id, litter in connection.execute(query) if not litter]


def with_litter(connection: sa.Connection, now: datetime) -> list[Job]:
    """Ended jobs that left things behind and of whose attempts nothing can be alive."""
    over = jobs.c.lease_until.is_(None) | (jobs.c.lease_until <= now)
    rows = connection.execute(sa.select(*COLUMNS).where(jobs.c.litter.is_(True), _in(ENDED), over))
    return [job_of(row) for row in rows]


def clear_litter(connection: sa.Connection, job: Job) -> None:
    """Note that a job left nothing behind, unless a later attempt has begun since."""
    where = (jobs.c.job_id == job.job_id, jobs.c.epoch == job.epoch, _in(ENDED))
    connection.execute(sa.update(jobs).where(*where).values(litter=False))


def delete(connection: sa.Connection, job_id: str, now: datetime) -> bool:
    """Remove an expired, tidy job with its events, deliveries and keys; False if it is not there or not such a one."""
    where = (jobs.c.job_id == job_id, jobs.c.expires_at <= now, jobs.c.litter.is_(False), _in(ENDED))
    if connection.execute(sa.delete(jobs).where(*where)).rowcount == 0:
        return False
    connection.execute(sa.delete(deliveries).where(deliveries.c.job_id == job_id))
    connection.execute(sa.delete(events).where(events.c.job_id == job_id))
    connection.execute(sa.delete(idempotency).where(idempotency.c.job_id == job_id))
    return True


def drop_old_keys(connection: sa.Connection, before: datetime) -> None:
    """Idempotency keys past their day only take room."""
    connection.execute(sa.delete(idempotency).where(idempotency.c.created_at <= before))


def drop_old_workers(connection: sa.Connection, before: datetime) -> None:
    """Each start of a supervisor makes a row; those long silent only take room."""
    connection.execute(sa.delete(workers).where(workers.c.seen_at <= before))


def see_worker(connection: sa.Connection, owner: str, now: datetime) -> None:
    """A supervisor's sign of life; only itself writes its row, so update-then-insert cannot race."""
    if connection.execute(sa.update(workers).where(workers.c.owner == owner).values(seen_at=now)).rowcount == 0:
        connection.execute(sa.insert(workers).values(owner=owner, seen_at=now))


def live_workers(connection: sa.Connection, alive_s: float, now: datetime) -> list[datetime]:
    """When each supervisor that counts as live was last seen."""
    since = now - timedelta(seconds=alive_s)
    return list(connection.execute(sa.select(workers.c.seen_at).where(workers.c.seen_at >= since)).scalars())


def n_in(connection: sa.Connection, statuses: Sequence[JobStatus]) -> int:
    """How many jobs are in these states, for health."""
    return _count(connection, _in(statuses))


def _in(statuses: Sequence[JobStatus] | frozenset[JobStatus]) -> sa.ColumnElement[bool]:
    return jobs.c.status.in_(sorted(status.value for status in statuses))


def _count(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(jobs).where(*where)).scalar_one()
