"""When somebody wants to be mailed about approvals."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0019"
branch_labels = None
depends_on = None

COLUMNS = ("quiet_from", "quiet_until", "digest_at")


def upgrade() -> None:
    """Empty: at once, each by itself, as it was."""
    for name in COLUMNS:
        op.add_column("app_user", sa.Column(name, sa.Time(), nullable=True))
    told = sa.Column("completion_mails", sa.Boolean(), nullable=False, server_default=sa.text("true"))
    op.add_column("app_user", told)


def downgrade() -> None:
    """Mail everybody at once again."""
    op.drop_column("app_user", "completion_mails")
    for name in reversed(COLUMNS):
        op.drop_column("app_user", name)
