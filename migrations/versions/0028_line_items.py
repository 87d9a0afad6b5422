"""Line items: what a request asks about one by one, and which of them were approved."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json

revision = "0028"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them: what was asked so far has none."""
    op.add_column("approval_request", sa.Column("items", Json, nullable=False, server_default="[]"))
    op.add_column("approval_vote", sa.Column("items", Json, nullable=True))
    op.add_column("approval_decision", sa.Column("items", Json, nullable=True))


def downgrade() -> None:
    """Take them away again. What is still asked about items is then asked as a whole."""
    op.drop_column("approval_decision", "items")
    op.drop_column("approval_vote", "items")
    op.drop_column("approval_request", "items")
