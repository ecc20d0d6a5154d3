"""Turns in the queue, leases by the database's clock, where a job came from, facts about the service."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Jobs that are there keep their place: all have turn 0, so the oldest goes first."""
    op.drop_index("ix_jobs_status_submitted_at_job_id", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("turn", sa.Integer(), nullable=False, server_default="0"))
        jobs.add_column(sa.Column("origin", sa.JSON(), nullable=False, server_default="{}"))
        jobs.drop_column("attempt_started_at")
    with op.batch_alter_table("jobs") as jobs:
        jobs.alter_column("turn", server_default=None)
        jobs.alter_column("origin", server_default=None)
    op.create_index(
        "ix_jobs_status_turn_submitted_at_job_id", "jobs", ["status", "turn", "submitted_at", "job_id"], unique=False
    )
    op.create_index("ix_jobs_status_lease_until", "jobs", ["status", "lease_until"], unique=False)
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
    op.drop_index("ix_jobs_status_lease_until", "jobs")
    op.drop_index("ix_jobs_status_turn_submitted_at_job_id", "jobs")
    with op.batch_alter_table("jobs") as jobs:
        jobs.add_column(sa.Column("attempt_started_at", sa.BigInteger(), nullable=True))
        jobs.drop_column("origin")
        jobs.drop_column("turn")
    op.create_index("ix_jobs_status_submitted_at_job_id", "jobs", ["status", "submitted_at", "job_id"], unique=False)
