from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lookalike.jobs import Beat, Limits
from lookalike.jobs.job import NewJob
from lookalike.jobs.states import JobStatus
from lookalike.ledger.database import open_engine, upgrade
from lookalike.ledger.jobs import SqlJobStore
from somebody import SOMEBODY

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
RETENTION = timedelta(days=30)


@pytest.fixture
def engine(database_url):
    """An upgraded database, on each kind there is."""
    engine = open_engine(database_url)
    upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def at(engine):
    """Gives the store at a time of the test's own."""
    return lambda moment: SqlJobStore(engine, RETENTION, lambda connection: moment)


@pytest.fixture
def store(at, now):
    """The store at `now`."""
    return at(now)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def limits():
    return Limits(running_per_customer=2, queued_per_customer=5)


@pytest.fixture
def new_job():
    """Makes submissions, each with an id and an output path of its own unless told otherwise."""
    count = 0

    def make(path=None, bucket="out", customer="ada", **changes):
        nonlocal count
        count += 1
        values = {
            "job_id": f"00000000-0000-4000-8000-{count:012}",
            "customer_id": customer,
            "project_id": "p",
            "configuration": {"output_location": {"bucket": bucket, "path": path or f"{count}.csv"}},
            "work": {"version": "0"},
            "timeout_s": 60,
            "resume_window_s": 100,
        }
        return NewJob(**{**values, **changes})

    return make


@pytest.fixture
def events_of(engine):
    """The events of a job: (type, sequence, data), in order."""

    def read(job_id):
        query = "SELECT type, sequence, data FROM events WHERE job_id = :job_id ORDER BY sequence"
        typed = sa.text(query).columns(type=sa.String, sequence=sa.Integer, data=sa.JSON)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(typed, {"job_id": job_id})]

    return read


@pytest.fixture
def running(store, limits, new_job):
    """Makes a running job, claimed at `now`."""

    def make(lease_s=30.0, **changes):
        job = store.submit(new_job(**changes), limits, None, SOMEBODY)
        store.admit(limits)
        claimed = store.claim("me", lease_s, limits)
        assert claimed.job_id == job.job_id
        return claimed

    return make


@pytest.fixture
def put_in(store):
    """Brings a freshly running job into a state."""

    def put(status, job):
        moves = {
            JobStatus.RUNNING: lambda: None,
            JobStatus.COMPLETED: lambda: store.finish(job, JobStatus.COMPLETED, None, Beat()),
            JobStatus.FAILED: lambda: store.finish(job, JobStatus.FAILED, ("INPUT_INVALID", "bad"), Beat()),
            JobStatus.CANCELLED: lambda: store.cancel(job.job_id, SOMEBODY),
            JobStatus.PAUSED: lambda: store.pause(job.job_id, SOMEBODY),
            JobStatus.QUEUED: lambda: store.release(job, Beat()),
        }
        moves[status]()

    return put
