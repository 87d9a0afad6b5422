"""Erasures of a customer's data, and their reports."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0120"
down_revision = "0107"
branch_labels = None
depends_on = None

TABLE = "customer_erasure"
COUNTS = ("turn", "looked_at", "found_runs", "found_events", "erased_runs", "erased_events", "kept_runs")


def upgrade() -> None:
    """None there is."""
    op.create_table(
        TABLE,
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(120), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("events", sa.Boolean(), nullable=False),
        sa.Column("cursor", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in COUNTS),
        sa.Column("kept", Json, nullable=False),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_erasure")),
    )
    unended = sa.text("ended_at is null")
    op.create_index("uq_customer_erasure_open", TABLE, ["workspace_id"], unique=True, sqlite_where=unended,
                    postgresql_where=unended)  # fmt: skip
    tenant_table(TABLE)


def downgrade() -> None:
    """Take the reports away; the trail keeps what was done."""
    op.drop_table(TABLE)
