"""Versions of a request, and deadlines that stand still while one is awaited."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from studio.core import roles

revision = "0022"
down_revision = "0024"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
PENDING, UNENDED = sa.text("state = 'pending'"), sa.text("closed_at is null")


def upgrade() -> None:
    """Nothing was revised so far: a request is its own first version, and no deadline stands still."""
    for name in ("paused_at", "paused_due_at", "paused_remind_at"):
        op.add_column("approval_request", sa.Column(name, MOMENT, nullable=True))
    op.add_column("approval_request", sa.Column("pauses", sa.Integer(), nullable=False, server_default="0"))
    _index(UNENDED)
    op.create_table(
        "approval_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("amount", sa.String(length=40), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("payload_hash", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(length=120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["approval_request.id"], name=op.f("fk_approval_revision_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_revision")),
        sa.UniqueConstraint("request_id", "number", name=op.f("uq_approval_revision_request_id_number")),
    )
    roles.tenant_table("approval_revision", append_only=True)


def downgrade() -> None:
    """Take them away. What waits for a new version has nobody to go on with it, so it waits for a decision again."""
    op.drop_table("approval_revision")
    op.execute("""
        update approval_request set state = 'pending', due_at = paused_due_at, remind_at = paused_remind_at,
            sort_at = coalesce(paused_due_at, sort_at)
        where state = 'changes_requested' and closed_at is null
    """)
    _index(PENDING)
    for name in ("pauses", "paused_remind_at", "paused_due_at", "paused_at"):
        op.drop_column("approval_request", name)


def _index(where: sa.TextClause) -> None:
    op.drop_index("ix_approval_request_pending", "approval_request")
    op.create_index(
        "ix_approval_request_pending",
        "approval_request",
        ["workspace_id", "sort_at", "id"],
        sqlite_where=where,
        postgresql_where=where,
    )
