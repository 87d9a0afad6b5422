"""Monthly reports: sums of days, to whom they are mailed, and failed runs by when they failed."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0104"
down_revision = "0101"
branch_labels = None
depends_on = None

DAY, SETTING, FAILED = "report_day", "report_setting", "ix_run_failed"


def upgrade() -> None:
    """Nothing is added up yet: workers do, some days an hour, and reports count the rest meanwhile."""
    op.create_table(
        DAY,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("figures", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "day", name=op.f("pk_report_day")),
    )
    op.create_table(
        SETTING,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("roles", Json, nullable=False),
        sa.Column("people", Json, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime()),
        sa.Column("sent", sa.String(7)),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_report_setting")),
    )
    for table in (DAY, SETTING):
        tenant_table(table)
    failed = sa.text("state = 'failed'")
    op.create_index(FAILED, "run", ["workspace_id", "finished_at"], sqlite_where=failed, postgresql_where=failed)


def downgrade() -> None:
    """Take the sums away: what is still there can be added up again."""
    op.drop_index(FAILED, "run")
    op.drop_table(SETTING)
    op.drop_table(DAY)
