import json
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from lookalike.audit import Action, Query
from lookalike.errors import ExtraMissing, SettingsError
from lookalike.jobs import Limits
from lookalike.jobs.job import new_stages
from lookalike.ledger.audit import SqlAuditStore
from lookalike.ledger.database import MIGRATIONS, check, open_engine, prepare, reading, upgrade, writing
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.tables import metadata, workers
from somebody import SOMEBODY


def at(tmp_path):
    return open_engine(f"sqlite:///{tmp_path}/new.db")


def names(engine):
    return set(sa.inspect(engine).get_table_names())


def migrate(engine, revision, *, down=False):
    with writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        (command.downgrade if down else command.upgrade)(config, revision)


def test_the_migrations_make_the_tables(engine):
    """After the upgrade the database is exactly what `tables` says."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert [] == compare_metadata(context, metadata)
        assert set(metadata.tables) | {"alembic_version"} == names(engine)


def test_down_and_up_again(engine):
    """The downgrade leaves no table of ours, and the upgrade makes them again."""
    migrate(engine, "base", down=True)

    assert {"alembic_version"} == names(engine)
    with pytest.raises(SettingsError, match="older"):
        check(engine)
    upgrade(engine)
    check(engine)


def test_jobs_in_flight_survive_the_upgrade(database_url):
    """What an earlier version left in its queue, or running, is there afterwards, and goes on in the old order."""
    engine = open_engine(database_url)
    migrate(engine, "0001")
    values = dict.fromkeys(columns(engine, "jobs"), 0)
    names_of = ("customer_id", "project_id", "output_bucket", "output_path")
    stages = [{**vars(stage), "status": "pending"} for stage in new_stages()]
    values |= dict.fromkeys(names_of, "x") | dict.fromkeys(("configuration", "work", "metadata", "stages"), "{}")
    values |= {"stages": json.dumps(stages), "publishing": False, "litter": False, "lease_until": None}
    with writing(engine) as connection:
        for number, status in enumerate(("queued", "running", "queued"), start=1):
            row = {**values, "job_id": str(number), "status": status, "submitted_at": -number}
            names_, marks = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(sa.text(f"INSERT INTO jobs ({names_}) VALUES ({marks})"), row)
    upgrade(engine)
    store = SqlJobStore(engine, timedelta(days=30))
    limits = Limits(9, 9)

    assert "running" == store.get("2").status
    assert ["3", "1"] == [store.claim("me", 30, limits).job_id for _ in range(2)]
    engine.dispose()


def test_the_trail_comes_and_goes_with_its_revision(engine, limits, new_job):
    """Going down loses the audit trail and nothing else; after going up it begins empty and is written again."""
    store = SqlJobStore(engine, timedelta(days=30))
    job = store.submit(new_job(), limits, None, SOMEBODY)
    migrate(engine, "0003", down=True)
    without = names(engine)
    upgrade(engine)
    begins = SqlAuditStore(engine).find(Query("ada"))
    store.cancel(job.job_id, SOMEBODY)
    [entry], _ = SqlAuditStore(engine).find(Query("ada"))

    assert set(metadata.tables) - {"audit"} | {"alembic_version"} == without
    assert ([], 0) == begins
    assert (Action.JOB_CANCEL, job.job_id) == (entry.action, entry.object_id)


def columns(engine, table):
    return [column["name"] for column in sa.inspect(engine).get_columns(table)]


def test_upgrading_twice_at_once(tmp_path):
    """Two upgrades at the same time leave one good schema."""
    engines = [at(tmp_path), at(tmp_path)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, engines))

    check(engines[0])
    once = names(engines[0])
    upgrade(engines[0])
    assert once == names(engines[0])


def test_an_empty_database_is_given_its_tables(database_url):
    """A service that finds a database without our tables makes them, also when two start at once."""
    engines = [open_engine(database_url), open_engine(database_url)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(prepare, engines))

    assert set(metadata.tables) | {"alembic_version"} == names(engines[0])
    for engine in engines:
        engine.dispose()


def test_an_older_schema_is_refused(engine):
    """A schema of an earlier version is refused with the command that mends it, and left as it is until then."""
    migrate(engine, "0001", down=True)
    before = names(engine)
    for act in (check, prepare):
        with pytest.raises(SettingsError, match="older") as caught:
            act(engine)
        assert "lookalike db upgrade" in str(caught.value.hint)

    assert before == names(engine)
    upgrade(engine)
    prepare(engine)


def test_a_newer_schema_is_refused(engine):
    """A schema this version does not know is neither used nor touched."""
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    for act in (check, upgrade, prepare):
        with pytest.raises(SettingsError, match="newer"):
            act(engine)


def test_a_failed_upgrade_leaves_nothing(tmp_path):
    """If a table stands in the way, none of the others is made."""
    engine = at(tmp_path)
    with writing(engine) as connection:
        connection.execute(sa.text("CREATE TABLE webhooks (x INTEGER)"))
    with pytest.raises(SettingsError):
        upgrade(engine)

    assert {"webhooks"} == names(engine)


@pytest.mark.parametrize("url", ["nonsense", "mysql://u:secret@h/d", "sqlite://", "sqlite:///:memory:", "a://:secret"])
def test_a_url_that_is_no_good(url):
    """What is no file of SQLite and no PostgreSQL is refused without showing the URL."""
    with pytest.raises(SettingsError) as caught:
        open_engine(url)

    assert "secret" not in str(caught.value)


def test_a_file_that_cannot_be_opened(tmp_path):
    """A database in a folder that is not there is a SettingsError, not the driver's."""
    with pytest.raises(SettingsError, match="cannot be opened"):
        upgrade(open_engine(f"sqlite:///{tmp_path}/no/such/folder.db"))


def test_postgresql_without_its_driver(monkeypatch):
    """PostgreSQL without psycopg names the extra."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ExtraMissing) as caught:
        open_engine("postgresql://h/d")

    assert "lookalike[postgres]" in caught.value.hint


def test_sqlite_is_set_up_for_safety(tmp_path):
    """Every connection has the write-ahead log, full synchronisation, patience and foreign keys."""
    with at(tmp_path).connect() as connection:
        found = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
        ]

    assert ["wal", 2, 10_000, 1] == found


def test_a_writer_is_alone_from_its_first_moment(tmp_path):
    """A write transaction of SQLite holds the write lock before its first statement; readers go on meanwhile."""
    engine = at(tmp_path)
    upgrade(engine)
    other = sqlite3.connect(tmp_path / "new.db", timeout=0, isolation_level=None)
    try:
        with writing(engine), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        with writing(engine):
            assert 0 == other.execute("SELECT count(*) FROM workers").fetchone()[0]
    finally:
        other.close()


def test_a_writer_that_fails_writes_nothing(engine, now):
    """An exception in the transaction rolls it back and comes out unchanged."""

    def fail():
        with writing(engine) as connection:
            connection.execute(sa.insert(workers).values(owner="me", seen_at=now))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    with reading(engine) as connection:
        assert [] == connection.execute(sa.select(workers)).all()


def test_moments_come_back_exactly(engine, now):
    """A moment is kept to the microsecond, in UTC."""
    with writing(engine) as connection:
        connection.execute(sa.insert(workers).values(owner="me", seen_at=now))
    with reading(engine) as connection:
        assert now == connection.execute(sa.select(workers.c.seen_at)).scalar_one()
