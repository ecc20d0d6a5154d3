"""What is left of a customer when all jobs and webhooks are gone, and of what was deleted in the files themselves."""

import time

import sqlalchemy as sa

from lookalike.ledger import database
from lookalike.ledger.database import writing
from lookalike.ledger.tables import audit, events, idempotency, jobs

TRY_MS = 100  # how long a reader is waited for at a time: nobody can write meanwhile


def erase_rest(engine: sa.Engine, customer_id: str) -> bool:
    """Delete a customer's remaining rows and audit trail, and `scrub`: whether the files hold nothing of them now."""
    with writing(engine) as connection:
        theirs = sa.select(jobs.c.job_id).where(jobs.c.customer_id == customer_id)
        for table in (events, idempotency):
            where = (table.c.customer_id == customer_id, table.c.job_id.not_in(theirs))
            connection.execute(sa.delete(table).where(*where))
        connection.execute(sa.delete(audit).where(audit.c.customer_id == customer_id))
    return scrub(engine, database.BUSY_MS / 1000)


def scrub(engine: sa.Engine, patience_s: float) -> bool:
    """
    Have no file of the database hold what was deleted; False where others read or wrote all the while.

    Args:
        patience_s: For how long SQLite is asked again; 0: it is asked once.

    SQLite writes zeros over what is deleted (``secure_delete``), but its journal keeps the pages as they were before,
    until it is emptied; PostgreSQL keeps rows until they are vacuumed.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            return _emptied(connection, patience_s)
        connection.exec_driver_sql("VACUUM jobs, events, deliveries, webhooks, idempotency, audit")
        return True


def _emptied(connection: sa.Connection, patience_s: float) -> bool:
    """
    SQLite does not wait for one who empties the journal as well, and while it waits for a reader no one can write: so
    it waits briefly, and is asked again.
    """
    end = time.monotonic() + patience_s
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {TRY_MS}")
    try:
        while connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one():
            if time.monotonic() >= end:
                return False
            time.sleep(database.WAL_NAP_MS / 1000)
        return True
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {database.BUSY_MS}")  # others use the connection next
