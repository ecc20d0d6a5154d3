import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from lookalike.errors import ExtraMissing, SettingsError
from lookalike.ledger.database import MIGRATIONS, check, open_engine, reading, upgrade, writing
from lookalike.ledger.tables import metadata, workers


def at(tmp_path):
    return open_engine(f"sqlite:///{tmp_path}/new.db")


def names(engine):
    return set(sa.inspect(engine).get_table_names())


def test_the_migrations_make_the_tables(engine):
    """After the upgrade the database is exactly what `tables` says."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert [] == compare_metadata(context, metadata)
        assert set(metadata.tables) | {"alembic_version"} == names(engine)


def test_down_and_up_again(engine):
    """The downgrade leaves no table of ours, and the upgrade makes them again."""
    with writing(engine) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "base")

    assert {"alembic_version"} == names(engine)
    with pytest.raises(SettingsError, match="older"):
        check(engine)
    upgrade(engine)
    check(engine)


def test_upgrading_twice_at_once(tmp_path):
    """Two upgrades at the same time leave one good schema."""
    engines = [at(tmp_path), at(tmp_path)]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(upgrade, engines))

    check(engines[0])
    once = names(engines[0])
    upgrade(engines[0])
    assert once == names(engines[0])


def test_an_empty_database_is_older(tmp_path):
    """A database without our tables is refused until it is upgraded."""
    with pytest.raises(SettingsError, match="older"):
        check(at(tmp_path))


def test_a_newer_schema_is_refused(engine):
    """A schema this version does not know is neither used nor touched."""
    with writing(engine) as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))

    for act in (check, upgrade):
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
