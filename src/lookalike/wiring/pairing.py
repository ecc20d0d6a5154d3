"""One database, one work bucket, one set of keys: processes that share the one must share the others."""

import secrets
from pathlib import Path

import sqlalchemy as sa

from lookalike.access.keys import secret_keys_mark
from lookalike.errors import SettingsError, StorageFailed
from lookalike.ledger import facts
from lookalike.pipeline.layout import SERVICE_MARK
from lookalike.storage import Bucket


def pair(engine: sa.Engine, work_bucket: Bucket, alive_s: float) -> None:
    """
    Make sure that this work bucket is the one that goes with the database: whoever goes on with a job must find there
    what others left.

    A bucket that does not answer is let pass: a service must be able to start while its bucket is away.

    Raises:
        SettingsError: workers that are alive use another one, such as a folder of another machine.
    """
    try:
        work_bucket.create(SERVICE_MARK, secrets.token_hex(16).encode())
        mark = work_bucket.read(SERVICE_MARK).decode()
    except StorageFailed:
        return
    if not facts.agree(engine, "work_bucket", mark, alive_s):
        raise SettingsError(
            "The setting 'work_bucket' is not the work bucket that others on this database use.",
            hint="Name the same one in every home: several machines need a shared one, such as s3://, not a folder of "
            f"their own. To change it stop all of them first, for {alive_s:g} s.",
        )


def pair_keys(engine: sa.Engine, home: Path, alive_s: float) -> None:
    """
    Make sure that this home has the keys that go with the database: every worker delivers webhooks, and must open the
    secrets that others sealed.

    Raises:
        SettingsError: workers that are alive use other keys, or the keys cannot be used.
    """
    if not facts.agree(engine, "secret_keys", secret_keys_mark(home / "keys"), alive_s):
        raise SettingsError(
            "keys/secrets.keys of this home is not the one that others on this database use.",
            hint="Copy keys/secrets.keys from the home of a machine that runs already.",
        )
