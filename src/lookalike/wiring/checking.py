"""Looks at everything a service needs, before it starts or while it runs, and says of each part how it is."""

import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from lookalike.access.keys import secret_keys, secret_keys_mark, token_key
from lookalike.clock import SystemClock
from lookalike.errors import LookalikeError, ObjectMissing, SettingsError, StorageFailed
from lookalike.ledger import database, facts
from lookalike.operations.paths import OURS
from lookalike.pipeline.layout import SERVICE_MARK
from lookalike.settings import Bucket, Settings, WorkBucket
from lookalike.storage import Bucket as Objects
from lookalike.storage.buckets import open_bucket
from lookalike.wiring.completing import open_endpoints
from lookalike.wiring.executing import n_processors_of_cluster, told_cluster
from lookalike.wiring.parts import database_url
from lookalike.wiring.places import place
from lookalike.wiring.worker import process_env

OFF_MOST_S = 5.0  # between clocks: tokens and signatures hold for minutes, but times of jobs should be told alike

Draw = Callable[[int], int]
Look = Callable[[], str]


@dataclass(frozen=True)
class Finding:
    """How a part is, and if it is not well what to do."""

    part: str
    well: bool
    message: str
    hint: str | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def findings(settings: Settings, environ: Mapping[str, str], draw: Draw) -> Iterator[Finding]:
    """
    What is found, part by part, each as soon as it is known. Nothing is changed but for an object in each bucket that
    may be written, which is taken away again, and keys that are not there yet, which are made.

    Args:
        draw: So many random bits as a number.
    """
    look = _Looking(settings, environ, draw)
    yield _found("database", look.database)
    yield _found("clock", look.clock)
    yield _found("keys", look.keys)
    yield _found("work bucket", look.work_bucket)
    for name in settings.buckets:
        yield _found(f"bucket {name}", lambda name=name: look.bucket(name))  # type: ignore[misc]
    yield _found("temporary files", look.temporary_files)
    if settings.endpoints:
        yield _found("endpoints", look.endpoints)
    if settings.compute.executor == "ray":
        yield _found("Ray", look.cluster)
    if settings.models.folder is not None:
        yield _found("models", look.models)


def _found(part: str, look: Look) -> Finding:
    try:
        return Finding(part, True, look())
    except StorageFailed as error:  # its hint is for who has a job
        return Finding(part, False, error.message, "Check its url and options, and that it can be reached from here.")
    except LookalikeError as error:
        return Finding(part, False, error.message, error.hint)


@dataclass(frozen=True)
class _Looking:
    settings: Settings
    environ: Mapping[str, str]
    draw: Draw

    def database(self) -> str:
        with self._engine() as engine:
            if database.is_empty(engine):
                return f"{engine.dialect.name}, empty: the first start makes its tables"
            database.check(engine)
            return f"{engine.dialect.name}, with the tables of this version"

    def clock(self) -> str:
        with self._engine() as engine:
            if engine.dialect.name != "postgresql":
                return "this machine's own"
            database.is_empty(engine)  # says in our words if it is away
            with database.reading(engine) as connection:
                off = abs((database.now(connection) - SystemClock().now()).total_seconds())
        if off > OFF_MOST_S:
            told = f"The clocks of this machine and of the database differ by {off:,.0f} s."
            raise SettingsError(told, hint="Set both by the same time server (NTP).")
        return f"{off:.1f} s from the database's"

    def keys(self) -> str:
        folder = self.settings.home / "keys"
        secret_keys(folder)
        if self.settings.auth.mode == "embedded":
            token_key(folder)
        for file in sorted(folder.iterdir()):
            if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
                raise SettingsError(f"keys/{file.name} can be read by others.", hint=f"chmod 600 keys/{file.name}")
        self._refuse_other("secret_keys", secret_keys_mark(folder), "Copy keys/secrets.keys from a home that runs.")
        return "there, readable by their owner only"

    def work_bucket(self) -> str:
        bucket = self._open("work", self.settings.work_bucket)
        told = self._written(bucket)
        try:
            mark = bucket.read(SERVICE_MARK).decode()
        except ObjectMissing:
            return told
        self._refuse_other("work_bucket", mark, "Name the same work_bucket in every home.")
        return told

    def bucket(self, name: str) -> str:
        known = self.settings.buckets[name]
        bucket = self._open(name, known)
        if known.write:
            return self._written(bucket)
        with suppress(ObjectMissing):
            bucket.head(f"{OURS}/check")
        return "answers"

    def temporary_files(self) -> str:
        folder, wanted = tempfile.gettempdir(), self.settings.jobs.input_max_bytes
        free = shutil.disk_usage(folder).free
        if free < wanted:
            raise SettingsError(
                f"Temporary files have {free / 1e9:,.1f} GB of room; an input may have {wanted / 1e9:,.1f} GB.",
                hint="Make room, set TMPDIR to a folder that has it, or lower jobs.input_max_bytes.",
            )
        return f"{free / 1e9:,.1f} GB free"

    def endpoints(self) -> str:
        return f"keys there: {', '.join(open_endpoints(self.settings, self.environ))}"

    def cluster(self) -> str:
        settings, environ = self.settings, self.environ
        env = process_env(environ, threads=1)
        buckets = {name: place(name, bucket, settings, environ) for name, bucket in settings.buckets.items()}
        work_bucket = place("work", settings.work_bucket, settings, environ)
        hello = {"job_id": "check", "home": str(settings.home), "buckets": buckets, "work_bucket": work_bucket}
        told = {**(told_cluster(settings, environ, env) or {}), "hello": hello}
        return f"{n_processors_of_cluster(told, env)} processors; all its nodes are fit for jobs"

    def models(self) -> str:
        folder = self.settings.home / (self.settings.models.folder or "")
        if not folder.is_dir():
            raise SettingsError("models.folder names no folder.", hint="Make it, or name another one.")
        return f"{sum(path.is_dir() for path in folder.iterdir())} in their folder"

    @contextmanager
    def _engine(self) -> Iterator[sa.Engine]:
        engine = database.open_engine(database_url(self.settings))
        try:
            yield engine
        finally:
            engine.dispose()

    def _open(self, name: str, known: Bucket | WorkBucket) -> Objects:
        at = place(name, known, self.settings, self.environ)
        return open_bucket(name, *at, self.settings.home, hasty=True)

    def _written(self, bucket: Objects) -> str:
        path, value = f"{OURS}/check-{self.draw(64):016x}", b"lookalike check"
        bucket.write(path, value)
        try:
            if bucket.read(path) != value:
                raise SettingsError("An object came back with other bytes.", hint="Use another store.")
        finally:
            bucket.delete(path)
        return "read and written"

    def _refuse_other(self, name: str, value: str, hint: str) -> None:
        with self._engine() as engine:
            known = None if database.is_empty(engine) else facts.known(engine, name)
        if known not in (None, value):
            raise SettingsError("Others on this database use another one.", hint=hint)
