"""Sums of approval load, a day each: reports add up days instead of answers."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json
from studio.core.roles import tenant_table

revision = "0048"
down_revision = "0043"
branch_labels = None
depends_on = None

DAY, FOLDED = "approval_load_day", "approval_load_folded"


def upgrade() -> None:
    """Nothing is added up yet: workers do, a month of days an hour, and reports count the rest meanwhile."""
    op.create_table(
        DAY,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.String(10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("answered", "reassigned", "escalated", "expired")),
        sa.Column("waited", Json, nullable=False),
        sa.Column("worked", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "by", "day", "key", name=op.f("pk_approval_load_day")),
    )
    op.create_table(
        FOLDED,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_approval_load_folded")),
    )
    for table in (DAY, FOLDED):
        tenant_table(table)


def downgrade() -> None:
    """Take the sums away: they can be made again."""
    op.drop_table(FOLDED)
    op.drop_table(DAY)
