"""What is done with many runs, batch by batch."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0116"
down_revision = "0121"
branch_labels = None
depends_on = None

BATCH, ITEM = "run_batch", "run_batch_item"


def upgrade() -> None:
    """There are none yet."""
    op.create_table(
        BATCH,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("verb", sa.String(12), nullable=False),
        sa.Column("options", Json, nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("refused", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("by_id", sa.Uuid()),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_batch")),
    )
    op.create_index("ix_run_batch_workspace", BATCH, ["workspace_id", "id"])
    op.create_table(
        ITEM,
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("again_id", sa.Uuid()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("batch_id", "run_id", name=op.f("pk_run_batch_item")),
    )
    op.create_index("ix_run_batch_item_state", ITEM, ["batch_id", "state", "run_id"])
    for table in (BATCH, ITEM):
        tenant_table(table)


def downgrade() -> None:
    """Take them away; the runs that they made stay."""
    op.drop_table(ITEM)
    op.drop_table(BATCH)
