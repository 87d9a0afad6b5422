"""Three columns of retention's standing that nothing writes: what fails is in the worker's log, and stays behind."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime

revision = "0121"
down_revision = "0120"
branch_labels = None
depends_on = None

TABLE = "retention_state"


def upgrade() -> None:
    """They were never written."""
    for name in ("trouble", "trouble_words", "trouble_since"):
        op.drop_column(TABLE, name)


def downgrade() -> None:
    """Put them back, empty."""
    op.add_column(TABLE, sa.Column("trouble", sa.String(60)))
    op.add_column(TABLE, sa.Column("trouble_words", sa.Text()))
    op.add_column(TABLE, sa.Column("trouble_since", UtcDateTime()))
