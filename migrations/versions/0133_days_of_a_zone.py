"""Days that runs are counted by are those of the workspace's time zone; until now they were those of UTC."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0133"
down_revision = "0114"
branch_labels = None
depends_on = None

EVER = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Where anything is counted, days stay those of UTC until the sweeper notes that the workspace has another zone."""
    made = op.create_table(
        "tally_zone",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "since", name=op.f("pk_tally_zone")),
    )
    op.add_column("run_open", sa.Column("day_at", UtcDateTime()))
    workspace, tally = (
        sa.table("workspace", sa.column("id", sa.Uuid())),
        sa.table("run_tally", sa.column("workspace_id", sa.Uuid())),
    )
    counted = sa.exists().where(tally.c.workspace_id == workspace.c.id)
    rows = sa.select(workspace.c.id, sa.literal(EVER, UtcDateTime()), sa.literal("UTC")).where(counted)
    op.execute(made.insert().from_select(["workspace_id", "since", "zone"], rows))
    tenant_table("tally_zone", engine="write")


def downgrade() -> None:
    """Days that were counted by another zone are not in the charts of the version before, until they are forgotten."""
    op.drop_column("run_open", "day_at")
    op.drop_table("tally_zone")
