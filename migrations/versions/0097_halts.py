"""Workflows that are paused and workspaces that are stopped; held events and parked runs."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0097"
down_revision = "0100"
branch_labels = None
depends_on = None

_HELD = sa.text("verdict = 'held'")
_PARKED = sa.text("lane = 'parked' and state = 'queued'")


def upgrade() -> None:
    """Create them. The engine's role reads which ones hold; nothing is halted yet."""
    op.create_table(
        "halt",
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=True),
        sa.Column("events", sa.String(8), nullable=False),
        sa.Column("parks", sa.Boolean(), nullable=False),
        sa.Column("parking", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("resumed_at", UtcDateTime(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("released", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("per_s", sa.Double(), nullable=False, server_default="0"),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("scope_id", name=op.f("pk_halt")),
    )
    tenant_table("halt", engine="read")
    op.add_column("trigger_subscription", sa.Column("halt", sa.String(8), nullable=True))
    op.add_column("trigger_subscription", sa.Column("halt_why", sa.Text(), nullable=True))
    op.create_index(
        "ix_event_held", "event", ["workspace_id", "workflow_id", "id"], sqlite_where=_HELD, postgresql_where=_HELD
    )
    op.create_index(
        "ix_run_parked", "run", ["workspace_id", "workflow_id", "id"], sqlite_where=_PARKED, postgresql_where=_PARKED
    )


def downgrade() -> None:
    """Let everything go on, then take it away: what is parked is runnable again, what is held is refused."""
    op.execute("update run set lane = 'main' where lane = 'parked'")
    op.execute("update event set verdict = 'refused' where verdict = 'held'")
    op.drop_index("ix_run_parked", "run")
    op.drop_index("ix_event_held", "event")
    op.drop_column("trigger_subscription", "halt_why")
    op.drop_column("trigger_subscription", "halt")
    op.drop_table("halt")
