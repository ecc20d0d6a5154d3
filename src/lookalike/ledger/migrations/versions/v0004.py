"""The audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

INDEXES = [["customer_id", "created_at", "entry_id", "project_id", "action"], ["created_at"]]


def upgrade() -> None:
    """It begins empty: nobody wrote down who made what is there."""
    op.create_table(
        "audit",
        sa.Column("entry_id", sa.String(36), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.String(255), nullable=False),
        sa.Column("project_id", sa.String(255), nullable=True),
        sa.Column("actor", sa.String(255), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("object_id", sa.String(36), nullable=False),
        sa.Column("request_id", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("entry_id", name="pk_audit"),
    )
    for columns in INDEXES:
        op.create_index("_".join(["ix_audit", *columns]), "audit", columns)


def downgrade() -> None:
    """What was written down is lost; jobs and webhooks stay."""
    op.drop_table("audit")
