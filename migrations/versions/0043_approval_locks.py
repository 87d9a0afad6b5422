"""Approvals of which one alone is open at a time for the same thing."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0043"
down_revision = "0050"
branch_labels = None
depends_on = None

LOCKED = sa.text("lock_key is not null and closed_at is null")


def upgrade() -> None:
    """Requests so far lock nothing."""
    op.create_table(
        "approval_lock",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_lock")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_approval_lock_workspace_id_key")),
    )
    roles.tenant_table("approval_lock")
    op.add_column("approval_request", sa.Column("lock_key", sa.String(200), nullable=True))
    op.add_column("approval_request", sa.Column("lock_place", sa.Integer(), nullable=True))
    op.create_index(
        "ix_approval_request_lock",
        "approval_request",
        ["workspace_id", "lock_key", "lock_place"],
        sqlite_where=LOCKED,
        postgresql_where=LOCKED,
    )


def downgrade() -> None:
    """Take them away again. What waits behind another request is asked no more: its people's shares stay queued."""
    op.drop_index("ix_approval_request_lock", table_name="approval_request")
    op.drop_column("approval_request", "lock_place")
    op.drop_column("approval_request", "lock_key")
    op.drop_table("approval_lock")
