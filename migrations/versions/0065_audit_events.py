"""Workflows that follow the audit trail: each one's place in it."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0063"
branch_labels = None
depends_on = None

TABLE, INDEX = "trigger_subscription", "ix_trigger_subscription_following"
FOLLOWING = sa.text("active and audit_seq is not null")


def upgrade() -> None:
    """Nothing follows yet."""
    op.add_column(TABLE, sa.Column("audit_seq", sa.BigInteger(), nullable=True))
    op.create_index(INDEX, TABLE, ["workspace_id", "audit_seq"], sqlite_where=FOLLOWING, postgresql_where=FOLLOWING)


def downgrade() -> None:
    """Take the place away again."""
    op.drop_index(INDEX, TABLE)
    op.drop_column(TABLE, "audit_seq")
