"""How a calendar came to a deadline, or to the next level of an escalation, to count anew once it is edited."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime

revision = "0051"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of earlier requests it is not known."""
    op.add_column("approval_request", sa.Column("counted", Json, nullable=True))
    op.add_column("approval_escalation", sa.Column("started_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("approval_escalation", "started_at")
    op.drop_column("approval_request", "counted")
