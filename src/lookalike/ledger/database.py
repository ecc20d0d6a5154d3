"""The one database: opened, kept in step with this version, read and written in transactions."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import IntEnum
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from lookalike.clock import SystemClock
from lookalike.errors import ExtraMissing, InternalError, SettingsError
from lookalike.ledger.tables import metadata

MIGRATIONS = Path(__file__).with_name("migrations")
WAL_NAP_MS = 50
BUSY_MS = 10_000  # how long a writer of SQLite waits for another one
CONNECT_S = 5  # how long PostgreSQL may take to answer before it counts as away
_POSTGRES = {
    "connect_timeout": CONNECT_S,
    # a server that is gone without a word, and what it was sent, are given up after seconds, not a quarter of an hour
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    # a process that was stopped in the middle of a transaction must not keep the others from theirs
    "options": "-c idle_in_transaction_session_timeout=5s -c lock_timeout=10s",
}
WRITES = "lookalike_writes"
TURN = "lookalike_turn"  # of an engine for SQLite: the lock that its writers hold, one at a time


class Lock(IntEnum):
    """What only one transaction at a time may do, because it looks at many rows before it writes one."""

    SCHEMA = 7_461_001
    SUBMIT = 7_461_002
    ADMIT = 7_461_003
    WEBHOOK = 7_461_004
    CUSTOMER = 7_461_005  # with the customer's number
    FACTS = 7_461_006


def open_engine(url: str) -> sa.Engine:
    """
    An engine for a database URL; nothing is read yet.

    Args:
        url: ``sqlite:///absolute/path`` or ``postgresql://…``. A relative SQLite path means the working directory.

    Raises:
        SettingsError: the URL is none, or names another kind of database, or SQLite in memory.
        ExtraMissing: PostgreSQL without its driver.
    """
    parsed = _parse(url)
    kind = parsed.get_backend_name()
    if kind == "sqlite":
        return _sqlite(parsed)
    if kind == "postgresql":
        return _postgresql(parsed)
    raise SettingsError(f"The database kind '{kind}' is not known.", hint="Use a sqlite:/// or postgresql:// URL.")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection that sees one state of the database and writes nothing."""
    with engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine, lock: Lock | None = None) -> Iterator[sa.Connection]:
    """
    A transaction that writes: committed at the end, rolled back if the body raises.

    On SQLite it is the only writer from its first moment on, so what it reads stays true and `lock` adds nothing. On
    PostgreSQL rows are locked as they are read (``FOR UPDATE``); `lock` is for decisions over rows not there yet.
    """
    with _turn(engine), engine.execution_options(**{WRITES: True}).begin() as connection:
        if lock is not None and engine.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))
        yield connection


def now(connection: sa.Connection) -> datetime:
    """
    The time of the database, which all who share it agree on: PostgreSQL's own, with SQLite the machine's.

    Neither is safe from being set: whoever draws conclusions from time that has passed looks twice (see `jobs.watch`).
    """
    if connection.dialect.name == "postgresql":
        told: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
        return told
    return SystemClock().now()


def prepare(engine: sa.Engine) -> None:
    """
    Make all tables in an empty database; of any other make sure that its schema is this version's.

    Raises:
        SettingsError: the database cannot be reached, or its schema is older or newer.
    """
    if is_empty(engine):
        upgrade(engine)
    check(engine)


def is_empty(engine: sa.Engine) -> bool:
    """
    Whether no table of ours is there.

    Raises:
        SettingsError: the database cannot be reached.
    """
    with _reachable(), reading(engine) as connection:
        tables = set(sa.inspect(connection).get_table_names())
        return _revision(connection) is None and not set(metadata.tables) & tables


def upgrade(engine: sa.Engine) -> tuple[str | None, str]:
    """
    Bring the schema to this version, making all tables in an empty database; safe to run from two processes at once.

    Returns:
        The revisions before and after; None for a database that was empty.

    Raises:
        SettingsError: the database cannot be reached, or its schema is newer than this version.
    """
    with _reachable(), writing(engine, Lock.SCHEMA) as connection:
        before = _revision(connection)
        _refuse_newer(before)
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return before, _head()


def check(engine: sa.Engine) -> None:
    """
    Return if the schema is exactly this version's.

    Raises:
        SettingsError: the database cannot be reached, or its schema is older or newer.
    """
    with _reachable(), reading(engine) as connection:
        revision = _revision(connection)
    _refuse_newer(revision)
    if revision != _head():
        raise SettingsError(
            "The database's schema is older than this version.", hint="Upgrade it: lookalike db upgrade."
        )


@contextmanager
def _turn(engine: sa.Engine) -> Iterator[None]:
    """
    The turn of one thread of ours to write to SQLite.

    SQLite lets a writer that finds another one sleep and look again, and whoever comes at the right moment goes first:
    with 16 threads one in 500 waits for seconds. Who has waited in vain for a turn asks SQLite all the same.
    """
    turn: threading.Lock | None = engine.get_execution_options().get(TURN)
    held = turn is not None and turn.acquire(timeout=BUSY_MS / 1000)
    try:
        yield
    finally:
        if turn is not None and held:
            turn.release()


def _parse(url: str) -> sa.URL:
    try:
        return sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        # its own message would show the URL, which may hold a password
        raise SettingsError("The setting 'database' is not a database URL.") from None


def _sqlite(url: sa.URL) -> sa.Engine:
    if not url.database or url.database == ":memory:":
        raise SettingsError("The setting 'database' must name a file.", hint="For example sqlite:///lookalike.db.")
    engine = sa.create_engine(
        url, json_serializer=_dumps, hide_parameters=True, execution_options={TURN: threading.Lock()}
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions by itself: `_begin_sqlite` does
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    _use_wal(connection)
    connection.execute("PRAGMA synchronous = FULL")  # a commit that was answered survives a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")  # zeros over what is deleted


def _use_wal(connection: Any) -> None:
    """Processes that switch a new file at once refuse each other without waiting; what one of them did stays."""
    for left in reversed(range(BUSY_MS // WAL_NAP_MS)):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if not left:
                raise
            time.sleep(WAL_NAP_MS / 1000)
        else:
            return


def _begin_sqlite(connection: sa.Connection) -> None:
    # a transaction that reads, then writes, would fail at once when another one wrote in between: take the lock first
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: sa.URL) -> sa.Engine:
    try:
        return sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            json_serializer=_dumps,
            hide_parameters=True,  # they hold what customers wrote, and errors are logged
            pool_pre_ping=True,  # a connection that broke while it lay idle must not cost a beat
            isolation_level="READ COMMITTED",
            connect_args=_POSTGRES,
        )
    except ModuleNotFoundError:
        raise ExtraMissing("PostgreSQL", "postgres") from None


_dumps = partial(json.dumps, allow_nan=False, separators=(",", ":"))  # NaN is no JSON: PostgreSQL refuses it


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except sa.exc.DBAPIError:
        raise SettingsError("The database cannot be opened.", hint="Check the setting 'database'.") from None


def _revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in _script().walk_revisions()}
    if revision is not None and revision not in known:
        raise SettingsError(
            "The database's schema is newer than this version.",
            hint="Use a version of Lookalike at least as new as the one that last upgraded this database.",
        )


def _head() -> str:
    head = _script().get_current_head()
    if head is None:
        raise InternalError("There are no migrations.")
    return head


def _script() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
