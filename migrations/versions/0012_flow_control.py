"""Limits on runs: their keys, what is kept of rates, and what a workspace may do at all."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from studio.core import roles

revision = "0012"
down_revision = "0015"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
INDEXES = {
    "ix_run_gate": (
        ["workflow_id", "lane", "gate_key", "created_at", "id"],
        "state = 'queued' and gate_key is not null",
    ),
    "ix_run_ordered": (
        ["workflow_id", "order_key"],
        "order_key is not null and lane <> 'gate' and state not in ('succeeded', 'failed', 'cancelled')",
    ),
    "ix_run_placed": (
        ["workspace_id", "workflow_id", "place_key"],
        "place_key is not null and lane not in ('gate', 'back') and state in ('queued', 'running')",
    ),
    "ix_run_rated": (["workflow_id", "rate_key", "created_at"], "rate_key is not null"),
}


def upgrade() -> None:
    """Add them. All columns may be empty, so no row is rewritten."""
    op.add_column("run", sa.Column("gate_key", sa.String(length=64), nullable=True))
    op.add_column("run", sa.Column("place_key", sa.String(length=255), nullable=True))
    op.add_column("run", sa.Column("rate_key", sa.String(length=255), nullable=True))
    for name, (columns, where) in INDEXES.items():
        condition = sa.text(where)
        op.create_index(name, "run", columns, sqlite_where=condition, postgresql_where=condition)
    op.add_column("trigger_subscription", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
    op.add_column("trigger_subscription", sa.Column("control", JSON, nullable=True))
    op.create_table(
        "rate_state",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("tat", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "scope", "key", name=op.f("pk_rate_state")),
    )
    roles.tenant_table("rate_state", engine="write")
    op.create_table(
        "workspace_limit",
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("at_once", sa.Integer(), nullable=True),
        sa.Column("starts", sa.Integer(), nullable=True),
        sa.Column("per_s", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("workspace_id", name=op.f("pk_workspace_limit")),
    )
    roles.tenant_table("workspace_limit", engine="read")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("workspace_limit")
    op.drop_table("rate_state")
    op.drop_column("trigger_subscription", "control")
    op.drop_column("trigger_subscription", "priority")
    for name in INDEXES:
        op.drop_index(name, "run")
    for column in ("rate_key", "place_key", "gate_key"):
        op.drop_column("run", column)
