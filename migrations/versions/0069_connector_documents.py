"""Imported API descriptions: each version of a document, and its operations."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0069"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them. Steps read their operation as their workspace does."""
    op.create_table(
        "connector_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("api_version", sa.String(40), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("base_url", sa.String(500), nullable=False),
        sa.Column("ways", Json, nullable=False),
        sa.Column("left_out", Json, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("operations", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(2000), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connector_document")),
        sa.UniqueConstraint(
            "workspace_id", "name", "version", name=op.f("uq_connector_document_workspace_id_name_version")
        ),
    )
    op.create_table(
        "connector_operation",
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(80), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("path", sa.String(1000), nullable=False),
        sa.Column("help", sa.Text(), nullable=False),
        sa.Column("deprecated", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("compiled", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["connector_document.id"],
            name=op.f("fk_connector_operation_document_id_connector_document"),
        ),
        sa.PrimaryKeyConstraint("document_id", "key", name=op.f("pk_connector_operation")),
    )
    op.create_index("ix_connector_operation_position", "connector_operation", ["document_id", "position"])
    tenant_table("connector_document")
    tenant_table("connector_operation")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("connector_operation")
    op.drop_table("connector_document")
