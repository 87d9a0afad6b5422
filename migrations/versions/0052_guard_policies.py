"""What a workspace protects, and by which rules."""

import sqlalchemy as sa
from alembic import op

from studio.core import roles
from studio.core.db import Json

revision = "0052"
down_revision = "0031"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Nothing is protected by more than a seat's permission so far."""
    op.create_table(
        "guard_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_policy")),
    )
    op.create_index("ix_guard_policy_workspace_id", "guard_policy", ["workspace_id", "target"])
    op.create_table(
        "guard_policy_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_policy_version")),
        sa.UniqueConstraint("policy_id", "version", name=op.f("uq_guard_policy_version_policy_id_version")),
    )
    op.create_table(
        "guard_target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("node_type", sa.String(80), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("changed_by", sa.String(200), nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_target")),
        sa.UniqueConstraint("workspace_id", "key", name=op.f("uq_guard_target_workspace_id_key")),
    )
    op.create_table(
        "guard_revision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_revision")),
        sa.UniqueConstraint("workspace_id", name=op.f("uq_guard_revision_workspace_id")),
    )
    roles.tenant_table("guard_policy")
    roles.tenant_table("guard_policy_version", append_only=True)
    roles.tenant_table("guard_target")
    roles.tenant_table("guard_revision")


def downgrade() -> None:
    """Take them away: a seat's permission is what there is."""
    op.drop_table("guard_revision")
    op.drop_table("guard_target")
    op.drop_table("guard_policy_version")
    op.drop_index("ix_guard_policy_workspace_id", "guard_policy")
    op.drop_table("guard_policy")
