"""One database, one work bucket: processes that share the one must share the other."""

import secrets

import sqlalchemy as sa

from lookalike.errors import SettingsError, StorageFailed
from lookalike.ledger import facts
from lookalike.storage import Bucket

MARK = "service-id"


def pair(engine: sa.Engine, work_bucket: Bucket, alive_s: float) -> None:
    """
    Make sure that this work bucket is the one that goes with the database: whoever goes on with a job must find there
    what others left.

    A bucket that does not answer is let pass: a service must be able to start while its bucket is away.

    Raises:
        SettingsError: workers that are alive use another one, such as a folder of another machine.
    """
    try:
        work_bucket.create(MARK, secrets.token_hex(16).encode())
        mark = work_bucket.read(MARK).decode()
    except StorageFailed:
        return
    if not facts.agree(engine, "work_bucket", mark, alive_s):
        raise SettingsError(
            "The setting 'work_bucket' is not the work bucket that others on this database use.",
            hint="Name the same one in every home: several machines need a shared one, such as s3://, not a folder of "
            f"their own. To change it stop all of them first, for {alive_s:g} s.",
        )
