"""Schedules of who is on call, and exceptions from them."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0026"
down_revision = "0020"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "on_call_schedule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("starts", sa.String(length=16), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("people", Json, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_schedule")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_on_call_schedule_workspace_id_name_key")),
    )
    op.create_table(
        "on_call_override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("schedule_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["schedule_id"],
            ["on_call_schedule.id"],
            name=op.f("fk_on_call_override_schedule_id_on_call_schedule"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_override")),
    )
    op.create_index("ix_on_call_override_schedule_id", "on_call_override", ["schedule_id", "ends_at"])
    roles.tenant_table("on_call_schedule")
    roles.tenant_table("on_call_override")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("on_call_override")
    op.drop_table("on_call_schedule")
