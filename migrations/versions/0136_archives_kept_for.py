"""How long files of archived runs are kept, and why they cannot be taken away."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime

revision = "0136"
down_revision = "0138"
branch_labels = None
depends_on = None

PLACE = "archive_place"
ADDED = ("keep_days", "files_at", "files_trouble", "files_trouble_since")


def upgrade() -> None:
    """For good, as before, until a workspace says otherwise."""
    op.add_column(PLACE, sa.Column("keep_days", sa.Integer()))
    op.add_column(PLACE, sa.Column("files_at", UtcDateTime()))
    op.add_column(PLACE, sa.Column("files_trouble", sa.Text()))
    op.add_column(PLACE, sa.Column("files_trouble_since", UtcDateTime()))


def downgrade() -> None:
    for name in reversed(ADDED):
        op.drop_column(PLACE, name)
