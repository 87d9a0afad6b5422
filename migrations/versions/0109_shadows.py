"""Shadows: backtests whose events are still to come."""

import sqlalchemy as sa
from alembic import op

from studio.core.db import UtcDateTime
from studio.core.roles import ENGINE

revision = "0109"
down_revision = "0136"
branch_labels = None
depends_on = None

BACKTEST, EVENT = "backtest", "backtest_event"
_ON = sa.text("state = 'running' and until_at is not null")


def upgrade() -> None:
    """Rows of before are backtests. The sweeper asks across workspaces which shadows have something new to look at."""
    op.add_column(BACKTEST, sa.Column("until_at", UtcDateTime()))
    op.add_column(BACKTEST, sa.Column("taken", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(BACKTEST, sa.Column("look_at", UtcDateTime()))
    op.add_column(BACKTEST, sa.Column("ended", sa.String(12)))
    op.create_index(
        "uq_backtest_shadow_on", BACKTEST, ["workflow_id"], unique=True, sqlite_where=_ON, postgresql_where=_ON
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in (BACKTEST, EVENT):
            op.execute(f"grant select on {table} to {ENGINE}")
            op.execute(f"create policy {table}_engine on {table} for select to {ENGINE} using (true)")


def downgrade() -> None:
    """What ran beside live events is forgotten."""
    if op.get_bind().dialect.name == "postgresql":
        for table in (BACKTEST, EVENT):
            op.execute(f"drop policy {table}_engine on {table}")
            op.execute(f"revoke all on {table} from {ENGINE}")
    op.execute("delete from backtest_event where backtest_id in (select id from backtest where until_at is not null)")
    op.execute("delete from backtest where until_at is not null")
    op.drop_index("uq_backtest_shadow_on", BACKTEST)
    for column in ("ended", "look_at", "taken", "until_at"):
        op.drop_column(BACKTEST, column)
