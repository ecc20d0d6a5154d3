"""Deliveries of events to webhooks; webhooks that rotate their secret, fail, are disabled."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

OF_WEBHOOKS: list[tuple[str, Any]] = [
    ("former_secret", sa.LargeBinary()),
    ("former_until", sa.BigInteger()),
    ("attempted_at", sa.BigInteger()),
    ("failing_since", sa.BigInteger()),
    ("disabled_at", sa.BigInteger()),
    ("disabled_reason", sa.String(64)),
]
INDEXES = [
    ["status", "webhook_id", "due_at"],
    ["job_id", "webhook_id", "sequence"],
    ["webhook_id", "created_at", "delivery_id"],
]


def upgrade() -> None:
    """Events that were written before are not delivered: nobody was told that they would be."""
    with op.batch_alter_table("webhooks") as webhooks:
        for name, kind in OF_WEBHOOKS:
            webhooks.add_column(sa.Column(name, kind, nullable=True))
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", sa.String(36), nullable=False),
        *(sa.Column(name, sa.String(36), nullable=False) for name in ("event_id", "webhook_id", "job_id")),
        sa.Column("sequence", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(16), nullable=False) for name in ("type", "status")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("owner", sa.String(255), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("attempted_at", sa.BigInteger(), nullable=True),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("answer_code", "latency_ms")),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("problem", sa.String(255), nullable=True),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.webhook_id"], name="fk_deliveries_webhook_id", ondelete="CASCADE"
        ),
    )
    for columns in INDEXES:
        op.create_index("_".join(["ix_deliveries", *columns]), "deliveries", columns)


def downgrade() -> None:
    """What was not delivered yet never will be."""
    op.drop_table("deliveries")
    with op.batch_alter_table("webhooks") as webhooks:
        for name, _ in reversed(OF_WEBHOOKS):
            webhooks.drop_column(name)
