"""The tables of the one database, for SQLite and PostgreSQL alike; migrations make them (see `migrations/`)."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


class Time(sa.types.TypeDecorator[datetime]):
    """A moment in UTC, kept as microseconds since 1970 so that both databases compare and index it alike."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else round(value.timestamp() * 1_000_000)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)


# PostgreSQL shall order paths by their bytes as SQLite does, whatever its locale: what lies inside a prefix is a range
PATH = sa.String(1024).with_variant(sa.String(1024, collation="C"), "postgresql")


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


jobs = sa.Table(
    "jobs",
    metadata,
    sa.Column("job_id", sa.String(36), primary_key=True),
    _column("customer_id", sa.String(255)),
    _column("project_id", sa.String(255)),
    _column("status", sa.String(16)),
    _column("progress", sa.Integer),
    _column("stages", sa.JSON),
    _column("configuration", sa.JSON),
    _column("work", sa.JSON),
    _column("metadata", sa.JSON),
    _column("output_bucket", sa.String(255)),
    _column("output_path", PATH),
    _column("timeout_s", sa.Integer),
    _column("resume_window_s", sa.Integer),
    _column("submitted_at", Time),
    _column("updated_at", Time),
    _column("started_at", Time, nullable=True),
    _column("ended_at", Time, nullable=True),
    _column("running_s", sa.Float),
    _column("retry_count", sa.Integer),
    _column("epoch", sa.Integer),
    _column("owner", sa.String(255), nullable=True),
    _column("lease_until", Time, nullable=True),
    _column("beat_at", Time, nullable=True),
    _column("publishing", sa.Boolean),
    _column("resume_deadline", Time, nullable=True),
    _column("pause_reason", sa.String(255), nullable=True),
    _column("expires_at", Time, nullable=True),
    _column("error_code", sa.String(64), nullable=True),
    _column("error_message", sa.Text, nullable=True),
    _column("sequence", sa.Integer),
    _column("litter", sa.Boolean),
    _column("turn", sa.Integer),
    _column("origin", sa.JSON),
    sa.Index(None, "status", "turn", "submitted_at", "job_id"),  # the claim
    sa.Index(None, "status", "lease_until"),  # who is gone
    sa.Index(None, "status", "customer_id", "submitted_at", "job_id", "project_id"),  # admission, limits, history
    sa.Index(None, "customer_id", "submitted_at", "job_id", "project_id"),  # the history
    sa.Index(None, "output_bucket", "status", "output_path"),  # one live job per output path
    sa.Index(None, "litter", "status"),  # tidying up
    sa.Index(None, "expires_at"),  # forgetting
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("customer_id", sa.String(255), primary_key=True),
    sa.Column("key", sa.String(255), primary_key=True),
    _column("body_sha256", sa.String(64)),
    _column("job_id", sa.String(36)),
    _column("created_at", Time),
)

events = sa.Table(
    "events",
    metadata,
    sa.Column("event_id", sa.String(36), primary_key=True),
    _column("job_id", sa.String(36)),
    _column("customer_id", sa.String(255)),
    _column("type", sa.String(16)),
    _column("sequence", sa.Integer),
    _column("created_at", Time),
    _column("data", sa.JSON),
    sa.Index(None, "job_id", "sequence", unique=True),
)

facts = sa.Table(  # about the service as a whole
    "facts",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    _column("value", sa.String(255)),
    _column("told_at", Time),
)

webhooks = sa.Table(
    "webhooks",
    metadata,
    sa.Column("webhook_id", sa.String(36), primary_key=True),
    _column("customer_id", sa.String(255)),
    _column("url", sa.String(2048)),
    _column("events", sa.JSON),
    _column("secret", sa.LargeBinary),
    _column("headers", sa.LargeBinary, nullable=True),
    _column("created_at", Time),
    _column("former_secret", sa.LargeBinary, nullable=True),
    _column("former_until", Time, nullable=True),
    _column("attempted_at", Time, nullable=True),
    _column("failing_since", Time, nullable=True),
    _column("disabled_at", Time, nullable=True),
    _column("disabled_reason", sa.String(64), nullable=True),
    sa.Index(None, "customer_id", "created_at"),
)

deliveries = sa.Table(  # one row for each event and webhook that hears of it
    "deliveries",
    metadata,
    sa.Column("delivery_id", sa.String(36), primary_key=True),
    _column("event_id", sa.String(36)),
    _column("webhook_id", sa.String(36)),
    _column("job_id", sa.String(36)),
    _column("sequence", sa.Integer),
    _column("type", sa.String(16)),
    _column("status", sa.String(16)),
    _column("attempts", sa.Integer),
    _column("due_at", Time, nullable=True),  # of the next attempt; while one is under way, the end of its lease
    _column("owner", sa.String(255), nullable=True),
    _column("created_at", Time),
    _column("attempted_at", Time, nullable=True),
    _column("answer_code", sa.Integer, nullable=True),
    _column("latency_ms", sa.Integer, nullable=True),
    _column("answer", sa.Text, nullable=True),
    _column("problem", sa.String(255), nullable=True),
    sa.ForeignKeyConstraint(["webhook_id"], ["webhooks.webhook_id"], ondelete="CASCADE"),
    sa.Index(None, "status", "webhook_id", "due_at"),  # the claim
    sa.Index(None, "job_id", "webhook_id", "sequence"),  # the order of a job's events; forgetting
    sa.Index(None, "webhook_id", "created_at", "delivery_id"),  # the list
)

audit = sa.Table(  # who changed what; without a foreign key, as entries outlive what they tell of
    "audit",
    metadata,
    sa.Column("entry_id", sa.String(36), primary_key=True),
    _column("created_at", Time),
    _column("customer_id", sa.String(255)),
    _column("project_id", sa.String(255), nullable=True),
    _column("actor", sa.String(255)),
    _column("action", sa.String(32)),
    _column("object_id", sa.String(1280)),  # of an object bucket and path
    _column("request_id", sa.String(128)),
    sa.Index(None, "customer_id", "created_at", "entry_id", "project_id", "action"),  # the list
    sa.Index(None, "created_at"),  # forgetting
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("owner", sa.String(255), primary_key=True),
    _column("seen_at", Time),
)
