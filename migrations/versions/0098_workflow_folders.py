"""Folders and tags of workflows."""

import sqlalchemy as sa
from alembic import op

from studio.core.roles import tenant_table

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create them; every workflow stands outside of folders."""
    op.add_column("workflow", sa.Column("folder", sa.String(80), nullable=False, server_default=""))
    op.create_index("ix_workflow_folder", "workflow", ["workspace_id", "folder"])
    op.create_table(
        "workflow_tag",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("tag", sa.String(30), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_tag_workflow_id_workflow")),
        sa.PrimaryKeyConstraint("workflow_id", "tag", name=op.f("pk_workflow_tag")),
    )
    op.create_index("ix_workflow_tag_workspace_id", "workflow_tag", ["workspace_id", "tag", "workflow_id"])
    tenant_table("workflow_tag")


def downgrade() -> None:
    """Take them away."""
    op.drop_table("workflow_tag")
    op.drop_index("ix_workflow_folder", "workflow")
    op.drop_column("workflow", "folder")
