"""What is left of a customer when all jobs and webhooks are gone, and of what was deleted in the files themselves."""

import sqlalchemy as sa

from lookalike.ledger.database import writing
from lookalike.ledger.tables import audit, events, idempotency, jobs


def erase_rest(engine: sa.Engine, customer_id: str) -> None:
    """Delete a customer's remaining rows and audit trail, and have the database let go of all bytes deleted."""
    with writing(engine) as connection:
        theirs = sa.select(jobs.c.job_id).where(jobs.c.customer_id == customer_id)
        for table in (events, idempotency):
            where = (table.c.customer_id == customer_id, table.c.job_id.not_in(theirs))
            connection.execute(sa.delete(table).where(*where))
        connection.execute(sa.delete(audit).where(audit.c.customer_id == customer_id))
    scrub(engine)


def scrub(engine: sa.Engine) -> None:
    """
    Have no file of the database hold what was deleted, as far as others who read or write meanwhile let us.

    SQLite writes zeros over what is deleted (``secure_delete``), but its journal keeps the pages as they were before,
    until it is emptied; PostgreSQL keeps rows until they are vacuumed.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            connection.exec_driver_sql("VACUUM jobs, events, deliveries, webhooks, idempotency, audit")
