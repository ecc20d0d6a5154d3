"""The audit trail tells of objects too, which are known by bucket and path."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Room for a path."""
    _widen(36, 1280)


def downgrade() -> None:
    """What tells of objects would have no room."""
    op.execute("DELETE FROM audit WHERE length(object_id) > 36")
    _widen(1280, 36)


def _widen(before: int, after: int) -> None:
    with op.batch_alter_table("audit") as table:
        table.alter_column(
            "object_id", existing_type=sa.String(before), type_=sa.String(after), existing_nullable=False
        )
