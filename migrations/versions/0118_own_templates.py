"""A workspace's own templates with their versions, and which one a workflow follows."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime
from studio.core.roles import tenant_table

revision = "0118"
down_revision = "0131"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gallery_template",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("archived_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gallery_template")),
    )
    op.create_index("ix_gallery_template_shown", "gallery_template", ["workspace_id", "archived_at"])
    op.create_table(
        "gallery_template_version",
        sa.Column("template_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["template_id"],
            ["gallery_template.id"],
            name=op.f("fk_gallery_template_version_template_id_gallery_template"),
        ),
        sa.PrimaryKeyConstraint("template_id", "number", name=op.f("pk_gallery_template_version")),
    )
    op.create_table(
        "template_use",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("revision", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("answers", Json, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_template_use_workflow_id_workflow")),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_template_use")),
    )
    for table in ("gallery_template", "gallery_template_version", "template_use"):
        tenant_table(table)


def downgrade() -> None:
    op.drop_table("template_use")
    op.drop_table("gallery_template_version")
    op.drop_table("gallery_template")
