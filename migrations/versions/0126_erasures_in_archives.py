"""Erasures look through the files of archived runs, too."""

import sqlalchemy as sa
from alembic import op

revision = "0126"
down_revision = "0130"
branch_labels = None
depends_on = None

TABLE = "customer_erasure"


def upgrade() -> None:
    """Those that are over found nothing there: nothing was archived yet, or nobody looked."""
    op.add_column(TABLE, sa.Column("archives", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("found_archived", "erased_archived"):
        op.add_column(TABLE, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column(TABLE, sa.Column("trouble", sa.Text()))


def downgrade() -> None:
    """Forget what was found there; what was erased stays erased."""
    for name in ("trouble", "erased_archived", "found_archived", "archives"):
        op.drop_column(TABLE, name)
