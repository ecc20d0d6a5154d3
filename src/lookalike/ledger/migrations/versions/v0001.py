"""The first tables: jobs and their events, idempotency keys, webhooks, workers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables. Moments are microseconds since 1970."""
    _jobs()
    _events()
    op.create_table(
        "idempotency",
        sa.Column("customer_id", sa.String(255), nullable=False),
        sa.Column("key", sa.String(255), nullable=False),
        _column("body_sha256", sa.String(64)),
        _column("job_id", sa.String(36)),
        _column("created_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("customer_id", "key", name="pk_idempotency"),
    )
    _webhooks()
    op.create_table(
        "workers",
        sa.Column("owner", sa.String(255), nullable=False),
        _column("seen_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("owner", name="pk_workers"),
    )


def downgrade() -> None:
    """Drop all tables with everything in them."""
    for table in ("workers", "webhooks", "idempotency", "events", "jobs"):
        op.drop_table(table)


def _jobs() -> None:
    op.create_table(
        "jobs",
        *_what_was_asked(),
        *_where_it_is(),
        *_what_came_of_it(),
        sa.PrimaryKeyConstraint("job_id", name="pk_jobs"),
    )
    _index("jobs", "status", "submitted_at", "job_id")
    _index("jobs", "status", "customer_id", "submitted_at")
    _index("jobs", "customer_id", "submitted_at", "job_id")
    _index("jobs", "output_bucket", "status")
    _index("jobs", "litter", "status")
    _index("jobs", "expires_at")


def _what_was_asked() -> list[sa.Column[Any]]:
    return [
        _column("job_id", sa.String(36)),
        _column("customer_id", sa.String(255)),
        _column("project_id", sa.String(255)),
        _column("status", sa.String(16)),
        _column("progress", sa.Integer()),
        _column("stages", sa.JSON()),
        _column("configuration", sa.JSON()),
        _column("work", sa.JSON()),
        _column("metadata", sa.JSON()),
        _column("output_bucket", sa.String(255)),
        _column("output_path", sa.String(1024)),
        _column("timeout_s", sa.Integer()),
        _column("resume_window_s", sa.Integer()),
        _column("submitted_at", sa.BigInteger()),
        _column("updated_at", sa.BigInteger()),
    ]


def _where_it_is() -> list[sa.Column[Any]]:
    return [
        _column("started_at", sa.BigInteger(), nullable=True),
        _column("ended_at", sa.BigInteger(), nullable=True),
        _column("attempt_started_at", sa.BigInteger(), nullable=True),
        _column("running_s", sa.Float()),
        _column("retry_count", sa.Integer()),
        _column("epoch", sa.Integer()),
        _column("owner", sa.String(255), nullable=True),
        _column("lease_until", sa.BigInteger(), nullable=True),
        _column("beat_at", sa.BigInteger(), nullable=True),
        _column("publishing", sa.Boolean()),
    ]


def _what_came_of_it() -> list[sa.Column[Any]]:
    return [
        _column("resume_deadline", sa.BigInteger(), nullable=True),
        _column("pause_reason", sa.String(255), nullable=True),
        _column("expires_at", sa.BigInteger(), nullable=True),
        _column("error_code", sa.String(64), nullable=True),
        _column("error_message", sa.Text(), nullable=True),
        _column("sequence", sa.Integer()),
        _column("litter", sa.Boolean()),
    ]


def _events() -> None:
    op.create_table(
        "events",
        _column("event_id", sa.String(36)),
        _column("job_id", sa.String(36)),
        _column("customer_id", sa.String(255)),
        _column("type", sa.String(16)),
        _column("sequence", sa.Integer()),
        _column("created_at", sa.BigInteger()),
        _column("data", sa.JSON()),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
    )
    _index("events", "job_id", "sequence", unique=True)


def _webhooks() -> None:
    op.create_table(
        "webhooks",
        _column("webhook_id", sa.String(36)),
        _column("customer_id", sa.String(255)),
        _column("url", sa.String(2048)),
        _column("events", sa.JSON()),
        _column("secret", sa.LargeBinary()),
        _column("headers", sa.LargeBinary(), nullable=True),
        _column("created_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhooks"),
    )
    _index("webhooks", "customer_id", "created_at")


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index("_".join(["ix", table, *columns]), table, list(columns), unique=unique)
