"""Drafts."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "workflow_draft",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("logic_hash", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.Column("updated_by_name", sa.String(length=200), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["workflow_id"], ["workflow.id"], name=op.f("fk_workflow_draft_workflow_id")),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_workflow_draft")),
    )
    roles.tenant_table("workflow_draft")


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("workflow_draft")
