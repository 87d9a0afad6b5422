"""Which version of its type wrote a trigger's settings."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All of today are of the first."""
    op.add_column("trigger_subscription", sa.Column("type_version", sa.Integer(), nullable=False, server_default="1"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("trigger_subscription", "type_version")
