"""Whose Slack account is whose."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0038"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody's is known at first."""
    op.create_table(
        "approval_slack_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.String(30), nullable=False),
        sa.Column("team_id", sa.String(40)),
        sa.Column("code_hash", sa.String(64)),
        sa.Column("code_expires_at", UtcDateTime()),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text()),
        sa.Column("verified_at", UtcDateTime()),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_slack_member")),
        sa.UniqueConstraint("workspace_id", "user_id", name=op.f("uq_approval_slack_member_workspace_id_user_id")),
    )
    verified = sa.text("verified_at is not null")
    op.create_index(
        "uq_approval_slack_member_verified",
        "approval_slack_member",
        ["workspace_id", "member_id"],
        unique=True,
        sqlite_where=verified,
        postgresql_where=verified,
    )
    tenant_table("approval_slack_member")


def downgrade() -> None:
    """Forget whose is whose."""
    op.drop_table("approval_slack_member")
