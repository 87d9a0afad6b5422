"""Threads on a request that have to be resolved first."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0031"
down_revision = "0039"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Remarks so far stand in no thread, and nothing waits for one."""
    op.create_table(
        "approval_thread",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_by_name", sa.String(120), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("resolved_at", MOMENT, nullable=True),
        sa.Column("resolved_by_name", sa.String(120), nullable=False, server_default=""),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_request.id"], name=op.f("fk_approval_thread_request_id_approval_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_thread")),
    )
    op.create_index("ix_approval_thread_request_id", "approval_thread", ["request_id", "id"])
    roles.tenant_table("approval_thread")
    op.add_column("approval_comment", sa.Column("thread_id", sa.Uuid(), nullable=True))
    op.add_column(
        "approval_request", sa.Column("threads_first", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Take them away again: what was said in threads stays as remarks, and holds nothing up."""
    op.drop_column("approval_request", "threads_first")
    op.drop_column("approval_comment", "thread_id")
    op.drop_table("approval_thread")
