"""When a yes takes effect, and that it waits for it."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import Json, UtcDateTime

revision = "0054"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; what is asked already takes effect at once."""
    op.add_column("approval_request", sa.Column("effect", Json, nullable=True))
    op.add_column("approval_request", sa.Column("effect_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("approval_request", "effect_at")
    op.drop_column("approval_request", "effect")
