"""What is deleted leaves SQLite's journal too, whoever else uses the database meanwhile."""

import fcntl
import multiprocessing
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import sqlalchemy as sa

from lookalike.jobs import Limits
from lookalike.jobs.job import NewJob
from lookalike.ledger import database
from lookalike.ledger.erasing import erase_rest, scrub
from lookalike.ledger.jobs import SqlJobStore
from somebody import SOMEBODY

CANARY = b"canary-in-a-request"
CHECKPOINTER = 121  # the byte of the shared-memory file that who empties the journal locks: sqlite.org/walformat.html
BRIEF_MS = 300


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lookalike.db"


@pytest.fixture
def engine(file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    """A database whose users do not wait long for each other."""
    monkeypatch.setattr(database, "BUSY_MS", BRIEF_MS)
    engine = database.open_engine(f"sqlite:///{file}")
    database.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: sa.Engine) -> SqlJobStore:
    return SqlJobStore(engine, timedelta(0), lambda connection: datetime(2026, 1, 2, tzinfo=UTC))


@pytest.fixture
def job_id(store: SqlJobStore, new_job: Callable[..., NewJob]) -> str:
    """An ended job, its request in the journal; all that is deleted was let go of so far."""
    store.sweep()
    job = store.submit(new_job(work={"version": CANARY.decode()}), Limits(2, 5), None, SOMEBODY)
    return store.cancel(job.job_id, SOMEBODY).job_id


def test_one_who_empties_the_journal_is_waited_for(
    store: SqlJobStore, file: Path, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite answers at once that it is busy when another process empties the journal: that is no end."""
    monkeypatch.setattr(database, "BUSY_MS", 60_000)
    before = holding(file)
    ours, theirs = multiprocessing.Pipe()
    other = multiprocessing.get_context("spawn").Process(target=empty_slowly, args=(str(file), theirs))
    other.start()
    ours.recv()
    threading.Timer(0.2, ours.send, ["end"]).start()

    assert store.forgotten(job_id)
    assert ["lookalike.db-wal"] == before
    assert [] == holding(file)
    other.join()


def test_one_who_reads_is_waited_for_until_the_next_sweep(store: SqlJobStore, file: Path, job_id: str) -> None:
    """A reader keeps the journal as it was for him; the first sweep after him lets go of it."""
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM jobs").fetchone()
        assert store.forgotten(job_id)
        store.sweep()
        assert ["lookalike.db-wal"] == [name for name in holding(file) if name.endswith("-wal")]
    store.sweep()

    assert [] == holding(file)


def test_who_writes_meanwhile_is_let_in(
    store: SqlJobStore, engine: sa.Engine, file: Path, job_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever keeps reading, as a process that is frozen, does not keep those who write from writing."""
    monkeypatch.setattr(database, "BUSY_MS", 30_000)
    engine.dispose()  # for connections that wait so long
    with closing(sqlite3.connect(file)) as reader, ThreadPoolExecutor(1) as apart:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM jobs").fetchone()
        with closing(sqlite3.connect(file, timeout=10)) as writer:
            write(writer)  # an empty journal would be done at once
            scrubbed = apart.submit(scrub, engine, 3.0)
            while not scrubbed.done():
                write(writer)

        assert not scrubbed.result()


def test_what_was_killed_before_its_end_is_made_up_for(
    store: SqlJobStore, engine: sa.Engine, file: Path, job_id: str
) -> None:
    """The first sweep of a process lets go of what another one deleted just before it was killed."""
    with engine.begin() as connection:
        for table in ("events", "audit", "jobs"):
            connection.execute(sa.text(f"DELETE FROM {table}"))
    before = holding(file)
    SqlJobStore(engine, timedelta(0)).sweep()

    assert ["lookalike.db-wal"] == before
    assert [] == holding(file)


def test_who_erases_a_customer_is_told(store: SqlJobStore, engine: sa.Engine, file: Path, job_id: str) -> None:
    """Erasing is not called done while somebody reads the journal."""
    assert store.forgotten(job_id)
    with closing(sqlite3.connect(file)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM audit").fetchone()
        assert not erase_rest(engine, SOMEBODY.customer_id)

    assert erase_rest(engine, SOMEBODY.customer_id)


def holding(file: Path) -> list[str]:
    """The files of the database that hold the request."""
    return sorted(path.name for path in file.parent.glob(f"{file.name}*") if CANARY in path.read_bytes())


def write(connection: sqlite3.Connection) -> None:
    with connection:
        connection.execute("UPDATE jobs SET retry_count = retry_count + 1")


def empty_slowly(file: str, told: Connection) -> None:
    """Hold what SQLite holds while it empties the journal, until told."""
    with open(f"{file}-shm", "r+b") as shared:
        fcntl.lockf(shared, fcntl.LOCK_EX, 1, CHECKPOINTER)
        told.send("held")
        told.recv()
