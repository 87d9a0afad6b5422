"""Answers kept under an Idempotency-Key."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.String(length=80), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("workspace_id", "caller", "key", name=op.f("uq_idempotency_key_workspace_id_caller_key")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["workspace_id", "created_at"])
    roles.tenant_table("idempotency_key")


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("idempotency_key")
