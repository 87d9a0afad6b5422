"""How many approver seats a workspace may give."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who has more already keeps them, and gives no new ones."""
    op.add_column("workspace", sa.Column("approver_seats", sa.Integer(), nullable=False, server_default="50"))


def downgrade() -> None:
    """Forget it."""
    op.drop_column("workspace", "approver_seats")
