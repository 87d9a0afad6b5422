"""Approval matrices by name, with the versions that were published."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0101"
down_revision = "0098"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add them: there are none yet."""
    op.create_table(
        "approval_matrix",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("draft", Json, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_matrix")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_approval_matrix_workspace_id_name_key")),
    )
    roles.tenant_table("approval_matrix")
    op.create_table(
        "approval_matrix_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matrix_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", Json, nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.Column("published_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["matrix_id"], ["approval_matrix.id"],
            name=op.f("fk_approval_matrix_version_matrix_id_approval_matrix"), ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_matrix_version")),
        sa.UniqueConstraint("matrix_id", "number", name=op.f("uq_approval_matrix_version_matrix_id_number")),
    )  # fmt: skip
    roles.tenant_table("approval_matrix_version")


def downgrade() -> None:
    """Take them away again. What was asked by one keeps its rule."""
    op.drop_table("approval_matrix_version")
    op.drop_table("approval_matrix")
