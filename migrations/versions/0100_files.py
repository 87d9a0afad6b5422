"""Files out of line, and those that hang on requests, decisions and comments."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0100"
down_revision = "0103"
branch_labels = None
depends_on = None

WORDED = ("approval_request", "approval_revision")


def upgrade() -> None:
    """Create them. What was asked before has none."""
    op.create_table(
        "stored_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index("ix_stored_file_workspace", "stored_file", ["workspace_id", "size"])
    op.create_index("ix_stored_file_expires_at", "stored_file", ["workspace_id", "expires_at"])
    op.create_table(
        "stored_chunk",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_stored_chunk_file_id_stored_file")),
        sa.PrimaryKeyConstraint("file_id", "number", name=op.f("pk_stored_chunk")),
    )
    op.create_table(
        "approval_attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=True),
        sa.Column("vote_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("by_user_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["approval_request.id"], name=op.f("fk_approval_attachment_request_id_approval_request")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_attachment")),
    )
    op.create_index("ix_approval_attachment_request_id", "approval_attachment", ["request_id", "id"])
    for table in ("stored_file", "stored_chunk", "approval_attachment"):
        tenant_table(table)
    for table in WORDED:
        op.add_column(table, sa.Column("attachments", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Drop them."""
    for table in WORDED:
        op.drop_column(table, "attachments")
    op.drop_table("approval_attachment")
    op.drop_table("stored_chunk")
    op.drop_table("stored_file")
