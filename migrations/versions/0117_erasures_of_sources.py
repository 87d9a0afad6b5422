"""Erasures look through what event sources kept."""

import sqlalchemy as sa
from alembic import op

revision = "0117"
down_revision = "0115"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_erasure", sa.Column("sources", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("customer_erasure", "sources")
