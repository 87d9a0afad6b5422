"""The elevation that was started in a browser's session."""

import sqlalchemy as sa
from alembic import op

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """None was started."""
    op.add_column("user_session", sa.Column("elevation_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Sessions know of none."""
    with op.batch_alter_table("user_session") as table:
        table.drop_column("elevation_id")
