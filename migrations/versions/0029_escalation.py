"""Escalation of approvals: plans, what comes next, and whose turn it is."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0029"
down_revision = "0038"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TO_COME = sa.text("next_at is not null")


def upgrade() -> None:
    """Add them. Requests that are there already have no plan."""
    op.add_column("approval_request", sa.Column("escalates", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "approval_escalation",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("plan", Json, nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("next_at", MOMENT),
        sa.Column("jobs", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid()),
        sa.Column("acknowledged_share", sa.Uuid()),
        sa.Column("held_at", MOMENT),
        sa.Column("held_next_at", MOMENT),
        sa.Column("paused_next_at", MOMENT),
        sa.Column("fallback_stage", sa.Integer()),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_request.id"], name=op.f("fk_approval_escalation_request_id_approval_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_approval_escalation")),
    )
    op.create_index(
        "ix_approval_escalation_next_at",
        "approval_escalation",
        ["workspace_id", "next_at"],
        sqlite_where=TO_COME,
        postgresql_where=TO_COME,
    )
    op.create_table(
        "approval_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("taken", Json, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_turn")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_approval_turn_workspace_id_key")),
    )
    roles.tenant_table("approval_escalation")
    roles.tenant_table("approval_turn")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("approval_turn")
    op.drop_table("approval_escalation")
    op.drop_column("approval_request", "escalates")
