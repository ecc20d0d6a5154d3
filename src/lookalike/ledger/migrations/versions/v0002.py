"""Turns in the queue, leases by the database's clock, where a job came from, facts; indexes for a crowd of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

OLD_INDEXES = [
    ["status", "submitted_at", "job_id"],
    ["status", "customer_id", "submitted_at"],
    ["customer_id", "submitted_at", "job_id"],
    ["output_bucket", "status"],
]
NEW_INDEXES = [
    ["status", "turn", "submitted_at", "job_id"],
    ["status", "lease_until"],
    ["status", "customer_id", "submitted_at", "job_id", "project_id"],
    ["customer_id", "submitted_at", "job_id", "project_id"],
    ["output_bucket", "status", "output_path"],
]
AS_THE_LOCALE_HAS_IT = sa.String(1024)
BYTEWISE = sa.String(1024).with_variant(sa.String(1024, collation="C"), "postgresql")


def upgrade() -> None:
    """Jobs that are there keep their place: all have turn 0, so the oldest goes first."""
    for columns in OLD_INDEXES:
        op.drop_index(_name(columns), "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("output_path", type_=BYTEWISE)
        jobs.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("origin", sa.JSON(), nullable=False, server_default="{}"))
        jobs.drop_column("attempt_started_at")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("turn", server_default=None)
        jobs.alter_column("origin", server_default=None)
    for columns in NEW_INDEXES:
        op.create_index(_name(columns), "jobs", columns)
    op.create_table(
        "facts",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.String(255), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )


def downgrade() -> None:
    """Running time of attempts under way is told at their end then, not at each beat."""
    op.drop_table("facts")
    for columns in NEW_INDEXES:
        op.drop_index(_name(columns), "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("attempt_started_at", sa.BigInteger(), nullable=True))
        jobs.drop_column("origin")
        jobs.drop_column("turn")
        jobs.alter_column("output_path", type_=AS_THE_LOCALE_HAS_IT)
    for columns in OLD_INDEXES:
        op.create_index(_name(columns), "jobs", columns)


def _name(columns: list[str]) -> str:
    return "_".join(["ix_jobs", *columns])
