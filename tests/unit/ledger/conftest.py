import os
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lookalike.jobs import Beat, Limits
from lookalike.jobs.job import NewJob
from lookalike.jobs.states import JobStatus
from lookalike.ledger.database import open_engine, upgrade, writing
from lookalike.ledger.jobs import SqlJobStore

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
RETENTION = timedelta(days=30)
POSTGRES = os.environ.get("LOOKALIKE_POSTGRES")  # URL of an empty database that tests may do with what they like


@pytest.fixture(params=["sqlite", *(["postgresql"] if POSTGRES else [])])
def engine(request, tmp_path):
    """An upgraded database, on each kind there is."""
    engine = open_engine(f"sqlite:///{tmp_path}/ledger.db" if request.param == "sqlite" else POSTGRES)
    if request.param == "postgresql":
        empty(engine)
    upgrade(engine)
    yield engine
    engine.dispose()


def empty(engine):
    with writing(engine) as connection:
        for table in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f'DROP TABLE "{table}"'))


@pytest.fixture
def store(engine):
    return SqlJobStore(engine, RETENTION)


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def limits():
    return Limits(running_per_customer=2, queued_per_customer=5)


@pytest.fixture
def new_job():
    """Makes submissions, each with an id, a second and an output path of its own unless told otherwise."""
    count = 0

    def make(path=None, bucket="out", customer="ada", at=None, **changes):
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
            "submitted_at": at or NOW + timedelta(seconds=count),
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
def running(store, limits, new_job, now):
    """Makes a running job, claimed at `now`."""

    def make(lease_s=30.0, **changes):
        job = store.submit(new_job(**changes), limits, None)
        store.admit(limits, now)
        claimed = store.claim("me", lease_s, now)
        assert claimed.job_id == job.job_id
        return claimed

    return make


@pytest.fixture
def put_in(store, now):
    """Brings a freshly running job into a state."""

    def put(status, job):
        moves = {
            JobStatus.RUNNING: lambda: None,
            JobStatus.COMPLETED: lambda: store.finish(job, JobStatus.COMPLETED, None, Beat(), now),
            JobStatus.FAILED: lambda: store.finish(job, JobStatus.FAILED, ("INPUT_INVALID", "bad"), Beat(), now),
            JobStatus.CANCELLED: lambda: store.cancel(job.job_id, now),
            JobStatus.PAUSED: lambda: store.pause(job.job_id, now),
            JobStatus.QUEUED: lambda: store.release(job, Beat(), now),
        }
        moves[status]()

    return put
