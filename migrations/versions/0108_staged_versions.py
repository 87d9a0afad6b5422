"""Versions that take a share of a workflow's events."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0108"
down_revision = "0118"
branch_labels = None
depends_on = None

TRIGGERS = "trigger_subscription"


def upgrade() -> None:
    """Triggers say themselves which version an event starts, so that accepting one asks no other table."""
    op.create_table(
        "version_stage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Uuid(), nullable=False),
        sa.Column("before_number", sa.Integer(), nullable=False),
        sa.Column("share", sa.Integer(), nullable=False),
        sa.Column("min_runs", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("started_by", sa.Uuid()),
        sa.Column("started_by_name", sa.String(200), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("ended_by_name", sa.String(200), nullable=False, server_default=""),
        sa.Column("outcome", sa.String(12)),
        sa.Column("figures", Json),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_stage")),
    )
    op.create_index("ix_version_stage_workflow", "version_stage", ["workspace_id", "workflow_id", "id"])
    on = sa.text("ended_at is null")
    op.create_index(
        "uq_version_stage_on", "version_stage", ["workflow_id"], unique=True, sqlite_where=on, postgresql_where=on
    )
    tenant_table("version_stage")
    op.add_column(TRIGGERS, sa.Column("staged_version_id", sa.Uuid()))
    op.add_column(TRIGGERS, sa.Column("staged_share", sa.Integer(), nullable=False, server_default="0"))
    staged = sa.text("staged_version_id is not null")
    op.create_index(
        "ix_trigger_subscription_staged", TRIGGERS, ["workflow_id"], sqlite_where=staged, postgresql_where=staged
    )


def downgrade() -> None:
    """Every event starts the published version again."""
    op.drop_index("ix_trigger_subscription_staged", TRIGGERS)
    op.drop_column(TRIGGERS, "staged_share")
    op.drop_column(TRIGGERS, "staged_version_id")
    op.drop_table("version_stage")
