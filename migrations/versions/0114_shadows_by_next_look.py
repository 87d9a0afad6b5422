"""Which shadows are to be looked at next, by an index of those alone."""

import sqlalchemy as sa
from alembic import op

revision = "0114"
down_revision = "0117"
branch_labels = None
depends_on = None

_ON = sa.text("state = 'running' and until_at is not null")


def upgrade() -> None:
    """A backtest's rows hold whole documents: the sweeper should not walk them every few seconds."""
    op.create_index("ix_backtest_look_at", "backtest", ["look_at"], sqlite_where=_ON, postgresql_where=_ON)


def downgrade() -> None:
    """Found by a walk again."""
    op.drop_index("ix_backtest_look_at", "backtest")
