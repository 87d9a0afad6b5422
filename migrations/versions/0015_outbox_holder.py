"""Who does a job of the outbox, so that a dead process's jobs are freed at once."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the holder."""
    op.add_column("outbox", sa.Column("holder", sa.String(length=80), nullable=True))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("outbox", "holder")
