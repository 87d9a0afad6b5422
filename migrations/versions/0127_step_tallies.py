"""Steps counted by hour and day, so that a picture of a workflow shows where runs fail and where they stay long."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0127"
down_revision = "0126"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty at first: steps of runs that are counted from now on are counted with them."""
    op.create_table(
        "step_tally",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("grain", sa.String(1), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("node_key", sa.String(40), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("retried", sa.Integer(), nullable=False),
        sa.Column("times", Json, nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "workflow_id", "grain", "starts_at", "node_key", name=op.f("pk_step_tally")
        ),
    )
    op.create_index("ix_step_tally_old", "step_tally", ["grain", "starts_at"])
    tenant_table("step_tally", engine="write")


def downgrade() -> None:
    """Take it away."""
    op.drop_table("step_tally")
