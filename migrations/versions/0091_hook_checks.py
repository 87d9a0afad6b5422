"""When a webhook was last seen at its provider, when it is looked for next, and how often it had to be renewed."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime

revision = "0091"
down_revision = "0074"
branch_labels = None
depends_on = None

COLUMNS = ("check_due_at", "seen_at", "renewed_at", "renewals")


def upgrade() -> None:
    """Add them; what is registered is looked for at once."""
    for name in COLUMNS[:3]:
        op.add_column("connection_hook", sa.Column(name, UtcDateTime(), nullable=True))
    op.add_column("connection_hook", sa.Column("renewals", sa.Integer(), nullable=False, server_default="0"))
    op.execute("update connection_hook set check_due_at = updated_at where state = 'active'")
    op.create_index("ix_connection_hook_check_due_at", "connection_hook", ["check_due_at"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_connection_hook_check_due_at", "connection_hook")
    for name in reversed(COLUMNS):
        op.drop_column("connection_hook", name)
