"""Who started the run that asks, when those who hold it were last reminded, and what finds a person's own requests."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime

revision = "0099"
down_revision = "0092"
branch_labels = None
depends_on = None

TABLE = "approval_request"
WHOSE = ("requester", "starter")


def upgrade() -> None:
    """Add them. Requests of before know no starter."""
    op.add_column(TABLE, sa.Column("starter_id", sa.Uuid(), nullable=True))
    op.add_column(TABLE, sa.Column("nudged_at", UtcDateTime(), nullable=True))
    for who in WHOSE:
        known, columns = f"{who}_id is not null", ["workspace_id", f"{who}_id", "id"]
        for name, where in (("id", known), ("open", f"{known} and closed_at is null")):
            op.create_index(
                f"ix_approval_request_{who}_{name}", TABLE, columns,
                sqlite_where=sa.text(where), postgresql_where=sa.text(where),
            )  # fmt: skip


def downgrade() -> None:
    """Take them away again."""
    for who in WHOSE:
        for name in ("id", "open"):
            op.drop_index(f"ix_approval_request_{who}_{name}", TABLE)
    op.drop_column(TABLE, "nudged_at")
    op.drop_column(TABLE, "starter_id")
