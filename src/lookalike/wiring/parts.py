"""The concrete parts a service is made of, opened from its settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from lookalike.clock import SystemClock
from lookalike.jobs.standing import Standing
from lookalike.ledger import database
from lookalike.ledger.audit import SqlAuditStore
from lookalike.ledger.deliveries import SqlDeliveryStore
from lookalike.ledger.erasing import erase_rest
from lookalike.ledger.jobs import SqlJobStore
from lookalike.ledger.outbox import SqlOutbox
from lookalike.ledger.standing import delivery_standing, standing
from lookalike.ledger.webhooks import SqlWebhookStore
from lookalike.pipeline import housekeeping
from lookalike.settings import Settings
from lookalike.storage import Bucket
from lookalike.storage.buckets import NamedBuckets, open_bucket
from lookalike.webhooks.standing import DeliveryStanding
from lookalike.wiring.completing import open_endpoints
from lookalike.wiring.pairing import pair, pair_keys
from lookalike.wiring.places import Place, place
from lookalike.wiring.processors import n_processors

ALIVE_BEATS = 10


@dataclass(frozen=True)
class Parts:
    """
    One database, one set of buckets.

    Attributes:
        urls, work_url: URL and options, secrets looked up, of the named buckets and of the work bucket.
        endpoints: Those of the settings, secrets looked up.
        glances, work_glance: The buckets for those who cannot wait for one that hangs.
        standing, delivery_standing: Look how the queue and the deliveries stand.
        erase_rest: Deletes what is left of a customer without jobs and webhooks; False: others keep the files from
            letting go of it.
        close: Lets go of the database.
    """

    settings: Settings
    urls: Mapping[str, Place]
    work_url: Place
    endpoints: Mapping[str, Mapping[str, str]]
    clock: SystemClock
    store: SqlJobStore
    webhook_store: SqlWebhookStore
    outbox: SqlOutbox
    deliveries: SqlDeliveryStore
    audit: SqlAuditStore
    buckets: NamedBuckets
    work_bucket: Bucket
    glances: NamedBuckets
    work_glance: Bucket
    standing: Callable[[], Standing]
    delivery_standing: Callable[[], DeliveryStanding]
    erase_rest: Callable[[str], bool]
    close: Callable[[], None]

    def ping(self) -> None:
        """Returns if the database answers."""
        self.store.get("")

    def all_glances(self) -> list[Bucket]:
        """The work bucket and all others there are now, for those who cannot wait."""
        return [self.work_glance, *(self.glances[name] for name in self.glances.names())]

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
    urls = {name: place(name, bucket, settings, environ) for name, bucket in settings.buckets.items()}
    work_url = place("work", settings.work_bucket, settings, environ)
    endpoints = open_endpoints(settings, environ)
    engine = database.open_engine(database_url(settings))
    try:
        database.prepare(engine)
        work_bucket = open_bucket("work", *work_url, settings.home)
        pair(engine, work_bucket, alive_s(settings))
        pair_keys(engine, settings.home, alive_s(settings))
    except BaseException:
        engine.dispose()
        raise
    retention = timedelta(days=settings.jobs.retention_days)
    return Parts(
        settings=settings,
        urls=urls,
        work_url=work_url,
        endpoints=endpoints,
        clock=SystemClock(),
        store=SqlJobStore(engine, retention),
        webhook_store=SqlWebhookStore(engine),
        outbox=SqlOutbox(engine),
        deliveries=SqlDeliveryStore(engine),
        audit=SqlAuditStore(engine),
        standing=lambda: standing(engine, alive_s(settings)),
        delivery_standing=lambda: delivery_standing(engine),
        erase_rest=lambda customer_id: erase_rest(engine, customer_id),
        close=engine.dispose,
        buckets=NamedBuckets(settings.home, urls),
        work_bucket=work_bucket,
        glances=NamedBuckets(settings.home, urls, hasty=True),
        work_glance=open_bucket("work", *work_url, settings.home, hasty=True),
    )


def database_url(settings: Settings) -> str:
    """The URL of the database; a relative SQLite file stands in the home folder."""
    scheme, slashes, place = settings.database.partition(":///")
    if scheme != "sqlite" or not slashes or place.startswith(("/", ":")) or not place:
        return settings.database
    return f"sqlite:///{settings.home / place}"


def alive_s(settings: Settings) -> float:
    """A worker that was not seen for so long is not counted as live."""
    return settings.jobs.beat_s * ALIVE_BEATS


def n_workers(settings: Settings) -> int:
    """Processes for one job."""
    return settings.compute.workers or n_processors()
