"""Slack: a channel for approvals, and which message tells of which request."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import tenant_table

revision = "0034"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is posted until a channel is set up."""
    op.add_column("approval_request", sa.Column("in_slack", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "approval_slack_channel",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("mode", sa.String(10), nullable=False),
        sa.Column("channel", sa.String(80), nullable=False),
        sa.Column("host", sa.String(255), nullable=False),
        sa.Column("target_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("signing_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("team_id", sa.String(40)),
        sa.Column("every", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("failed_at", UtcDateTime()),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_slack_channel")),
        sa.UniqueConstraint("workspace_id", name=op.f("uq_approval_slack_channel_workspace_id")),
    )
    op.create_table(
        "approval_slack_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workspace_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("claim", sa.String(200), nullable=False),
        sa.Column("channel", sa.String(40)),
        sa.Column("ts", sa.String(40)),
        sa.Column("rendered", sa.String(64)),
        sa.Column("lost", sa.Boolean(), nullable=False),
        sa.Column("posted_at", UtcDateTime()),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["approval_request.id"],
            name=op.f("fk_approval_slack_message_request_id_approval_request"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_slack_message")),
        sa.UniqueConstraint("request_id", name=op.f("uq_approval_slack_message_request_id")),
    )
    for table in ("approval_slack_channel", "approval_slack_message"):
        tenant_table(table)


def downgrade() -> None:
    """Take it away again, with its secrets. Messages that were posted stay in Slack as they are."""
    op.drop_table("approval_slack_message")
    op.drop_table("approval_slack_channel")
    op.drop_column("approval_request", "in_slack")
