"""Runs as a file: who asked for which, how far it is, its bytes."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0112"
down_revision = "0106"
branch_labels = None
depends_on = None

EXPORT, PART = "run_export", "run_export_part"


def upgrade() -> None:
    """None has been asked for yet."""
    unfinished, ready = sa.text("state in ('queued', 'making')"), sa.text("state = 'ready'")
    op.create_table(
        EXPORT,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(10), nullable=False),
        sa.Column("filter", Json, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("runs", "parts", "attempt")),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("newest", "oldest", "reached")),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("held_until", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.Column("expires_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_export")),
    )
    op.create_index("ix_run_export_workspace_id", EXPORT, ["workspace_id", "id"])
    op.create_index(
        "ix_run_export_held_until", EXPORT, ["held_until"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.create_index(
        "ix_run_export_expires_at", EXPORT, ["workspace_id", "expires_at"], sqlite_where=ready, postgresql_where=ready
    )
    op.create_table(
        PART,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("export_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("workspace_id", "export_id", "number", name=op.f("pk_run_export_part")),
    )
    tenant_table(EXPORT, engine="read")
    tenant_table(PART)


def downgrade() -> None:
    """Take the files away: they can be written again."""
    op.drop_table(PART)
    op.drop_table(EXPORT)
