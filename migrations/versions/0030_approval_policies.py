"""Approval policies by name, and which one a request was asked by."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0030"
down_revision = "0037"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
GOVERNED = sa.text("policy_id is not null and closed_at is null")


def upgrade() -> None:
    """Add them: what was asked so far was asked by none."""
    op.create_table(
        "approval_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_key", sa.String(length=80), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(length=200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_policy")),
        sa.UniqueConstraint("workspace_id", "name_key", name=op.f("uq_approval_policy_workspace_id_name_key")),
    )
    roles.tenant_table("approval_policy")
    op.add_column("approval_request", sa.Column("policy_id", sa.Uuid(), nullable=True))
    op.add_column("approval_request", sa.Column("policy_version", sa.Integer(), nullable=True))
    op.create_index(
        "ix_approval_request_policy_id",
        "approval_request",
        ["workspace_id", "policy_id", "id"],
        sqlite_where=GOVERNED,
        postgresql_where=GOVERNED,
    )


def downgrade() -> None:
    """Take them away again. What was asked by a policy keeps its rule."""
    op.drop_index("ix_approval_request_policy_id", "approval_request")
    op.drop_column("approval_request", "policy_version")
    op.drop_column("approval_request", "policy_id")
    op.drop_table("approval_policy")
