"""The concrete parts a service is made of, opened from its settings."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from lookalike.clock import SystemClock
from lookalike.ledger import database
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.pipeline import housekeeping
from lookalike.settings import Settings, options
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket


@dataclass(frozen=True)
class Parts:
    """One database, one set of buckets; `urls` says where the named buckets are, with secrets looked up."""

    settings: Settings
    urls: Mapping[str, tuple[str, Mapping[str, str]]]
    clock: SystemClock
    store: SqlJobStore
    webhook_store: SqlWebhookStore
    buckets: NamedBuckets
    work_bucket: Bucket

    def ping(self) -> None:
        """Returns if the database answers."""
        self.store.get("")

    def all_buckets(self) -> list[Bucket]:
        """The work bucket and all others there are now."""
        return [self.work_bucket, *(self.buckets[name] for name in self.buckets.names())]

    def forget(self, job_id: str) -> None:
        """Delete all artefacts of a job."""
        housekeeping.forget(job_id, self.work_bucket)

    def folders(self) -> frozenset[str]:
        """Names of the embedded buckets."""
        return frozenset(self.buckets.names()) - frozenset(self.urls)


def open_parts(settings: Settings, environ: Mapping[str, str]) -> Parts:
    """
    Everything opened; an empty database is given its tables.

    Raises:
        SettingsError: names the setting that does not work.
    """
    urls = {name: (bucket.url, options(settings, name, environ)) for name, bucket in settings.buckets.items()}
    engine = database.open_engine(database_url(settings))
    database.prepare(engine)
    retention = timedelta(days=settings.jobs.retention_days)
    return Parts(
        settings=settings,
        urls=urls,
        clock=SystemClock(),
        store=SqlJobStore(engine, retention),
        webhook_store=SqlWebhookStore(engine),
        buckets=NamedBuckets(settings.home, urls),
        work_bucket=open_bucket("work", settings.work_bucket, {}, settings.home),
    )


def database_url(settings: Settings) -> str:
    """The URL of the database; a relative SQLite file stands in the home folder."""
    scheme, slashes, place = settings.database.partition(":///")
    if scheme != "sqlite" or not slashes or place.startswith(("/", ":")) or not place:
        return settings.database
    return f"sqlite:///{settings.home / place}"


def n_workers(settings: Settings) -> int:
    """Processes for one job."""
    return settings.compute.workers or os.cpu_count() or 1
