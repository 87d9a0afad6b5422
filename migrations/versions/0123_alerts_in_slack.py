"""An alert knows its message in the workspace's Slack channel."""

import sqlalchemy as sa
from alembic import op

revision = "0123"
down_revision = "0129"
branch_labels = None
depends_on = None

TABLE = "alert"


def upgrade() -> None:
    """None of the alerts that there are was posted."""
    op.add_column(TABLE, sa.Column("slack_claim", sa.String(200)))
    op.add_column(TABLE, sa.Column("slack_channel", sa.String(40)))
    op.add_column(TABLE, sa.Column("slack_ts", sa.String(40)))
    op.add_column(TABLE, sa.Column("slack_shown", sa.String(64)))


def downgrade() -> None:
    for name in ("slack_shown", "slack_ts", "slack_channel", "slack_claim"):
        op.drop_column(TABLE, name)
