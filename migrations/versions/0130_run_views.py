"""Filters of the list of runs by a name, and the columns that each person sees there."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0130"
down_revision = "0113"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("filter", Json, nullable=False),
        sa.Column("owner_id", sa.Uuid()),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_view")),
    )
    op.create_index("ix_run_view_owner", "run_view", ["workspace_id", "owner_id"])
    op.create_table(
        "run_columns",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("columns", Json, nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "user_id", name=op.f("pk_run_columns")),
    )
    tenant_table("run_view")
    tenant_table("run_columns")


def downgrade() -> None:
    op.drop_table("run_columns")
    op.drop_table("run_view")
