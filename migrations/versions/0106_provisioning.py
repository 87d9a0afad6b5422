"""Seats and groups under the names that a company's directory has for them."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime

revision = "0106"
down_revision = "0122"
branch_labels = None
depends_on = None

SEATS, GROUPS = "ix_seat_external_id", "ix_approver_group_external_id"


def upgrade() -> None:
    """No directory has named anybody yet."""
    op.add_column("seat", sa.Column("external_id", sa.String(255)))
    op.add_column("seat", sa.Column("removed_at", UtcDateTime()))
    op.add_column("approver_group", sa.Column("external_id", sa.String(255)))
    op.create_index(SEATS, "seat", ["workspace_id", "external_id"])
    op.create_index(GROUPS, "approver_group", ["workspace_id", "external_id"])


def downgrade() -> None:
    """Drop them: what the directory has deleted shows as seats that were taken away."""
    op.drop_index(GROUPS, "approver_group")
    op.drop_index(SEATS, "seat")
    op.drop_column("approver_group", "external_id")
    op.drop_column("seat", "removed_at")
    op.drop_column("seat", "external_id")
