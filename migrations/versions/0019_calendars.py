"""Calendars of working hours, and by which of them a request's deadline was counted."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
DEFAULT = sa.text("is_default")


def upgrade() -> None:
    """Add them. Requests that are open were counted by no calendar."""
    op.create_table(
        "working_calendar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("week", Json, nullable=False),
        sa.Column("holidays", Json, nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_working_calendar")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_working_calendar_workspace_id_name_key")),
    )
    op.create_index(
        "uq_working_calendar_default",
        "working_calendar",
        ["workspace_id"],
        unique=True,
        sqlite_where=DEFAULT,
        postgresql_where=DEFAULT,
    )
    roles.tenant_table("working_calendar")
    op.add_column("approval_request", sa.Column("calendar_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Take them away again. Deadlines stay the points in time that they are."""
    op.drop_column("approval_request", "calendar_id")
    op.drop_table("working_calendar")
