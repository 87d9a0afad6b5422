"""Who may be elevated to which role, and who was."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json
from studio.core.roles import tenant_table

revision = "0062"
down_revision = "0053"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nobody is eligible for more than their seat."""
    op.create_table(
        "guard_eligibility",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("who", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("most_minutes", sa.Integer(), nullable=False),
        sa.Column("justification", sa.Boolean(), nullable=False),
        sa.Column("ticket", sa.Boolean(), nullable=False),
        sa.Column("approvers", Json, nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("step_up", sa.Boolean(), nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_by_name", sa.String(200), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.Column("withdrawn_by_name", sa.String(200), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_eligibility")),
    )
    op.create_index("ix_guard_eligibility_workspace_id", "guard_eligibility", ["workspace_id", "user_id"])
    op.create_table(
        "guard_elevation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("eligibility_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("user_name", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("permissions", Json, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("ticket", sa.String(120), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ending", sa.String(20), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name in ("request_id", "run_id", "wait_id")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("use_by", MOMENT, nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        *(sa.Column(name, MOMENT, nullable=True) for name in ("started_at", "ends_at", "ended_at")),
        sa.Column("ended_by_name", sa.String(200), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_elevation")),
    )
    op.create_index("ix_guard_elevation_workspace_id", "guard_elevation", ["workspace_id", "id"])
    op.create_index("ix_guard_elevation_user_id", "guard_elevation", ["workspace_id", "user_id", "state"])
    op.create_index("ix_guard_elevation_eligibility_id", "guard_elevation", ["workspace_id", "eligibility_id", "state"])
    tenant_table("guard_eligibility")
    tenant_table("guard_elevation")


def downgrade() -> None:
    """Take them away: everybody has their seat alone."""
    for name in ("eligibility_id", "user_id", "workspace_id"):
        op.drop_index(f"ix_guard_elevation_{name}", "guard_elevation")
    op.drop_table("guard_elevation")
    op.drop_index("ix_guard_eligibility_workspace_id", "guard_eligibility")
    op.drop_table("guard_eligibility")
